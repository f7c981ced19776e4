//! Signing agreements, giving notice, and saying which signatures hold.

mod difference;
mod known;
pub(crate) mod version;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use stead_folder::Folder;
use stead_gate::{Statement as Signable, Terms, digest};
use stead_registry::{Noted, Registry, RegistryAddress, Statement};
use stead_rules::agreement::{Agreement, AgreementStanding, Party, Signature, Stage, Withdrawal, canonical, standings};
use stead_rules::{AgreementId, Day, Definitions, OrganisationId, Period};

use crate::error::AppError;
use crate::keys::{of, secret};
use crate::registry::{existing, open};

pub use known::{Known, Void, known};

/// The version of the reports' shape; a reader that knows this number understands every field.
pub const SIGNING_VERSION: u32 = 1;

/// Which agreement is meant.
#[derive(Clone, Copy, Debug)]
pub struct Which<'a> {
    /// Its file; or its id, when a place is named.
    pub agreement: &'a Path,
    /// The place folder that it is in; that of the file otherwise.
    pub place: Option<&'a Path>,
}

/// Who signs, or gives notice.
#[derive(Clone, Copy, Debug)]
pub struct Signatory<'a> {
    /// For which organisation.
    pub organisation: &'a str,
    /// In which role.
    pub role: Option<&'a str>,
    /// The file of its secret key.
    pub key: &'a Path,
    /// On which day.
    pub on: Day,
}

/// What signing came to.
#[derive(Clone, Debug, Serialize)]
pub struct Signing {
    /// [`SIGNING_VERSION`].
    pub version: u32,
    /// The agreement's id.
    pub agreement: String,
    /// Its title.
    pub title: String,
    /// For whom.
    pub organisation: String,
    /// In which role.
    pub role: Option<String>,
    /// The day.
    pub on: String,
    /// The digest of the text.
    pub digest: String,
    /// What was signed, with the signature: a signed note.
    pub note: String,
    /// How many parties have signed this text.
    pub signed: usize,
    /// How many there are.
    pub parties: usize,
    /// Its stage on that day.
    pub stage: &'static str,
    /// For a notice, the first day on which it no longer binds.
    pub ends: Option<String>,
}

/// Which signatures of an agreement hold.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// [`SIGNING_VERSION`].
    pub version: u32,
    /// The agreement's id.
    pub agreement: String,
    /// Its title.
    pub title: String,
    /// The day that is asked about.
    pub on: String,
    /// The digest of its text as it is now.
    pub digest: String,
    /// Its stage on the day.
    pub stage: &'static str,
    /// The first day on which it binds, by what is known.
    pub binds_from: Option<String>,
    /// The first day on which it no longer does.
    pub binds_until: Option<String>,
    /// Each party, in the file's order.
    pub parties: Vec<PartyVerified>,
    /// What lies in the registry and counts for nothing, in words.
    pub void: Vec<String>,
}

/// Whether a party has signed.
#[derive(Clone, Debug, Serialize)]
pub struct PartyVerified {
    /// The party's id.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// `signed`; `void`: it signed another text; `unsigned`.
    pub standing: &'static str,
    /// In which role it was signed.
    pub role: Option<String>,
    /// On which day.
    pub signed_on: Option<String>,
    /// What has changed since it signed, in words.
    pub changes: Vec<String>,
    /// The first day on which it is no longer bound, after its notice.
    pub leaves_on: Option<String>,
}

/// Signs an agreement for an organisation.
///
/// # Errors
/// When there is no such agreement, the organisation or the role is none of its, or its key is not known.
pub async fn sign(address: &RegistryAddress, which: Which<'_>, by: Signatory<'_>) -> Result<Signing, AppError> {
    let (definitions, agreement) = found(which)?;
    let party = party(&agreement, by.organisation)?;
    let role = role(party, by.role)?;
    let text = canonical(&agreement);
    let registry = open(address).await?;
    let (terms, note) = noted(&registry, &agreement, &text, by, role, Signable::Signature).await?;
    record(&registry, &agreement, &text, &terms, &note).await?;
    version::keep(&registry, folder(which)?, &definitions, by.on).await?;
    let standing = standing(&registry, &definitions, &agreement, by.on).await?;
    Ok(report(&agreement, &terms, note, &standing, None))
}

