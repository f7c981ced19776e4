//! The demo: a town that does not exist, its records, its place, and the citizen of the essay, in one go.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_engine::Params;
use stead_folder::Folder;
use stead_lake::{Address, ImportOptions, ImportReport, Input, Lake, Progress, import};
use stead_registry::RegistryAddress;
use stead_rules::{Day, Period};
use stead_synth::{History, TownOptions};

pub use crate::demo_signatures::DemoAgreement;
use crate::demo_signatures::sign_all;
use crate::error::AppError;
use crate::folders::{write_file, write_harbour};
use crate::run::{RunReport, run};
use crate::settle::{CitizenYear, Summary, settle_records, write};
use crate::town::{TownPlace, town};

/// The citizen of the essay, in every made-up town.
pub const ESSAY_CITIZEN: &str = "essay-citizen";

/// Where everything of a demo lies.
#[derive(Clone, Debug)]
pub struct DemoPaths {
    /// The place folder, for changing it.
    pub place: PathBuf,
    /// The town's records.
    pub town: PathBuf,
    /// The lake.
    pub lake: PathBuf,
    /// The registry.
    pub registry: PathBuf,
    /// The accounts of the settlement.
    pub settled: PathBuf,
    keys: PathBuf,
    made: PathBuf,
}

impl DemoPaths {
    fn of(folder: &Path) -> Self {
        let at = |name: &str| folder.join(name);
        let (place, town, lake) = (at("harbour"), at("town"), at("lake"));
        let (registry, settled) = (at("registry.sqlite"), at("settled"));
        Self { place, town, lake, registry, settled, keys: at("keys"), made: at("demo.json") }
    }
}

/// Which town was made; another one is made when this differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    citizens: u64,
    seed: u64,
    last_day: String,
    program: String,
    /// Nothing until the town's records are in the lake.
    imported: bool,
}

/// What the demo did. Steps that found their work done already are `None`.
#[derive(Clone, Debug, Serialize)]
pub struct DemoReport {
    /// Citizens of the town.
    pub citizens: u64,
    /// What was written.
    pub town: Option<TownSize>,
    /// What the import did.
    pub import: Option<ImportReport>,
    /// What the run did.
    pub run: RunReport,
    /// What was signed.
    pub agreements: Vec<DemoAgreement>,
    /// Who is paid what since they began.
    pub settlement: DemoSettlement,
}

/// A settlement, as `stead settle` tells it.
#[derive(Clone, Debug, Serialize)]
pub struct DemoSettlement {
    /// What it comes to.
    #[serde(flatten)]
    pub summary: Summary,
    /// What of it was for the citizen of the essay.
    pub citizen: CitizenYear,
}

/// The size of a town's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TownSize {
    /// Number of resources.
    pub resources: u64,
    /// Bytes of text.
    pub bytes: u64,
}

/// Told how far the demo has come.
pub trait DemoProgress: Progress + Send {
    /// So many citizens of so many are made.
    fn town(&self, done: u64, total: u64);

    /// So many steps of the run, of so many, are done.
    fn run(&self, done: u64, total: u64);
}

/// The day the demo looks at: the last one of the town's records.
pub fn demo_day() -> Day {
    TownOptions::default().last_day
}

/// Makes what is not there yet, and runs the place. With `fresh`, makes everything anew.
///
/// # Errors
/// When something cannot be written, or the (perhaps changed) place folder has errors.
pub async fn demo(
    folder: &Path,
    citizens: u64,
    fresh: bool,
    threads: usize,
    progress: Arc<dyn DemoProgress + Sync>,
) -> Result<(DemoReport, DemoPaths), AppError> {
    let paths = DemoPaths::of(folder);
    let options = TownOptions { citizens, history: History::Full, threads, ..TownOptions::default() };
    let mut made = Made {
        citizens,
        seed: options.seed,
        last_day: options.last_day.to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        imported: false,
    };
    if fresh {
        remove(&paths.place)?;
        remove(&paths.keys)?;
        for beside in ["", "-wal", "-shm"] {
            remove_file(&folder.join(format!("registry.sqlite{beside}")))?;
        }
    }
    if !paths.place.join("place.toml").exists() {
        write_harbour(&paths.place)?;
    }
    let known: Option<Made> = fs::read(&paths.made).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let known =
        known.filter(|known| !fresh && Made { imported: false, ..known.clone() } == made && paths.town.exists());
    let mut report_town = None;
    if known.is_none() {
        remove_file(&paths.made)?;
        for path in [&paths.town, &paths.lake] {
            remove(path)?;
        }
        let told = |done| progress.town(done, citizens);
        let report = town(&TownPlace::default(), &options, &paths.town, &told)?;
        let total = report.total();
        report_town = Some(TownSize { resources: total.resources, bytes: total.bytes });
        note(&paths, &made)?;
    }
    let mut report_import = None;
    // A lake of another version, or half gone, is made again from the town's records.
    if known.is_none_or(|known| !known.imported) || Lake::open(&paths.lake).is_err() {
        remove(&paths.lake)?;
        let inputs = vec![Input { source: None, path: paths.town.clone() }];
        let options = ImportOptions { inputs, threads: Some(threads), ..ImportOptions::default() };
        report_import = Some(import(&paths.lake, &options, &*progress)?);
        made.imported = true;
        note(&paths, &made)?;
    }
    let reading = stead_folder::read(&[Folder::load(&paths.place)]);
    let definitions = reading.definitions.clone();
    let steps = Arc::clone(&progress);
    let told = Arc::new(move |done, total| steps.run(done, total));
    let lake = Address::from(&paths.lake);
    // Signed first: what may be seen around somebody depends on who signed.
    let registry = RegistryAddress::from(paths.registry.as_path());
    let agreements = sign_all(&definitions, &registry, &paths.keys, demo_day()).await?;
    let (run, _) = run(reading, &lake, Params::on(demo_day()), Some(&registry), None, threads, told).await?;
    let settlement = settled(&paths, &lake, threads).await?;
    let report = DemoReport { citizens, town: report_town, import: report_import, run, agreements, settlement };
    Ok((report, paths))
}

/// The time that the demo settles: from when its agreements begin until its last day.
pub fn demo_time() -> Option<Period> {
    Period::new(Day::from_ymd(2026, 4, 1)?, demo_day())
}

/// Settles the place and writes the accounts; says what was paid for the citizen of the essay.
async fn settled(paths: &DemoPaths, lake: &Address, threads: usize) -> Result<DemoSettlement, AppError> {
    let time = demo_time().ok_or_else(|| AppError::Internal("the demo ends before it begins".to_owned()))?;
    remove(&paths.settled)?;
    let found = settle_records(std::slice::from_ref(&paths.place), lake, time, threads).await?;
    let mut files = write(&found.settled, &paths.settled)?;
    files.extend(found.write_citizens(&paths.settled).await?);
    let citizen = found.citizen(ESSAY_CITIZEN).await?;
    Ok(DemoSettlement { summary: found.settled.summary(files), citizen })
}

fn note(paths: &DemoPaths, made: &Made) -> Result<(), AppError> {
    let text = serde_json::to_string_pretty(made).map_err(|error| AppError::Internal(error.to_string()))?;
    write_file(&paths.made, &text).map(|_| ())
}

fn remove(folder: &Path) -> Result<(), AppError> {
    fs::remove_dir_all(folder).or_else(absent).map_err(AppError::file(folder, "removed"))
}

fn remove_file(path: &Path) -> Result<(), AppError> {
    fs::remove_file(path).or_else(absent).map_err(AppError::file(path, "removed"))
}

fn absent(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
