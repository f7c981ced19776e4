//! Results of runs: what Stead worked out for a day, kept beside the records it came from.
//!
//! A run lies in `runs/<id>/`, a file a table and bucket, and is there for readers once its `run.json` is. Until then it is
//! staged: each bucket that is finished leaves a marker with the version of what it was worked out from, so that an
//! interrupted run of the same definitions and day goes on where it stopped, and a run after new records takes over the
//! buckets that they did not touch.
//!
//! In an object store a run counts once `runs/runs.json` names it, which also says who is about to add one.

mod begin;
mod writer;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stead_store::Url;

use crate::error::LakeError;
use crate::lake::Lake;
use crate::store::{Attempt, Claimed, Place, Store};
pub use writer::RunWriter;

/// How many published runs are kept.
pub const RUNS_KEPT: usize = 2;

const RUN: &str = "run.json";
const HEAD: &str = "head.json";
/// In an object store: which runs count.
const INDEX: &str = "runs/runs.json";

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

/// Which runs count, in an object store.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Index {
    published: Vec<String>,
    attempt: Option<Attempt>,
}

impl Claimed for Index {
    fn attempt(&mut self) -> &mut Option<Attempt> {
        &mut self.attempt
    }
}

impl Lake {
    /// The latest published run. Whoever calls is held up until that is known.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn latest_run(&self) -> Result<Option<Run>, LakeError> {
        for id in self.runs()?.into_iter().rev() {
            if let Some(run) = self.read_run(&id)? {
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
        if self.is_published(id)? { self.read_run(id) } else { Ok(None) }
    }

    fn read_run(&self, id: &str) -> Result<Option<Run>, LakeError> {
        let Some(published) = read::<Published>(&self.store, &format!("runs/{id}/{RUN}"))? else { return Ok(None) };
        let files = published.parts.iter().flat_map(|(part, of)| of.tables.iter().map(|table| file(id, table, part)));
        let files: Vec<String> = files.collect();
        let missing = self.store.missing(&[&format!("runs/{id}")], files.iter().map(String::as_str))?;
        if let Some(file) = missing.first() {
            if !self.is_published(id)? {
                // Later runs have just taken its place.
                return Ok(None);
            }
            let run = self.store.path(&format!("runs/{id}"));
            return Err(LakeError::RunMissing { path: self.store.path(file), run });
        }
        Ok(Some(Run { store: self.store.clone(), id: id.to_owned(), published }))
    }

    /// The ids of published runs, oldest first.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub fn runs(&self) -> Result<Vec<String>, LakeError> {
        published(&self.store)
    }

    fn is_published(&self, id: &str) -> Result<bool, LakeError> {
        match self.store.place() {
            Place::Folder(folder) => Ok(folder.exists(&format!("runs/{id}/{RUN}"))),
            Place::Objects(_) => Ok(self.runs()?.iter().any(|known| known == id)),
        }
    }
}

/// The ids of the runs that count, oldest first.
fn published(store: &Store) -> Result<Vec<String>, LakeError> {
    match store.place() {
        Place::Folder(folder) => {
            let mut ids = folder.folders("runs")?;
            ids.retain(|id| folder.exists(&format!("runs/{id}/{RUN}")));
            Ok(ids)
        }
        Place::Objects(_) => Ok(read::<Index>(store, INDEX)?.unwrap_or_default().published),
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
    pub fn files(&self, table: &str, bucket: u16) -> Vec<Url> {
        self.of_part(table, Some(bucket))
    }

    /// The files of a table that is not spread over buckets; none when it has no rows.
    pub fn whole(&self, table: &str) -> Vec<Url> {
        self.of_part(table, None)
    }

    fn of_part(&self, table: &str, bucket: Option<u16>) -> Vec<Url> {
        let name = part(bucket);
        let has = self.published.parts.get(&name).is_some_and(|part| part.tables.iter().any(|known| known == table));
        has.then(|| self.store.url(&file(&self.id, table, &name))).into_iter().collect()
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
    store.publish(name, bytes)
}
