//! Twenty thousand made-up citizens against the published figures.

use std::sync::OnceLock;

use stead_rules::{Day, MaritalStatus, Sex};
use stead_synth::condition::{CONDITIONS, Condition};
use stead_synth::life::Outcome;
use stead_synth::published::{PEOPLE_THOUSANDS, band_of};
use stead_synth::vocabulary::{Act, Kind, Measure};
use stead_synth::world::NOWHERE;
use stead_synth::{History, Life, World, life};

use crate::definitions::{options, small_town};

const YEARS: f64 = 10.0;

fn people() -> &'static (World, Vec<Life>) {
    static PEOPLE: OnceLock<(World, Vec<Life>)> = OnceLock::new();
    PEOPLE.get_or_init(|| {
        let world = World::new(&small_town(), &options(20_000, History::Full)).unwrap();
        let lives = (0..20_000).map(|index| life(7, index, &world)).collect();
        (world, lives)
    })
}

fn living() -> impl Iterator<Item = &'static Life> {
    people().1.iter().filter(|life| life.is_alive())
}

fn age(life: &Life) -> u16 {
    people().0.last_day.age_years(life.born).unwrap_or(0)
}

fn share<'a>(lives: impl Iterator<Item = &'a Life>, holds: impl Fn(&Life) -> bool) -> f64 {
    let (mut with, mut all) = (0.0, 0.0);
    for life in lives {
        all += 1.0;
        with += f64::from(u8::from(holds(life)));
    }
    with / all
}

#[track_caller]
fn near(what: &str, got: f64, published: f64, tolerance: f64) {
    assert!((got - published).abs() <= tolerance, "{what}: {got:.4}, published {published}, tolerance {tolerance}");
}

/// Deprivation decile of the latest home.
fn decile(life: &Life) -> u8 {
    life.homes.iter().rev().find_map(|home| people().0.home(home.area)).unwrap().decile
}

/// Person-years within the histories.
fn years(life: &Life) -> f64 {
    let world = &people().0;
    let from = life.homes[0].from.max(world.first_day);
    f64::from(life.last_day(world).epoch_days() - from.epoch_days()) / 365.25
}

#[test]
fn people_are_as_old_and_as_many_women_as_in_england() {
    let england: f64 = PEOPLE_THOUSANDS.iter().sum();
    for (band, people) in PEOPLE_THOUSANDS.iter().enumerate() {
        let got = share(living(), |life| band_of(age(life)) == band);
        near(&format!("age band {band}"), got, people / england, 0.008);
    }
    near("women", share(living(), |life| life.sex == Sex::Female), 0.506, 0.012);
}

#[test]
fn marriage_is_as_common_as_in_england_and_wales() {
    let adults = || living().filter(|life| age(life) >= 16);
    let is =
        |statuses: &'static [Option<MaritalStatus>]| share(adults(), |life| statuses.contains(&life.marital_status()));
    near("single", is(&[None, Some(MaritalStatus::Partnered)]), 0.35, 0.03);
    near("married", is(&[Some(MaritalStatus::Married), Some(MaritalStatus::Separated)]), 0.505, 0.025);
    near("divorced", is(&[Some(MaritalStatus::Divorced)]), 0.085, 0.015);
    near("widowed", is(&[Some(MaritalStatus::Widowed)]), 0.06, 0.012);
    let year_ago = people().0.last_day.plus_years(-1);
    let divorced = living().filter(|life| {
        life.marital.last().is_some_and(|(day, status)| *status == MaritalStatus::Divorced && *day >= year_ago)
    });
    let married = living().filter(|life| life.marital_status() == Some(MaritalStatus::Married)).count() as f64;
    near("divorces for each married person and year", divorced.count() as f64 / married, 0.0092, 0.003);
}

#[test]
fn couples_share_their_homes_and_the_day_of_their_wedding() {
    let lives = &people().1;
    let couples = lives.chunks(2).filter(|pair| {
        pair.len() == 2
            && pair[0].is_alive()
            && pair[1].is_alive()
            && pair[0].marital_status() == Some(MaritalStatus::Married)
    });
    let mut count = 0;
    for pair in couples {
        count += 1;
        assert_eq!(pair[0].marital, pair[1].marital);
        let home = |at: usize| pair[at].homes.last().map(|home| (home.area, home.dwelling, home.to));
        assert_eq!(home(0), home(1));
        assert_ne!(pair[0].sex, pair[1].sex);
        assert!(pair[1].marital[0].0 >= pair[1].born.plus_years(16));
    }
    assert!(count > 3_000, "{count}");
}

