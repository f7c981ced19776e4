//! Import: records of several sources into the tables of one lake.
//!
//! 1. Every file is read once; each record is told out to the bucket of its citizen ([`walk`], line by line [`route`]), on
//!    disk, as its text.
//! 2. All Patient records, old and new, are linked ([`crate::identity`]); records that had been told out before their citizen
//!    was known are told out again.
//! 3. Buckets that are touched (by new records, by citizens that were linked anew, by [`common`] resources that changed) get
//!    the originals that the lake held of them beside the new ones ([`touched`]), and their tables are made from all of them
//!    ([`bucket`]).
//! 4. Everything becomes visible in one step: the manifest is replaced ([`publish`]). Files with the same content as before
//!    are dropped.
//!
//! Limits worth knowing: a resource that changes hands from one Patient to another in a later version is updated only when
//! both are one citizen; a subject that is named by an identifier must be known when its record comes; in a Bundle longer
//! than the longest line, which is read in parts, references by `fullUrl` reach resources of the same part when their ids
//! are others.

mod account;
mod bucket;
mod common;
mod ground;
mod heads;
mod input;
mod lines;
mod order;
mod packed;
mod publish;
mod quarantine;
mod route;
mod slot;
mod spill;
mod teller;
mod threads;
mod touched;
mod versions;
mod walk;
mod whole;
mod whose;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use stead_store::Address;

use crate::error::LakeError;
use crate::identity::Identity;
use crate::manifest::{BucketEntry, Manifest};
use crate::options::{BUCKETS, ImportOptions, Progress, SHARED_SYSTEMS, Stage};
use crate::report::{ImportReport, Tally};
use crate::store::Store;
use bucket::Making;
pub(crate) use ground::Ground;
use input::Found;
use quarantine::Quarantine;
use spill::Spill;
use threads::side_by_side;
use touched::Touched;
use walk::Walked;

/// Imports records into the lake at an address, which is made when there is none.
///
/// A folder of files is a source called after itself; a folder without records of its own but with folders of records is a
/// folder of sources.
///
/// # Errors
/// When files cannot be read or written, when somebody else imports, when an option contradicts the lake, or when a record
/// is wrong and the import is strict. The lake is then as it was before; where none was, nothing is left. A place that is no
/// lake must be empty.
pub fn import(
    lake: impl Into<Address>,
    options: &ImportOptions,
    progress: &dyn Progress,
) -> Result<ImportReport, LakeError> {
    let begun = Instant::now();
    let found = input::find(&options.inputs)?;
    let store = Store::new(lake.into())?;
    let ground = Ground::take(&store)?;
    let result = settled(&store, ground.before.as_ref(), options).and_then(|mut after| {
        after.generation += 1;
        ground.clean()?;
        let before = ground.before.as_ref();
        let import = Import { store: &store, options, progress, found: &found, ground: &ground, before };
        import.run(&mut after)
    });
    match result {
        Ok(mut report) => {
            ground.settle()?;
            report.seconds = begun.elapsed().as_secs_f64();
            Ok(report)
        }
        Err(error) => {
            ground.leave()?;
            Err(error)
        }
    }
}

/// Where files lie while an import works.
const WORK: &str = "work";

/// One import: what it was asked for, what it found, and the lake as it was.
struct Import<'i> {
    store: &'i Store,
    options: &'i ImportOptions,
    progress: &'i dyn Progress,
    found: &'i Found,
    ground: &'i Ground<'i>,
    before: Option<&'i Manifest>,
}

