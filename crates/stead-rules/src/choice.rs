//! Choices: what a citizen permits, what she objects to, and whether she opted out of uses beyond care.
//!
//! An objection always wins: over every agreement, and over a permission of the same citizen. A permission opens nothing by
//! itself: it answers a clause that asks for it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::day::Period;
use crate::id::{CategoryId, ChoiceId, CitizenId, OrganisationId, ProfessionId};
use crate::person::worded;
use crate::purpose::Purpose;

worded! {
    /// What a choice says.
    ChoiceKind {
        /// She permits it.
        Permission = "permission",
        /// She objects to it.
        Objection = "objection",
        /// The national opt-out: nothing beyond her own care.
        OptOut = "opt-out",
    }
}

/// A citizen's choice. Where a list is empty, the choice is about any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id.
    pub id: ChoiceId,
    /// Whose choice.
    pub citizen: CitizenId,
    /// What it says.
    pub kind: ChoiceKind,
    /// Who wants to see: these organisations and their parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organisations: Vec<OrganisationId>,
    /// Who wants to see: these professions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub professions: Vec<ProfessionId>,
    /// What: these categories and their parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryId>,
    /// What for: these purposes and those under them; emergency treatment only where it is named itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// When it is in force.
    pub period: Period,
    /// Where it comes from: a FHIR Consent, a command, a letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
}

impl Choice {
    /// Whether it is about this purpose. Emergency treatment has to be named itself, and nobody objects to her own request.
    pub(crate) fn is_about(&self, purpose: Purpose) -> bool {
        match (self.kind, purpose) {
            (ChoiceKind::OptOut, _) => purpose.is_beyond_care(),
            (_, Purpose::Emergency) => self.purposes.contains(&Purpose::Emergency),
            _ => self.purposes.is_empty() || self.purposes.iter().any(|named| purpose.lies_under(*named)),
        }
    }
}
