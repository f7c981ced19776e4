//! Answers as text, JSON and comma-separated values.

use std::io::Write;

use futures::TryStreamExt;
use serde_json::{Map, Value};
use stead_engine::{Answer, json as as_json};

use crate::error::AppError;

/// The version of an answer's JSON; a reader that knows this number understands every field.
pub const ANSWER_VERSION: u32 = 1;

/// The widest a column is shown as text.
const COLUMN_MAX: usize = 48;

/// A table to read, cut off after so many rows.
pub(super) async fn text(mut answer: Answer, rows_max: usize, mut to: Box<dyn Write + Send>) -> Result<(), AppError> {
    let names = names(&answer);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut more = false;
    while let Some(batch) = answer.batches.try_next().await? {
        for row in as_json::rows(&batch)? {
            if rows.len() == rows_max {
                more = true;
                break;
            }
            rows.push(cells(&names, &row).into_iter().map(|cell| shortened(&cell)).collect());
        }
        if more {
            break;
        }
    }
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain(names.get(at).map(|name| name.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    for row in [&names].into_iter().chain(&rows) {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        writeln!(to, "{}", cells.collect::<Vec<_>>().join("  ").trim_end()).map_err(write_error)?;
    }
    if more {
        let text = format!("… more than {rows_max} rows: --format csv --out FILE writes them all");
        writeln!(to, "{text}").map_err(write_error)?;
    }
    to.flush().map_err(write_error)
}

/// `{"version": 1, "columns": […], "rows": [{…}, …]}`, written row by row.
pub(super) async fn json(mut answer: Answer, mut to: Box<dyn Write + Send>) -> Result<(), AppError> {
    let names = Value::from(names(&answer));
    write!(to, "{{\n  \"version\": {ANSWER_VERSION},\n  \"columns\": {names},\n  \"rows\": [").map_err(write_error)?;
    let mut first = true;
    while let Some(batch) = answer.batches.try_next().await? {
        for row in as_json::rows(&batch)? {
            let comma = if first { "" } else { "," };
            write!(to, "{comma}\n    {}", Value::Object(row)).map_err(write_error)?;
            first = false;
        }
    }
    writeln!(to, "\n  ]\n}}").and_then(|()| to.flush()).map_err(write_error)
}

/// Comma-separated values with a line of names.
pub(super) async fn csv(mut answer: Answer, to: Box<dyn Write + Send>) -> Result<(), AppError> {
    let mut to = csv::Writer::from_writer(to);
    let names = names(&answer);
    to.write_record(&names).map_err(csv_error)?;
    while let Some(batch) = answer.batches.try_next().await? {
        for row in as_json::rows(&batch)? {
            to.write_record(cells(&names, &row)).map_err(csv_error)?;
        }
    }
    to.flush().map_err(write_error)
}

fn names(answer: &Answer) -> Vec<String> {
    answer.schema.fields().iter().map(|field| field.name().clone()).collect()
}

/// A row's values as texts, in the order of the columns.
fn cells(names: &[String], row: &Map<String, Value>) -> Vec<String> {
    names.iter().map(|name| row.get(name).map(cell).unwrap_or_default()).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join("|"),
        other => other.to_string(),
    }
}

fn shortened(text: &str) -> String {
    let line = text.replace(['\n', '\r', '\t'], " ");
    if line.chars().count() <= COLUMN_MAX {
        return line;
    }
    line.chars().take(COLUMN_MAX - 1).chain(['…']).collect()
}

fn write_error(source: std::io::Error) -> AppError {
    AppError::Write(source)
}

fn csv_error(error: csv::Error) -> AppError {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => AppError::Write(source),
        other => AppError::Internal(format!("the answer cannot be written as CSV: {other:?}")),
    }
}