impl Import<'_> {
    /// All four steps; `after` is the lake as it will be.
    fn run(&self, after: &mut Manifest) -> Result<ImportReport, LakeError> {
        let stamp = self.ground.stamp(after.generation);
        let names: BTreeSet<&str> = self.found.files.iter().map(|file| file.source.as_str()).collect();
        let numbers: BTreeMap<&str, u16> = names.iter().map(|name| (*name, after.source(name))).collect();
        let file_sources: Vec<u16> =
            self.found.files.iter().map(|file| numbers.get(file.source.as_str()).copied().unwrap_or(0)).collect();
        let sources = after.sources.clone();
        let spill = Spill::new(self.store.work(WORK)?, after.buckets);
        let name = format!("quarantine/{stamp}.ndjson");
        let quarantine = Quarantine::new(self.store.clone(), name, self.options.strict);

        let before = Arc::new(Identity::of(heads::read(self.store, self.before)?, &sources));
        let Walked { mut tally, known, identity, link_faults } =
            self.read(&spill, &quarantine, &file_sources, after, &before)?;
        self.tell_again(&spill, &quarantine, &known, &identity, after.buckets, &mut tally)?;
        drop(known);

        let mut touched = Touched::by_news(&spill, after.buckets);
        let linked_anew = !Arc::ptr_eq(&before, &identity);
        if linked_anew {
            touched.by_links(&before, &identity, after.buckets);
        }
        drop(before);
        let (resources, common) =
            self.common(&spill, &quarantine, &sources, &after.shared_systems, &mut touched, &mut tally)?;
        touched.fetch(self.store, self.before, &spill, &identity, after.buckets, &sources)?;

        let making = Making {
            store: self.store,
            spill: &spill,
            identity: &identity,
            common: &common,
            quarantine: &quarantine,
            files: &self.found.files,
            sources: &sources,
            stamp,
            chunk_bytes: self.options.chunk_bytes,
        };
        let made = self.make(&making, &touched, &mut tally)?;
        let whole = whole::write(self.store, stamp, &resources, &common, &sources, &identity.conflicts)?;
        let identity_file = match &after.identity {
            Some(file) if !linked_anew => file.clone(),
            _ => heads::write(self.store, &identity, stamp)?,
        };
        let changed_buckets = self.take_over(after, made, whole, identity_file)?;
        let quarantine = quarantine.finish()?;

        let mut report = self.report(tally, &identity, link_faults, quarantine.as_deref());
        report.buckets_changed = changed_buckets;
        self.publish(after, &mut report, quarantine.as_deref())?;
        account::holdings(after, &mut report);
        Ok(report)
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
            let mut chunk = Vec::new();
            while let Some(&bucket) = buckets.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (entry, counts) = bucket::make(making, bucket, &mut chunk)?;
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

    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.options.threads.unwrap_or_else(cores).max(1)
    }
}

/// The settings of the lake, old or new.
fn settled(store: &Store, before: Option<&Manifest>, options: &ImportOptions) -> Result<Manifest, LakeError> {
    let default_systems = || SHARED_SYSTEMS.iter().map(ToString::to_string).collect();
    if before.is_some_and(|known| !known.originals) {
        return Err(LakeError::NoOriginals { path: store.root() });
    }
    let Some(known) = before else {
        let buckets = options.buckets.unwrap_or(BUCKETS);
        if buckets == 0 || buckets > 4096 {
            return Err(LakeError::Option(format!("`{buckets}` buckets are not possible: choose 1 to 4096")));
        }
        return Ok(Manifest::new(buckets, options.shared_systems.clone().unwrap_or_else(default_systems)));
    };
    if let Some(asked) = options.buckets.filter(|&asked| asked != known.buckets) {
        let (has, asked) = (known.buckets.to_string(), asked.to_string());
        return Err(LakeError::Settled { what: "number of buckets is", has, asked });
    }
    if let Some(asked) = options.shared_systems.as_ref().filter(|asked| **asked != known.shared_systems) {
        let (has, asked) = (known.shared_systems.join(", "), asked.join(", "));
        return Err(LakeError::Settled { what: "shared identifier systems are", has, asked });
    }
    Ok(known.clone())
}

/// For each source its place when sources are sorted by name.
pub(crate) fn order_of(sources: &[String]) -> Vec<usize> {
    let mut sorted: Vec<&String> = sources.iter().collect();
    sorted.sort();
    sources.iter().map(|name| sorted.partition_point(|other| *other < name)).collect()
}
