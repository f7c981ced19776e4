//! A run: from place folders and a lake to answers as of a day, kept in the lake.

mod said;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;
use stead_engine::cluster::available;
use stead_engine::query::directory;
use stead_engine::{BUCKET_TABLES, Bucket, Desk, EngineError, Files, Location, Params, Prepared, write_choices};
use stead_folder::{Problem, Reading};
use stead_lake::{Address, Lake, LakeError, Run, RunHead, RunWriter};
use stead_registry::RegistryAddress;
use stead_rules::Definitions;
use stead_rules::disclosure::Rule;

use crate::cluster::{self, BUCKETS_SENT};
use crate::error::AppError;
use crate::query::{addresses, files_in, lake_files};
use crate::sql::{Asked, opened, patiently};
use said::{Choices, Said};

pub(crate) use said::records_of;

/// The version of the report's shape; a reader that knows this number understands every field.
pub const RUN_VERSION: u32 = 1;

/// How many unmapped codes a report names.
const UNMAPPED_NAMED: usize = 20;

/// The table of what citizens permit and object to.
const CHOICE: &str = "choice";

/// What a run did, and the first things that one asks of it.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    /// [`RUN_VERSION`].
    pub version: u32,
    /// The run's id in the lake.
    pub run: String,
    /// The day the answers are for.
    pub on: String,
    /// Buckets in the lake.
    pub buckets: u16,
    /// Of those, how many were taken over from an earlier run over the same records.
    pub buckets_reused: u16,
    /// Citizens alive on the day, by the run's rule for small numbers.
    pub citizens: String,
    /// Of those, how many are in no place; `*`: few.
    pub in_no_place: String,
    /// Citizens in each place on the day, in the folders' order.
    pub places: Vec<Members>,
    /// How many codes in the records no mapping explains.
    pub unmapped_codes: u64,
    /// Those that most records use.
    pub unmapped: Vec<Unmapped>,
    /// How long it took.
    pub seconds: f64,
}

/// How many citizens a place has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Members {
    /// The place's id.
    pub place: String,
    /// Its name.
    pub name: String,
    /// Citizens in it on the day; `*`: few.
    pub citizens: String,
}

/// A code in the records that no mapping of the folders explains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Unmapped {
    /// What it would stand for: contact, service, profession or organisation.
    pub meaning: String,
    /// `system|code`, or a key.
    pub code: String,
    /// What the records call it.
    pub term: Option<String>,
    /// In how many records.
    pub records: u64,
}

/// Runs everything over a lake, on a cluster or else in this process on so many threads. Who signed what, and what citizens
/// object to, is in the registry; without one nobody has said anything. Gives what place folders may be better for, too;
/// with errors in them nothing is run.
///
/// # Errors
/// When a folder has errors, there is no lake, or a pass fails.
pub async fn run(
    reading: Reading,
    lake: &Address,
    params: Params,
    registry: Option<&RegistryAddress>,
    cluster: Option<&cluster::Address>,
    threads: usize,
    progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
) -> Result<(RunReport, Vec<Problem>), AppError> {
    let begun = Instant::now();
    if cluster.is_some() {
        available()?;
    }
    if reading.has_errors() {
        return Err(AppError::Folder(reading.problems));
    }
    let (lake, latest) = opened(lake).await?;
    let definitions = reading.definitions;
    let said = Said::of(registry, &definitions).await?;
    let params = Params { bindings: said.bindings.clone(), ..params };
    let known = directory(&lake_files(&lake, 0)).await?;
    let prepared = Prepared::new(definitions.clone(), &known, params.clone()).map_err(EngineError::from)?;
    let head = head(&definitions, &prepared)?;
    let choices = Choices::new(said.choices, lake.buckets());
    let (published, reused) = match latest {
        Some(run) if *run.head() == head && run.input(None) == Some(&choices.whole_input(&lake)) => {
            (run, lake.buckets())
        }
        latest => {
            let wanted = Wanted { prepared: Arc::new(prepared), choices, head };
            compute(&lake, wanted, latest, cluster, threads, progress).await?
        }
    };
    let report = report(&definitions, &lake, &published, &params, reused, begun).await?;
    Ok((report, reading.problems))
}

