//! What people state: the domain's own values, and what proves them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_rules::agreement::{Digest, Signature, Withdrawal};
use stead_rules::choice::Choice;
use stead_rules::{Day, Period};

use crate::statements::{Stated, Table};

impl Stated for Choice {
    const TABLE: Table = Table::Choice;

    fn about(self, valid: Period) -> Self {
        Self { period: valid, ..self }
    }
}

/// What an organisation signed, and the signed note that shows it. The registry believes it; whoever reads it verifies it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted<T> {
    /// What the note says.
    pub said: T,
    /// The note, signed.
    pub note: Arc<str>,
}

impl Stated for Noted<Signature> {
    const TABLE: Table = Table::Signature;
}

impl Stated for Noted<Withdrawal> {
    const TABLE: Table = Table::Withdrawal;
}

impl Noted<Signature> {
    /// Its id among the agreement's: one for each organisation, role and text.
    pub fn id(&self) -> String {
        let Signature { organisation, role, digest, .. } = &self.said;
        format!("{organisation}/{}/{digest}", role.as_deref().unwrap_or_default())
    }

    /// From the day of signing on.
    pub fn valid(&self) -> Option<Period> {
        Period::new(self.said.day, Day::FOREVER)
    }
}

impl Noted<Withdrawal> {
    /// Its id among the agreement's: one for each organisation and day.
    pub fn id(&self) -> String {
        format!("{}/{}", self.said.organisation, self.said.day)
    }

    /// From the day of the notice on.
    pub fn valid(&self) -> Option<Period> {
        Period::new(self.said.day, Day::FOREVER)
    }
}

/// An organisation's public key. The days on which it counts are those that the statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationKey {
    /// The public key as `stead key new` prints it.
    pub public: Arc<str>,
}

impl Stated for OrganisationKey {
    const TABLE: Table = Table::OrganisationKey;
}

/// Which text a place's folder had. It is the statement's document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceVersion {
    /// The place's name.
    pub name: Arc<str>,
    /// The digest of the text.
    pub digest: Digest,
}

impl Stated for PlaceVersion {
    const TABLE: Table = Table::PlaceVersion;
}
