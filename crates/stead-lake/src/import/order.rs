//! Resources in the order in which their rows are made: citizen by citizen, and all versions of a resource together.

use std::cmp::Ordering;

use crate::identity::Identity;
use crate::import::spill::Entry;
use crate::import::versions::later_first;

/// The citizen of an entry, as a number that follows the order of citizens.
pub(super) fn rank(identity: &Identity, entry: &Entry<'_>) -> u32 {
    identity.head(entry.owner, entry.subject).and_then(|head| identity.citizen_number(head)).unwrap_or(u32::MAX - 1)
}

/// Ranks of entries; those of one citizen often come one after the other.
pub(super) struct Ranks<'i, 't> {
    identity: &'i Identity,
    last: Option<(u16, &'t str, u32)>,
}

impl<'i, 't> Ranks<'i, 't> {
    pub(super) fn new(identity: &'i Identity) -> Self {
        Self { identity, last: None }
    }

    fn of(&mut self, entry: &Entry<'t>) -> u32 {
        match self.last {
            Some((owner, subject, rank)) if owner == entry.owner && subject == entry.subject => rank,
            _ => {
                let rank = rank(self.identity, entry);
                self.last = Some((entry.owner, entry.subject, rank));
                rank
            }
        }
    }
}

/// By what entries are put into order, so that most of them are told apart without looking at their texts.
struct Key {
    /// Citizen, source and type.
    place: u64,
    /// How the id begins.
    id: u128,
    number: u32,
}

/// Puts entries into order: by citizen, source (`source_order` tells its place), type and id; then the later version first.
/// Each comes with the rank of its citizen.
pub(super) fn in_order<'t>(bytes: &'t [u8], identity: &Identity, source_order: &[usize]) -> Vec<(u32, Entry<'t>)> {
    let mut ranks = Ranks::new(identity);
    let mut kinds = Kinds::default();
    let mut entries = Vec::new();
    let mut keys = Vec::new();
    for entry in Entry::all(bytes) {
        let rank = ranks.of(&entry);
        let source = source_order.get(usize::from(entry.source)).copied().unwrap_or(usize::from(u16::MAX));
        let place = u64::from(rank) << 32 | (source as u64) << 16 | kinds.number(entry.kind);
        keys.push(Key { place, id: beginning(entry.id), number: entries.len() as u32 });
        entries.push((rank, entry));
    }
    let kinds = kinds.order();
    for key in &mut keys {
        let kind = kinds.get((key.place & 0xffff) as usize).copied().unwrap_or(0xffff);
        key.place = key.place & !0xffff | kind;
    }
    keys.sort_unstable_by(|one, other| {
        (one.place, one.id).cmp(&(other.place, other.id)).then_with(|| {
            match (entries.get(one.number as usize), entries.get(other.number as usize)) {
                (Some((_, one)), Some((_, other))) => one.id.cmp(other.id).then_with(|| later_first(one, other)),
                _ => Ordering::Equal,
            }
        })
    });
    keys.iter().filter_map(|key| entries.get(key.number as usize).copied()).collect()
}

/// The first bytes of an id as a number: ids that begin otherwise are in the order of these numbers.
fn beginning(id: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = id.len().min(bytes.len());
    if let (Some(into), Some(from)) = (bytes.get_mut(..length), id.as_bytes().get(..length)) {
        into.copy_from_slice(from);
    }
    u128::from_be_bytes(bytes)
}

/// The types that occur, numbered as they come.
#[derive(Default)]
struct Kinds<'t> {
    all: Vec<&'t str>,
    last: usize,
}

impl<'t> Kinds<'t> {
    fn number(&mut self, kind: &'t str) -> u64 {
        if self.all.get(self.last) != Some(&kind) {
            self.last = self.all.iter().position(|known| *known == kind).unwrap_or_else(|| {
                self.all.push(kind);
                self.all.len() - 1
            });
        }
        self.last as u64
    }

    /// For each number its place when types are sorted by name.
    fn order(&self) -> Vec<u64> {
        let mut sorted = self.all.clone();
        sorted.sort_unstable();
        self.all.iter().map(|kind| sorted.partition_point(|other| other < kind) as u64).collect()
    }
}
