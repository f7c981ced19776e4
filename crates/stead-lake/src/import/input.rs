//! Which files an import reads, and whose records they hold.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::LakeError;
use crate::options::Input;

/// A file of records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordFile {
    /// Who holds the records.
    pub(crate) source: String,
    /// The file's name in reports: its path below the input that was named.
    pub(crate) name: String,
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// Its size on disk.
    pub(crate) bytes: u64,
}

/// What there is to read.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Files of records, in order.
    pub(crate) files: Vec<RecordFile>,
    /// Files in the folders that hold no records, by their endings, and links that lead nowhere.
    pub(crate) left_out: Vec<String>,
}

/// Finds the files of all inputs.
pub(crate) fn find(inputs: &[Input]) -> Result<Found, LakeError> {
    let mut found = Found::default();
    for input in inputs {
        let before = found.files.len();
        let known = fs::metadata(&input.path).map_err(LakeError::file(&input.path, "read"))?;
        if known.is_dir() {
            folder(input, &mut found)?
        } else {
            single(input, known.len(), &mut found)
        }
        if found.files.len() == before {
            return Err(LakeError::NoRecords { path: input.path.clone() });
        }
    }
    found.files.sort();
    found.files.dedup_by(|one, other| one.path == other.path && one.source == other.source);
    found.left_out.sort();
    Ok(found)
}

fn single(input: &Input, bytes: u64, found: &mut Found) {
    let name = file_name(&input.path);
    let source = input.source.clone().unwrap_or_else(|| stem(&name).to_owned());
    found.files.push(RecordFile { source, name, path: input.path.clone(), bytes });
}

/// A folder is one source; when it has no records of its own, each folder in it is one (unless those are called after types).
fn folder(input: &Input, found: &mut Found) -> Result<(), LakeError> {
    let (files, folders) = list(&input.path)?;
    let own = files.iter().any(|path| is_record_file(path) && !leads_nowhere(path));
    let of_types = folders.iter().all(|path| TYPES.contains(&file_name(path).as_str()));
    if input.source.is_some() || own || of_types {
        let source = input.source.clone().unwrap_or_else(|| file_name(&absolute(&input.path)));
        return walk(&input.path, &source, "", found);
    }
    for path in files {
        found.left_out.push(path.display().to_string());
    }
    for path in folders {
        let source = file_name(&path);
        walk(&path, &source, "", found)?;
    }
    Ok(())
}

fn walk(folder: &Path, source: &str, prefix: &str, found: &mut Found) -> Result<(), LakeError> {
    let (files, folders) = list(folder)?;
    for path in files {
        let name = format!("{prefix}{}", file_name(&path));
        if is_record_file(&path) && !leads_nowhere(&path) {
            let bytes = fs::metadata(&path).map_err(LakeError::file(&path, "read"))?.len();
            found.files.push(RecordFile { source: source.to_owned(), name, path, bytes });
        } else {
            found.left_out.push(path.display().to_string());
        }
    }
    for path in folders {
        walk(&path, source, &format!("{prefix}{}/", file_name(&path)), found)?;
    }
    Ok(())
}

/// The files and folders right inside a folder, sorted, without hidden ones.
fn list(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), LakeError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(LakeError::file(folder, "read"))? {
        let path = entry.map_err(LakeError::file(folder, "read"))?.path();
        if !file_name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths.into_iter().partition(|path| !path.is_dir()))
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A file's name without the endings that say how it is packed and written.
fn stem(name: &str) -> &str {
    let unpacked = unpacked(name);
    without_kind(unpacked).unwrap_or(unpacked)
}

fn unpacked(name: &str) -> &str {
    [".gz", ".zst"].iter().find_map(|ending| without(name, ending)).unwrap_or(name)
}

/// The name of a file of records without the ending that says so.
fn without_kind(unpacked: &str) -> Option<&str> {
    [".ndjson", ".jsonl", ".json"].iter().find_map(|ending| without(unpacked, ending))
}

/// The name without this ending, in capitals or not.
fn without<'n>(name: &'n str, ending: &str) -> Option<&'n str> {
    let (stem, end) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    end.eq_ignore_ascii_case(ending).then_some(stem)
}

fn is_record_file(path: &Path) -> bool {
    without_kind(unpacked(&file_name(path))).is_some()
}

/// Whether it is a link to something that is not there.
fn leads_nowhere(path: &Path) -> bool {
    path.is_symlink() && !path.exists()
}

/// Whether a file of this name may hold one document over several lines.
pub(crate) fn may_be_document(name: &str) -> bool {
    without(unpacked(name), ".json").is_some()
}

/// Types that people name folders after when they sort records by type.
const TYPES: [&str; 34] = [
    "AllergyIntolerance",
    "Appointment",
    "Bundle",
    "CarePlan",
    "CareTeam",
    "Claim",
    "Condition",
    "Consent",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "EpisodeOfCare",
    "ExplanationOfBenefit",
    "Goal",
    "Group",
    "HealthcareService",
    "ImagingStudy",
    "Immunization",
    "Location",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "ServiceRequest",
];
