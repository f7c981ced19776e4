//! A run: every pass over every bucket, several buckets at once, then what adds buckets up.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::dataframe::DataFrame;
use datafusion::prelude::SessionContext;
use futures::{StreamExt, TryStreamExt, stream};

use crate::error::EngineError;
use crate::passes::{care, fragmentation, pairs, standing, unfold, unmapped};
use crate::prepared::Prepared;
use crate::session;
use crate::tables::{Files, Tables};
use crate::{summary, write};

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
    /// Where answers go, and who hears how far it has come.
    pub desk: Arc<dyn Desk>,
}

/// Where answers go. Called from several threads.
pub trait Desk: Send + Sync {
    /// Where a table of a bucket (or of the whole run) is to be written.
    ///
    /// # Errors
    /// When there is no such place.
    fn path(&self, table: &str, bucket: Option<u16>) -> Result<PathBuf, EngineError>;

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

/// The tables that are complete when a bucket's own records have been seen. The last four are handed on to other passes
/// rather than read by people.
pub const BUCKET_TABLES: [&str; 10] = [
    "membership",
    "group_membership",
    "person",
    "needs",
    "visits",
    "circle",
    "standing",
    "care",
    "provider_pair_of_bucket",
    "unmapped_of_bucket",
];

/// Runs every pass; gives what was written, in a fixed order. To be called within a Tokio runtime of several threads.
///
/// # Errors
/// When a plan fails or a file cannot be written. What was written until then is not to be used.
pub async fn run(run: Run) -> Result<Vec<Written>, EngineError> {
    // Fragmentation and what adds up: one step a bucket each, and three for the whole.
    let (steps, done) = (run.buckets.len() * 2 + 3, Arc::new(AtomicUsize::new(0)));
    let desk = Arc::clone(&run.desk);
    let step = move || desk.progress(done.fetch_add(1, Ordering::Relaxed) + 1, steps);

    let each = |bucket: Bucket| {
        let (run, step) = (run.clone(), step.clone());
        async move {
            let (files, written) = bucket_answers(&run, &bucket).await?;
            if bucket.known.is_none() {
                run.desk.finished(bucket.number)?;
            }
            step();
            Ok((bucket.number, files, written))
        }
    };
    let buckets = side_by_side(run.threads, run.buckets.iter().cloned().map(each)).await?;
    let mut written: Vec<Written> = buckets.iter().flat_map(|(_, _, written)| written.iter().cloned()).collect();

    let mut all = Files::default();
    add_up(&mut all, "provider_pair_of_bucket", &buckets);
    let context = session::over_all(run.threads);
    let tables = Tables { context: &context, files: &all };
    let plan = pairs::pairs(&tables, run.prepared.params.pair_patients_min).await?;
    written.push(whole(&run, "provider_pair", vec![plan]).await?);
    step();

    let pairs = run.desk.path("provider_pair", None)?;
    let each = |(number, files, _): &(u16, Files, Vec<Written>)| {
        let (run, step, number, mut files) = (run.clone(), step.clone(), *number, files.clone());
        files.insert("provider_pair", vec![pairs.clone()]);
        async move {
            let one =
                if files.of("care").is_empty() { None } else { Some(fragmentation_of(&run, number, &files).await?) };
            step();
            Ok(one)
        }
    };
    let scattered: Vec<Written> =
        side_by_side(run.threads, buckets.iter().map(each)).await?.into_iter().flatten().collect();

    for table in ["unmapped_of_bucket", "membership", "person", "needs"] {
        add_up(&mut all, table, &buckets);
    }
    let files = scattered.iter().map(|one| run.desk.path(one.table, one.bucket));
    all.insert("fragmentation", files.collect::<Result<_, _>>()?);
    written.extend(scattered);
    let tables = Tables { context: &context, files: &all };
    written.push(whole(&run, "unmapped", vec![unmapped::unmapped(&tables).await?]).await?);
    step();
    let figures = summary::summary(&tables, &run.prepared).await?;
    let rows = write::write_batch(&run.desk.path("summary", None)?, &figures)?;
    written.push(Written { table: "summary", bucket: None, rows });
    step();
    Ok(written)
}

/// Runs tasks, so many at once, each on whichever thread is free; gives their answers in order.
async fn side_by_side<T: Send + 'static>(
    threads: usize,
    tasks: impl Iterator<Item = impl Future<Output = Result<T, EngineError>> + Send + 'static>,
) -> Result<Vec<T>, EngineError> {
    let answers = stream::iter(tasks.map(|task| async { tokio::spawn(task).await }));
    let answers = answers.buffered(threads.max(1));
    answers.map(|answer| answer.map_err(|error| EngineError::Stopped(error.to_string()))?).try_collect().await
}

