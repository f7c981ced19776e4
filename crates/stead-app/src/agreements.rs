//! Agreements of places: what there is, who owes what to whom, and how densely.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;
use stead_registry::RegistryAddress;
use stead_rules::agreement::{Agreement, AgreementStanding, canonical};
use stead_rules::promises::{ContractDensity, contract_density, promises};
use stead_rules::{Day, Definitions, OrganisationId};

use crate::error::AppError;
use crate::registry::if_there;
use crate::signing::{Known, known, standings_of};
use crate::wait::Wait;

/// The version of the shape of [`Agreements`]; a reader that knows this number understands every field.
pub const AGREEMENTS_VERSION: u32 = 1;

/// The agreements of places.
#[derive(Clone, Debug, Serialize)]
pub struct Agreements {
    /// [`AGREEMENTS_VERSION`].
    pub version: u32,
    /// The day that stages are of.
    pub on: String,
    /// Each agreement, by id.
    pub agreements: Vec<AgreementView>,
    /// All of them together.
    pub together: Density,
    /// Who is named in them, in the order of the folder: what rows and columns of a matrix are.
    pub organisations: Vec<Body>,
    /// Who owes what to whom; pairs that owe each other nothing are left out.
    pub owes: Vec<Owes>,
}

/// An agreement.
#[derive(Clone, Debug, Serialize)]
pub struct AgreementView {
    /// Its id.
    pub agreement: String,
    /// Its title.
    pub title: String,
    /// The first day it is meant to be in force.
    pub from: String,
    /// The first day after; nothing where it has no end.
    pub to: Option<String>,
    /// Days of notice.
    pub notice_days: u16,
    /// The SHA-256 digest of the text that parties sign.
    pub digest: String,
    /// Its stage on the day that is asked about: `proposed`, `becoming`, `being` or `ended`.
    pub stage: &'static str,
    /// How many parties have signed this very text.
    pub signed: usize,
    /// Its clauses, in order.
    pub clauses: Vec<ClauseView>,
    /// Its parties.
    pub parties: Vec<String>,
    /// How dense it is.
    pub density: Density,
}

/// A clause.
#[derive(Clone, Debug, Serialize)]
pub struct ClauseView {
    /// Its number.
    pub clause: String,
    /// What sort of promise it is.
    pub kind: &'static str,
    /// What it says.
    pub text: String,
}

/// How much of what parties could promise each other they do.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Density {
    /// How many parties.
    pub parties: usize,
    /// Pairs of them, each in both directions.
    pub pairs: usize,
    /// How many of these pairs are bound by a promise.
    pub bound: usize,
    /// Promises, a clause counting once for each pair that it binds.
    pub promises: usize,
    /// The share of pairs that are bound, 0 to 1; nothing below two parties.
    pub density: Option<f64>,
}

/// An organisation.
#[derive(Clone, Debug, Serialize)]
pub struct Body {
    /// Its id.
    pub organisation: String,
    /// Its name.
    pub name: String,
}

/// What one organisation owes another.
#[derive(Clone, Debug, Serialize)]
pub struct Owes {
    /// Who owes.
    pub from: String,
    /// To whom.
    pub to: String,
    /// How many promises.
    pub promises: usize,
    /// The clauses, each as `agreement number`, by kind of promise.
    pub clauses: BTreeMap<&'static str, Vec<String>>,
}

impl From<ContractDensity> for Density {
    fn from(found: ContractDensity) -> Self {
        let ContractDensity { parties, pairs, bound, promises } = found;
        Self { parties, pairs, bound, promises, density: found.density() }
    }
}

/// The agreements of place folders, as they stand on a day. Where there is no registry, nobody has signed anything.
///
/// # Errors
/// When a folder has errors, or the registry cannot be read.
pub fn agreements<'a>(places: &'a [PathBuf], registry: &'a RegistryAddress, on: Day) -> Wait<'a, Agreements> {
    Box::pin(async move {
        let reading = crate::folders::read(places);
        if reading.has_errors() {
            return Err(AppError::Folder(reading.problems));
        }
        let definitions = reading.definitions;
        let known = match if_there(registry).await? {
            Some(registry) => known(&registry, &definitions).await?,
            None => Known::default(),
        };
        let standings = standings_of(&definitions, &known, on);
        Ok(of(&definitions, on, &standings))
    })
}

