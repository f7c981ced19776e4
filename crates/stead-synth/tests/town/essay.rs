//! The essay's citizen is in every town.

use stead_rules::{Day, MaritalStatus, Sex};
use stead_synth::condition::Condition;
use stead_synth::life::Outcome;
use stead_synth::vocabulary::{Act, Kind, Measure};
use stead_synth::{History, Life, World, life};

use crate::definitions::{day, made, options, small_town};

fn she() -> (Life, World) {
    let world = World::new(&small_town(), &options(100, History::Full)).unwrap();
    (life(7, 0, &world), world)
}

fn last(life: &Life, world: &World, kind: Kind) -> Option<Day> {
    let attended = life.contacts.iter().filter(|contact| contact.outcome == Outcome::Attended);
    attended.filter(|contact| world.offers[contact.offer as usize].kind == Some(kind)).map(|contact| contact.day).max()
}

#[test]
fn she_is_fifty_has_type_1_diabetes_was_divorced_this_year_and_her_eyesight_begins_to_fail() {
    let (life, world) = she();
    let today = world.last_day;
    assert_eq!(today, day("2026-11-01"));
    assert_eq!((life.sex, today.age_years(life.born)), (Sex::Female, Some(50)));
    assert!(life.had(Condition::Type1Diabetes, today.plus_years(-30)));
    assert!(!life.had(Condition::Type2Diabetes, today));
    assert!(life.had(Condition::DiabeticRetinopathy, today) && life.had(Condition::VisualImpairment, today));
    let (since, status) = *life.marital.last().unwrap();
    assert_eq!(status, MaritalStatus::Divorced);
    assert!(since > today.plus_months(-12) && since < today);
    let home = life.home_on(today).unwrap();
    assert!(["\"T03\"", "\"T04\""].contains(&world.home(home.area).unwrap().code.as_str()));
    assert!(life.registration_on(today).is_some());
}

#[test]
fn some_of_her_needs_are_met_some_overdue_some_never() {
    let (life, world) = she();
    let today = world.last_day;
    let within = |months: i32, kind| last(&life, &world, kind).is_some_and(|day| day > today.plus_months(-months));
    assert!(within(6, Kind::GeneralPractice) && within(12, Kind::DiabetesSpecialistNursing));
    assert!(within(12, Kind::DiabetesClinic) && !within(10, Kind::DiabetesClinic));
    assert_eq!(last(&life, &world, Kind::Optometry).unwrap().ymd().unwrap().0, 2025);
    assert!(!within(24, Kind::RetinalScreening) && last(&life, &world, Kind::RetinalScreening).is_some());
    assert!(!within(24, Kind::Podiatry) && last(&life, &world, Kind::Podiatry).is_some());
    assert_eq!(last(&life, &world, Kind::Ophthalmology), None);
    assert_eq!(last(&life, &world, Kind::SexualHealth), None);
    let measured = |measure| life.measurements.iter().filter(|one| one.measure == measure).map(|one| one.day).max();
    assert!(measured(Measure::Hba1c).unwrap() > today.plus_months(-6));
    assert!(measured(Measure::UrineAlbumin).unwrap() < today.plus_months(-24));
    let feet = life.procedures.iter().filter(|one| one.act == Act::FootExamination).map(|one| one.day).max();
    assert!(feet.unwrap() < today.plus_months(-24));
}

#[test]
fn four_organisations_know_her_each_by_its_own_id() {
    let (memory, _) = made(&small_town(), &options(40, History::Full));
    let text = |file: &str| String::from_utf8(memory.files[file].clone()).unwrap();
    let practice = if text("federation/Patient.ndjson").contains("essay-citizen") { "federation" } else { "lone" };
    assert!(text(&format!("{practice}/Patient.ndjson")).contains(r#""id":"essay-citizen""#));
    assert!(text("trust/Patient.ndjson").contains(r#""id":"t-000000""#));
    assert!(text("community/Patient.ndjson").contains(r#""id":"c-000000""#));
    let optician = ["optician", "spectacles"].into_iter().filter_map(|one| {
        memory.files.get(&format!("{one}/Condition.ndjson")).map(|text| String::from_utf8_lossy(text).into_owned())
    });
    assert!(optician.collect::<String>().contains("397540003"), "the optician alone knows that her sight fails");
}

#[test]
fn what_a_town_lacks_is_left_out_of_her_life() {
    for missing in Kind::ALL {
        let mut place = small_town();
        place.services.retain(|service| service.kind.as_str() != missing.word());
        let world = World::new(&place, &options(3, History::Slim)).unwrap();
        let life = life(7, 0, &world);
        assert!(life.contacts.iter().all(|contact| world.offers[contact.offer as usize].kind != Some(*missing)));
        assert!(!life.records.is_empty());
    }
}
