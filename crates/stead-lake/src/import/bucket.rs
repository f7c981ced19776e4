//! One bucket: the originals of its citizens in, the files of its tables out.
//!
//! Originals come from the spill in any order. They are taken a range of citizens at a time, so that memory is bounded by
//! the chunk and not by the bucket, put into order, and made into rows one citizen after the other.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;

use rustc_hash::FxHashMap;

use crate::common::{Common, Lookups};
use crate::derive::{
    CitizenRecord, Contacts, Deriver, Filled, Marital, Out, Subject, check_patient, marital_of, mended_patient,
    person_rows,
};
use crate::error::LakeError;
use crate::fhir::read::read;
use crate::fhir::resource::Patient;
use crate::identity::{Identity, Rule};
use crate::import::input::RecordFile;
use crate::import::quarantine::Quarantine;
use crate::import::spill::{Entry, Spill};
use crate::import::versions::later_first;
use crate::manifest::{BucketEntry, FileEntry};
use crate::report::Tally;
use crate::store::Store;
use crate::table::{Cell, Rows, TableWriter};

/// What making a bucket's tables needs.
pub(crate) struct Making<'i> {
    pub(crate) store: &'i Store,
    pub(crate) spill: &'i Spill,
    pub(crate) identity: &'i Identity,
    pub(crate) common: &'i Common,
    pub(crate) quarantine: &'i Quarantine,
    pub(crate) files: &'i [RecordFile],
    /// Names of sources.
    pub(crate) sources: &'i [String],
    pub(crate) generation: u64,
    pub(crate) chunk_bytes: usize,
}

/// Makes the tables of a bucket.
pub(crate) fn make(making: &Making<'_>, bucket: u16) -> Result<(BucketEntry, Tally), LakeError> {
    let part = usize::from(bucket);
    let mut work = Work::new(making, bucket);
    match ranges(making, part)?.as_slice() {
        [] | [_] => work.chunk(&making.spill.all(part)?)?,
        several => {
            for &(from, to) in several {
                let mut bytes = Vec::new();
                making.spill.each(part, |entry| {
                    if (from..to).contains(&rank(making.identity, &entry)) {
                        entry.write(&mut bytes);
                    }
                    Ok(())
                })?;
                work.chunk(&bytes)?;
            }
        }
    }
    making.spill.remove(part)?;
    work.finish(bucket)
}

/// The citizen of an entry, as a number that follows the order of citizens.
fn rank(identity: &Identity, entry: &Entry<'_>) -> u32 {
    identity.head(entry.owner, entry.subject).and_then(|head| identity.citizen_number(head)).unwrap_or(u32::MAX - 1)
}

/// Ranges of citizens whose originals fit into a chunk.
fn ranges(making: &Making<'_>, part: usize) -> Result<Vec<(u32, u32)>, LakeError> {
    if making.spill.bytes(part) <= making.chunk_bytes as u64 {
        return Ok(vec![(0, u32::MAX)]);
    }
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    making.spill.each(part, |entry| {
        *sizes.entry(rank(making.identity, &entry)).or_default() += entry.json.len();
        Ok(())
    })?;
    let (mut ranges, mut from, mut size) = (Vec::new(), 0, 0);
    for (&citizen, &bytes) in &sizes {
        if size > 0 && size + bytes > making.chunk_bytes {
            ranges.push((from, citizen));
            (from, size) = (citizen, 0);
        }
        size += bytes;
    }
    ranges.push((from, u32::MAX));
    Ok(ranges)
}

struct Work<'i> {
    making: &'i Making<'i>,
    writers: Vec<TableWriter<'i>>,
    lookups: Lookups,
    tally: Tally,
    /// For each source its place among sources by name.
    source_order: Vec<usize>,
}

impl<'i> Work<'i> {
    fn new(making: &'i Making<'i>, bucket: u16) -> Self {
        let writer = |filled: Filled| {
            let name = format!("tables/{}/bucket-{bucket:03}.{}.parquet", filled.name(), making.generation);
            Some(TableWriter::new(making.store, filled.table()?, name))
        };
        Self {
            making,
            writers: Filled::ALL.into_iter().filter_map(writer).collect(),
            lookups: Lookups::default(),
            tally: Tally::default(),
            source_order: crate::import::order_of(making.sources),
        }
    }

