//! Codes as tables keep them: the first coding in columns, further ones as `system|code`.

use std::borrow::Cow;
use std::sync::OnceLock;

use stead_rules::System;

use crate::fhir::element::{Coding, Concept};

/// The short name of a code system, or its URI when it has none.
pub(crate) fn system_name<'a>(uri: Cow<'a, str>) -> Cow<'a, str> {
    static NAMES: OnceLock<Vec<(String, &'static str)>> = OnceLock::new();
    let names =
        NAMES.get_or_init(|| System::short_names().map(|name| (System::of(name).uri().to_owned(), name)).collect());
    let bare = uri.strip_suffix('/').unwrap_or(&uri);
    names.iter().find(|(known, _)| known == bare).map_or(uri, |(_, name)| Cow::Borrowed(*name))
}

/// What a concept says, as columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coded<'a> {
    pub(crate) system: Option<Cow<'a, str>>,
    pub(crate) code: Option<Cow<'a, str>>,
    pub(crate) term: Option<Cow<'a, str>>,
    /// Further codings; `None` when there are none.
    pub(crate) others: Option<Vec<Cow<'a, str>>>,
}

impl<'a> Coded<'a> {
    /// The first coding of `concepts` that has a code, what it is called, and all other codings.
    pub(crate) fn of<'c>(concepts: impl IntoIterator<Item = &'c Concept<'a>>) -> Self
    where
        'a: 'c,
    {
        let mut coded = Self::default();
        let mut others: Vec<Cow<'a, str>> = Vec::new();
        for concept in concepts {
            for coding in concept.coding.iter().filter(|coding| coding.code.is_some()) {
                if coded.code.is_none() {
                    coded.system = coding.system.as_ref().map(|system| system_name(system.cow()));
                    coded.code = coding.code.as_ref().map(|code| code.cow());
                    coded.term = coding.display.as_ref().or(concept.text.as_ref()).and_then(|term| term.filled());
                } else {
                    others.push(joined(coding));
                }
            }
            if coded.term.is_none() {
                let display = concept.coding.iter().find_map(|coding| coding.display.as_ref());
                coded.term = concept.text.as_ref().or(display).and_then(|term| term.filled());
            }
        }
        coded.others = (!others.is_empty()).then_some(others);
        coded
    }
}

fn joined<'a>(coding: &Coding<'a>) -> Cow<'a, str> {
    let system = coding.system.as_ref().map_or(Cow::Borrowed(""), |system| system_name(system.cow()));
    Cow::Owned([&*system, "|", coding.code.as_deref().unwrap_or("")].concat())
}

/// The first code of a concept.
pub(crate) fn first_code<'a>(concept: Option<&Concept<'a>>) -> Option<Cow<'a, str>> {
    concept?.coding.iter().find_map(|coding| coding.code.as_ref()).map(|code| code.cow())
}
