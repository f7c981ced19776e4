//! `stead synth`: a made-up town, as records or as the tables of a lake.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use stead_app::town::{TownPlace, town, town_lake};
use stead_app::{Address, AppError, History, TownOptions};

use crate::arguments::{Format, Synth};
use crate::failure::Failure;
use crate::output::{Output, bytes, thousands};
use crate::progress::Bar;

/// Makes a town and says what was written.
pub fn synth(asked: Synth, output: &Output) -> Result<ExitCode, Failure> {
    let options = TownOptions {
        citizens: asked.citizens,
        seed: asked.seed,
        history: if asked.slim { History::Slim } else { History::Full },
        last_day: asked.last_day,
        threads: asked.threads,
        ..TownOptions::default()
    };
    let place = TownPlace { folder: asked.place, small_areas: asked.areas };
    match (&asked.out, &asked.lake) {
        (Some(out), _) => records(&place, &options, out, output),
        (None, Some(lake)) => tables(&place, &options, lake, output),
        // The command line asks for one of them.
        (None, None) => Err(AppError::Internal("neither `--out` nor `--lake` was given".to_owned()).into()),
    }
}

fn records(place: &TownPlace, options: &TownOptions, out: &Path, output: &Output) -> Result<ExitCode, Failure> {
    let bar = Bar::new("making citizens");
    let report = town(place, options, out, &|done| bar.tell("making citizens", done, options.citizens))?;
    bar.clear();
    let total = report.total();
    if output.format == Format::Json {
        let types: serde_json::Map<String, Value> = report
            .by_type()
            .into_iter()
            .map(|(kind, tally)| {
                (kind.word().to_owned(), json!({ "resources": tally.resources, "bytes": tally.bytes }))
            })
            .collect();
        output.json(&json!({
            "version": 1, "citizens": report.citizens, "seed": options.seed, "last_day": options.last_day.to_string(),
            "resources": total.resources, "bytes": total.bytes, "types": types,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output.line(format!(
        "{} citizens who do not exist: {} resources, {}, in {}",
        thousands(report.citizens),
        thousands(total.resources),
        bytes(total.bytes),
        out.display()
    ))?;
    let row = |(kind, tally): (_, stead_app::Tally)| vec![kind, thousands(tally.resources), bytes(tally.bytes)];
    let rows: Vec<_> = report.by_type().into_iter().map(|(kind, tally)| row((kind.word().to_owned(), tally))).collect();
    output.line("")?;
    output.table(&["type", "resources", "size"], &rows)?;
    Ok(ExitCode::SUCCESS)
}

fn tables(place: &TownPlace, options: &TownOptions, lake: &Address, output: &Output) -> Result<ExitCode, Failure> {
    let bar = Bar::new("making citizens");
    let report = town_lake(place, options, lake, &|done| bar.tell("making citizens", done, options.citizens))?;
    bar.clear();
    let rows: u64 = report.rows.values().sum();
    if output.format == Format::Json {
        output.json(&json!({
            "version": 1, "citizens": options.citizens, "seed": options.seed, "last_day": options.last_day.to_string(),
            "rows": report.rows, "bytes": report.bytes,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output.line(format!(
        "{} citizens who do not exist: {} rows, {}, in {}",
        thousands(options.citizens),
        thousands(rows),
        bytes(report.bytes),
        lake
    ))?;
    output.wrapped("", "The originals are left out (table `resource`), and nothing can be imported into this lake.")?;
    output.line("")?;
    let rows: Vec<_> = report.rows.iter().map(|(table, rows)| vec![table.clone(), thousands(*rows)]).collect();
    output.table(&["table", "rows"], &rows)?;
    Ok(ExitCode::SUCCESS)
}
