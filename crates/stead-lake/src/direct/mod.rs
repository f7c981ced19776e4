//! A lake made from rows instead of records, for load tests: ten million citizens fit a disk as tables, not as text.
//!
//! The tables are those that an import of the same records makes, and are written by the importer's own writers; what is
//! missing are the originals (table `resource`) and what later imports need. So nothing can be imported into such a lake.
//! Who is who is decided by the importer's own rules ([`link`]).

mod directory;
mod link;
mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use stead_tables::{Spread, table};

use crate::Address;
use crate::error::LakeError;
use crate::identity::conflict::Conflict;
use crate::import::{Ground, import};
use crate::manifest::{BucketEntry, FileEntry, Manifest};
use crate::options::{BUCKETS, ImportOptions, Input, Progress, SHARED_SYSTEMS};
use crate::store::Store;
use crate::table::{Rows as SortedRows, TableWriter};

pub use directory::{Directory, Named};
pub use link::{Linked, LinkedRecord, RecordHead, link};
pub use rows::{Rows, Word, Words};

/// The short name of a code system, as tables have it, or its URI when it has none.
pub fn system(uri: &str) -> String {
    crate::fhir::code::system_name(uri.into()).into_owned()
}

/// Where files lie while a lake is made.
const WORK: &str = "work";
/// The first and only generation.
const GENERATION: u64 = 1;

/// A lake being made from rows.
pub struct DirectLake<'s> {
    store: &'s Store,
    buckets: u16,
    sources: Vec<String>,
    whole: BTreeMap<String, FileEntry>,
    made: Mutex<BTreeMap<u16, BucketEntry>>,
}

/// What a lake made from rows holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectReport {
    /// Rows of every table.
    pub rows: BTreeMap<String, u64>,
    /// Bytes of the tables' files.
    pub bytes: u64,
}

/// Makes a lake in a new or empty folder of this machine: `common` writes the records that belong to no citizen
/// (organisations, professionals …) as NDJSON into a folder that it is given, and `fill` writes the rows of all citizens.
///
/// # Errors
/// When it would lie in an object store, there is a lake already, files cannot be written, or `common` or `fill` fails.
/// Then nothing is left.
pub fn direct<E: From<LakeError>>(
    lake: &Address,
    threads: usize,
    common: impl FnOnce(&Path) -> Result<(), E>,
    fill: impl FnOnce(&DirectLake<'_>) -> Result<Vec<Conflict>, E>,
) -> Result<DirectReport, E> {
    if let Address::Objects(_) = lake {
        let told = format!("`{lake}` is in an object store, where no lake can be made from rows; name a folder");
        return Err(LakeError::Option(told).into());
    }
    let store = Store::new(lake.clone())?;
    if Manifest::read(&store)?.is_some() {
        return Err(LakeError::LakeAlready { path: store.root() }.into());
    }
    let ground = Ground::take(&store)?;
    let made = make(&store, threads, common, fill);
    match made {
        Ok(report) => {
            ground.settle()?;
            Ok(report)
        }
        Err(error) => {
            ground.leave()?;
            Err(error)
        }
    }
}

fn make<E: From<LakeError>>(
    store: &Store,
    threads: usize,
    common: impl FnOnce(&Path) -> Result<(), E>,
    fill: impl FnOnce(&DirectLake<'_>) -> Result<Vec<Conflict>, E>,
) -> Result<DirectReport, E> {
    store.remove(WORK)?;
    let records = store.work(WORK)?.path("records");
    common(&records)?;
    let (sources, whole) = import_common(store, records, threads)?;
    let made = Mutex::default();
    let lake = DirectLake { store, buckets: BUCKETS, sources, whole, made };
    let conflicts = fill(&lake)?;
    Ok(lake.publish(conflicts)?)
}

/// The tables about nobody in particular, made by an import of its own.
fn import_common(
    store: &Store,
    records: PathBuf,
    threads: usize,
) -> Result<(Vec<String>, BTreeMap<String, FileEntry>), LakeError> {
    struct Quiet;
    impl Progress for Quiet {
        fn tell(&self, _: crate::Stage, _: u64, _: u64) {}
    }

    let lake = Store::new(Address::Folder(store.path(WORK).join("common")))?;
    let inputs = vec![Input { source: None, path: records }];
    let options = ImportOptions { inputs, threads: Some(threads), ..ImportOptions::default() };
    import(lake.address(), &options, &Quiet)?;
    let manifest = Manifest::read(&lake)?.ok_or_else(|| LakeError::NotALake { path: lake.root() })?;
    let files = manifest.whole.values();
    store.link(files.map(|file| (format!("{WORK}/common/{}", file.path), file.path.clone())).collect())?;
    Ok((manifest.sources, manifest.whole))
}

impl DirectLake<'_> {
    /// Into how many buckets its citizens are spread.
    pub fn buckets(&self) -> u16 {
        self.buckets
    }

    /// What the tables call organisations, sites and professionals.
    ///
    /// # Errors
    /// When these tables cannot be read.
    pub fn directory(&self) -> Result<Directory, LakeError> {
        let mut directory = Directory::default();
        for table in ["organisation", "site", "professional"] {
            if let Some(file) = self.whole.get(table) {
                directory.read(table, self.store.open(&file.path)?, &self.store.path(&file.path))?;
            }
        }
        Ok(directory)
    }

    /// Begins a bucket.
    pub fn bucket(&self, number: u16) -> DirectBucket<'_> {
        DirectBucket { lake: self, number, writers: BTreeMap::new() }
    }

    /// Writes who disagrees, and shows everybody the lake.
    fn publish(self, conflicts: Vec<Conflict>) -> Result<DirectReport, LakeError> {
        let mut whole = self.whole;
        if let Some(file) = write_conflicts(self.store, conflicts)? {
            whole.insert("conflict".to_owned(), file);
        }
        let shared = SHARED_SYSTEMS.iter().map(ToString::to_string).collect();
        let mut manifest = Manifest::new(self.buckets, shared);
        manifest.generation = GENERATION;
        manifest.originals = false;
        manifest.sources = self.sources;
        manifest.by_bucket = self.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        manifest.whole = whole;
        self.store.make_last(manifest.paths())?;
        manifest.publish(self.store)?;
        let mut report = DirectReport::default();
        let of_buckets = manifest.by_bucket.values().flat_map(|bucket| &bucket.tables);
        for (table, file) in of_buckets.chain(&manifest.whole) {
            *report.rows.entry(table.clone()).or_default() += file.rows;
            report.bytes += std::fs::metadata(self.store.path(&file.path)).map_or(0, |known| known.len());
        }
        Ok(report)
    }
}

