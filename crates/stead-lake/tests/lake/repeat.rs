//! The same records give the same lake: twice, in any order, at once or one after the other.

use stead_lake::{Progress, Stage, import};

use crate::testing::{World, bytes_at, columns, content, files_at, of_patient, patient, resource};

#[test]
fn a_later_version_replaces_an_earlier_one_whichever_comes_first() {
    let version = |day: &str, updated: &str| {
        of_patient("Condition", "c", "p", &format!(r#""onsetDateTime":"{day}","meta":{{"lastUpdated":"{updated}"}}"#))
    };
    let (old, new) = (version("2020-01-01", "2026-01-01T00:00:00Z"), version("2021-01-01", "2026-01-02T00:00:00Z"));
    let world = World::new();
    world.file("p.ndjson", patient("p", "", "")).file("old.ndjson", &old).file("new.ndjson", &new);
    world.import(&["s=p.ndjson", "s=new.ndjson"]);
    let report = world.import(&["s=old.ndjson"]);
    assert!(!report.changed, "an earlier version changes nothing");
    assert_eq!((report.types["Condition"].in_tables, report.types["Condition"].replaced), (1, 1));
    assert_eq!(columns(&world.lake(), "condition", &["from"]), ["2021-01-01"]);
}

#[test]
fn importing_twice_changes_nothing_not_even_the_generation() {
    let world = World::new();
    world.file("a.ndjson", patient("p", "", "") + &of_patient("Condition", "c", "p", ""));
    world.import(&["a.ndjson"]);
    let (before, manifest) = (content(&world.lake()), manifest(&world));
    let report = world.import(&["a.ndjson"]);
    assert_eq!((report.changed, report.buckets_changed, report.total.duplicate), (false, 0, 2));
    assert_eq!(content(&world.lake()), before);
    assert_eq!(self::manifest(&world), manifest);
}

/// What `lake.json` says, but for who tried to change it.
fn manifest(world: &World) -> serde_json::Value {
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&bytes_at(&world.at("lake/lake.json").url().unwrap())).unwrap();
    manifest.as_object_mut().unwrap().remove("attempt");
    manifest
}

#[test]
fn only_the_buckets_that_new_records_touch_change() {
    let world = World::new();
    let people: String = (0..40).map(|number| patient(&format!("p{number}"), "", "")).collect();
    world.file("a.ndjson", people).file("b.ndjson", of_patient("Condition", "c", "p7", ""));
    world.import(&["s=a.ndjson"]);
    let before = world.lake();
    let report = world.import(&["s=b.ndjson"]);
    let after = world.lake();
    assert_eq!(report.buckets_changed, 1);
    let bucket = stead_lake::bucket_of("p7", 4);
    for other in 0..4 {
        assert_eq!(before.bucket_version(other) == after.bucket_version(other), other != bucket);
        assert_eq!(before.files("citizen", other), after.files("citizen", other));
    }
}

#[test]
fn an_organisation_that_arrives_late_is_known_to_earlier_contacts() {
    let world = World::new();
    let contact = r#""period":{"start":"2026-01-02"},"serviceProvider":{"reference":"Organization/o"}"#;
    world.file("a.ndjson", patient("p", "", "") + &of_patient("Encounter", "e", "p", contact));
    world.file("b.ndjson", resource("Organization", "o", r#""identifier":[{"value":"A81001"}]"#));
    let report = world.import(&["s=a.ndjson"]);
    assert_eq!(report.references_nowhere["Organization"], 1);
    assert_eq!(columns(&world.lake(), "contact", &["organisation"]), ["o"]);
    world.import(&["s=b.ndjson"]);
    assert_eq!(columns(&world.lake(), "contact", &["organisation"]), ["A81001"]);
}

/// Stops an import when it begins to write tables, as a power cut would.
struct PowerCut;

impl Progress for PowerCut {
    fn tell(&self, stage: Stage, _: u64, _: u64) {
        if stage == Stage::Writing {
            std::panic::resume_unwind(Box::new("power cut"));
        }
    }
}

#[test]
fn an_interrupted_import_leaves_the_lake_as_it_was() {
    let world = World::new();
    let people: String = (0..40).map(|number| patient(&format!("p{number}"), "", "")).collect();
    world.file("a.ndjson", patient("p0", "", "")).file("b.ndjson", people);
    world.import(&["s=a.ndjson"]);
    let before = content(&world.lake());
    let options = stead_lake::ImportOptions {
        inputs: vec![stead_lake::Input { source: Some("s".into()), path: world.path("b.ndjson") }],
        ..world.options.clone()
    };
    let cut = std::panic::catch_unwind(|| import(world.at("lake"), &options, &PowerCut).map(drop));
    assert!(cut.is_err());
    assert_eq!(content(&world.lake()), before);
    world.import(&["s=b.ndjson"]);
    assert_eq!(world.lake().rows("citizen"), 40);
    assert!(!files_at(&world.at("lake")).iter().any(|file| file.starts_with("work")));
}

#[test]
fn a_setting_that_contradicts_the_lake_is_refused() {
    let mut world = World::new();
    world.file("a.ndjson", patient("p", "", ""));
    world.import(&["a.ndjson"]);
    world.options.buckets = Some(8);
    let error = world.import_into("lake", &["a.ndjson"]).expect_err("an error");
    insta::assert_snapshot!(error, @"the lake's number of buckets is 4, not 8; that is settled when a lake is made: leave the option out, or make a new lake");
}
