//! What plans look up, put where executors can read it: the definitions, directory and choices of a run.
//!
//! Written once a run, named by its digest, and read once by each executor, which makes it ready as the run itself did. The
//! digest is then compared, so that no executor ever answers by other definitions.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::common::{DataFusionError, Result, exec_datafusion_err};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::object_store::ObjectStoreExt;
use serde::{Deserialize, Serialize};
use stead_rules::{Definitions, Directory};

use crate::location::Location;
use crate::prepared::{Params, Prepared};

/// Which definitions, and where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) digest: u64,
    pub(super) file: Location,
}

/// The definitions that an executor has read, latest last; few, because runs are few.
#[derive(Debug, Default)]
pub(super) struct Shelf(Mutex<Vec<Arc<Prepared>>>);

/// How many runs' definitions are kept ready.
const KEPT: usize = 4;

#[derive(Serialize, Deserialize)]
struct Written<'a> {
    definitions: Cow<'a, Definitions>,
    directory: Cow<'a, Directory>,
    params: Cow<'a, Params>,
}

/// Writes them into a folder, where they stay until the run is published.
pub(super) async fn put(prepared: &Prepared, folder: &Location, runtime: &RuntimeEnv) -> Result<Label> {
    let written = Written {
        definitions: Cow::Borrowed(&prepared.definitions),
        directory: Cow::Borrowed(&prepared.directory),
        params: Cow::Borrowed(&prepared.params),
    };
    let text = serde_json::to_vec(&written).map_err(|error| DataFusionError::External(error.into()))?;
    let bytes = zstd::encode_all(text.as_slice(), 1)?;
    let digest = prepared.digest();
    let file = Location::from(format!("{}/definitions-{digest:016x}.json.zst", folder.as_str().trim_end_matches('/')));
    let (store, path) = file.parts()?;
    runtime.object_store(store)?.put(&path, bytes.into()).await?;
    Ok(Label { digest, file })
}

impl Shelf {
    /// The definitions of a label, read if this is the first time that they are asked for.
    pub(super) async fn take(&self, label: &Label, runtime: &RuntimeEnv) -> Result<Arc<Prepared>> {
        if let Some(known) = self.known(label.digest) {
            return Ok(known);
        }
        let (store, path) = label.file.parts()?;
        let bytes = runtime.object_store(store)?.get(&path).await?.bytes().await?;
        let read = tokio::task::spawn_blocking(move || read(&bytes)).await;
        let prepared = read.map_err(|error| DataFusionError::External(error.into()))??;
        if prepared.digest() != label.digest {
            return Err(exec_datafusion_err!(
                "the definitions in `{}` are others than those of the run; do all machines have the same Stead?",
                label.file
            ));
        }
        let prepared = Arc::new(prepared);
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.push(Arc::clone(&prepared));
        let surplus = shelf.len().saturating_sub(KEPT);
        shelf.drain(..surplus);
        Ok(prepared)
    }

    fn known(&self, digest: u64) -> Option<Arc<Prepared>> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.iter().find(|prepared| prepared.digest() == digest).map(Arc::clone)
    }
}

fn read(bytes: &[u8]) -> Result<Prepared> {
    let text = zstd::decode_all(bytes)?;
    let read: Written<'_> = serde_json::from_slice(&text).map_err(|error| DataFusionError::External(error.into()))?;
    let prepared = Prepared::new(read.definitions.into_owned(), &read.directory, read.params.into_owned());
    prepared.map_err(|error| DataFusionError::External(error.into()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use std::path::Path;

    use stead_folder::Folder;

    use super::*;

    fn prepared(folder: &str) -> Prepared {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        let reading = stead_folder::read(&[Folder::load(&folder)]);
        let directory = Directory {
            organisations: vec![("key".to_owned(), vec!["A1".to_owned(), "B2".to_owned()], Some("whole".to_owned()))],
            professionals: vec![("one".to_owned(), "system".to_owned(), "code".to_owned())],
        };
        Prepared::new(reading.definitions, &directory, Params::on("2026-11-01".parse().unwrap())).unwrap()
    }

    #[tokio::test]
    async fn what_an_executor_reads_is_what_the_run_looks_up() {
        let folder = tempfile::tempdir().unwrap();
        let place = Location::from(folder.path());
        let (runtime, shelf) = (RuntimeEnv::default(), Shelf::default());
        for name in ["places/harbour", "fixtures/massachusetts", "fixtures/kansas"] {
            let here = prepared(name);
            let label = put(&here, &place, &runtime).await.unwrap();
            let there = shelf.take(&label, &runtime).await.unwrap();
            assert_eq!((there.digest(), &there.definitions), (here.digest(), &here.definitions), "{name}");
            assert!(Arc::ptr_eq(&there, &shelf.take(&label, &runtime).await.unwrap()), "{name} is read twice");
        }
    }

    #[tokio::test]
    async fn other_definitions_than_those_of_the_run_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = RuntimeEnv::default();
        let label = put(&prepared("places/harbour"), &Location::from(folder.path()), &runtime).await.unwrap();
        let wrong = Label { digest: label.digest + 1, ..label };
        let told = Shelf::default().take(&wrong, &runtime).await.unwrap_err().to_string();
        assert!(told.contains("are others than those of the run"), "{told}");
    }
}
