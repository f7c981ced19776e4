//! Verifying a whole log: everything is computed again from its entries and compared, byte by byte, with what is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use tlog_tiles::tlog::{Hash, record_hash};

use super::checkpoint::{Checkpoint, CheckpointProblem};
use super::citizen::Pseudonym;
use super::entry::Entry;
use super::heads::{self, Head};
use super::parts::{Memory, Part, Parts, PartsError};
use super::tree;
use crate::key::PublicKey;

/// A log in which everything holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries it has.
    pub entries: u64,
    /// Of how many citizens.
    pub citizens: u64,
    /// How many checkpoints were verified.
    pub checkpoints: u64,
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// A checkpoint is not signed, or not one.
    #[error("the checkpoint at {size} entries: {problem}")]
    Checkpoint {
        /// At how many entries.
        size: u64,
        /// What is wrong.
        problem: CheckpointProblem,
    },
    /// The entries are not those that a checkpoint commits to.
    #[error("the first {size} entries are not those that the checkpoint at {size} entries was signed for")]
    Root {
        /// At how many entries.
        size: u64,
    },
    /// The citizens' chains are not those that a checkpoint commits to.
    #[error("the citizens' chains at {size} entries are not those that the checkpoint was signed for")]
    Heads {
        /// At how many entries.
        size: u64,
    },
    /// An entry and the tree do not agree.
    #[error("entry {index} and the tree over it do not agree: one of them was altered")]
    Entry {
        /// Its number in the log.
        index: u64,
    },
    /// An entry that cannot be read.
    #[error("entry {index} is not in the form of an entry")]
    Unreadable {
        /// Its number in the log.
        index: u64,
    },
    /// A citizen's chain is broken.
    #[error(
        "entry {index} does not follow on its citizen's last one: {citizen} should have entry {should} there, and has {found}"
    )]
    Chain {
        /// Its number in the log.
        index: u64,
        /// Whose chain.
        citizen: Pseudonym,
        /// The number that should follow.
        should: u64,
        /// The number that does.
        found: u64,
    },
    /// A part is gone.
    #[error("`{part}` is missing")]
    Missing {
        /// Which.
        part: Part,
    },
    /// A part was altered.
    #[error("`{part}` was altered: it is not what the entries make it")]
    Differs {
        /// Which.
        part: Part,
    },
    /// A part that no checkpoint knows.
    #[error("`{part}` belongs to nothing: no checkpoint was signed for it")]
    Surplus {
        /// Which.
        part: Part,
    },
    /// The log has fewer entries than it had.
    #[error("the log was cut: it has {found} entries, and had {remembered} when that checkpoint was taken")]
    Cut {
        /// How many it has.
        found: u64,
        /// How many it had.
        remembered: u64,
    },
    /// The log's history is another one than it was.
    #[error("the log was written anew: its first {size} entries are not those of the checkpoint that was taken then")]
    Rewritten {
        /// At how many entries.
        size: u64,
    },
}

/// Verifies a whole log.
///
/// `remembered` is a checkpoint that somebody took away earlier: with it, a log that was cut or written anew shows, too.
pub fn verify(
    parts: &dyn Parts,
    key: &PublicKey,
    remembered: Option<&[u8]>,
) -> Result<Result<Verified, Vec<Finding>>, PartsError> {
    let all: BTreeSet<Part> = parts.all()?.into_iter().collect();
    let mut findings = Vec::new();
    let checkpoints = checkpoints(parts, key, &all, &mut findings)?;
    follow_one_another(&checkpoints, &all, &mut findings);
    let size = all.iter().filter_map(|part| if let Part::Checkpoint(size) = part { Some(*size) } else { None }).max();
    let mut replay = Replay::default();
    for index in 0..size.unwrap_or(0) {
        replay.entry(parts, index, &mut findings)?;
        if let Some(checkpoint) = checkpoints.get(&(index + 1)) {
            replay.compare(checkpoint, &mut findings);
        }
    }
    replay.compare_parts(parts, &all, &mut findings)?;
    if let Some(note) = remembered {
        compare_remembered(note, key, size.unwrap_or(0), &replay, &mut findings);
    }
    if !findings.is_empty() {
        return Ok(Err(findings));
    }
    let (citizens, checkpoints) = (replay.heads.len() as u64, checkpoints.len() as u64);
    Ok(Ok(Verified { entries: size.unwrap_or(0), citizens, checkpoints }))
}

/// Every checkpoint whose signature holds, by size.
fn checkpoints(
    parts: &dyn Parts,
    key: &PublicKey,
    all: &BTreeSet<Part>,
    findings: &mut Vec<Finding>,
) -> Result<BTreeMap<u64, Checkpoint>, PartsError> {
    let mut found = BTreeMap::new();
    for part in all {
        let Part::Checkpoint(size) = *part else { continue };
        let note = parts.part(*part)?.unwrap_or_default();
        let checkpoint = Checkpoint::verify(&note, key).and_then(|checkpoint| {
            let right = checkpoint.size == size && size > 0;
            // Signed notes may carry signatures of others; this log's have none, so that not a byte goes unverified.
            let lines = 6 + usize::from(checkpoint.previous.is_some());
            let alone = note.iter().filter(|byte| **byte == b'\n').count() == lines;
            (right && alone).then_some(checkpoint).ok_or(CheckpointProblem::Malformed)
        });
        match checkpoint {
            Ok(checkpoint) => drop(found.insert(size, checkpoint)),
            Err(problem) => findings.push(Finding::Checkpoint { size, problem }),
        }
    }
    Ok(found)
}

