//! Questions that use cases ask of a lake and a run, answered as typed rows.

use futures::TryStreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stead_engine::{Files, InProcess, Location, json};
use stead_lake::{Address, Lake, LakeError, Run};
use stead_rules::Definitions;

use crate::error::AppError;
use crate::query::all_files;

/// A lake and a run to be asked.
pub(crate) struct Asked {
    files: Files,
}

impl Asked {
    pub(crate) fn new(lake: &Lake, run: Option<&Run>) -> Self {
        Self { files: all_files(lake, run) }
    }

    /// What lies in these files alone.
    pub(crate) const fn of(files: Files) -> Self {
        Self { files }
    }

    /// Says that these files hold a further table.
    pub(crate) fn insert(&mut self, table: &str, files: impl IntoIterator<Item = Location>) {
        self.files.insert(table, files);
    }

    /// The rows of an answer.
    pub(crate) async fn rows<T: DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>, AppError> {
        let mut batches = stead_engine::query(sql, &self.files, &InProcess::new(1)).await?.batches;
        let mut rows = Vec::new();
        while let Some(batch) = batches.try_next().await? {
            for row in json::rows(&batch)? {
                rows.push(from_row(row.into())?);
            }
        }
        Ok(rows)
    }
}

/// A row as a value of a type.
pub(crate) fn from_row<T: DeserializeOwned>(row: Value) -> Result<T, AppError> {
    serde_json::from_value(row).map_err(|error| AppError::Internal(format!("a row is not as its table says: {error}")))
}

/// Does something with a lake that may take its time, on a thread that may wait.
pub(crate) async fn patiently<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, LakeError> + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(act).await;
    Ok(done.map_err(|error| AppError::Internal(format!("something stopped before it was done: {error}")))??)
}

/// The lake at an address with its latest run, if there is one.
pub(crate) async fn opened(lake: &Address) -> Result<(Lake, Option<Run>), AppError> {
    let address = lake.clone();
    patiently(move || {
        let lake = Lake::open(address)?;
        let run = lake.latest_run()?;
        Ok((lake, run))
    })
    .await
}

/// The lake at an address with its latest run, or what to do about there being none.
pub(crate) async fn latest_run(lake: &Address) -> Result<(Lake, Run), AppError> {
    let (lake, run) = opened(lake).await?;
    let none = || AppError::NotThere {
        message: format!(
            "nothing was run over `{0}` yet; run a place first: `stead run PLACE --lake {0} --on DATE`",
            lake.address()
        ),
    };
    let run = run.ok_or_else(none)?;
    Ok((lake, run))
}

/// Whether records have come since the run, so that its answers no longer follow from all there is.
pub(crate) fn is_outdated(lake: &Lake, run: &Run) -> bool {
    lake.version() != run.lake_version()
}

/// What the run's folders said when it was made.
pub(crate) fn definitions(run: &Run) -> Result<Definitions, AppError> {
    serde_json::from_value(run.head().definitions.clone())
        .map_err(|error| AppError::Internal(format!("the run's definitions cannot be read: {error}")))
}
