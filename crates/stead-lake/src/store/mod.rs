//! Where a lake's files lie: in a folder, or in an object store. Every touch of files by this crate goes through here.
//!
//! A folder has locks, links and names that can be changed, and its files are written where they stay. An object store has
//! none of these: files are written on this machine first ([`scratch`]), put there whole when they are to last, and become
//! part of the lake by one conditional put of the file that says what counts ([`claim`]).

pub(crate) mod claim;
mod folder;
mod objects;
mod scratch;

use std::fs::File;
use std::path::PathBuf;

use stead_store::{Address, Url, below};

use crate::error::LakeError;
pub(crate) use claim::{Attempt, Claim, Claimed};
pub(crate) use folder::{Folder, Lock, Output};
pub(crate) use objects::Objects;

/// Files named by paths relative to one root.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    address: Address,
    url: Url,
    place: Place,
}

/// What kind of place it is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Folder(Folder),
    Objects(Objects),
}

impl Store {
    pub(crate) fn new(address: Address) -> Result<Self, LakeError> {
        let url = address.url().map_err(|error| LakeError::Option(error.to_string()))?;
        let place = match &address {
            Address::Folder(folder) => Place::Folder(Folder::new(folder)),
            Address::Objects(url) => Place::Objects(Objects::new(url)?),
        };
        Ok(Self { address, url, place })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// What people know a file by.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.address.path(name)
    }

    /// What it is found by.
    pub(crate) fn url(&self, name: &str) -> Url {
        below(&self.url, name)
    }

    /// What it is known by as a whole.
    pub(crate) fn root(&self) -> PathBuf {
        self.address.path("")
    }

    /// A folder of this machine for files that are needed only as long as an import works.
    pub(crate) fn work(&self, name: &str) -> Result<Folder, LakeError> {
        let folder = match &self.place {
            Place::Folder(folder) => folder.clone(),
            Place::Objects(objects) => objects.scratch()?.clone(),
        };
        folder.create_folder(name)?;
        Ok(Folder::new(&folder.path(name)))
    }

    /// The whole of a small file, or `None` when there is none.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, LakeError> {
        match &self.place {
            Place::Folder(folder) => folder.read(name),
            Place::Objects(objects) => objects.read(name),
        }
    }

    pub(crate) fn open(&self, name: &str) -> Result<File, LakeError> {
        match &self.place {
            Place::Folder(folder) => folder.open(name),
            Place::Objects(objects) => objects.open(name),
        }
    }

    /// A new file to write to; its digest is known when it is finished. Before it is made to last nobody else can count on it.
    pub(crate) fn create(&self, name: &str) -> Result<Output, LakeError> {
        match &self.place {
            Place::Folder(folder) => folder.create(name),
            Place::Objects(objects) => objects.scratch()?.create(name),
        }
    }

    /// Writes a whole file that appears at once or not at all, and lasts.
    pub(crate) fn publish(&self, name: &str, bytes: Vec<u8>) -> Result<(), LakeError> {
        match &self.place {
            Place::Folder(folder) => folder.publish(name, &bytes),
            Place::Objects(objects) => objects.put(name, bytes),
        }
    }

    /// Makes sure that a written file lasts, where everybody finds it.
    pub(crate) fn make_last<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<(), LakeError> {
        match &self.place {
            Place::Folder(folder) => folder.make_last(names),
            Place::Objects(objects) => names.into_iter().try_for_each(|name| objects.upload(name)),
        }
    }

    /// Makes second names for files, or copies where there is no such thing. Each pair is from and to.
    pub(crate) fn link(&self, files: Vec<(String, String)>) -> Result<(), LakeError> {
        match &self.place {
            Place::Folder(folder) => files.iter().try_for_each(|(from, to)| folder.link(from, to)),
            Place::Objects(objects) => objects.copy(files),
        }
    }

    /// Makes a folder, where there are such.
    pub(crate) fn create_folder(&self, name: &str) -> Result<(), LakeError> {
        match &self.place {
            Place::Folder(folder) => folder.create_folder(name),
            Place::Objects(_) => Ok(()),
        }
    }

    /// Removes a file or folder with all in it; one that is not there is as good as removed.
    pub(crate) fn remove(&self, name: &str) -> Result<(), LakeError> {
        match &self.place {
            Place::Folder(folder) => folder.remove(name),
            Place::Objects(objects) => objects.remove(name),
        }
    }

    /// Which of these files are not there.
    pub(crate) fn missing<'n>(
        &self,
        folders: &[&str],
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Vec<&'n str>, LakeError> {
        match &self.place {
            Place::Folder(folder) => Ok(names.into_iter().filter(|name| !folder.exists(name)).collect()),
            Place::Objects(objects) => objects.missing(folders, names),
        }
    }
}
