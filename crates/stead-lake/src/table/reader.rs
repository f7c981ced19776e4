//! Reading back the originals that a lake keeps.

use std::fs::File;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::LakeError;

/// An original as the lake keeps it.
pub(crate) struct Original<'t> {
    pub(crate) kind: &'t str,
    pub(crate) id: &'t str,
    pub(crate) updated: i64,
    pub(crate) source: &'t str,
    pub(crate) json: &'t str,
}

/// Calls `each` with every original in a file of the `resource` or `common_resource` table.
pub(crate) fn originals(
    file: File,
    path: &std::path::Path,
    mut each: impl FnMut(Original<'_>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(1024).build())
        .map_err(|error| LakeError::damaged(path, error))?;
    for batch in reader {
        let batch = batch.map_err(|error| LakeError::damaged(path, error))?;
        let columns =
            Columns::of(&batch).ok_or_else(|| LakeError::damaged(path, "its columns are not those of originals"))?;
        for row in 0..batch.num_rows() {
            let original = columns.row(row).ok_or_else(|| LakeError::damaged(path, "a row is empty"))?;
            each(original)?;
        }
    }
    Ok(())
}

struct Columns<'b> {
    kind: &'b arrow_array::DictionaryArray<Int32Type>,
    id: &'b arrow_array::StringArray,
    updated: &'b arrow_array::TimestampMillisecondArray,
    source: &'b arrow_array::DictionaryArray<Int32Type>,
    json: &'b arrow_array::StringArray,
}

impl<'b> Columns<'b> {
    fn of(batch: &'b RecordBatch) -> Option<Self> {
        Some(Self {
            kind: batch.column_by_name("type")?.as_dictionary_opt()?,
            id: batch.column_by_name("id")?.as_string_opt()?,
            updated: batch.column_by_name("updated")?.as_primitive_opt::<TimestampMillisecondType>()?,
            source: batch.column_by_name("source")?.as_dictionary_opt()?,
            json: batch.column_by_name("json")?.as_string_opt()?,
        })
    }

    fn row(&self, row: usize) -> Option<Original<'b>> {
        Some(Original {
            kind: word(self.kind, row)?,
            id: self.id.value(row),
            updated: if self.updated.is_null(row) { i64::MIN } else { self.updated.value(row) },
            source: word(self.source, row)?,
            json: self.json.value(row),
        })
    }
}

fn word(column: &arrow_array::DictionaryArray<Int32Type>, row: usize) -> Option<&str> {
    let key = column.key(row)?;
    let values: &Arc<dyn Array> = column.values();
    let values: &arrow_array::StringArray = values.as_string_opt()?;
    (key < values.len()).then(|| values.value(key))
}
