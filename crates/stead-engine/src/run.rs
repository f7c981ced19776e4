//! A run: every pass over every bucket, several buckets at once, then what adds buckets up.
//!
//! A bucket is one plan that reads each of its tables once and writes all that its own records answer, and, when all
//! buckets are counted, a second small one for what depends on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::UInt64Type;
use datafusion::common::internal_datafusion_err;
use datafusion::dataframe::DataFrame;
use futures::{StreamExt, TryStreamExt, stream};

use crate::damaged;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::location::Location;
use crate::passes::{care, fragmentation, gathered, pairs, standing, unmapped};
use crate::plan::{Destination, write};
use crate::prepared::Prepared;
use crate::tables::{Files, Tables};
use crate::wait::Wait;
use crate::{links, summary, write as files};

/// A bucket to compute, or to take over from an earlier run.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its number.
    pub number: u16,
    /// The lake's files of it.
    pub files: Files,
    /// The answers of an earlier run over the same records and definitions, which still hold.
    pub known: Option<Files>,
}

/// What to run, and where the answers go.
#[derive(Clone)]
pub struct Run {
    /// Definitions, day and choices.
    pub prepared: Arc<Prepared>,
    /// The buckets.
    pub buckets: Vec<Bucket>,
    /// How many buckets are computed at once.
    pub threads: usize,
    /// Who runs the plans.
    pub engine: Arc<dyn Engine>,
    /// Where answers go, and who hears how far it has come.
    pub desk: Arc<dyn Desk>,
}

/// Where answers go. Called from several threads.
pub trait Desk: Send + Sync {
    /// Where a table of a bucket (or of the whole run) is to be written: a file that is there is not written over, but
    /// replaced when the new one is whole.
    ///
    /// # Errors
    /// When there is no such place.
    fn location(&self, table: &str, bucket: Option<u16>) -> Result<Location, EngineError>;

    /// A bucket's own answers are written: all of [`BUCKET_TABLES`].
    ///
    /// # Errors
    /// When that cannot be noted.
    fn finished(&self, bucket: u16) -> Result<(), EngineError>;

    /// So many steps are done, of so many.
    fn progress(&self, done: usize, steps: usize);
}

/// A file that a run wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Which table.
    pub table: &'static str,
    /// Of which bucket; `None`: of the whole run.
    pub bucket: Option<u16>,
    /// How many rows.
    pub rows: u64,
}

/// The tables that are complete when a bucket's own records have been seen. The last five are handed on to other passes
/// rather than read by people.
pub const BUCKET_TABLES: [&str; 12] = [
    "membership",
    "group_membership",
    "person",
    "needs",
    "visits",
    "circle",
    "sharing",
    "scatter_of_bucket",
    "provider_pair_of_bucket",
    "unmapped_of_bucket",
    "count_of_bucket",
    "link_count_of_bucket",
];

/// Runs every pass; gives what was written, in a fixed order. To be called within a Tokio runtime of several threads.
///
/// # Errors
/// When a plan fails or a file cannot be written. What was written until then is not to be used.
pub fn run(run: Run) -> Wait<'static, Vec<Written>> {
    Box::pin(every_pass(run))
}

async fn every_pass(run: Run) -> Result<Vec<Written>, EngineError> {
    // Fragmentation and what adds up: one step a bucket each, and three for the whole.
    let (steps, done) = (run.buckets.len() * 2 + 3, Arc::new(AtomicUsize::new(0)));
    let desk = Arc::clone(&run.desk);
    let step = move || desk.progress(done.fetch_add(1, Ordering::Relaxed) + 1, steps);

    let each = |bucket: &Bucket| -> Wait<'static, (u16, Files, Vec<Written>)> {
        let (run, step, bucket) = (run.clone(), step.clone(), bucket.clone());
        Box::pin(async move {
            let (files, written) = bucket_answers(&run, &bucket).await?;
            if bucket.known.is_none() {
                run.desk.finished(bucket.number)?;
            }
            step();
            Ok((bucket.number, files, written))
        })
    };
    let buckets = side_by_side(run.threads, run.buckets.iter().map(each).collect()).await?;
    let mut written: Vec<Written> = buckets.iter().flat_map(|(_, _, written)| written.iter().cloned()).collect();

    let mut all = Files::default();
    add_up(&mut all, "provider_pair_of_bucket", &buckets);
    let context = run.engine.over_all();
    let plan = pairs::pairs(&Tables::new(&context, &all)?, run.prepared.params.pair_patients_min).await?;
    written.extend(write_tables(&run, plan, None, &["provider_pair"], None).await?);
    step();

    let pairs = run.desk.location("provider_pair", None)?;
    let each = |(number, files, _): &(u16, Files, Vec<Written>)| -> Wait<'static, Vec<Written>> {
        let (run, step, number, mut files) = (run.clone(), step.clone(), *number, files.clone());
        files.insert("provider_pair", [pairs.clone()]);
        Box::pin(async move {
            let there = !files.of("scatter_of_bucket").is_empty();
            let written = if there { fragmentation_of(&run, number, &files).await? } else { Vec::new() };
            step();
            Ok(written)
        })
    };
    let scattered = side_by_side(run.threads, buckets.iter().map(each).collect()).await?.concat();

    written.extend(scattered);
    add_up(&mut all, "unmapped_of_bucket", &buckets);
    add_up(&mut all, "count_of_bucket", &buckets);
    add_up(&mut all, "link_count_of_bucket", &buckets);
    let plan = unmapped::unmapped(&Tables::new(&context, &all)?).await?;
    written.extend(write_tables(&run, plan, None, &["unmapped"], None).await?);
    step();
    let context = run.engine.one_bucket();
    let tables = Tables::new(&context, &all)?;
    let figures = [
        ("summary", summary::summary(&tables, &run.prepared).await?),
        ("sharing_summary", links::links(&tables, &run.prepared).await?),
    ];
    for (table, figures) in figures {
        let file = run.desk.location(table, None)?;
        let rows = files::write_batch(&context.runtime_env(), &file, &figures).await?;
        written.push(Written { table, bucket: None, rows });
    }
    step();
    Ok(written)
}