/// Whether each checkpoint stands behind the one that it says stood before it: none was taken away, none put between.
fn follow_one_another(checkpoints: &BTreeMap<u64, Checkpoint>, all: &BTreeSet<Part>, findings: &mut Vec<Finding>) {
    for (size, checkpoint) in checkpoints {
        let Some(previous) = checkpoint.previous else { continue };
        let before = Part::Checkpoint(previous);
        if previous > 0 && !all.contains(&before) {
            findings.push(Finding::Missing { part: before });
        }
        // INVARIANT: `previous` is less than `size`, or the checkpoint would not have been read.
        let between = checkpoints.range(previous + 1..*size).map(|(size, _)| Part::Checkpoint(*size));
        findings.extend(between.map(|part| Finding::Surplus { part }));
    }
}

/// The log as its entries make it.
#[derive(Default)]
struct Replay {
    /// Tiles of the tree, and buckets.
    made: Memory,
    heads: BTreeMap<Pseudonym, Head>,
    /// The tree over the heads, as of the last checkpoint.
    over_heads: heads::Replayed,
    /// The buckets that changed since.
    changed: BTreeSet<u16>,
    /// The tile that was read last, and its number.
    tile: Option<(u64, Vec<u8>)>,
}

impl Replay {
    /// Takes in an entry. Where it and the tree disagree, the tree's hash goes on, so that one altered entry is one finding.
    fn entry(&mut self, parts: &dyn Parts, index: u64, findings: &mut Vec<Finding>) -> Result<(), PartsError> {
        let bytes = parts.part(Part::Entry(index))?;
        let in_tree = self.leaf(parts, index)?;
        let found = bytes.as_deref().map(|bytes| {
            let Hash(hash) = record_hash(bytes);
            hash
        });
        if bytes.is_none() {
            findings.push(Finding::Missing { part: Part::Entry(index) });
        } else if in_tree.is_some() && found != in_tree {
            findings.push(Finding::Entry { index });
        }
        let hash = in_tree.or(found).unwrap_or_default();
        tree::add_leaf(index, hash, &mut self.made);
        let Some(bytes) = bytes else { return Ok(()) };
        let Some(entry) = Entry::read(&bytes) else {
            findings.push(Finding::Unreadable { index });
            return Ok(());
        };
        let citizen = entry.citizen;
        let last = self.heads.get(&citizen).copied().unwrap_or(Head { citizen, count: 0, hash: [0; 32] });
        let should = last.count + 1;
        if entry.number != should || entry.previous != last.hash {
            findings.push(Finding::Chain { index, citizen, should, found: entry.number });
        }
        self.heads.insert(citizen, Head { citizen, count: entry.number, hash });
        self.changed.insert(citizen.bucket());
        Ok(())
    }

    fn compare(&mut self, checkpoint: &Checkpoint, findings: &mut Vec<Finding>) {
        let Checkpoint { size, root, heads, .. } = *checkpoint;
        if tree::root(&self.made, size).ok() != Some(root) {
            findings.push(Finding::Root { size });
        }
        self.settle();
        if self.over_heads.root() != heads {
            findings.push(Finding::Heads { size });
        }
    }

    /// Takes the changed buckets into the tree over the heads.
    fn settle(&mut self) {
        for bucket in mem::take(&mut self.changed) {
            let heads = self.heads.range(Pseudonym::in_bucket(bucket)).map(|(_, head)| head);
            let bytes = self.over_heads.set(bucket, heads);
            self.made.insert(Part::Bucket(bucket), bytes);
        }
    }

    /// The hash of an entry as the tree has it.
    fn leaf(&mut self, parts: &dyn Parts, index: u64) -> Result<Option<[u8; 32]>, PartsError> {
        let number = index >> tree::HEIGHT;
        if self.tile.as_ref().is_none_or(|(kept, _)| *kept != number) {
            self.tile = Some((number, parts.part(Part::Tile(0, number))?.unwrap_or_default()));
        }
        let slot = usize::try_from(index & 0xff).unwrap_or_default();
        Ok(self.tile.as_ref().and_then(|(_, tile)| tile.as_chunks::<32>().0.get(slot).copied()))
    }

    /// Compares everything but entries and checkpoints, which were compared one by one.
    fn compare_parts(
        &mut self,
        parts: &dyn Parts,
        all: &BTreeSet<Part>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), PartsError> {
        let entries = self.made.iter().filter_map(|(part, bytes)| match part {
            Part::Tile(0, _) => Some(bytes.len() as u64 / 32),
            _ => None,
        });
        let size: u64 = entries.sum();
        self.settle();
        self.made.append(&mut self.over_heads.tiles());
        for (part, made) in &self.made {
            match parts.part(*part)? {
                None => findings.push(Finding::Missing { part: *part }),
                Some(kept) if kept != *made => findings.push(Finding::Differs { part: *part }),
                Some(_) => {}
            }
        }
        let known = |part: &Part| match part {
            Part::Entry(index) => *index < size,
            Part::Checkpoint(_) => true,
            _ => self.made.contains_key(part),
        };
        findings.extend(all.iter().filter(|part| !known(part)).map(|part| Finding::Surplus { part: *part }));
        Ok(())
    }
}

fn compare_remembered(note: &[u8], key: &PublicKey, found: u64, replay: &Replay, findings: &mut Vec<Finding>) {
    match Checkpoint::verify(note, key) {
        Err(problem) => findings.push(Finding::Checkpoint { size: 0, problem }),
        Ok(then) if then.size > found => findings.push(Finding::Cut { found, remembered: then.size }),
        Ok(then) => {
            let root = if then.size == 0 { Some(tree::EMPTY) } else { tree::root(&replay.made, then.size).ok() };
            if root != Some(then.root) {
                findings.push(Finding::Rewritten { size: then.size });
            }
        }
    }
}
