//! Questions in SQL over the lake and its latest run.

mod written;

use std::io::Write;

use stead_engine::{Files, query as ask};
use stead_lake::{Address, Lake, Run, Url};
use stead_tables::Spread;

use crate::cluster;
use crate::error::AppError;
use crate::sql::opened;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A table to read, cut off after so many rows.
    Text {
        /// How many rows are shown.
        rows_max: usize,
    },
    /// `{"version": 1, "columns": […], "rows": [{…}, …]}`.
    Json,
    /// Comma-separated values with a line of names; lists are written `a|b`.
    Csv,
    /// A Parquet file.
    Parquet,
}

/// Asks the lake and, where there is one, its latest run; writes the answer as it comes. A cluster works it out, or else
/// this process on so many threads.
///
/// # Errors
/// When there is no lake, the SQL is wrong, or the answer cannot be written.
pub async fn query(
    sql: &str,
    lake: &Address,
    cluster: Option<&cluster::Address>,
    threads: usize,
    shape: Shape,
    to: Box<dyn Write + Send>,
) -> Result<(), AppError> {
    let engine = cluster::engine(cluster, None, threads)?;
    let (lake, run) = opened(lake).await?;
    let answer = ask(sql, &all_files(&lake, run.as_ref()), engine.as_ref()).await?;
    match shape {
        Shape::Text { rows_max } => written::text(answer, rows_max, to).await,
        Shape::Json => written::json(answer, to).await,
        Shape::Csv => written::csv(answer, to).await,
        Shape::Parquet => Ok(stead_engine::query::parquet(answer, to).await?),
    }
}

/// Whether a question asks for originals, and the lake was made without them: the answer is empty, though there are records.
///
/// # Errors
/// When there is no lake.
pub async fn asks_in_vain(sql: &str, lake: &Address) -> Result<bool, AppError> {
    let words: Vec<String> = sql
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let from = |pair: &[String]| matches!(pair, [one, other] if matches!(one.as_str(), "from" | "join") && other == "resource");
    Ok(words.windows(2).any(from) && !opened(lake).await?.0.has_originals())
}

/// Every file of the lake and of a run, by table.
pub(crate) fn all_files(lake: &Lake, run: Option<&Run>) -> Files {
    let mut files = files_in(lake);
    for table in stead_tables::LAKE {
        let found = match table.spread {
            Spread::ByCitizen => (0..lake.buckets()).flat_map(|bucket| lake.files(table.name, bucket)).collect(),
            Spread::Whole => lake.whole(table.name),
        };
        files.insert(table.name, addresses(found));
    }
    for (table, run) in stead_tables::RESULTS.iter().filter_map(|table| Some((table, run?))) {
        let found = match table.spread {
            Spread::ByCitizen => (0..run.buckets()).flat_map(|bucket| run.files(table.name, bucket)).collect(),
            Spread::Whole => run.whole(table.name),
        };
        files.insert(table.name, addresses(found));
    }
    files
}

/// The lake's own files of one bucket, and its whole tables, by table.
pub(crate) fn lake_files(lake: &Lake, bucket: u16) -> Files {
    let mut files = files_in(lake);
    for table in stead_tables::LAKE {
        let found = match table.spread {
            Spread::ByCitizen => lake.files(table.name, bucket),
            Spread::Whole => lake.whole(table.name),
        };
        files.insert(table.name, addresses(found));
    }
    files
}

/// No files as yet, but how those of a lake are reached.
pub(crate) fn files_in(lake: &Lake) -> Files {
    let mut files = Files::default();
    if let Some((beginning, store)) = lake.reached_by() {
        files.reach(&beginning, store);
    }
    files
}

/// Files as the engine takes them.
pub(crate) fn addresses(files: Vec<Url>) -> impl Iterator<Item = String> {
    files.into_iter().map(String::from)
}