    /// The originals of some citizens, all of each.
    fn chunk(&mut self, bytes: &[u8]) -> Result<(), LakeError> {
        let mut entries = Vec::new();
        let mut rest = bytes;
        while let Some((entry, following)) = Entry::read(rest) {
            entries.push((rank(self.making.identity, &entry), entry));
            rest = following;
        }
        let place = |source: u16| self.source_order.get(usize::from(source)).copied().unwrap_or(usize::MAX);
        entries.sort_unstable_by(|(one_rank, one), (other_rank, other)| {
            let key = |rank: u32, entry: &Entry<'_>| (rank, place(entry.source));
            key(*one_rank, one)
                .cmp(&key(*other_rank, other))
                .then_with(|| one.kind.cmp(other.kind))
                .then_with(|| one.id.cmp(other.id))
                .then_with(|| later_first(one, other))
        });
        let mut rows: Vec<Rows<'_>> =
            Filled::ALL.into_iter().filter_map(|filled| filled.table().map(Rows::new)).collect();
        for citizen in entries.chunk_by(|(one, _), (other, _)| one == other) {
            self.citizen(citizen, &mut rows)?;
            for (rows, writer) in rows.iter_mut().zip(&mut self.writers) {
                rows.sorted().try_for_each(|row| writer.push(&row))?;
            }
        }
        Ok(())
    }