fn head(definitions: &Definitions, prepared: &Prepared) -> Result<RunHead, AppError> {
    let places = definitions.places.iter().map(|place| place.id.to_string()).collect();
    let text = serde_json::to_value(definitions);
    let definitions = text.map_err(|error| AppError::Internal(format!("definitions cannot be written: {error}")))?;
    let on = prepared.params.on.to_string();
    Ok(RunHead { on, places, definitions_digest: format!("{:016x}", prepared.digest()), definitions })
}

/// What is to be computed.
struct Wanted {
    prepared: Arc<Prepared>,
    choices: Choices,
    head: RunHead,
}

/// Computes what no earlier run has, and publishes it all.
async fn compute(
    lake: &Lake,
    wanted: Wanted,
    latest: Option<Run>,
    cluster: Option<&cluster::Address>,
    threads: usize,
    progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
) -> Result<(Run, u16), AppError> {
    let Wanted { prepared, choices, head } = wanted;
    let earlier = latest.filter(|run| *run.head() == head && run.buckets() == lake.buckets());
    let inputs: Arc<[String]> = (0..lake.buckets()).map(|bucket| choices.input(lake, bucket)).collect();
    let whole_input = choices.whole_input(lake);
    let (writer, mut buckets) = begun(lake.clone(), head, Arc::clone(&inputs), earlier).await?;
    let reused = buckets.iter().filter(|bucket| bucket.known.is_some()).count() as u16;
    let place = Location::from(String::from(writer.scratch()?));
    let engine = cluster::engine(cluster, Some(place), threads)?;
    let threads = if cluster.is_some() { BUCKETS_SENT } else { threads };
    for bucket in buckets.iter_mut().filter(|bucket| bucket.known.is_none()) {
        let Some(choices) = choices.of(bucket.number) else { continue };
        let to = Location::from(String::from(writer.url(CHOICE, Some(bucket.number))?));
        write_choices(&*engine, &bucket.files, &to, choices).await?;
        bucket.files.insert(CHOICE, [to]);
    }
    let desk = Arc::new(RunDesk { writer: Mutex::new(Some(writer)), inputs: Arc::clone(&inputs), progress });
    let run = stead_engine::Run { prepared, buckets, threads, engine, desk: Arc::<RunDesk>::clone(&desk) };
    stead_engine::run::run(run).await?;
    let writer = desk.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut writer = writer.ok_or_else(|| AppError::Internal("a run was published twice".to_owned()))?;
    let run = patiently(move || {
        let tables: Vec<&str> = BUCKET_TABLES.into_iter().chain([CHOICE, "fragmentation"]).collect();
        for (number, input) in (0..).zip(inputs.iter()) {
            writer.finish(Some(number), input, &tables)?;
        }
        writer.finish(None, &whole_input, &["provider_pair", "unmapped", "summary", "sharing_summary"])?;
        writer.publish()
    });
    Ok((run.await?, reused))
}

/// A run that has begun, and what of each bucket is to do.
async fn begun(
    lake: Lake,
    head: RunHead,
    inputs: Arc<[String]>,
    earlier: Option<Run>,
) -> Result<(RunWriter, Vec<Bucket>), AppError> {
    patiently(move || {
        let mut writer = lake.begin_run(head)?;
        let mut buckets = Vec::new();
        for (number, input) in (0..).zip(inputs.iter()) {
            let known = known(&lake, &mut writer, (number, input), earlier.as_ref())?;
            buckets.push(Bucket { number, files: lake_files(&lake, number), known });
        }
        Ok((writer, buckets))
    })
    .await
}

