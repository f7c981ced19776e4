//! Appending: what has to be seen before, and what has to be written, in one transaction.

use super::checkpoint::{Checkpoint, CheckpointProblem};
use super::citizen::{CitizenKey, Pseudonym};
use super::entry::{Entry, Kind};
use super::heads::{self, Head};
use super::parts::{Memory, Part};
use super::tree;
use crate::key::SecretKey;

/// What is to be written down.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// What it is of.
    pub kind: Kind,
    /// When, in seconds since 1970 (UTC).
    pub at_seconds: u64,
    /// The key of the citizen.
    pub citizen: &'a CitizenKey,
    /// Everything about it, as it will be kept outside the log.
    pub details: &'a [u8],
}

/// What an append leads to.
#[derive(Clone, Debug)]
pub struct Appended {
    /// The parts to write, all or none.
    pub parts: Memory,
    /// The new entries, with their numbers in the log.
    pub entries: Vec<(u64, Entry)>,
    /// The new checkpoint.
    pub checkpoint: Checkpoint,
}

/// Why nothing can be appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The last checkpoint does not hold.
    #[error("nothing is appended: the checkpoint at {size} entries does not hold: {problem}")]
    Checkpoint {
        /// The log's size.
        size: u64,
        /// What is wrong with it.
        problem: CheckpointProblem,
    },
    /// What the log keeps does not belong to its checkpoint.
    #[error(
        "nothing is appended: the log at {size} entries is not what its checkpoint says; `stead log verify` says what was \
         altered"
    )]
    Damaged {
        /// The log's size.
        size: u64,
    },
}

/// The parts that have to be seen to append entries of these citizens to a log of this size; those that are not there are
/// left out.
pub fn wanted(size: u64, citizens: &[Pseudonym]) -> Vec<Part> {
    let mut parts = tree::right_edge(size);
    if size > 0 {
        parts.push(Part::Checkpoint(size));
    }
    parts.extend(citizens.iter().flat_map(heads::parts_of));
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// What has to be written so that the new entries stand behind the `size` that the log has.
///
/// `seen` holds the [`wanted`] parts. They are checked against the last checkpoint first: nothing is built on what somebody
/// altered.
pub fn append(key: &SecretKey, size: u64, seen: &Memory, new: &[NewEntry<'_>]) -> Result<Appended, AppendError> {
    let damaged = AppendError::Damaged { size };
    let before = last_checkpoint(key, size, seen)?;
    if new.is_empty() {
        return Ok(Appended { parts: Memory::new(), entries: Vec::new(), checkpoint: before });
    }
    if size > 0 && tree::root(seen, size).ok() != Some(before.root) {
        return Err(damaged);
    }
    let names: Vec<Pseudonym> = new.iter().map(|new| new.citizen.pseudonym(key.name())).collect();
    let mut heads = heads::committed(seen, before.heads, names.iter().copied()).ok_or_else(|| damaged.clone())?;
    let mut parts = seen.clone();
    let mut entries = Vec::new();
    for ((index, new), citizen) in (size..).zip(new).zip(names) {
        let head = heads.entry(citizen).or_insert(Head { citizen, count: 0, hash: [0; 32] });
        let number = head.count + 1;
        let details = new.citizen.commitment(number, new.details);
        let entry = Entry { kind: new.kind, at_seconds: new.at_seconds, citizen, number, previous: head.hash, details };
        (head.count, head.hash) = (number, entry.hash());
        parts.insert(Part::Entry(index), entry.text().into_bytes());
        tree::add_leaf(index, head.hash, &mut parts);
        entries.push((index, entry));
    }
    let heads = heads::set(&mut parts, heads.values()).ok_or_else(|| damaged.clone())?;
    let previous = Some(size);
    let size = size + entries.len() as u64;
    let root = tree::root(&parts, size).map_err(|_| damaged)?;
    let checkpoint = Checkpoint { log: key.name().to_owned(), size, root, heads, previous };
    let note = checkpoint.sign(key).map_err(|problem| AppendError::Checkpoint { size, problem })?;
    parts.insert(Part::Checkpoint(size), note.into_bytes());
    parts.retain(|part, bytes| seen.get(part) != Some(bytes));
    Ok(Appended { parts, entries, checkpoint })
}

fn last_checkpoint(key: &SecretKey, size: u64, seen: &Memory) -> Result<Checkpoint, AppendError> {
    if size == 0 {
        let (log, heads) = (key.name().to_owned(), heads::empty_root());
        return Ok(Checkpoint { log, size, root: tree::EMPTY, heads, previous: None });
    }
    let note = seen.get(&Part::Checkpoint(size)).map_or(&[][..], Vec::as_slice);
    let checkpoint = Checkpoint::verify(note, &key.public())
        .and_then(|checkpoint| (checkpoint.size == size).then_some(checkpoint).ok_or(CheckpointProblem::Malformed));
    checkpoint.map_err(|problem| AppendError::Checkpoint { size, problem })
}