/// Runs tasks, so many at once, each on whichever thread is free; gives their answers in order.
fn side_by_side<T: Send + 'static>(threads: usize, tasks: Vec<Wait<'static, T>>) -> Wait<'static, Vec<T>> {
    let answers = stream::iter(tasks).map(tokio::spawn).buffered(threads.max(1));
    let answers = answers.map(|answer| answer.map_err(|error| EngineError::Stopped(error.to_string()))?);
    Box::pin(answers.try_collect())
}

fn add_up(all: &mut Files, table: &str, buckets: &[(u16, Files, Vec<Written>)]) {
    all.insert(table, buckets.iter().flat_map(|(_, files, _)| files.of(table)).cloned().collect::<Vec<_>>());
}

/// The answers that a bucket's own records give.
async fn bucket_answers(run: &Run, bucket: &Bucket) -> Result<(Files, Vec<Written>), EngineError> {
    if let Some(known) = &bucket.known {
        return Ok((known.clone(), Vec::new()));
    }
    let mut files = bucket.files.clone();
    // Nobody there: nothing to plan for.
    if files.of("citizen").is_empty() {
        return Ok((files, Vec::new()));
    }
    let context = run.engine.one_bucket();
    let written = damaged::named(&files, &context, async {
        let gathered = gathered::gathered(&Tables::new(&context, &files)?, &run.prepared).await?;
        let care = care::care(standing::standing(gathered, &run.prepared)?, &run.prepared)?;
        write_tables(run, care, None, &BUCKET_TABLES, Some(bucket.number)).await
    });
    let written = written.await?;
    for table in BUCKET_TABLES {
        files.insert(table, [run.desk.location(table, Some(bucket.number))?]);
    }
    Ok((files, written))
}

async fn fragmentation_of(run: &Run, number: u16, files: &Files) -> Result<Vec<Written>, EngineError> {
    let context = run.engine.one_bucket();
    let written = damaged::named(files, &context, async {
        let (scatter, pairs) = fragmentation::fragmentation(&Tables::new(&context, files)?).await?;
        write_tables(run, scatter, Some(pairs), &["fragmentation"], Some(number)).await
    });
    written.await
}

/// Runs a plan and writes what it gives as these tables.
async fn write_tables(
    run: &Run,
    rows: DataFrame,
    known: Option<DataFrame>,
    tables: &[&'static str],
    bucket: Option<u16>,
) -> Result<Vec<Written>, EngineError> {
    let to = |table: &&'static str| {
        let file = run.desk.location(table, bucket)?;
        Ok(Destination { table: (*table).to_owned(), file })
    };
    let destinations = tables.iter().map(to).collect::<Result<Vec<_>, EngineError>>()?;
    let batches = write(rows, known, destinations, &run.prepared)?.collect().await?;
    let counts: Vec<u64> = batches
        .iter()
        .filter_map(|batch| batch.column_by_name("rows")?.as_primitive_opt::<UInt64Type>())
        .flat_map(|rows| rows.values().iter().copied())
        .collect();
    if counts.len() != tables.len() {
        return Err(internal_datafusion_err!("{} tables written, wanted {}", counts.len(), tables.len()).into());
    }
    Ok(tables.iter().zip(counts).map(|(&table, rows)| Written { table, bucket, rows }).collect())
}
