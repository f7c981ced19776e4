//! Reading the log: a citizen's own entries with their proof, emergencies for a lead, and the whole of it, verified.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stead_gate::log::{self, CitizenKey, Entry, Kind, Memory, Part};
use stead_registry::log::Entry as Kept;
use stead_registry::{Moment, Registry, RegistryAddress};

use super::{LogKey, known_citizen};
use crate::decide::{Decided, not_there};
use crate::error::AppError;
use crate::registry::existing;

/// The version of the reports' shape; a reader that knows this number understands every field.
pub const LOG_VERSION: u32 = 1;

/// How many rows are read at once.
const PAGE: u32 = 10_000;

/// Who looked at one citizen's record, and proof that this is all.
#[derive(Clone, Debug, Serialize)]
pub struct CitizenLog {
    /// [`LOG_VERSION`].
    pub version: u32,
    /// The citizen.
    pub citizen: String,
    /// Every entry, the first one first.
    pub looked: Vec<Looked>,
    /// How many entries the log has of everybody.
    pub log_entries: u64,
    /// The checkpoint that it was proved against: take it away, and nobody can write the log anew unseen.
    pub checkpoint: String,
    /// What does not hold; empty: every entry is there, unaltered.
    pub problem: Option<String>,
}

/// One look at a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Looked {
    /// Its number in the log.
    pub log_number: u64,
    /// The how-manieth of the citizen's it is.
    pub number: u64,
    /// When it was written down.
    pub at: String,
    /// `permit`, `deny` or `break-glass`.
    pub kind: String,
    /// What was decided; nothing once it was erased.
    pub decided: Option<Decided>,
}

/// Whether a log holds.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// [`LOG_VERSION`].
    pub version: u32,
    /// Whether everything holds.
    pub holds: bool,
    /// How many entries there are.
    pub entries: u64,
    /// Of how many citizens.
    pub citizens: u64,
    /// How many checkpoints were verified.
    pub checkpoints: u64,
    /// The key that signs it.
    pub key: String,
    /// The latest checkpoint, to be taken away.
    pub checkpoint: Option<String>,
    /// What does not hold, in words.
    pub findings: Vec<String>,
}

/// Who looked at a citizen's record, proved.
///
/// # Errors
/// When there is no registry, or nothing was ever logged of that citizen.
pub async fn of_citizen(address: &RegistryAddress, citizen: &str, key: &LogKey) -> Result<CitizenLog, AppError> {
    let registry = existing(address).await?;
    let public = key.public(address)?;
    let (secret, pseudonym) = known_citizen(&registry, citizen).await?.ok_or_else(|| {
        not_there(format!(
            "nothing was logged of `{citizen}`: nobody asked for a record, or it was forgotten on request"
        ))
    })?;
    let mut entries = Vec::new();
    loop {
        let from = entries.last().map_or(0, |entry: &Kept| entry.number + 1);
        let page = registry.log_of(pseudonym.bytes(), from).await?;
        if page.is_empty() {
            break;
        }
        entries.extend(page);
    }
    let mut memory = parts(&registry).await?;
    let size = checkpoint(&registry, &mut memory).await?;
    let indexes: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
    let details: Vec<Vec<u8>> = entries.iter().map(|entry| entry.details.clone().unwrap_or_default()).collect();
    let looked = entries.iter().map(looked).collect();
    memory.extend(entries.into_iter().map(|entry| (Part::Entry(entry.number), entry.content)));
    let checked = log::receipt(&memory, size, &pseudonym, &indexes)
        .and_then(|receipt| receipt.check(&public, &secret, &details).map(drop));
    Ok(CitizenLog {
        version: LOG_VERSION,
        citizen: citizen.to_owned(),
        looked,
        log_entries: size,
        checkpoint: text(memory.get(&Part::Checkpoint(size))),
        problem: checked.err().map(|problem| problem.to_string()),
    })
}

/// Every time the glass was broken, for whoever leads a place.
///
/// # Errors
/// When there is no registry.
pub async fn emergencies(address: &RegistryAddress) -> Result<Vec<Looked>, AppError> {
    let registry = existing(address).await?;
    let mut found = Vec::new();
    for entry in entries(&registry).await? {
        let looked = looked(&entry);
        if looked.kind == Kind::BreakGlass.word() {
            found.push(looked);
        }
    }
    Ok(found)
}

