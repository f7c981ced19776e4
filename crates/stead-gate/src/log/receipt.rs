//! Receipts: what a citizen needs to see for herself that her entries stand in the log, unaltered and complete.

use super::checkpoint::{Checkpoint, CheckpointProblem};
use super::citizen::{CitizenKey, Pseudonym};
use super::entry::Entry;
use super::heads;
use super::parts::{Memory, Part, Parts, PartsError};
use super::tree::Inclusion;
use crate::key::PublicKey;
use tlog_tiles::tlog::{Hash, record_hash};

/// One citizen's entries, and proof that they are all there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The signed checkpoint that everything is proved against.
    pub checkpoint: Vec<u8>,
    /// The bucket with the head of her chain.
    pub bucket: Vec<u8>,
    /// The hashes that lead from the bucket to the checkpoint's root over all heads.
    pub path: Vec<[u8; 32]>,
    /// Her entries, the first one first.
    pub entries: Vec<Witnessed>,
}

/// An entry, and proof that it is in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Witnessed {
    /// The entry as the log keeps it.
    pub text: Vec<u8>,
    /// The proof.
    pub inclusion: Inclusion,
}

/// Why a receipt does not show what it should.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptProblem {
    /// The keeper failed.
    #[error(transparent)]
    Parts(#[from] PartsError),
    /// The checkpoint does not hold.
    #[error("the checkpoint does not hold: {0}")]
    Checkpoint(#[from] CheckpointProblem),
    /// The head of the chain is not the one that the checkpoint commits to.
    #[error("how many entries this citizen has was altered: it is not what the checkpoint says")]
    Heads,
    /// An entry is missing.
    #[error("entry {number} of this citizen is missing: the checkpoint says that there are {count}")]
    Missing {
        /// Which of hers.
        number: u64,
        /// How many there are.
        count: u64,
    },
    /// There are more than there should be.
    #[error("there are {found} entries of this citizen, and the checkpoint says that there are {count}")]
    Surplus {
        /// How many were given.
        found: u64,
        /// How many there are.
        count: u64,
    },
    /// An entry is not what the log committed to.
    #[error("entry {number} of this citizen was altered")]
    Altered {
        /// Which of hers.
        number: u64,
    },
    /// The details kept beside the log are not those that were written down.
    #[error("the details of entry {number} of this citizen were altered after they were logged")]
    Details {
        /// Which of hers.
        number: u64,
    },
}

/// The receipt of a citizen from a log of this size; `indexes` are the numbers in the log of her entries, in order.
pub fn receipt(parts: &dyn Parts, size: u64, citizen: &Pseudonym, indexes: &[u64]) -> Result<Receipt, ReceiptProblem> {
    let mut seen = Memory::new();
    for part in heads::parts_of(citizen) {
        if let Some(bytes) = parts.part(part)? {
            seen.insert(part, bytes);
        }
    }
    let mut entries = Vec::new();
    for (number, index) in (1..).zip(indexes) {
        let text = parts.part(Part::Entry(*index))?.ok_or(ReceiptProblem::Altered { number })?;
        let inclusion = Inclusion::prove(parts, size, *index).map_err(|_| ReceiptProblem::Altered { number })?;
        entries.push(Witnessed { text, inclusion });
    }
    Ok(Receipt {
        checkpoint: parts.part(Part::Checkpoint(size))?.unwrap_or_default(),
        path: heads::path(&seen, citizen.bucket()).ok_or(ReceiptProblem::Heads)?,
        bucket: seen.remove(&Part::Bucket(citizen.bucket())).unwrap_or_default(),
        entries,
    })
}

impl Receipt {
    /// The citizen's entries, if everything holds: checkpoint, head, chain, inclusion, and the details of each.
    ///
    /// `details` are those kept beside the log, in the order of her entries.
    pub fn check(
        &self,
        log: &PublicKey,
        citizen: &CitizenKey,
        details: &[impl AsRef<[u8]>],
    ) -> Result<Vec<Entry>, ReceiptProblem> {
        let checkpoint = Checkpoint::verify(&self.checkpoint, log)?;
        let pseudonym = citizen.pseudonym(log.name());
        let bucket = pseudonym.bucket();
        if heads::root_by_path(bucket, &self.bucket, &self.path) != Some(checkpoint.heads) {
            return Err(ReceiptProblem::Heads);
        }
        let heads = heads::read_bucket(bucket, &self.bucket).ok_or(ReceiptProblem::Heads)?;
        let head = heads.into_iter().find(|head| head.citizen == pseudonym);
        let (count, last) = head.map_or((0, [0; 32]), |head| (head.count, head.hash));
        let mut entries = Vec::new();
        let mut previous = [0; 32];
        for (number, witnessed) in (1..).zip(&self.entries) {
            let entry = witnessed.entry(&checkpoint, number)?;
            let links = entry.citizen == pseudonym && entry.number == number && entry.previous == previous;
            if !links {
                return Err(ReceiptProblem::Missing { number, count });
            }
            let details = details.get(entries.len()).ok_or(ReceiptProblem::Details { number })?;
            if citizen.commitment(number, details.as_ref()) != entry.details {
                return Err(ReceiptProblem::Details { number });
            }
            previous = entry.hash();
            entries.push(entry);
        }
        let found = entries.len() as u64;
        if found < count {
            return Err(ReceiptProblem::Missing { number: found + 1, count });
        }
        if found > count || previous != last {
            return Err(ReceiptProblem::Surplus { found, count });
        }
        Ok(entries)
    }
}

impl Witnessed {
    fn entry(&self, checkpoint: &Checkpoint, number: u64) -> Result<Entry, ReceiptProblem> {
        let Hash(leaf) = record_hash(&self.text);
        let included = self.inclusion.size == checkpoint.size && self.inclusion.holds(checkpoint.root, leaf);
        let entry = Entry::read(&self.text).filter(|_| included);
        entry.ok_or(ReceiptProblem::Altered { number })
    }
}
