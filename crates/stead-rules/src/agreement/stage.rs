//! Stage: whether an agreement is proposed, becoming, in being or ended; from signatures and days, never typed in.
//!
//! - `proposed`: nobody has signed.
//! - `becoming`: some parties have signed, or all have and its first day has not come. It binds nobody yet: what some have
//!   signed opens no record, not even between those who signed.
//! - `being`: every party has signed this very text, its period runs, and nobody's notice has run out.
//! - `ended`: its period is over, a party's notice has run out, or another agreement in being has replaced all of it.
//!
//! An agreement is made by all its parties: when one leaves it ends for all, and those who go on sign a new one. A party that
//! signs again before its notice has run out takes the withdrawal back.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Agreement, Clause, Party};
use crate::day::{Day, Period};
use crate::id::{AgreementId, ClauseId, OrganisationId};
use crate::person::worded;
use crate::place::Place;

/// The digest (SHA-256) of an agreement's canonical text. It is computed where there is cryptography; here it is compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

/// A signature that has been verified: an organisation signed this text on this day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Signature {
    /// Which agreement.
    pub agreement: AgreementId,
    /// For whom.
    pub organisation: OrganisationId,
    /// In which role the signatory signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Arc<str>>,
    /// Which text was signed.
    pub digest: Digest,
    /// When.
    pub day: Day,
}

/// Notice given: an organisation leaves an agreement once its notice has run out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Which agreement.
    pub agreement: AgreementId,
    /// Who leaves.
    pub organisation: OrganisationId,
    /// The day it said so.
    pub day: Day,
}

worded! {
    /// How far an agreement, or a place, has come.
    Stage {
        /// Nobody has signed.
        Proposed = "proposed",
        /// Some have signed, or all have and it has not begun.
        Becoming = "becoming",
        /// All have signed, and it is in force.
        Being = "being",
        /// It is over.
        Ended = "ended",
    }
}

/// Where an agreement stands on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementStanding {
    /// Its stage.
    pub stage: Stage,
    /// Parties that have signed this text.
    pub signed: Vec<OrganisationId>,
    /// Parties that have signed another text, so that their signature is void.
    pub void: Vec<OrganisationId>,
    /// Parties that have signed nothing.
    pub unsigned: Vec<OrganisationId>,
    /// Parties that leave, and the day their notice has run out.
    pub leaving: Vec<(OrganisationId, Day)>,
    /// The days on which it binds, by what is known; `None`: not all have signed.
    pub binding: Option<Period>,
}

/// Where each agreement stands on a day, in the order in which they are given, by what was signed and said up to that day.
///
/// With [`Day::FOREVER`], `binding` is by all that is known: what decisions about any day need.
pub fn standings(
    agreements: &[(&Agreement, Digest)],
    signatures: &[Signature],
    withdrawals: &[Withdrawal],
    on: Day,
) -> Vec<AgreementStanding> {
    let mut standings: Vec<_> = agreements
        .iter()
        .map(|(agreement, digest)| standing(agreement, *digest, signatures, withdrawals, on))
        .collect();
    let bindings: Vec<_> = standings.iter().map(|standing| standing.binding).collect();
    for ((agreement, _), standing) in agreements.iter().zip(&mut standings) {
        let replaced = agreements
            .iter()
            .zip(&bindings)
            .filter(|((by, _), _)| by.replaces_all_of(agreement))
            .filter_map(|(_, binding)| binding.map(|period| period.from))
            .min();
        let Some(day) = replaced else { continue };
        standing.binding = standing.binding.and_then(|period| Period::new(period.from, period.to.min(day)));
        if day <= on && on != Day::FOREVER {
            standing.stage = Stage::Ended;
        }
    }
    standings
}

