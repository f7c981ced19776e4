//! Questions in SQL over the lake and the latest results.

use std::io::Write;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use futures::{Stream, StreamExt, TryStreamExt};
use parquet::arrow::ArrowWriter;
use stead_rules::Directory;

use crate::damaged;
use crate::engine::{Engine, InProcess};
use crate::error::EngineError;
use crate::tables::{Files, Tables};
use crate::wait::Wait;

/// The answer to a question: its columns, and its rows as they come.
pub struct Answer {
    /// The columns.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: std::pin::Pin<Box<dyn Stream<Item = Result<RecordBatch, EngineError>> + Send>>,
}

/// Asks in SQL. Only questions: nothing can be created, changed or copied out.
///
/// # Errors
/// When the SQL is wrong, or is not a question.
pub fn query<'a>(sql: &'a str, files: &'a Files, engine: &'a dyn Engine) -> Wait<'a, Answer> {
    Box::pin(async move {
        let context = engine.over_all();
        let tables = Tables::new(&context, files)?;
        // Settlements lie in folders of their own, and are seldom there.
        let settled = stead_tables::SETTLED.iter().filter(|table| !files.of(table.name).is_empty());
        for table in stead_tables::LAKE.iter().chain(stead_tables::RESULTS).chain(settled) {
            let rows = tables.scan(table.name).await?;
            context.register_table(table.name, rows.into_view())?;
        }
        let options = datafusion::execution::context::SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let plan = context.sql_with_options(sql, options).await?;
        let schema = Arc::new(plan.schema().as_arrow().clone());
        let batches = damaged::named(files, &context, plan.execute_stream()).await?;
        let files = files.clone();
        let named = move |batch| {
            let (files, context) = (files.clone(), context.clone());
            async move { damaged::named(&files, &context, async { batch }).await }
        };
        Ok(Answer { schema, batches: Box::pin(batches.then(named)) })
    })
}

/// Writes an answer as a Parquet file.
///
/// # Errors
/// When a plan fails or the file cannot be written.
pub fn parquet<'a>(mut answer: Answer, to: Box<dyn Write + Send>) -> Wait<'a, ()> {
    Box::pin(async move {
        let failed = |error: parquet::errors::ParquetError| EngineError::from(DataFusionError::from(error));
        let mut writer = ArrowWriter::try_new(to, Arc::clone(&answer.schema), None).map_err(failed)?;
        while let Some(batch) = answer.batches.try_next().await? {
            writer.write(&batch).map_err(failed)?;
        }
        writer.close().map_err(failed)?;
        Ok(())
    })
}

/// The rows of one citizen in a table.
///
/// # Errors
/// When a file cannot be read.
pub fn rows_of_citizen<'a>(table: &'a str, citizen: &'a str, files: &'a Files) -> Wait<'a, Vec<RecordBatch>> {
    Box::pin(async move {
        use datafusion::logical_expr::{ident, lit};
        let context = InProcess::new(1).over_all();
        let rows = Tables::new(&context, files)?.scan(table).await?;
        damaged::named(files, &context, rows.filter(ident("citizen").eq(lit(citizen)))?.collect()).await
    })
}

/// The rows of a table that is not by citizen which name a citizen in a column of several.
///
/// # Errors
/// When a file cannot be read.
pub fn rows_naming<'a>(
    table: &'a str,
    column: &'a str,
    citizen: &'a str,
    files: &'a Files,
) -> Wait<'a, Vec<RecordBatch>> {
    Box::pin(async move {
        use datafusion::functions_nested::expr_fn::array_has;
        use datafusion::logical_expr::{ident, lit};
        let context = InProcess::new(1).over_all();
        let rows = Tables::new(&context, files)?.scan(table).await?;
        damaged::named(files, &context, rows.filter(array_has(ident(column), lit(citizen)))?.collect()).await
    })
}

/// All rows of a table, for tables that are small.
///
/// # Errors
/// When a file cannot be read.
pub fn rows<'a>(table: &'a str, files: &'a Files) -> Wait<'a, Vec<RecordBatch>> {
    Box::pin(async move {
        let context = InProcess::new(1).over_all();
        let rows = Tables::new(&context, files)?.scan(table).await?;
        damaged::named(files, &context, rows.collect()).await
    })
}

/// What the lake's own tables know of organisations and professionals.
///
/// # Errors
/// When a file cannot be read.
pub fn directory(files: &Files) -> Wait<'_, Directory> {
    Box::pin(async move {
        let mut directory = Directory::default();
        for batch in rows("organisation", files).await? {
            let (keys, wholes) = (texts(&batch, "organisation")?, texts(&batch, "part_of")?);
            let identifiers =
                batch.column_by_name("identifiers").and_then(|column| column.as_list_opt::<i32>().cloned());
            for row in 0..batch.num_rows() {
                let Some(key) = keys.get(row).cloned().flatten() else { continue };
                let list = identifiers.as_ref().filter(|lists| lists.is_valid(row)).map(|lists| lists.value(row));
                let values: Vec<String> = list
                    .iter()
                    .flat_map(|list| list.as_string::<i32>().iter().flatten())
                    .map(|token| token.rsplit_once('|').map_or(token, |(_, value)| value).to_owned())
                    .collect();
                directory.organisations.push((key, values, wholes.get(row).cloned().flatten()));
            }
        }
        for batch in rows("professional", files).await? {
            let (keys, systems) = (texts(&batch, "professional")?, texts(&batch, "profession_system")?);
            let codes = texts(&batch, "profession_code")?;
            for ((key, system), code) in keys.into_iter().zip(systems).zip(codes) {
                if let (Some(key), Some(system), Some(code)) = (key, system, code) {
                    directory.professionals.push((key, system, code));
                }
            }
        }
        directory.organisations.sort();
        directory.professionals.sort();
        Ok(directory)
    })
}

/// A column as texts.
///
/// # Errors
/// When there is no such column, or it holds no texts.
pub fn texts(batch: &RecordBatch, name: &str) -> Result<Vec<Option<String>>, EngineError> {
    let missing = || EngineError::Stopped(format!("no column `{name}`"));
    let column = batch.column_by_name(name).ok_or_else(missing)?;
    let plain = datafusion::arrow::compute::cast(column, &datafusion::arrow::datatypes::DataType::Utf8);
    let plain = plain.map_err(DataFusionError::from)?;
    Ok(plain.as_string_opt::<i32>().ok_or_else(missing)?.iter().map(|text| text.map(ToOwned::to_owned)).collect())
}

/// The citizens that a source's record belongs to, sorted; of any source when none is named.
///
/// # Errors
/// When a file cannot be read.
pub fn citizens_of_record<'a>(source: Option<&'a str>, record: &'a str, files: &'a Files) -> Wait<'a, Vec<String>> {
    Box::pin(async move {
        use datafusion::logical_expr::{ident, lit};
        let context = InProcess::new(1).over_all();
        let links = Tables::new(&context, files)?.scan("link").await?.filter(ident("record").eq(lit(record)))?;
        let links = match source {
            Some(source) => links.filter(crate::records::text("source").eq(lit(source)))?,
            None => links,
        };
        let mut citizens = Vec::new();
        for batch in damaged::named(files, &context, links.collect()).await? {
            citizens.extend(texts(&batch, "citizen")?.into_iter().flatten());
        }
        citizens.sort();
        citizens.dedup();
        Ok(citizens)
    })
}
