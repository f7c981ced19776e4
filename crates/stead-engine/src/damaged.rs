//! Damage: which file it is, when a plan fails because a file cannot be read. Readers of Parquet do not say.

use std::future::Future;

use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use futures::TryStreamExt;

use crate::error::EngineError;
use crate::location::Location;
use crate::tables::Files;

/// Does what reads these files; what went wrong names the file, where it is one that cannot be read.
pub(crate) async fn named<T, E: Into<EngineError>>(
    files: &Files,
    context: &SessionContext,
    reading: impl Future<Output = Result<T, E>>,
) -> Result<T, EngineError> {
    match reading.await.map_err(Into::into) {
        Ok(answer) => Ok(answer),
        Err(error) if could_be_damage(&error) => Err(first_damaged(files, context).await.unwrap_or(error)),
        Err(error) => Err(error),
    }
}

fn could_be_damage(error: &EngineError) -> bool {
    let EngineError::Plan(error) = error else { return false };
    matches!(error.find_root(), DataFusionError::ParquetError(_) | DataFusionError::ArrowError(..))
}

/// The first file that cannot be read to its end. It takes as long as reading them all, once something is wrong anyhow.
async fn first_damaged(files: &Files, context: &SessionContext) -> Option<EngineError> {
    for file in files.all() {
        if let Err(error) = read(file, context).await {
            let path = file.as_str().strip_prefix("file://").unwrap_or(file.as_str()).to_owned();
            return Some(EngineError::Damaged { path, source: Box::new(error) });
        }
    }
    None
}

async fn read(file: &Location, context: &SessionContext) -> Result<()> {
    let rows = context.read_parquet(vec![file.url()?], ParquetReadOptions::default()).await?;
    rows.execute_stream().await?.try_for_each(|_| async { Ok(()) }).await
}
