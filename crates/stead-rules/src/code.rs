//! Codes: what records say happened, each in the system it was written in.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::CodelistId;

/// A code system. Those that places use most have short names; any other is its own URI.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum System {
    /// SNOMED CT.
    Snomed,
    /// ICD-10 (WHO).
    Icd10,
    /// ICD-10-CM (United States).
    Icd10Cm,
    /// LOINC.
    Loinc,
    /// RxNorm.
    RxNorm,
    /// The NHS dictionary of medicines and devices.
    Dmd,
    /// Any other, by its URI.
    Other(Arc<str>),
}

const NAMES: [(&str, &str, System); 6] = [
    ("snomed", "http://snomed.info/sct", System::Snomed),
    ("icd10", "http://hl7.org/fhir/sid/icd-10", System::Icd10),
    ("icd10cm", "http://hl7.org/fhir/sid/icd-10-cm", System::Icd10Cm),
    ("loinc", "http://loinc.org", System::Loinc),
    ("rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm", System::RxNorm),
    ("dmd", "https://dmd.nhs.uk", System::Dmd),
];

impl System {
    /// The short name used in place folders and in the lake's tables (`snomed`, `loinc` …), or the URI itself.
    pub fn name(&self) -> &str {
        match self {
            Self::Other(uri) => uri,
            known => NAMES.iter().find(|(_, _, system)| system == known).map_or("", |(name, _, _)| name),
        }
    }

    /// The URI that FHIR uses.
    pub fn uri(&self) -> &str {
        match self {
            Self::Other(uri) => uri,
            known => NAMES.iter().find(|(_, _, system)| system == known).map_or("", |(_, uri, _)| uri),
        }
    }

    /// The system of a short name or URI. Never fails: what is not known is [`System::Other`].
    pub fn of(text: &str) -> Self {
        let uri = text.strip_suffix('/').unwrap_or(text);
        NAMES
            .iter()
            .find(|(name, known, _)| *name == text || *known == uri)
            .map_or_else(|| Self::Other(Arc::from(text)), |(_, _, system)| system.clone())
    }

    /// The short names, for messages.
    pub fn short_names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _, _)| *name)
    }
}

impl From<String> for System {
    fn from(text: String) -> Self {
        Self::of(&text)
    }
}

impl From<System> for String {
    fn from(system: System) -> Self {
        system.name().to_owned()
    }
}

impl fmt::Display for System {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// A code in its system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Code {
    /// The system it belongs to.
    pub system: System,
    /// The code itself, as written.
    pub code: Arc<str>,
}

impl Code {
    /// A code by its system's short name or URI.
    pub fn new(system: &str, code: &str) -> Self {
        Self { system: System::of(system), code: Arc::from(code) }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}|{}", self.system, self.code)
    }
}

/// A list of codes, possibly of several systems, that mean one thing to the place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codelist {
    /// Its id: the file's name.
    pub id: CodelistId,
    /// Each code with its term, in file order.
    pub codes: Vec<(Code, Arc<str>)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_known_by_name_and_by_uri() {
        for (name, uri, system) in NAMES {
            assert_eq!(System::of(name), system);
            assert_eq!(System::of(uri), system);
            assert_eq!(System::of(system.name()), system);
        }
        assert_eq!(System::of("urn:oid:1.2.3").uri(), "urn:oid:1.2.3");
    }
}
