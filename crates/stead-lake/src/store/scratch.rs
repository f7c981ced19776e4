//! A folder of this machine for what is needed only for a while.
//!
//! It goes when it is dropped. One that a killed process left is removed by the next that makes one: beside each lies a file
//! that is locked for as long as somebody uses it.

use std::path::Path;

use tempfile::TempDir;

use super::folder::{Folder, Lock};
use crate::error::LakeError;

const PREFIX: &str = "stead-work-";
const LOCK: &str = ".lock";

/// A folder that goes when this does.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: TempDir,
    around: Folder,
    lock: String,
    _held: Lock,
}

impl Scratch {
    pub(crate) fn new() -> Result<Self, LakeError> {
        Self::within(&std::env::temp_dir())
    }

    fn within(around: &Path) -> Result<Self, LakeError> {
        let around_folder = Folder::new(around);
        sweep(&around_folder);
        loop {
            let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(around);
            let folder = made.map_err(LakeError::file(around, "written"))?;
            let name = folder.path().file_name().unwrap_or_default().to_string_lossy();
            let lock = format!("{name}{LOCK}");
            match around_folder.lock(&lock) {
                Ok(held) => return Ok(Self { folder, around: around_folder, lock, _held: held }),
                // Somebody who sweeps had it in hand.
                Err(LakeError::Locked { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn folder(&self) -> Folder {
        Folder::new(self.folder.path())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is removed by the next one.
        let _ = self.around.remove(&self.lock);
    }
}

/// Removes what nobody uses any more. What cannot be removed is somebody else's.
fn sweep(around: &Folder) {
    for lock in around.names().unwrap_or_default() {
        let Some(name) = lock.strip_suffix(LOCK).filter(|name| name.starts_with(PREFIX)) else { continue };
        if let Ok(_held) = around.lock(&lock) {
            let _ = around.remove(name).and_then(|()| around.remove(&lock));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_goes_and_what_is_in_use_stays() {
        let around = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(around.path());
        folder.create_folder("stead-work-old/deep").expect("made");
        folder.write("stead-work-old.lock", b"").expect("written");
        let used = Scratch::within(around.path()).expect("a folder");
        let other = Scratch::within(around.path()).expect("a folder");
        assert!(!folder.exists("stead-work-old") && !folder.exists("stead-work-old.lock"));
        assert!(used.folder().exists("") && other.folder().exists(""));
        drop((used, other));
        assert_eq!(folder.names().expect("readable"), Vec::<String>::new());
    }
}