    fn citizen<'t>(&mut self, entries: &[(u32, Entry<'t>)], rows: &mut [Rows<'t>]) -> Result<(), LakeError>
    where
        'i: 't,
    {
        let Some((rank, first)) = entries.first() else { return Ok(()) };
        let known = self.making.identity.citizens.get(*rank as usize);
        let citizen: &'t str = known.map_or(first.subject, |citizen| &citizen.id);
        let same = |(_, one): &(u32, Entry<'_>), (_, other): &(u32, Entry<'_>)| {
            one.source == other.source && one.kind == other.kind && one.id == other.id
        };
        let resources: Vec<&[(u32, Entry<'t>)]> = entries.chunk_by(same).collect();
        let contacts = Known::default();
        let is_contact =
            |versions: &&&[(u32, Entry<'t>)]| versions.first().is_some_and(|(_, entry)| entry.kind == "Encounter");
        for versions in resources.iter().filter(is_contact) {
            if let Some((_, entry)) = versions.first() {
                contacts.0.borrow_mut().insert((entry.source, entry.id), None);
            }
        }
        let mut person = Person { citizen, patients: Vec::new(), marital: Vec::new(), registered: false };
        let (first, others): (Vec<_>, Vec<_>) = resources.into_iter().partition(|versions| is_contact(&versions));
        for versions in first.into_iter().chain(others) {
            self.resource(versions, &contacts, &mut person, rows)?;
        }
        self.person(person, &contacts, rows)
    }

    /// Makes rows of the latest version that can be read.
    fn resource<'t>(
        &mut self,
        versions: &[(u32, Entry<'t>)],
        contacts: &Known<'t>,
        person: &mut Person<'t>,
        rows: &mut [Rows<'t>],
    ) -> Result<(), LakeError>
    where
        'i: 't,
    {
        for (place, (_, entry)) in versions.iter().enumerate() {
            let subject = self.subject(person.citizen, entry);
            let mut out = Out::new();
            let result = self.deriver(contacts, !entry.origin.is_lake()).rows(subject, entry.json, &mut out);
            if let Err(reason) = result {
                self.quarantine(entry, &reason)?;
                continue;
            }
            let in_tables = !out.is_empty() || entry.kind == "Patient";
            if !entry.origin.is_lake() && !self.has_patient(entry) {
                self.tally.nowhere("Patient");
            }
            self.account(entry, versions.get(place + 1..).unwrap_or(&[]), in_tables);
            self.keep(entry, subject, out, contacts, person, rows);
            return Ok(());
        }
        Ok(())
    }

    /// Whether the lake has the Patient whose record this is.
    fn has_patient(&self, entry: &Entry<'_>) -> bool {
        let identity = self.making.identity;
        let head = identity.head(entry.owner, entry.subject).and_then(|head| identity.heads.get(head as usize));
        head.is_some_and(|head| head.record)
    }

    fn keep<'t>(
        &mut self,
        entry: &Entry<'t>,
        subject: Subject<'t>,
        out: Out<'t>,
        contacts: &Known<'t>,
        person: &mut Person<'t>,
        rows: &mut [Rows<'t>],
    ) where
        'i: 't,
    {
        if entry.kind == "Patient" {
            person.patients.push(*entry);
        } else if entry.kind == "Observation" && memchr::memmem::find(entry.json.as_bytes(), MARITAL).is_some() {
            person.marital.extend(marital_of(subject.source_name, entry.id, entry.json));
        }
        for (filled, row) in out {
            if filled == Filled::Contact
                && let Some(Cell::Text(organisation)) = row.get(CONTACT_ORGANISATION)
            {
                contacts.0.borrow_mut().insert((entry.source, entry.id), Some(organisation.clone().into_owned()));
            }
            person.registered |= filled == Filled::Registration;
            push(rows, filled, row);
        }
        let updated = (entry.updated != i64::MIN).then_some(entry.updated);
        let row = vec![
            Cell::text(subject.citizen),
            Cell::text(entry.kind),
            Cell::text(entry.id),
            updated.into(),
            Cell::text(subject.source_name),
            Cell::text(entry.json),
        ];
        push(rows, Filled::Resource, row);
    }

    fn person<'t>(&mut self, person: Person<'t>, contacts: &Known<'t>, rows: &mut [Rows<'t>]) -> Result<(), LakeError>
    where
        'i: 't,
    {
        let identity = self.making.identity;
        let Some(citizen) = person.patients.first().and_then(|entry| identity.head(entry.source, entry.id)) else {
            return Ok(());
        };
        let Some(citizen) = identity.citizen(citizen) else { return Ok(()) };
        let mut texts: Vec<(Entry<'t>, u32, Cow<'t, str>)> = Vec::new();
        for &number in &citizen.records {
            let Some(head) = identity.heads.get(number as usize) else { continue };
            let of = |entry: &&Entry<'t>| entry.source == head.source && *entry.id == *head.id;
            let Some(entry) = person.patients.iter().find(of) else { continue };
            let text = match read::<Patient<'_>>(entry.json) {
                Some(_) => Cow::Borrowed(entry.json),
                None => Cow::Owned(mended_patient(entry.json).map(|mended| mended.text).unwrap_or_default()),
            };
            texts.push((*entry, number, text));
        }
        let mut records = Vec::new();
        let mut out = Out::new();
        for (entry, number, text) in &texts {
            let (Some(head), Some(rule)) = (identity.heads.get(*number as usize), identity.rules.get(*number as usize))
            else {
                continue;
            };
            let rule = if citizen.records.len() == 1 { &Rule::Alone } else { rule };
            let patient = read::<Patient<'_>>(text);
            let mut deriver = self.deriver(contacts, !entry.origin.is_lake());
            if let Some(patient) = &patient {
                check_patient(&mut deriver, patient);
            }
            records.push(CitizenRecord { subject: self.subject(person.citizen, entry), head, rule, patient });
        }
        let counting = person.patients.iter().any(|entry| !entry.origin.is_lake());
        let mut deriver = self.deriver(contacts, counting);
        person_rows(&mut deriver, &records, person.registered, person.marital, &mut out);
        for (filled, row) in out {
            push(rows, filled, row.into_iter().map(Cell::owned).collect());
        }
        Ok(())
    }

    fn subject<'t>(&self, citizen: &'t str, entry: &Entry<'t>) -> Subject<'t>
    where
        'i: 't,
    {
        let source_name = self.making.sources.get(usize::from(entry.source)).map_or("", String::as_str);
        Subject { citizen, source: entry.source, source_name, kind: entry.kind, id: entry.id }
    }

    fn deriver<'w>(&'w mut self, contacts: &'w dyn Contacts, counting: bool) -> Deriver<'i, 'w> {
        Deriver { common: self.making.common, contacts, lookups: &mut self.lookups, tally: &mut self.tally, counting }
    }

    fn quarantine(&mut self, entry: &Entry<'_>, reason: &str) -> Result<(), LakeError> {
        if entry.origin.is_lake() {
            return Ok(());
        }
        self.tally.of(entry.kind).quarantined += 1;
        put(self.making.quarantine, self.making.files, entry, reason)
    }

    /// Counts the version that stands and those behind it, as far as they were read now.
    fn account(&mut self, stands: &Entry<'_>, behind: &[(u32, Entry<'_>)], in_tables: bool) {
        let behind: Vec<Entry<'_>> = behind.iter().map(|(_, entry)| *entry).collect();
        count(&mut self.tally, stands, &behind, in_tables);
    }

    fn finish(self, bucket: u16) -> Result<(BucketEntry, Tally), LakeError> {
        let mut tables = BTreeMap::new();
        for (filled, writer) in Filled::ALL.into_iter().zip(self.writers) {
            if let Some(file) = writer.finish()? {
                tables.insert(filled.name().to_owned(), FileEntry::from(file));
            }
        }
        let mut numbers: Vec<u64> = self.lookups.into_iter().collect();
        numbers.sort_unstable();
        let name = format!("index/bucket-{bucket:03}.{}.lookups", self.making.generation);
        let mut output = self.making.store.create(&name)?;
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        output.write_all(&bytes).map_err(LakeError::file(self.making.store.path(&name), "written"))?;
        let written = output.finish()?;
        let lookups = FileEntry { path: name, rows: numbers.len() as u64, digest: format!("{:016x}", written.digest) };
        let version = BucketEntry::content(&tables);
        Ok((BucketEntry { version, tables, lookups: Some(lookups) }, self.tally))
    }
}