/// Keeps a signature, with the text that was signed.
pub(crate) async fn record(
    registry: &Registry,
    agreement: &Agreement,
    text: &str,
    terms: &Terms,
    note: &str,
) -> Result<(), AppError> {
    let said = Signature {
        agreement: agreement.id.clone(),
        organisation: (*terms.organisation).into(),
        role: terms.role.clone(),
        digest: terms.digest,
        day: terms.day,
    };
    let noted = Noted { said, note: note.into() };
    registry.keep_document(&terms.digest.0, text).await?;
    let (id, valid) = (noted.id(), noted.valid().ok_or_else(|| no_day(terms.day))?);
    let document = Some(&terms.digest.0[..]);
    registry.state(Statement { subject: agreement.id.as_str(), id: &id, what: &noted, valid, document }).await?;
    Ok(())
}

/// Gives an organisation's notice.
///
/// # Errors
/// As [`sign`].
pub async fn withdraw(address: &RegistryAddress, which: Which<'_>, by: Signatory<'_>) -> Result<Signing, AppError> {
    let (definitions, agreement) = found(which)?;
    let party = party(&agreement, by.organisation)?;
    let role = role(party, by.role)?;
    let text = canonical(&agreement);
    let registry = existing(address).await?;
    let (terms, note) = noted(&registry, &agreement, &text, by, role, Signable::Withdrawal).await?;
    let said = Withdrawal { agreement: agreement.id.clone(), organisation: party.organisation.clone(), day: by.on };
    let noted = Noted { said, note: note.as_str().into() };
    registry.keep_document(&terms.digest.0, &text).await?;
    let (id, valid) = (noted.id(), noted.valid());
    let statement = Statement {
        subject: agreement.id.as_str(),
        id: &id,
        what: &noted,
        valid: valid.ok_or_else(|| no_day(by.on))?,
        document: Some(&terms.digest.0),
    };
    registry.state(statement).await?;
    let ends = by.on.plus_days(i32::from(agreement.notice_days));
    let standing = standing(&registry, &definitions, &agreement, by.on).await?;
    Ok(report(&agreement, &terms, note, &standing, Some(ends)))
}

/// Says which signatures of an agreement hold on a day, which are void and why, and who has not signed.
///
/// # Errors
/// When there is no such agreement, or no registry.
pub async fn verify(address: &RegistryAddress, which: Which<'_>, on: Day) -> Result<Verification, AppError> {
    let (definitions, agreement) = found(which)?;
    let registry = existing(address).await?;
    let known = known(&registry, &definitions).await?;
    let standing = one_of(&definitions, &known, &agreement, on);
    let text = canonical(&agreement);
    let digest = digest(&text);
    let mut parties = Vec::new();
    for party in &agreement.parties {
        let mut verified = party_verified(&definitions, &known, &agreement, party, &standing, on);
        if verified.standing == "void"
            && let Some(signature) = last_of(&known, &agreement, party, on)
            && let Some(signed) = registry.document(&signature.digest.0).await?
        {
            verified.changes = difference::between(&signed, &text);
        }
        parties.push(verified);
    }
    let void = known.void.iter().filter(|void| void.agreement == agreement.id).map(|void| void.why.clone());
    let finite = |day: Day| day.is_finite().then(|| day.to_string());
    Ok(Verification {
        version: SIGNING_VERSION,
        agreement: agreement.id.to_string(),
        title: agreement.title.to_string(),
        on: on.to_string(),
        digest: digest.to_string(),
        stage: standing.stage.word(),
        binds_from: standing.binding.and_then(|period| finite(period.from)),
        binds_until: standing.binding.and_then(|period| finite(period.to)),
        parties,
        void: void.collect(),
    })
}

