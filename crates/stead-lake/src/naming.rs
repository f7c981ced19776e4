//! What organisations, sites, services and professionals are called: the key that tables and folders know them by.
//!
//! The key is the value of the first identifier, or else the id. Numbers and ids of one source mean nothing in another, so two
//! resources have one key only when they are known to be one: when both carry the same number of a system that sources share
//! (national codes, the made-up town's own, systems named at import), or the same number of one system within one source.
//! Where two that are not one would have the same key, each is called `source:key`; a shared number keeps the plain key. The
//! answer follows from all resources of the lake, not from the order in which they came.

use std::collections::{BTreeMap, BTreeSet};

use crate::fhir::element::Identifier;

/// Systems whose numbers mean the same in every source, besides those that link Patient records.
const SHARED: [&str; 16] = [
    "https://fhir.nhs.uk/Id/ods-organization-code",
    "https://fhir.nhs.uk/Id/ods-site-code",
    "https://fhir.nhs.uk/Id/sds-user-id",
    "https://fhir.nhs.uk/Id/sds-role-profile-id",
    "https://fhir.nhs.uk/Id/gmc-number",
    "https://fhir.nhs.uk/Id/gmp-number",
    "https://fhir.nhs.uk/Id/nmc-number",
    "https://fhir.hl7.org.uk/Id/gmc-number",
    "https://fhir.hl7.org.uk/Id/gmp-number",
    "https://fhir.hl7.org.uk/Id/nmc-number",
    "https://fhir.hl7.org.uk/Id/gphc-number",
    "https://fhir.hl7.org.uk/Id/gdc-number",
    "https://fhir.hl7.org.uk/Id/goc-number",
    "https://fhir.hl7.org.uk/Id/hcpc-number",
    "http://hl7.org/fhir/sid/us-npi",
    "http://hl7.org/fhir/sid/us-ein",
];
/// What the made-up town's own systems begin with.
const TOWN: &str = "https://stead.example/id/";
/// Values that are URIs, unique anywhere when they are UUIDs or object identifiers.
const URI: &str = "urn:ietf:rfc:3986";

/// Whether this number means the same in every source; `further` are systems that an import named.
pub(crate) fn is_shared(system: &str, value: &str, further: &[String]) -> bool {
    SHARED.contains(&system)
        || system.starts_with(TOWN)
        || (system == URI && (value.starts_with("urn:uuid:") || value.starts_with("urn:oid:")))
        || (!system.is_empty() && further.iter().any(|shared| shared == system))
}

/// Why two resources are the same one: equal only for those that are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sense {
    /// A number that sources share: system and value.
    Shared(String, String),
    /// A number of one source: source, system and value.
    Numbered(String, String, String),
    /// A resource of one source: source and `Type/id`.
    Itself(String, String),
}

impl Sense {
    /// The sense of a resource of `source` that calls itself `path` (`Type/id`).
    pub(crate) fn of(source: &str, path: String, identifiers: &[Identifier<'_>], further: &[String]) -> Self {
        let filled = || {
            identifiers.iter().filter_map(|identifier| {
                let value = identifier.value.as_deref().filter(|value| !value.trim().is_empty())?;
                Some((identifier.system.as_deref().unwrap_or(""), value))
            })
        };
        let owned = |(system, value): (&str, &str)| (system.to_owned(), value.to_owned());
        let shared = filled().find(|(system, value)| is_shared(system, value, further));
        if let Some((system, value)) = shared.map(owned) {
            return Self::Shared(system, value);
        }
        match filled().next().filter(|(system, _)| !system.is_empty()).map(owned) {
            Some((system, value)) => Self::Numbered(source.to_owned(), system, value),
            None => Self::Itself(source.to_owned(), path),
        }
    }

    fn source(&self) -> Option<&str> {
        match self {
            Self::Shared(..) => None,
            Self::Numbered(source, ..) | Self::Itself(source, _) => Some(source),
        }
    }

    /// A name that nothing else has.
    fn full(&self) -> String {
        match self {
            Self::Shared(system, value) => format!("{system}|{value}"),
            Self::Numbered(source, system, value) => format!("{source}:{system}|{value}"),
            Self::Itself(source, path) => format!("{source}:{path}"),
        }
    }
}

/// All resources of one kind by the key each would have, and the names some got instead.
#[derive(Debug, Default)]
pub(crate) struct Rivals(BTreeMap<String, BTreeMap<Sense, String>>, BTreeSet<String>);

impl Rivals {
    /// Enters a resource by the key it would have.
    pub(crate) fn enter(&mut self, key: String, sense: Sense) {
        self.0.entry(key).or_default().insert(sense, String::new());
    }

