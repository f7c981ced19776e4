//! One bucket: the originals of its citizens in, the files of its tables out.
//!
//! Originals come from the spill in any order. They are taken a range of citizens at a time, so that memory is bounded by
//! the chunk and not by the bucket, put into order, and made into rows one citizen after the other.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;

use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

use crate::common::Common;
use crate::derive::{
    CitizenRecord, Contacts, Deriver, Filled, Marital, Out, Subject, check_patient, marital_of, mended_patient,
    person_rows,
};
use crate::error::LakeError;
use crate::fhir::read::read;
use crate::fhir::resource::Patient;
use crate::identity::{Citizen, Identity, Rule};
use crate::import::input::RecordFile;
use crate::import::order::{in_order, rank};
use crate::import::quarantine::Quarantine;
use crate::import::spill::{Entry, Spill};
use crate::lookups::Lookups;
use crate::manifest::{BucketEntry, FileEntry};
use crate::report::Tally;
use crate::store::Store;
use crate::table::{Cell, TableWriter};

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
    pub(crate) stamp: u64,
    pub(crate) chunk_bytes: usize,
}

impl Making<'_> {
    /// The bucket that an entry belongs to.
    fn bucket(&self, entry: &Entry<'_>) -> u16 {
        self.identity.bucket(entry.owner, entry.subject, self.spill.buckets())
    }
}

/// Makes the tables of a bucket; `chunk` is memory that is used again for the next one.
pub(crate) fn make(making: &Making<'_>, bucket: u16, chunk: &mut Vec<u8>) -> Result<(BucketEntry, Tally), LakeError> {
    let part = usize::from(bucket);
    let mut work = Work::new(making, bucket);
    match ranges(making, part)?.as_slice() {
        [] | [_] => {
            let length = making.spill.all(part, chunk)?;
            work.chunk(chunk.get(..length).unwrap_or(chunk))?;
        }
        several => {
            for &(from, to) in several {
                chunk.clear();
                making.spill.each(part, |entry| {
                    if (from..to).contains(&rank(making.identity, &entry)) {
                        entry.write(chunk);
                    }
                    Ok(())
                })?;
                work.chunk(chunk)?;
            }
        }
    }
    making.spill.remove(part)?;
    work.finish()
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
    bucket: u16,
    writers: Vec<TableWriter<'i>>,
    lookups: Lookups,
    tally: Tally,
    /// For each source its place among sources by name.
    source_order: Vec<usize>,
    /// Finds the code of an Observation that says somebody's marital status.
    marital: Finder<'static>,
}

impl<'i> Work<'i> {
    fn new(making: &'i Making<'i>, bucket: u16) -> Self {
        let writer = |filled: Filled| {
            let name = format!("tables/{}/bucket-{bucket:03}.{}.parquet", filled.name(), making.stamp);
            Some(TableWriter::new(making.store, filled.table()?, name))
        };
        Self {
            making,
            bucket,
            writers: Filled::ALL.into_iter().filter_map(writer).collect(),
            lookups: Lookups::default(),
            tally: Tally::default(),
            source_order: crate::import::order_of(making.sources),
            marital: Finder::new(MARITAL),
        }
    }

    /// The originals of some citizens, all of each.
    fn chunk(&mut self, bytes: &[u8]) -> Result<(), LakeError> {
        let entries = in_order(bytes, self.making.identity, &self.source_order);
        let mixed = self.making.spill.is_mixed(usize::from(self.bucket));
        let mut out = Out::new();
        let contacts = Known::default();
        for citizen in entries.chunk_by(|(one, _), (other, _)| one == other) {
            if mixed && citizen.first().is_some_and(|(_, entry)| self.making.bucket(entry) != self.bucket) {
                continue;
            }
            contacts.0.borrow_mut().clear();
            self.citizen(citizen, &contacts, &mut out)?;
            for (rows, writer) in out.tables().zip(&mut self.writers) {
                rows.take_sorted(|row| writer.push(row))?;
            }
        }
        Ok(())
    }

