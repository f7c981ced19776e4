//! Lives as FHIR R4 text, one resource a line.
//!
//! The text is put together byte by byte from pieces that were prepared once for the town: no tree of values is built, which
//! is what lets one core write more than ten thousand citizens a second.

mod clinical;
mod common;
mod contact;
mod page;
mod patient;
mod text;

use crate::life::Life;
use crate::vocabulary::Resource;
use crate::world::World;

pub use common::write_common;
pub use page::Page;
pub use text::Text;

/// The made-up town's own systems of ids and codes begin with this.
pub const BASE: &str = "https://stead.example";

/// Writes everything about one citizen.
pub fn write_life(world: &World, life: &Life, page: &mut Page) {
    let writer = Writer { world, life };
    writer.patients(page);
    writer.episodes(page);
    writer.contacts(page);
    writer.costs(page);
    writer.diagnoses(page);
    writer.measurements(page);
    writer.procedures(page);
    writer.prescriptions(page);
    writer.coordinator(page);
}

/// One life being written.
#[derive(Clone, Copy)]
struct Writer<'a> {
    world: &'a World,
    life: &'a Life,
}

impl Writer<'_> {
    /// Begins a resource: type, id and when it was last updated.
    fn begin<'p>(
        &self,
        page: &'p mut Page,
        kind: Resource,
        record: u8,
        number: usize,
        updated: Moment,
    ) -> &'p mut Text {
        let source = self.life.records.get(usize::from(record)).map_or(0, |record| record.source);
        let text = page.resource(source, kind);
        text.raw(r#"{"resourceType":""#).raw(kind.word()).raw(r#"","id":""#);
        self.id(text, kind, number);
        text.raw(r#"","meta":{"lastUpdated":""#).moment(updated.0, updated.1).raw(r#""}"#);
        text
    }

    /// The id of a resource of this citizen, such as `e000123-7`.
    fn id(&self, text: &mut Text, kind: Resource, number: usize) {
        let letter = match kind {
            Resource::EpisodeOfCare => "r",
            Resource::Encounter => "e",
            Resource::Condition => "k",
            Resource::Observation => "o",
            Resource::Procedure => "p",
            Resource::MedicationRequest => "m",
            Resource::CareTeam => "t",
            Resource::ExplanationOfBenefit => "b",
            _ => "q",
        };
        text.raw(letter).padded(self.life.index, 6).raw("-").number(number as u64);
    }

    /// `,"subject":{"reference":"Patient/…"}`, under the name the resource gives it.
    fn patient(&self, text: &mut Text, name: &str, record: u8) {
        text.raw(",\"").raw(name).raw(r#"":{"reference":"Patient/"#);
        self.patient_id(text, record);
        text.raw("\"}");
    }

    /// The id of the citizen in a source: `c000123`, `ht-000123`, `essay-citizen`; a second record there ends in `-b`.
    fn patient_id(&self, text: &mut Text, record: u8) {
        if self.life.index == 0 && record == 0 {
            text.raw("essay-citizen");
            return;
        }
        let Some(own) = self.life.records.get(usize::from(record)) else { return };
        let prefix = self.world.source(own.source).map_or("c", |source| source.prefix.as_str());
        text.raw(prefix).padded(self.life.index, 6);
        if own.duplicate {
            text.raw("-b");
        }
    }

    /// `,"encounter":{"reference":"Encounter/…"}`
    fn encounter(&self, text: &mut Text, contact: u32) {
        text.raw(r#","encounter":{"reference":"Encounter/"#);
        self.id(text, Resource::Encounter, contact as usize);
        text.raw("\"}");
    }
}

/// A day and minutes after its midnight.
#[derive(Clone, Copy)]
struct Moment(stead_rules::Day, u32);
