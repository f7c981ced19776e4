//! Whose a resource is.

use std::borrow::Cow;

use crate::fhir::element::Reference;
use crate::fhir::outline::Outline;
use crate::fhir::reference::Target;

/// Whose a resource is, by what it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose<'t> {
    /// Of the Patient of this id in the same source.
    Patient(Cow<'t, str>),
    /// Of the Patient with this identifier.
    Identified { system: String, value: String },
    /// Of nobody: it names nobody, or something that is no Patient.
    Nobody,
    /// It should be somebody's, but says nothing that can be followed.
    Missing,
}

/// Types that only make sense as somebody's.
fn needs_subject(kind: &str) -> bool {
    crate::derive::has_table(kind)
}

/// Whose the resource of this outline is.
pub(crate) fn whose<'t>(kind: &str, id: &Cow<'t, str>, outline: &Outline<'t>) -> Whose<'t> {
    if kind == "Patient" {
        return Whose::Patient(id.clone());
    }
    let Some(text) = outline.subject else {
        return if needs_subject(kind) { Whose::Missing } else { Whose::Nobody };
    };
    if let Some(id) = plain_reference(text) {
        return Whose::Patient(Cow::Borrowed(id));
    }
    let Ok(reference) = serde_json::from_str::<Reference<'t>>(text) else {
        return if needs_subject(kind) { Whose::Missing } else { Whose::Nobody };
    };
    match Target::of(&reference) {
        Target::Typed("Patient", id) | Target::Untyped(id) => Whose::Patient(Cow::Owned(id.to_owned())),
        Target::Identified { kind: None | Some("Patient"), system, value, .. } => {
            Whose::Identified { system: system.into_owned(), value: value.into_owned() }
        }
        Target::Typed(..) | Target::Identified { .. } => Whose::Nobody,
        Target::Contained(_) | Target::Words if needs_subject(kind) => Whose::Missing,
        Target::Contained(_) | Target::Words => Whose::Nobody,
    }
}

/// The id in the plainest form of a reference, by far the most frequent: `{"reference":"Patient/…"}` or `urn:uuid:…`.
fn plain_reference(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("{\"reference\":\"")?.strip_suffix("\"}")?;
    let id = inner.strip_prefix("Patient/").or_else(|| inner.strip_prefix("urn:uuid:"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.' || byte == b'_';
    (!id.is_empty() && id.bytes().all(plain)).then_some(id)
}
