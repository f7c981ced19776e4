//! A life: what happened to one citizen, and which organisation wrote down what.
//!
//! A pure function of the seed, the citizen's number and the town ([`life`]); the writers in `fhir` turn it into text, and
//! whoever wants tables reads the same facts. Everything a life holds was recorded by one of its [`Record`]s.

mod care;
mod essay;
mod habits;
mod health;
mod person;
mod record;
mod review;

use stead_rules::{Day, MaritalStatus, Sex};

use crate::condition::Condition;
use crate::names::Name;
use crate::random::{Random, Stream};
use crate::vocabulary::{Act, ContactKind, Measure, Medicine};
use crate::world::World;

pub use person::{NUMBERS, holder, national_number, right_check_digit};

/// Everything about one citizen.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// Which citizen: 0 is the essay's.
    pub index: u64,
    /// The shared number, ten digits, never a valid one.
    pub national_number: u64,
    /// Name.
    pub name: Name,
    /// Sex.
    pub sex: Sex,
    /// Birthday.
    pub born: Day,
    /// Day of death.
    pub died: Option<Day>,
    /// Homes, oldest first, one after the other; the first may have begun before the history does.
    pub homes: Vec<Home>,
    /// Registrations with general practices, oldest first.
    pub registrations: Vec<Registration>,
    /// Marital statuses with the day each began, oldest first; none: single.
    pub marital: Vec<(Day, MaritalStatus)>,
    /// Conditions the citizen has, known or not.
    pub conditions: Vec<Onset>,
    /// Who holds records of the citizen.
    pub records: Vec<Record>,
    /// Contacts, in no order.
    pub contacts: Vec<Contact>,
    /// Conditions as written down.
    pub diagnoses: Vec<Diagnosis>,
    /// Measurements and answers.
    pub measurements: Vec<Measurement>,
    /// Things done.
    pub procedures: Vec<Procedure>,
    /// Medicines prescribed.
    pub prescriptions: Vec<Prescription>,
    /// The citizen's own choice of coordinator: the contact with whoever it is, and since when.
    pub coordinator: Option<(u32, Day)>,
}

/// A home over a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// First day there.
    pub from: Day,
    /// First day elsewhere.
    pub to: Day,
    /// Home area; [`crate::world::NOWHERE`] outside the town.
    pub area: u32,
    /// Which dwelling of the area.
    pub dwelling: u32,
}

/// Being registered with a general practice over a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The practice's service.
    pub offer: u32,
    /// First day.
    pub from: Day,
    /// First day after.
    pub to: Day,
    /// Which record holds it.
    pub record: u8,
}

/// A condition that began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onset {
    /// Which.
    pub condition: Condition,
    /// When it began.
    pub from: Day,
    /// When it ended.
    pub to: Option<Day>,
}

/// What one organisation calls the citizen and believes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose record.
    pub source: u16,
    /// A second record of the same citizen in the same source.
    pub duplicate: bool,
    /// The record that replaced it, by number.
    pub replaced_by: Option<u8>,
    /// The shared number as written there, if it is.
    pub national_number: Option<u64>,
    /// The birthday as written there.
    pub born: Day,
    /// The sex as written there.
    pub sex: Sex,
    /// Whether it knows every home or only the one at the last contact.
    pub all_homes: bool,
    /// Whether it has heard of the death.
    pub knows_death: bool,
    /// The last day something was written to it.
    pub updated: Day,
}

/// A citizen meeting a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The day.
    pub day: Day,
    /// When it began, in minutes after midnight.
    pub minute: u16,
    /// How long it lasted, in minutes.
    pub minutes: u32,
    /// The service.
    pub offer: u32,
    /// The professional, when written down.
    pub professional: Option<u32>,
    /// What kind of contact.
    pub kind: ContactKind,
    /// By video or telephone.
    pub remote: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// What it cost, in pence; 0: not costed.
    pub cost_pence: u32,
    /// Which record holds it.
    pub record: u8,
}

/// What became of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It took place.
    Attended,
    /// The citizen did not come.
    Missed,
    /// It was written down by mistake.
    Mistake,
}

/// A condition as written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Which.
    pub condition: Condition,
    /// When it began, when written down.
    pub from: Option<Day>,
    /// When it ended.
    pub to: Option<Day>,
    /// The day it was written down.
    pub recorded: Day,
    /// Which codes it carries.
    pub coding: Coding,
    /// Whether it was written down by mistake.
    pub mistake: bool,
    /// Which record holds it.
    pub record: u8,
}

/// Which codes a diagnosis carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// SNOMED CT.
    Snomed,
    /// ICD-10.
    Icd10,
    /// Both.
    Both,
}

/// Something measured or asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// What.
    pub measure: Measure,
    /// When.
    pub day: Day,
    /// The value in tenths of its unit; for coded answers the number of the answer.
    pub tenths: i32,
    /// The second value in tenths, for blood pressure (diastolic).
    pub second_tenths: i32,
    /// The contact it was made at, by number.
    pub contact: Option<u32>,
    /// Whether it was written down by mistake.
    pub mistake: bool,
    /// Which record holds it.
    pub record: u8,
}

/// Something done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// What.
    pub act: Act,
    /// When.
    pub day: Day,
    /// The contact it was done at, by number.
    pub contact: u32,
    /// Which record holds it.
    pub record: u8,
}

/// A medicine prescribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prescription {
    /// Which.
    pub medicine: Medicine,
    /// From when.
    pub from: Day,
    /// Until when, once stopped.
    pub to: Option<Day>,
    /// Whether it is written in words only, without a code.
    pub words_only: bool,
    /// The contact it was written at, by number.
    pub contact: Option<u32>,
    /// Which record holds it.
    pub record: u8,
}

/// The life of one citizen of the town.
pub fn life(seed: u64, index: u64, world: &World) -> Life {
    let person = if index == 0 { essay::person(world) } else { person::person(seed, index, world) };
    let mut care = care::Care::new(world, Random::new(seed, index, Stream::Care), person);
    if index == 0 {
        essay::live(&mut care);
    } else {
        health::fall_ill(&mut care);
        care.register();
        review::reviews(&mut care);
        habits::contacts(&mut care);
    }
    let mut life = care.life;
    record::write_down(world, Random::new(seed, index, Stream::Records), &mut life);
    life
}

impl Life {
    /// Whether the citizen is alive on the town's last day.
    pub const fn is_alive(&self) -> bool {
        self.died.is_none()
    }

    /// The last day on which anything could happen.
    pub fn last_day(&self, world: &World) -> Day {
        self.died.unwrap_or(world.last_day).min(world.last_day)
    }

    /// The home on a day.
    pub fn home_on(&self, day: Day) -> Option<&Home> {
        self.homes.iter().find(|home| home.from <= day && day < home.to)
    }

    /// The registration on a day.
    pub fn registration_on(&self, day: Day) -> Option<&Registration> {
        self.registrations.iter().find(|registration| registration.from <= day && day < registration.to)
    }

    /// Whether a condition has begun by a day, ended or not.
    pub fn had(&self, condition: Condition, day: Day) -> bool {
        self.conditions.iter().any(|onset| onset.condition == condition && onset.from <= day)
    }

    /// The marital status today; `None` when always single.
    pub fn marital_status(&self) -> Option<MaritalStatus> {
        self.marital.last().map(|(_, status)| *status)
    }
}
