//! `stead synth`: a made-up town.

use std::process::ExitCode;

use serde_json::{Value, json};
use stead_app::town::{TownPlace, town};
use stead_app::{History, TownOptions};

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
    let bar = Bar::new("making citizens");
    let place = TownPlace { folder: asked.place, small_areas: asked.areas };
    let report = town(&place, &options, &asked.out, &|done| bar.tell("making citizens", done, asked.citizens))?;
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
            "version": 1, "citizens": report.citizens, "seed": asked.seed, "last_day": asked.last_day.to_string(),
            "resources": total.resources, "bytes": total.bytes, "types": types,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output.line(format!(
        "{} citizens who do not exist: {} resources, {}, in {}",
        thousands(report.citizens),
        thousands(total.resources),
        bytes(total.bytes),
        asked.out.display()
    ))?;
    let row = |(kind, tally): (_, stead_app::Tally)| vec![kind, thousands(tally.resources), bytes(tally.bytes)];
    let rows: Vec<_> = report.by_type().into_iter().map(|(kind, tally)| row((kind.word().to_owned(), tally))).collect();
    output.line("")?;
    output.table(&["type", "resources", "size"], &rows)?;
    Ok(ExitCode::SUCCESS)
}
