//! Running everything over a small lake, and reading the answers back as rows.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::{Map, Value};
use stead_engine::{
    Amounts, BUCKET_TABLES, Bucket, CitizenPayment, Desk, Engine, EngineError, Files, InProcess, Location, Params,
    Prepared, Run, Settlement, Written, json, query, run,
};
use stead_rules::Definitions;
use stead_rules::reckoning::Sums;
use stead_tables::Spread;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::rows::Lake;

/// A row of an answer.
pub type Answer = Map<String, Value>;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap());

/// Writes answers into a folder, and notes what it is told.
struct FolderDesk {
    folder: PathBuf,
    finished: Mutex<Vec<u16>>,
    steps: AtomicUsize,
}

fn path(folder: &Path, table: &str, bucket: Option<u16>) -> PathBuf {
    let bucket = bucket.map_or_else(|| "whole".to_owned(), |bucket| bucket.to_string());
    folder.join(table).join(format!("{bucket}.parquet"))
}

impl Desk for FolderDesk {
    fn location(&self, table: &str, bucket: Option<u16>) -> Result<Location, EngineError> {
        Ok(path(&self.folder, table, bucket).into())
    }

    fn finished(&self, bucket: u16) -> Result<(), EngineError> {
        // A bucket in which nobody lives has no files.
        let there = |table: &&&str| path(&self.folder, table, Some(bucket)).exists();
        let written = BUCKET_TABLES.iter().filter(there).count();
        assert!([0, BUCKET_TABLES.len()].contains(&written), "{written} tables of bucket {bucket} are written");
        self.finished.lock().unwrap().push(bucket);
        Ok(())
    }

    fn progress(&self, done: usize, steps: usize) {
        assert!(done <= steps);
        self.steps.fetch_add(1, Ordering::Relaxed);
    }
}

/// The answers of a run, on disk.
pub struct Answers {
    folder: TempDir,
    buckets: u16,
    pub written: Vec<Written>,
    /// The buckets that were computed.
    pub finished: Vec<u16>,
}

impl Answers {
    /// A table's rows, bucket after bucket, as they lie in the files.
    pub fn rows(&self, table: &str) -> Vec<Answer> {
        self.rows_by_file(table).concat()
    }

    /// A table's rows, file by file.
    pub fn rows_by_file(&self, table: &str) -> Vec<Vec<Answer>> {
        let known = stead_tables::table(table).unwrap_or_else(|| panic!("no table `{table}`"));
        let buckets: Vec<Option<u16>> =
            if known.spread == Spread::Whole { vec![None] } else { (0..self.buckets).map(Some).collect() };
        let read = |bucket: Option<u16>| {
            if !path(self.folder.path(), table, bucket).exists() {
                return Vec::new();
            }
            let mut files = Files::default();
            files.insert(table, vec![path(self.folder.path(), table, bucket)]);
            let batches = RUNTIME.block_on(query::rows(table, &files)).unwrap();
            batches.iter().flat_map(|batch| json::rows(batch).unwrap()).collect()
        };
        buckets.into_iter().map(read).collect()
    }

    /// Whether the run wrote a table of a bucket (or, for a table of the whole run, the table).
    pub fn has(&self, table: &str, bucket: usize) -> bool {
        let known = stead_tables::table(table).unwrap_or_else(|| panic!("no table `{table}`"));
        let bucket = (known.spread == Spread::ByCitizen).then(|| u16::try_from(bucket).unwrap());
        path(self.folder.path(), table, bucket).exists()
    }

    /// The rows of one citizen.
    pub fn of(&self, table: &str, citizen: &str) -> Vec<Answer> {
        let mut rows = self.rows(table);
        rows.retain(|row| row["citizen"] == citizen);
        rows
    }

    /// The files of a bucket that a later run may take over.
    fn known(&self, bucket: u16) -> Files {
        let mut files = Files::default();
        for table in BUCKET_TABLES {
            let file = path(self.folder.path(), table, Some(bucket));
            files.insert(table, if file.exists() { vec![file] } else { Vec::new() });
        }
        files
    }
}

/// Runs everything. `earlier` gives the buckets to take over rather than compute, and from which run.
pub fn run_after(
    lake: &Lake,
    definitions: &Definitions,
    params: &Params,
    threads: usize,
    earlier: Option<(&Answers, &[u16])>,
) -> Answers {
    run_on(Arc::new(InProcess::new(threads)), lake, definitions, params, threads, earlier)
}

/// Runs everything over all buckets, whoever runs the plans.
pub fn run_by(engine: Arc<dyn Engine>, lake: &Lake, definitions: &Definitions, params: &Params) -> Answers {
    run_on(engine, lake, definitions, params, 2, None)
}