/// Where one agreement stands on a day, when no other replaces it.
pub fn standing(
    agreement: &Agreement,
    digest: Digest,
    signatures: &[Signature],
    withdrawals: &[Withdrawal],
    on: Day,
) -> AgreementStanding {
    let signatures: Vec<_> = signatures.iter().filter(|it| it.agreement == agreement.id && it.day <= on).collect();
    let mut found = AgreementStanding {
        stage: Stage::Proposed,
        signed: Vec::new(),
        void: Vec::new(),
        unsigned: Vec::new(),
        leaving: Vec::new(),
        binding: None,
    };
    let (mut from, mut to) = (agreement.period.from, agreement.period.to);
    for party in &agreement.parties {
        let theirs = || signatures.iter().filter(|signature| counts(party, signature));
        match theirs().filter(|signature| signature.digest == digest).map(|signature| signature.day).min() {
            Some(day) => {
                from = from.max(day);
                found.signed.push(party.organisation.clone());
            }
            None if theirs().next().is_some() => found.void.push(party.organisation.clone()),
            None => found.unsigned.push(party.organisation.clone()),
        }
        let notices = withdrawals
            .iter()
            .filter(|it| it.agreement == agreement.id && it.organisation == party.organisation && it.day <= on)
            .map(|it| (it.day, it.day.plus_days(i32::from(agreement.notice_days))))
            .filter(|(said, end)| !theirs().any(|signature| *said < signature.day && signature.day < *end));
        if let Some((_, end)) = notices.min_by_key(|(_, end)| *end) {
            to = to.min(end);
            found.leaving.push((party.organisation.clone(), end));
        }
    }
    let complete = found.void.is_empty() && found.unsigned.is_empty() && !agreement.parties.is_empty();
    found.binding = if complete { Period::new(from, to) } else { None };
    found.stage = stage(&found, to, on);
    found
}

/// Whether a signature is one of this party, by somebody who may sign for it.
fn counts(party: &Party, signature: &Signature) -> bool {
    let may = || signature.role.as_ref().is_some_and(|role| party.signatories.contains(role));
    signature.organisation == party.organisation && (party.signatories.is_empty() || may())
}

fn stage(standing: &AgreementStanding, to: Day, on: Day) -> Stage {
    match standing.binding {
        _ if on >= to => Stage::Ended,
        Some(period) if period.contains(on) => Stage::Being,
        _ if standing.signed.is_empty() => Stage::Proposed,
        _ => Stage::Becoming,
    }
}

/// Where a place stands on a day: its founding agreement's signatures make it one.
///
/// A place that names no founding agreement stays proposed until it has ended.
pub fn place_stage(place: &Place, founding: Option<&AgreementStanding>, on: Day) -> Stage {
    let founding = founding.map_or(Stage::Proposed, |standing| standing.stage);
    match founding {
        _ if on >= place.period.to => Stage::Ended,
        Stage::Being if on < place.period.from => Stage::Becoming,
        stage => stage,
    }
}

impl Agreement {
    /// Whether it replaces all of another. One that lacks a party of the other replaces nothing of it: nobody can sign away
    /// what somebody else was promised.
    pub(crate) fn replaces_all_of(&self, other: &Self) -> bool {
        self.amends.iter().any(|amends| amends.agreement == other.id && amends.clauses.is_empty())
            && self.may_amend(other)
    }

    /// Whether it replaces a clause of another.
    pub(crate) fn replaces(&self, other: &Self, clause: &Clause) -> bool {
        let names = |ids: &[ClauseId]| ids.is_empty() || ids.contains(&clause.id);
        self.amends.iter().any(|amends| amends.agreement == other.id && names(&amends.clauses)) && self.may_amend(other)
    }

    /// Whether every party of the other is a party of this one.
    pub fn may_amend(&self, other: &Self) -> bool {
        self.id != other.id && other.parties.iter().all(|party| self.has_party(&party.organisation))
    }
}

/// Why a text is not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a digest: 64 digits of 0-9 and a-f")]
pub struct DigestError {
    /// What was written.
    pub text: String,
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let error = || DigestError { text: text.to_owned() };
        if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(error());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(2 * at..2 * at + 2).ok_or_else(error)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| error())?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}
