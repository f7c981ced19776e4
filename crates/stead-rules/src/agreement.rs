//! Agreements: contracts between several organisations, made of clauses that everything downstream cites.
//!
//! 1. `clause`: what a clause promises; `pay`: who is paid how; `attribution`: for whose citizens; `evidence`: on whose figures.
//! 2. `canonical`: the text that is signed, the same for any layout of the file.
//! 3. `stage`: from signatures and days to `proposed`, `becoming`, `being` or `ended`.

mod attribution;
mod canonical;
mod clause;
mod evidence;
mod pay;
mod stage;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::day::Period;
use crate::id::{AgreementId, ClauseId, OrganisationId, PlaceId};

pub use attribution::{Attribution, Catchment, PrimaryCare};
pub use canonical::{CANONICAL_FORMAT, canonical};
pub use clause::{
    Clause, Deliver, Duty, HandOver, HandOverMode, Lead, Protection, ServiceLevel, Share, Terms, TermsKind, Within,
};
pub use evidence::{Brought, CellTest, EvidenceTable, EvidenceTotal, EvidenceYear};
pub use pay::{
    Activity, Band, BelowMin, Benchmark, Blended, Bundle, BundleSpan, Capitation, Formula, Incentive, LossRange,
    PaidIn, Pay, Per, Pool, PoolMember, Price, SavingsRate, SharedSavings, Split, Weight,
};
pub use stage::{AgreementStanding, Digest, Signature, Stage, Withdrawal, place_stage, standing, standings};

/// A contract signed by several organisations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Its id: the file's name.
    pub id: AgreementId,
    /// Its title.
    pub title: Arc<str>,
    /// When it is meant to be in force.
    pub period: Period,
    /// How long before leaving a party has to say so, in days.
    pub notice_days: u16,
    /// The law it is under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<Arc<str>>,
    /// The currency of its amounts, ISO 4217.
    pub currency: Arc<str>,
    /// Which agreement prevails where two contradict, first the one that prevails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub precedence: Vec<AgreementId>,
    /// Other documents that prevail over it, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_to: Vec<Arc<str>>,
    /// The places whose citizens it is about; empty: any citizen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PlaceId>,
    /// Who makes it, and who signs for them.
    pub parties: Vec<Party>,
    /// What it replaces from when it is in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amends: Vec<Amendment>,
    /// The tables on which clauses are settled, where a party brings them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceTable>,
    /// Its promises, in the file's order.
    pub clauses: Vec<Clause>,
}

/// An organisation that makes an agreement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Party {
    /// Which.
    pub organisation: OrganisationId,
    /// The roles of those who may sign for it: `chief-executive`; empty: anybody with its key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatories: Vec<Arc<str>>,
}

/// What an agreement replaces of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Amendment {
    /// Of which agreement.
    pub agreement: AgreementId,
    /// Which clauses; empty: all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<ClauseId>,
}

/// A clause of an agreement, as everything downstream cites it: `alliance-2026 4.2`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClauseRef {
    /// The agreement.
    pub agreement: AgreementId,
    /// The clause in it.
    pub clause: ClauseId,
}

impl fmt::Display for ClauseRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.agreement, self.clause)
    }
}

impl Agreement {
    /// Whether the organisation itself is a party.
    pub fn has_party(&self, organisation: &OrganisationId) -> bool {
        self.parties.iter().any(|party| party.organisation == *organisation)
    }

    /// How a clause of it is cited.
    pub fn cite(&self, clause: &Clause) -> ClauseRef {
        ClauseRef { agreement: self.id.clone(), clause: clause.id.clone() }
    }

    /// The clause of an id.
    pub fn clause(&self, id: &ClauseId) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.id == *id)
    }

    /// The days on which a clause is meant to be in force.
    pub fn clause_period(&self, clause: &Clause) -> Option<Period> {
        clause.period.map_or(Some(self.period), |own| own.intersect(self.period))
    }
}
