//! A lake, for those who read it.

use std::sync::Arc;

use stead_store::object_store::ObjectStore;
use stead_store::{Address, Url};
use twox_hash::XxHash64;

use crate::error::LakeError;
use crate::manifest::{FileEntry, Manifest};
use crate::store::{Place, Store};

/// A lake as it was when it was opened: later imports do not change what this value says.
#[derive(Clone, Debug)]
pub struct Lake {
    pub(crate) store: Store,
    pub(crate) manifest: Manifest,
}

impl Lake {
    /// Opens the lake at an address. Whoever calls is held up until that is done.
    ///
    /// # Errors
    /// When there is none, it cannot be read, or a file that it consists of is missing.
    pub fn open(address: impl Into<Address>) -> Result<Self, LakeError> {
        let store = Store::new(address.into())?;
        let read = || Manifest::read(&store)?.ok_or_else(|| LakeError::NotALake { path: store.root() });
        let mut manifest = read()?;
        while let Some(path) = manifest.missing(&store)? {
            // An import that has just ended may have replaced it.
            let now = read()?;
            if now.paths().eq(manifest.paths()) {
                return Err(LakeError::Missing { path });
            }
            manifest = now;
        }
        Ok(Self { store, manifest })
    }

    /// Where it lies.
    pub fn address(&self) -> &Address {
        self.store.address()
    }

    /// The beginning of the addresses of its files and the object store that those lie in; `None` for files of this machine.
    pub fn reached_by(&self) -> Option<(String, Arc<dyn ObjectStore>)> {
        match self.store.place() {
            Place::Folder(_) => None,
            Place::Objects(objects) => Some(objects.reached_by()),
        }
    }

    /// Into how many buckets its citizens are spread.
    pub fn buckets(&self) -> u16 {
        self.manifest.buckets
    }

    /// The content version of a bucket: it changes when the bucket's rows change, and only then. Empty for a bucket without rows.
    pub fn bucket_version(&self, bucket: u16) -> &str {
        self.manifest.by_bucket.get(&bucket).map_or("", |entry| &entry.version)
    }

    /// The content version of the tables that are not spread over buckets.
    pub fn whole_version(&self) -> String {
        let digests: Vec<&str> = self.manifest.whole.values().map(|file| file.digest.as_str()).collect();
        format!("{:016x}", XxHash64::oneshot(0, digests.join("\n").as_bytes()))
    }

    /// The content version of the whole lake.
    pub fn version(&self) -> String {
        self.manifest.version()
    }

    /// How many imports have changed it.
    pub fn generation(&self) -> u64 {
        self.manifest.generation
    }

    /// Whether the originals of its records are kept (table `resource`): not where it was made from rows.
    pub fn has_originals(&self) -> bool {
        self.manifest.originals
    }

    /// The names of its sources.
    pub fn sources(&self) -> &[String] {
        &self.manifest.sources
    }

    /// The files of a spread table in a bucket; none when it has no rows there.
    pub fn files(&self, table: &str, bucket: u16) -> Vec<Url> {
        let file = self.manifest.by_bucket.get(&bucket).and_then(|entry| entry.tables.get(table));
        file.map(|file| self.url(file)).into_iter().collect()
    }

    /// The files of a table that is not spread over buckets; none when it has no rows.
    pub fn whole(&self, table: &str) -> Vec<Url> {
        self.manifest.whole.get(table).map(|file| self.url(file)).into_iter().collect()
    }

    /// The number of rows of a table, over all buckets.
    pub fn rows(&self, table: &str) -> u64 {
        let of_buckets = self.manifest.by_bucket.values().filter_map(|entry| entry.tables.get(table));
        of_buckets.chain(self.manifest.whole.get(table)).map(|file| file.rows).sum()
    }

    fn url(&self, file: &FileEntry) -> Url {
        self.store.url(&file.path)
    }
}

/// The bucket of a citizen in a lake of so many buckets: xxHash64 (seed 0) of the citizen's id, modulo the buckets.
pub fn bucket_of(citizen: &str, buckets: u16) -> u16 {
    (XxHash64::oneshot(0, citizen.as_bytes()) % u64::from(buckets.max(1))) as u16
}
