//! Periods are FHIR's: `end` is the last day inside, so one home ends on the day before the next one begins.

use serde_json::Value;
use stead_rules::Day;
use stead_synth::fhir::{Page, write_life};
use stead_synth::life::{Home, Registration};
use stead_synth::world::NOWHERE;
use stead_synth::{History, Life, World, life};

use crate::definitions::{day, options, small_town};

/// From the first day inside to the first day outside; `Day::FOREVER` without an end.
type Stay = (Day, Day);

fn small_world() -> World {
    World::new(&small_town(), &options(3_000, History::Full)).unwrap()
}

/// The resources of a type that all sources together hold of a citizen.
fn written(world: &World, life: &Life, kind: &str) -> Vec<Value> {
    let mut page = Page::new(world.sources.len());
    write_life(world, life, &mut page);
    let parts = page.parts().filter(|(_, resource, _, _)| resource.word() == kind);
    parts
        .flat_map(|(_, _, _, text)| {
            let lines = std::str::from_utf8(text).unwrap().lines();
            lines.map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
        })
        .collect()
}

/// Reads a FHIR period, whose end is part of it.
fn stay(period: &Value) -> Stay {
    let end = period["end"].as_str().map_or(Day::FOREVER, |end| day(&end[..10]).plus_days(1));
    (day(&period["start"].as_str().unwrap()[..10]), end)
}

/// The homes with days, for each Patient record that has them.
fn homes(world: &World, life: &Life) -> Vec<Vec<Stay>> {
    let patients = written(world, life, "Patient");
    let dated = patients.iter().filter_map(|patient| patient["address"].as_array());
    let dated = dated.filter(|homes| homes.iter().all(|home| home["period"].is_object()));
    dated.map(|homes| homes.iter().map(|home| stay(&home["period"])).collect()).collect()
}

fn registrations(world: &World, life: &Life) -> Vec<Stay> {
    let mut stays: Vec<Stay> =
        written(world, life, "EpisodeOfCare").iter().map(|episode| stay(&episode["period"])).collect();
    stays.sort();
    stays
}

#[track_caller]
fn assert_touch(life: &Life, what: &str, stays: &[Stay]) {
    for (from, to) in stays {
        assert!(from < to, "citizen {}: {what} {stays:?} end before they start", life.index);
    }
    for pair in stays.windows(2) {
        assert_eq!(pair[0].1, pair[1].0, "citizen {}: {what} {stays:?} do not touch", life.index);
    }
}

#[test]
fn one_home_or_practice_follows_another_without_a_day_between_or_shared() {
    let world = small_world();
    let (mut moves, mut changes) = (0, 0);
    for index in 0..3_000 {
        let life = life(7, index, &world);
        for stays in homes(&world, &life) {
            assert_touch(&life, "homes", &stays);
            moves += stays.len() - 1;
        }
        let stays = registrations(&world, &life);
        assert_touch(&life, "practices", &stays);
        changes += stays.len().saturating_sub(1);
    }
    assert!(moves > 1_000 && changes > 300, "{moves} moves, {changes} changes of practice");
}

#[test]
fn who_is_with_a_practice_stays_with_one_until_they_die_or_leave_the_town() {
    let world = small_world();
    let (mut died, mut left) = (0, 0);
    for index in 0..3_000 {
        let life = life(7, index, &world);
        let Some(last) = life.registrations.last() else { continue };
        let gone = life.homes.last().filter(|home| home.area == NOWHERE).map_or(Day::FOREVER, |home| home.from);
        // The day of death is the first day outside a life, as `stead_rules::Person::life` has it.
        let end = gone.min(life.died.unwrap_or(Day::FOREVER));
        assert_eq!(last.to, end, "citizen {index}: {:?}", life.registrations);
        died += u32::from(life.died == Some(end));
        left += u32::from(gone == end && end < Day::FOREVER);
    }
    assert!(died > 100 && left > 20, "{died} died, {left} left");
}

#[test]
fn a_stay_of_no_day_is_not_written() {
    let world = small_world();
    let mut life = life(7, 0, &world);
    let [first, then, now] = [day("2001-05-01"), day("2020-02-29"), day("2021-01-01")];
    let home = |from, to| Home { from, to, area: 0, dwelling: 0 };
    life.homes = vec![home(first, then), home(then, then), home(then, now), home(now, Day::FOREVER)];
    let usual = life.registrations[0];
    life.registrations =
        [(first, then), (then, then), (then, now)].map(|(from, to)| Registration { from, to, ..usual }).into();
    assert_eq!(homes(&world, &life), [[(first, then), (then, now), (now, Day::FOREVER)]]);
    assert_eq!(registrations(&world, &life), [(first, then), (then, now)]);
}

#[test]
fn a_stopped_medicine_is_valid_until_the_day_before() {
    let world = small_world();
    let mut stopped = 0;
    for index in 0..500 {
        let life = life(7, index, &world);
        let mut lived: Vec<Stay> = life.prescriptions.iter().filter_map(|one| Some((one.from, one.to?))).collect();
        let requests = written(&world, &life, "MedicationRequest");
        let periods = requests.iter().map(|request| &request["dispenseRequest"]["validityPeriod"]);
        let mut read: Vec<Stay> = periods.filter(|period| period.is_object()).map(stay).collect();
        lived.sort();
        read.sort();
        assert_eq!(read, lived, "citizen {index}");
        stopped += read.len();
    }
    assert!(stopped > 20, "{stopped}");
}

#[test]
fn a_bill_is_for_all_days_of_its_contact() {
    let world = small_world();
    let mut nights = 0;
    for index in 0..500 {
        let life = life(7, index, &world);
        let contacts = written(&world, &life, "Encounter");
        for bill in written(&world, &life, "ExplanationOfBenefit") {
            let contact = bill["item"][0]["encounter"][0]["reference"].as_str().unwrap();
            let is_its = |one: &&Value| contact.strip_prefix("Encounter/") == one["id"].as_str();
            let contact = contacts.iter().find(is_its).unwrap();
            assert_eq!(stay(&bill["billablePeriod"]), stay(&contact["period"]), "{bill}");
            nights += u32::from(bill["billablePeriod"]["start"] != bill["billablePeriod"]["end"]);
        }
    }
    assert!(nights > 20, "{nights}");
}
