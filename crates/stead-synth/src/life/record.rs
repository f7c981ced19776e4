//! Who wrote down what: which organisation knows which condition, and the faults that records have in life.
//!
//! How common faults are is an assumption, named in `docs/made-up-town.md`.

use stead_rules::{Day, MaritalStatus, Sex};

use super::care::record_in;
use super::person::national_number;
use super::{Coding, Diagnosis, Life, Measurement, Onset, Outcome, Record};
use crate::condition::CONDITIONS;
use crate::random::Random;
use crate::vocabulary::{Kind, Measure};
use crate::world::World;

/// Share of records outside general practice that lack the shared number.
const LACKS_NUMBER: f64 = 0.03;
/// Share of records with a wrong birthday or sex.
const WRONG_PERSON_DATA: f64 = 0.005;
/// Share of records that carry somebody else's shared number.
const SOMEBODY_ELSES_NUMBER: f64 = 0.001;
/// Share of records outside general practice of which there is a second in the same source.
const DUPLICATE: f64 = 0.012;
/// Share of conditions that general practice does not know of.
const UNKNOWN_TO_PRACTICE: f64 = 0.06;
/// Share of people with several conditions who chose their own coordinator.
const CHOSE_COORDINATOR: f64 = 0.02;

/// Distributes what happened over the records, with their faults.
pub fn write_down(world: &World, mut random: Random, life: &mut Life) {
    if life.records.is_empty() {
        record_in(life, fallback_source(world), world);
    }
    if life.index != 0 {
        diagnoses(world, &mut random, life);
        duplicates(world, &mut random, life);
        faults(world, &mut random, life);
        mistakes(&mut random, life);
        coordinator(&mut random, life);
    }
    marital_statuses(world, life);
    if life.died.is_some() {
        for record in &mut life.records {
            record.knows_death = record.all_homes || random.chance(0.6);
        }
    }
    last_updates(world, &mut random, life);
}

/// Somebody whom no service knows is still known to the council, or else to whoever comes first.
fn fallback_source(world: &World) -> u16 {
    let council = world.offers.iter().find(|offer| offer.kind == Some(Kind::SocialCare));
    council.or(world.offers.first()).map_or(0, |offer| offer.source)
}

fn diagnoses(world: &World, random: &mut Random, life: &mut Life) {
    for onset in life.conditions.clone() {
        let practice = practice_record(life, onset.from);
        let unknown = random.chance(UNKNOWN_TO_PRACTICE);
        if let Some(record) = practice.filter(|_| !unknown) {
            diagnose(world, random, life, onset, record, Coding::Snomed);
        }
        let mut known = practice.is_some() && !unknown;
        for at in 0..life.records.len() {
            let Some(source) = life.records.get(at).and_then(|record| world.source(record.source)) else { continue };
            let (chance, coding) = if source.general_practice {
                continue;
            } else if source.hospital {
                (0.5, if random.chance(0.6) { Coding::Icd10 } else { Coding::Both })
            } else if source.optician {
                (0.1, Coding::Snomed)
            } else {
                (0.15, Coding::Snomed)
            };
            if random.chance(chance) || (unknown && !known) {
                known = true;
                diagnose(world, random, life, onset, at as u8, coding);
            }
        }
        if let Some(record) = practice.or(Some(0)).filter(|_| !known) {
            diagnose(world, random, life, onset, record, Coding::Snomed);
        }
    }
}

/// The general practice of a day, or the first or last there was.
fn practice_record(life: &Life, day: Day) -> Option<u8> {
    let then = life.registration_on(day).or(life.registrations.first());
    then.map(|registration| registration.record)
}

fn diagnose(world: &World, random: &mut Random, life: &mut Life, onset: Onset, record: u8, coding: Coding) {
    let last = life.last_day(world);
    let recorded = onset.from.plus_days(random.below(45) as i32).min(last).max(onset.from);
    // One record in twenty-five does not say since when.
    let from = (!random.chance(0.04)).then_some(onset.from);
    life.diagnoses.push(Diagnosis {
        condition: onset.condition,
        from,
        to: onset.to,
        recorded,
        coding,
        mistake: false,
        record,
    });
}

