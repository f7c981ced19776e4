//! The log of decisions: entries numbered from 0 without gaps, and what shows that none was altered.
//!
//! The registry keeps bytes. What an entry says, how it is hashed and what is signed, `stead-gate` knows; here are kept:
//!
//! - entries, each about at most one pseudonym, and beside each what it commits to, which can be erased;
//! - parts that grow with them, by name: tiles of hashes, heads of chains;
//! - checkpoints, by the number of entries that they cover.
//!
//! A [`Batch`] adds to all of them at once or not at all ([`crate::Registry::append_batch`]), and only to the log that its
//! maker knew. [`LogWriter`] makes one batch of all that tasks want to append at that moment, so that they share the wait
//! for the disk.

mod store;
mod writer;

pub use writer::{Edge, LogWriter, Seal};

/// An entry that is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: u64,
    /// Whom it is about.
    pub pseudonym: Option<Vec<u8>>,
    /// What it says.
    pub content: Vec<u8>,
    /// What it commits to, if that was kept and not erased.
    pub details: Option<Vec<u8>>,
}

/// An entry that is to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Whom it is about.
    pub pseudonym: Option<Vec<u8>>,
    /// What it says.
    pub content: Vec<u8>,
    /// What it commits to and does not say itself.
    pub details: Option<Vec<u8>>,
}

/// A part that grows with the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// A checkpoint: what stands signed for the first `entries` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many entries it covers.
    pub entries: u64,
    /// What is signed, and the signatures.
    pub content: Vec<u8>,
}

/// What is added to the log in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// How many entries the log has that this batch goes on from.
    pub from: u64,
    /// The new entries, in order.
    pub entries: Vec<NewEntry>,
    /// Parts that are new or have changed.
    pub parts: Vec<Part>,
    /// The checkpoint over all entries then.
    pub checkpoint: Option<Vec<u8>>,
}
