//! How a run begins: with a number of its own, with what an interrupted one had finished, and without what others left.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::{HEAD, INDEX, Index, Part, RUN, RunHead, RunWriter, file, number_of, read, write};
use crate::error::LakeError;
use crate::lake::Lake;
use crate::store::{Claim, Folder, Lock, Objects, Place};

/// How a lake is held for one run.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
#[derive(Debug)]
pub(super) enum Held {
    /// Nobody else can run until this ends.
    Folder(Lock),
    /// Whoever begins later makes this fail.
    Objects { claim: Claim, index: Index },
}

impl Lake {
    /// Begins a run, or goes on with an interrupted one of the same definitions, day and places. Whoever calls is held up
    /// until that is done.
    ///
    /// # Errors
    /// When another run is being worked out in this lake, or files cannot be read or written.
    pub fn begin_run(&self, head: RunHead) -> Result<RunWriter, LakeError> {
        match self.store.place() {
            Place::Folder(folder) => self.begin_in_folder(folder, head),
            Place::Objects(objects) => self.begin_in_objects(objects, head),
        }
    }

    fn begin_in_folder(&self, folder: &Folder, head: RunHead) -> Result<RunWriter, LakeError> {
        let lock = folder.lock("runs.lock")?;
        let mut found = None;
        let mut number = 0;
        for id in folder.folders("runs")? {
            number = number.max(number_of(&id));
            if !folder.exists(&format!("runs/{id}/{RUN}")) {
                if found.is_none() && self.is_staged(&id, &head)? {
                    found = Some(id);
                } else {
                    folder.remove(&format!("runs/{id}"))?;
                }
            }
        }
        let (id, number) = match found {
            Some(id) => (id.clone(), number_of(&id)),
            None => (format!("run-{:06}", number + 1), number + 1),
        };
        folder.create_folder(&format!("runs/{id}"))?;
        let there: FxHashSet<String> = folder.list(&format!("runs/{id}"))?.into_iter().collect();
        let parts = self.finished(&id, &there)?;
        self.writer(id, number, head, parts, Held::Folder(lock))
    }

    fn begin_in_objects(&self, objects: &Objects, head: RunHead) -> Result<RunWriter, LakeError> {
        let (before, there, claim) = Claim::take(objects, INDEX, Index::default, |_| objects.list("runs"))?;
        let index = before.unwrap_or_default();
        let id_of = |name: &String| name.split('/').nth(1).filter(|_| name != INDEX).map(ToOwned::to_owned);
        let mut staged: Vec<String> = there.iter().filter_map(id_of).collect();
        staged.dedup();
        staged.retain(|id| !index.published.contains(id));
        let left_over: Vec<String> =
            there.iter().filter(|name| id_of(name).is_some_and(|id| staged.contains(&id))).cloned().collect();
        let there: FxHashSet<String> = there.into_iter().collect();

        let number = claim.number();
        let mut writer =
            self.writer(format!("run-{number:06}"), number, head, BTreeMap::new(), Held::Objects { claim, index })?;
        // Whoever began the interrupted one may still write its files, so what it had finished is copied.
        for id in staged.iter().rev() {
            if self.is_staged(id, &writer.head)? {
                for (name, finished) in self.finished(id, &there)? {
                    writer.take_over(&name, &finished, id)?;
                }
                break;
            }
        }
        objects.remove_all(left_over)?;
        Ok(writer)
    }

    /// Whether a run that is not published is about the same.
    fn is_staged(&self, id: &str, head: &RunHead) -> Result<bool, LakeError> {
        Ok(read::<RunHead>(&self.store, &format!("runs/{id}/{HEAD}"))?.as_ref() == Some(head))
    }

    /// What an interrupted attempt had finished, as far as its files are still there.
    fn finished(&self, id: &str, there: &FxHashSet<String>) -> Result<BTreeMap<String, Part>, LakeError> {
        let mut parts = BTreeMap::new();
        let folder = format!("runs/{id}/done/");
        for path in there {
            let name = path.strip_prefix(&folder).and_then(|name| name.strip_suffix(".json"));
            let Some(name) = name else { continue };
            let Some(part) = read::<Part>(&self.store, path)? else { continue };
            if part.tables.iter().all(|table| there.contains(&file(id, table, name))) {
                parts.insert(name.to_owned(), part);
            }
        }
        Ok(parts)
    }

    fn writer(
        &self,
        id: String,
        number: u64,
        head: RunHead,
        parts: BTreeMap<String, Part>,
        held: Held,
    ) -> Result<RunWriter, LakeError> {
        write(&self.store, &format!("runs/{id}/{HEAD}"), &head)?;
        let (store, lake_version, buckets) = (self.store.clone(), self.version(), self.buckets());
        Ok(RunWriter { store, id, number, lake_version, buckets, head, parts, held })
    }
}
