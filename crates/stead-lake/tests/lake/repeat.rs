//! The same records give the same lake: twice, in any order, at once or one after the other.

use proptest::prelude::*;
use stead_lake::{LakeError, Progress, Stage, import};

use crate::testing::{World, columns, content, of_patient, patient, resource};

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
    let (before, manifest) = (content(&world.lake()), std::fs::read(world.path("lake/lake.json")).unwrap());
    let report = world.import(&["a.ndjson"]);
    assert_eq!((report.changed, report.buckets_changed, report.total.duplicate), (false, 0, 2));
    assert_eq!(content(&world.lake()), before);
    assert_eq!(std::fs::read(world.path("lake/lake.json")).unwrap(), manifest);
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
    let cut = std::panic::catch_unwind(|| import(&world.path("lake"), &options, &PowerCut).map(drop));
    assert!(cut.is_err());
    assert_eq!(content(&world.lake()), before);
    world.import(&["s=b.ndjson"]);
    assert_eq!(world.lake().rows("citizen"), 40);
    assert!(!world.path("lake/work").exists());
}

#[test]
fn two_imports_at_once_are_refused() {
    let world = World::new();
    world.file("a.ndjson", patient("p", "", ""));
    std::fs::create_dir_all(world.path("lake")).unwrap();
    let lock = std::fs::File::create(world.path("lake/lock")).unwrap();
    lock.lock().unwrap();
    let error = world.import_into("lake", &["a.ndjson"]).expect_err("an error");
    assert!(matches!(error, LakeError::Locked { .. }));
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

/// A record of a small town: which source, and its text.
fn record() -> impl Strategy<Value = (u8, String)> {
    let id = 0..6_u8;
    let kind = (0..7_u8, id, 0..4_u8, 0..3_u8, 0..3_u8);
    kind.prop_map(|(kind, id, other, day, source)| {
        let meta = format!(r#""meta":{{"lastUpdated":"2026-01-0{}T00:00:00Z"}}"#, day + 1);
        let text = match kind {
            0 | 1 => {
                let practice = if day == 0 { r#","generalPractitioner":[{"reference":"Organization/o0"}]"# } else { "" };
                let particulars = format!(r#""birthDate":"19{}0-01-01","gender":"female","name":[{{"family":"F{}"}}],{meta}{practice}"#, 5 + other % 2, id % 3);
                patient(&format!("p{id}"), &format!("910{}", other % 3), &particulars)
            }
            2 => of_patient("Condition", &format!("c{id}{other}"), &format!("p{id}"), &format!(r#"{meta},"onsetDateTime":"2020-01-0{}""#, day + 1)),
            3 => of_patient(
                "Encounter",
                &format!("e{id}{other}"),
                &format!("p{id}"),
                &format!(r#"{meta},"period":{{"start":"2020-02-0{}"}},"serviceProvider":{{"reference":"Organization/o{other}"}},"participant":[{{"individual":{{"reference":"Practitioner/d{other}"}}}}]"#, day + 1),
            ),
            4 => resource("Organization", &format!("o{other}"), &format!(r#"{meta},"identifier":[{{"value":"A{day}"}}]"#)),
            5 => resource("PractitionerRole", &format!("r{other}"), &format!(r#"{meta},"practitioner":{{"reference":"Practitioner/d{other}"}},"code":[{{"coding":[{{"code":"prof-{day}"}}]}}]"#)),
            _ => of_patient("CarePlan", &format!("k{id}"), &format!("p{id}"), &meta),
        };
        (source, text)
    })
}

/// Writes records into files by source, `parts` files each in turn, and imports the parts one after the other.
fn build(lake: &str, records: &[(u8, String)], parts: usize) -> World {
    let world = World::new();
    for part in 0..parts {
        for source in 0..3_u8 {
            let of_part = records.iter().enumerate().filter(|(place, (of, _))| place % parts == part && *of == source);
            let text: String = of_part.map(|(_, (_, text))| text.as_str()).collect();
            if !text.is_empty() {
                world.file(&format!("part{part}/s{source}/all.ndjson"), text);
            }
        }
        let folder = format!("part{part}");
        if world.path(&folder).exists() {
            world.import_into(lake, &[&folder]).expect("an import");
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_same_records_in_any_order_give_the_same_lake(
        (records, shuffled) in prop::collection::vec(record(), 1..40)
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
    ) {
        let (one, other) = (build("lake", &records, 1), build("lake", &shuffled, 1));
        prop_assert_eq!(content(&one.lake()), content(&other.lake()));
        prop_assert_eq!(one.lake().version(), other.lake().version());
    }

    #[test]
    fn records_at_once_or_one_after_the_other_give_the_same_lake(
        records in prop::collection::vec(record(), 2..40),
        parts in 2..4_usize,
    ) {
        let (one, other) = (build("lake", &records, 1), build("lake", &records, parts));
        prop_assert_eq!(content(&one.lake()), content(&other.lake()));
    }

    #[test]
    fn small_chunks_of_memory_give_the_same_lake(records in prop::collection::vec(record(), 2..40)) {
        let world = build("lake", &records, 1);
        let mut options = world.options.clone();
        options.inputs = vec![stead_lake::Input { source: None, path: world.path("part0") }];
        options.chunk_bytes = 300;
        import(&world.path("small"), &options, &()).expect("an import");
        let small = stead_lake::Lake::open(&world.path("small")).expect("a lake");
        prop_assert_eq!(content(&world.lake()), content(&small));
    }
}
