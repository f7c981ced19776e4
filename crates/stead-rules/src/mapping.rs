//! How other people's codes map to this folder's kinds of contact, services and professions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::person::worded;

worded! {
    /// What a foreign code stands for.
    Meaning {
        /// A kind of contact: `gp-appointment`, `outpatient`, `inpatient`, `emergency` …
        Contact = "contact",
        /// A kind of service.
        Service = "service",
        /// A profession.
        Profession = "profession",
    }
}

/// One line of `mappings.csv`: in records, `code` means `to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// What sort of thing it stands for.
    pub meaning: Meaning,
    /// The code that records carry.
    pub code: Code,
    /// This folder's word for it.
    pub to: Arc<str>,
}