/// Verifies all of the log: every entry, tile, chain and checkpoint.
///
/// `remembered` is a checkpoint that was taken away earlier.
///
/// # Errors
/// When there is no registry, or it cannot be read.
pub async fn verify(
    address: &RegistryAddress,
    key: &LogKey,
    remembered: Option<&str>,
) -> Result<Verification, AppError> {
    let registry = existing(address).await?;
    let public = key.public(address)?;
    let mut memory = parts(&registry).await?;
    let mut beside = Beside { registry: &registry, keys: BTreeMap::new(), findings: Vec::new() };
    for entry in entries(&registry).await? {
        beside.compare(&entry).await?;
        memory.insert(Part::Entry(entry.number), entry.content);
    }
    let mut findings = beside.findings;
    let mut after = None;
    loop {
        let page = registry.log_checkpoints_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.entries);
        memory.extend(page.into_iter().map(|checkpoint| (Part::Checkpoint(checkpoint.entries), checkpoint.content)));
    }
    let verified = log::verify(&memory, &public, remembered.map(str::as_bytes));
    let verified = verified.map_err(|error| AppError::Internal(error.to_string()))?;
    let checkpoint = after.map(|size| text(memory.get(&Part::Checkpoint(size))));
    let counts = match verified {
        Ok(found) => (found.entries, found.citizens, found.checkpoints),
        Err(found) => {
            findings.splice(0..0, found.iter().map(ToString::to_string));
            (after.unwrap_or(0), 0, 0)
        }
    };
    Ok(Verification {
        version: LOG_VERSION,
        holds: findings.is_empty(),
        entries: counts.0,
        citizens: counts.1,
        checkpoints: counts.2,
        key: public.to_string(),
        checkpoint,
        findings,
    })
}

/// What is kept beside entries: whom the registry finds them by, and what they commit to.
struct Beside<'a> {
    registry: &'a Registry,
    keys: BTreeMap<String, Option<CitizenKey>>,
    findings: Vec<String>,
}

impl Beside<'_> {
    async fn compare(&mut self, kept: &Kept) -> Result<(), AppError> {
        let Some(entry) = Entry::read(&kept.content) else { return Ok(()) };
        let number = kept.number;
        if kept.pseudonym.as_deref() != Some(entry.citizen.bytes().as_slice()) {
            self.findings.push(format!("entry {number} is kept under another pseudonym than it has"));
        }
        // What was erased on request is not there, and nothing is wrong with that.
        let Some(details) = &kept.details else { return Ok(()) };
        let citizen = serde_json::from_slice::<Decided>(details).map(|decided| decided.citizen).unwrap_or_default();
        if !self.keys.contains_key(&citizen) {
            let key = if citizen.is_empty() { None } else { known_citizen(self.registry, &citizen).await? };
            self.keys.insert(citizen.clone(), key.map(|(key, _)| key));
        }
        let key = self.keys.get(&citizen).and_then(Option::as_ref);
        if key.is_none_or(|key| key.commitment(entry.number, details) != entry.details) {
            self.findings.push(format!(
                "the details of entry {number}, or its citizen's key, were altered after they were logged"
            ));
        }
        Ok(())
    }
}

fn looked(kept: &Kept) -> Looked {
    let entry = Entry::read(&kept.content);
    let decided = kept.details.as_deref().and_then(|details| serde_json::from_slice(details).ok());
    let micros = entry.as_ref().and_then(|entry| i64::try_from(entry.at_seconds).ok()?.checked_mul(1_000_000));
    Looked {
        log_number: kept.number,
        number: entry.as_ref().map_or(0, |entry| entry.number),
        at: micros.map_or_else(String::new, |micros| Moment::from_micros(micros).to_string()),
        kind: entry.map_or("unreadable", |entry| entry.kind.word()).to_owned(),
        decided,
    }
}

async fn entries(registry: &Registry) -> Result<Vec<Kept>, AppError> {
    let mut entries: Vec<Kept> = Vec::new();
    loop {
        let from = entries.last().map_or(0, |entry| entry.number + 1);
        let page = registry.log_range(from..from + u64::from(PAGE)).await?;
        if page.is_empty() {
            return Ok(entries);
        }
        entries.extend(page);
    }
}

/// Tiles, buckets and head tiles.
async fn parts(registry: &Registry) -> Result<Memory, AppError> {
    let (mut memory, mut after) = (Memory::new(), String::new());
    loop {
        let page = registry.log_parts_after(&after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(memory) };
        after = last.name.clone();
        for part in page {
            let name = part.name.parse().map_err(|error: log::PartError| not_there(error.to_string()))?;
            memory.insert(name, part.content);
        }
    }
}

/// The latest checkpoint; how many entries it covers.
async fn checkpoint(registry: &Registry, memory: &mut Memory) -> Result<u64, AppError> {
    let Some(latest) = registry.log_checkpoint(u64::MAX).await? else { return Ok(0) };
    memory.insert(Part::Checkpoint(latest.entries), latest.content);
    Ok(latest.entries)
}

fn text(bytes: Option<&Vec<u8>>) -> String {
    bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}
