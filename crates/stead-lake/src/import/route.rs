//! The first walk: every line of every file is told out to the bucket of its citizen.
//!
//! Workers take blocks of lines in turn. Where a record's citizen is not known yet (the Patient may stand further on), it
//! goes where it would if its Patient were alone; once all records are linked, those that went wrong are told out again.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use memchr::{memchr, memmem};
use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::derive::{mended_patient, says_registration};
use crate::error::LakeError;
use crate::fhir::date::When;
use crate::fhir::element::Meta;
use crate::fhir::outline::{Broken, Outline, entries, entries_begin, outline, unquoted};
use crate::fhir::read::{not_json, read};
use crate::fhir::resource::Patient;
use crate::identity::Identity;
use crate::identity::head::Head;
use crate::import::input::RecordFile;
use crate::import::lines::{Block, LineReader, Part};
use crate::import::quarantine::Quarantine;
use crate::import::slot::{DELETION, MESSAGE, Slot, is_type, with_new_names};
use crate::import::spill::{Entry, Origin, Spill};
use crate::import::whose::{Whose, whose};
use crate::options::{Progress, Stage};
use crate::report::{Tally, UNKNOWN};

/// How much is packed and written at once.
const FLUSH_BYTES: usize = 128 << 10;
/// Ids and types longer than this are no ids (FHIR allows 64 characters).
const ID_BYTES_MAX: usize = 1000;

/// The files of an import as a stream of blocks, for several workers.
pub(crate) struct Feed<'i> {
    files: &'i [RecordFile],
    order: Vec<usize>,
    line_bytes_max: usize,
    state: Mutex<(usize, Option<LineReader>)>,
    done: Arc<AtomicU64>,
}

impl<'i> Feed<'i> {
    pub(crate) fn new(files: &'i [RecordFile], order: Vec<usize>, line_bytes_max: usize, done: Arc<AtomicU64>) -> Self {
        Self { files, order, line_bytes_max, state: Mutex::default(), done }
    }

    fn next_block(&self, mut reuse: Vec<u8>) -> Result<Option<Block>, LakeError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (place, reader) = &mut *state;
        loop {
            if let Some(open) = reader {
                if let Some(block) = open.next_block(std::mem::take(&mut reuse)) {
                    return Ok(Some(block));
                }
                *reader = None;
            }
            let Some(&number) = self.order.get(*place) else { return Ok(None) };
            *place += 1;
            if let Some(file) = self.files.get(number) {
                let opened = LineReader::open(file, number, self.line_bytes_max, Arc::clone(&self.done));
                *reader = Some(opened.map_err(LakeError::file(&file.path, "read"))?);
            }
        }
    }
}

/// What all workers share.
pub(crate) struct Routing<'i> {
    pub(crate) files: &'i [RecordFile],
    /// The source of each file, as an index into the lake's sources.
    pub(crate) sources: &'i [u16],
    pub(crate) spill: &'i Spill,
    pub(crate) quarantine: &'i Quarantine,
    /// What is known so far of who is who.
    pub(crate) identity: &'i Identity,
    pub(crate) buckets: u16,
    pub(crate) shared_systems: &'i [String],
    pub(crate) depth_max: usize,
    /// Whether citizens' resources wait until all records are linked, as few are known yet.
    pub(crate) waits: bool,
}

/// What a worker found.
#[derive(Default)]
pub(crate) struct Routed {
    pub(crate) tally: Tally,
    pub(crate) heads: Vec<Head>,
    /// Patients that records refer to: source and id.
    pub(crate) subjects: FxHashSet<(u16, Box<str>)>,
    /// Patients with a registration.
    pub(crate) registered: FxHashSet<(u16, Box<str>)>,
}

/// Takes blocks until there are none left.
pub(crate) fn work(
    routing: &Routing<'_>,
    feed: &Feed<'_>,
    progress: &dyn Progress,
    total_bytes: u64,
) -> Result<Routed, LakeError> {
    let mut worker =
        Worker { routing, buffers: vec![Vec::new(); routing.spill.parts()], routed: Routed::default(), last: None };
    let mut reuse = Vec::new();
    while let Some(block) = feed.next_block(reuse)? {
        worker.block(&block)?;
        progress.tell(Stage::Reading, feed.done.load(Ordering::Relaxed), total_bytes);
        reuse = block.bytes;
    }
    worker.finish()
}

struct Worker<'i> {
    routing: &'i Routing<'i>,
    buffers: Vec<Vec<u8>>,
    routed: Routed,
    /// The Patient whose record came last, and its bucket: records of one citizen often come together.
    last: Option<(u16, Box<str>, u16)>,
}

