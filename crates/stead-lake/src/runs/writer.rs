//! A run that is being worked out: where its files go, which parts are finished, and how it becomes visible.

use std::collections::BTreeMap;

use stead_store::Url;

use super::begin::Held;
use super::{Part, Published, RUN, RUNS_KEPT, Run, RunHead, file, part, published, write};
use crate::error::LakeError;
use crate::store::Store;

/// A run that is being worked out. Whoever calls is held up until what was asked is done.
#[derive(Debug)]
pub struct RunWriter {
    pub(super) store: Store,
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) lake_version: String,
    pub(super) buckets: u16,
    pub(super) head: RunHead,
    pub(super) parts: BTreeMap<String, Part>,
    pub(super) held: Held,
}

impl RunWriter {
    /// The run's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is about.
    pub fn head(&self) -> &RunHead {
        &self.head
    }

    /// Where to write the file of a table: of a bucket, or (`None`) the whole. What is there already belongs to an attempt
    /// that was interrupted.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn url(&self, table: &str, bucket: Option<u16>) -> Result<Url, LakeError> {
        self.store.create_folder(&format!("runs/{}/{table}", self.id))?;
        Ok(self.store.url(&file(&self.id, table, &part(bucket))))
    }

    /// The files of a table in a finished part; none when it has no rows there.
    pub fn files(&self, table: &str, bucket: Option<u16>) -> Vec<Url> {
        let name = part(bucket);
        let has = self.parts.get(&name).is_some_and(|part| part.tables.iter().any(|known| known == table));
        has.then(|| self.store.url(&file(&self.id, table, &name))).into_iter().collect()
    }

    /// A folder for what only those need who work the run out. It goes when the run is published.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn scratch(&self) -> Result<Url, LakeError> {
        let folder = format!("runs/{}/done", self.id);
        self.store.create_folder(&folder)?;
        Ok(self.store.url(&folder))
    }

    /// What a finished part was worked out from; `None` when it is still to do.
    pub fn done(&self, bucket: Option<u16>) -> Option<&str> {
        self.parts.get(&part(bucket)).map(|part| part.input.as_str())
    }

    /// Says that a part is finished: its files are written, from input of that version. Tables without a file have no rows.
    ///
    /// # Errors
    /// When the files cannot be made to last.
    pub fn finish(&mut self, bucket: Option<u16>, input: &str, tables: &[&str]) -> Result<(), LakeError> {
        let name = part(bucket);
        let files: Vec<(String, &str)> = tables.iter().map(|table| (file(&self.id, table, &name), *table)).collect();
        let folder = format!("runs/{}", self.id);
        let missing = self.store.missing(&[&folder], files.iter().map(|(file, _)| file.as_str()))?;
        let there: Vec<_> = files.iter().filter(|(file, _)| !missing.contains(&file.as_str())).collect();
        self.store.make_last(there.iter().map(|(file, _)| file.as_str()))?;
        let tables = there.iter().map(|(_, table)| (*table).to_owned()).collect();
        self.mark(name, Part { input: input.to_owned(), tables })
    }

    /// Takes a part over from an earlier run; false when that has none worked out from input of this version.
    ///
    /// It is for the caller to make sure that both runs have the same definitions and day.
    ///
    /// # Errors
    /// When files cannot be linked.
    pub fn reuse(&mut self, bucket: Option<u16>, input: &str, from: &Run) -> Result<bool, LakeError> {
        let name = part(bucket);
        let Some(part) = from.published.parts.get(&name).filter(|part| part.input == input) else { return Ok(false) };
        let part = part.clone();
        self.take_over(&name, &part, &from.id)?;
        Ok(true)
    }

    /// Takes a part over from another run of the lake.
    pub(super) fn take_over(&mut self, name: &str, part: &Part, from: &str) -> Result<(), LakeError> {
        let files = part.tables.iter().map(|table| (file(from, table, name), file(&self.id, table, name)));
        self.store.link(files.collect())?;
        self.mark(name.to_owned(), part.clone())
    }

    /// Makes the run visible in one step, and removes runs older than the last few.
    ///
    /// # Errors
    /// When files cannot be written; the run is then staged as before.
    pub fn publish(self) -> Result<Run, LakeError> {
        let Self { store, id, number, lake_version, buckets, head, parts, held } = self;
        let run = Published { number, lake_version, buckets, head, parts };
        write(&store, &format!("runs/{id}/{RUN}"), &run)?;
        match held {
            Held::Folder(_lock) => {
                store.remove(&format!("runs/{id}/done"))?;
                let runs = published(&store)?;
                let kept = runs.len().saturating_sub(RUNS_KEPT);
                for old in runs.iter().take(kept).filter(|old| **old != id) {
                    // The manifest goes first, so that nobody opens a run that is half gone.
                    store.remove(&format!("runs/{old}/{RUN}"))?;
                    store.remove(&format!("runs/{old}"))?;
                }
            }
            Held::Objects { claim, mut index } => {
                index.published.push(id.clone());
                let kept = index.published.len().saturating_sub(RUNS_KEPT);
                let old: Vec<String> = index.published.drain(..kept).collect();
                claim.publish(&index)?;
                for old in old.iter().map(|old| format!("runs/{old}")).chain([format!("runs/{id}/done")]) {
                    // It counts. What cannot be removed now is left over for the next run to remove.
                    let _ = store.remove(&old);
                }
            }
        }
        Ok(Run { store, id, published: run })
    }

    fn mark(&mut self, name: String, part: Part) -> Result<(), LakeError> {
        write(&self.store, &format!("runs/{}/done/{name}.json", self.id), &part)?;
        self.parts.insert(name, part);
        Ok(())
    }
}
