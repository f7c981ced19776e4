//! Results of runs: what Stead worked out for a day, kept beside the records it came from.
//!
//! A run lies in `runs/<id>/`, a file a table and bucket, and is there for readers once its `run.json` is. Until then it is
//! staged: each bucket that is finished leaves a marker with the version of what it was worked out from, so that an
//! interrupted run of the same definitions and day goes on where it stopped, and a run after new records takes over the
//! buckets that they did not touch.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::LakeError;
use crate::lake::Lake;
use crate::store::{Lock, Store};

/// How many published runs are kept.
pub const RUNS_KEPT: usize = 2;

const RUN: &str = "run.json";
const HEAD: &str = "head.json";

/// What a run is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunHead {
    /// The day it looks at, as year-month-day.
    pub on: String,
    /// The places it is about.
    pub places: Vec<String>,
    /// Changes when the definitions change, and only then.
    pub definitions_digest: String,
    /// The definitions themselves, so that results can be explained later.
    pub definitions: serde_json::Value,
}

/// A part of a run that is finished: one bucket, or what is not spread over buckets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    /// The version of what it was worked out from.
    input: String,
    /// The tables it has a file of.
    tables: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Published {
    number: u64,
    lake_version: String,
    buckets: u16,
    head: RunHead,
    parts: BTreeMap<String, Part>,
}

/// A published run.
#[derive(Clone, Debug)]
pub struct Run {
    store: Store,
    id: String,
    published: Published,
}

/// A run that is being worked out.
#[derive(Debug)]
pub struct RunWriter {
    store: Store,
    id: String,
    number: u64,
    lake_version: String,
    buckets: u16,
    head: RunHead,
    parts: BTreeMap<String, Part>,
    _lock: Lock,
}

impl Lake {
    /// Begins a run, or goes on with an interrupted one of the same definitions, day and places.
    ///
    /// # Errors
    /// When another run is being worked out in this lake, or files cannot be read or written.
    pub fn begin_run(&self, head: RunHead) -> Result<RunWriter, LakeError> {
        let lock = self.store.lock("runs.lock")?;
        let mut found = None;
        let mut number = 0;
        for id in self.store.folders("runs")? {
            number = number.max(number_of(&id));
            if !self.store.exists(&format!("runs/{id}/{RUN}")) {
                let staged = read::<RunHead>(&self.store, &format!("runs/{id}/{HEAD}"))?;
                if staged.as_ref() == Some(&head) && found.is_none() {
                    found = Some(id);
                } else {
                    self.store.remove(&format!("runs/{id}"))?;
                }
            }
        }
        let (store, lake_version, buckets) = (self.store.clone(), self.version(), self.buckets());
        let (id, number) = match found {
            Some(id) => (id.clone(), number_of(&id)),
            None => (format!("run-{:06}", number + 1), number + 1),
        };
        let mut writer =
            RunWriter { store, id, number, lake_version, buckets, head, parts: BTreeMap::new(), _lock: lock };
        writer.resume()?;
        Ok(writer)
    }

