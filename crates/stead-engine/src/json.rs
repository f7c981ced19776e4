//! Rows as JSON: what `--format json` shows and what explanations are made from.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::error::DataFusionError;
use serde_json::{Map, Value};

use crate::error::EngineError;

/// Each row as an object: numbers as numbers, yes and no as such, lists as lists, days and everything else as text; what is
/// empty is null.
///
/// # Errors
/// When a column is of a type that has no text.
pub fn rows(batch: &RecordBatch) -> Result<Vec<Map<String, Value>>, EngineError> {
    let mut rows: Vec<Map<String, Value>> = vec![Map::new(); batch.num_rows()];
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let values = values(column)?;
        for (row, value) in rows.iter_mut().zip(values) {
            row.insert(field.name().clone(), value);
        }
    }
    Ok(rows)
}

fn values(column: &ArrayRef) -> Result<Vec<Value>, EngineError> {
    Ok(match column.data_type() {
        DataType::Boolean => column.as_boolean().iter().map(Value::from).collect(),
        number if number.is_integer() => {
            let numbers = cast(column, &DataType::Int64).map_err(DataFusionError::from)?;
            numbers.as_primitive::<Int64Type>().iter().map(Value::from).collect()
        }
        number if number.is_floating() => {
            let numbers = cast(column, &DataType::Float64).map_err(DataFusionError::from)?;
            numbers.as_primitive::<Float64Type>().iter().map(Value::from).collect()
        }
        DataType::List(_) => {
            let lists = column.as_list::<i32>();
            let list = |row: usize| {
                if lists.is_null(row) { Ok(Value::Null) } else { values(&lists.value(row)).map(Value::Array) }
            };
            (0..lists.len()).map(list).collect::<Result<_, _>>()?
        }
        DataType::Struct(fields) => {
            let parts = column.as_struct();
            let columns = parts.columns().iter().map(values).collect::<Result<Vec<_>, _>>()?;
            let mut rows: Vec<Map<String, Value>> = vec![Map::new(); column.len()];
            for (field, column) in fields.iter().zip(columns) {
                for (row, value) in rows.iter_mut().zip(column) {
                    row.insert(field.name().clone(), value);
                }
            }
            let empty = |row: usize| parts.is_null(row);
            rows.into_iter()
                .enumerate()
                .map(|(at, row)| if empty(at) { Value::Null } else { Value::Object(row) })
                .collect()
        }
        _ => {
            let options = FormatOptions::default();
            let texts = ArrayFormatter::try_new(column, &options).map_err(DataFusionError::from)?;
            let text =
                |row: usize| if column.is_null(row) { Value::Null } else { Value::from(texts.value(row).to_string()) };
            (0..column.len()).map(text).collect()
        }
    })
}
