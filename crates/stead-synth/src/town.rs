//! Making a whole town.

use std::io;
use std::path::Path;

use stead_rules::Definitions;

use crate::blocks::in_order;
use crate::fhir::{Page, write_common, write_life};
use crate::life::life;
use crate::options::TownOptions;
use crate::report::TownReport;
use crate::sink::{Folder, Sink};
use crate::world::World;

/// How many citizens a thread makes at a time: some megabytes of text.
const BLOCK_CITIZENS: u64 = 100;

/// Why a town could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TownError {
    /// No citizen was asked for.
    #[error("a town has at least one citizen: ask for 1 or more")]
    NoCitizens,
    /// More citizens were asked for than there are numbers.
    #[error("a lake made directly has at most {most} citizens: ask for fewer")]
    TooMany {
        /// How many there can be.
        most: u64,
    },
    /// A small area that is several: another table than that of small areas was taken for it.
    #[error(
        "`{code}` is the code of several small areas, not of one: is this a table of small areas, with a column `small_area`?"
    )]
    SeveralSmallAreas {
        /// What was written.
        code: String,
    },
    /// The definitions have no small areas.
    #[error("nobody can live here: the place folder has no small areas; add `small-areas.csv`")]
    NoSmallAreas,
    /// The small areas have no people.
    #[error("nobody lives here: the population columns of `small-areas.csv` are all zero; fill them or leave them out")]
    NobodyLivesThere,
    /// The definitions have no organisations.
    #[error("nobody would hold the records: the place folder has no organisations; add `organisations.csv`")]
    NoOrganisations,
    /// An id that FHIR cannot carry.
    #[error("`{id}` cannot be an id in records: use at most 64 letters, digits, hyphens and points")]
    NotAnId {
        /// What was written.
        id: String,
    },
    /// Writing failed.
    #[error("the town could not be written: {0}")]
    Write(#[from] io::Error),
}

/// Makes a town and writes it as `out/SOURCE/Type.ndjson`. `progress` hears how many citizens are done.
///
/// # Errors
/// When the definitions hold no town, `out` is not empty, or writing fails; then `out` stays as it was.
pub fn town(
    definitions: &Definitions,
    options: &TownOptions,
    out: &Path,
    progress: &dyn Fn(u64),
) -> Result<TownReport, TownError> {
    let world = World::new(definitions, options)?;
    write_town(&world, options, &mut Folder::create(out)?, progress)
}

/// Hands what belongs to no citizen to a sink: organisations, sites, services, professionals.
///
/// # Errors
/// When the sink fails.
pub fn write_common_records(world: &World, sink: &mut dyn Sink) -> Result<(), TownError> {
    let mut report = TownReport::default();
    let mut common = Page::new(world.sources.len());
    write_common(world, &mut common);
    take(world, &common, sink, &mut report)?;
    Ok(sink.finish()?)
}

/// Makes a town and hands its text to a sink: first what belongs to no citizen, then citizens in order.
///
/// # Errors
/// When the sink fails.
pub fn write_town(
    world: &World,
    options: &TownOptions,
    sink: &mut dyn Sink,
    progress: &dyn Fn(u64),
) -> Result<TownReport, TownError> {
    let mut report = TownReport { citizens: world.citizens, ..TownReport::default() };
    let mut common = Page::new(world.sources.len());
    write_common(world, &mut common);
    take(world, &common, sink, &mut report)?;

    let block = if options.block_citizens == 0 { BLOCK_CITIZENS } else { options.block_citizens };
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    in_order(
        0..world.citizens.div_ceil(block),
        threads,
        || Page::new(world.sources.len()),
        |number, page| {
            page.clear();
            for index in number * block..((number + 1) * block).min(world.citizens) {
                write_life(world, &life(world.seed, index, world), page);
            }
        },
        |number, page| {
            take(world, page, sink, &mut report)?;
            progress(((number + 1) * block).min(world.citizens));
            Ok::<(), TownError>(())
        },
    )?;
    sink.finish()?;
    Ok(report)
}

fn take(world: &World, page: &Page, sink: &mut dyn Sink, report: &mut TownReport) -> Result<(), TownError> {
    for (source, kind, resources, lines) in page.parts() {
        let source = world.source(source).map_or("town", |source| source.id.as_str());
        sink.write(source, kind, lines)?;
        report.add(source, kind, resources, lines.len() as u64);
    }
    Ok(())
}
