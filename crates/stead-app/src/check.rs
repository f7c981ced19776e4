//! Check, format and describe place folders.

use std::path::{Path, PathBuf};

use stead_folder::{Folder, Problem};

use crate::error::AppError;
use crate::folders::write_file;

/// What is wrong with place folders, worst first within a file.
pub fn check(paths: &[PathBuf]) -> Vec<Problem> {
    crate::folders::read(paths).problems
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
