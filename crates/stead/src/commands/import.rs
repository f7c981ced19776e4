//! `stead import`: records into tables.

use std::process::ExitCode;

use stead_app::{Address, AppError, ImportOptions, ImportReport, Input, TypeReport};

use crate::arguments::{Format, Import};
use crate::failure::Failure;
use crate::output::{Output, bytes, counted, thousands};
use crate::progress::Bar;

/// How many reasons are named of those for which fields were left out.
const REMARKS_NAMED: usize = 12;

/// Imports records and accounts for every one.
pub fn import(asked: Import, output: &Output) -> Result<ExitCode, Failure> {
    let mut options = ImportOptions {
        inputs: asked.inputs.iter().map(|text| Input::of(text)).collect(),
        buckets: asked.buckets,
        links: asked.links,
        strict: asked.strict,
        ..ImportOptions::default()
    };
    if !asked.shared_identifier.is_empty() {
        let usual = stead_app::SHARED_SYSTEMS.iter().map(ToString::to_string);
        options.shared_systems = Some(usual.chain(asked.shared_identifier).collect());
    }
    let bar = Bar::new("reading MB");
    let report = stead_app::import(&asked.lake, &options, &bar).map_err(AppError::from);
    bar.clear();
    let report = report?;
    if output.format == Format::Json {
        output.json(&report)?;
    } else {
        told(&report, &asked.lake, output)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The first lines of a report, and who could not be read.
pub fn brief(report: &ImportReport, output: &Output) -> std::io::Result<()> {
    output.wrapped(
        "",
        &format!(
            "{} from {} of theirs ({} linked with another)",
            counted(report.citizens, "citizen"),
            counted(report.records, "record"),
            thousands(report.records_linked)
        ),
    )?;
    output.line(format!("{} read in {:.1} s", bytes(report.bytes), report.seconds))?;
    let total = &report.total;
    output.wrapped(
        "",
        &format!(
            "{}: {} in tables, {} kept whole, {} quarantined; {} of records that disagree about who somebody is",
            counted(total.read, "resource"),
            thousands(total.in_tables),
            thousands(total.kept_whole),
            thousands(total.quarantined),
            counted(report.conflicts.values().sum(), "case"),
        ),
    )
}

/// The report in words.
fn told(report: &ImportReport, lake: &Address, output: &Output) -> std::io::Result<()> {
    brief(report, output)?;
    if !report.changed {
        output.line("Nothing in the lake changed.")?;
    }
    output.line("")?;
    let row = |name: &str, counts: &TypeReport| {
        let counts = [counts.read, counts.in_tables, counts.kept_whole, counts.quarantined];
        [name.to_owned()].into_iter().chain(counts.map(thousands)).collect::<Vec<_>>()
    };
    let mut rows: Vec<_> = report.types.iter().map(|(name, counts)| row(name, counts)).collect();
    rows.push(row("all", &report.total));
    output.table(&["type", "read", "in tables", "kept whole", "quarantined"], &rows)?;
    if report.total.duplicate + report.total.replaced > 0 {
        let (duplicate, replaced) = (thousands(report.total.duplicate), thousands(report.total.replaced));
        let text =
            format!("Of these, {duplicate} were there already, and {replaced} have a later version that counts.");
        output.line("")?;
        output.wrapped("", &text)?;
    }
    for (kind, count) in &report.conflicts {
        output.line("")?;
        let cases = if *count == 1 { "case" } else { "cases" };
        output.line(format!("{} {cases} of {kind}", thousands(*count)))?;
    }
    if !report.conflicts.is_empty() {
        output.line("All of these:")?;
        super::run::query_told("SELECT * FROM conflict", lake, output)?;
    }
    let nowhere: u64 = report.references_nowhere.values().sum();
    if nowhere > 0 {
        let kinds: Vec<String> =
            report.references_nowhere.iter().map(|(kind, count)| format!("{kind} {}", thousands(*count))).collect();
        output.line("")?;
        output.wrapped(
            "",
            &format!("{} leading to nothing in the lake: {}", counted(nowhere, "reference"), kinds.join(", ")),
        )?;
    }
    remarks(report, output)?;
    for fault in &report.link_file_faults {
        output.wrapped("", &format!("link file, line {}: {}", fault.line, fault.reason))?;
    }
    if let Some(quarantine) = &report.quarantine {
        output.line("")?;
        output.line(format!("What could not be read, with place and reason: {}", quarantine.display()))?;
    }
    Ok(())
}

/// Fields that could not be read, most frequent reasons first.
fn remarks(report: &ImportReport, output: &Output) -> std::io::Result<()> {
    let mut reasons: Vec<(u64, String)> = Vec::new();
    for (kind, counts) in &report.remarks {
        reasons.extend(counts.iter().map(|(reason, count)| (*count, format!("{kind}: {reason}"))));
    }
    if reasons.is_empty() {
        return Ok(());
    }
    reasons.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    output.line("")?;
    output.line("What records say that could not be used, most frequent first:")?;
    for (count, reason) in reasons.iter().take(REMARKS_NAMED) {
        output.wrapped(&format!("  {:>9}  ", thousands(*count)), reason)?;
    }
    if reasons.len() > REMARKS_NAMED {
        output.line(format!("  and {} more reasons: --format json names them all", reasons.len() - REMARKS_NAMED))?;
    }
    Ok(())
}
