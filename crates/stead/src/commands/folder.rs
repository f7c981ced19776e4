//! `stead new`, `check`, `fmt`, `schema`: place folders.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Map, json};
use stead_app::check::{Checked, Formatted};
use stead_app::{Problem, Severity};

use super::wait;
use crate::arguments::Format;
use crate::arguments::people::Standing;
use crate::failure::{FINDINGS, Failure, problems_found, problems_told, told};
use crate::output::Output;

/// Writes a place folder to start from.
pub fn new(folder: &Path, harbour: bool, output: &Output) -> Result<ExitCode, Failure> {
    let files = if harbour { stead_app::folders::new_harbour(folder)? } else { stead_app::folders::new(folder)? };
    if output.format == Format::Json {
        output.json(&json!({ "version": 1, "files": files }))?;
    } else {
        output.line(format!("{} files written. Next: stead check {}", files.len(), folder.display()))?;
        for file in &files {
            output.line(format!("  {}", file.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Finds errors and gaps, and who has not signed.
pub fn check(places: &[PathBuf], standing: Standing, output: &Output) -> Result<ExitCode, Failure> {
    let (registry, on) = standing.asked()?;
    let Checked { problems, signatures_unknown } = wait(stead_app::check::check_signed(places, &registry, on))?;
    problems_found(&problems, output)?;
    if signatures_unknown {
        told("who has signed was not looked at: name a registry with `--registry`");
    }
    Ok(if has_errors(&problems) { ExitCode::from(FINDINGS) } else { ExitCode::SUCCESS })
}

fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// Formats files.
pub fn format(places: &[PathBuf], only_check: bool, output: &Output) -> Result<ExitCode, Failure> {
    let (mut changed, mut unchanged, mut problems) = (Vec::new(), 0, Vec::new());
    for place in places {
        let report = stead_app::check::format(place, only_check)?;
        problems.extend(report.problems);
        for (path, formatted) in report.files {
            match formatted {
                Formatted::Changed => changed.push(path),
                Formatted::Unchanged => unchanged += 1,
            }
        }
    }
    if output.format == Format::Json {
        let views: Vec<_> = problems.iter().map(Problem::view).collect();
        output.json(&json!({ "version": 1, "changed": changed, "unchanged": unchanged, "problems": views }))?;
    } else {
        if !problems.is_empty() {
            problems_told(&problems, output)?;
        }
        let what = if only_check { "would change" } else { "formatted" };
        for path in &changed {
            output.line(format!("{what}: {}", path.display()))?;
        }
        told(&format!("{} {what}, {unchanged} as they should be", changed.len()));
    }
    let findings = !problems.is_empty() || only_check && !changed.is_empty();
    Ok(if findings { ExitCode::from(FINDINGS) } else { ExitCode::SUCCESS })
}

/// Writes the JSON Schemas, or prints them.
pub fn schema(out: Option<&Path>, output: &Output) -> Result<ExitCode, Failure> {
    if let Some(out) = out {
        let files = stead_app::check::write_schemas(out)?;
        if output.format == Format::Json {
            output.json(&json!({ "version": 1, "files": files }))?;
        } else {
            files.iter().try_for_each(|file| output.line(file.display().to_string()))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let schemas = stead_app::check::schemas();
    if output.format == Format::Json {
        let schemas: Map<_, _> = schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
        output.json(&json!({ "version": 1, "schemas": schemas }))?;
    } else {
        schemas.iter().try_for_each(|(_, schema)| output.line(format!("{schema:#}")))?;
    }
    Ok(ExitCode::SUCCESS)
}
