//! The same twice is the same once; a little more is a little more work, and the same answers as from the beginning.

use std::collections::BTreeMap;

use crate::testing::{Desk, ON};

/// Every table's rows as lines, sorted, by table.
fn tables(desk: &Desk, lake: &str) -> BTreeMap<String, Vec<String>> {
    let listed = desk.json("tables");
    // What settlements write lies in folders of their own.
    let of_lake = listed["tables"].as_array().expect("tables").iter().filter(|table| table["of"] != "settlement");
    let names = of_lake.filter_map(|table| table["name"].as_str());
    let rows = |name: &str| {
        let line = format!("query 'SELECT * FROM {name}' --lake {lake} --format csv");
        let mut lines: Vec<String> = desk.stead(&line).done().out.lines().map(ToOwned::to_owned).collect();
        lines.sort();
        lines
    };
    names.map(|name| (name.to_owned(), rows(name))).collect()
}

/// Which tables of two lakes differ.
fn differences(one: &BTreeMap<String, Vec<String>>, other: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    assert_eq!(one.len(), other.len());
    one.iter().filter(|(name, rows)| other.get(*name) != Some(rows)).map(|(name, _)| name.clone()).collect()
}

#[test]
fn importing_twice_is_importing_once() {
    let desk = Desk::with_run();
    let before = tables(&desk, "lake");
    assert!(before["contact"].len() > 1000 && before["needs"].len() > 100);
    let report = desk.json("import town --lake lake");
    assert_eq!(report["changed"], false);
    assert_eq!(report["buckets_changed"], 0);
    assert_eq!(report["total"]["read"], report["total"]["duplicate"]);
    assert_eq!(differences(&before, &tables(&desk, "lake")), [""; 0]);
}

#[test]
fn the_order_of_sources_does_not_matter() {
    let desk = Desk::with_town();
    let mut sources: Vec<String> = std::fs::read_dir(desk.path("town"))
        .expect("a town")
        .map(|entry| format!("town/{}", entry.expect("an entry").file_name().to_string_lossy()))
        .collect();
    sources.sort();
    desk.stead(&format!("import {} --lake forwards --buckets 2", sources.join(" "))).done();
    sources.reverse();
    for source in &sources {
        desk.stead(&format!("import {source} --lake backwards --buckets 2")).done();
    }
    for lake in ["forwards", "backwards"] {
        desk.stead(&format!("run harbour --lake {lake} --on {ON}")).done();
    }
    assert_eq!(differences(&tables(&desk, "forwards"), &tables(&desk, "backwards")), [""; 0]);
}

#[test]
fn running_twice_takes_everything_over() {
    let desk = Desk::with_run();
    let before = tables(&desk, "lake");
    let report = desk.json(&format!("run harbour --lake lake --on {ON}"));
    assert_eq!(report["buckets_reused"], report["buckets"]);
    assert_eq!(differences(&before, &tables(&desk, "lake")), [""; 0]);
}

#[test]
fn after_a_changed_folder_or_another_day_nothing_is_taken_over() {
    let desk = Desk::with_run();
    assert_eq!(desk.json("run harbour --lake lake --on 2026-10-31")["buckets_reused"], 0);
    let need = desk.text("harbour/needs/foot-check.toml").replace("every_months = 12", "every_months = 6");
    desk.file("harbour/needs/foot-check.toml", &need);
    assert_eq!(desk.json("run harbour --lake lake --on 2026-10-31")["buckets_reused"], 0);
}

#[test]
fn after_one_more_record_one_bucket_is_computed_again_and_the_answers_are_those_from_the_beginning() {
    let desk = Desk::with_town();
    desk.stead("import town --lake lake --buckets 8").done();
    desk.stead(&format!("run harbour --lake lake --on {ON}")).done();
    // Her HbA1c, measured once more by her practice, and much better.
    let more = r#"{"resourceType":"Observation","id":"one-more","meta":{"lastUpdated":"2026-10-30T18:00:00Z"},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"59261-8"}]},"subject":{"reference":"Patient/essay-citizen"},"effectiveDateTime":"2026-10-30T09:00:00Z","performer":[{"reference":"Organization/quay-street-surgery"}],"valueQuantity":{"value":48,"unit":"mmol/mol","system":"http://unitsofmeasure.org","code":"mmol/mol"}}"#;
    desk.file("more/Observation.ndjson", more);
    let report = desk.json("import gp-federation=more --lake lake");
    assert_eq!((&report["changed"], &report["buckets_changed"]), (&true.into(), &1.into()), "{report:#}");
    let asked = [
        "explain essay-citizen --lake lake".to_owned(),
        "summary --lake lake".to_owned(),
        format!("changes --lake lake --from 2026-10-01 --to {ON}"),
    ];
    for line in &asked {
        assert_eq!(desk.json(line)["outdated"], true, "{line}: the records are newer than the answers");
        assert!(desk.stead(line).done().out.contains("Records have come since"), "{line}");
    }
    let report = desk.json(&format!("run harbour --lake lake --on {ON}"));
    assert_eq!((&report["buckets"], &report["buckets_reused"]), (&8.into(), &7.into()));
    for line in &asked {
        assert_eq!(desk.json(line)["outdated"], false, "{line}");
    }
    desk.stead("import town gp-federation=more --lake fresh --buckets 8").done();
    desk.stead(&format!("run harbour --lake fresh --on {ON}")).done();
    assert_eq!(differences(&tables(&desk, "lake"), &tables(&desk, "fresh")), [""; 0]);
    let citizen = desk.stead("explain essay-citizen --lake lake").done();
    assert!(citizen.out.contains("Observation/one-more"), "{}", citizen.out);
}

#[test]
fn after_one_objection_one_bucket_is_computed_again_and_the_answers_are_those_from_the_beginning() {
    let desk = Desk::with_town();
    desk.stead("import town --lake lake --buckets 8").done();
    desk.stead(&format!("run harbour --lake lake --on {ON}")).done();
    let object = "choice object essay-citizen --organisation fish-market-pharmacy --category mental-health";
    desk.stead(&format!("{object} --from 2026-01-01")).done();
    let reused = || desk.json(&format!("run harbour --lake lake --on {ON}"))["buckets_reused"].clone();
    assert_eq!(reused(), 7, "nobody's answers go by another citizen's choices");
    assert_eq!(desk.json("explain essay-citizen --lake lake")["outdated"], false);
    assert_eq!(reused(), 8);
    desk.stead("import town --lake fresh --buckets 8").done();
    desk.stead(&format!("run harbour --lake fresh --on {ON}")).done();
    assert_eq!(differences(&tables(&desk, "lake"), &tables(&desk, "fresh")), [""; 0]);
}
