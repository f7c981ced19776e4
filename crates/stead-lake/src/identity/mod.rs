//! Who is who: which records of several sources are one citizen, and which disagree.
//!
//! - Records that share a national number are one citizen when they agree: at least two of birthday, sex and family name
//!   are the same or absent in one of them, and at least one is there in both and the same. No two records that numbers
//!   put together may disagree: who fits several people stays apart, conflict `two-people-one-number`. (A family name
//!   alone is no conflict: people marry.)
//! - A number that is only a placeholder (`0000000000`, `unknown`) is nobody's, and links nobody.
//! - A record with several shared numbers that lead to different citizens links nobody: `one-record-two-numbers`.
//! - `replaced-by` links a record with the one of the same source that took its place; a link file links what it groups.
//!   These are decisions: they come first and hold even where records disagree, which is told.
//! - The leading record gives the citizen's id and particulars: one that names a general practice before one that does not,
//!   then the smallest source, then the smallest id. Where two citizens would get one id, each is called `source:id`.
//!
//! The answer follows from the records alone, not from the order in which they came: it is worked out anew for all records
//! at every import, which needs some hundred bytes of memory for each record.

mod agree;
pub(crate) mod conflict;
mod forest;
pub(crate) mod head;
mod link;
pub(crate) mod link_file;
pub(crate) mod number;
#[cfg(test)]
mod tests;
mod together;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::bucket_of;
use conflict::Conflict;
use head::Head;
use link::Clusters;

/// Why a record belongs to its citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// It is the citizen's only record.
    Alone,
    /// It shares this identifier with another record of the citizen.
    SharedIdentifier(Box<str>),
    /// A link file says so.
    LinkFile,
    /// Another record of its source took its place, or it took another's.
    ReplacedBy,
}

impl Rule {
    /// The word that the link table uses.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::SharedIdentifier(_) => "shared-identifier",
            Self::LinkFile => "link-file",
            Self::ReplacedBy => "replaced-by",
        }
    }
}

/// A citizen and the records that are theirs.
#[derive(Debug)]
pub(crate) struct Citizen {
    pub(crate) id: Box<str>,
    /// The leading record first, then by source and id; indices into [`Identity::heads`].
    pub(crate) records: Vec<u32>,
}

/// All records, and whose they are.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    /// Sorted by source name and id.
    pub(crate) heads: Vec<Head>,
    /// Why each head belongs to its citizen.
    pub(crate) rules: Vec<Rule>,
    /// Sorted by id.
    pub(crate) citizens: Vec<Citizen>,
    pub(crate) conflicts: Vec<Conflict>,
    citizen_of: Vec<u32>,
    index: FxHashMap<u64, u32>,
    by_identifier: FxHashMap<u64, Vec<u32>>,
}

fn index_key(source: u16, id: &str) -> u64 {
    twox_hash::XxHash64::oneshot(u64::from(source) + 1, id.as_bytes())
}

impl Identity {
    /// Links records. `sources` are the names of sources, by index.
    pub(crate) fn of(mut heads: Vec<Head>, sources: &[String]) -> Self {
        heads.sort_by(|one, other| {
            (name(sources, one.source), &one.id, one.record, one.version).cmp(&(
                name(sources, other.source),
                &other.id,
                other.record,
                other.version,
            ))
        });
        // The latest version of each record, which also knows what the others know beyond their text.
        heads.dedup_by(|later, kept| {
            let same = later.source == kept.source && later.id == kept.id;
            if same {
                let registered = kept.registered || later.registered;
                let group = later.group.take().or_else(|| kept.group.take());
                std::mem::swap(later, kept);
                kept.registered = registered;
                kept.group = group;
            }
            same
        });
        let clusters = Clusters::of(&heads, sources);
        let mut identity = Self { rules: clusters.rules, conflicts: clusters.conflicts, heads, ..Self::default() };
        identity.name_citizens(clusters.members, sources);
        identity.build_index();
        conflict::complete(&mut identity, sources);
        identity
    }

