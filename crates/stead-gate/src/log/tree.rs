//! The tree over all entries: RFC 6962's, kept in tiles of 256 hashes, with the proofs that come from it.

use tlog_tiles::tile::Tile;
use tlog_tiles::tlog::{
    EMPTY_HASH, Error, HASH_SIZE, Hash, HashReader, check_record, check_tree, prove_record, prove_tree, tree_hash,
};

use super::parts::{Memory, Part, Parts, PartsError};

/// A tile holds 2⁸ hashes.
pub(crate) const HEIGHT: u8 = 8;
const FULL: usize = HASH_SIZE << HEIGHT;

/// Proof that an entry is in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Inclusion {
    /// The entry's number in the log, from 0.
    pub index: u64,
    /// How many entries the log has.
    pub size: u64,
    /// RFC 6962's audit path, from the leaf up.
    pub path: Vec<[u8; 32]>,
}

/// Proof that a log has only grown: that everything that was in it still is, in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Growth {
    /// How many entries it had.
    pub old: u64,
    /// How many it has.
    pub new: u64,
    /// RFC 6962's consistency proof.
    pub path: Vec<[u8; 32]>,
}

/// Why there is no hash to be had.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The keeper failed.
    #[error(transparent)]
    Parts(#[from] PartsError),
    /// A tile is missing, or too short.
    #[error("the tree of the log has a hole; `stead log verify` says where")]
    Hole,
}

/// Reads hashes of the tree out of tiles.
struct Tiles<'a>(&'a dyn Parts);

impl HashReader for Tiles<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.read_hash(*index)).collect()
    }
}

impl Tiles<'_> {
    fn read_hash(&self, index: u64) -> Result<Hash, Error> {
        let tile = Tile::from_index(HEIGHT, index);
        let part = Part::Tile(tile.level(), tile.level_index());
        let bytes = self.0.part(part).map_err(|error| Error::InvalidInput(error.to_string()))?;
        let bytes = bytes.ok_or(Error::IndexesNotInTree)?;
        if bytes.len() < HASH_SIZE * tile.width() as usize || bytes.len() > FULL {
            return Err(Error::InvalidTile);
        }
        tile.hash_at_index(&bytes, index)
    }
}

/// The root of the tree over the first `size` entries.
pub(crate) fn root(parts: &dyn Parts, size: u64) -> Result<[u8; 32], TreeError> {
    let Hash(root) = tree_hash(size, &Tiles(parts)).map_err(|_| TreeError::Hole)?;
    Ok(root)
}

/// The root of the tree of a log without entries.
pub(crate) const EMPTY: [u8; 32] = {
    let Hash(root) = EMPTY_HASH;
    root
};

/// The hash over a full tile or any power of two of hashes.
pub(crate) fn subtree(tile: &[u8]) -> [u8; 32] {
    let Hash(root) = Tile::subtree_hash(tile);
    root
}

/// Adds a hash to the tree of `size` entries: to its tile, and where that becomes full, to the tile above it, and so on.
///
/// INVARIANT: a tile at level L holds hashes of full tiles of level L - 1.
pub(crate) fn add_leaf(size: u64, leaf: [u8; 32], parts: &mut Memory) {
    let (mut hash, mut number, mut level) = (leaf, size, 0);
    loop {
        let bytes = parts.entry(Part::Tile(level, number >> HEIGHT)).or_default();
        bytes.extend_from_slice(&hash);
        if bytes.len() < FULL {
            return;
        }
        (hash, number, level) = (subtree(bytes), number >> HEIGHT, level + 1);
    }
}

/// The tiles on the right edge of a tree of `size` entries: those that the next entry may change, and its root is made of.
pub(crate) fn right_edge(size: u64) -> Vec<Part> {
    let mut edge = Vec::new();
    let (mut level, mut count) = (0, size);
    while count > 0 {
        // A tile that is just full has no hash to be added, and its hash stands in the tile above.
        if count.trailing_zeros() < HEIGHT.into() {
            edge.push(Part::Tile(level, count >> HEIGHT));
        }
        (level, count) = (level + 1, count >> HEIGHT);
    }
    edge
}

impl Inclusion {
    /// The proof that entry `index` is among the first `size`.
    pub fn prove(parts: &dyn Parts, size: u64, index: u64) -> Result<Self, TreeError> {
        let path = prove_record(size, index, &Tiles(parts)).map_err(|_| TreeError::Hole)?;
        Ok(Self { index, size, path: path.into_iter().map(|Hash(hash)| hash).collect() })
    }

    /// Whether it proves that this entry is in the tree of this root.
    pub fn holds(&self, root: [u8; 32], leaf: [u8; 32]) -> bool {
        let path = self.path.iter().copied().map(Hash).collect();
        check_record(&path, self.size, Hash(root), self.index, Hash(leaf)).is_ok()
    }
}

impl Growth {
    /// The proof that the log of `old` entries is the beginning of that of `new` entries.
    pub fn prove(parts: &dyn Parts, old: u64, new: u64) -> Result<Self, TreeError> {
        if old == 0 {
            return Ok(Self { old, new, path: Vec::new() });
        }
        let path = prove_tree(new, old, &Tiles(parts)).map_err(|_| TreeError::Hole)?;
        Ok(Self { old, new, path: path.into_iter().map(|Hash(hash)| hash).collect() })
    }

    /// Whether it proves that the tree of the old root has grown into that of the new one.
    pub fn holds(&self, old: [u8; 32], new: [u8; 32]) -> bool {
        if self.old == 0 {
            return old == EMPTY && self.path.is_empty();
        }
        let path = self.path.iter().copied().map(Hash).collect();
        check_tree(&path, self.new, Hash(new), self.old, Hash(old)).is_ok()
    }
}
