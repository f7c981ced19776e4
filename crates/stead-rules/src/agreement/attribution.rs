//! By what a citizen counts as whose: the terms of `pay` clauses. `crate::attribution` computes it.

use serde::{Deserialize, Serialize};

use crate::id::{AreaId, OrganisationId, ProfessionId, ServiceKind};
use crate::person::worded;

worded! {
    /// By what a citizen counts as an organisation's.
    Attribution {
        /// On its list.
        Registered = "registered",
        /// Most primary-care contacts, by count.
        PluralityByCount = "plurality-by-count",
        /// Most primary-care contacts, by what was charged.
        PluralityByCharge = "plurality-by-charge",
        /// The citizen says so.
        Voluntary = "voluntary",
        /// Lives in its area.
        Residence = "residence",
        /// In the place, day by day.
        Membership = "membership",
    }
}

impl Attribution {
    /// Whether it goes by where most of a citizen's primary care was.
    pub const fn is_plurality(self) -> bool {
        matches!(self, Self::PluralityByCount | Self::PluralityByCharge)
    }
}

/// Which contacts are primary care, and with which professions each step counts them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryCare {
    /// The kinds of service; empty: those that are open to people on a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceKind>,
    /// Step one: contacts with these; empty: with anybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub professions: Vec<ProfessionId>,
    /// Step two, for citizens who met none of those anywhere: contacts with these; empty: there is no step two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub second_step: Vec<ProfessionId>,
    /// At least one contact with one of these has to be at the organisation; empty: none has to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_least_one: Vec<ProfessionId>,
    /// Contacts of so many months count, up to the end of what is settled; `None`: those of the time that is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u16>,
}

/// The areas that are an organisation's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Catchment {
    /// Whose.
    pub organisation: OrganisationId,
    /// Who lives in one of them is its.
    pub areas: Vec<AreaId>,
}
