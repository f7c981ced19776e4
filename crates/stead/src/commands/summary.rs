//! `stead summary`: numbers about groups of people, small ones kept back.

mod sharing;

use std::process::ExitCode;

use stead_app::Address;
use stead_app::summary::{GroupSummary, PartSummary, PlaceSummary, Summary};

use super::wait;
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::{OUTDATED, Output, shortened};

/// Columns of a name in a table of numbers.
const NAME: usize = 38;

/// Columns of a place's name where the name of a part stands beside it.
const PLACE: usize = 22;

/// Columns of the name of a part beside the name of a place.
const PART: usize = 18;

/// Prints the latest run's summary: without a place, a line for each place.
pub fn summary(lake: &Address, place: Option<&str>, by: &str, output: &Output) -> Result<ExitCode, Failure> {
    let summary = wait(stead_app::summary::summary(lake, place, by))?;
    if output.format == Format::Json {
        output.json(&summary)?;
        return Ok(ExitCode::SUCCESS);
    }
    output.line(format!("As of {}", stead_app::explain::day_words(&summary.on)))?;
    if summary.outdated {
        output.wrapped("", OUTDATED)?;
    }
    output.line("")?;
    if place.is_none() {
        overview(&summary, output)?;
    } else {
        for place in &summary.places {
            details(place, usize::MAX, output)?;
            if by == "all" {
                place.groups.iter().try_for_each(|group| sharing::shown(place, group, output))?;
            }
        }
    }
    legend(output)?;
    Ok(ExitCode::SUCCESS)
}

/// What the numbers are.
pub fn legend(output: &Output) -> std::io::Result<()> {
    output.line("")?;
    output.line("*: kept back, because few people are behind it or behind a number beside it that")?;
    output.line("it would give away. Other numbers are rounded.")?;
    output.line("organisations: that act for one person, on average; fragmentation: 0 one, 1 all")?;
    output.line("different providers (1 − Bice–Boxerman continuity).")
}

/// A line for each place and part: how many people, how many organisations act for one of them.
pub fn overview(summary: &Summary, output: &Output) -> std::io::Result<()> {
    let mut rows = Vec::new();
    let (both, cut) = (summary.places.len() > 1, summary.by != "all");
    let (place_columns, part_columns) = if both && cut { (PLACE, PART) } else { (NAME, NAME) };
    for place in &summary.places {
        for part in place.groups.first().into_iter().flat_map(|group| &group.parts) {
            let mut row = Vec::new();
            if both || !cut {
                row.push(shortened(&place.name, place_columns));
            }
            if cut {
                row.push(shortened(&part.name, part_columns));
            }
            let mean = |mean: &Option<String>| mean.clone().unwrap_or_else(|| "–".to_owned());
            row.extend([part.members.clone(), mean(&part.mean_organisations), mean(&part.mean_fragmentation)]);
            rows.push(row);
        }
    }
    let mut heads = Vec::new();
    if both || !cut {
        heads.push("place");
    }
    if cut {
        heads.push(&summary.by);
    }
    heads.extend(["people", "organisations", "fragmentation"]);
    output.table(&heads, &rows)
}

/// A place's needs: for each of the first groups and each part, in how many citizens each need stands how.
pub fn details(place: &PlaceSummary, groups_max: usize, output: &Output) -> std::io::Result<()> {
    for group in place.groups.iter().take(groups_max) {
        for part in group.parts.iter().filter(|part| !part.needs.is_empty()) {
            output.heading(&title(place, group, part))?;
            let rows: Vec<Vec<String>> = part
                .needs
                .iter()
                .map(|need| {
                    let counts = [&need.met, &need.due, &need.overdue, &need.never];
                    [shortened(&need.name, NAME)].into_iter().chain(counts.map(Clone::clone)).collect()
                })
                .collect();
            output.table(&["need", "met", "due", "overdue", "never"], &rows)?;
        }
    }
    Ok(())
}

fn title(place: &PlaceSummary, group: &GroupSummary, part: &PartSummary) -> String {
    let part_name = if part.part == "all" { String::new() } else { format!(", {}", part.name) };
    let people =
        if part.members == "*" { "how many is kept back".to_owned() } else { format!("{} people", part.members) };
    format!("{}: {}{part_name}: {people}", place.name, group.name)
}
