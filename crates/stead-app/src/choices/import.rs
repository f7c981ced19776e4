//! Reading choices from FHIR `Consent`: a file with one, a Bundle of them, or one a line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;
use stead_lake::{Address, Lake};
use stead_registry::{AsOf, Registry, RegistryAddress, Statement};
use stead_rules::choice::Choice;
use stead_rules::{Day, Definitions};

use super::consent::{Consent, Status, consent};
use super::{CHOICES_VERSION, definitions};
use crate::error::AppError;
use crate::registry::open;

/// What an import of consents did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChoicesImported {
    /// [`CHOICES_VERSION`].
    pub version: u32,
    /// How many consents were read.
    pub read: u64,
    /// How many of them were taken.
    pub taken: u64,
    /// How many choices they made, or made anew.
    pub recorded: u64,
    /// How many choices ended by them.
    pub ended: u64,
    /// Consents that are not in force yet; nothing was recorded of them.
    pub not_yet: u64,
    /// Consents of which nothing was taken, and why.
    pub left: Vec<ConsentLeft>,
}

/// A consent of which nothing was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsentLeft {
    /// The file.
    pub file: PathBuf,
    /// The line, or which in the Bundle, from 1.
    pub number: u64,
    /// The consent's id, where it has one.
    pub id: Option<String>,
    /// Why, in words.
    pub why: String,
}

/// Reads consents and records what they say. Reading them once more changes nothing.
///
/// Patients are citizens by their ids; with a lake, those whose records they are.
///
/// # Errors
/// When a file cannot be read, a folder has errors, or the registry cannot be written.
pub async fn import(
    address: &RegistryAddress,
    files: &[PathBuf],
    places: &[PathBuf],
    lake: Option<&Address>,
    today: Day,
) -> Result<ChoicesImported, AppError> {
    let definitions = definitions(places)?;
    let lake = lake.map(|lake| Lake::open(lake.clone())).transpose()?;
    let registry = open(address).await?;
    let mut report = ChoicesImported { version: CHOICES_VERSION, ..ChoicesImported::default() };
    for file in files {
        for (number, resource) in (1..).zip(resources(file)?) {
            let left = |why: String, id: Option<&str>| ConsentLeft {
                file: file.clone(),
                number,
                id: id.map(str::to_owned),
                why,
            };
            let resource = match resource {
                Ok(resource) if resource.get("resourceType").and_then(Value::as_str) == Some("Consent") => resource,
                Ok(_) => continue,
                Err(why) => {
                    report.left.push(left(why, None));
                    continue;
                }
            };
            report.read += 1;
            let id = resource.get("id").and_then(Value::as_str);
            match one(&registry, lake.as_ref(), &resource, &definitions, today).await? {
                Ok(done) => report.add(done),
                Err(why) => report.left.push(left(why, id)),
            }
        }
    }
    Ok(report)
}

/// What one consent did.
enum Done {
    Taken { choices: u64, ended: u64 },
    NotYet,
}

impl ChoicesImported {
    fn add(&mut self, done: Done) {
        match done {
            Done::Taken { choices, ended } => {
                (self.taken, self.recorded, self.ended) = (self.taken + 1, self.recorded + choices, self.ended + ended);
            }
            Done::NotYet => self.not_yet += 1,
        }
    }
}

/// Takes one consent, or says why not.
async fn one(
    registry: &Registry,
    lake: Option<&Lake>,
    resource: &Value,
    definitions: &Definitions,
    today: Day,
) -> Result<Result<Done, String>, AppError> {
    let consent = match consent(resource, definitions, today) {
        Ok(consent) => consent,
        Err(why) => return Ok(Err(why)),
    };
    if consent.status == Status::NotYet {
        return Ok(Ok(Done::NotYet));
    }
    let citizen = match lake {
        Some(lake) => match crate::explain::find(&consent.patient, lake).await {
            Ok(citizen) => citizen,
            Err(AppError::NotThere { message }) => return Ok(Err(message)),
            Err(error) => return Err(error),
        },
        None => consent.patient.clone(),
    };
    let choices = taken(registry, &consent, &citizen, resource).await?;
    let ended = ended(registry, &consent, &citizen, today).await?;
    Ok(Ok(Done::Taken { choices, ended }))
}

async fn taken(registry: &Registry, consent: &Consent, citizen: &str, resource: &Value) -> Result<u64, AppError> {
    if consent.choices.is_empty() {
        return Ok(0);
    }
    let text = resource.to_string();
    let digest = stead_gate::digest(&text).0;
    registry.keep_document(&digest, &text).await?;
    let mine = |choice: &Choice| Choice { citizen: citizen.into(), ..choice.clone() };
    let choices: Vec<Choice> = consent.choices.iter().map(mine).collect();
    let statement = |choice| -> Statement<'_, Choice> {
        let what: &Choice = choice;
        Statement { subject: citizen, id: what.id.as_str(), what, valid: what.period, document: Some(&digest) }
    };
    let statements: Vec<_> = choices.iter().map(statement).collect();
    registry.state_all(&statements).await?;
    Ok(choices.len() as u64)
}

/// Ends what an earlier version of the consent said and this one does not.
async fn ended(registry: &Registry, consent: &Consent, citizen: &str, today: Day) -> Result<u64, AppError> {
    let said: BTreeSet<&str> = consent.choices.iter().map(|choice| choice.id.as_str()).collect();
    let source = format!("Consent/{}", consent.id);
    let mut ended = 0;
    for found in registry.stated_about::<Choice>(citizen, AsOf::any_day()).await? {
        if found.recorded.what.source.as_deref() != Some(&source) || said.contains(&*found.id) {
            continue;
        }
        let until = match consent.status {
            Status::Over(day) => day,
            _ => today,
        };
        if found.recorded.valid.to <= until {
            continue;
        }
        match consent.status {
            Status::Mistaken => registry.retract::<Choice>(citizen, &found.id).await?,
            _ => registry.end::<Choice>(citizen, &found.id, until).await?,
        };
        ended += 1;
    }
    Ok(ended)
}

/// The resources in a file: one, those of a Bundle, or one a line.
fn resources(file: &Path) -> Result<Vec<Result<Value, String>>, AppError> {
    let text = fs::read_to_string(file).map_err(AppError::file(file, "read"))?;
    if let Ok(value) = serde_json::from_str::<Value>(&text) {
        let entries = value.get("entry").and_then(Value::as_array);
        let resources =
            entries.map(|entries| entries.iter().filter_map(|entry| entry.get("resource")).cloned().map(Ok));
        return Ok(resources.map_or_else(|| vec![Ok(value.clone())], Iterator::collect));
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.map(|line| serde_json::from_str(line).map_err(|error| format!("it is no JSON: {error}"))).collect())
}
