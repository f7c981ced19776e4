//! Resources on their way from the files they came in to the bucket of their citizen, kept on disk in between.
//!
//! One file a bucket, to which workers append; an entry is a resource's text with what is known of it.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::sync::{Mutex, PoisonError};

use crate::error::LakeError;
use crate::store::Store;

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

    /// The first entry in `bytes` and what follows it.
    pub(crate) fn read(bytes: &'t [u8]) -> Option<(Self, &'t [u8])> {
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
    fn of(bytes: &[u8]) -> Option<Self> {
        let mut at = 0;
        let mut next = |count: usize| {
            let number = bytes.get(at..at + count)?;
            at += count;
            let mut wide = [0_u8; 8];
            wide.get_mut(..count)?.copy_from_slice(number);
            Some(u64::from_le_bytes(wide))
        };
        let origin = Origin { file: next(4)? as u32, line: next(8)?, offset: next(8)? };
        let (source, owner) = (next(2)? as u16, next(2)? as u16);
        let lengths = [next(2)? as u16, next(2)? as u16, next(2)? as u16];
        Some(Self { origin, source, owner, lengths, updated: next(8)?.cast_signed(), json: next(4)? as u32 })
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

/// The files of all buckets, and one more each for what belongs to nobody and for what nobody can be told yet.
pub(crate) struct Spill {
    store: Store,
    parts: Vec<Mutex<Option<File>>>,
    buckets: u16,
}

impl Spill {
    /// For the files of `buckets` buckets in a folder of the store.
    pub(crate) fn new(store: Store, buckets: u16) -> Self {
        let parts = (0..usize::from(buckets) + 2).map(|_| Mutex::new(None)).collect();
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

    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    fn name(part: usize) -> String {
        format!("part-{part:05}")
    }

    /// Appends whole entries to a part.
    pub(crate) fn append(&self, part: usize, bytes: &[u8]) -> Result<(), LakeError> {
        let Some(slot) = self.parts.get(part).filter(|_| !bytes.is_empty()) else { return Ok(()) };
        let name = Self::name(part);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *slot {
            Some(file) => file,
            empty => empty.insert(
                File::options()
                    .create(true)
                    .append(true)
                    .open(self.store.path(&name))
                    .map_err(LakeError::file(self.store.path(&name), "written"))?,
            ),
        };
        file.write_all(bytes).map_err(LakeError::file(self.store.path(&name), "written"))
    }

    pub(crate) fn is_empty(&self, part: usize) -> bool {
        !self.store.exists(&Self::name(part))
    }

    /// All entries of a part that is small enough to be held in memory.
    pub(crate) fn all(&self, part: usize) -> Result<Vec<u8>, LakeError> {
        Ok(self.store.read(&Self::name(part))?.unwrap_or_default())
    }

    /// The size of a part.
    pub(crate) fn bytes(&self, part: usize) -> u64 {
        self.store.bytes(&Self::name(part))
    }

    /// Removes a part that has been used.
    pub(crate) fn remove(&self, part: usize) -> Result<(), LakeError> {
        if let Some(slot) = self.parts.get(part) {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        self.store.remove(&Self::name(part))
    }

    /// Moves a part's entries away to be told out again: gives a part of its own that is read and then removed.
    pub(crate) fn take(&self, part: usize) -> Result<Taken, LakeError> {
        if let Some(slot) = self.parts.get(part) {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
    store: Store,
    name: String,
}

impl Taken {
    pub(crate) fn each(self, each: impl FnMut(Entry<'_>) -> Result<(), LakeError>) -> Result<(), LakeError> {
        each_entry(&self.store, &self.name, each)?;
        self.store.remove(&self.name)
    }
}

fn each_entry(
    store: &Store,
    name: &str,
    mut each: impl FnMut(Entry<'_>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let path = store.path(name);
    let mut file = BufReader::with_capacity(1 << 18, store.open(name)?);
    let mut head = [0_u8; HEAD_BYTES];
    let mut body = Vec::new();
    loop {
        match file.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other.map_err(LakeError::file(&path, "read"))?,
        }
        let damaged = || LakeError::damaged(&path, "an entry is incomplete");
        let parsed = Head::of(&head).ok_or_else(damaged)?;
        body.resize(parsed.body_bytes(), 0);
        file.read_exact(&mut body).map_err(LakeError::file(&path, "read"))?;
        each(parsed.entry(&body).ok_or_else(damaged)?)?;
    }
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
