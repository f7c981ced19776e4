//! Records that nobody here wrote, and a real county: everything is accounted for, and what comes out is what the records
//! say when they are read by a few plain lines.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::help::narrow;
use crate::testing::{Desk, root, shared};

/// The day that the sample records are looked at.
const SAMPLE_DAY: &str = "2021-03-01";

/// Imports a set of sample records, checks and runs its place folder; nothing when the set is not at hand.
fn sample(records: &str, fixture: &str) -> Option<(Desk, Value)> {
    let records = shared(records)?;
    let desk = Desk::new();
    let report = desk.json(&format!("import {} --lake lake --buckets 2", records.display()));
    let folder = root().join("fixtures").join(fixture);
    desk.stead(&format!("check {}", folder.display())).done();
    let run = desk.stead(&format!("run {} --lake lake --on {SAMPLE_DAY}", folder.display())).done();
    narrow("run", &run);
    Some((desk, report))
}

fn count(value: &Value) -> u64 {
    value.as_u64().expect("a count")
}

/// How many resources of each type a file or a folder of files holds, by reading every line.
fn resources(path: &Path, each: &mut dyn FnMut(&Value)) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let mut files = vec![path.to_path_buf()];
    if path.is_dir() {
        files = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    }
    for file in files {
        let bytes = fs::read(&file).expect("a file");
        let zstd = file.extension().is_some_and(|ending| ending == "zst");
        let bytes = if zstd { zstd::decode_all(bytes.as_slice()).expect("zstd") } else { bytes };
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let resource: Value = serde_json::from_slice(line).expect("JSON");
            let kind = resource["resourceType"].as_str().unwrap_or("(unknown)").to_owned();
            *counts.entry(kind).or_default() += 1;
            each(&resource);
        }
    }
    counts
}

/// What became of every type adds up, and as many were read as there are.
fn every_resource_is_accounted_for(report: &Value, counts: &BTreeMap<String, u64>) {
    let types = report["types"].as_object().expect("types");
    let read: BTreeMap<String, u64> = types.iter().map(|(kind, it)| (kind.clone(), count(&it["read"]))).collect();
    assert_eq!(&read, counts);
    for (kind, it) in types {
        let became = count(&it["in_tables"]) + count(&it["kept_whole"]) + count(&it["quarantined"]);
        assert_eq!(count(&it["read"]), became, "{kind}");
    }
}

/// Every citizen can be explained, in words that fit the screen, and the summary can be printed.
fn everybody_is_explained(desk: &Desk, at_most: usize) {
    narrow("summary", &desk.stead("summary --lake lake --by deprivation-fifth").done());
    let citizens = desk.rows("SELECT citizen FROM person ORDER BY cardinality(places) DESC, citizen");
    assert!(!citizens.is_empty());
    for row in citizens.iter().take(at_most) {
        let citizen = row["citizen"].as_str().expect("an id");
        let told = desk.stead(&format!("explain {citizen} --lake lake")).done();
        narrow(&format!("explain {citizen}"), &told);
        assert!(told.out.contains("Why am I in this?"), "{}", told.out);
    }
}

#[test]
fn massachusetts_is_read_and_run_whole_and_its_people_with_diabetes_are_those_in_the_records() {
    let Some((desk, report)) = sample("fhir/massachusetts-617.ndjson.zst", "massachusetts") else { return };
    let mut records = Records::default();
    let file = shared("fhir/massachusetts-617.ndjson.zst").expect("was there");
    let counts = resources(&file, &mut |resource| records.note(resource));
    every_resource_is_accounted_for(&report, &counts);
    assert_eq!((count(&report["total"]["read"]), count(&report["total"]["quarantined"])), (191_093, 0));

    let group = "adults-with-type-2-diabetes";
    let members = desk.rows(&format!(
        "SELECT DISTINCT person.citizen FROM person JOIN group_membership AS stay ON stay.citizen = person.citizen \
         WHERE stay.\"group\" = '{group}' AND stay.\"from\" <= DATE '{SAMPLE_DAY}' \
         AND (stay.\"to\" IS NULL OR stay.\"to\" > DATE '{SAMPLE_DAY}')"
    ));
    let members: BTreeSet<String> = members.iter().map(|row| text(&row["citizen"])).collect();
    assert_eq!(members, records.adults_with_type_2_diabetes());
    assert!(members.len() > 20, "{}", members.len());

    // Needs are asked of those who are in a place.
    let needs = desk.rows("SELECT citizen, status, last_met FROM needs WHERE need = 'hba1c'");
    assert!(needs.len() > 5, "{}", needs.len());
    let mut in_the_last_half_year = 0;
    for need in needs {
        let last = records.hba1c.get(&text(&need["citizen"])).and_then(|days| days.iter().next_back());
        assert_eq!(need["last_met"].as_str(), last.map(String::as_str), "{need}");
        let recent = last.is_some_and(|day| day.as_str() > "2020-09-01");
        in_the_last_half_year += u32::from(recent);
        let open = ["overdue", "never"].contains(&&*text(&need["status"]));
        assert_eq!(recent, !open || last.is_none() && need["status"] == "due", "{need}");
    }
    assert!(in_the_last_half_year > 0);
    everybody_is_explained(&desk, 12);
}

