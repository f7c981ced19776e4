//! References: the ways in which one resource names another.

use crate::fhir::element::Reference;

/// What a reference points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target<'t> {
    /// A resource of this type and id in the same source (`Type/id`, absolute or versioned).
    Typed(&'t str, &'t str),
    /// A resource of unknown type with this id (`urn:uuid:…`).
    Untyped(&'t str),
    /// The resource with this business identifier (conditional, or a logical reference).
    Identified { kind: Option<&'t str>, system: &'t str, value: &'t str, conditional: bool },
    /// A resource inside the one that refers.
    Contained(&'t str),
    /// Nothing but words.
    Words,
}

impl<'t> Target<'t> {
    /// What `reference` points at.
    pub(crate) fn of<'a>(reference: &'t Reference<'a>) -> Self {
        if let Some(text) = &reference.reference
            && let Some(target) = Self::of_text(text)
        {
            return target;
        }
        if let Some(identifier) = &reference.identifier
            && let Some(value) = &identifier.value
        {
            let system = identifier.system.as_deref().unwrap_or("");
            return Self::Identified { kind: reference.kind.as_deref(), system, value, conditional: false };
        }
        Self::Words
    }

    /// What the text of a reference points at; `None` when it has no shape of a reference.
    pub(crate) fn of_text(text: &'t str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('#') {
            return Some(Self::Contained(inner));
        }
        if let Some(uuid) = text.strip_prefix("urn:uuid:").or_else(|| text.strip_prefix("urn:oid:")) {
            return Some(Self::Untyped(uuid));
        }
        if let Some((before, query)) = text.split_once('?') {
            let kind = before.rsplit('/').next().filter(|kind| !kind.is_empty());
            let token = query.split('&').find_map(|part| part.strip_prefix("identifier="))?;
            let (system, value) = token.split_once('|').unwrap_or(("", token));
            return Some(Self::Identified { kind, system, value, conditional: true });
        }
        let unversioned = text.split_once("/_history/").map_or(text, |(before, _)| before);
        let mut parts = unversioned.rsplit('/');
        let id = parts.next().filter(|id| !id.is_empty())?;
        let kind = parts.next().filter(|kind| kind.starts_with(|first: char| first.is_ascii_uppercase()))?;
        Some(Self::Typed(kind, id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_referring_is_understood() {
        for (text, expected) in [
            ("Patient/1", Some(Target::Typed("Patient", "1"))),
            ("https://example.org/fhir/Patient/1", Some(Target::Typed("Patient", "1"))),
            ("Patient/1/_history/7", Some(Target::Typed("Patient", "1"))),
            ("urn:uuid:0a", Some(Target::Untyped("0a"))),
            ("#org", Some(Target::Contained("org"))),
            (
                "Practitioner?identifier=http://x.org/npi|12",
                Some(Target::Identified {
                    kind: Some("Practitioner"),
                    system: "http://x.org/npi",
                    value: "12",
                    conditional: true,
                }),
            ),
            ("somebody", None),
            ("Patient/", None),
        ] {
            assert_eq!(Target::of_text(text), expected, "{text}");
        }
    }
}
