//! Writing rows as Parquet, in the shape that the tables promise.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::object_store::buffered::BufWriter;
use parquet::arrow::AsyncArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::error::EngineError;
use crate::location::Location;

const ROWS_PER_GROUP: usize = 64 * 1024;
/// Rows a page: few enough that one citizen is found without reading much.
const ROWS_PER_PAGE: usize = 4 * 1024;

fn properties(schema: &SchemaRef) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_data_page_row_count_limit(ROWS_PER_PAGE)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    if schema.index_of("citizen").is_ok() {
        properties = properties.set_column_statistics_enabled(ColumnPath::from("citizen"), EnabledStatistics::Page);
    }
    if schema.index_of("last_resource").is_ok() {
        // No two alike: a dictionary would be given up after much work.
        properties = properties.set_column_dictionary_enabled(ColumnPath::from("last_resource"), false);
    }
    properties.build()
}

/// Writes one batch into a file; gives the number of rows.
pub(crate) async fn write_batch(stores: &RuntimeEnv, file: &Location, batch: &RecordBatch) -> Result<u64> {
    let mut to = TableFile::create(stores, file, batch.schema())?;
    to.add(batch).await?;
    to.finish().await
}

/// A table's file being written. It is there when it is finished, and not before.
pub(crate) struct TableFile {
    writer: AsyncArrowWriter<BufWriter>,
    schema: SchemaRef,
    file: Location,
    rows: u64,
}

impl TableFile {
    /// Begins a file in whichever store it lies.
    pub(crate) fn create(stores: &RuntimeEnv, file: &Location, schema: SchemaRef) -> Result<Self> {
        let (store, path) = file.parts()?;
        let to = BufWriter::new(stores.object_store(store)?, path);
        let properties = properties(&schema);
        let writer = AsyncArrowWriter::try_new(to, Arc::clone(&schema), Some(properties))?;
        Ok(Self { writer, schema, file: file.clone(), rows: 0 })
    }

    /// INVARIANT: a batch's columns are of the schema's types and have no holes where it promises none; checked here.
    pub(crate) async fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let shaped = RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec())?;
        self.rows += shaped.num_rows() as u64;
        self.writer.write(&shaped).await.map_err(|error| failed(&self.file, error))
    }

    /// Ends the file; gives the number of rows.
    pub(crate) async fn finish(self) -> Result<u64> {
        let Self { writer, file, rows, .. } = self;
        writer.close().await.map_err(|error| failed(&file, error))?;
        Ok(rows)
    }
}

fn failed(file: &Location, error: parquet::errors::ParquetError) -> DataFusionError {
    DataFusionError::External(Box::new(EngineError::Write { path: file.to_string(), source: Box::new(error) }))
}