/// Where each agreement of the folders stands on a day, in their order, by the signatures that hold.
pub fn standings_of(definitions: &Definitions, known: &Known, on: Day) -> Vec<AgreementStanding> {
    let agreements: Vec<_> =
        definitions.agreements.iter().map(|agreement| (agreement, digest(&canonical(agreement)))).collect();
    standings(&agreements, &known.signatures, &known.withdrawals, on)
}

/// The days on which each agreement of the folders binds, by the signatures that hold; one that is not here binds nobody.
pub(crate) async fn bindings(
    registry: &Registry,
    definitions: &Definitions,
) -> Result<BTreeMap<AgreementId, Period>, AppError> {
    let standings = standings_of(definitions, &known(registry, definitions).await?, Day::FOREVER);
    let all = definitions.agreements.iter().zip(standings);
    Ok(all.filter_map(|(agreement, standing)| Some((agreement.id.clone(), standing.binding?))).collect())
}

fn one_of(definitions: &Definitions, known: &Known, agreement: &Agreement, on: Day) -> AgreementStanding {
    let all = standings_of(definitions, known, on);
    let at = definitions.agreements.iter().position(|other| other.id == agreement.id);
    let one = at.and_then(|at| all.into_iter().nth(at));
    one.unwrap_or(AgreementStanding {
        stage: Stage::Proposed,
        signed: Vec::new(),
        void: Vec::new(),
        unsigned: Vec::new(),
        leaving: Vec::new(),
        binding: None,
    })
}

async fn standing(
    registry: &Registry,
    definitions: &Definitions,
    agreement: &Agreement,
    on: Day,
) -> Result<AgreementStanding, AppError> {
    let known = known(registry, definitions).await?;
    Ok(one_of(definitions, &known, agreement, on))
}

/// Signs, once the key is known to be the organisation's.
async fn noted(
    registry: &Registry,
    agreement: &Agreement,
    text: &str,
    by: Signatory<'_>,
    role: Option<Arc<str>>,
    says: impl FnOnce(Terms) -> Signable,
) -> Result<(Terms, String), AppError> {
    let key = secret(by.key)?;
    let terms = Terms {
        agreement: agreement.id.as_str().into(),
        digest: digest(text),
        organisation: by.organisation.into(),
        role,
        day: by.on,
    };
    let note = says(terms.clone()).sign(&key)?;
    let public = key.public().to_string();
    let theirs = of(registry, by.organisation).await?;
    let known = theirs.iter().find(|found| *found.recorded.what.public == *public);
    match known {
        Some(found) if found.recorded.valid.contains(by.on) => Ok((terms, note)),
        Some(_) => Err(not_there(format!(
            "this key of `{}` does not count on {}; sign with one that does",
            by.organisation, by.on
        ))),
        None => Err(not_there(format!(
            "nobody has told the registry that this key is `{0}`'s, so the signature would count for nothing; whoever keeps \
             the registry says so first: `stead key add {0} {public}`",
            by.organisation
        ))),
    }
}

/// The agreement that is meant, with all that its folder says.
///
/// # Errors
/// When the folder has errors, or no such agreement.
pub fn found(which: Which<'_>) -> Result<(Definitions, Agreement), AppError> {
    let (path, folder) = (which.agreement, folder(which)?);
    let reading = stead_folder::read(&[Folder::load(folder)]);
    if reading.has_errors() {
        return Err(AppError::Folder(reading.problems));
    }
    let id = if which.place.is_some() { path.to_str() } else { path.file_stem().and_then(|stem| stem.to_str()) };
    let agreement = reading.definitions.agreements.iter().find(|agreement| Some(agreement.id.as_str()) == id);
    match agreement.cloned() {
        Some(agreement) => Ok((reading.definitions, agreement)),
        None => {
            let ids: Vec<_> = reading.definitions.agreements.iter().map(|agreement| agreement.id.as_str()).collect();
            let known = if ids.is_empty() { "it has none".to_owned() } else { format!("it has {}", ids.join(", ")) };
            let (asked, folder) = (id.unwrap_or_default(), folder.display());
            Err(not_there(format!("`{folder}` has no agreement `{asked}`; {known}")))
        }
    }
}

