//! The last step: new files take the place of old ones, and everybody sees the lake as it is now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::FxHashSet;

use crate::error::LakeError;
use crate::import::Import;
use crate::import::threads::side_by_side;
use crate::manifest::{BucketEntry, FileEntry, ImportEntry, Manifest};
use crate::report::ImportReport;

impl Import<'_> {
    /// Puts new files into the manifest, keeping the old ones where nothing changed; how many buckets changed.
    pub(super) fn take_over(
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

    /// Replaces the manifest when anything changed, once all new files are safely on disk.
    pub(super) fn publish(
        &self,
        after: &mut Manifest,
        report: &mut ImportReport,
        quarantine: Option<&str>,
    ) -> Result<(), LakeError> {
        let same = |before: &Manifest| {
            let news = Manifest { generation: before.generation, imports: before.imports.clone(), ..after.clone() };
            news == *before
        };
        report.changed = !self.before.is_some_and(same);
        self.ground.check()?;
        self.store.make_last(quarantine)?;
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
                quarantine: quarantine.map(ToOwned::to_owned),
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
            self.ground.publish(after)?;
        }
        Ok(())
    }
}
