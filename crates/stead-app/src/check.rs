//! Check, format and describe place folders.

use std::path::{Path, PathBuf};

use stead_folder::{Folder, Problem, Unsigned, unsigned};
use stead_registry::RegistryAddress;
use stead_rules::Day;

use crate::error::AppError;
use crate::folders::write_file;
use crate::registry::if_there;
use crate::signing::{known, standings_of};
use crate::wait::Wait;

/// What was found, and whether anybody could say who has signed.
#[derive(Debug)]
pub struct Checked {
    /// What is wrong, in the order of files and lines.
    pub problems: Vec<Problem>,
    /// Whether there are agreements, and no registry that says who has signed them.
    pub signatures_unknown: bool,
}

/// What is wrong with place folders, with the parties that have not signed on a day, where there is a registry.
///
/// # Errors
/// When the registry cannot be read.
pub fn check_signed<'a>(paths: &'a [PathBuf], registry: &'a RegistryAddress, on: Day) -> Wait<'a, Checked> {
    Box::pin(async move {
        let folders: Vec<Folder> = paths.iter().map(|path| Folder::load(path)).collect();
        let reading = stead_folder::read(&folders);
        // What is wrong in the files is mended first: it may change what is to be signed.
        if reading.has_errors() || reading.definitions.agreements.is_empty() {
            return Ok(Checked { problems: reading.problems, signatures_unknown: false });
        }
        let Some(registry) = if_there(registry).await? else {
            return Ok(Checked { problems: reading.problems, signatures_unknown: true });
        };
        let definitions = reading.definitions;
        let standings = standings_of(&definitions, &known(&registry, &definitions).await?, on);
        let mut parties = Vec::new();
        for (agreement, standing) in definitions.agreements.iter().zip(standings) {
            // What is over needs no signature any more.
            if agreement.period.to <= on {
                continue;
            }
            let missing = standing.unsigned.into_iter().map(|party| (party, false));
            let missing = missing.chain(standing.void.into_iter().map(|party| (party, true)));
            let agreement = &agreement.id;
            parties.extend(missing.map(|(organisation, void)| Unsigned {
                agreement: agreement.clone(),
                organisation,
                void,
            }));
        }
        let mut problems = reading.problems;
        problems.extend(unsigned(&folders, &parties));
        problems.sort_by(|one, other| position(paths, one).cmp(&position(paths, other)));
        Ok(Checked { problems, signatures_unknown: false })
    })
}

/// Where a problem stands: in which of the folders, in which file, at which byte.
fn position<'p>(paths: &[PathBuf], problem: &'p Problem) -> (Option<usize>, &'p str, usize) {
    let file = problem.file.path();
    let folder = paths.iter().position(|path| Path::new(file).starts_with(path));
    (folder, file, problem.span.as_ref().map_or(0, |span| span.start))
}

/// What formatting did to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formatted {
    /// It was as it should be.
    Unchanged,
    /// It was (or would be) rewritten.
    Changed,
}

/// What formatting a folder did.
#[derive(Debug, Default)]
pub struct FormatReport {
    /// Each file that is formatted, with what became of it.
    pub files: Vec<(PathBuf, Formatted)>,
    /// What kept files from being formatted; those are left as they are.
    pub problems: Vec<Problem>,
}

/// Formats the files of a place folder; with `only_check`, nothing is written.
///
/// # Errors
/// When a file cannot be written.
pub fn format(path: &Path, only_check: bool) -> Result<FormatReport, AppError> {
    let folder = Folder::load(path);
    let mut report = FormatReport::default();
    // What keeps the folder itself from being read is told by reading it.
    if folder.files().next().is_none() {
        report.problems = stead_folder::read(&[folder]).problems;
        return Ok(report);
    }
    for (name, file) in folder.files() {
        let at = path.join(name);
        match stead_folder::format_file(name, file.text()) {
            None => {}
            Some(Err(problems)) => report.problems.extend(problems),
            Some(Ok(text)) if text == file.text() => report.files.push((at, Formatted::Unchanged)),
            Some(Ok(text)) => {
                if !only_check {
                    write_file(&at, &text)?;
                }
                report.files.push((at, Formatted::Changed));
            }
        }
    }
    Ok(report)
}

/// The JSON Schemas of the kinds of TOML file, each with its file name.
pub fn schemas() -> Vec<(&'static str, serde_json::Value)> {
    stead_folder::schemas()
}

/// Writes the JSON Schemas into a folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write_schemas(to: &Path) -> Result<Vec<PathBuf>, AppError> {
    schemas().into_iter().map(|(name, schema)| write_file(&to.join(name), &format!("{schema:#}\n"))).collect()
}
