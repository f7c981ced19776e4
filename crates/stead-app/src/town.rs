//! A made-up town, for the example place or another, or for real small areas.

mod direct;

use std::path::{Path, PathBuf};

use stead_folder::{Folder, Problem, Severity};
use stead_rules::Definitions;
use stead_synth::{TownOptions, TownReport};

use crate::error::AppError;
use crate::folders::harbour;

pub use direct::town_lake;

/// The table of small areas in a place folder.
const SMALL_AREAS: &str = "small-areas.csv";

/// What says where places are; of another geography, so of no use with other small areas.
const GEOGRAPHY: [&str; 2] = ["areas.csv", "areas.geojson"];

/// Whose organisations hold records, and where citizens live.
#[derive(Clone, Debug, Default)]
pub struct TownPlace {
    /// A place folder; the example place when there is none.
    pub folder: Option<PathBuf>,
    /// A table of small areas to live in instead of the folder's own.
    pub small_areas: Option<PathBuf>,
}

/// Makes a town.
///
/// # Errors
/// When the folder has errors, nobody could live there, or files cannot be written.
pub fn town(
    place: &TownPlace,
    options: &TownOptions,
    out: &Path,
    progress: &dyn Fn(u64),
) -> Result<TownReport, AppError> {
    Ok(stead_synth::town(&definitions(place)?, options, out, progress)?)
}

/// What the town is made from.
fn definitions(place: &TownPlace) -> Result<Definitions, AppError> {
    let mut folder = place.folder.as_deref().map_or_else(harbour, Folder::load);
    if let Some(path) = &place.small_areas {
        let bytes = std::fs::read(path).map_err(AppError::file(path, "read"))?;
        folder = elsewhere(&folder, &path.to_string_lossy(), &bytes);
    }
    let mut reading = stead_folder::read(&[folder]);
    if let Some(path) = &place.small_areas {
        // A town needs organisations, sites and homes. Places drawn on another map do not matter here.
        let is_of_it = |problem: &Problem| problem.file.path() == path.to_string_lossy();
        reading.problems.retain(|problem| problem.severity == Severity::Error && is_of_it(problem));
    }
    if reading.has_errors() {
        return Err(AppError::Folder(reading.problems));
    }
    Ok(reading.definitions)
}

/// The folder with other small areas, and without its own geography.
fn elsewhere(folder: &Folder, shown: &str, small_areas: &[u8]) -> Folder {
    let mut moved = Folder::new(folder.name());
    for (path, file) in folder.files().filter(|(path, _)| !GEOGRAPHY.contains(path)) {
        moved.put(path, file.text().as_bytes());
    }
    moved.put_from(shown, SMALL_AREAS, small_areas);
    moved
}
