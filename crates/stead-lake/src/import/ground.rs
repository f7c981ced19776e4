//! The ground a lake stands on: a folder that is a lake already, or one where a lake may be made.
//!
//! A new lake is made only in a new or an empty folder, so that nothing of anybody else's is ever swept away. While its
//! first import works, the file `lock` says so; what an interrupted first import left is known by that.

use std::path::{Path, PathBuf};

use crate::error::LakeError;
use crate::manifest::{MANIFEST, Manifest};
use crate::store::{Lock, Store};

/// The file that is locked while somebody imports.
const LOCK: &str = "lock";
/// What it says while the first import of a lake works.
const FIRST: &[u8] = b"the first import of this lake is not finished\n";
/// What a first import may leave when it is interrupted.
const LEFTOVERS: [&str; 6] = [LOCK, super::WORK, "tables", "index", "quarantine", "lake.json.new"];

/// A folder held for one import.
pub(crate) struct Ground<'s> {
    store: &'s Store,
    /// The folders that were made for it, the innermost first.
    made: Vec<PathBuf>,
    /// The lake as it is; `None` for a new one.
    pub(crate) before: Option<Manifest>,
    _lock: Lock,
}

impl<'s> Ground<'s> {
    /// Takes a folder for an import.
    ///
    /// # Errors
    /// When it is no lake and not empty, when a lake's file is missing, or when somebody else imports.
    pub(crate) fn take(store: &'s Store) -> Result<Self, LakeError> {
        // Before anything is made in it, and again when nobody else can.
        free(store)?;
        let made = missing(store.root());
        let lock = store.lock(LOCK)?;
        free(store)?;
        let before = Manifest::read(store)?;
        if let Some(path) = before.as_ref().and_then(|before| before.missing(store)) {
            return Err(LakeError::Missing { path });
        }
        store.write(LOCK, if before.is_some() { b"" } else { FIRST })?;
        store.make_last([LOCK])?;
        Ok(Self { store, made, before, _lock: lock })
    }

    /// The import succeeded: there is a lake now.
    pub(crate) fn settle(&self) -> Result<(), LakeError> {
        self.store.write(LOCK, b"")
    }

    /// The import failed: where no lake was, nothing is left.
    pub(crate) fn leave(self) -> Result<(), LakeError> {
        if self.before.is_some() || self.store.exists(MANIFEST) {
            return Ok(());
        }
        LEFTOVERS.into_iter().filter(|&name| name != LOCK).try_for_each(|name| self.store.remove(name))?;
        // Last, since it says that all others are its own.
        self.store.remove(LOCK)?;
        for folder in &self.made {
            self.store.remove_empty(folder);
        }
        Ok(())
    }
}

/// That a folder is a lake, is empty, or has nothing in it but what an interrupted first import left.
fn free(store: &Store) -> Result<(), LakeError> {
    let names = store.names()?;
    if names.iter().any(|name| name == MANIFEST) || names.is_empty() {
        return Ok(());
    }
    let begun = store.read(LOCK).ok().flatten();
    let own = match begun.as_deref() {
        Some(FIRST) => names.iter().all(|name| LEFTOVERS.contains(&name.as_str())),
        Some(b"") => names.iter().all(|name| name == LOCK),
        _ => false,
    };
    // Whoever imported at the same time may have finished since.
    if own || store.exists(MANIFEST) { Ok(()) } else { Err(LakeError::NotEmpty { path: store.root().to_path_buf() }) }
}

/// Those of a folder and the folders it lies in that are not there yet, the innermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let there = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    folder.ancestors().take_while(there).map(Path::to_path_buf).collect()
}
