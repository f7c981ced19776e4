//! The same records give the same lake: whatever records, at once or one after the other.

use proptest::prelude::*;
use stead_lake::import;

use crate::testing::{World, content, of_patient, patient, resource};

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
        import(world.at("small"), &options, &()).expect("an import");
        let small = stead_lake::Lake::open(world.at("small")).expect("a lake");
        prop_assert_eq!(content(&world.lake()), content(&small));
    }
}
