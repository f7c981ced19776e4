//! References: the ways in which one resource names another.

use std::borrow::Cow;

use memchr::memchr;

use crate::fhir::element::Reference;

/// What a reference points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target<'t> {
    /// A resource of this type and id in the same source (`Type/id`, absolute or versioned).
    Typed(&'t str, &'t str),
    /// A resource of unknown type with this id (`urn:uuid:…`).
    Untyped(&'t str),
    /// The resource with this business identifier (conditional, or a logical reference).
    Identified { kind: Option<&'t str>, system: Cow<'t, str>, value: Cow<'t, str>, conditional: bool },
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
            let system = Cow::Borrowed(identifier.system.as_deref().unwrap_or(""));
            let (kind, value) = (reference.kind.as_deref(), Cow::Borrowed(&**value));
            return Self::Identified { kind, system, value, conditional: false };
        }
        Self::Words
    }

    /// What the text of a reference points at; `None` when it has no shape of a reference.
    pub(crate) fn of_text(text: &'t str) -> Option<Self> {
        if let Some((kind, id)) = plain(text) {
            return Some(Self::Typed(kind, id));
        }
        if let Some(inner) = text.strip_prefix('#') {
            return Some(Self::Contained(inner));
        }
        if let Some(uuid) = text.strip_prefix("urn:uuid:").or_else(|| text.strip_prefix("urn:oid:")) {
            return Some(Self::Untyped(uuid));
        }
        if let Some((before, query)) = text.split_once('?') {
            let kind = before.rsplit('/').next().filter(|kind| !kind.is_empty());
            let token = query.split('&').find_map(|part| part.strip_prefix("identifier="))?;
            let (system, value) = system_and_value(token);
            return Some(Self::Identified { kind, system, value, conditional: true });
        }
        let unversioned = text.split_once("/_history/").map_or(text, |(before, _)| before);
        let mut parts = unversioned.rsplit('/');
        let id = parts.next().filter(|id| !id.is_empty())?;
        let kind = parts.next().filter(|kind| kind.starts_with(|first: char| first.is_ascii_uppercase()))?;
        Some(Self::Typed(kind, id))
    }
}

/// The parts of the plainest reference, by far the most frequent: `Type/id` and nothing else.
fn plain(text: &str) -> Option<(&str, &str)> {
    let (kind, id) = text.split_at_checked(memchr(b'/', text.as_bytes())?)?;
    let id = id.strip_prefix('/').filter(|id| !id.is_empty())?;
    let is_type = kind.starts_with(|first: char| first.is_ascii_uppercase())
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    (is_type && id.bytes().all(is_id)).then_some((kind, id))
}

/// The two parts of `system|value` as it stands in a URL, where the bar, too, may be written as `%7C`.
fn system_and_value(token: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    if let Some((system, value)) = token.split_once('|') {
        return (decoded(system), decoded(value));
    }
    match decoded(token) {
        Cow::Borrowed(value) => (Cow::Borrowed(""), Cow::Borrowed(value)),
        Cow::Owned(text) => match text.split_once('|') {
            Some((system, value)) => (Cow::Owned(system.to_owned()), Cow::Owned(value.to_owned())),
            None => (Cow::Borrowed(""), Cow::Owned(text)),
        },
    }
}

/// The text with `%3A` and the like as the characters they stand for (RFC 3986, 2.1); as it is when it is not so encoded.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, following)) = rest.split_first() {
        let digits = following.split_at_checked(2).filter(|_| first == b'%');
        let byte = digits.and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits).ok().filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = byte.unwrap_or((first, following));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
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
                    system: "http://x.org/npi".into(),
                    value: "12".into(),
                    conditional: true,
                }),
            ),
            (
                "Patient?identifier=urn%3As%7C77%",
                Some(Target::Identified {
                    kind: Some("Patient"),
                    system: "urn:s".into(),
                    value: "77%".into(),
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
