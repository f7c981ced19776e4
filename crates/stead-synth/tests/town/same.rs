//! The same seed makes the same town.

use std::cell::Cell;

use stead_rules::Definitions;
use stead_synth::{History, TownError, TownOptions, World, town};

use crate::definitions::{made, options, small_town};

#[test]
fn threads_and_blocks_do_not_change_a_byte() {
    let place = small_town();
    let usual = options(430, History::Full);
    let (one, report) = made(&place, &TownOptions { threads: 1, block_citizens: 500, ..usual.clone() });
    for (threads, block_citizens) in [(4, 0), (4, 7), (2, 64)] {
        let (other, other_report) = made(&place, &TownOptions { threads, block_citizens, ..usual.clone() });
        assert!(one == other, "{threads} threads, blocks of {block_citizens}");
        assert_eq!(report, other_report);
    }
}

#[test]
fn another_seed_makes_another_town_but_the_same_essay_citizen() {
    let place = small_town();
    let (one, _) = made(&place, &options(60, History::Slim));
    let (other, _) = made(&place, &TownOptions { seed: 8, ..options(60, History::Slim) });
    let lines = |memory: &stead_synth::Memory, file: &str| -> Vec<String> {
        String::from_utf8(memory.files[file].clone()).unwrap().lines().map(str::to_owned).collect()
    };
    assert_ne!(lines(&one, "federation/Encounter.ndjson"), lines(&other, "federation/Encounter.ndjson"));
    let born = |memory: &stead_synth::Memory| {
        let patients = memory.files.keys().filter(|file| file.ends_with("/Patient.ndjson"));
        let all: Vec<String> = patients.flat_map(|file| lines(memory, file)).collect();
        let hers = all.iter().find(|line| line.contains(r#""id":"essay-citizen""#)).unwrap();
        hers.split("birthDate").nth(1).unwrap().get(..14).unwrap().to_owned()
    };
    assert_eq!(born(&one), born(&other));
}

#[test]
fn a_folder_holds_the_same_as_memory_and_appears_only_when_whole() {
    let place = small_town();
    let usual = options(250, History::Slim);
    let (memory, _) = made(&place, &usual);
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("town");
    let done = Cell::new(0);
    let report = town(&place, &usual, &out, &|citizens| {
        assert!(!out.exists());
        done.set(citizens);
    });
    let report = report.unwrap();
    assert_eq!(done.get(), 250);
    assert_eq!(report.citizens, 250);
    for (file, text) in &memory.files {
        assert!(std::fs::read(out.join(file)).unwrap() == *text, "{file}");
    }
    assert_eq!(report.total().bytes, memory.files.values().map(|text| text.len() as u64).sum::<u64>());
    assert_eq!(report.parts.len(), memory.files.len());

    let again = town(&place, &usual, &out, &|_| {}).unwrap_err().to_string();
    assert!(again.contains("is not empty: remove it or name another folder"), "{again}");
}

#[test]
fn a_place_where_no_town_can_be_says_why() {
    let usual = options(10, History::Full);
    let refused = |place: &Definitions| World::new(place, &usual).unwrap_err().to_string();
    assert_eq!(
        refused(&Definitions::default()),
        "nobody can live here: the place folder has no small areas; add `small-areas.csv`"
    );
    let nobody = Definitions { organisations: vec![], sites: vec![], services: vec![], ..small_town() };
    assert!(refused(&nobody).starts_with("nobody would hold the records"));
    let mut empty = small_town();
    for area in &mut empty.small_areas {
        area.population = vec![0; 19];
    }
    assert!(matches!(World::new(&empty, &usual), Err(TownError::NobodyLivesThere)));
    let mut odd = small_town();
    odd.sites[0].id = "../quay".into();
    assert!(refused(&odd).contains("`../quay` cannot be an id"));
    let mut several = small_town();
    several.small_areas[0].code = "T01;T02".into();
    assert_eq!(
        refused(&several),
        "`T01;T02` is the code of several small areas, not of one: is this a table of small areas, with a column `small_area`?"
    );
    assert_eq!(
        World::new(&small_town(), &options(0, History::Full)).unwrap_err().to_string(),
        "a town has at least one citizen: ask for 1 or more"
    );
}

#[test]
fn a_citizen_comes_to_so_much_text() {
    let each = |history| {
        let (_, report) = made(&small_town(), &options(1_500, history));
        let total = report.total();
        (total.resources as f64 / 1_500.0, total.bytes as f64 / 1_500_000.0)
    };
    let (resources, kilobytes) = each(History::Slim);
    assert!((20.0..28.0).contains(&resources) && (10.0..18.0).contains(&kilobytes), "slim {resources} {kilobytes}");
    let (resources, kilobytes) = each(History::Full);
    assert!((80.0..110.0).contains(&resources) && (40.0..70.0).contains(&kilobytes), "full {resources} {kilobytes}");
}