fn run_on(
    engine: Arc<dyn Engine>,
    lake: &Lake,
    definitions: &Definitions,
    params: &Params,
    threads: usize,
    earlier: Option<(&Answers, &[u16])>,
) -> Answers {
    let (input, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let files = lake.write(input.path());
    let mut whole = Files::default();
    for table in ["organisation", "professional"] {
        let file = input.path().join(format!("{table}.parquet"));
        whole.insert(table, if file.exists() { vec![file] } else { Vec::new() });
    }
    let desk = Arc::new(FolderDesk {
        folder: folder.path().to_owned(),
        finished: Mutex::default(),
        steps: AtomicUsize::new(0),
    });
    let directory = RUNTIME.block_on(query::directory(&whole)).unwrap();
    let prepared = Arc::new(Prepared::new(definitions.clone(), &directory, params.clone()).unwrap());
    let bucket = |(number, files): (u16, &Files)| {
        let taken = earlier.filter(|(_, taken)| taken.contains(&number));
        Bucket { number, files: files.clone(), known: taken.map(|(answers, _)| answers.known(number)) }
    };
    let buckets: Vec<Bucket> = (0..).zip(&files).map(bucket).collect();
    let steps = buckets.len() * 2 + 3;
    let run = Run { prepared, buckets, threads, engine, desk: Arc::<FolderDesk>::clone(&desk) };
    let written = RUNTIME.block_on(run::run(run)).unwrap();
    assert_eq!(desk.steps.load(Ordering::Relaxed), steps, "every step is told");
    let mut finished = desk.finished.lock().unwrap().clone();
    finished.sort_unstable();
    Answers { folder, buckets: lake.buckets, written, finished }
}

/// Runs everything over all buckets.
pub fn run(lake: &Lake, definitions: &Definitions, params: &Params, threads: usize) -> Answers {
    run_after(lake, definitions, params, threads, None)
}

/// A settlement over a lake, by the memberships and needs of a run over it: the sums of each bucket, and what each citizen's
/// share of amounts is, bucket by bucket.
pub fn settle(
    lake: &Lake,
    definitions: &Definitions,
    params: &Params,
    answers: &Answers,
    amounts: impl FnOnce(&Prepared, &[Sums]) -> Amounts,
) -> (Vec<Sums>, Amounts, Vec<CitizenPayment>) {
    let input = TempDir::new().unwrap();
    let files = lake.write(input.path());
    let mut whole = Files::default();
    for table in ["organisation", "professional"] {
        let file = input.path().join(format!("{table}.parquet"));
        whole.insert(table, if file.exists() { vec![file] } else { Vec::new() });
    }
    let directory = RUNTIME.block_on(query::directory(&whole)).unwrap();
    let prepared = Arc::new(Prepared::new(definitions.clone(), &directory, params.clone()).unwrap());
    let bucket = |(number, files): (u16, &Files)| {
        let (mut files, known) = (files.clone(), answers.known(number));
        for table in ["membership", "group_membership", "needs"] {
            files.insert(table, known.of(table).to_vec());
        }
        files
    };
    let buckets: Vec<Files> = (0..).zip(&files).map(bucket).collect();
    let engine = Arc::new(InProcess::new(2));
    let settlement = Settlement { prepared: Arc::clone(&prepared), buckets, threads: 2, engine };
    let sums = RUNTIME.block_on(settlement.sums()).unwrap();
    let amounts = amounts(&prepared, &sums);
    let parts = settlement.parts(&amounts, &sums).unwrap();
    let shares = parts.iter().enumerate().map(|(at, parts)| RUNTIME.block_on(settlement.shares(parts, at)).unwrap());
    let shares = shares.collect::<Vec<_>>();
    for (at, payments) in shares.iter().enumerate() {
        let to = input.path().join(format!("paid-{at}.parquet"));
        assert_eq!(RUNTIME.block_on(settlement.write(payments, &to.into())).unwrap(), payments.len() as u64);
    }
    (sums, amounts, shares.concat())
}

/// Says where two tables differ; numbers may differ in the last digits.
pub fn difference(table: &str, found: &[Answer], wanted: &[Answer]) -> Result<(), String> {
    for (at, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        for (column, value) in wanted {
            let same = match (found.get(column).and_then(Value::as_f64), value.as_f64()) {
                (Some(one), Some(other)) => (one - other).abs() < 1e-9,
                _ => found.get(column) == Some(value),
            };
            if !same {
                return Err(format!("{table}, row {at}, `{column}`:\n found  {found:?}\n wanted {wanted:?}"));
            }
        }
        if found.len() != wanted.len() {
            return Err(format!("{table}, row {at}: other columns:\n found  {found:?}\n wanted {wanted:?}"));
        }
    }
    match (found.get(wanted.len()), wanted.get(found.len())) {
        (Some(more), _) => Err(format!("{table}: a row that should not be there: {more:?}")),
        (_, Some(less)) => Err(format!("{table}: no row {less:?}")),
        (None, None) => Ok(()),
    }
}

/// A row's place in its table's order; what is empty comes first.
fn key(table: &str, row: &Answer) -> Vec<(u8, String, i64)> {
    let cell = |column: &&str| match row.get(*column) {
        None | Some(Value::Null) => (0, String::new(), 0),
        Some(Value::Number(number)) => (1, String::new(), number.as_i64().unwrap()),
        Some(value) => (1, value.as_str().unwrap().to_owned(), 0),
    };
    stead_tables::table(table).unwrap().order.iter().map(cell).collect()
}

/// Whether the rows of a file lie as the table's order says, no two alike in it.
pub fn in_order(table: &str, rows: &[Answer]) -> Result<(), String> {
    for pair in rows.windows(2) {
        if key(table, &pair[0]) >= key(table, &pair[1]) {
            return Err(format!("{table}: out of order:\n {:?}\n {:?}", pair[0], pair[1]));
        }
    }
    Ok(())
}

/// Sorts rows as the table's order says.
pub fn sorted(table: &str, mut rows: Vec<Answer>) -> Vec<Answer> {
    rows.sort_by_key(|row| key(table, row));
    rows
}
