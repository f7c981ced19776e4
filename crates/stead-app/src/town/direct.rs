//! A made-up town's tables written straight into a lake: for load tests of sizes that no disk holds as text.
//!
//! 1. [`survey`] makes every life once and says which of its records are which citizen, and in which bucket, as an import would.
//! 2. Each bucket is filled by itself, citizens in the order of their ids: lives are made again, since that costs less than
//!    keeping them. What records say is told by [`stead_synth::records`], from which the town's FHIR text is written, too.
//!
//! Memory holds what the survey found out of the ordinary (some bytes a citizen) and, for each thread, a few thousand rows.

mod bucket;
mod care;
mod person;
mod survey;
mod vocabulary;

use std::path::Path;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use stead_lake::direct::{DirectLake, DirectReport, direct};
use stead_lake::{Address, Conflict, LakeError};
use stead_synth::life::NUMBERS;
use stead_synth::{Folder, TownError, TownOptions, World, write_common_records};

use super::{TownPlace, definitions};
use crate::error::AppError;
use survey::survey;
use vocabulary::Names;

/// Makes a town and writes its tables into a lake in a new or empty folder.
///
/// # Errors
/// When the folder has errors, nobody could live there, there is a lake already or it would lie in an object store, or files
/// cannot be written.
pub fn town_lake(
    place: &TownPlace,
    options: &TownOptions,
    lake: &Address,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<DirectReport, AppError> {
    if options.citizens > NUMBERS {
        return Err(TownError::TooMany { most: NUMBERS }.into());
    }
    let world = World::new(&definitions(place)?, options)?;
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if options.threads == 0 { cores() } else { options.threads };
    let common = |folder: &Path| {
        let mut sink = Folder::create(folder).map_err(TownError::from)?;
        Ok(write_common_records(&world, &mut sink)?)
    };
    let sources: Vec<String> = world.sources.iter().map(|source| source.id.clone()).collect();
    direct(lake, threads, common, |lake| fill(&Filling { world: &world, sources: &sources, lake, threads, progress }))
}

/// What filling a lake needs.
struct Filling<'f> {
    world: &'f World,
    /// The names of the town's sources, by their number in the town; the lake has another order.
    sources: &'f [String],
    lake: &'f DirectLake<'f>,
    threads: usize,
    /// Hears of citizens that are done: half of each when it was surveyed, half when it was written.
    progress: &'f (dyn Fn(u64) + Sync),
}

fn fill(filling: &Filling<'_>) -> Result<Vec<Conflict>, AppError> {
    let half = filling.world.citizens / 2;
    let mut survey = survey(filling, &|done| (filling.progress)(done / 2));
    let conflicts = std::mem::take(&mut survey.conflicts);
    let names = Names::of(filling)?;
    let (next, written) = (AtomicU16::new(0), AtomicU64::new(0));
    side_by_side(filling.threads, || {
        loop {
            let bucket = next.fetch_add(1, Ordering::Relaxed);
            if bucket >= filling.lake.buckets() {
                return Ok(());
            }
            let citizens = bucket::fill(filling, &names, &survey, bucket)?;
            let done = written.fetch_add(citizens, Ordering::Relaxed) + citizens;
            (filling.progress)((half + done / 2).min(filling.world.citizens));
        }
    })?;
    Ok(conflicts)
}

/// Does the same work on several threads; the first error wins.
fn side_by_side(threads: usize, work: impl Fn() -> Result<(), LakeError> + Sync) -> Result<(), LakeError> {
    let first = Mutex::new(Ok(()));
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                if let Err(error) = work() {
                    let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
                    if first.is_ok() {
                        *first = Err(error);
                    }
                }
            });
        }
    });
    first.into_inner().unwrap_or_else(PoisonError::into_inner)
}