/// An agreement as a FHIR R4 Contract.
///
/// # Errors
/// When a folder has errors, or no such agreement.
pub fn contract(places: &[PathBuf], id: &str) -> Result<Value, AppError> {
    let reading = crate::folders::read(places);
    if reading.has_errors() {
        return Err(AppError::Folder(reading.problems));
    }
    let definitions = reading.definitions;
    let Some(agreement) = definitions.agreements.iter().find(|agreement| agreement.id.as_str() == id) else {
        let ids: Vec<&str> = definitions.agreements.iter().map(|agreement| agreement.id.as_str()).collect();
        let message = format!("there is no agreement `{id}`; there are {}", ids.join(", "));
        return Err(AppError::NotThere { message });
    };
    Ok(stead_folder::contract(agreement, &definitions.all_categories(), None))
}

/// Writes the agreement of a FHIR R4 Contract into a place folder, as a file of its own; never over one that is there.
///
/// # Errors
/// When the Contract cannot be read or carries no agreement, or its file is there already or cannot be written.
pub fn write_from_contract(place: &Path, contract: &Path) -> Result<PathBuf, AppError> {
    let text = std::fs::read_to_string(contract).map_err(AppError::file(contract, "read"))?;
    let refused = |why: String| AppError::NotThere { message: format!("`{}`: {why}", contract.display()) };
    let value: Value = serde_json::from_str(&text).map_err(|error| refused(format!("this is no JSON ({error})")))?;
    let definitions = crate::folders::read(&[place.to_owned()]).definitions;
    let agreement = stead_folder::agreement_of(&value, &definitions.all_categories());
    let agreement = agreement.map_err(|problem| refused(problem.to_string()))?;
    // The id comes from elsewhere and becomes the name of a file: nothing but an id may.
    if !stead_folder::is_id(agreement.id.as_str()) {
        return Err(refused(format!("`{}` cannot be the name of a file", agreement.id)));
    }
    let file = place.join("agreements").join(format!("{}.toml", agreement.id));
    if file.exists() {
        return Err(refused(format!("`{}` is there already; take it away first", file.display())));
    }
    crate::folders::write_file(&file, &stead_folder::agreement_file(&agreement))
}

/// The agreements of definitions, by id.
fn of(definitions: &Definitions, on: Day, standings: &[AgreementStanding]) -> Agreements {
    let all = definitions.agreements.iter().zip(standings);
    let mut agreements: Vec<_> = all.map(|(agreement, standing)| view(agreement, standing)).collect();
    agreements.sort_by(|one, other| one.agreement.cmp(&other.agreement));
    Agreements {
        version: AGREEMENTS_VERSION,
        on: on.to_string(),
        agreements,
        together: contract_density(&definitions.agreements).into(),
        organisations: bodies(definitions),
        owes: owes(definitions),
    }
}

fn view(agreement: &Agreement, standing: &AgreementStanding) -> AgreementView {
    let clauses = agreement.clauses.iter().map(|clause| ClauseView {
        clause: clause.id.to_string(),
        kind: clause.terms.kind().word(),
        text: clause.text.to_string(),
    });
    AgreementView {
        agreement: agreement.id.to_string(),
        title: agreement.title.to_string(),
        from: agreement.period.from.to_string(),
        to: agreement.period.to.is_finite().then(|| agreement.period.to.to_string()),
        notice_days: agreement.notice_days,
        digest: stead_gate::digest(&canonical(agreement)).to_string(),
        stage: standing.stage.word(),
        signed: standing.signed.len(),
        clauses: clauses.collect(),
        parties: agreement.parties.iter().map(|party| party.organisation.to_string()).collect(),
        density: contract_density([agreement]).into(),
    }
}

/// Whoever owes or is owed, in the order of the folder.
fn bodies(definitions: &Definitions) -> Vec<Body> {
    let named: BTreeSet<&OrganisationId> = definitions
        .agreements
        .iter()
        .flat_map(|agreement| {
            let parties = agreement.parties.iter().map(|party| &party.organisation);
            parties.chain(promises(agreement).into_iter().flat_map(|promise| [promise.from, promise.to]))
        })
        .collect();
    let bodies = definitions.organisations.iter().filter(|body| named.contains(&body.id));
    bodies.map(|body| Body { organisation: body.id.to_string(), name: body.name.to_string() }).collect()
}

fn owes(definitions: &Definitions) -> Vec<Owes> {
    let mut pairs: BTreeMap<(&OrganisationId, &OrganisationId), Owes> = BTreeMap::new();
    for promise in definitions.agreements.iter().flat_map(promises) {
        let pair = pairs.entry((promise.from, promise.to)).or_insert_with(|| Owes {
            from: promise.from.to_string(),
            to: promise.to.to_string(),
            promises: 0,
            clauses: BTreeMap::new(),
        });
        pair.promises += 1;
        pair.clauses.entry(promise.kind.word()).or_default().push(promise.clause.to_string());
    }
    pairs.into_values().collect()
}
