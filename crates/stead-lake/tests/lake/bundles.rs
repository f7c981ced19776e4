//! Bundles: one odd entry costs nothing but itself, and what is no record is told apart from what is one.

use crate::testing::{World, columns, patient, text_at, url_of};

/// Imports one file and gives the report, having checked which citizens it brought.
fn import(world: &World, name: &str, text: &str, citizens: &[&str]) -> stead_lake::ImportReport {
    world.file(name, text);
    let report = world.import(&[name]);
    assert_eq!(columns(&world.lake(), "citizen", &["citizen"]), citizens, "{name}");
    report
}

fn one(id: &str) -> String {
    format!(r#"{{"resource":{}}}"#, patient(id, "", "").trim_end())
}

fn bundle(entry: &str) -> String {
    format!(r#"{{"resourceType":"Bundle","type":"collection","entry":{entry}}}"#)
}

#[test]
fn an_odd_entry_is_set_aside_alone() {
    let mut told = Vec::new();
    let odd_url = r#"{"fullUrl":7,"resource":{"resourceType":"Patient","id":"odd"}}"#;
    let twice = r#"{"resource":{"resourceType":"Patient","id":"odd"},"resource":{}}"#;
    for odd in ["null", "7", "\"text\"", "[{}]", odd_url, r#"{"resource":7}"#, twice, r#"{"resource":{"a":,}}"#] {
        let text = bundle(&format!("[{},{odd},{}]", one("good"), one("late")));
        for name in ["a.json", "a.ndjson"] {
            let world = World::new();
            let report = import(&world, name, &text, &["good", "late"]);
            assert_eq!((report.bundles, report.total.read, report.total.quarantined), (1, 3, 1), "{odd}");
            told.extend(world.quarantine(&report).into_iter().filter(|_| name == "a.ndjson"));
        }
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    a.ndjson:1 Bundle: entry 2 of a Bundle is not an object
    a.ndjson:1 Bundle: entry 2 of a Bundle is not an object
    a.ndjson:1 Bundle: entry 2 of a Bundle is not an object
    a.ndjson:1 Bundle: entry 2 of a Bundle is not an object
    a.ndjson:1 Patient: entry 2 of a Bundle has a `fullUrl` that is not a text
    a.ndjson:1 (unknown): not a JSON object
    a.ndjson:1 Patient: entry 2 of a Bundle names a field twice
    a.ndjson:1 Bundle: entry 2 of a Bundle is not JSON
    "#);
}

#[test]
fn the_place_of_an_odd_entry_is_told() {
    let world = World::new();
    let text = bundle(&format!("[{}, null]", one("good")));
    let report = import(&world, "a.json", &text, &["good"]);
    let file = text_at(&url_of(&report.quarantine.expect("a quarantine")));
    let line: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!(line["offset"].as_u64().unwrap() as usize, text.find("null").unwrap());
}

#[test]
fn an_odd_entry_of_a_bundle_read_in_parts_is_set_aside_alone() {
    let entries: Vec<String> = (0..10_000)
        .map(|number| if number == 7_000 { "null".to_owned() } else { one(&format!("p{number:05}")) })
        .collect();
    let mut world = World::new();
    world.options.line_bytes_max = 100_000;
    world.file("a.json", bundle(&format!("[{}]", entries.join(",\n"))));
    let report = world.import(&["a.json"]);
    assert_eq!((report.bundles, report.types["Patient"].in_tables, report.total.quarantined), (1, 9_999, 1));
    insta::assert_snapshot!(world.quarantine(&report).join("; "), @"a.json:1 Bundle: an entry of a Bundle is not an object");
}

#[test]
fn an_entry_that_is_no_list_is_a_list_of_one_or_told_by_name() {
    let world = World::new();
    let report = import(&world, "a.json", &bundle(&one("good")), &["good"]);
    assert_eq!((report.bundles, report.total.quarantined), (1, 0));
    for nonsense in [r#"{"no":1}"#, "7", "\"text\""] {
        let world = World::new();
        world.file("a.ndjson", bundle(nonsense) + "\n" + &patient("p", "", ""));
        let report = world.import(&["a.ndjson"]);
        insta::allow_duplicates! {
            insta::assert_snapshot!(world.quarantine(&report).join("; "), @"a.ndjson:1 Bundle: `entry` is not a list of entries");
        }
    }
    assert_eq!(import(&World::new(), "a.ndjson", &(bundle("null") + "\n" + &patient("p", "", "")), &["p"]).bundles, 1);
}

#[test]
fn a_servers_message_is_no_record() {
    let world = World::new();
    let message = r#"{"search":{"mode":"outcome"},"resource":{"resourceType":"OperationOutcome","id":"m","issue":[]}}"#;
    let nameless = r#"{"resource":{"resourceType":"OperationOutcome","issue":[]}}"#;
    let text = bundle(&format!("[{},{message},{nameless}]", one("good")));
    let report = import(&world, "a.json", &text, &["good"]);
    assert_eq!((report.total.read, report.total.in_tables, report.total.quarantined), (1, 1, 0));
    insta::assert_snapshot!(format!("{:?}", report.remarks), @r#"{"OperationOutcome": {"a server's message in a Bundle is no record: left out": 2}}"#);
}

#[test]
fn deletions_are_told_and_not_carried_out() {
    let world = World::new();
    let deletions = r#"{"fullUrl":"https://x.org/fhir/Patient/good","request":{"method":"DELETE","url":"Patient/good"},"response":{"status":"204"}},{"request":{"method":"DELETE","url":"https://x.org/fhir/Condition/c"}},{"request":{"method":"DELETE"}}"#;
    let text = bundle(&format!("[{},{deletions}]", one("good")));
    let report = import(&world, "a.json", &text, &["good"]);
    assert_eq!((report.total.read, report.total.quarantined), (1, 0));
    insta::assert_snapshot!(format!("{:#?}", report.remarks), @r#"
    {
        "Bundle": {
            "a deletion in a Bundle is not carried out: what the lake holds stays": 1,
        },
        "Condition": {
            "a deletion in a Bundle is not carried out: what the lake holds stays": 1,
        },
        "Patient": {
            "a deletion in a Bundle is not carried out: what the lake holds stays": 1,
        },
    }
    "#);
}
