//! From a resource to rows: each kind of resource has a function here that reads its fields and says its rows.
//!
//! A resource that lacks a day that its table must have is kept whole, with a remark; a day that cannot be read (31 February)
//! is a reason to quarantine it. Other fields that cannot be read are left empty, with a remark.

mod actor;
mod clinical;
mod contact;
mod cost;
mod person;
mod whole;

use std::borrow::Cow;

use stead_tables::{Table, table};

use crate::common::Common;
use crate::fhir::date::{self, When};
use crate::fhir::element::{Period, Reference};
use crate::fhir::raw::Raw;
use crate::fhir::read::{Mended, mend, read};
use crate::fhir::reference::Target;
use crate::fhir::resource::{
    Bill, Condition, Encounter, Episode, Medicine, Observation, Patient, Procedure, Resource, Team,
};
use crate::fhir::text::Text;
use crate::lookups::Lookups;
use crate::report::Tally;
use crate::table::{Cell, Rows};

pub(crate) use person::{CitizenRecord, Marital, check_patient, marital_of, person_rows, says_registration};
pub(crate) use whole::{check as check_common, rows as common_rows};

/// The tables that are spread over buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Filled {
    Citizen,
    Residence,
    Registration,
    MaritalStatus,
    Coordinator,
    Condition,
    Contact,
    Observation,
    Procedure,
    Medication,
    Cost,
    Link,
    Resource,
}

impl Filled {
    pub(crate) const ALL: [Self; 13] = [
        Self::Citizen,
        Self::Residence,
        Self::Registration,
        Self::MaritalStatus,
        Self::Coordinator,
        Self::Condition,
        Self::Contact,
        Self::Observation,
        Self::Procedure,
        Self::Medication,
        Self::Cost,
        Self::Link,
        Self::Resource,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Residence => "residence",
            Self::Registration => "registration",
            Self::MaritalStatus => "marital_status",
            Self::Coordinator => "coordinator",
            Self::Condition => "condition",
            Self::Contact => "contact",
            Self::Observation => "observation",
            Self::Procedure => "procedure",
            Self::Medication => "medication",
            Self::Cost => "cost",
            Self::Link => "link",
            Self::Resource => "resource",
        }
    }

    /// Its description; `None` never happens, as a test checks.
    pub(crate) fn table(self) -> Option<&'static Table> {
        table(self.name())
    }
}

/// Rows of one citizen, by table.
pub(crate) struct Out<'t>(Vec<Rows<'t>>);

/// How many rows each table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts([usize; Filled::ALL.len()]);

impl Counts {
    pub(crate) fn of(&self, filled: Filled) -> usize {
        self.0.get(filled as usize).copied().unwrap_or(0)
    }
}

impl<'t> Out<'t> {
    pub(crate) fn new() -> Self {
        Self(Filled::ALL.into_iter().filter_map(Filled::table).map(Rows::of_one_citizen).collect())
    }

    pub(crate) fn push<const CELLS: usize>(&mut self, filled: Filled, row: [Cell<'t>; CELLS]) {
        if let Some(rows) = self.0.get_mut(filled as usize) {
            rows.push(row);
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts([0; Filled::ALL.len()]);
        counts.0.iter_mut().zip(&self.0).for_each(|(count, rows)| *count = rows.count());
        counts
    }

    /// The row of a table that was pushed last.
    pub(crate) fn last(&self, filled: Filled) -> &[Cell<'t>] {
        self.0.get(filled as usize).map_or(&[], Rows::last)
    }

    /// Takes back what was pushed since there were so many.
    pub(crate) fn back_to(&mut self, counts: &Counts) {
        self.0.iter_mut().zip(counts.0).for_each(|(rows, count)| rows.keep_first(count));
    }

    /// Adds rows of something that does not live as long.
    pub(crate) fn take_over(&mut self, mut other: Out<'_>) {
        for (rows, others) in self.0.iter_mut().zip(&mut other.0) {
            let owned = |cell: Cell<'_>| -> Cell<'t> { cell.owned() };
            others.take().for_each(|row| rows.push_all(row.into_iter().map(owned)));
        }
    }

    /// The rows of each table.
    pub(crate) fn tables(&mut self) -> impl Iterator<Item = &mut Rows<'t>> {
        self.0.iter_mut()
    }
}

/// What a resource is: whose, from where, and what it is called there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'t> {
    pub(crate) citizen: &'t str,
    pub(crate) source: u16,
    pub(crate) source_name: &'t str,
    pub(crate) kind: &'t str,
    pub(crate) id: &'t str,
}

