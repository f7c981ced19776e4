//! What was found, measured, done and prescribed: Condition, Observation, Procedure, MedicationRequest.

use stead_rules::{Day, MaritalStatus};

use super::person::marital_code;
use super::{About, Coding, ICD10, LOINC, MARITAL, Moment, SNOMED, contact};
use crate::condition::Facts;
use crate::life::{Coding as Codes, Diagnosis, Life, Measurement};
use crate::vocabulary::{Act, Measure, Medicine, Resource};
use crate::world::{Offer, Professional, World};

/// A condition as written down.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// What it is.
    pub about: About,
    /// Clinical status; none for what was written down by mistake.
    pub status: Option<&'static str>,
    /// Verification status.
    pub certainty: &'static str,
    /// Its codes, one or both.
    pub codings: [Option<Coding<'static>>; 2],
    /// What it is called.
    pub term: &'static str,
    /// When it began, when written down.
    pub from: Option<Day>,
    /// When it ended.
    pub to: Option<Day>,
    /// The day it was written down.
    pub recorded: Day,
}

/// The conditions of a life, as written down.
pub fn conditions(life: &Life) -> impl Iterator<Item = Condition> {
    life.diagnoses.iter().enumerate().map(|(at, diagnosis)| condition(life, at, diagnosis))
}

fn condition(life: &Life, at: usize, it: &Diagnosis) -> Condition {
    let facts = it.condition.facts();
    let updated = it.to.unwrap_or(it.recorded);
    let status = if it.to.is_some() { "resolved" } else { "active" };
    Condition {
        about: About::of(life, Resource::Condition, it.record, at, Moment(updated, 1080)),
        status: (!it.mistake).then_some(status),
        certainty: if it.mistake { "entered-in-error" } else { "confirmed" },
        codings: codings(facts, it.coding),
        term: facts.term,
        from: it.from,
        to: it.to,
        recorded: it.recorded,
    }
}

fn codings(facts: &'static Facts, which: Codes) -> [Option<Coding<'static>>; 2] {
    let snomed = Coding { system: SNOMED, code: facts.snomed, term: Some(facts.term) };
    let icd10 = Coding { system: ICD10, code: facts.icd10, term: None };
    match which {
        Codes::Snomed => [Some(snomed), None],
        Codes::Icd10 => [Some(icd10), None],
        Codes::Both => [Some(snomed), Some(icd10)],
    }
}

/// Something measured or asked.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'l> {
    /// What it is.
    pub about: About,
    /// FHIR status.
    pub status: &'static str,
    /// What was measured.
    pub measure: Measure,
    /// When.
    pub day: Day,
    /// The contact at which it was, by number, with the moment.
    pub contact: Option<(u32, Moment)>,
    /// Whose service measured it, with its number among the town's.
    pub performer: Option<(u32, &'l Offer)>,
    /// The answer.
    pub value: Value,
}