/// A second record in the same source, with some of the contacts; the source may know that the one replaces the other.
fn duplicates(world: &World, random: &mut Random, life: &mut Life) {
    for at in 0..life.records.len().min(200) {
        let Some(&first) = life.records.get(at) else { continue };
        let general_practice = world.source(first.source).is_some_and(|source| source.general_practice);
        if general_practice || !random.chance(DUPLICATE) {
            continue;
        }
        let replaced_by = random.chance(0.6).then_some(at as u8);
        life.records.push(Record { duplicate: true, replaced_by, ..first });
        let second = (life.records.len() - 1) as u8;
        for contact in life.contacts.iter_mut().filter(|contact| usize::from(contact.record) == at) {
            if random.chance(0.35) {
                contact.record = second;
            }
        }
    }
    let contacts = &life.contacts;
    let holder = |contact: u32| contacts.get(contact as usize).map(|contact| contact.record);
    for one in &mut life.measurements {
        one.record = one.contact.and_then(holder).unwrap_or(one.record);
    }
    for one in &mut life.procedures {
        one.record = holder(one.contact).unwrap_or(one.record);
    }
    for one in &mut life.prescriptions {
        one.record = one.contact.and_then(holder).unwrap_or(one.record);
    }
}

fn faults(world: &World, random: &mut Random, life: &mut Life) {
    let (seed, index, citizens) = (world.seed, life.index, world.citizens);
    for record in &mut life.records {
        let general_practice = world.source(record.source).is_some_and(|source| source.general_practice);
        let lacks = if general_practice { 0.001 } else { LACKS_NUMBER };
        if random.chance(lacks) {
            record.national_number = None;
        } else if random.chance(SOMEBODY_ELSES_NUMBER) && citizens > 2 {
            let step = 1 + random.below((citizens - 2) as usize) as u64;
            // Never the essay's citizen's number: her record stays as it was written by hand.
            let other = ((index + step) % citizens).max(1);
            record.national_number = Some(national_number(seed, other));
        }
        if random.chance(WRONG_PERSON_DATA) {
            match random.below(4) {
                0 => record.sex = if record.sex == Sex::Male { Sex::Female } else { Sex::Male },
                1 => record.sex = Sex::Unknown,
                2 => record.born = record.born.plus_years(-10),
                _ => record.born = swapped(record.born),
            }
        }
    }
}

/// Day and month exchanged, as happens; a day earlier where there is no such date or it would be the same.
fn swapped(day: Day) -> Day {
    let exchanged = day.ymd().and_then(|(year, month, day)| Day::from_ymd(year, day, month));
    exchanged.filter(|&other| other < day).unwrap_or_else(|| day.plus_days(-1))
}

/// One contact in a thousand, and a condition of one citizen in three hundred, was written down by mistake.
fn mistakes(random: &mut Random, life: &mut Life) {
    for contact in &mut life.contacts {
        if random.chance(0.001) {
            contact.outcome = Outcome::Mistake;
        }
    }
    if !random.chance(0.003) {
        return;
    }
    let Some(contact) = random.one_of(&life.contacts).copied() else { return };
    let Some(facts) = random.one_of(CONDITIONS) else { return };
    if life.conditions.iter().all(|onset| onset.condition != facts.condition) {
        life.diagnoses.push(Diagnosis {
            condition: facts.condition,
            from: None,
            to: None,
            recorded: contact.day,
            coding: Coding::Snomed,
            mistake: true,
            record: contact.record,
        });
    }
}

fn coordinator(random: &mut Random, life: &mut Life) {
    if life.conditions.len() < 2 || !life.is_alive() || !random.chance(CHOSE_COORDINATOR) {
        return;
    }
    let at = random.below(life.contacts.len());
    let chosen =
        life.contacts.get(at).filter(|contact| contact.professional.is_some() && contact.outcome == Outcome::Attended);
    life.coordinator = chosen.map(|contact| (at as u32, contact.day));
}

/// The practice knows when each marital status began.
fn marital_statuses(world: &World, life: &mut Life) {
    let Some(record) = life.registrations.last().map(|registration| registration.record) else { return };
    let statuses = life.marital.len();
    for (at, &(day, status)) in life.marital.iter().enumerate() {
        let current = at + 1 == statuses;
        if world.history == crate::options::History::Slim && !current && day < world.first_day {
            continue;
        }
        let answer = MaritalStatus::WORDS.iter().position(|(_, one)| *one == status).unwrap_or(0);
        life.measurements.push(Measurement {
            measure: Measure::Marital,
            day,
            tenths: answer as i32,
            second_tenths: 0,
            contact: None,
            mistake: false,
            record,
        });
    }
}

/// The last day on which anything was written to each record.
fn last_updates(world: &World, random: &mut Random, life: &mut Life) {
    let end = life.last_day(world);
    let registered = life.registrations.last().map(|registration| registration.record);
    for contact in &life.contacts {
        if let Some(record) = life.records.get_mut(usize::from(contact.record)) {
            record.updated = record.updated.max(contact.day);
        }
    }
    for (at, record) in life.records.iter_mut().enumerate() {
        if registered == Some(at as u8) || (record.knows_death && life.died.is_some()) {
            record.updated = record.updated.max(end.plus_days(-(random.below(40) as i32)));
        }
        record.updated = record.updated.max(life.born).min(world.last_day);
    }
}
