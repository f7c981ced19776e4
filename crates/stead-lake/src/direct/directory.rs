//! What tables call the organisations, sites and professionals to which records refer.

use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rustc_hash::FxHashMap;

use crate::error::LakeError;

/// What something is called in tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Its key.
    pub key: String,
    /// Of a professional: the profession's code system.
    pub profession_system: Option<String>,
    /// Of a professional: the profession.
    pub profession_code: Option<String>,
}

/// What common resources are called, by their source and path (`Organization/…`).
#[derive(Clone, Debug, Default)]
pub struct Directory(FxHashMap<(String, String), Named>);

impl Directory {
    /// What a resource of a source is called.
    pub fn named(&self, source: &str, path: &str) -> Option<&Named> {
        self.0.get(&(source.to_owned(), path.to_owned()))
    }

    /// Adds what a table's file says; the key is in the column that is called like the table.
    pub(super) fn read(&mut self, table: &str, file: File, path: &Path) -> Result<(), LakeError> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.build());
        for batch in reader.map_err(|error| LakeError::damaged(path, error))? {
            let batch = batch.map_err(|error| LakeError::damaged(path, error))?;
            for row in 0..batch.num_rows() {
                let text = |column: &str| text(&batch, column, row);
                let (Some(source), Some(resource), Some(key)) = (text("source"), text("resource"), text(table)) else {
                    continue;
                };
                let (profession_system, profession_code) = (text("profession_system"), text("profession_code"));
                self.0.insert((source, resource), Named { key, profession_system, profession_code });
            }
        }
        Ok(())
    }
}

/// The text or word of a row.
fn text(batch: &RecordBatch, column: &str, row: usize) -> Option<String> {
    let column = batch.column_by_name(column)?;
    if column.is_null(row) {
        return None;
    }
    if let Some(texts) = column.as_string_opt::<i32>() {
        return Some(texts.value(row).to_owned());
    }
    let words = column.as_dictionary_opt::<Int32Type>()?;
    let values = words.values().as_string_opt::<i32>()?;
    Some(values.value(words.key(row)?).to_owned())
}