fn write_conflicts(store: &Store, conflicts: Vec<Conflict>) -> Result<Option<FileEntry>, LakeError> {
    let Some(table) = table("conflict") else { return Ok(None) };
    let mut rows = SortedRows::new(table);
    conflicts.iter().for_each(|conflict| rows.push_all(conflict.row()));
    let mut writer = TableWriter::new(store, table, format!("tables/conflict/whole.{GENERATION}.parquet"));
    rows.take_sorted(|row| writer.push(row))?;
    Ok(writer.finish()?.map(FileEntry::from))
}

/// A bucket being written, table by table.
pub struct DirectBucket<'l> {
    lake: &'l DirectLake<'l>,
    number: u16,
    writers: BTreeMap<&'static str, TableWriter<'l>>,
}

impl DirectBucket<'_> {
    /// Writes rows, which follow those written before in the table's order, and empties them; word columns use the vocabulary.
    ///
    /// # Errors
    /// When they cannot be written, or a row has not one value a column.
    pub fn write(&mut self, rows: &mut Rows, words: &mut Words) -> Result<(), LakeError> {
        let (lake, number) = (self.lake, self.number);
        let table = rows.table();
        debug_assert!(table.spread == Spread::ByCitizen);
        let name = || format!("tables/{}/bucket-{number:03}.{GENERATION}.parquet", table.name);
        let writer = self.writers.entry(table.name).or_insert_with(|| TableWriter::new(lake.store, table, name()));
        let batch = rows.take(words).map_err(|error| LakeError::damaged(&lake.store.path(&name()), error))?;
        writer.write(&batch)
    }

    /// Ends the bucket.
    ///
    /// # Errors
    /// When its files cannot be written.
    pub fn finish(self) -> Result<(), LakeError> {
        let mut tables = BTreeMap::new();
        for (table, writer) in self.writers {
            if let Some(file) = writer.finish()? {
                tables.insert(table.to_owned(), FileEntry::from(file));
            }
        }
        if !tables.is_empty() {
            let entry = BucketEntry { version: BucketEntry::content(&tables), tables, lookups: None };
            self.lake.made.lock().unwrap_or_else(PoisonError::into_inner).insert(self.number, entry);
        }
        Ok(())
    }
}