/// The place folder that an agreement is in.
fn folder(which: Which<'_>) -> Result<&Path, AppError> {
    let path = which.agreement;
    let folder = match which.place {
        Some(place) => place,
        None => {
            let folder = path.parent().filter(|folder| folder.file_name().is_some_and(|name| name == "agreements"));
            folder.and_then(Path::parent).ok_or_else(|| {
                not_there(format!(
                    "`{}` is no file `PLACE/agreements/ID.toml`; name one, or the place, too: `--place PLACE`",
                    path.display()
                ))
            })?
        }
    };
    Ok(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

fn party<'a>(agreement: &'a Agreement, organisation: &str) -> Result<&'a Party, AppError> {
    let party = agreement.parties.iter().find(|party| party.organisation.as_str() == organisation);
    party.ok_or_else(|| {
        let ids: Vec<_> = agreement.parties.iter().map(|party| party.organisation.as_str()).collect();
        not_there(format!("`{organisation}` is no party of `{}`; its parties are {}", agreement.id, ids.join(", ")))
    })
}

/// The role that is signed in: the one that is said; or the only one that may sign.
fn role(party: &Party, said: Option<&str>) -> Result<Option<Arc<str>>, AppError> {
    let may = &party.signatories;
    match (said, &may[..]) {
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(Arc::clone(only))),
        (Some(said), _) if may.is_empty() || may.iter().any(|role| **role == *said) => Ok(Some(said.into())),
        _ => {
            let (organisation, may) = (&party.organisation, may.join("`, `"));
            Err(not_there(format!("for `{organisation}` one signs as `{may}`: say which with `--role`")))
        }
    }
}

fn party_verified(
    definitions: &Definitions,
    known: &Known,
    agreement: &Agreement,
    party: &Party,
    standing: &AgreementStanding,
    on: Day,
) -> PartyVerified {
    let id = &party.organisation;
    let word = match id {
        id if standing.signed.contains(id) => "signed",
        id if standing.void.contains(id) => "void",
        _ => "unsigned",
    };
    let signature = last_of(known, agreement, party, on).filter(|_| word != "unsigned");
    PartyVerified {
        organisation: id.to_string(),
        name: name(definitions, id),
        standing: word,
        role: signature.and_then(|signature| signature.role.as_deref()).map(str::to_owned),
        signed_on: signature.map(|signature| signature.day.to_string()),
        changes: Vec::new(),
        leaves_on: standing.leaving.iter().find(|(leaving, _)| leaving == id).map(|(_, day)| day.to_string()),
    }
}

/// The signature of a party that counts: of the text as it is, or else its last one.
fn last_of<'a>(known: &'a Known, agreement: &Agreement, party: &Party, on: Day) -> Option<&'a Signature> {
    let now = digest(&canonical(agreement));
    let theirs = known
        .signatures
        .iter()
        .filter(|it| it.agreement == agreement.id && it.organisation == party.organisation && it.day <= on);
    theirs.max_by_key(|signature| (signature.digest == now, signature.day))
}

fn name(definitions: &Definitions, id: &OrganisationId) -> String {
    let organisation = definitions.organisations.iter().find(|organisation| organisation.id == *id);
    organisation.map_or_else(|| id.to_string(), |organisation| organisation.name.to_string())
}

fn report(
    agreement: &Agreement,
    terms: &Terms,
    note: String,
    standing: &AgreementStanding,
    ends: Option<Day>,
) -> Signing {
    Signing {
        version: SIGNING_VERSION,
        agreement: agreement.id.to_string(),
        title: agreement.title.to_string(),
        organisation: terms.organisation.to_string(),
        role: terms.role.as_deref().map(str::to_owned),
        on: terms.day.to_string(),
        digest: terms.digest.to_string(),
        note,
        signed: standing.signed.len(),
        parties: agreement.parties.len(),
        stage: standing.stage.word(),
        ends: ends.map(|day| day.to_string()),
    }
}

fn no_day(day: Day) -> AppError {
    not_there(format!("nobody signs on {day}; give a day"))
}

fn not_there(message: String) -> AppError {
    AppError::NotThere { message }
}
