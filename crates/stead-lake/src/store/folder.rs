//! A folder of this machine, in which files are locked, renamed and linked, and last.

use std::fs::{self, File};
use std::hash::Hasher;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use twox_hash::XxHash64;

use crate::error::LakeError;

/// A folder of files, named by paths relative to it.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

/// A held lock; dropped (or its process gone), it is free again.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Folder {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.root.clone() } else { self.root.join(name) }
    }

    pub(crate) fn create_folder(&self, name: &str) -> Result<(), LakeError> {
        let path = self.path(name);
        fs::create_dir_all(&path).map_err(LakeError::file(path, "made"))
    }

    /// Takes the lock of that name, or says that somebody else has it.
    pub(crate) fn lock(&self, name: &str) -> Result<Lock, LakeError> {
        self.create_folder("")?;
        let path = self.path(name);
        let file = File::options().create(true).append(true).open(&path).map_err(LakeError::file(&path, "opened"))?;
        match file.try_lock() {
            // Whoever held it may have removed it: then it holds nobody off.
            Ok(()) if !path.exists() => Err(LakeError::Locked { path: self.root.clone() }),
            Ok(()) => Ok(Lock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(LakeError::Locked { path: self.root.clone() }),
            Err(fs::TryLockError::Error(error)) => Err(LakeError::file(path, "locked")(error)),
        }
    }

    /// Writes a small file over what is there, without a new one taking its place: one that is locked stays locked.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), LakeError> {
        let path = self.path(name);
        fs::write(&path, bytes).map_err(LakeError::file(path, "written"))
    }

    /// The whole of a small file, or `None` when there is none.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, LakeError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LakeError::file(path, "read")(error)),
        }
    }

    pub(crate) fn open(&self, name: &str) -> Result<File, LakeError> {
        let path = self.path(name);
        File::open(&path).map_err(LakeError::file(path, "read"))
    }

    /// A new file to write to; its digest is known when it is finished.
    pub(crate) fn create(&self, name: &str) -> Result<Output, LakeError> {
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(LakeError::file(folder, "made"))?;
        }
        let file = File::create(&path).map_err(LakeError::file(&path, "written"))?;
        Ok(Output { path, file: BufWriter::with_capacity(1 << 16, file), hasher: XxHash64::with_seed(0) })
    }

    /// Writes a whole file that appears at once or not at all, and lasts.
    pub(crate) fn publish(&self, name: &str, bytes: &[u8]) -> Result<(), LakeError> {
        let staged = format!("{name}.new");
        let mut output = self.create(&staged)?;
        output.write_all(bytes).map_err(LakeError::file(self.path(&staged), "written"))?;
        output.finish()?;
        self.make_last([staged.as_str()])?;
        let (from, to) = (self.path(&staged), self.path(name));
        fs::rename(&from, &to).map_err(LakeError::file(&to, "written"))?;
        self.make_folder_last(&to)
    }

    /// Makes sure that these files and their names outlast a power cut.
    pub(crate) fn make_last<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<(), LakeError> {
        let mut folders = Vec::new();
        for name in names {
            let path = self.path(name);
            self.open(name)?.sync_data().map_err(LakeError::file(&path, "written"))?;
            folders.extend(path.parent().map(Path::to_path_buf));
        }
        folders.sort();
        folders.dedup();
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    fn make_folder_last(&self, path: &Path) -> Result<(), LakeError> {
        path.parent().map_or(Ok(()), sync_folder)
    }

    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<(), LakeError> {
        let to = self.path(to);
        fs::rename(self.path(from), &to).map_err(LakeError::file(to, "written"))
    }

    /// Makes a second name for a file, or a copy where the file system knows no such thing.
    pub(crate) fn link(&self, from: &str, to: &str) -> Result<(), LakeError> {
        let (from, to) = (self.path(from), self.path(to));
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(LakeError::file(folder, "made"))?;
        }
        match fs::remove_file(&to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(LakeError::file(to, "written")(error)),
            _ => {}
        }
        let linked = fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop));
        linked.map_err(LakeError::file(to, "written"))
    }

    /// Removes a file or folder with all in it; one that is not there is as good as removed.
    pub(crate) fn remove(&self, name: &str) -> Result<(), LakeError> {
        let path = self.path(name);
        let gone = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match gone {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(LakeError::file(path, "removed")(error)),
            _ => Ok(()),
        }
    }

    /// Removes a folder that has nothing in it; any other stays.
    pub(crate) fn remove_empty(&self, folder: &Path) {
        // Not being able to is no fault: then somebody else uses it.
        let _ = fs::remove_dir(folder);
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The files in a folder and the folders in it, as paths relative to the root, sorted.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        let mut names = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let path = self.path(&folder);
            let entries = match fs::read_dir(&path) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(LakeError::file(path, "read")(error)),
            };
            for entry in entries {
                let entry = entry.map_err(LakeError::file(&path, "read"))?;
                let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
                if entry.path().is_dir() { folders.push(name) } else { names.push(name) }
            }
        }
        names.sort();
        Ok(names)
    }

    /// The names of all that lies right inside the root; none when there is no root.
    pub(crate) fn names(&self) -> Result<Vec<String>, LakeError> {
        let entries = match fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(LakeError::file(&self.root, "read")(error)),
        };
        let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
        entries.map(name).collect::<io::Result<_>>().map_err(LakeError::file(&self.root, "read"))
    }

    /// The folders right inside a folder, by name, sorted.
    pub(crate) fn folders(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        let path = self.path(folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(LakeError::file(path, "read")(error)),
        };
        let folders = entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir());
        let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        Ok(names)
    }
}

fn sync_folder(folder: &Path) -> Result<(), LakeError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(LakeError::file(folder, "written"))
}

/// A file being written.
pub(crate) struct Output {
    path: PathBuf,
    file: BufWriter<File>,
    hasher: XxHash64,
}

/// A file that was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) digest: u64,
}

impl Output {
    pub(crate) fn finish(mut self) -> Result<Written, LakeError> {
        self.file.flush().map_err(LakeError::file(&self.path, "written"))?;
        Ok(Written { digest: self.hasher.finish() })
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.write(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
