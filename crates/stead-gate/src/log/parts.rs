//! Parts: the pieces that a log lies in, wherever it is kept.
//!
//! A part is written whole. Entries and checkpoints are written once; tiles, buckets and head tiles grow or change with
//! every append. An append's parts become visible together or not at all: that is the keeper's promise.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A piece of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The entry with this number, from 0.
    Entry(u64),
    /// Up to 256 hashes of the tree, at a level of tiles (0 = of entries).
    Tile(u8, u64),
    /// The signed checkpoint of the log at this many entries.
    Checkpoint(u64),
    /// The heads of all chains whose pseudonym begins with these two bytes.
    Bucket(u16),
    /// The hashes of the 256 buckets whose number begins with this byte.
    HeadTile(u8),
    /// The hashes of the 256 head tiles.
    HeadRoot,
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(number) => write!(out, "entry/{number}"),
            Self::Tile(level, number) => write!(out, "tile/{level}/{number}"),
            Self::Checkpoint(size) => write!(out, "checkpoint/{size}"),
            Self::Bucket(number) => write!(out, "heads/bucket/{number:04x}"),
            Self::HeadTile(number) => write!(out, "heads/tile/{number:02x}"),
            Self::HeadRoot => write!(out, "heads/root"),
        }
    }
}

/// Why a text names no part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a part of a log")]
pub struct PartError {
    /// What was written.
    pub text: String,
}

impl FromStr for Part {
    type Err = PartError;

    fn from_str(text: &str) -> Result<Self, PartError> {
        let words: Vec<&str> = text.split('/').collect();
        let part = match words.as_slice() {
            ["entry", number] => number.parse().ok().map(Self::Entry),
            ["tile", level, number] => {
                level.parse().ok().zip(number.parse().ok()).map(|(level, n)| Self::Tile(level, n))
            }
            ["checkpoint", size] => size.parse().ok().map(Self::Checkpoint),
            ["heads", "bucket", number] => u16::from_str_radix(number, 16).ok().map(Self::Bucket),
            ["heads", "tile", number] => u8::from_str_radix(number, 16).ok().map(Self::HeadTile),
            ["heads", "root"] => Some(Self::HeadRoot),
            _ => None,
        };
        // Written in one way only, so that no two names mean one part.
        part.filter(|part| part.to_string() == text).ok_or_else(|| PartError { text: text.to_owned() })
    }
}

/// Where the parts could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the log could not be read: {0}")]
pub struct PartsError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Whatever keeps a log.
pub trait Parts {
    /// A part, if it is there.
    fn part(&self, part: Part) -> Result<Option<Vec<u8>>, PartsError>;

    /// Every part that is there, in any order.
    fn all(&self) -> Result<Vec<Part>, PartsError>;
}

/// A log in memory: for tests, and for what an append wanted to see.
pub type Memory = BTreeMap<Part, Vec<u8>>;

impl Parts for Memory {
    fn part(&self, part: Part) -> Result<Option<Vec<u8>>, PartsError> {
        Ok(self.get(&part).cloned())
    }

    fn all(&self) -> Result<Vec<Part>, PartsError> {
        Ok(self.keys().copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_named_and_read_back() {
        let parts = [
            Part::Entry(0),
            Part::Entry(u64::MAX),
            Part::Tile(1, 300),
            Part::Checkpoint(7),
            Part::Bucket(0x00ff),
            Part::HeadTile(0xa),
            Part::HeadRoot,
        ];
        for part in parts {
            assert_eq!(part.to_string().parse(), Ok(part));
        }
        for text in ["", "entry/", "entry/01", "entry/+1", "heads/bucket/FF00", "tile/0", "heads/root/"] {
            assert!(text.parse::<Part>().is_err(), "{text}");
        }
    }
}
