//! `stead run`: work everything out, as of a day.

use std::process::ExitCode;
use std::sync::Arc;

use stead_app::run::RunReport;
use stead_app::{Address, Params, Problem, Severity};

use super::{threads, wait};
use crate::arguments::{Format, Run};
use crate::failure::{Failure, problems_told, told};
use crate::output::{Output, shortened, thousands};
use crate::progress::Bar;

/// Columns of a place's name.
const NAME: usize = 60;

/// How many unmapped codes are named on screen.
const UNMAPPED_NAMED: usize = 5;

/// Runs places and says what came out first of all.
pub fn run(asked: Run, output: &Output) -> Result<ExitCode, Failure> {
    let params = Params {
        look_back_months: asked.look_back_months,
        pair_patients_min: asked.pair_patients_min,
        suppress_max: asked.suppress_max,
        round_to: asked.round_to,
        ..Params::on(asked.on)
    };
    let reading = stead_app::folders::read(&asked.places);
    let bar = Arc::new(Bar::new("running"));
    let moved = Arc::clone(&bar);
    let progress = Arc::new(move |done, total| moved.tell("running", done, total));
    let registry = stead_app::registry::address(asked.registry.registry)?;
    let (registry, cluster) = (Some(&registry), asked.cluster.as_ref());
    let done = wait(stead_app::run::run(reading, &asked.lake, params, registry, cluster, threads(), progress));
    bar.clear();
    let (report, problems) = done?;
    if output.format == Format::Json {
        output.json(&report)?;
        return Ok(ExitCode::SUCCESS);
    }
    // Notes are for `stead check`.
    let warnings: Vec<Problem> = problems.into_iter().filter(|it| it.severity == Severity::Warning).collect();
    if !warnings.is_empty() {
        problems_told(&warnings, output)?;
    }
    report_told(&report, &asked.lake, output)?;
    let lake = &asked.lake;
    told(&format!("next: stead summary --lake {lake} · stead explain CITIZEN --lake {lake}"));
    Ok(ExitCode::SUCCESS)
}

/// The report in words.
pub fn report_told(report: &RunReport, lake: &Address, output: &Output) -> std::io::Result<()> {
    let reused = match report.buckets_reused {
        0 => String::new(),
        reused => format!(", {reused} of {} buckets as they were", report.buckets),
    };
    output.line(format!("On {}: {:.1} s{reused}", report.on, report.seconds))?;
    output.line("")?;
    let mut rows: Vec<Vec<String>> =
        report.places.iter().map(|place| vec![shortened(&place.name, NAME), place.citizens.clone()]).collect();
    rows.push(vec!["in no place".to_owned(), report.in_no_place.clone()]);
    rows.push(vec!["alive, in the lake".to_owned(), report.citizens.clone()]);
    output.table(&["place", "citizens"], &rows)?;
    output.line("")?;
    output.line("One citizen may be in several places. Who is in none:")?;
    query_told("SELECT citizen FROM person WHERE cardinality(places) = 0", lake, output)?;
    if report.unmapped_codes > 0 {
        output.line("")?;
        output.wrapped(
            "",
            &format!(
                "{} codes or units in the records have no word in the folder, so nothing was concluded from them. A row \
                 in `mappings.csv` gives a code a word; a unit is one that no group compares with. Those that most \
                 records use:",
                thousands(report.unmapped_codes)
            ),
        )?;
        for code in report.unmapped.iter().take(UNMAPPED_NAMED) {
            let term = code.term.as_deref().map(|term| format!(" ({term})")).unwrap_or_default();
            output.wrapped(
                &format!("  {:>9}  {:<12}  ", thousands(code.records), code.meaning),
                &format!("{}{term}", code.code),
            )?;
        }
        output.line("  All:")?;
        query_told("SELECT * FROM unmapped ORDER BY records DESC", lake, output)?;
    }
    Ok(())
}

/// A question to ask next, as it can be typed.
pub fn query_told(sql: &str, lake: &Address, output: &Output) -> std::io::Result<()> {
    output.line(format!("  stead query --lake {lake} \\"))?;
    output.line(format!("    '{sql}'"))
}