/// What a few plain lines find in the records: by citizen, days as `2021-03-01`.
#[derive(Default)]
struct Records {
    born: BTreeMap<String, String>,
    died: BTreeMap<String, String>,
    diabetes: BTreeMap<String, BTreeSet<String>>,
    hba1c: BTreeMap<String, BTreeSet<String>>,
}

impl Records {
    fn note(&mut self, resource: &Value) {
        let day = |key: &str| resource[key].as_str().and_then(|time| time.get(..10)).map(ToOwned::to_owned);
        let codes = || resource["code"]["coding"].as_array().into_iter().flatten().map(|coding| text(&coding["code"]));
        let subject = text(&resource["subject"]["reference"]).trim_start_matches("urn:uuid:").to_owned();
        match resource["resourceType"].as_str() {
            Some("Patient") => {
                self.born.insert(text(&resource["id"]), text(&resource["birthDate"]));
                self.died.extend(day("deceasedDateTime").map(|day| (text(&resource["id"]), day)));
            }
            // The codes of fixtures/massachusetts/codelists/type-2-diabetes.csv.
            Some("Condition") if codes().any(|code| type_2_diabetes().contains(&code)) => {
                self.diabetes.entry(subject).or_default().extend(day("onsetDateTime"));
            }
            Some("Observation") if codes().any(|code| code == "4548-4") => {
                let before = day("effectiveDateTime").filter(|day| day.as_str() <= SAMPLE_DAY);
                self.hba1c.entry(subject).or_default().extend(before);
            }
            _ => {}
        }
    }

    fn adults_with_type_2_diabetes(&self) -> BTreeSet<String> {
        let alive = |id: &&String| self.died.get(*id).is_none_or(|day| day.as_str() > SAMPLE_DAY);
        let adult = |id: &&String| self.born.get(*id).is_some_and(|day| day.as_str() <= "2003-03-01");
        let ill = self.diabetes.iter().filter(|(_, days)| days.iter().any(|day| day.as_str() <= SAMPLE_DAY));
        ill.map(|(id, _)| id).filter(alive).filter(adult).cloned().collect()
    }
}

fn type_2_diabetes() -> BTreeSet<String> {
    let list = fs::read_to_string(root().join("fixtures/massachusetts/codelists/type-2-diabetes.csv")).expect("a list");
    list.lines().filter_map(|line| line.split(',').nth(1)).map(ToOwned::to_owned).collect()
}

#[test]
fn kansas_is_read_and_run_whole_but_for_four_lines_that_are_no_resources() {
    let Some((desk, report)) = sample("fhir/kansas-bulk", "kansas") else { return };
    let mut contacts: BTreeMap<String, u64> = BTreeMap::new();
    let counts = resources(&shared("fhir/kansas-bulk").expect("was there"), &mut |resource| {
        if resource["resourceType"] == "Encounter" {
            let subject = text(&resource["subject"]["reference"]);
            *contacts.entry(subject.trim_start_matches("Patient/").to_owned()).or_default() += 1;
        }
    });
    every_resource_is_accounted_for(&report, &counts);
    assert_eq!((count(&report["total"]["read"]), count(&report["total"]["quarantined"])), (5949, 4));
    assert_eq!(count(&report["types"]["(unknown)"]["quarantined"]), 4);
    let quarantine = desk.text(report["quarantine"].as_str().expect("a quarantine file"));
    assert_eq!(quarantine.lines().count(), 4);
    let rows = desk.rows("SELECT citizen, count(*) AS contacts FROM contact GROUP BY citizen");
    let found: BTreeMap<String, u64> =
        rows.iter().map(|row| (text(&row["citizen"]), count(&row["contacts"]))).collect();
    assert_eq!(found, contacts);
    everybody_is_explained(&desk, usize::MAX);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
