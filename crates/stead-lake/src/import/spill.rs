//! Resources on their way from the files they came in to the bucket of their citizen, kept on disk in between.
//!
//! One file a bucket, to which workers append; an entry is a resource's text with what is known of it.

use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::LakeError;
use crate::import::packed;
use crate::store::Folder;

/// Where in the input something stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// The file, as an index into the import's files; [`Origin::LAKE`] for what the lake held already.
    pub(crate) file: u32,
    /// The line, from 1.
    pub(crate) line: u64,
    /// Where it begins in the unpacked file, in bytes.
    pub(crate) offset: u64,
}

impl Origin {
    /// Where a resource comes from that the lake held already.
    pub(crate) const LAKE: Self = Self { file: u32::MAX, line: 0, offset: 0 };

    pub(crate) fn is_lake(self) -> bool {
        self.file == u32::MAX
    }
}

/// A resource and what the outline says of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'t> {
    pub(crate) origin: Origin,
    /// The source, as an index into the import's sources.
    pub(crate) source: u16,
    /// The source of the Patient whose it is: another one when that is named by an identifier.
    pub(crate) owner: u16,
    pub(crate) kind: &'t str,
    pub(crate) id: &'t str,
    /// The id of the Patient whose it is, or `system|value` of one; empty when it belongs to nobody.
    pub(crate) subject: &'t str,
    /// `meta.lastUpdated`, in milliseconds; `i64::MIN` without one.
    pub(crate) updated: i64,
    pub(crate) json: &'t str,
}

const HEAD_BYTES: usize = 4 + 8 + 8 + 2 + 2 + 2 + 2 + 2 + 8 + 4;

impl<'t> Entry<'t> {
    /// Appends the entry; texts longer than the format allows were quarantined before.
    pub(crate) fn write(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.origin.file.to_le_bytes());
        into.extend_from_slice(&self.origin.line.to_le_bytes());
        into.extend_from_slice(&self.origin.offset.to_le_bytes());
        into.extend_from_slice(&self.source.to_le_bytes());
        into.extend_from_slice(&self.owner.to_le_bytes());
        for text in [self.kind, self.id, self.subject] {
            into.extend_from_slice(&(text.len() as u16).to_le_bytes());
        }
        into.extend_from_slice(&self.updated.to_le_bytes());
        into.extend_from_slice(&(self.json.len() as u32).to_le_bytes());
        for text in [self.kind, self.id, self.subject, self.json] {
            into.extend_from_slice(text.as_bytes());
        }
    }

    /// How many bytes it takes.
    fn bytes(&self) -> usize {
        HEAD_BYTES + [self.kind, self.id, self.subject, self.json].map(str::len).iter().sum::<usize>()
    }

    /// The entries that `bytes` are made of.
    pub(crate) fn all(mut bytes: &'t [u8]) -> impl Iterator<Item = Self> {
        std::iter::from_fn(move || {
            let (entry, rest) = Self::read(bytes)?;
            bytes = rest;
            Some(entry)
        })
    }

    /// The first entry in `bytes` and what follows it.
    fn read(bytes: &'t [u8]) -> Option<(Self, &'t [u8])> {
        let head = Head::of(bytes.get(..HEAD_BYTES)?)?;
        let (body, rest) = bytes.get(HEAD_BYTES..)?.split_at_checked(head.body_bytes())?;
        Some((head.entry(body)?, rest))
    }
}

/// The part of an entry that has always the same length.
struct Head {
    origin: Origin,
    source: u16,
    owner: u16,
    lengths: [u16; 3],
    updated: i64,
    json: u32,
}

impl Head {
    fn of(mut bytes: &[u8]) -> Option<Self> {
        fn next<const COUNT: usize>(bytes: &mut &[u8]) -> Option<[u8; COUNT]> {
            let (number, rest) = bytes.split_first_chunk()?;
            *bytes = rest;
            Some(*number)
        }

        let bytes = &mut bytes;
        let origin = Origin {
            file: u32::from_le_bytes(next(bytes)?),
            line: u64::from_le_bytes(next(bytes)?),
            offset: u64::from_le_bytes(next(bytes)?),
        };
        let mut short = || Some(u16::from_le_bytes(next(bytes)?));
        let (source, owner, lengths) = (short()?, short()?, [short()?, short()?, short()?]);
        let updated = i64::from_le_bytes(next(bytes)?);
        Some(Self { origin, source, owner, lengths, updated, json: u32::from_le_bytes(next(bytes)?) })
    }

    fn body_bytes(&self) -> usize {
        self.lengths.iter().map(|&length| usize::from(length)).sum::<usize>() + self.json as usize
    }

    fn entry<'t>(&self, body: &'t [u8]) -> Option<Entry<'t>> {
        let body = std::str::from_utf8(body).ok()?;
        let [kind, id, subject] = self.lengths.map(usize::from);
        let (kind, body) = body.split_at_checked(kind)?;
        let (id, body) = body.split_at_checked(id)?;
        let (subject, json) = body.split_at_checked(subject)?;
        let (origin, source, owner) = (self.origin, self.source, self.owner);
        Some(Entry { origin, source, owner, kind, id, subject, updated: self.updated, json })
    }
}

/// The files of all buckets, and one more each for what belongs to nobody, for what names its citizen by a number, and for
/// what came before records could be linked.
///
/// What is appended is packed, by a method that takes less time than writing what it saves.
pub(crate) struct Spill {
    store: Folder,
    parts: Vec<Mutex<Part>>,
    buckets: u16,
}

