//! Folders: the files of a place, in memory.
//!
//! Everything in this crate reads from a [`Folder`], so tests and the example inside the program need no disk. [`Folder::load`] fills one
//! from a directory; it never follows a link out of the directory, and it has limits.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::problem::{Problem, SourceFile};

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 64 << 20;
/// The most files that a folder may hold.
pub const FILES_MAX: usize = 20_000;
/// The most folders that a file may lie in, counted from the place folder.
pub const DEPTH_MAX: usize = 4;

/// The files of a place folder, by path from the folder (`groups/adults.toml`).
#[derive(Clone, Debug, Default)]
pub struct Folder {
    name: String,
    shown: String,
    files: BTreeMap<String, Arc<SourceFile>>,
    problems: Vec<Problem>,
    /// Paths of files that are there, but that nobody can read.
    unread: Vec<String>,
}

impl Folder {
    /// An empty folder. Its name is the id of the founding place.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { shown: name.clone(), name, ..Self::default() }
    }

    /// A folder with these files.
    pub fn of<P: AsRef<str>, T: AsRef<str>>(name: &str, files: impl IntoIterator<Item = (P, T)>) -> Self {
        files.into_iter().fold(Self::new(name), |folder, (path, text)| folder.with(path.as_ref(), text.as_ref()))
    }

    /// The same folder with one more file (or another text for the same path).
    #[must_use]
    pub fn with(mut self, path: &str, text: &str) -> Self {
        self.put(path, text.as_bytes());
        self
    }

    /// Its name: the id of the founding place.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its files, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Arc<SourceFile>)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// A file by its path.
    pub fn file(&self, path: &str) -> Option<&Arc<SourceFile>> {
        self.files.get(path)
    }

    /// What went wrong while the files were taken in.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Paths of files that are there, but that nobody can read; each is among the problems.
    pub(crate) fn unread(&self) -> &[String] {
        &self.unread
    }

    /// A file that is not there, for problems about its absence.
    pub(crate) fn missing(&self, path: &str) -> Arc<SourceFile> {
        Arc::new(SourceFile::new(self.shown_path(path), ""))
    }

    /// Takes in a file as bytes. Text that is not UTF-8 is a problem, and is read on with marks in place of what could not be read.
    pub fn put(&mut self, path: &str, bytes: &[u8]) {
        self.put_from(&self.shown_path(path), path, bytes);
    }

    /// As [`Folder::put`], with a file that lies somewhere else: problems are told of it where it lies.
    pub fn put_from(&mut self, shown: &str, path: &str, bytes: &[u8]) {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let file = match std::str::from_utf8(bytes) {
            Ok(text) => Arc::new(SourceFile::new(shown, text)),
            Err(error) => {
                let file = Arc::new(SourceFile::new(shown, String::from_utf8_lossy(bytes)));
                self.problems.push(not_utf8(&file, bytes, error.valid_up_to()));
                if is_utf16(bytes) {
                    self.files.remove(path);
                    self.unread.push(path.to_owned());
                    return;
                }
                file
            }
        };
        self.files.insert(path.to_owned(), file);
    }

    /// Reads a directory. What cannot be read is a problem of the folder, told by [`crate::read`]; nothing else stops.
    pub fn load(path: &Path) -> Self {
        let name = fs::canonicalize(path)
            .ok()
            .as_deref()
            .and_then(Path::file_name)
            .or_else(|| path.file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let shown = path.to_string_lossy().trim_end_matches('/').to_owned();
        let mut folder = Self { name, shown, ..Self::default() };
        if path.is_dir() {
            folder.load_directory(path, "", 0);
        } else {
            let (message, help) = if path.exists() {
                ("is a file, not a place folder", "give the folder that holds `place.toml`")
            } else {
                ("does not exist", "give the folder that holds `place.toml`, or start one with `stead new DIR`")
            };
            let message = format!("`{}` {message}", folder.shown);
            folder.problems.push(Problem::error("no-folder", message).within(&folder.missing("")).help(help));
        }
        folder
    }

    fn load_directory(&mut self, directory: &Path, prefix: &str, depth: usize) {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(prefix, &error.to_string()),
        };
        let mut names: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
        names.sort_unstable();
        for name in names {
            let Some(text) = name.to_str() else {
                self.unreadable(&format!("{prefix}{}", name.to_string_lossy()), "its name is not UTF-8");
                continue;
            };
            if text.starts_with('.') {
                continue;
            }
            self.load_entry(&directory.join(&name), &format!("{prefix}{text}"), depth);
        }
    }

    fn load_entry(&mut self, on_disk: &Path, path: &str, depth: usize) {
        let Ok(found) = fs::symlink_metadata(on_disk) else {
            return self.unreadable(path, "it vanished while it was read");
        };
        if found.is_symlink() {
            return self.unreadable(path, "it is a link to somewhere else");
        }
        if found.is_dir() {
            if depth >= DEPTH_MAX {
                return self.unreadable(path, &format!("it lies more than {DEPTH_MAX} folders deep"));
            }
            return self.load_directory(on_disk, &format!("{path}/"), depth + 1);
        }
        if !found.is_file() {
            return self.unreadable(path, "it is not a plain file");
        }
        if self.files.len() >= FILES_MAX {
            if !self.problems.iter().any(|problem| problem.code == "too-many-files") {
                let message = format!("the folder has more than {FILES_MAX} files; the rest were not read");
                let file = self.missing("");
                self.problems.push(Problem::error("too-many-files", message).within(&file));
            }
            return;
        }
        match read_limited(on_disk) {
            Ok(bytes) => self.put(path, &bytes),
            Err(why) => self.unreadable(path, &why),
        }
    }

    fn unreadable(&mut self, path: &str, why: &str) {
        let file = self.missing(path.trim_end_matches('/'));
        self.unread.push(path.to_owned());
        self.problems.push(
            Problem::error("unreadable", format!("`{path}` was not read: {why}"))
                .within(&file)
                .help("put a plain, readable file there, or move it out of the folder"),
        );
    }

    fn shown_path(&self, path: &str) -> String {
        match (self.shown.as_str(), path) {
            ("", path) => path.to_owned(),
            (shown, "") => shown.to_owned(),
            (shown, path) => format!("{shown}/{path}"),
        }
    }
}

/// Reads a file, but never more than [`FILE_BYTES_MAX`], even if it grows meanwhile.
pub(crate) fn read_limited(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("it is larger than {} MB", FILE_BYTES_MAX >> 20));
    }
    Ok(bytes)
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
}

fn not_utf8(file: &Arc<SourceFile>, bytes: &[u8], valid_up_to: usize) -> Problem {
    let help = "save the file as UTF-8 (in a spreadsheet program: \"CSV UTF-8\")";
    let problem = Problem::error("not-utf-8", "the file is not UTF-8 text").help(help);
    if is_utf16(bytes) {
        return problem.within(file).label("this is UTF-16");
    }
    problem.at(file, valid_up_to..valid_up_to + '\u{FFFD}'.len_utf8()).label("from here it is in some other encoding")
}