fn add_up(all: &mut Files, table: &str, buckets: &[(u16, Files, Vec<Written>)]) {
    all.insert(table, buckets.iter().flat_map(|(_, files, _)| files.of(table)).cloned().collect());
}

async fn whole(run: &Run, table: &'static str, plans: Vec<DataFrame>) -> Result<Written, EngineError> {
    let schema = unfold::known(table)?.schema();
    let rows = write::write(&run.desk.path(table, None)?, &schema, plans).await?;
    Ok(Written { table, bucket: None, rows })
}

/// The answers that a bucket's own records give.
async fn bucket_answers(run: &Run, bucket: &Bucket) -> Result<(Files, Vec<Written>), EngineError> {
    if let Some(known) = &bucket.known {
        return Ok((known.clone(), Vec::new()));
    }
    // Nobody there: nothing to plan for.
    if bucket.files.of("citizen").is_empty() {
        return Ok((bucket.files.clone(), Vec::new()));
    }
    let one = OneBucket { run, number: bucket.number, context: session::one_bucket(), prepared: &run.prepared };
    let mut files = bucket.files.clone();
    let mut written = Vec::new();
    for table in ["standing", "membership", "group_membership", "person", "care", "needs", "visits", "circle"] {
        let plans = vec![one.plan(table, &files).await?];
        written.push(one.write(table, plans, &mut files).await?);
    }
    let plans = vec![one.plan("provider_pair_of_bucket", &files).await?];
    written.push(one.write("provider_pair_of_bucket", plans, &mut files).await?);
    let tables = Tables { context: &one.context, files: &files };
    let plans = unmapped::unmapped_of_bucket(&tables, one.prepared).await?;
    written.push(one.write("unmapped_of_bucket", plans, &mut files).await?);
    Ok((files, written))
}

async fn fragmentation_of(run: &Run, number: u16, files: &Files) -> Result<Written, EngineError> {
    let one = OneBucket { run, number, context: session::one_bucket(), prepared: &run.prepared };
    let mut files = files.clone();
    let plans = vec![one.plan("fragmentation", &files).await?];
    one.write("fragmentation", plans, &mut files).await
}

struct OneBucket<'a> {
    run: &'a Run,
    number: u16,
    context: SessionContext,
    prepared: &'a Arc<Prepared>,
}

impl OneBucket<'_> {
    async fn plan(&self, table: &'static str, files: &Files) -> Result<DataFrame, EngineError> {
        let tables = Tables { context: &self.context, files };
        Ok(match table {
            "standing" => standing::standing(&tables, self.prepared).await?,
            "membership" => unfold::unfold(&tables, "standing", "memberships", table).await?,
            "group_membership" => unfold::unfold(&tables, "standing", "groups", table).await?,
            "person" => unfold::person(&tables).await?,
            "care" => care::care(&tables, self.prepared).await?,
            "needs" | "visits" | "circle" => unfold::unfold(&tables, "care", table, table).await?,
            "fragmentation" => fragmentation::fragmentation(&tables, self.prepared).await?,
            _ => pairs::pairs_of_bucket(&tables).await?,
        })
    }

    async fn write(
        &self,
        table: &'static str,
        plans: Vec<DataFrame>,
        files: &mut Files,
    ) -> Result<Written, EngineError> {
        let path = self.run.desk.path(table, Some(self.number))?;
        let rows = write::write(&path, &schema_of(table)?, plans).await?;
        files.insert(table, vec![path]);
        Ok(Written { table, bucket: Some(self.number), rows })
    }
}

/// The schema of a table that a run writes.
fn schema_of(table: &str) -> Result<SchemaRef, EngineError> {
    Ok(match table {
        "standing" => standing::schema(),
        "care" => care::schema(),
        "provider_pair_of_bucket" => pairs::schema(),
        "unmapped_of_bucket" => unmapped::schema(),
        known => unfold::known(known)?.schema(),
    })
}