/// A part of a spill, as far as it was written by this process.
#[derive(Default)]
struct Part {
    file: Option<File>,
    /// How many bytes lie in it, unpacked.
    bytes: u64,
    /// How many of these are of entries that belong elsewhere, and have been told there, too.
    strange: u64,
    memory: Vec<u8>,
}

impl Spill {
    /// For the files of `buckets` buckets in a folder of this machine.
    pub(crate) fn new(store: Folder, buckets: u16) -> Self {
        let parts = (0..usize::from(buckets) + 3).map(|_| Mutex::default()).collect();
        Self { store, parts, buckets }
    }

    /// The part for resources that belong to nobody.
    pub(crate) fn common(&self) -> usize {
        usize::from(self.buckets)
    }

    /// The part for resources whose subject is named by an identifier.
    pub(crate) fn waiting(&self) -> usize {
        usize::from(self.buckets) + 1
    }

    /// The part for resources that came before records could be linked.
    pub(crate) fn unlinked(&self) -> usize {
        usize::from(self.buckets) + 2
    }

    pub(crate) fn buckets(&self) -> u16 {
        self.buckets
    }

    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    fn name(part: usize) -> String {
        format!("part-{part:05}")
    }

    fn lock(&self, part: usize) -> Option<MutexGuard<'_, Part>> {
        Some(self.parts.get(part)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Appends whole entries to a part.
    pub(crate) fn append(&self, part: usize, bytes: &[u8]) -> Result<(), LakeError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let Some(mut slot) = self.lock(part) else { return Ok(()) };
        let path = self.store.path(&Self::name(part));
        let slot = &mut *slot;
        let file = match &mut slot.file {
            Some(file) => file,
            empty => empty.insert(
                File::options().create(true).append(true).open(&path).map_err(LakeError::file(&path, "written"))?,
            ),
        };
        slot.bytes += bytes.len() as u64;
        file.write_all(packed::portion(bytes, &mut slot.memory)).map_err(LakeError::file(path, "written"))
    }

    /// Whether nothing lies in a part that belongs there.
    pub(crate) fn is_empty(&self, part: usize) -> bool {
        self.lock(part).is_none_or(|part| part.bytes == part.strange)
    }

    /// Puts all entries of a part that is small enough to be held in memory at the beginning of `memory`; their length.
    pub(crate) fn all(&self, part: usize, memory: &mut Vec<u8>) -> Result<usize, LakeError> {
        let length = self.bytes(part) as usize;
        if length == 0 {
            return Ok(0);
        }
        if memory.len() < length {
            memory.resize(length, 0);
        }
        let name = Self::name(part);
        packed::all(self.store.open(&name)?, &self.store.path(&name), memory)
    }

    /// The size of a part, unpacked.
    pub(crate) fn bytes(&self, part: usize) -> u64 {
        self.lock(part).map_or(0, |part| part.bytes)
    }

    /// Says that an entry of a part belongs elsewhere, and has been told there, too.
    pub(crate) fn mark_strange(&self, part: usize, entry: &Entry<'_>) {
        if let Some(mut part) = self.lock(part) {
            part.strange += entry.bytes() as u64;
        }
    }

    /// Whether some entries of a part belong elsewhere.
    pub(crate) fn is_mixed(&self, part: usize) -> bool {
        self.lock(part).is_some_and(|part| part.strange > 0)
    }

    /// Removes a part that has been used.
    pub(crate) fn remove(&self, part: usize) -> Result<(), LakeError> {
        if let Some(mut slot) = self.lock(part) {
            *slot = Part::default();
        }
        self.store.remove(&Self::name(part))
    }

    /// Moves a part's entries away to be told out again: gives a part of its own that is read and then removed.
    pub(crate) fn take(&self, part: usize) -> Result<Taken, LakeError> {
        if let Some(mut slot) = self.lock(part) {
            *slot = Part::default();
        }
        let (from, to) = (Self::name(part), format!("taken-{part:05}"));
        self.store.rename(&from, &to)?;
        Ok(Taken { store: self.store.clone(), name: to })
    }

    /// Calls `each` with every entry of a part, one at a time.
    pub(crate) fn each(
        &self,
        part: usize,
        each: impl FnMut(Entry<'_>) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        if self.is_empty(part) {
            return Ok(());
        }
        each_entry(&self.store, &Self::name(part), each)
    }
}

/// A part that is being told out again.
pub(crate) struct Taken {
    store: Folder,
    name: String,
}

impl Taken {
    pub(crate) fn each(self, each: impl FnMut(Entry<'_>) -> Result<(), LakeError>) -> Result<(), LakeError> {
        each_entry(&self.store, &self.name, each)?;
        self.store.remove(&self.name)
    }
}

fn each_entry(
    store: &Folder,
    name: &str,
    mut each: impl FnMut(Entry<'_>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let path = store.path(name);
    packed::each(store.open(name)?, &path, |portion| Entry::all(portion).try_for_each(&mut each))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_back_as_it_was() {
        let entry = Entry {
            origin: Origin { file: 3, line: 1 << 40, offset: 7 },
            source: 2,
            owner: 2,
            kind: "Patient",
            id: "1",
            subject: "1",
            updated: -5,
            json: "{\"a\":\"é\"}",
        };
        let mut bytes = Vec::new();
        entry.write(&mut bytes);
        entry.write(&mut bytes);
        let (back, rest) = Entry::read(&bytes).expect("an entry");
        assert_eq!((back.origin, back.kind, back.json, back.updated), (entry.origin, "Patient", entry.json, -5));
        assert_eq!(rest.len() * 2, bytes.len());
    }
}
