//! Import: records of several sources into the tables of one lake.
//!
//! 1. Every file is read once; each record is told out to the bucket of its citizen ([`route`]), on disk, as its text.
//! 2. All Patient records, old and new, are linked ([`crate::identity`]); records that had been told out before their citizen
//!    was known are told out again.
//! 3. Buckets that are touched (by new records, by citizens that were linked anew, by common resources that changed) get the
//!    originals that the lake held of them beside the new ones, and their tables are made from all of them ([`bucket`]).
//! 4. Everything becomes visible in one step: the manifest is replaced. Files with the same content as before are dropped.
//!
//! Limits worth knowing: a resource that changes hands from one Patient to another in a later version is updated only when
//! both are one citizen; a subject that is named by an identifier must be known when its record comes.

mod bucket;
mod input;
mod lines;
mod quarantine;
mod route;
mod spill;
mod touched;
mod versions;
mod whole;
mod whose;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rustc_hash::FxHashSet;

use crate::common::Common;
use crate::error::LakeError;
use crate::identity::head::Head;
use crate::identity::{Identity, link_file};
use crate::manifest::{BucketEntry, FileEntry, ImportEntry, Manifest};
use crate::options::{BUCKETS, ImportOptions, Progress, SHARED_SYSTEMS, Stage};
use crate::report::{ImportReport, LinkFault, REPORT_VERSION, Tally, TypeReport};
use crate::store::Store;
use bucket::Making;
use input::Found;
use quarantine::Quarantine;
use route::{Feed, Routed, Routing};
use spill::Spill;
use touched::Touched;
use whole::CommonResources;

/// Imports records into the lake in `folder`, which is made when there is none.
///
/// A folder of files is a source called after itself; a folder without records of its own but with folders of records is a
/// folder of sources.
///
/// # Errors
/// When files cannot be read or written, when somebody else imports, when an option contradicts the lake, or when a record
/// is wrong and the import is strict. The lake is then as it was before.
pub fn import(folder: &Path, options: &ImportOptions, progress: &dyn Progress) -> Result<ImportReport, LakeError> {
    let begun = Instant::now();
    let found = input::find(&options.inputs)?;
    let store = Store::new(folder);
    let _lock = store.lock("lock")?;
    let before = Manifest::read(&store)?;
    let mut after = settled(before.as_ref(), options)?;
    after.generation += 1;
    clean(&store, before.as_ref())?;
    let import = Import { store: &store, options, progress, found: &found, before: before.as_ref() };
    let result = import.run(&mut after);
    store.remove(WORK)?;
    if result.is_err() {
        clean(&store, before.as_ref())?;
    }
    let mut report = result?;
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}

const WORK: &str = "work";

/// The settings of the lake, old or new.
fn settled(before: Option<&Manifest>, options: &ImportOptions) -> Result<Manifest, LakeError> {
    let default_systems = || SHARED_SYSTEMS.iter().map(ToString::to_string).collect();
    let Some(known) = before else {
        let buckets = options.buckets.unwrap_or(BUCKETS);
        if buckets == 0 || buckets > 4096 {
            return Err(LakeError::Option(format!("`{buckets}` buckets are not possible: choose 1 to 4096")));
        }
        return Ok(Manifest::new(buckets, options.shared_systems.clone().unwrap_or_else(default_systems)));
    };
    if let Some(asked) = options.buckets.filter(|&asked| asked != known.buckets) {
        let (has, asked) = (known.buckets.to_string(), asked.to_string());
        return Err(LakeError::Settled { what: "a number of buckets of", has, asked });
    }
    if let Some(asked) = options.shared_systems.as_ref().filter(|asked| **asked != known.shared_systems) {
        let (has, asked) = (known.shared_systems.join(", "), asked.join(", "));
        return Err(LakeError::Settled { what: "the shared identifier systems", has, asked });
    }
    Ok(known.clone())
}

/// Removes what interrupted imports left and what later ones replaced.
fn clean(store: &Store, manifest: Option<&Manifest>) -> Result<(), LakeError> {
    store.remove(WORK)?;
    let kept: FxHashSet<&str> = manifest.into_iter().flat_map(Manifest::paths).collect();
    for name in store.list("tables")?.into_iter().chain(store.list("index")?) {
        if !kept.contains(name.as_str()) {
            store.remove(&name)?;
        }
    }
    Ok(())
}

