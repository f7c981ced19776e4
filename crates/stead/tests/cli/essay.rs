//! The citizen of the essay: fifty, type 1 diabetes, recently divorced, her eyesight beginning to fail. Each of her
//! services belongs to another organisation, and Stead must name them all.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::testing::Desk;

/// The essay's services: the need, and words that must stand where the explanation says who could meet it.
const SERVICES: [(&str, &str, &[&str]); 8] = [
    ("GP", "gp-review", &["gp"]),
    ("practice nurse", "practice-nurse-review", &["practice nurse"]),
    ("diabetes specialist nurse", "diabetes-specialist-nurse-review", &["diabetes specialist nurse"]),
    ("consultant diabetologist", "diabetologist-review", &["consultant diabetologist"]),
    ("optician", "sight-test", &["optometrist", "optometry"]),
    ("ophthalmologist", "ophthalmology", &["ophthalmologist"]),
    ("sexual health", "sexual-health-check", &["sexual health"]),
    ("chiropody", "podiatry", &["podiatrist"]),
];

#[test]
fn all_eight_services_of_the_essays_citizen_are_named_with_status_owner_and_reason() {
    let desk = Desk::with_run();
    let citizen = desk.json("explain essay-citizen --lake lake");
    let needs = list(&citizen["needs"]);
    for (service, need, words) in SERVICES {
        let need = needs.iter().find(|it| it["need"] == *need).unwrap_or_else(|| panic!("no need for: {service}"));
        let asked_of = text(&need["asked_of"]);
        assert!(words.iter().all(|word| asked_of.contains(word)), "{service} is asked of {asked_of}");
        assert_ne!(need["status"], "not-applicable", "{service}");
    }
    for need in needs {
        let name = text(&need["name"]);
        assert!(["met", "due", "overdue", "never", "not-applicable"].contains(&text(&need["status"])), "{name}");
        assert!(text(&need["reason"]).ends_with('.') && !text(&need["owner_words"]).is_empty(), "{need:#}");
        assert!(!text(&need["from_source"]).is_empty(), "{name} has no source");
        if need["status"] != "not-applicable" {
            // Either somebody owns the next step, or the rule says why nobody does.
            let nobody = ["several-could", "nobody-offers"].contains(&text(&need["owner_why"]));
            assert_eq!(need["owner_name"].is_null(), nobody, "{need:#}");
        }
    }
    let owners: BTreeSet<&str> = needs.iter().filter_map(|need| need["owner_name"].as_str()).collect();
    assert!(owners.len() >= 5, "several organisations share the responsibility: {owners:?}");
}

#[test]
fn the_essays_citizen_is_told_all_of_it_in_words() {
    let told = Desk::with_run().stead("explain essay-citizen --lake lake").done();
    let plain = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "50 years old",
        "Divorced since",
        "has type 1 diabetes on record",
        "GP review",
        "Practice nurse's yearly diabetes review",
        "Diabetes specialist nurse",
        "Consultant diabetologist",
        "Sight test at an optician",
        "Eye specialist",
        "By: ophthalmologist",
        "Sexual health check",
        "Podiatry (chiropody)",
        "Next step:",
        "These would do:",
        "coordinates",
    ] {
        assert!(plain.contains(words), "`{words}` is missing in:\n{}", told.out);
    }
}

#[test]
fn the_visits_meet_everything_that_is_open_and_that_a_service_can_meet() {
    let desk = Desk::with_run();
    let citizen = desk.json("explain essay-citizen --lake lake");
    let open = |need: &&Value| ["overdue", "never", "due"].contains(&text(&need["status"]));
    let somebody_could = |need: &&Value| need["owner_why"] != "nobody-offers";
    let wanted: BTreeSet<&str> =
        list(&citizen["needs"]).iter().filter(open).filter(somebody_could).map(|need| text(&need["name"])).collect();
    let met: Vec<&str> = list(&citizen["visits"]).iter().flat_map(|visit| list(&visit["needs"])).map(text).collect();
    assert!(wanted.len() >= 6, "{wanted:?}");
    assert_eq!(met.iter().copied().collect::<BTreeSet<_>>(), wanted);
    assert_eq!(met.len(), wanted.len(), "nothing is done twice: {met:?}");
    let numbers: Vec<i64> = list(&citizen["visits"]).iter().filter_map(|visit| visit["visit"].as_i64()).collect();
    assert_eq!(numbers, (1..).take(numbers.len()).collect::<Vec<_>>());
}

#[test]
fn a_citizen_is_found_by_any_organisations_record() {
    let desk = Desk::with_run();
    let citizen = desk.json("explain essay-citizen --lake lake");
    let records = list(&citizen["records"]);
    assert!(records.len() >= 3, "several organisations hold records of her: {records:?}");
    for record in records {
        let (source, id) = (text(&record["source"]), text(&record["record"]));
        assert_eq!(desk.json(&format!("explain {source}:{id} --lake lake")), citizen);
        assert_eq!(desk.json(&format!("explain {id} --lake lake")), citizen);
    }
}

#[test]
fn every_number_beside_a_person_is_that_of_the_tables() {
    let desk = Desk::with_run();
    let citizen = desk.json("explain essay-citizen --lake lake");
    let counted = |table: &str| {
        let rows = desk.rows(&format!("SELECT count(*) AS rows FROM {table} WHERE citizen = 'essay-citizen'"));
        rows[0]["rows"].as_u64()
    };
    for (table, key) in
        [("needs", "needs"), ("visits", "visits"), ("circle", "circle"), ("membership", "places"), ("link", "records")]
    {
        assert_eq!(counted(table), Some(list(&citizen[key]).len() as u64), "{table}");
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
