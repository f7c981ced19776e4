//! Heads: how many entries each citizen has and the hash of her latest one, committed to by every checkpoint.
//!
//! A tree of fixed shape: 65,536 buckets by the first two bytes of the pseudonym, over them 256 tiles of 256 hashes, over
//! them one. An append touches one bucket, one tile and the topmost: with a million citizens that is a bucket of some 15
//! heads (1 kB) and two tiles of 8 kB, whatever the number of entries. What is not there yet counts as empty.
//!
//! ```text
//! root ── 256 head tiles ── 65,536 buckets ── heads in order of pseudonym: pseudonym (32), count (8), hash (32)
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::sync::LazyLock;

use tlog_tiles::tlog::{Hash, node_hash, record_hash};

use super::citizen::Pseudonym;
use super::parts::{Memory, Part};
use super::tree::subtree;

/// What a checkpoint commits to for one citizen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Of whom.
    pub citizen: Pseudonym,
    /// How many entries she has.
    pub count: u64,
    /// The hash of her latest entry.
    pub hash: [u8; 32],
}

/// The hash of a bucket without anybody.
static EMPTY_BUCKET: LazyLock<[u8; 32]> = LazyLock::new(|| bucket_hash(&[]));
static EMPTY_TILE: LazyLock<Vec<u8>> = LazyLock::new(|| EMPTY_BUCKET.repeat(256));
static EMPTY_ROOT: LazyLock<Vec<u8>> = LazyLock::new(|| subtree(&EMPTY_TILE).repeat(256));

/// The root over no heads at all.
pub(crate) fn empty_root() -> [u8; 32] {
    subtree(&EMPTY_ROOT)
}

fn bucket_hash(bytes: &[u8]) -> [u8; 32] {
    let Hash(hash) = record_hash(bytes);
    hash
}

/// The heads of a bucket, in order; `None` where it is not in the form of one.
pub(crate) fn read_bucket(number: u16, bytes: &[u8]) -> Option<Vec<Head>> {
    let (heads, rest) = bytes.as_chunks::<72>();
    let heads: Option<Vec<Head>> = heads.iter().map(read_head).collect();
    let heads = heads.filter(|_| rest.is_empty())?;
    let here = heads.iter().all(|head| head.citizen.bucket() == number);
    let in_order = heads.is_sorted_by(|one, next| one.citizen < next.citizen);
    (here && in_order).then_some(heads)
}

fn read_head(bytes: &[u8; 72]) -> Option<Head> {
    let (citizen, rest) = bytes.split_first_chunk::<32>()?;
    let (count, rest) = rest.split_first_chunk::<8>()?;
    let (hash, _) = rest.split_first_chunk::<32>()?;
    Some(Head { citizen: Pseudonym::from_bytes(*citizen), count: u64::from_be_bytes(*count), hash: *hash })
}

fn write_bucket<'a>(heads: impl IntoIterator<Item = &'a Head>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for Head { citizen, count, hash } in heads {
        bytes.extend_from_slice(citizen.bytes());
        bytes.extend_from_slice(&count.to_be_bytes());
        bytes.extend_from_slice(hash);
    }
    bytes
}

/// The parts that a citizen's head lies in.
pub(crate) const fn parts_of(citizen: &Pseudonym) -> [Part; 3] {
    let bucket = citizen.bucket();
    let [tile, _] = bucket.to_be_bytes();
    [Part::Bucket(bucket), Part::HeadTile(tile), Part::HeadRoot]
}

/// The committed heads of these citizens, or `None` where parts and root do not belong together.
///
/// A citizen without entries has a head of count 0.
pub(crate) fn committed(
    parts: &Memory,
    root: [u8; 32],
    citizens: impl IntoIterator<Item = Pseudonym>,
) -> Option<BTreeMap<Pseudonym, Head>> {
    let (mut found, mut tiles) = (BTreeMap::new(), BTreeSet::new());
    let root_bytes = parts.get(&Part::HeadRoot).unwrap_or(&EMPTY_ROOT);
    if root_bytes.len() != EMPTY_ROOT.len() || subtree(root_bytes) != root {
        return None;
    }
    for citizen in citizens {
        let bucket = citizen.bucket();
        let [tile, slot] = bucket.to_be_bytes();
        let bytes = parts.get(&Part::Bucket(bucket)).map_or(&[][..], Vec::as_slice);
        let tile_bytes = parts.get(&Part::HeadTile(tile)).unwrap_or(&EMPTY_TILE);
        let belongs = hash_in(tile_bytes, slot)? == bucket_hash(bytes)
            && (!tiles.insert(tile) || hash_in(root_bytes, tile)? == subtree(tile_bytes));
        let head = read_bucket(bucket, bytes).filter(|_| belongs)?.into_iter().find(|head| head.citizen == citizen);
        found.insert(citizen, head.unwrap_or(Head { citizen, count: 0, hash: [0; 32] }));
    }
    Some(found)
}