    /// Settles what each is called, once all are entered.
    pub(crate) fn settle(&mut self) {
        let plain: BTreeSet<String> = self.0.keys().cloned().collect();
        for (key, senses) in &mut self.0 {
            let all: Vec<Sense> = senses.keys().cloned().collect();
            let of_source = |source: Option<&str>| all.iter().filter(|sense| sense.source() == source).count();
            for (sense, name) in senses {
                let alone = of_source(sense.source()) == 1;
                *name = match sense.source() {
                    _ if all.len() == 1 => key.clone(),
                    None if alone => key.clone(),
                    Some(source) if alone => format!("{source}:{key}"),
                    _ => sense.full(),
                };
                if name != key && plain.contains(name) {
                    *name = sense.full();
                }
                if name != key {
                    self.1.insert(name.clone());
                }
            }
        }
    }

    /// What a resource is called.
    pub(crate) fn name(&self, key: &str, sense: &Sense) -> String {
        let name = self.0.get(key).and_then(|senses| senses.get(sense));
        name.map_or_else(|| key.to_owned(), Clone::clone)
    }

    /// Whether a resource is, or would be, called so and no shared number is: what is not there must not be called so.
    pub(crate) fn holds(&self, called: &str) -> bool {
        match self.0.get(called) {
            Some(senses) => senses.keys().all(|sense| sense.source().is_some()),
            None => self.1.contains(called),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbered(source: &str, system: &str) -> Sense {
        Sense::Numbered(source.into(), system.into(), "1".into())
    }

    fn names(senses: &[Sense]) -> Vec<String> {
        let mut rivals = Rivals::default();
        senses.iter().for_each(|sense| rivals.enter("1".into(), sense.clone()));
        rivals.settle();
        senses.iter().map(|sense| rivals.name("1", sense)).collect()
    }

    #[test]
    fn one_keeps_its_key_and_rivals_get_their_source_in_front() {
        let shared = Sense::Shared("ods".into(), "1".into());
        assert_eq!(names(&[numbered("x", "a")]), ["1"]);
        assert_eq!(names(&[numbered("x", "a"), numbered("y", "b")]), ["x:1", "y:1"]);
        assert_eq!(names(&[shared, numbered("y", "b")]), ["1", "y:1"]);
        assert_eq!(names(&[numbered("x", "a"), numbered("x", "b"), numbered("y", "b")]), ["x:a|1", "x:b|1", "y:1"]);
    }

    proptest! {
        #[test]
        fn names_are_equal_only_for_the_same_in_any_order(
            mut senses in prop::collection::vec(("[xy]", "[ab]").prop_map(|(x, a)| numbered(&x, &a)), 1..6)
        ) {
            let before = names(&senses);
            for (one, name) in senses.iter().zip(&before) {
                for (other, other_name) in senses.iter().zip(&before) {
                    prop_assert_eq!(one == other, name == other_name);
                }
            }
            let expected: BTreeMap<_, _> = senses.iter().cloned().zip(before).collect();
            senses.reverse();
            let after: BTreeMap<_, _> = senses.iter().cloned().zip(names(&senses)).collect();
            prop_assert_eq!(after, expected);
        }
    }
}