#[test]
fn as_many_die_and_move_as_in_england() {
    let (world, lives) = people();
    let deaths = lives.iter().filter(|life| !life.is_alive()).count() as f64;
    near("deaths a year for each 1,000", deaths / YEARS / living().count() as f64 * 1000.0, 9.4, 1.0);
    let moves: usize = living()
        .map(|life| life.homes.iter().filter(|home| home.from > world.first_day && home.from > life.born).count())
        .sum();
    near("moves a year", moves as f64 / living().map(years).sum::<f64>(), 0.10, 0.02);
    let all_dead_within =
        lives.iter().filter_map(|life| life.died).all(|day| day >= world.first_day && day <= world.last_day);
    assert!(all_dead_within);
}

#[test]
fn one_in_a_hundred_of_the_town_is_registered_nowhere() {
    let world = &people().0;
    let townspeople = living().filter(|life| life.home_on(world.last_day).is_some_and(|home| home.area != NOWHERE));
    near("registered nowhere", share(townspeople, |life| life.registration_on(world.last_day).is_none()), 0.01, 0.003);
}

#[test]
fn conditions_are_as_common_as_published() {
    for facts in CONDITIONS.iter().filter(|facts| facts.prevalence > 0.0) {
        let counted = || living().filter(|life| age(life) >= facts.from_years);
        let got = share(counted(), |life| life.had(facts.condition, people().0.last_day));
        let chance = (facts.prevalence / counted().count() as f64).sqrt();
        near(facts.term, got, facts.prevalence, 3.0 * chance + 0.03 * facts.prevalence);
    }
    let diabetes = share(living().filter(|life| age(life) >= 17), |life| {
        life.conditions.iter().any(|onset| onset.condition.is_diabetes())
    });
    near("diabetes of 17 and over", diabetes, 0.075, 0.008);
    let several = share(living().filter(|life| age(life) >= 65), |life| life.conditions.len() >= 2);
    near("two conditions or more at 65 and over", several, 0.57, 0.10);
}

#[test]
fn nothing_happens_before_birth_or_after_death_or_after_the_last_day() {
    let (world, lives) = people();
    for life in lives {
        let last = life.last_day(world);
        let inside = |day: Day| assert!(life.born <= day && day <= last, "citizen {}: {day}", life.index);
        life.contacts.iter().for_each(|one| inside(one.day));
        life.measurements.iter().for_each(|one| inside(one.day));
        life.procedures.iter().for_each(|one| inside(one.day));
        life.prescriptions.iter().for_each(|one| inside(one.from));
        life.diagnoses.iter().for_each(|one| inside(one.recorded));
        life.conditions.iter().for_each(|one| inside(one.from));
        life.marital.iter().for_each(|(day, _)| inside(*day));
        life.registrations.iter().for_each(|one| inside(one.from));
        assert!(!life.homes.is_empty() && !life.records.is_empty());
        assert!(life.homes.windows(2).all(|pair| pair[0].to == pair[1].from && pair[0].from < pair[0].to));
        assert!(life.registrations.windows(2).all(|pair| pair[0].to <= pair[1].from));
        for contact in &life.contacts {
            let source = world.offers[contact.offer as usize].source;
            assert_eq!(life.records[usize::from(contact.record)].source, source, "held by whoever was met");
        }
    }
}

/// Shares of the person-years with diabetes in which each care process and all eight of them were done.
fn processes(with: impl Fn(&Life) -> bool, condition: Condition) -> ([f64; 8], f64) {
    const MEASURES: [Measure; 7] = [
        Measure::Hba1c,
        Measure::BloodPressure,
        Measure::Cholesterol,
        Measure::Creatinine,
        Measure::UrineAlbumin,
        Measure::BodyMassIndex,
        Measure::Smoking,
    ];
    let world = &people().0;
    let (mut done, mut all, mut years) = ([0.0; 8], 0.0, 0.0);
    for year in 0..10 {
        let (from, to) = (world.first_day.plus_years(year), world.first_day.plus_years(year + 1));
        let inside = |day: Day| from <= day && day < to;
        let counted = living().filter(|life| {
            with(life) && life.had(condition, from) && life.homes[0].from <= from && life.registration_on(to).is_some()
        });
        for life in counted {
            years += 1.0;
            let measured = |measure| life.measurements.iter().any(|one| one.measure == measure && inside(one.day));
            let mut each = [false; 8];
            for (slot, measure) in each.iter_mut().zip(MEASURES) {
                *slot = measured(measure);
            }
            each[7] = life.procedures.iter().any(|one| one.act == Act::FootExamination && inside(one.day));
            for (sum, one) in done.iter_mut().zip(each) {
                *sum += f64::from(u8::from(one));
            }
            all += f64::from(u8::from(each.iter().all(|&one| one)));
        }
    }
    (done.map(|sum| sum / years), all / years)
}

