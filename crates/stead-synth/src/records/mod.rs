//! A life as records: what each source holds of a citizen, in FHIR's terms but not yet as text.
//!
//! Every fact of a record is decided here, once: `fhir` writes it as text, and whoever wants the rows of tables without the
//! text reads it here. So the two cannot say different things.

mod care;
mod clinical;
mod person;

use std::fmt;

use stead_rules::Day;

use crate::life::{Contact, Life};
use crate::vocabulary::Resource;
use crate::world::{Offer, World};

pub use care::{Bill, COMMISSIONER, CURRENCY, Encounter, INSURER, bills, encounters};
pub use clinical::{
    Condition, Observation, PRESSURE_UNIT, Prescription, Procedure, Value, conditions, observations, prescriptions,
    procedures,
};
pub use person::{
    Address, ELSEWHERE, Patient, Postcode, Registration, Team, Where, marital_code, patient, patients, registrations,
    team,
};

/// HL7's marital status.
pub const MARITAL: &str = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
/// The number that all sources share.
pub const NATIONAL_NUMBER: &str = "https://stead.example/id/national-number";
/// SNOMED CT's code for a care coordinator.
pub const COORDINATOR: &str = "768820003";
/// SNOMED CT.
pub const SNOMED: &str = "http://snomed.info/sct";
/// LOINC.
pub const LOINC: &str = "http://loinc.org";
/// ICD-10.
pub const ICD10: &str = "http://hl7.org/fhir/sid/icd-10";

/// A day and minutes after its midnight, which may be more than a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Day, pub u32);

impl Moment {
    /// Milliseconds since 1970, UTC.
    pub fn millis(self) -> i64 {
        (i64::from(self.0.epoch_days()) * 1440 + i64::from(self.1)) * 60_000
    }
}

/// A code with its system, as URI, and what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coding<'w> {
    /// URI of the system.
    pub system: &'w str,
    /// Code.
    pub code: &'w str,
    /// What it is called, when the record says so.
    pub term: Option<&'w str>,
}

/// What every record says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Type of resource.
    pub kind: Resource,
    /// Which of the citizen's records it belongs to.
    pub record: u8,
    /// Whose it is.
    pub source: u16,
    /// What it is called there.
    pub id: Id,
    /// When it was last changed.
    pub updated: Moment,
}

impl About {
    fn of(life: &Life, kind: Resource, record: u8, number: usize, updated: Moment) -> Self {
        let source = life.records.get(usize::from(record)).map_or(0, |record| record.source);
        Self { kind, record, source, id: Id { kind, citizen: life.index, number: number as u32 }, updated }
    }
}

/// The id of a resource of a citizen, such as `e000123-7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id {
    /// Type of resource.
    pub kind: Resource,
    /// The citizen's number.
    pub citizen: u64,
    /// Which of the citizen's resources of that type.
    pub number: u32,
}

impl Id {
    /// What it begins with.
    pub const fn letter(self) -> &'static str {
        match self.kind {
            Resource::EpisodeOfCare => "r",
            Resource::Encounter => "e",
            Resource::Condition => "k",
            Resource::Observation => "o",
            Resource::Procedure => "p",
            Resource::MedicationRequest => "m",
            Resource::CareTeam => "t",
            Resource::ExplanationOfBenefit => "b",
            _ => "q",
        }
    }
}

/// The id of the citizen in a source: `c000123`, `ht-000123`, `essay-citizen`; a second record there ends in `-b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatientId<'w> {
    /// What it begins with.
    pub prefix: &'w str,
    /// The citizen's number; `None` for the essay's.
    pub citizen: Option<u64>,
    /// Whether it is the second in its source.
    pub duplicate: bool,
}

impl<'w> PatientId<'w> {
    /// Of one of a citizen's records.
    pub fn of(world: &'w World, life: &Life, record: u8) -> Self {
        if life.index == 0 && record == 0 {
            return Self { prefix: "essay-citizen", citizen: None, duplicate: false };
        }
        let own = life.records.get(usize::from(record));
        let prefix = own.and_then(|own| world.source(own.source)).map_or("c", |source| source.prefix.as_str());
        Self { prefix, citizen: Some(life.index), duplicate: own.is_some_and(|own| own.duplicate) }
    }
}

impl fmt::Display for PatientId<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.prefix)?;
        if let Some(citizen) = self.citizen {
            write!(to, "{citizen:06}")?;
        }
        to.write_str(if self.duplicate { "-b" } else { "" })
    }
}

/// A contact of the citizen with the service it was with.
fn contact<'l>(world: &'l World, life: &'l Life, at: Option<u32>) -> Option<(u32, &'l Contact, Option<&'l Offer>)> {
    let at = at?;
    let contact = life.contacts.get(at as usize)?;
    Some((at, contact, world.offer(contact.offer)))
}