    fn name_citizens(&mut self, clusters: Vec<Vec<u32>>, sources: &[String]) {
        let mut citizens: Vec<Citizen> = Vec::with_capacity(clusters.len());
        let replaced = self.replaced();
        let mut wanted: FxHashMap<Box<str>, u32> = FxHashMap::default();
        for mut records in clusters {
            // Heads are sorted by source and id, so their indices are, too.
            records.sort_by_key(|&record| {
                let head = self.heads.get(record as usize);
                (replaced.contains(&record), !head.is_some_and(|head| head.practice || head.registered), record)
            });
            if let Some((_, rest)) = records.split_first_mut() {
                rest.sort_unstable();
            }
            let Some(leading) = records.first().and_then(|&record| self.heads.get(record as usize)) else { continue };
            if leading.record {
                *wanted.entry(leading.id.clone()).or_default() += 1;
            }
            citizens.push(Citizen { id: leading.id.clone(), records });
        }
        let mut unseen: FxHashMap<Box<str>, u32> = FxHashMap::default();
        for citizen in citizens.iter().filter(|citizen| !self.is_seen(citizen)) {
            *unseen.entry(citizen.id.clone()).or_default() += 1;
        }
        for citizen in &mut citizens {
            let Some(leading) = citizen.records.first().and_then(|&record| self.heads.get(record as usize)) else {
                continue;
            };
            let rivals = wanted.get(&citizen.id).copied().unwrap_or(0);
            let alone = if leading.record { rivals == 1 } else { rivals == 0 && unseen.get(&citizen.id) == Some(&1) };
            if !alone {
                citizen.id = format!("{}:{}", name(sources, leading.source), leading.id).into();
            }
        }
        citizens.sort_by(|one, other| one.id.cmp(&other.id));
        self.citizen_of = vec![0; self.heads.len()];
        for (number, citizen) in citizens.iter().enumerate() {
            for &record in &citizen.records {
                if let Some(slot) = self.citizen_of.get_mut(record as usize) {
                    *slot = number as u32;
                }
            }
        }
        self.citizens = citizens;
    }

    fn is_seen(&self, citizen: &Citizen) -> bool {
        citizen.records.first().and_then(|&record| self.heads.get(record as usize)).is_some_and(|head| head.record)
    }

    /// The records whose place another one took.
    fn replaced(&self) -> FxHashSet<u32> {
        let numbers = 0..self.heads.len() as u32;
        numbers.zip(&self.heads).filter(|(_, head)| head.replaced_by.is_some()).map(|(number, _)| number).collect()
    }

    fn build_index(&mut self) {
        for (number, head) in self.heads.iter().enumerate() {
            self.index.insert(index_key(head.source, &head.id), number as u32);
            for &key in &head.keys {
                self.by_identifier.entry(key).or_default().push(number as u32);
            }
        }
    }

    /// The record of this id in a source.
    pub(crate) fn head(&self, source: u16, id: &str) -> Option<u32> {
        let number = *self.index.get(&index_key(source, id))?;
        self.heads.get(number as usize).filter(|head| head.source == source && *head.id == *id).map(|_| number)
    }

    /// Whether a head says nothing that is not known: it is the version that is known, or only says that there is such a
    /// record, or that it is registered.
    pub(crate) fn knows(&self, head: &Head) -> bool {
        let known = self.head(head.source, &head.id).and_then(|known| self.heads.get(known as usize));
        known.is_some_and(|known| {
            let said = !head.record || (known.record && known.version == head.version);
            said && (known.registered || !head.registered)
        })
    }

    /// The one record with this identifier: of the same source, or else of any; `None` when there are several.
    pub(crate) fn head_identified(&self, source: u16, system: &str, value: &str) -> Option<u32> {
        let keys = [head::shared_key(system, value), head::key(system, value)];
        let found = keys.iter().find_map(|key| self.by_identifier.get(key))?;
        let of_source = |&&number: &&u32| self.heads.get(number as usize).is_some_and(|head| head.source == source);
        let own: Vec<u32> = found.iter().filter(of_source).copied().collect();
        match (own.as_slice(), found.as_slice()) {
            ([one], _) => Some(*one),
            ([], [first, rest @ ..]) => {
                let citizen = self.citizen_number(*first);
                rest.iter().all(|&other| self.citizen_number(other) == citizen).then_some(*first)
            }
            _ => None,
        }
    }

    /// The citizen, as an index into [`Self::citizens`], of a record.
    pub(crate) fn citizen_number(&self, head: u32) -> Option<u32> {
        self.citizen_of.get(head as usize).copied()
    }

    /// The citizen of a record.
    pub(crate) fn citizen(&self, head: u32) -> Option<&Citizen> {
        self.citizens.get(self.citizen_number(head)? as usize)
    }

    /// The bucket that a Patient's resources go to. A Patient nobody has sent (yet) is a citizen of that id.
    pub(crate) fn bucket(&self, source: u16, id: &str, buckets: u16) -> u16 {
        let citizen = self.head(source, id).and_then(|head| self.citizen(head));
        bucket_of(citizen.map_or(id, |citizen| &citizen.id), buckets)
    }

    /// The records of a citizen, the leading one first.
    pub(crate) fn records<'i>(&'i self, citizen: &'i Citizen) -> impl Iterator<Item = &'i Head> {
        citizen.records.iter().filter_map(|&record| self.heads.get(record as usize))
    }
}

pub(crate) fn name(sources: &[String], source: u16) -> &str {
    sources.get(usize::from(source)).map_or("", String::as_str)
}