#[test]
fn diabetes_care_is_as_complete_as_the_audit_found() {
    let (first, all_first) = processes(|_| true, Condition::Type1Diabetes);
    let (second, all_second) = processes(|_| true, Condition::Type2Diabetes);
    near("all eight, type 1", all_first, 0.40, 0.06);
    near("all eight, type 2", all_second, 0.575, 0.04);
    for (one, two) in first.iter().zip(second) {
        assert!(*one < two, "less is done for type 1: {first:?} {second:?}");
    }
    for shares in [first, second] {
        assert!(shares.iter().all(|&one| one >= shares[4]), "urine albumin least: {shares:?}");
    }
}

fn contacts(life: &Life, of: impl Fn(Kind) -> bool) -> impl Iterator<Item = Outcome> {
    let offers = &people().0.offers;
    life.contacts
        .iter()
        .filter(move |contact| offers[contact.offer as usize].kind.is_some_and(&of))
        .map(|contact| contact.outcome)
}

fn per_year(lives: impl Fn() -> Box<dyn Iterator<Item = &'static Life>>, kind: Kind) -> f64 {
    let count: usize = lives().map(|life| contacts(life, |other| other == kind).count()).sum();
    count as f64 / lives().map(years).sum::<f64>()
}

fn is_clinic(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Cardiology | Kind::DiabetesClinic | Kind::Ophthalmology | Kind::RenalMedicine | Kind::RespiratoryMedicine
    )
}

fn missed(lives: impl Iterator<Item = &'static Life>) -> f64 {
    let outcomes: Vec<Outcome> = lives.flat_map(|life| contacts(life, is_clinic).collect::<Vec<_>>()).collect();
    outcomes.iter().filter(|&&outcome| outcome == Outcome::Missed).count() as f64 / outcomes.len() as f64
}

fn everybody() -> Box<dyn Iterator<Item = &'static Life>> {
    Box::new(people().1.iter())
}

fn deprived() -> Box<dyn Iterator<Item = &'static Life>> {
    Box::new(people().1.iter().filter(|life| decile(life) <= 2))
}

fn well_off() -> Box<dyn Iterator<Item = &'static Life>> {
    Box::new(people().1.iter().filter(|life| decile(life) >= 9))
}

#[test]
fn services_are_used_as_often_as_published() {
    near("general practice a year", per_year(everybody, Kind::GeneralPractice), 5.6, 0.5);
    near("emergencies a year", per_year(everybody, Kind::Emergency), 0.41, 0.05);
    near("sight tests a year", per_year(everybody, Kind::Optometry), 0.30, 0.04);
    near("outpatients missed", missed(everybody()), 0.076, 0.012);
}

#[test]
fn deprivation_brings_more_need_and_more_missed_care() {
    let today = people().0.last_day;
    let (poor, rich) = (|| deprived().filter(|life| life.is_alive()), || well_off().filter(|life| life.is_alive()));
    for condition in [Condition::Type2Diabetes, Condition::Copd, Condition::Depression] {
        let had = |life: &Life| life.had(condition, today);
        assert!(share(poor(), had) > 1.3 * share(rich(), had), "{condition:?}");
    }
    assert!(share(deprived(), |life| !life.is_alive()) > 1.25 * share(well_off(), |life| !life.is_alive()));
    assert!(per_year(deprived, Kind::Emergency) > 1.4 * per_year(well_off, Kind::Emergency));
    assert!(per_year(deprived, Kind::Optometry) < 0.85 * per_year(well_off, Kind::Optometry));
    assert!(missed(deprived()) > 1.4 * missed(well_off()));
    let (_, poor_eight) = processes(|life| decile(life) <= 2, Condition::Type2Diabetes);
    let (_, rich_eight) = processes(|life| decile(life) >= 9, Condition::Type2Diabetes);
    assert!(poor_eight + 0.05 < rich_eight, "{poor_eight} {rich_eight}");
    let screened = |lives: Box<dyn Iterator<Item = &'static Life>>| {
        let (mut done, mut years_with) = (0.0, 0.0);
        for life in lives.filter(|life| life.had(Condition::Type2Diabetes, people().0.first_day)) {
            years_with += years(life);
            done += life.procedures.iter().filter(|one| one.act == Act::RetinalScreening).count() as f64;
        }
        done / years_with
    };
    assert!(screened(deprived()) < screened(well_off()));
}