impl<'t> Subject<'t> {
    fn citizen(&self) -> Cell<'t> {
        Cell::text(self.citizen)
    }

    fn source(&self) -> Cell<'t> {
        Cell::text(self.source_name)
    }

    fn resource(&self) -> Cell<'t> {
        Cell::Path(self.kind, self.id)
    }
}

/// The contacts of the citizen at hand: what other records ask about them.
pub(crate) trait Contacts<'t> {
    /// Whether there is such a contact.
    fn has(&self, source: u16, id: &str) -> bool;
    /// The organisation of a contact.
    fn organisation(&self, source: u16, id: &str) -> Option<Cow<'t, str>>;
}

/// Whether a resource of this type may have rows of its own in a citizen's tables.
pub(crate) fn has_table(kind: &str) -> bool {
    matches!(
        kind,
        "Encounter"
            | "Condition"
            | "Observation"
            | "Procedure"
            | "Immunization"
            | "MedicationRequest"
            | "MedicationStatement"
            | "MedicationAdministration"
            | "MedicationDispense"
            | "Claim"
            | "ExplanationOfBenefit"
            | "EpisodeOfCare"
            | "CareTeam"
            | "Patient"
    )
}

/// Why a resource has no rows.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A field has the wrong type, or the text is no JSON.
    Unread,
    /// It must be quarantined, for this reason.
    Bad(String),
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Bad(reason)
    }
}

/// Makes rows; keeps count of what it could not read and remembers what it looked up.
pub(crate) struct Deriver<'c, 'w> {
    pub(crate) common: &'c Common,
    pub(crate) contacts: &'w dyn Contacts<'c>,
    pub(crate) lookups: &'w mut Lookups,
    pub(crate) tally: &'w mut Tally,
    /// Whether remarks and references that lead nowhere are to be counted: not for what the lake held already.
    pub(crate) counting: bool,
}

/// How a type is read when a field of it cannot be.
struct Shape {
    reads: fn(&str) -> bool,
    essential: &'static [&'static str],
}

impl Shape {
    fn of(kind: &str) -> Option<Self> {
        macro_rules! shape {
            ($name:ident) => {
                Self { reads: |text| read::<$name<'_>>(text).is_some(), essential: $name::ESSENTIAL }
            };
        }
        Some(match kind {
            "Encounter" => shape!(Encounter),
            "Condition" => shape!(Condition),
            "Observation" => shape!(Observation),
            "Procedure" | "Immunization" => shape!(Procedure),
            "MedicationRequest" | "MedicationStatement" | "MedicationAdministration" | "MedicationDispense" => {
                shape!(Medicine)
            }
            "Claim" | "ExplanationOfBenefit" => shape!(Bill),
            "EpisodeOfCare" => shape!(Episode),
            "CareTeam" => shape!(Team),
            "Patient" => shape!(Patient),
            _ => return None,
        })
    }
}

/// A Patient's text without the fields that cannot be read.
pub(crate) fn mended_patient(json: &str) -> Result<Mended, String> {
    mend(json, |text| read::<Patient<'_>>(text).is_some(), Patient::ESSENTIAL)
}

impl<'c> Deriver<'c, '_> {
    /// Adds the rows of a resource by its type; adds none when it is only kept whole.
    ///
    /// # Errors
    /// Why it must be quarantined, in words; rows may have been added before that was known.
    pub(crate) fn rows<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), String>
    where
        'c: 't,
    {
        match self.rows_as_they_are(subject, json, out) {
            Ok(()) => Ok(()),
            Err(Fault::Bad(reason)) => Err(reason),
            Err(Fault::Unread) => self.rows_of_mended(subject, json, out),
        }
    }