    fn citizen<'t>(
        &mut self,
        entries: &[(u32, Entry<'t>)],
        contacts: &Known<'t>,
        out: &mut Out<'t>,
    ) -> Result<(), LakeError>
    where
        'i: 't,
    {
        let Some((rank, first)) = entries.first() else { return Ok(()) };
        let known = self.making.identity.citizens.get(*rank as usize);
        let citizen: &'t str = known.map_or(first.subject, |citizen| &citizen.id);
        let same = |(_, one): &(u32, Entry<'_>), (_, other): &(u32, Entry<'_>)| {
            one.source == other.source && one.kind == other.kind && one.id == other.id
        };
        let is_contact = |entry: &Entry<'t>| entry.kind == "Encounter";
        for (_, entry) in entries.iter().filter(|(_, entry)| is_contact(entry)) {
            contacts.0.borrow_mut().insert((entry.source, entry.id), None);
        }
        let mut person = Person::new(citizen);
        // Contacts first: others ask for them.
        let mut others = Vec::new();
        for versions in entries.chunk_by(same) {
            if versions.first().is_some_and(|(_, entry)| is_contact(entry)) {
                self.resource(versions, contacts, &mut person, out)?;
            } else {
                others.push(versions);
            }
        }
        for versions in others {
            self.resource(versions, contacts, &mut person, out)?;
        }
        self.person(person, contacts, out)
    }

    /// Makes rows of the latest version that can be read.
    fn resource<'t>(
        &mut self,
        versions: &[(u32, Entry<'t>)],
        contacts: &Known<'t>,
        person: &mut Person<'t>,
        out: &mut Out<'t>,
    ) -> Result<(), LakeError>
    where
        'i: 't,
    {
        for (place, (_, entry)) in versions.iter().enumerate() {
            let subject = self.subject(person.citizen, entry);
            let before = out.counts();
            let patient = if entry.kind == "Patient" { read::<Patient<'t>>(entry.json) } else { None };
            if patient.is_none() {
                let result = self.deriver(contacts, !entry.origin.is_lake()).rows(subject, entry.json, out);
                if let Err(reason) = result {
                    out.back_to(&before);
                    self.quarantine(entry, &reason)?;
                    continue;
                }
            }
            let after = out.counts();
            let in_tables = after != before || entry.kind == "Patient";
            if !entry.origin.is_lake() && !person.is_known(entry, self.making.identity) {
                self.tally.nowhere("Patient");
            }
            self.account(entry, versions.get(place + 1..).unwrap_or(&[]), in_tables);
            if entry.kind == "Patient" {
                person.patients.push((*entry, patient));
            }
            person.registered |= after.of(Filled::Registration) > before.of(Filled::Registration);
            if after.of(Filled::Contact) > before.of(Filled::Contact)
                && let Some(Cell::Text(organisation)) = out.last(Filled::Contact).get(CONTACT_ORGANISATION)
            {
                contacts.0.borrow_mut().insert((entry.source, entry.id), Some(organisation.clone()));
            }
            self.keep(entry, subject, person, out);
            return Ok(());
        }
        Ok(())
    }

    /// Keeps the original itself.
    fn keep<'t>(&mut self, entry: &Entry<'t>, subject: Subject<'t>, person: &mut Person<'t>, out: &mut Out<'t>)
    where
        'i: 't,
    {
        if entry.kind == "Observation" && self.marital.find(entry.json.as_bytes()).is_some() {
            person.marital.extend(marital_of(subject.source_name, entry.id, entry.json));
        }
        let updated = (entry.updated != i64::MIN).then_some(entry.updated);
        let row = [
            Cell::text(subject.citizen),
            Cell::text(entry.kind),
            Cell::text(entry.id),
            updated.into(),
            Cell::text(subject.source_name),
            Cell::text(entry.json),
        ];
        out.push(Filled::Resource, row);
    }

    /// The rows that follow from all records of a citizen together.
    fn person<'t>(&mut self, mut person: Person<'t>, contacts: &Known<'t>, out: &mut Out<'t>) -> Result<(), LakeError>
    where
        'i: 't,
    {
        let identity = self.making.identity;
        let head = person.patients.first().and_then(|(entry, _)| identity.head(entry.source, entry.id));
        let Some(citizen) = head.and_then(|head| identity.citizen(head)) else { return Ok(()) };
        let patients = std::mem::take(&mut person.patients);
        if patients.iter().all(|(_, patient)| patient.is_some()) {
            self.person_of(citizen, person, patients, contacts, out);
            return Ok(());
        }
        let mended: Vec<String> = patients
            .iter()
            .filter(|(_, patient)| patient.is_none())
            .map(|(entry, _)| mended_patient(entry.json).map(|mended| mended.text).unwrap_or_default())
            .collect();
        let mut patients: Vec<(Entry<'_>, Option<Patient<'_>>)> = patients;
        for ((_, patient), text) in patients.iter_mut().filter(|(_, patient)| patient.is_none()).zip(&mended) {
            *patient = read(text);
        }
        let mut rows = Out::new();
        self.person_of(citizen, person, patients, contacts, &mut rows);
        out.take_over(rows);
        Ok(())
    }

    fn person_of<'t, 'p>(
        &mut self,
        citizen: &'i Citizen,
        person: Person<'p>,
        mut patients: Vec<(Entry<'p>, Option<Patient<'p>>)>,
        contacts: &Known<'t>,
        out: &mut Out<'p>,
    ) where
        'i: 't,
        't: 'p,
    {
        let identity = self.making.identity;
        let counting = patients.iter().any(|(entry, _)| !entry.origin.is_lake());
        let mut records = Vec::new();
        for &number in &citizen.records {
            let (Some(head), Some(rule)) = (identity.heads.get(number as usize), identity.rules.get(number as usize))
            else {
                continue;
            };
            let is_of = |(entry, _): &&mut (Entry<'p>, _)| entry.source == head.source && *entry.id == *head.id;
            let Some((entry, patient)) = patients.iter_mut().find(is_of) else { continue };
            let patient = patient.take();
            let rule = if citizen.records.len() == 1 { &Rule::Alone } else { rule };
            if let Some(patient) = &patient {
                check_patient(&mut self.deriver(contacts, !entry.origin.is_lake()), patient);
            }
            records.push(CitizenRecord { subject: self.subject(person.citizen, entry), head, rule, patient });
        }
        let mut deriver = self.deriver(contacts, counting);
        person_rows(&mut deriver, &records, person.registered, person.marital, out);
    }

    fn subject<'t>(&self, citizen: &'t str, entry: &Entry<'t>) -> Subject<'t>
    where
        'i: 't,
    {
        let source_name = self.making.sources.get(usize::from(entry.source)).map_or("", String::as_str);
        Subject { citizen, source: entry.source, source_name, kind: entry.kind, id: entry.id }
    }

    fn deriver<'t, 'w>(&'w mut self, contacts: &'w Known<'t>, counting: bool) -> Deriver<'t, 'w>
    where
        'i: 't,
    {
        Deriver { common: self.making.common, contacts, lookups: &mut self.lookups, tally: &mut self.tally, counting }
    }

    fn quarantine(&mut self, entry: &Entry<'_>, reason: &str) -> Result<(), LakeError> {
        if entry.origin.is_lake() {
            return Ok(());
        }
        self.tally.count(entry.kind, |counts| counts.quarantined += 1);
        put(self.making.quarantine, self.making.files, entry, reason)
    }

    /// Counts the version that stands and those behind it, as far as they were read now.
    fn account(&mut self, stands: &Entry<'_>, behind: &[(u32, Entry<'_>)], in_tables: bool) {
        let behind: Vec<Entry<'_>> = behind.iter().map(|(_, entry)| *entry).collect();
        count(&mut self.tally, stands, &behind, in_tables);
    }

    fn finish(self) -> Result<(BucketEntry, Tally), LakeError> {
        let bucket = self.bucket;
        let mut tables = BTreeMap::new();
        for (filled, writer) in Filled::ALL.into_iter().zip(self.writers) {
            if let Some(file) = writer.finish()? {
                tables.insert(filled.name().to_owned(), FileEntry::from(file));
            }
        }
        let numbers = self.lookups.sorted();
        let name = format!("index/bucket-{bucket:03}.{}.lookups", self.making.stamp);
        let mut output = self.making.store.create(&name)?;
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        output.write_all(&bytes).map_err(LakeError::file(self.making.store.path(&name), "written"))?;
        let written = output.finish()?;
        let lookups = FileEntry { path: name, rows: numbers.len() as u64, digest: format!("{:016x}", written.digest) };
        let version = BucketEntry::content(&tables);
        Ok((BucketEntry { version, tables, lookups: Some(lookups) }, self.tally))
    }
}

/// The code of an Observation that says somebody's marital status.
const MARITAL: &[u8] = b"\"45404-1\"";
/// Where the contact table has its organisation (a test holds it there).
const CONTACT_ORGANISATION: usize = 10;

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
    let read = std::iter::once(stands).chain(behind).filter(|entry| !entry.origin.is_lake()).count() as u64;
    tally.count(stands.kind, |counts| {
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
    });
}

/// What is being gathered of a citizen.
struct Person<'t> {
    citizen: &'t str,
    /// Patient records, and what they say unless that takes mending.
    patients: Vec<(Entry<'t>, Option<Patient<'t>>)>,
    marital: Vec<Marital<'t>>,
    registered: bool,
    /// Of the Patient whose record came last: source, id and whether the lake has it.
    last: Option<(u16, &'t str, bool)>,
}

impl<'t> Person<'t> {
    fn new(citizen: &'t str) -> Self {
        Self { citizen, patients: Vec::new(), marital: Vec::new(), registered: false, last: None }
    }

    /// Whether the lake has the Patient whose record this is.
    fn is_known(&mut self, entry: &Entry<'t>, identity: &Identity) -> bool {
        if let Some((owner, subject, known)) = self.last
            && owner == entry.owner
            && subject == entry.subject
        {
            return known;
        }
        let head = identity.head(entry.owner, entry.subject).and_then(|head| identity.heads.get(head as usize));
        let known = head.is_some_and(|head| head.record);
        self.last = Some((entry.owner, entry.subject, known));
        known
    }
}

/// The contacts of a citizen, with their organisations.
#[derive(Default)]
struct Known<'t>(RefCell<FxHashMap<ContactKey<'t>, Option<Cow<'t, str>>>>);

/// Source and id of a contact.
type ContactKey<'t> = (u16, &'t str);

impl<'t> Contacts<'t> for Known<'t> {
    fn has(&self, source: u16, id: &str) -> bool {
        self.0.borrow().contains_key(&(source, id))
    }

    fn organisation(&self, source: u16, id: &str) -> Option<Cow<'t, str>> {
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
