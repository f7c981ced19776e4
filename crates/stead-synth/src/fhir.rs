//! Records as FHIR R4 text, one resource a line. What they say is decided in [`crate::records`].
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
use crate::records::{About, Id, PatientId};
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
    fn begin<'p>(&self, page: &'p mut Page, about: &About) -> &'p mut Text {
        let text = page.resource(about.source, about.kind);
        text.raw(r#"{"resourceType":""#).raw(about.kind.word()).raw(r#"","id":""#);
        write_id(text, about.id);
        text.raw(r#"","meta":{"lastUpdated":""#).moment(about.updated.0, about.updated.1).raw(r#""}"#);
        text
    }

    /// `,"subject":{"reference":"Patient/…"}`, under the name the resource gives it.
    fn patient(&self, text: &mut Text, name: &str, about: &About) {
        text.raw(",\"").raw(name).raw(r#"":{"reference":"Patient/"#);
        write_patient_id(text, PatientId::of(self.world, self.life, about.record));
        text.raw("\"}");
    }

    /// The id of a contact.
    fn contact_id(&self, text: &mut Text, contact: u32) {
        write_id(text, Id { kind: Resource::Encounter, citizen: self.life.index, number: contact });
    }

    /// `,"encounter":{"reference":"Encounter/…"}`
    fn encounter(&self, text: &mut Text, contact: u32) {
        text.raw(r#","encounter":{"reference":"Encounter/"#);
        self.contact_id(text, contact);
        text.raw("\"}");
    }
}

/// Adds the id of a resource.
pub fn write_id(text: &mut Text, id: Id) {
    text.raw(id.letter()).padded(id.citizen, 6).raw("-").number(u64::from(id.number));
}

/// Adds the id of a citizen in a source.
pub fn write_patient_id(text: &mut Text, id: PatientId<'_>) {
    text.raw(id.prefix);
    if let Some(citizen) = id.citizen {
        text.padded(citizen, 6);
    }
    if id.duplicate {
        text.raw("-b");
    }
}
