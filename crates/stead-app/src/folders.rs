//! Place folders: from disk, or the example that the program carries with it.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use stead_folder::{Folder, Reading, Severity};
use stead_rules::Definitions;

use crate::error::AppError;

static HARBOUR: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../places/harbour");

/// The example place, as the program carries it.
pub fn harbour() -> Folder {
    let mut folder = Folder::new("harbour");
    put_all(&HARBOUR, &mut folder);
    folder
}

fn put_all(directory: &Dir<'_>, folder: &mut Folder) {
    for file in directory.files() {
        if let Some(path) = file.path().to_str() {
            folder.put(path, file.contents());
        }
    }
    directory.dirs().for_each(|inner| put_all(inner, folder));
}

/// Reads place folders from disk.
pub fn read(paths: &[PathBuf]) -> Reading {
    let folders: Vec<Folder> = paths.iter().map(|path| Folder::load(path)).collect();
    stead_folder::read(&folders)
}

/// What place folders define, for those to whom warnings say nothing.
///
/// # Errors
/// When a folder has errors: those, and nothing else that may be better.
pub(crate) fn definitions(paths: &[PathBuf]) -> Result<Definitions, AppError> {
    let reading = read(paths);
    if reading.has_errors() {
        let errors = reading.problems.into_iter().filter(|problem| problem.severity == Severity::Error);
        return Err(AppError::Folder(errors.collect()));
    }
    Ok(reading.definitions)
}

/// Writes the example place into a folder, for those who want to change it.
///
/// # Errors
/// When a file cannot be written.
pub fn write_harbour(to: &Path) -> Result<(), AppError> {
    write_folder(&harbour(), to)
}

/// Writes the example place as a new folder; never over one that is there.
///
/// # Errors
/// When the folder exists and is not empty, or a file cannot be written.
pub fn new_harbour(to: &Path) -> Result<Vec<PathBuf>, AppError> {
    must_be_new(to)?;
    harbour().files().map(|(path, file)| write_file(&to.join(path), file.text())).collect()
}

/// Writes a new place folder; never over one that is there.
///
/// # Errors
/// When the folder exists and is not empty, or a file cannot be written.
pub fn new(to: &Path) -> Result<Vec<PathBuf>, AppError> {
    must_be_new(to)?;
    let name = to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| "place".to_owned());
    let files = stead_folder::template(&name);
    files.into_iter().map(|(path, text)| write_file(&to.join(path), &text)).collect()
}

fn must_be_new(to: &Path) -> Result<(), AppError> {
    let filled = to.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if filled || to.is_file() {
        let message = format!("`{}` is there already; name a folder that is not", to.display());
        return Err(AppError::NotThere { message });
    }
    Ok(())
}

fn write_folder(folder: &Folder, to: &Path) -> Result<(), AppError> {
    folder.files().try_for_each(|(path, file)| write_file(&to.join(path), file.text()).map(|_| ()))
}

/// Writes a file, making the folders it lies in.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<PathBuf, AppError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(AppError::file(folder, "made"))?;
    }
    std::fs::write(path, text).map_err(AppError::file(path, "written"))?;
    Ok(path.to_owned())
}