    /// The latest published run.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn latest_run(&self) -> Result<Option<Run>, LakeError> {
        for id in self.store.folders("runs")?.into_iter().rev() {
            if let Some(run) = self.run(&id)? {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// The published run of this id.
    ///
    /// # Errors
    /// When it cannot be read, or a file of its results is missing.
    pub fn run(&self, id: &str) -> Result<Option<Run>, LakeError> {
        let name = format!("runs/{id}/{RUN}");
        let Some(published) = read::<Published>(&self.store, &name)? else { return Ok(None) };
        let files = published.parts.iter().flat_map(|(part, of)| of.tables.iter().map(|table| file(id, table, part)));
        if let Some(file) = files.into_iter().find(|file| !self.store.exists(file)) {
            if !self.store.exists(&name) {
                // Later runs have just taken its place.
                return Ok(None);
            }
            let run = self.store.path(&format!("runs/{id}"));
            return Err(LakeError::RunMissing { path: self.store.path(&file), run });
        }
        Ok(Some(Run { store: self.store.clone(), id: id.to_owned(), published }))
    }

    /// The ids of published runs, oldest first.
    ///
    /// # Errors
    /// When the lake's folder cannot be read.
    pub fn runs(&self) -> Result<Vec<String>, LakeError> {
        let mut ids = self.store.folders("runs")?;
        ids.retain(|id| self.store.exists(&format!("runs/{id}/{RUN}")));
        Ok(ids)
    }
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

    /// Where to write the file of a table: of a bucket, or (`None`) the whole. Its folder is there; a file that is there
    /// already belongs to an attempt that was interrupted.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn path(&self, table: &str, bucket: Option<u16>) -> Result<PathBuf, LakeError> {
        self.store.create_folder(&format!("runs/{}/{table}", self.id))?;
        Ok(self.store.path(&file(&self.id, table, &part(bucket))))
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
        let there = tables.iter().filter(|table| self.store.exists(&file(&self.id, table, &name)));
        let tables: Vec<String> = there.map(ToString::to_string).collect();
        let files: Vec<String> = tables.iter().map(|table| file(&self.id, table, &name)).collect();
        self.store.make_last(files.iter().map(String::as_str))?;
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
        for table in &part.tables {
            self.store.create_folder(&format!("runs/{}/{table}", self.id))?;
            self.store.link(&file(&from.id, table, &name), &file(&self.id, table, &name))?;
        }
        self.mark(name, part.clone())?;
        Ok(true)
    }

    /// Makes the run visible in one step, and removes runs older than the last few.
    ///
    /// # Errors
    /// When files cannot be written; the run is then staged as before.
    pub fn publish(self) -> Result<Run, LakeError> {
        let Self { store, id, number, lake_version, buckets, head, parts, _lock } = self;
        let published = Published { number, lake_version, buckets, head, parts };
        write(&store, &format!("runs/{id}/{RUN}"), &published)?;
        store.remove(&format!("runs/{id}/done"))?;
        let mut ids = store.folders("runs")?;
        ids.retain(|id| store.exists(&format!("runs/{id}/{RUN}")));
        let kept = ids.len().saturating_sub(RUNS_KEPT);
        for old in ids.iter().take(kept).filter(|old| **old != id) {
            // The manifest goes first, so that nobody opens a run that is half gone.
            store.remove(&format!("runs/{old}/{RUN}"))?;
            store.remove(&format!("runs/{old}"))?;
        }
        Ok(Run { store, id, published })
    }

    fn mark(&mut self, name: String, part: Part) -> Result<(), LakeError> {
        write(&self.store, &format!("runs/{}/done/{name}.json", self.id), &part)?;
        self.parts.insert(name, part);
        Ok(())
    }

    /// Finds what an interrupted attempt had finished, as far as its files are still there.
    fn resume(&mut self) -> Result<(), LakeError> {
        self.store.create_folder(&format!("runs/{}", self.id))?;
        write(&self.store, &format!("runs/{}/{HEAD}", self.id), &self.head)?;
        let folder = format!("runs/{}/done", self.id);
        for path in self.store.list(&folder)? {
            let name = path.strip_prefix(&format!("{folder}/")).and_then(|name| name.strip_suffix(".json"));
            let (Some(name), Some(part)) = (name, read::<Part>(&self.store, &path)?) else { continue };
            if part.tables.iter().all(|table| self.store.exists(&file(&self.id, table, name))) {
                self.parts.insert(name.to_owned(), part);
            }
        }
        Ok(())
    }
}

impl Run {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is about.
    pub fn head(&self) -> &RunHead {
        &self.published.head
    }

    /// The version of the lake it was worked out from.
    pub fn lake_version(&self) -> &str {
        &self.published.lake_version
    }

    /// The number of buckets of the lake.
    pub fn buckets(&self) -> u16 {
        self.published.buckets
    }

    /// The version of what a part was worked out from.
    pub fn input(&self, bucket: Option<u16>) -> Option<&str> {
        self.published.parts.get(&part(bucket)).map(|part| part.input.as_str())
    }

    /// The files of a table in a bucket; none when it has no rows there.
    pub fn files(&self, table: &str, bucket: u16) -> Vec<PathBuf> {
        self.of_part(table, Some(bucket))
    }

    /// The files of a table that is not spread over buckets; none when it has no rows.
    pub fn whole(&self, table: &str) -> Vec<PathBuf> {
        self.of_part(table, None)
    }

    fn of_part(&self, table: &str, bucket: Option<u16>) -> Vec<PathBuf> {
        let name = part(bucket);
        let has = self.published.parts.get(&name).is_some_and(|part| part.tables.iter().any(|known| known == table));
        has.then(|| self.store.path(&file(&self.id, table, &name))).into_iter().collect()
    }
}

fn part(bucket: Option<u16>) -> String {
    bucket.map_or_else(|| "whole".to_owned(), |bucket| format!("bucket-{bucket:03}"))
}

fn file(id: &str, table: &str, part: &str) -> String {
    format!("runs/{id}/{table}/{part}.parquet")
}

fn number_of(id: &str) -> u64 {
    id.strip_prefix("run-").and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn read<T: for<'de> Deserialize<'de>>(store: &Store, name: &str) -> Result<Option<T>, LakeError> {
    let Some(bytes) = store.read(name)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| LakeError::damaged(&store.path(name), error))
}

fn write<T: Serialize>(store: &Store, name: &str, value: &T) -> Result<(), LakeError> {
    let bytes = serde_json::to_vec_pretty(value).map_err(|error| LakeError::damaged(&store.path(name), error))?;
    store.publish(name, &bytes)
}
