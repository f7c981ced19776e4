//! The log of decisions: entries numbered from 0 without gaps, tiles of hashes over them, a chain for each citizen.
//!
//! The registry keeps bytes. What an entry says, how it is hashed and what is signed, `stead-gate` knows; here are kept:
//!
//! - entries, each about at most one pseudonym;
//! - tiles, by level and position, the rightmost of each level growing;
//! - the head of each pseudonym's chain, with how many entries it has;
//! - checkpoints, by the number of entries that they cover.
//!
//! A [`Batch`] adds to all of them at once or not at all ([`crate::Registry::append_batch`]), and only to the log that its
//! maker knew. [`LogWriter`] makes one batch of all that tasks want to append at that moment, so that they share the wait
//! for the disk.

mod store;
mod writer;

use serde::{Deserialize, Serialize};

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
}

/// An entry that is to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Whom it is about.
    pub pseudonym: Option<Vec<u8>>,
    /// What it says.
    pub content: Vec<u8>,
}

/// A tile's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TileId {
    /// How far above the entries.
    pub level: u8,
    /// Which of its level, from the left, from 0.
    pub position: u64,
}

/// A tile: hashes of neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Where.
    pub id: TileId,
    /// The hashes.
    pub content: Vec<u8>,
}

/// The head of a pseudonym's chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose.
    pub pseudonym: Vec<u8>,
    /// How many entries the chain has.
    pub entries: u64,
    /// The head.
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
    /// Tiles that are new or have grown.
    pub tiles: Vec<Tile>,
    /// The heads of every pseudonym among the new entries.
    pub heads: Vec<Head>,
    /// The checkpoint over all entries then.
    pub checkpoint: Option<Vec<u8>>,
}
