//! Records are whole: valid lines, unique ids, references that lead somewhere, numbers that belong to nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;
use stead_rules::Definitions;
use stead_synth::{History, Memory, life::right_check_digit};

use crate::definitions::{made, options, small_town};

fn resources(memory: &Memory) -> impl Iterator<Item = (&str, Value)> {
    memory.files.iter().flat_map(|(file, text)| {
        let (source, _) = file.split_once('/').unwrap();
        let lines = std::str::from_utf8(text).unwrap().lines();
        lines.map(move |line| {
            (source, serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        })
    })
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match inner {
                    Value::String(to) if name == "reference" => found.push(to.clone()),
                    other => references(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// FHIR R4's required elements of each type.
fn required(kind: &str) -> &'static [&'static str] {
    match kind {
        "Encounter" => &["status", "class", "subject", "period"],
        "EpisodeOfCare" => &["status", "patient", "managingOrganization", "period"],
        "Condition" => &["verificationStatus", "code", "subject"],
        "Observation" => &["status", "code", "subject", "effectiveDateTime"],
        "Procedure" => &["status", "code", "subject", "performedDateTime"],
        "MedicationRequest" => &["status", "intent", "medicationCodeableConcept", "subject", "authoredOn"],
        "Claim" => &["status", "type", "use", "patient", "created", "provider", "priority", "insurance", "total"],
        "ExplanationOfBenefit" => {
            &["status", "type", "use", "patient", "created", "insurer", "provider", "outcome", "insurance", "payment"]
        }
        "Patient" => &["identifier", "name", "gender", "birthDate"],
        "CareTeam" => &["status", "subject", "participant"],
        "Organization" | "Location" => &["identifier", "name"],
        "HealthcareService" => &["identifier", "providedBy", "type", "location"],
        "Practitioner" => &["identifier", "name"],
        "PractitionerRole" => &["practitioner", "organization", "code"],
        other => panic!("no such type in the town: {other}"),
    }
}

#[test]
fn every_line_is_a_resource_with_its_own_id_and_references_within_its_source() {
    let (memory, report) = made(&small_town(), &options(700, History::Full));
    let mut ids: HashSet<(String, String)> = HashSet::new();
    let mut asked: Vec<(String, String, String)> = Vec::new();
    let mut kinds: BTreeSet<String> = BTreeSet::new();
    let mut count = 0;
    for (source, value) in resources(&memory) {
        count += 1;
        let kind = value["resourceType"].as_str().unwrap().to_owned();
        let id = value["id"].as_str().unwrap();
        let moment = value["meta"]["lastUpdated"].as_str().unwrap();
        assert!(moment.len() == 20 && moment.ends_with('Z'), "{value}");
        for element in required(&kind) {
            assert!(!value[element].is_null(), "{element} of {value}");
        }
        assert!(id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{id}");
        assert!(ids.insert((source.to_owned(), format!("{kind}/{id}"))), "{source} {kind}/{id} twice");
        let mut found = Vec::new();
        references(&value, &mut found);
        asked.extend(found.into_iter().map(|to| (source.to_owned(), to, format!("{kind}/{id}"))));
        kinds.insert(kind);
    }
    assert_eq!(count, report.total().resources);
    assert_eq!(kinds.len(), 15, "{kinds:?}");
    for (source, to, from) in asked {
        assert!(ids.contains(&(source.clone(), to.clone())), "{source}: {from} refers to {to}");
    }
}

fn number(patient: &Value) -> Option<String> {
    let identifiers = patient["identifier"].as_array().unwrap();
    let shared = identifiers.iter().find(|one| one["system"] == "https://stead.example/id/national-number")?;
    Some(shared["value"].as_str().unwrap().to_owned())
}

#[test]
fn no_shared_number_can_be_a_real_one() {
    let (memory, _) = made(&small_town(), &options(3_000, History::Slim));
    let mut seen = HashSet::new();
    for (_, patient) in resources(&memory).filter(|(_, value)| value["resourceType"] == "Patient") {
        let Some(number) = number(&patient) else { continue };
        assert!(number.len() == 10 && number.starts_with('9'), "{number}");
        let digits: u64 = number.parse().unwrap();
        assert_ne!(right_check_digit(digits / 10), Some(digits % 10), "{number} could be real");
        seen.insert(digits);
    }
    assert!(seen.len() > 2_900, "{}", seen.len());
}

#[test]
fn the_check_digit_is_the_published_one() {
    // The example of the NHS Data Dictionary: 943 476 5919 is valid.
    assert_eq!(right_check_digit(943_476_591), Some(9));
}

#[test]
fn records_have_the_faults_that_records_have() {
    let (memory, _) = made(&small_town(), &options(6_000, History::Slim));
    let mut trust = (0_u32, 0_u32);
    let mut second = (0_u32, 0_u32);
    let mut people: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    let mut mistakes = 0;
    let mut icd10 = 0;
    for (source, value) in resources(&memory) {
        match value["resourceType"].as_str().unwrap() {
            "Patient" => {
                if source == "trust" {
                    trust.0 += 1;
                    trust.1 += u32::from(number(&value).is_none());
                    if value["id"].as_str().unwrap().ends_with("-b") {
                        second.0 += 1;
                        second.1 += u32::from(value["link"][0]["type"] == "replaced-by");
                    }
                }
                if let Some(number) = number(&value) {
                    let about = (value["birthDate"].to_string(), value["gender"].to_string());
                    people.entry(number).or_default().insert(about);
                }
            }
            "Condition" => {
                mistakes += u32::from(value["verificationStatus"]["coding"][0]["code"] == "entered-in-error");
                let codings = value["code"]["coding"].as_array().unwrap();
                icd10 += u32::from(codings.iter().any(|code| code["system"] == "http://hl7.org/fhir/sid/icd-10"));
                assert!(icd10 == 0 || source == "trust" || !codings[0]["system"].as_str().unwrap().contains("icd"));
            }
            _ => {}
        }
    }
    let lacking = f64::from(trust.1) / f64::from(trust.0);
    assert!((0.02..0.04).contains(&lacking), "{lacking}");
    assert!(second.0 > 15 && second.1 > 5 && second.1 < second.0, "{second:?}");
    let disagreeing = people.values().filter(|about| about.len() > 1).count() as f64 / people.len() as f64;
    assert!((0.008..0.04).contains(&disagreeing), "{disagreeing}");
    assert!(mistakes > 3, "{mistakes}");
    assert!(icd10 > 500, "{icd10}");
}

#[test]
fn each_source_knows_only_its_own_people_and_professionals() {
    let (memory, _) = made(&small_town(), &options(300, History::Full));
    let mut patients: HashMap<&str, u32> = HashMap::new();
    for (source, value) in resources(&memory) {
        match value["resourceType"].as_str().unwrap() {
            "Patient" => *patients.entry(source).or_default() += 1,
            "Organization" if value["id"] == "team" => assert_eq!(source, "council"),
            "Organization" if value["id"] == "quay" => {
                assert_eq!(source, "federation");
                assert_eq!(value["partOf"]["reference"], "Organization/federation");
                assert_eq!(value["identifier"][0]["value"], "ODS-quay");
                assert_eq!(value["name"], "The \"quay\"");
            }
            _ => {}
        }
    }
    let practices = patients["federation"] + patients["lone"];
    assert!((290..360).contains(&practices), "{practices}");
    assert!(patients["trust"] < 300);
}

#[test]
fn a_town_without_services_still_has_its_citizens() {
    let bare = Definitions { services: vec![], ..small_town() };
    let (memory, _) = made(&bare, &options(50, History::Full));
    let is_first = |value: &Value| value["resourceType"] == "Patient" && !value["id"].as_str().unwrap().ends_with("-b");
    let patients = resources(&memory).filter(|(_, value)| is_first(value)).count();
    assert_eq!(patients, 50);
    assert!(resources(&memory).any(|(_, value)| value["id"] == "essay-citizen"));
}
