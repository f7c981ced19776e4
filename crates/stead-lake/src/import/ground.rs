//! The ground a lake stands on: a folder, or a prefix in an object store, that is a lake already, or where one may be made.
//!
//! A new lake is made only where there is nothing yet, so that nothing of anybody else's is ever swept away. In a folder, the
//! file `lock` says so while its first import works; what an interrupted first import left is known by that. In an object
//! store `lake.json` says so itself: it is the first thing that is put there, with a generation of 0.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rustc_hash::FxHashSet;

use crate::error::LakeError;
use crate::manifest::{FILES, MANIFEST, Manifest};
use crate::store::{Claim, Folder, Lock, Objects, Place, Store};

/// The file that is locked while somebody imports.
const LOCK: &str = "lock";
/// What it says while the first import of a lake works.
const FIRST: &[u8] = b"the first import of this lake is not finished\n";
/// What a first import may leave when it is interrupted.
const LEFTOVERS: [&str; 6] = [LOCK, super::WORK, "tables", "index", "quarantine", "lake.json.new"];

/// A lake's place, held for one import.
pub(crate) struct Ground<'s> {
    store: &'s Store,
    /// The lake as it is; `None` for a new one.
    pub(crate) before: Option<Manifest>,
    held: Held<'s>,
}

/// How it is held.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
enum Held<'s> {
    /// Nobody else can import until this ends.
    Folder {
        folder: &'s Folder,
        /// The folders that were made for it, the innermost first.
        made: Vec<PathBuf>,
        _lock: Lock,
    },
    /// Whoever begins later makes this fail.
    Objects { objects: &'s Objects, claim: Claim, left_over: Mutex<Vec<String>> },
}

impl<'s> Ground<'s> {
    /// Takes a place for an import.
    ///
    /// # Errors
    /// When it is no lake and not empty, when a lake's file is missing, or when somebody else imports.
    pub(crate) fn take(store: &'s Store) -> Result<Self, LakeError> {
        match store.place() {
            Place::Folder(folder) => Self::take_folder(store, folder),
            Place::Objects(objects) => Self::take_objects(store, objects),
        }
    }

    fn take_folder(store: &'s Store, folder: &'s Folder) -> Result<Self, LakeError> {
        // Before anything is made in it, and again when nobody else can.
        free(folder)?;
        let made = missing(folder.root());
        let lock = folder.lock(LOCK)?;
        free(folder)?;
        let before = Manifest::read(store)?;
        if let Some(path) = before.as_ref().map(|before| before.missing(store)).transpose()?.flatten() {
            return Err(LakeError::Missing { path });
        }
        folder.write(LOCK, if before.is_some() { b"" } else { FIRST })?;
        folder.make_last([LOCK])?;
        Ok(Self { store, before, held: Held::Folder { folder, made, _lock: lock } })
    }

    fn take_objects(store: &'s Store, objects: &'s Objects) -> Result<Self, LakeError> {
        let look = |before: Option<&Manifest>| {
            let Some(before) = before else {
                let empty = objects.is_empty()?;
                return if empty { Ok(Vec::new()) } else { Err(LakeError::NotEmpty { path: store.root() }) };
            };
            if let Some(path) = before.missing(store)? {
                return Err(LakeError::Missing { path });
            }
            let kept: FxHashSet<&str> = before.paths().collect();
            let mut left_over = Vec::new();
            for folder in FILES {
                left_over.extend(objects.list(folder)?.into_iter().filter(|name| !kept.contains(name.as_str())));
            }
            Ok(left_over)
        };
        let first = || Manifest::new(0, Vec::new());
        let (before, left_over, claim) = Claim::take(objects, MANIFEST, first, look)?;
        let before = before.filter(|before| before.generation > 0);
        Ok(Self { store, before, held: Held::Objects { objects, claim, left_over: Mutex::new(left_over) } })
    }

    /// What the files of this import are named after, so that no other import writes the same.
    pub(crate) fn stamp(&self, generation: u64) -> u64 {
        match &self.held {
            Held::Folder { .. } => generation,
            Held::Objects { claim, .. } => claim.number(),
        }
    }

    /// Removes what interrupted imports left and what later ones replaced.
    pub(crate) fn clean(&self) -> Result<(), LakeError> {
        match &self.held {
            Held::Folder { folder, .. } => sweep(folder, self.before.as_ref()),
            Held::Objects { objects, left_over, .. } => {
                let left_over =
                    std::mem::take(&mut *left_over.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
                objects.remove_all(left_over)
            }
        }
    }

    /// That nobody else has begun an import that will count instead of this one.
    pub(crate) fn check(&self) -> Result<(), LakeError> {
        match &self.held {
            Held::Folder { .. } => Ok(()),
            Held::Objects { claim, .. } => claim.check::<Manifest>(),
        }
    }

    /// Makes a manifest what counts: now, and not before, everybody sees it.
    pub(crate) fn publish(&self, after: &Manifest) -> Result<(), LakeError> {
        match &self.held {
            Held::Folder { .. } => after.publish(self.store),
            Held::Objects { claim, .. } => claim.publish(after),
        }
    }

    /// The import succeeded: there is a lake now.
    pub(crate) fn settle(&self) -> Result<(), LakeError> {
        match &self.held {
            Held::Folder { folder, .. } => folder.remove(super::WORK).and_then(|()| folder.write(LOCK, b"")),
            Held::Objects { objects, .. } => {
                objects.drop_scratch();
                Ok(())
            }
        }
    }

    /// The import failed: what it wrote goes, and where no lake was, nothing is left.
    pub(crate) fn leave(self) -> Result<(), LakeError> {
        match self.held {
            Held::Folder { folder, made, _lock } => {
                sweep(folder, self.before.as_ref())?;
                if self.before.is_none() && !folder.exists(MANIFEST) { vacate(folder, &made) } else { Ok(()) }
            }
            Held::Objects { objects, claim, .. } => {
                objects.drop_scratch();
                if !claim.was_tried() {
                    // What cannot be removed now is left over, and the next import removes it. `lake.json` goes last, since
                    // it says that all others are a lake's.
                    let first = self.before.is_none();
                    let gone = objects.remove_all(objects.uploaded());
                    let _ = gone.and_then(|()| if first { claim.give_up::<Manifest>() } else { Ok(()) });
                }
                Ok(())
            }
        }
    }
}

/// Removes from a folder what does not belong to the lake as it is.
fn sweep(folder: &Folder, manifest: Option<&Manifest>) -> Result<(), LakeError> {
    folder.remove(super::WORK)?;
    let kept: FxHashSet<&str> = manifest.into_iter().flat_map(Manifest::paths).collect();
    for name in folder.list("tables")?.into_iter().chain(folder.list("index")?) {
        if !kept.contains(name.as_str()) {
            folder.remove(&name)?;
        }
    }
    Ok(())
}

/// Leaves nothing of a first import that failed.
fn vacate(folder: &Folder, made: &[PathBuf]) -> Result<(), LakeError> {
    LEFTOVERS.into_iter().filter(|&name| name != LOCK).try_for_each(|name| folder.remove(name))?;
    // Last, since it says that all others are its own.
    folder.remove(LOCK)?;
    for made in made {
        folder.remove_empty(made);
    }
    Ok(())
}

/// That a folder is a lake, is empty, or has nothing in it but what an interrupted first import left.
fn free(store: &Folder) -> Result<(), LakeError> {
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
