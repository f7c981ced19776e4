//! Where the town's text goes: a folder of files, or memory.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::vocabulary::Resource;

/// Takes the town's text, in order for each source and type.
pub trait Sink {
    /// Takes whole lines of a source and type.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn write(&mut self, source: &str, kind: Resource, lines: &[u8]) -> io::Result<()>;

    /// Takes note that there is no more.
    ///
    /// # Errors
    /// When what was taken cannot be kept.
    fn finish(&mut self) -> io::Result<()>;
}

/// Keeps everything in memory, by `source/Type.ndjson`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The text of each file.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Sink for Memory {
    fn write(&mut self, source: &str, kind: Resource, lines: &[u8]) -> io::Result<()> {
        self.files.entry(format!("{source}/{}.ndjson", kind.word())).or_default().extend_from_slice(lines);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Files kept open at once; more sources than that (a county has hundreds of practices and pharmacies) open and close theirs.
const OPEN_FILES_MAX: usize = 300;
/// Text of one file that waits in memory.
const WAITING_BYTES: usize = 128 << 10;
/// Text of all files that waits in memory.
const WAITING_BYTES_IN_ALL: usize = 48 << 20;

/// Writes `FOLDER/source/Type.ndjson`: first beside the folder, in its place only when everything is there.
#[derive(Debug)]
pub struct Folder {
    target: PathBuf,
    making: PathBuf,
    files: BTreeMap<(String, Resource), Waiting>,
    open: usize,
    waiting_bytes: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    file: Option<File>,
    lines: Vec<u8>,
}

impl Folder {
    /// A folder that is not there yet, or is empty.
    ///
    /// # Errors
    /// When it holds something already, or cannot be made.
    pub fn create(target: &Path) -> io::Result<Self> {
        if target.read_dir().is_ok_and(|mut inside| inside.next().is_some()) {
            let message = format!("`{}` is not empty: remove it or name another folder", target.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let making = target.with_file_name(name);
        if making.exists() {
            std::fs::remove_dir_all(&making)?;
        }
        std::fs::create_dir_all(&making)?;
        Ok(Self { target: target.to_owned(), making, files: BTreeMap::new(), open: 0, waiting_bytes: 0 })
    }

    fn path(&self, source: &str, kind: Resource) -> PathBuf {
        self.making.join(source).join(format!("{}.ndjson", kind.word()))
    }

    fn flush(&mut self, key: &(String, Resource)) -> io::Result<()> {
        let path = self.path(&key.0, key.1);
        let Some(waiting) = self.files.get_mut(key).filter(|waiting| !waiting.lines.is_empty()) else { return Ok(()) };
        self.waiting_bytes -= waiting.lines.len();
        if let Some(file) = &mut waiting.file {
            file.write_all(&waiting.lines)?;
        } else {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.write_all(&waiting.lines)?;
            if self.open < OPEN_FILES_MAX {
                waiting.file = Some(file);
                self.open += 1;
            }
        }
        // The room of files that stay open is used again soon; that of the many others is given back.
        if waiting.file.is_some() {
            waiting.lines.clear();
        } else {
            waiting.lines = Vec::new();
        }
        Ok(())
    }

    fn flush_all(&mut self) -> io::Result<()> {
        let keys: Vec<(String, Resource)> = self.files.keys().cloned().collect();
        keys.iter().try_for_each(|key| self.flush(key))
    }
}

impl Sink for Folder {
    fn write(&mut self, source: &str, kind: Resource, lines: &[u8]) -> io::Result<()> {
        let key = (source.to_owned(), kind);
        let waiting = self.files.entry(key.clone()).or_default();
        waiting.lines.extend_from_slice(lines);
        self.waiting_bytes += lines.len();
        if waiting.lines.len() >= WAITING_BYTES {
            self.flush(&key)?;
        }
        if self.waiting_bytes >= WAITING_BYTES_IN_ALL {
            self.flush_all()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.flush_all()?;
        self.files.clear();
        if self.target.exists() {
            std::fs::remove_dir(&self.target)?;
        }
        std::fs::rename(&self.making, &self.target)
    }
}