/// Puts citizens' heads in the place of their former ones, and gives the new root.
///
/// INVARIANT: `parts` holds all three parts of each head, as far as they exist, and [`committed`] found them to belong together.
pub(crate) fn set<'a>(parts: &mut Memory, heads: impl IntoIterator<Item = &'a Head>) -> Option<[u8; 32]> {
    let mut tiles: BTreeMap<u8, BTreeSet<u16>> = BTreeMap::new();
    for head in heads {
        let bucket = head.citizen.bucket();
        let bytes = parts.entry(Part::Bucket(bucket)).or_default();
        let mut all = read_bucket(bucket, bytes)?;
        match all.binary_search_by_key(&head.citizen, |head| head.citizen) {
            Ok(at) => *all.get_mut(at)? = *head,
            Err(at) => all.insert(at, *head),
        }
        *bytes = write_bucket(&all);
        let [tile, _] = bucket.to_be_bytes();
        tiles.entry(tile).or_default().insert(bucket);
    }
    for (tile, buckets) in tiles {
        for bucket in buckets {
            let hash = bucket_hash(parts.get(&Part::Bucket(bucket))?);
            let [_, slot] = bucket.to_be_bytes();
            set_hash(parts.entry(Part::HeadTile(tile)).or_insert_with(|| EMPTY_TILE.clone()), slot, hash)?;
        }
        let hash = subtree(parts.get(&Part::HeadTile(tile))?);
        set_hash(parts.entry(Part::HeadRoot).or_insert_with(|| EMPTY_ROOT.clone()), tile, hash)?;
    }
    Some(subtree(parts.get(&Part::HeadRoot).unwrap_or(&EMPTY_ROOT)))
}

fn hash_in(tile: &[u8], slot: u8) -> Option<[u8; 32]> {
    let (hashes, rest) = tile.as_chunks::<32>();
    if hashes.len() != 256 || !rest.is_empty() {
        return None;
    }
    hashes.get(usize::from(slot)).copied()
}

fn set_hash(tile: &mut [u8], slot: u8, hash: [u8; 32]) -> Option<()> {
    *tile.as_chunks_mut::<32>().0.get_mut(usize::from(slot))? = hash;
    Some(())
}

/// The 16 hashes that lead from a bucket to the root, from below.
pub(crate) fn path(parts: &Memory, bucket: u16) -> Option<Vec<[u8; 32]>> {
    let [tile, slot] = bucket.to_be_bytes();
    let mut path = path_in(parts.get(&Part::HeadTile(tile)).unwrap_or(&EMPTY_TILE), slot)?;
    path.extend(path_in(parts.get(&Part::HeadRoot).unwrap_or(&EMPTY_ROOT), tile)?);
    Some(path)
}

fn path_in(tile: &[u8], slot: u8) -> Option<Vec<[u8; 32]>> {
    let (hashes, _) = tile.as_chunks::<32>();
    let (mut level, mut at, mut path) = (hashes.to_vec(), usize::from(slot), Vec::new());
    while level.len() > 1 {
        path.push(*level.get(at ^ 1)?);
        let (pairs, _) = level.as_chunks::<2>();
        level = pairs.iter().map(|[left, right]| node(*left, *right)).collect();
        at >>= 1;
    }
    Some(path)
}

/// The root that a bucket and its path lead to.
pub(crate) fn root_by_path(bucket: u16, bytes: &[u8], path: &[[u8; 32]]) -> Option<[u8; 32]> {
    let mut hash = bucket_hash(bytes);
    for (level, other) in path.iter().enumerate() {
        let right = bucket >> level & 1 == 1;
        hash = if right { node(*other, hash) } else { node(hash, *other) };
    }
    (path.len() == 16).then_some(hash)
}

/// The tree over all heads as a replay makes it: 16 hashes for each changed bucket, instead of whole tiles.
#[derive(Default)]
pub(crate) struct Replayed {
    /// By level (0 = buckets) and number; what is not there is empty.
    nodes: BTreeMap<(u8, u32), [u8; 32]>,
}

/// The hash over nothing, of each level.
static EMPTY: LazyLock<Vec<[u8; 32]>> =
    LazyLock::new(|| iter::successors(Some(*EMPTY_BUCKET), |below| Some(node(*below, *below))).take(17).collect());

impl Replayed {
    fn get(&self, level: u8, number: u32) -> [u8; 32] {
        let empty = || EMPTY.get(usize::from(level)).copied().unwrap_or_default();
        self.nodes.get(&(level, number)).copied().unwrap_or_else(empty)
    }

    /// Puts a bucket's heads in the place of its former ones.
    pub(crate) fn set<'a>(&mut self, bucket: u16, heads: impl IntoIterator<Item = &'a Head>) -> Vec<u8> {
        let bytes = write_bucket(heads);
        let mut number = u32::from(bucket);
        self.nodes.insert((0, number), bucket_hash(&bytes));
        for level in 1..=16 {
            number >>= 1;
            let hash = node(self.get(level - 1, number << 1), self.get(level - 1, number << 1 | 1));
            self.nodes.insert((level, number), hash);
        }
        bytes
    }

    /// The root over all heads.
    pub(crate) fn root(&self) -> [u8; 32] {
        self.get(16, 0)
    }

    /// The head tiles, as they have to be kept.
    pub(crate) fn tiles(&self) -> Memory {
        let tile = |level, from: u32| (from..from + 256).flat_map(|number| self.get(level, number)).collect();
        let used: Vec<u8> =
            self.nodes.keys().filter(|(level, _)| *level == 8).filter_map(|(_, n)| u8::try_from(*n).ok()).collect();
        let mut tiles: Memory = used.iter().map(|n| (Part::HeadTile(*n), tile(0, u32::from(*n) << 8))).collect();
        if !used.is_empty() {
            tiles.insert(Part::HeadRoot, tile(8, 0));
        }
        tiles
    }
}

fn node(left: [u8; 32], right: [u8; 32]) -> [u8; 32] {
    let Hash(hash) = node_hash(Hash(left), Hash(right));
    hash
}
