//! The manifest `lake.json`: what the lake consists of. Whoever reads it sees one whole state of the lake.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use twox_hash::XxHash64;

use crate::error::LakeError;
use crate::store::{Attempt, Claimed, Store};
use crate::table::TableFile;

/// The file's name.
pub(crate) const MANIFEST: &str = "lake.json";
/// The folders that the files of a lake lie in.
pub(crate) const FILES: [&str; 2] = ["tables", "index"];
/// The format of this version's lakes.
pub(crate) const FORMAT: u32 = 3;

/// A file of the lake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    /// Its path in the lake.
    pub(crate) path: String,
    pub(crate) rows: u64,
    /// Of its bytes, in hexadecimal.
    pub(crate) digest: String,
}

impl From<TableFile> for FileEntry {
    fn from(file: TableFile) -> Self {
        Self { path: file.name, rows: file.rows, digest: format!("{:016x}", file.digest) }
    }
}

/// The files of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketEntry {
    /// Changes when the content of one of its files changes, and only then.
    pub(crate) version: String,
    /// Its file of each table that has rows in it.
    pub(crate) tables: BTreeMap<String, FileEntry>,
    /// What of the common resources its tables were made with.
    pub(crate) lookups: Option<FileEntry>,
}

impl BucketEntry {
    /// INVARIANT: equal content gives an equal version, wherever the files lie.
    pub(crate) fn content(tables: &BTreeMap<String, FileEntry>) -> String {
        let mut text = String::new();
        for (table, file) in tables {
            text.push_str(&format!("{table} {}\n", file.digest));
        }
        format!("{:016x}", XxHash64::oneshot(0, text.as_bytes()))
    }
}

/// One import, as the lake remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImportEntry {
    pub(crate) generation: u64,
    pub(crate) sources: Vec<String>,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) read: u64,
    pub(crate) quarantined: u64,
    pub(crate) quarantine: Option<String>,
}

/// What the lake consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    pub(crate) buckets: u16,
    pub(crate) generation: u64,
    pub(crate) shared_systems: Vec<String>,
    /// Names of the sources; records refer to them by place in this list.
    pub(crate) sources: Vec<String>,
    /// By number of the bucket; a bucket without rows is not listed.
    pub(crate) by_bucket: BTreeMap<u16, BucketEntry>,
    /// Tables that are not spread over buckets.
    pub(crate) whole: BTreeMap<String, FileEntry>,
    /// What linking knows of each record.
    pub(crate) identity: Option<FileEntry>,
    pub(crate) imports: Vec<ImportEntry>,
    /// In an object store: the latest attempt to change the lake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<Attempt>,
    /// Whether the originals are kept; without them nothing more can be imported.
    #[serde(default = "kept")]
    pub(crate) originals: bool,
}

const fn kept() -> bool {
    true
}

impl Claimed for Manifest {
    fn attempt(&mut self) -> &mut Option<Attempt> {
        &mut self.attempt
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, LakeError> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }

        let damaged = |error: serde_json::Error| LakeError::damaged(path, error);
        let Format { format } = serde_json::from_slice(bytes).map_err(damaged)?;
        if format != FORMAT {
            let path = path.parent().unwrap_or(path).to_path_buf();
            return Err(LakeError::Format { path, found: format, known: FORMAT });
        }
        serde_json::from_slice(bytes).map_err(damaged)
    }
}

impl Manifest {
    pub(crate) fn new(buckets: u16, shared_systems: Vec<String>) -> Self {
        Self {
            format: FORMAT,
            buckets,
            generation: 0,
            shared_systems,
            sources: Vec::new(),
            by_bucket: BTreeMap::new(),
            whole: BTreeMap::new(),
            identity: None,
            imports: Vec::new(),
            attempt: None,
            originals: true,
        }
    }

    /// The manifest of the lake; `None` when there is none, or its first import has not ended.
    pub(crate) fn read(store: &Store) -> Result<Option<Self>, LakeError> {
        let Some(bytes) = store.read(MANIFEST)? else { return Ok(None) };
        Ok(Some(Self::parse(&bytes, &store.path(MANIFEST))?).filter(|manifest| manifest.generation > 0))
    }

    pub(crate) fn publish(&self, store: &Store) -> Result<(), LakeError> {
        let mut text =
            serde_json::to_vec_pretty(self).map_err(|error| LakeError::damaged(&store.path(MANIFEST), error))?;
        text.push(b'\n');
        store.publish(MANIFEST, text)
    }

    /// The paths of all files that the lake consists of.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        let of_buckets = self.by_bucket.values().flat_map(|bucket| bucket.tables.values().chain(&bucket.lookups));
        of_buckets.chain(self.whole.values()).chain(&self.identity).map(|file| file.path.as_str())
    }

    /// The first of these files that is not there.
    pub(crate) fn missing(&self, store: &Store) -> Result<Option<PathBuf>, LakeError> {
        Ok(store.missing(&FILES, self.paths())?.first().map(|path| store.path(path)))
    }

    /// Changes when anything in the lake changes, and only then.
    pub(crate) fn version(&self) -> String {
        let mut text = String::new();
        for (bucket, entry) in &self.by_bucket {
            text.push_str(&format!("{bucket} {}\n", entry.version));
        }
        for (table, file) in &self.whole {
            text.push_str(&format!("{table} {}\n", file.digest));
        }
        format!("{:016x}", XxHash64::oneshot(0, text.as_bytes()))
    }

    /// The place of a source in the list of sources, which it joins if it is new.
    pub(crate) fn source(&mut self, name: &str) -> u16 {
        if let Some(place) = self.sources.iter().position(|known| known == name) {
            return place as u16;
        }
        self.sources.push(name.to_owned());
        (self.sources.len() - 1) as u16
    }
}