const MARITAL: &[u8] = b"\"45404-1\"";
/// Where the contact table has its organisation (a test holds it there).
const CONTACT_ORGANISATION: usize = 10;

fn push<'t>(rows: &mut [Rows<'t>], filled: Filled, row: Vec<Cell<'t>>) {
    if let Some(rows) = rows.get_mut(filled as usize) {
        rows.push(row);
    }
}

/// Puts a resource into the quarantine that was read in this import.
pub(crate) fn put(
    quarantine: &Quarantine,
    files: &[RecordFile],
    entry: &Entry<'_>,
    reason: &str,
) -> Result<(), LakeError> {
    let file = files.get(entry.origin.file as usize);
    let (source, name) = file.map_or(("", ""), |file| (file.source.as_str(), file.name.as_str()));
    quarantine.put(source, name, entry.origin, entry.kind, reason, entry.json.as_bytes())
}

/// Counts a version that stands and those behind it, as far as they were read in this import.
pub(crate) fn count(tally: &mut Tally, stands: &Entry<'_>, behind: &[Entry<'_>], in_tables: bool) {
    let counts = tally.of(stands.kind);
    let read = std::iter::once(stands).chain(behind).filter(|entry| !entry.origin.is_lake()).count() as u64;
    if in_tables {
        counts.in_tables += read;
    } else {
        counts.kept_whole += read;
    }
    for entry in behind.iter().filter(|entry| !entry.origin.is_lake()) {
        if entry.json == stands.json {
            counts.duplicate += 1;
        } else {
            counts.replaced += 1;
        }
    }
}

/// What is being gathered of a citizen.
struct Person<'t> {
    citizen: &'t str,
    patients: Vec<Entry<'t>>,
    marital: Vec<Marital<'t>>,
    registered: bool,
}

/// The contacts of a citizen, with their organisations.
#[derive(Default)]
struct Known<'t>(RefCell<FxHashMap<(u16, &'t str), Option<String>>>);

impl Contacts for Known<'_> {
    fn has(&self, source: u16, id: &str) -> bool {
        self.0.borrow().contains_key(&(source, id))
    }

    fn organisation(&self, source: u16, id: &str) -> Option<String> {
        self.0.borrow().get(&(source, id)).cloned().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_organisation_of_a_contact_is_where_it_is_looked_for() {
        let table = Filled::Contact.table().expect("a table");
        assert_eq!(table.columns[CONTACT_ORGANISATION].name, "organisation");
    }
}