/// The answers of a bucket that hold already: from an attempt that was interrupted, or from the run before.
fn known(
    lake: &Lake,
    writer: &mut RunWriter,
    (number, input): (u16, &str),
    earlier: Option<&Run>,
) -> Result<Option<Files>, LakeError> {
    if writer.done(Some(number)) != Some(input) {
        let Some(run) = earlier else { return Ok(None) };
        if !writer.reuse(Some(number), input, run)? {
            return Ok(None);
        }
    }
    let mut files = files_in(lake);
    for table in BUCKET_TABLES {
        files.insert(table, addresses(writer.files(table, Some(number))));
    }
    Ok(Some(files))
}

/// Where a run's answers go.
struct RunDesk {
    /// Until the run is published.
    writer: Mutex<Option<RunWriter>>,
    /// What each bucket is worked out from.
    inputs: Arc<[String]>,
    progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
}

impl RunDesk {
    fn with<T>(&self, act: impl FnOnce(&mut RunWriter) -> Result<T, LakeError>) -> Result<T, EngineError> {
        // A store may take its time; what else is to be done on this thread is done elsewhere until then.
        tokio::task::block_in_place(|| {
            let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let writer = writer.as_mut().ok_or_else(|| EngineError::Stopped("it was published already".to_owned()))?;
            act(writer).map_err(|error| EngineError::Desk(Box::new(error)))
        })
    }
}

impl Desk for RunDesk {
    fn location(&self, table: &str, bucket: Option<u16>) -> Result<Location, EngineError> {
        self.with(|writer| writer.url(table, bucket)).map(|url| Location::from(String::from(url)))
    }

    fn finished(&self, bucket: u16) -> Result<(), EngineError> {
        let input = self.inputs.get(usize::from(bucket)).map_or("", String::as_str);
        let tables: Vec<&str> = BUCKET_TABLES.into_iter().chain([CHOICE]).collect();
        self.with(|writer| writer.finish(Some(bucket), input, &tables))
    }

    fn progress(&self, done: usize, steps: usize) {
        (self.progress)(done as u64, steps as u64);
    }
}

/// The first things that one asks of a run.
async fn report(
    definitions: &Definitions,
    lake: &Lake,
    run: &Run,
    params: &Params,
    reused: u16,
    begun: Instant,
) -> Result<RunReport, AppError> {
    let asked = Asked::new(lake, Some(run));
    let rule = Rule { suppress_max: params.suppress_max.into(), round_to: params.round_to.into() };
    let shown = |count: u64| rule.shown(count).to_string();
    let alive = "SELECT count(*) AS citizens, count(*) FILTER (WHERE cardinality(places) = 0) AS nowhere FROM person";
    let alive: Vec<Alive> = asked.rows(alive).await?;
    let alive = alive.first().copied().unwrap_or_default();
    let members = "SELECT place, count(*) AS citizens FROM (SELECT unnest(places) AS place FROM person) GROUP BY place";
    let members: Vec<Counted> = asked.rows(members).await?;
    let members: BTreeMap<String, u64> = members.into_iter().map(|row| (row.place, row.citizens)).collect();
    let places = definitions.places.iter().map(|place| Members {
        place: place.id.to_string(),
        name: place.name.to_string(),
        citizens: shown(members.get(place.id.as_str()).copied().unwrap_or(0)),
    });
    let mut unmapped: Vec<Unmapped> =
        asked.rows("SELECT meaning, code, term, records FROM unmapped ORDER BY records DESC, meaning, code").await?;
    let unmapped_codes = unmapped.len() as u64;
    unmapped.truncate(UNMAPPED_NAMED);
    Ok(RunReport {
        version: RUN_VERSION,
        run: run.id().to_owned(),
        on: run.head().on.clone(),
        buckets: lake.buckets(),
        buckets_reused: reused,
        citizens: shown(alive.citizens),
        in_no_place: shown(alive.nowhere),
        places: places.collect(),
        unmapped_codes,
        unmapped,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

#[derive(Clone, Copy, Default, serde::Deserialize)]
struct Alive {
    citizens: u64,
    nowhere: u64,
}

#[derive(serde::Deserialize)]
struct Counted {
    place: String,
    citizens: u64,
}
