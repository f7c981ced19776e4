//! Writing a plan's rows as Parquet, in the shape that the tables promise.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::dataframe::DataFrame;
use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::error::EngineError;

/// Rows a row group: few enough that one citizen is found without reading much.
const ROWS_PER_GROUP: usize = 16 * 1024;

/// Runs plans, one after the other, and writes their rows into one file; gives the number of rows.
pub(crate) async fn write(path: &Path, schema: &SchemaRef, plans: Vec<DataFrame>) -> Result<u64, EngineError> {
    let mut file = Output::create(path, schema)?;
    let mut rows = 0;
    for plan in plans {
        let mut batches = plan.execute_stream().await?;
        while let Some(batch) = batches.try_next().await? {
            rows += batch.num_rows() as u64;
            file.add(&batch)?;
        }
    }
    file.finish()?;
    Ok(rows)
}

/// Writes one batch into a file.
pub(crate) fn write_batch(path: &Path, batch: &RecordBatch) -> Result<u64, EngineError> {
    let mut file = Output::create(path, &batch.schema())?;
    file.add(batch)?;
    file.finish()?;
    Ok(batch.num_rows() as u64)
}

struct Output {
    writer: ArrowWriter<File>,
    schema: SchemaRef,
}

impl Output {
    fn create(path: &Path, schema: &SchemaRef) -> Result<Self, EngineError> {
        let open = || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            // Never written over: the file may be shared with an earlier run.
            std::fs::remove_file(path)
                .or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
            File::create(path)
        };
        let file = open().map_err(|source| EngineError::Write { path: path.to_owned(), source })?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
            .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
            .set_statistics_enabled(EnabledStatistics::Page)
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(schema), Some(properties));
        Ok(Self { writer: writer.map_err(datafusion::error::DataFusionError::from)?, schema: Arc::clone(schema) })
    }

    /// INVARIANT: a batch's columns are of the schema's types and have no holes where it promises none; checked here.
    fn add(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let shaped = RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec());
        let shaped = shaped.map_err(datafusion::error::DataFusionError::from)?;
        self.writer.write(&shaped).map_err(datafusion::error::DataFusionError::from)?;
        Ok(())
    }

    fn finish(self) -> Result<(), EngineError> {
        self.writer.close().map_err(datafusion::error::DataFusionError::from)?;
        Ok(())
    }
}
