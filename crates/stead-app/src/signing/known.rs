//! The signatures and notices that hold: what the registry keeps, verified against the keys that it knows.

use stead_gate::signing::Expected;
use stead_gate::{KnownKey, PublicKey, SignatureProblem, Signed, Statement, Terms, digest};
use stead_registry::{AsOf, Noted, Registry};
use stead_rules::agreement::{Agreement, Signature, Withdrawal, canonical};
use stead_rules::{AgreementId, Definitions};

use crate::error::AppError;
use crate::keys::of;

/// What is known of the folders' agreements.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Signatures that hold, of the text as it is or of another.
    pub signatures: Vec<Signature>,
    /// Notices that hold.
    pub withdrawals: Vec<Withdrawal>,
    /// What does not hold.
    pub void: Vec<Void>,
}

/// A signature or notice that counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Void {
    /// Under which agreement.
    pub agreement: AgreementId,
    /// Why, in words.
    pub why: String,
}

/// What is known of the agreements of place folders: every signature and notice that the registry keeps is verified.
///
/// # Errors
/// When the registry cannot be read.
pub async fn known(registry: &Registry, definitions: &Definitions) -> Result<Known, AppError> {
    let mut known = Known::default();
    for agreement in &definitions.agreements {
        let keys = keys(registry, agreement).await?;
        let subject = agreement.id.as_str();
        let signatures = registry.stated_about::<Noted<Signature>>(subject, AsOf::any_day()).await?;
        for found in signatures {
            match verified(agreement, &found.recorded.what.note, &keys) {
                Ok(Statement::Signature(terms)) => known.signatures.push(signature(agreement, terms)),
                Ok(Statement::Withdrawal(_)) => known.void.push(void(agreement, "a notice lies among the signatures")),
                Err(problem) => known.void.push(void(agreement, &problem.to_string())),
            }
        }
        for found in registry.stated_about::<Noted<Withdrawal>>(subject, AsOf::any_day()).await? {
            match verified(agreement, &found.recorded.what.note, &keys) {
                Ok(Statement::Withdrawal(terms)) => known.withdrawals.push(withdrawal(agreement, &terms)),
                Ok(Statement::Signature(_)) => known.void.push(void(agreement, "a signature lies among the notices")),
                Err(problem) => known.void.push(void(agreement, &problem.to_string())),
            }
        }
    }
    Ok(known)
}

/// The keys of an agreement's parties.
async fn keys(registry: &Registry, agreement: &Agreement) -> Result<Vec<KnownKey>, AppError> {
    let mut keys = Vec::new();
    for party in &agreement.parties {
        for found in of(registry, party.organisation.as_str()).await? {
            let valid = found.recorded.valid;
            let key = PublicKey::read(&found.recorded.what.public)?;
            keys.push(KnownKey { key, from: valid.from, until: valid.to.is_finite().then_some(valid.to) });
        }
    }
    Ok(keys)
}

/// What a note says, if it holds. One that was signed under another text holds, and says so: the rules make it void.
fn verified(agreement: &Agreement, note: &str, keys: &[KnownKey]) -> Result<Statement, SignatureProblem> {
    let party = |terms: &Terms| agreement.parties.iter().find(|it| *it.organisation.as_str() == *terms.organisation);
    let expected = |digest, roles| Expected { agreement: agreement.id.as_str(), digest, roles };
    let now = digest(&canonical(agreement));
    let signed = match Signed::verify(note, &expected(now, &[]), keys) {
        Err(SignatureProblem::OtherDigest { signed, .. }) => Signed::verify(note, &expected(signed, &[]), keys)?,
        other => other?,
    };
    // And once more with the roles that may sign for this very organisation.
    let terms = signed.statement.terms();
    let roles = party(terms).map(|party| &party.signatories[..]).unwrap_or_default();
    Ok(Signed::verify(note, &expected(terms.digest, roles), keys)?.statement)
}

fn signature(agreement: &Agreement, terms: Terms) -> Signature {
    let Terms { digest, organisation, role, day, .. } = terms;
    Signature { agreement: agreement.id.clone(), organisation: (*organisation).into(), role, digest, day }
}

fn withdrawal(agreement: &Agreement, terms: &Terms) -> Withdrawal {
    Withdrawal { agreement: agreement.id.clone(), organisation: (*terms.organisation).into(), day: terms.day }
}

fn void(agreement: &Agreement, why: &str) -> Void {
    Void { agreement: agreement.id.clone(), why: why.to_owned() }
}