impl Worker<'_> {
    fn block(&mut self, block: &Block) -> Result<(), LakeError> {
        self.routed.tally.bytes += block.bytes.len() as u64;
        let mut origin = Origin { file: block.file as u32, line: block.line, offset: block.offset };
        let fault_bytes = block.fault.as_ref().map_or(0, |fault| fault.bytes);
        let (good, bad) = block.bytes.split_at(block.bytes.len() - fault_bytes.min(block.bytes.len()));
        if let Some(part) = block.part {
            let begin = if part == Part::First { entries_begin(good).unwrap_or(0) } else { 0 };
            self.routed.tally.bundles += u64::from(part == Part::First);
            self.entries(good, begin, origin, Broken::Half.words(), Some(part))?;
            origin.offset += good.len() as u64;
        } else if block.document {
            self.line(good, origin)?;
            origin.offset += good.len() as u64;
        } else {
            let mut rest = good;
            while !rest.is_empty() {
                let (line, following) = rest.split_at(memchr(b'\n', rest).map_or(rest.len(), |end| end + 1));
                self.line(line, origin)?;
                origin.line += 1;
                origin.offset += line.len() as u64;
                rest = following;
            }
        }
        match &block.fault {
            Some(fault) => match entries_begin(bad) {
                Some(begin) => {
                    self.routed.tally.bundles += 1;
                    self.entries(bad, begin, origin, &fault.reason, None)
                }
                None => self.unreadable(origin, UNKNOWN, &fault.reason, bad),
            },
            None => Ok(()),
        }
    }

    fn line(&mut self, line: &[u8], origin: Origin) -> Result<(), LakeError> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        match std::str::from_utf8(line) {
            Ok(text) => self.text(text, origin, 0),
            Err(_) => {
                let lossy = String::from_utf8_lossy(line);
                let kind = kind_in_broken(&lossy);
                self.unreadable(origin, &kind, "not UTF-8 text", line)
            }
        }
    }

    /// One resource, or a Bundle of them; and what follows on the same line.
    fn text(&mut self, text: &str, origin: Origin, nested: u8) -> Result<(), LakeError> {
        let mut rest = text;
        while !rest.is_empty() {
            let here = Origin { offset: origin.offset + (text.len() - rest.len()) as u64, ..origin };
            let outline = match outline(rest, self.routing.depth_max) {
                Ok(outline) => outline,
                Err(Broken::Half) if nested == 0 && entries_begin(rest.as_bytes()).is_some() => {
                    self.routed.tally.bundles += 1;
                    let begin = entries_begin(rest.as_bytes()).unwrap_or(0);
                    return self.entries(rest.as_bytes(), begin, here, Broken::Half.words(), None);
                }
                Err(broken) => {
                    let kind = kind_in_broken(rest);
                    return self.unreadable(here, &kind, broken.words(), rest.as_bytes());
                }
            };
            self.outlined(&outline, here, nested, None)?;
            rest = outline.rest;
        }
        Ok(())
    }

    /// A resource or a Bundle; `named` is what a Bundle calls it.
    fn outlined(
        &mut self,
        outline: &Outline<'_>,
        origin: Origin,
        nested: u8,
        named: Option<&str>,
    ) -> Result<(), LakeError> {
        let Some(kind) = outline.resource_type.and_then(unquoted).filter(|kind| is_type(kind)) else {
            return self.unreadable(origin, UNKNOWN, "no resourceType", outline.text.as_bytes());
        };
        if kind == "Bundle" {
            self.bundle(outline, origin, nested)
        } else {
            self.resource(&kind, outline, origin, named)
        }
    }

    fn bundle(&mut self, outline: &Outline<'_>, origin: Origin, nested: u8) -> Result<(), LakeError> {
        #[derive(Deserialize)]
        struct Bundle<'a> {
            #[serde(borrow)]
            entry: Option<&'a RawValue>,
        }

        let text = outline.text;
        if nested >= 4 {
            return self.unreadable(origin, "Bundle", "Bundles lie too deep in one another", text.as_bytes());
        }
        let entry = match serde_json::from_str::<Bundle<'_>>(text) {
            Ok(bundle) => bundle.entry.map_or("[]", RawValue::get),
            Err(error) => {
                let reason = not_json(&error);
                return match entries_begin(text.as_bytes()).filter(|_| error.is_syntax()) {
                    // What is wrong may lie in a single entry.
                    Some(begin) => {
                        self.routed.tally.bundles += 1;
                        self.entries(text.as_bytes(), begin, origin, &reason, None)
                    }
                    None => self.unreadable(origin, "Bundle", &reason, text.as_bytes()),
                };
            }
        };
        let list: Vec<&RawValue> = serde_json::from_str(entry).unwrap_or_default();
        let mut list: Vec<&str> = list.into_iter().map(RawValue::get).collect();
        if !entry.starts_with('[') {
            if !Slot::of(entry).is_ok_and(|slot| slot.is_filled()) {
                return self.unreadable(origin, "Bundle", "`entry` is not a list of entries", text.as_bytes());
            }
            list.push(entry);
        }
        self.routed.tally.bundles += 1;
        self.slots(&list, text, origin, nested, true)
    }

    /// The complete entries of a part of a Bundle; what is left at its end goes into the quarantine for `reason`.
    fn entries(
        &mut self,
        bytes: &[u8],
        begin: usize,
        origin: Origin,
        reason: &str,
        part: Option<Part>,
    ) -> Result<(), LakeError> {
        let found = entries(bytes, begin);
        let numbered = part != Some(Part::Further);
        // All entries lie in one text, which tells where each lies; only those of a text that is not UTF-8 lie alone.
        if let Some(whole) = bytes.get(..found.rest).and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            let list: Vec<&str> = found.places.iter().filter_map(|&(from, to)| whole.get(from..to)).collect();
            self.slots(&list, whole, origin, 0, numbered)?;
        } else {
            for &(from, to) in &found.places {
                let entry = bytes.get(from..to).unwrap_or(&[]);
                match std::str::from_utf8(entry) {
                    Ok(text) => self.slots(&[text], text, at(origin, from), 0, false)?,
                    Err(_) => self.unreadable(at(origin, from), UNKNOWN, "not UTF-8 text", entry)?,
                }
            }
        }
        let rest = bytes.get(found.rest..).unwrap_or(&[]);
        let rest = rest.strip_prefix(b",").unwrap_or(rest);
        if found.ended || rest.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let kind = kind_in_broken(&String::from_utf8_lossy(rest));
        self.unreadable(at(origin, found.rest), &kind, reason, rest)
    }

    /// Entries of a Bundle, which lie in the text `whole`; `numbered` when the first of them is the Bundle's first.
    fn slots(
        &mut self,
        list: &[&str],
        whole: &str,
        origin: Origin,
        nested: u8,
        numbered: bool,
    ) -> Result<(), LakeError> {
        let place = |part: &str| at(origin, part.as_ptr().addr().saturating_sub(whole.as_ptr().addr()));
        let slots: Vec<Result<Slot<'_>, &str>> = list.iter().map(|entry| Slot::of(entry)).collect();
        let renamed: Vec<(String, String)> = slots.iter().flatten().filter_map(Slot::renamed).collect();
        for (number, (slot, entry)) in slots.iter().zip(list).enumerate() {
            let slot = match slot {
                Ok(slot) => slot,
                Err(fault) => {
                    let kind = Some(kind_in_broken(entry)).filter(|kind| kind != UNKNOWN);
                    let which = if numbered { format!("entry {}", number + 1) } else { "an entry".to_owned() };
                    let reason = format!("{which} of a Bundle {fault}");
                    self.unreadable(place(entry), kind.as_deref().unwrap_or("Bundle"), &reason, entry.as_bytes())?;
                    continue;
                }
            };
            if let Some(kind) = &slot.deleted {
                self.routed.tally.remark(kind, DELETION);
                continue;
            }
            let Some(resource) = slot.resource else { continue };
            let text = with_new_names(resource, &renamed);
            let uuid = slot.full_url.as_deref().and_then(|url| url.strip_prefix("urn:uuid:"));
            match outline(&text, self.routing.depth_max) {
                Ok(inner) if slot.is_message(&inner) => self.routed.tally.remark("OperationOutcome", MESSAGE),
                Ok(inner) => self.outlined(&inner, place(resource), nested + 1, uuid)?,
                Err(broken) => {
                    self.unreadable(place(resource), &kind_in_broken(&text), broken.words(), text.as_bytes())?;
                }
            }
        }
        Ok(())
    }

    /// One resource; `named` is what a Bundle calls it, for one without an id.
    fn resource(
        &mut self,
        kind: &str,
        outline: &Outline<'_>,
        origin: Origin,
        named: Option<&str>,
    ) -> Result<(), LakeError> {
        let id = match outline.id.map(unquoted) {
            Some(Some(id)) if !id.is_empty() && id.len() <= ID_BYTES_MAX => id,
            None if named.is_some() => Cow::Borrowed(named.unwrap_or("")),
            Some(None) => return self.unreadable(origin, kind, "`id` is not a text", outline.text.as_bytes()),
            _ => return self.unreadable(origin, kind, "no id", outline.text.as_bytes()),
        };
        let source = self.routing.sources.get(origin.file as usize).copied().unwrap_or(0);
        let updated = self.updated(kind, outline);
        let whose = whose(kind, &id, outline);
        let json = outline.text;
        let (part, subject): (usize, Cow<'_, str>) = match &whose {
            Whose::Patient(patient) if patient.len() <= ID_BYTES_MAX => {
                let bucket = usize::from(self.bucket(source, patient));
                (if self.routing.waits { self.routing.spill.unlinked() } else { bucket }, Cow::Borrowed(patient))
            }
            Whose::Identified { system, value } if system.len() + value.len() <= ID_BYTES_MAX => {
                (self.routing.spill.waiting(), Cow::Owned(format!("{system}|{value}")))
            }
            Whose::Nobody => (self.routing.spill.common(), Cow::Borrowed("")),
            _ => return self.unreadable(origin, kind, "no subject: it names no Patient whose it is", json.as_bytes()),
        };
        if kind == "Patient" {
            match self.head(source, &id, updated, json) {
                Ok(head) => self.routed.heads.push(head),
                Err(reason) => return self.unreadable(origin, kind, &reason, json.as_bytes()),
            }
        } else if kind == "EpisodeOfCare" && says_registration(json) {
            self.routed.registered.insert((source, Box::from(&*subject)));
        }
        self.routed.tally.count(kind, |counts| counts.read += 1);
        let entry = Entry { origin, source, owner: source, kind, id: &id, subject: &subject, updated, json };
        let Some(buffer) = self.buffers.get_mut(part) else { return Ok(()) };
        entry.write(buffer);
        if buffer.len() >= FLUSH_BYTES {
            self.routing.spill.append(part, buffer)?;
            buffer.clear();
        }
        Ok(())
    }

    fn updated(&mut self, kind: &str, outline: &Outline<'_>) -> i64 {
        let Some(meta) = outline.meta.filter(|meta| meta.contains("lastUpdated")) else { return i64::MIN };
        let meta: Result<Meta<'_>, _> = serde_json::from_str(meta);
        let when = meta.ok().and_then(|meta| When::of(&meta.last_updated?));
        let day = |when: &When| i64::from(when.day) * 86_400_000;
        let updated = when.map(|when| when.moment.unwrap_or_else(|| day(&when)));
        if updated.is_none() {
            self.routed.tally.remark(kind, "`meta.lastUpdated` is not a date");
        }
        updated.unwrap_or(i64::MIN)
    }

    fn bucket(&mut self, source: u16, patient: &str) -> u16 {
        if let Some((last_source, last, bucket)) = &self.last
            && *last_source == source
            && **last == *patient
        {
            return *bucket;
        }
        let bucket = self.routing.identity.bucket(source, patient, self.routing.buckets);
        if self.routing.identity.head(source, patient).is_none() {
            self.routed.subjects.insert((source, Box::from(patient)));
        }
        self.last = Some((source, Box::from(patient), bucket));
        bucket
    }

    fn head(&self, source: u16, id: &str, updated: i64, json: &str) -> Result<Head, String> {
        let of = |patient: &Patient<'_>| Head::of(source, id, updated, json, patient, self.routing.shared_systems);
        if let Some(patient) = read::<Patient<'_>>(json) {
            return Ok(of(&patient));
        }
        let mended = mended_patient(json)?;
        let patient = read::<Patient<'_>>(&mended.text).ok_or("not a Patient that can be read")?;
        Ok(of(&patient))
    }

    fn unreadable(&mut self, origin: Origin, kind: &str, reason: &str, text: &[u8]) -> Result<(), LakeError> {
        self.routed.tally.count(kind, |counts| {
            counts.read += 1;
            counts.quarantined += 1;
        });
        let file = self.routing.files.get(origin.file as usize);
        let (source, name) = file.map_or(("", ""), |file| (file.source.as_str(), file.name.as_str()));
        self.routing.quarantine.put(source, name, origin, kind, reason, text)
    }

    fn finish(self) -> Result<Routed, LakeError> {
        for (part, buffer) in self.buffers.iter().enumerate() {
            self.routing.spill.append(part, buffer)?;
        }
        Ok(self.routed)
    }
}

/// A place so many bytes further on.
fn at(origin: Origin, bytes: usize) -> Origin {
    Origin { offset: origin.offset + bytes as u64, ..origin }
}

/// The type that a broken record seems to have.
fn kind_in_broken(text: &str) -> String {
    let found = memmem::find(text.as_bytes(), b"\"resourceType\"").and_then(|at| {
        let rest = text.get(at + 14..)?.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        rest.split_once('"').map(|(kind, _)| kind).filter(|kind| is_type(kind))
    });
    found.unwrap_or(UNKNOWN).to_owned()
}
