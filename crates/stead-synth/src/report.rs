//! What a made town came to.

use std::collections::BTreeMap;

use crate::vocabulary::Resource;

/// How much of something there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number of resources.
    pub resources: u64,
    /// Bytes of text, line breaks included.
    pub bytes: u64,
}

/// What a made town came to, by source and type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TownReport {
    /// How many citizens.
    pub citizens: u64,
    /// By source's id and type.
    pub parts: BTreeMap<(String, Resource), Tally>,
}

impl TownReport {
    /// Adds to a part.
    pub(crate) fn add(&mut self, source: &str, kind: Resource, resources: u64, bytes: u64) {
        let part = self.parts.entry((source.to_owned(), kind)).or_default();
        part.resources += resources;
        part.bytes += bytes;
    }

    /// Everything together.
    pub fn total(&self) -> Tally {
        self.parts.values().fold(Tally::default(), Tally::plus)
    }

    /// By type, all sources together.
    pub fn by_type(&self) -> BTreeMap<Resource, Tally> {
        let mut types: BTreeMap<Resource, Tally> = BTreeMap::new();
        for ((_, kind), tally) in &self.parts {
            let sum = types.entry(*kind).or_default();
            *sum = sum.plus(tally);
        }
        types
    }
}

impl Tally {
    fn plus(self, other: &Self) -> Self {
        Self { resources: self.resources + other.resources, bytes: self.bytes + other.bytes }
    }
}