/// For each source its place when sources are sorted by name.
pub(crate) fn order_of(sources: &[String]) -> Vec<usize> {
    let mut sorted: Vec<&String> = sources.iter().collect();
    sorted.sort();
    sources.iter().map(|name| sorted.partition_point(|other| *other < name)).collect()
}

struct Import<'i> {
    store: &'i Store,
    options: &'i ImportOptions,
    progress: &'i dyn Progress,
    found: &'i Found,
    before: Option<&'i Manifest>,
}

impl Import<'_> {
    fn run(&self, after: &mut Manifest) -> Result<ImportReport, LakeError> {
        let generation = after.generation;
        let names: BTreeSet<&str> = self.found.files.iter().map(|file| file.source.as_str()).collect();
        let numbers: BTreeMap<&str, u16> = names.iter().map(|name| (*name, after.source(name))).collect();
        let file_sources: Vec<u16> =
            self.found.files.iter().map(|file| numbers.get(file.source.as_str()).copied().unwrap_or(0)).collect();
        let sources = after.sources.clone();
        self.store.create_folder(WORK)?;
        let spill = Spill::new(Store::new(&self.store.path(WORK)), after.buckets);
        let name = format!("quarantine/{generation}.ndjson");
        let quarantine = Quarantine::new(self.store.clone(), name, self.options.strict);

        let old_heads = self.heads(self.before)?;
        let (mut tally, known, identity, link_faults) =
            self.read(&spill, &quarantine, &file_sources, after, old_heads.clone())?;
        self.tell_again(&spill, &quarantine, &known, &identity, after.buckets, &mut tally)?;
        drop(known);

        let old_identity = Identity::of(old_heads, &sources);
        let mut touched = Touched::by_news(&spill, after.buckets);
        touched.by_links(&old_identity, &identity, after.buckets);
        drop(old_identity);
        let (resources, common) = self.common(&spill, &quarantine, &sources, &mut touched, &mut tally)?;
        touched.fetch(self.store, self.before, &spill, &identity, after.buckets, &sources)?;

        let making = Making {
            store: self.store,
            spill: &spill,
            identity: &identity,
            common: &common,
            quarantine: &quarantine,
            files: &self.found.files,
            sources: &sources,
            generation,
            chunk_bytes: self.options.chunk_bytes,
        };
        let made = self.make(&making, &touched, &mut tally)?;
        let whole = whole::write(self.store, generation, &resources, &common, &sources, &identity.conflicts)?;
        let identity_file = self.write_heads(&identity, generation)?;
        let changed_buckets = self.take_over(after, made, whole, identity_file)?;
        let quarantine = quarantine.finish()?;

        let mut report = self.report(tally, &identity, link_faults, quarantine);
        report.buckets_changed = changed_buckets;
        self.publish(after, &mut report)?;
        Ok(report)
    }

    /// The first walk. Gives what was known of who is who while records were told out, and what is known at its end.
    fn read(
        &self,
        spill: &Spill,
        quarantine: &Quarantine,
        file_sources: &[u16],
        after: &Manifest,
        old_heads: Vec<Head>,
    ) -> Result<(Tally, Vec<Identity>, Identity, Vec<LinkFault>), LakeError> {
        let (groups, faults) = match &self.options.links {
            Some(path) => link_file::read(path)?,
            None => Default::default(),
        };
        let done = Arc::new(AtomicU64::new(0));
        let (patients, others): (Vec<usize>, Vec<usize>) = (0..self.found.files.len()).partition(|&file| {
            self.found.files.get(file).is_some_and(|file| file.name.to_lowercase().contains("patient"))
        });
        let mut heads = old_heads;
        let mut tally = Tally::default();
        let mut identity = Identity::of(heads.clone(), &after.sources);
        let mut known = Vec::new();
        for order in [patients, others] {
            if order.is_empty() {
                continue;
            }
            let feed = Feed::new(&self.found.files, order, self.options.line_bytes_max, Arc::clone(&done));
            let routing = Routing {
                files: &self.found.files,
                sources: file_sources,
                spill,
                quarantine,
                identity: &identity,
                buckets: after.buckets,
                shared_systems: &after.shared_systems,
                depth_max: self.options.depth_max,
            };
            let routed = self.route(&routing, &feed)?;
            for worker in routed {
                tally.add(worker.tally);
                heads.extend(worker.heads);
                heads.extend(worker.subjects.iter().map(|(source, id)| Head::unseen(*source, id)));
                let registered = worker.registered.iter();
                heads.extend(registered.map(|(source, id)| Head { registered: true, ..Head::unseen(*source, id) }));
            }
            for head in &mut heads {
                let source = after.sources.get(usize::from(head.source)).cloned().unwrap_or_default();
                if let Some(group) = groups.get(&(source, head.id.to_string())) {
                    head.group = Some(group.clone());
                }
            }
            let next = Identity::of(std::mem::take(&mut heads), &after.sources);
            heads = next.heads.clone();
            known.push(std::mem::replace(&mut identity, next));
        }
        let unused = groups.keys().filter(|(source, id)| {
            let number = after.sources.iter().position(|name| name == source);
            let head = number.and_then(|number| identity.head(number as u16, id));
            !head.and_then(|head| identity.heads.get(head as usize)).is_some_and(|head| head.record)
        });
        let mut unknown: Vec<String> =
            unused.map(|(source, id)| format!("no record `{id}` of source `{source}` is in the lake")).collect();
        unknown.sort();
        let faults =
            faults.into_iter().chain(unknown.into_iter().map(|reason| LinkFault { line: 0, reason })).collect();
        Ok((tally, known, identity, faults))
    }

    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.options.threads.unwrap_or_else(cores).max(1)
    }

    fn route(&self, routing: &Routing<'_>, feed: &Feed<'_>) -> Result<Vec<Routed>, LakeError> {
        let total = self.found.files.iter().map(|file| file.bytes).sum();
        side_by_side(self.threads(), || route::work(routing, feed, self.progress, total))
    }

    /// Tells out again what went to another bucket than its citizen's, and what waited for its citizen to be known.
    fn tell_again(
        &self,
        spill: &Spill,
        quarantine: &Quarantine,
        known: &[Identity],
        identity: &Identity,
        buckets: u16,
        tally: &mut Tally,
    ) -> Result<(), LakeError> {
        let mut wrong = BTreeSet::new();
        for head in &identity.heads {
            let right = identity.bucket(head.source, &head.id, buckets);
            let went = known.iter().map(|known| known.bucket(head.source, &head.id, buckets));
            wrong.extend(went.filter(|&went| went != right));
        }
        let mut teller = Teller::new(spill);
        for part in wrong {
            if spill.is_empty(usize::from(part)) {
                continue;
            }
            spill
                .take(usize::from(part))?
                .each(|entry| teller.put(usize::from(identity.bucket(entry.owner, entry.subject, buckets)), &entry))?;
        }
        if !spill.is_empty(spill.waiting()) {
            spill.take(spill.waiting())?.each(|entry| {
                let (system, value) = entry.subject.rsplit_once('|').unwrap_or(("", entry.subject));
                let head = identity
                    .head_identified(entry.source, system, value)
                    .and_then(|head| identity.heads.get(head as usize));
                let Some(head) = head else {
                    tally.of(entry.kind).quarantined += 1;
                    tally.nowhere("Patient");
                    let reason = format!("no Patient has the identifier `{}`", entry.subject);
                    return bucket::put(quarantine, &self.found.files, &entry, &reason);
                };
                // The record may come from another source than its Patient: it belongs to the citizen all the same.
                let entry = spill::Entry { subject: &head.id, owner: head.source, ..entry };
                teller.put(usize::from(identity.bucket(head.source, &head.id, buckets)), &entry)
            })?;
        }
        teller.finish()
    }

    /// Common resources, old and new, and which buckets their news touch.
    fn common(
        &self,
        spill: &Spill,
        quarantine: &Quarantine,
        sources: &[String],
        touched: &mut Touched,
        tally: &mut Tally,
    ) -> Result<(CommonResources, Common), LakeError> {
        let order = order_of(sources);
        let news = !spill.is_empty(spill.common());
        let old = match self.before {
            Some(before) => {
                let old = Spill::new(Store::new(&self.store.path("work/old")), 0);
                self.store.create_folder("work/old")?;
                let count = touched::fetch_common(self.store, before, sources, |entry| {
                    let mut bytes = Vec::new();
                    entry.write(&mut bytes);
                    spill.append(spill.common(), &bytes)?;
                    if news { old.append(old.common(), &bytes) } else { Ok(()) }
                })?;
                if news && count > 0 {
                    let unused = &mut Tally::default();
                    CommonResources::of(&old, &order, quarantine, &[], unused)?.look_up(sources)
                } else {
                    Common::default()
                }
            }
            None => Common::default(),
        };
        let resources = CommonResources::of(spill, &order, quarantine, &self.found.files, tally)?;
        let common = resources.look_up(sources);
        if let Some(before) = self.before.filter(|_| resources.news) {
            touched.by_lookups(self.store, before, &common.changed_since(&old))?;
        }
        Ok((resources, common))
    }

    /// Makes the tables of all touched buckets, several at a time.
    fn make(
        &self,
        making: &Making<'_>,
        touched: &Touched,
        tally: &mut Tally,
    ) -> Result<BTreeMap<u16, BucketEntry>, LakeError> {
        let buckets: Vec<u16> = touched.buckets.iter().copied().collect();
        let next = AtomicUsize::new(0);
        let made = Mutex::new((BTreeMap::new(), Tally::default()));
        side_by_side(self.threads(), || {
            while let Some(&bucket) = buckets.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (entry, counts) = bucket::make(making, bucket)?;
                let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
                made.1.add(counts);
                made.0.insert(bucket, entry);
                self.progress.tell(Stage::Writing, made.0.len() as u64, buckets.len() as u64);
            }
            Ok(())
        })?;
        let (made, counts) = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        tally.add(counts);
        Ok(made)
    }

    /// Puts new files into the manifest, keeping the old ones where nothing changed; how many buckets changed.
    fn take_over(
        &self,
        after: &mut Manifest,
        made: BTreeMap<u16, BucketEntry>,
        whole: BTreeMap<String, FileEntry>,
        identity: FileEntry,
    ) -> Result<u64, LakeError> {
        let mut changed = 0;
        for (bucket, mut entry) in made {
            let old = after.by_bucket.remove(&bucket).unwrap_or_default();
            for (table, file) in &mut entry.tables {
                self.keep_old(old.tables.get(table), file)?;
            }
            if let Some(file) = &mut entry.lookups {
                self.keep_old(old.lookups.as_ref(), file)?;
            }
            changed += u64::from(entry.version != old.version);
            if !entry.tables.is_empty() {
                after.by_bucket.insert(bucket, entry);
            }
        }
        let old = std::mem::replace(&mut after.whole, whole);
        for (table, file) in &mut after.whole {
            self.keep_old(old.get(table), file)?;
        }
        let mut identity = identity;
        self.keep_old(after.identity.as_ref(), &mut identity)?;
        after.identity = Some(identity);
        Ok(changed)
    }

    /// When a new file says what the old one says, the old one stays and the new one goes.
    fn keep_old(&self, old: Option<&FileEntry>, file: &mut FileEntry) -> Result<(), LakeError> {
        match old.filter(|old| old.digest == file.digest && old.path != file.path) {
            Some(old) => {
                self.store.remove(&file.path)?;
                *file = old.clone();
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn publish(&self, after: &mut Manifest, report: &mut ImportReport) -> Result<(), LakeError> {
        let same = |before: &Manifest| {
            let news = Manifest { generation: before.generation, imports: before.imports.clone(), ..after.clone() };
            news == *before
        };
        report.changed = !self.before.is_some_and(same);
        if !report.changed {
            after.generation -= 1;
        } else {
            after.imports.push(ImportEntry {
                generation: after.generation,
                sources: self
                    .found
                    .files
                    .iter()
                    .map(|file| file.source.clone())
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
                files: report.files,
                bytes: report.bytes,
                read: report.total.read,
                quarantined: report.total.quarantined,
                quarantine: report.quarantine.as_ref().map(|_| format!("quarantine/{}.ndjson", after.generation)),
            });
            let old: FxHashSet<&str> = self.before.into_iter().flat_map(Manifest::paths).collect();
            let new: Vec<&str> = after.paths().filter(|path| !old.contains(path)).collect();
            let next = AtomicUsize::new(0);
            side_by_side(4, || {
                while let Some(path) = new.get(next.fetch_add(1, Ordering::Relaxed)) {
                    self.store.make_last([*path])?;
                }
                Ok(())
            })?;
            after.publish(self.store)?;
        }
        report.generation = after.generation;
        for bucket in after.by_bucket.values() {
            for (table, file) in &bucket.tables {
                *report.rows.entry(table.clone()).or_default() += file.rows;
            }
        }
        report.rows.extend(after.whole.iter().map(|(table, file)| (table.clone(), file.rows)));
        report.citizens = report.rows.get("citizen").copied().unwrap_or(0);
        Ok(())
    }

    fn report(
        &self,
        tally: Tally,
        identity: &Identity,
        link_file_faults: Vec<LinkFault>,
        quarantine: Option<String>,
    ) -> ImportReport {
        let mut total = TypeReport::default();
        tally.types.values().for_each(|counts| total.add(counts));
        let mut conflicts: BTreeMap<String, u64> = BTreeMap::new();
        for conflict in &identity.conflicts {
            *conflicts.entry(conflict.kind.to_owned()).or_default() += 1;
        }
        let seen = |records: &[u32]| {
            records
                .iter()
                .filter(|&&record| identity.heads.get(record as usize).is_some_and(|head| head.record))
                .count() as u64
        };
        let records = identity.citizens.iter().map(|citizen| seen(&citizen.records));
        ImportReport {
            report_version: REPORT_VERSION,
            types: tally.types,
            total,
            bundles: tally.bundles,
            records: records.clone().sum(),
            records_linked: records.filter(|&count| count > 1).sum(),
            conflicts,
            references_nowhere: tally.nowhere,
            remarks: tally.remarks,
            link_file_faults,
            files_left_out: self.found.left_out.clone(),
            files: self.found.files.len() as u64,
            quarantine: quarantine.map(|name| self.store.path(&name)),
            bytes: tally.bytes,
            ..ImportReport::default()
        }
    }

    fn heads(&self, manifest: Option<&Manifest>) -> Result<Vec<Head>, LakeError> {
        let Some(file) = manifest.and_then(|manifest| manifest.identity.as_ref()) else { return Ok(Vec::new()) };
        let path = self.store.path(&file.path);
        let damaged = |error: String| LakeError::damaged(&path, error);
        let stream = zstd::Decoder::new(self.store.open(&file.path)?).map_err(LakeError::file(&path, "read"))?;
        let heads = serde_json::Deserializer::from_reader(std::io::BufReader::new(stream)).into_iter::<Head>();
        heads.map(|head| head.map_err(|error| damaged(error.to_string()))).collect()
    }

    fn write_heads(&self, identity: &Identity, generation: u64) -> Result<FileEntry, LakeError> {
        let name = format!("index/identity.{generation}.ndjson.zst");
        let path = self.store.path(&name);
        let failed = |error| LakeError::file(&path, "written")(error);
        let mut stream = zstd::Encoder::new(self.store.create(&name)?, 1).map_err(failed)?;
        for head in &identity.heads {
            serde_json::to_writer(&mut stream, head).map_err(|error| failed(error.into()))?;
            stream.write_all(b"\n").map_err(failed)?;
        }
        let written = stream.finish().map_err(failed)?.finish()?;
        let digest = format!("{:016x}", written.digest);
        Ok(FileEntry { path: name, rows: identity.heads.len() as u64, digest })
    }
}

/// Tells entries out to parts, a portion at a time.
pub(crate) struct Teller<'s> {
    spill: &'s Spill,
    buffers: Vec<Vec<u8>>,
}

impl<'s> Teller<'s> {
    pub(crate) fn new(spill: &'s Spill) -> Self {
        Self { spill, buffers: vec![Vec::new(); spill.parts()] }
    }

    pub(crate) fn put(&mut self, part: usize, entry: &spill::Entry<'_>) -> Result<(), LakeError> {
        let Some(buffer) = self.buffers.get_mut(part) else { return Ok(()) };
        entry.write(buffer);
        if buffer.len() >= 64 << 10 {
            self.spill.append(part, buffer)?;
            buffer.clear();
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<(), LakeError> {
        self.buffers.iter().enumerate().try_for_each(|(part, buffer)| self.spill.append(part, buffer))
    }
}

/// Does the same work on several threads; the first error wins.
fn side_by_side<T: Send>(threads: usize, work: impl Fn() -> Result<T, LakeError> + Sync) -> Result<Vec<T>, LakeError> {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        let joined = workers.into_iter().map(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.collect()
    })
}
