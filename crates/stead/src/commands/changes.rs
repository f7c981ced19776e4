//! `stead changes`: who came into a place and who left it.

use std::collections::BTreeMap;
use std::process::ExitCode;

use stead_app::changes::Change;
use stead_app::{Address, Day};

use super::wait;
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::{OUTDATED, Output, thousands};

/// How many citizens are named on screen, each way.
const NAMED: usize = 10;

/// Says who came, who left, and why.
pub fn changes(lake: &Address, from: Day, to: Day, place: Option<&str>, output: &Output) -> Result<ExitCode, Failure> {
    if to <= from {
        return Err(Failure::Use(format!("--to {to} is not after --from {from}; name the earlier day first")));
    }
    let changes = wait(stead_app::changes::changes(lake, from, to, place))?;
    if output.format == Format::Json {
        output.json(&changes)?;
        return Ok(ExitCode::SUCCESS);
    }
    output.line(format!("Between {} and {}", from.words(), to.words()))?;
    if changes.outdated {
        output.wrapped("", OUTDATED)?;
    }
    for place in &changes.places {
        output.heading(&place.name)?;
        told("came", &place.entered, output)?;
        told("left", &place.left, output)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told(what: &str, changes: &[Change], output: &Output) -> std::io::Result<()> {
    output.line(format!("  {} {what}", thousands(changes.len() as u64)))?;
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for change in changes {
        *reasons.entry(change.why.join("; ")).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    for (why, count) in reasons.iter().take(NAMED) {
        output.wrapped(&format!("    {:>7}  ", thousands(*count)), why)?;
    }
    for change in changes.iter().take(NAMED) {
        output.line(format!("    {}  {}", change.day, change.citizen))?;
    }
    if changes.len() > NAMED {
        output.line(format!("    … and {} more: --format json names everybody", changes.len() - NAMED))?;
    }
    Ok(())
}
