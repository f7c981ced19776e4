//! Writing a table's file: Parquet, so laid out that one citizen's rows are found without reading the rest.

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use stead_tables::{Kind, Table};

use super::builder::Columns;
use super::cell::Cell;
use crate::error::LakeError;
use crate::store::{Output, Store};

const ROW_GROUP_ROWS: usize = 64 * 1024;
/// A row group ends after this many bytes of originals.
const ROW_GROUP_JSON_BYTES: usize = 16 << 20;
/// Rows go to the file in portions of this size, wherever they came from, so that the same rows make the same file.
const BATCH_ROWS: usize = 8 * 1024;
const BATCH_JSON_BYTES: usize = 2 << 20;

/// A table's file, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableFile {
    pub(crate) name: String,
    pub(crate) rows: u64,
    pub(crate) digest: u64,
}

/// Writes a table's file row by row; rows must come in the table's order.
pub(crate) struct TableWriter<'s> {
    store: &'s Store,
    table: &'static Table,
    name: String,
    columns: Columns,
    writer: Option<ArrowWriter<Output>>,
    rows: u64,
    text_bytes: usize,
    group_bytes: usize,
}

impl<'s> TableWriter<'s> {
    pub(crate) fn new(store: &'s Store, table: &'static Table, name: String) -> Self {
        let columns = Columns::new(table);
        Self { store, table, name, columns, writer: None, rows: 0, text_bytes: 0, group_bytes: 0 }
    }

    pub(crate) fn push(&mut self, row: &[Cell<'_>]) -> Result<(), LakeError> {
        self.columns.push(row).map_err(|error| self.failed(error.into()))?;
        self.rows += 1;
        if let Some(Cell::Text(text)) = row.last() {
            self.text_bytes += text.len();
        }
        if self.columns.rows() == BATCH_ROWS || self.text_bytes >= BATCH_JSON_BYTES { self.flush() } else { Ok(()) }
    }

    /// Writes rows that are columns already.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.flush()?;
        self.rows += batch.num_rows() as u64;
        self.put(batch)
    }

    fn flush(&mut self) -> Result<(), LakeError> {
        if self.columns.rows() == 0 {
            return Ok(());
        }
        let batch = self.columns.take().map_err(|error| self.failed(error.into()))?;
        self.put(&batch)
    }

    fn put(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            empty => {
                let output = self.store.create(&self.name)?;
                let made = ArrowWriter::try_new(output, self.table.schema(), Some(properties(self.table)));
                empty.insert(made.map_err(|error| failed(self.store, &self.name, error))?)
            }
        };
        self.group_bytes += self.text_bytes;
        self.text_bytes = 0;
        let mut result = writer.write(batch);
        if self.group_bytes >= ROW_GROUP_JSON_BYTES {
            self.group_bytes = 0;
            result = result.and_then(|()| writer.flush());
        }
        result.map_err(|error| failed(self.store, &self.name, error))
    }

    /// Ends the file; `None` when there were no rows, and so no file.
    pub(crate) fn finish(mut self) -> Result<Option<TableFile>, LakeError> {
        self.flush()?;
        let Some(writer) = self.writer.take() else { return Ok(None) };
        let output = writer.into_inner().map_err(|error| self.failed(error))?;
        let written = output.finish()?;
        Ok(Some(TableFile { name: self.name, rows: self.rows, digest: written.digest }))
    }

    fn failed(&self, error: ParquetError) -> LakeError {
        failed(self.store, &self.name, error)
    }
}

fn failed(store: &Store, name: &str, error: ParquetError) -> LakeError {
    LakeError::file(store.path(name), "written")(std::io::Error::other(error))
}

fn properties(table: &Table) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("stead".to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(4 * 1024)
        .set_write_batch_size(4 * 1024)
        .set_data_page_size_limit(256 << 10)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_sorting_columns(sorting(table));
    if table.columns.iter().any(|column| column.name == "citizen") {
        properties = properties.set_column_statistics_enabled(ColumnPath::from("citizen"), EnabledStatistics::Page);
    }
    for column in table.columns.iter().filter(|column| column.name != "citizen") {
        let path = ColumnPath::from(column.name);
        if column.kind == Kind::Text {
            // Texts that differ from row to row: a dictionary would be given up after much work.
            properties = properties.set_column_dictionary_enabled(path.clone(), false);
        }
        if !matches!(column.kind, Kind::Text | Kind::Words) {
            properties = properties.set_column_compression(path.clone(), Compression::UNCOMPRESSED);
        }
        if matches!(column.kind, Kind::Text | Kind::Word | Kind::Words) {
            // The least and the greatest of many thousand words are of no use to anybody who looks for one.
            properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
        }
    }
    properties.build()
}

fn sorting(table: &Table) -> Option<Vec<SortingColumn>> {
    let mut columns = Vec::new();
    for name in table.order {
        let column = table.columns.iter().position(|column| column.name == *name)?;
        // A list has no order in Parquet, and its leaf would shift the numbers of those behind it.
        if table
            .columns
            .iter()
            .take(column + 1)
            .any(|column| column.kind == Kind::Words && table.order.contains(&column.name))
        {
            break;
        }
        columns.push(SortingColumn { column_idx: i32::try_from(column).ok()?, descending: false, nulls_first: true });
    }
    Some(columns)
}