/// An answer.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// A number in tenths, and its unit.
    Number(i32, &'static str),
    /// Systolic and diastolic blood pressure, each with its code, in tenths of mm Hg.
    Two([(Coding<'static>, i32); 2]),
    /// A code.
    Coded(Coding<'static>),
}

/// The unit of blood pressure.
pub const PRESSURE_UNIT: &str = "mm[Hg]";

impl Observation<'_> {
    /// What was measured, as a code.
    pub fn coding(&self) -> Coding<'static> {
        let (code, term, _) = self.measure.loinc();
        Coding { system: LOINC, code, term: Some(term) }
    }
}

/// What was measured and asked in a life.
pub fn observations<'l>(world: &'l World, life: &'l Life) -> impl Iterator<Item = Observation<'l>> {
    life.measurements.iter().enumerate().map(|(at, one)| observation(world, life, at, one))
}

fn observation<'l>(world: &'l World, life: &'l Life, at: usize, one: &Measurement) -> Observation<'l> {
    let contact = contact(world, life, one.contact);
    Observation {
        about: About::of(life, Resource::Observation, one.record, at, Moment(one.day, 1110)),
        status: if one.mistake { "entered-in-error" } else { "final" },
        measure: one.measure,
        day: one.day,
        contact: contact.map(|(at, contact, _)| (at, Moment(one.day, u32::from(contact.minute)))),
        performer: contact.and_then(|(_, contact, offer)| Some((contact.offer, offer?))),
        value: value(one),
    }
}

fn value(one: &Measurement) -> Value {
    let loinc = |code, term| Coding { system: LOINC, code, term: Some(term) };
    match one.measure {
        Measure::BloodPressure => Value::Two([
            (loinc("8480-6", "Systolic blood pressure"), one.tenths),
            (loinc("8462-4", "Diastolic blood pressure"), one.second_tenths),
        ]),
        Measure::Smoking => {
            let (code, term) = match one.tenths {
                0 => ("266919005", "Never smoked tobacco"),
                1 => ("8517006", "Ex-smoker"),
                _ => ("77176002", "Smoker"),
            };
            Value::Coded(Coding { system: SNOMED, code, term: Some(term) })
        }
        Measure::Marital => {
            let answer = usize::try_from(one.tenths).ok().and_then(|at| MaritalStatus::WORDS.get(at));
            let status = answer.map_or(MaritalStatus::Single, |(_, status)| *status);
            Value::Coded(Coding { system: MARITAL, code: marital_code(status), term: None })
        }
        measure => Value::Number(one.tenths, measure.loinc().2),
    }
}

/// Something done.
#[derive(Clone, Copy, Debug)]
pub struct Procedure<'l> {
    /// What it is.
    pub about: About,
    /// What was done.
    pub act: Act,
    /// When.
    pub day: Day,
    /// The contact at which it was done, by number.
    pub contact: u32,
    /// Who did it, with the number among the town's professionals.
    pub professional: Option<(u32, &'l Professional)>,
}

impl Procedure<'_> {
    /// What was done, as a code.
    pub fn coding(&self) -> Coding<'static> {
        Coding { system: SNOMED, code: self.act.snomed(), term: Some(self.act.word()) }
    }
}

/// What was done in a life.
pub fn procedures<'l>(world: &'l World, life: &'l Life) -> impl Iterator<Item = Procedure<'l>> {
    life.procedures.iter().enumerate().map(|(at, one)| Procedure {
        about: About::of(life, Resource::Procedure, one.record, at, Moment(one.day, 1110)),
        act: one.act,
        day: one.day,
        contact: one.contact,
        professional: seen_by(world, life, Some(one.contact)),
    })
}

/// A medicine prescribed.
#[derive(Clone, Copy, Debug)]
pub struct Prescription<'l> {
    /// What it is.
    pub about: About,
    /// FHIR status.
    pub status: &'static str,
    /// Which medicine.
    pub medicine: Medicine,
    /// Whether it is written in words only, without a code.
    pub words_only: bool,
    /// From when.
    pub from: Day,
    /// First day after it ended.
    pub to: Option<Day>,
    /// The contact at which it was written, by number.
    pub contact: Option<u32>,
    /// Who wrote it, with the number among the town's professionals.
    pub professional: Option<(u32, &'l Professional)>,
}

impl Prescription<'_> {
    /// Which medicine, as a code; none when it is written in words.
    pub fn coding(&self) -> Option<Coding<'static>> {
        let coding = Coding { system: SNOMED, code: self.medicine.snomed(), term: Some(self.medicine.word()) };
        (!self.words_only).then_some(coding)
    }
}

/// What was prescribed in a life.
pub fn prescriptions<'l>(world: &'l World, life: &'l Life) -> impl Iterator<Item = Prescription<'l>> {
    life.prescriptions.iter().enumerate().map(|(at, one)| Prescription {
        about: About::of(life, Resource::MedicationRequest, one.record, at, Moment(one.to.unwrap_or(one.from), 1120)),
        status: if one.to.is_some() { "stopped" } else { "active" },
        medicine: one.medicine,
        words_only: one.words_only,
        from: one.from,
        to: one.to,
        contact: one.contact.filter(|&at| life.contacts.get(at as usize).is_some()),
        professional: seen_by(world, life, one.contact),
    })
}

/// The professional of a contact.
fn seen_by<'l>(world: &'l World, life: &Life, at: Option<u32>) -> Option<(u32, &'l Professional)> {
    let number = life.contacts.get(at? as usize)?.professional?;
    Some((number, world.professional(number)?))
}