    fn rows_of_mended<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), String>
    where
        'c: 't,
    {
        let shape = Shape::of(subject.kind).unwrap_or(Shape { reads: |_| true, essential: &[] });
        let mended = mend(json, shape.reads, shape.essential)?;
        let mut rows = Out::new();
        match self.rows_as_they_are(subject, &mended.text, &mut rows) {
            Ok(()) => {}
            Err(Fault::Bad(reason)) => return Err(reason),
            Err(Fault::Unread) => return Err("not a resource that can be read".to_owned()),
        }
        for field in &mended.left_out {
            self.remark(subject.kind, || format!("`{field}` has the wrong type"));
        }
        out.take_over(rows);
        Ok(())
    }

    fn rows_as_they_are<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), Fault>
    where
        'c: 't,
    {
        match subject.kind {
            "Encounter" => self.contact(subject, json, out),
            "Condition" => self.condition(subject, json, out),
            "Observation" => self.observation(subject, json, out),
            "Procedure" | "Immunization" => self.procedure(subject, json, out),
            "MedicationRequest" | "MedicationStatement" | "MedicationAdministration" | "MedicationDispense" => {
                self.medicine(subject, json, out)
            }
            "Claim" | "ExplanationOfBenefit" => self.bill(subject, json, out),
            "EpisodeOfCare" => self.episode(subject, json, out),
            "CareTeam" => self.team(subject, json, out),
            "Patient" => read::<Patient<'t>>(json).map(drop).ok_or(Fault::Unread),
            _ => match serde_json::from_str::<serde::de::IgnoredAny>(json) {
                Ok(_) => Ok(()),
                Err(error) => Err(Fault::Bad(crate::fhir::read::not_json(&error))),
            },
        }
    }

    fn remark(&mut self, kind: &str, reason: impl FnOnce() -> String) {
        if self.counting {
            self.tally.remark(kind, reason());
        }
    }

    fn nowhere(&mut self, target: &str) {
        if self.counting {
            self.tally.nowhere(target);
        }
    }

    /// A date without which there is no row.
    fn needed(&mut self, field: &str, text: Option<&Text<'_>>) -> Result<Option<When>, Fault> {
        date::read(text).map_err(|()| Fault::Bad(not_a_date(field, text)))
    }

    /// A date that may be missing.
    fn wanted(&mut self, kind: &str, field: &str, text: Option<&Text<'_>>) -> Option<When> {
        let read = date::read(text);
        if read.is_err() {
            self.remark(kind, || format!("`{field}` is not a date"));
        }
        read.ok().flatten()
    }

    /// The start of the first of these dates and periods that is there, with its end.
    fn first_needed(
        &mut self,
        kind: &str,
        dates: &[(&str, Option<&Text<'_>>)],
        period: (&str, Option<&Period<'_>>),
    ) -> Result<(Option<When>, Option<When>), Fault> {
        for (field, text) in dates {
            if let Some(when) = self.needed(field, *text)? {
                return Ok((Some(when), None));
            }
        }
        let (field, Some(period)) = period else { return Ok((None, None)) };
        let start = self.needed(field, period.start.as_ref())?;
        let end = self.wanted(kind, field, period.end.as_ref());
        Ok((start, end))
    }

    fn kept_without_day(&mut self, kind: &str) -> Result<(), Fault> {
        self.remark(kind, || "no day: kept whole, not in the table".to_owned());
        Ok(())
    }

    /// The contact that a record belongs to, as `Encounter/id`, and the organisation of that contact.
    fn contact_of<'t>(
        &mut self,
        subject: Subject<'t>,
        reference: Option<&Reference<'t>>,
    ) -> (Cell<'t>, Option<Cow<'t, str>>)
    where
        'c: 't,
    {
        let Some(reference) = reference else { return (Cell::Empty, None) };
        let id = match Target::of(reference) {
            Target::Typed("Encounter", id) | Target::Untyped(id) => id,
            _ => return (Cell::Empty, None),
        };
        if !self.contacts.has(subject.source, id) {
            self.nowhere("Encounter");
        }
        let organisation = self.contacts.organisation(subject.source, id);
        // Mostly it is written as it is kept.
        let contact = match &reference.reference {
            Some(Text(Cow::Borrowed(text))) if text.strip_prefix("Encounter/") == Some(id) => Cell::text(text),
            _ => Cell::from(format!("Encounter/{id}")),
        };
        (contact, organisation)
    }
}

fn not_a_date(field: &str, text: Option<&Text<'_>>) -> String {
    format!("`{field}` is not a date: `{}`", text.map_or("", |text| text))
}

/// A JSON number; `None` for anything else.
fn number(raw: Option<Raw<'_>>) -> Option<f64> {
    raw?.get().parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_that_is_filled_exists() {
        for filled in Filled::ALL {
            assert!(filled.table().is_some(), "{}", filled.name());
        }
    }
}
