//! The demo's signatures: every party of a made-up place signs every agreement, with a key made for it.

use std::path::Path;

use serde::Serialize;
use stead_gate::{SecretKey, Statement as Signable, Terms, digest};
use stead_registry::{OrganisationKey, Registry, RegistryAddress, Statement};
use stead_rules::agreement::{Agreement, canonical};
use stead_rules::{Day, Definitions, OrganisationId, Period};

use crate::error::AppError;
use crate::keys::{new, secret};
use crate::registry::open;
use crate::signing::{known, record, standings_of};

/// An agreement of the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DemoAgreement {
    /// Its id.
    pub agreement: String,
    /// Its title.
    pub title: String,
    /// Its stage on the demo's day.
    pub stage: &'static str,
    /// How many parties have signed its text.
    pub signed: usize,
    /// How many there are.
    pub parties: usize,
}

/// Signs what nobody has signed yet, a month before it begins, and says where each agreement stands on a day. What was
/// changed after it was signed is not signed again: that its signatures are void is worth seeing.
pub(crate) async fn sign_all(
    definitions: &Definitions,
    address: &RegistryAddress,
    keys: &Path,
    on: Day,
) -> Result<Vec<DemoAgreement>, AppError> {
    let registry = open(address).await?;
    std::fs::create_dir_all(keys).map_err(AppError::file(keys, "made"))?;
    let before = standings_of(definitions, &known(&registry, definitions).await?, on);
    for (agreement, standing) in definitions.agreements.iter().zip(before) {
        if !standing.signed.is_empty() || !standing.void.is_empty() {
            continue;
        }
        let day = agreement.period.from.plus_months(-1);
        for party in &agreement.parties {
            let key = key(&registry, &party.organisation, keys).await?;
            let role = party.signatories.first().cloned();
            sign(&registry, agreement, &party.organisation, role, &key, day).await?;
        }
    }
    let after = standings_of(definitions, &known(&registry, definitions).await?, on);
    let told = |(agreement, standing): (&Agreement, stead_rules::agreement::AgreementStanding)| DemoAgreement {
        agreement: agreement.id.to_string(),
        title: agreement.title.to_string(),
        stage: standing.stage.word(),
        signed: standing.signed.len(),
        parties: agreement.parties.len(),
    };
    Ok(definitions.agreements.iter().zip(after).map(told).collect())
}

/// The key of an organisation: made, and made known, when it is not there yet.
async fn key(registry: &Registry, organisation: &OrganisationId, keys: &Path) -> Result<SecretKey, AppError> {
    let file = keys.join(format!("{organisation}.key"));
    if !file.exists() {
        new(organisation.as_str(), &file)?;
    }
    let key = secret(&file)?;
    let public = key.public();
    let (id, what) = (format!("{:08x}", public.id()), OrganisationKey { public: public.to_string().into() });
    let valid = Period::ALL;
    registry.state(Statement { subject: organisation.as_str(), id: &id, what: &what, valid, document: None }).await?;
    Ok(key)
}

async fn sign(
    registry: &Registry,
    agreement: &Agreement,
    organisation: &OrganisationId,
    role: Option<std::sync::Arc<str>>,
    key: &SecretKey,
    day: Day,
) -> Result<(), AppError> {
    let text = canonical(agreement);
    let (agreement_id, organisation) = (agreement.id.as_str().into(), organisation.as_str().into());
    let terms = Terms { agreement: agreement_id, digest: digest(&text), organisation, role, day };
    let note = Signable::Signature(terms.clone()).sign(key)?;
    record(registry, agreement, &text, &terms, &note).await
}
