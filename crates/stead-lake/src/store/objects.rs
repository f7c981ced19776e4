//! A prefix in an object store, for code that is not asynchronous: every call waits for the answer.

use std::fmt;
use std::fs::File;
use std::future::ready;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt, TryStreamExt, stream};
use rustc_hash::FxHashSet;
use stead_store::object_store::path::Path;
use stead_store::object_store::{self, Error, ObjectStore, ObjectStoreExt, PutMode, UpdateVersion};
use stead_store::{Url, below, wait, words};

use super::folder::Folder;
use super::scratch::Scratch;
use crate::error::LakeError;

/// Larger files are put in parts of this size; the least that S3 takes is 5 MiB, and it takes 10,000 of them.
const PART_BYTES: usize = 16 << 20;
/// How many parts are on their way at once.
const PARTS_AT_ONCE: usize = 4;
/// How often it is looked whether a put whose answer was lost went through.
const LOOKS: usize = 3;
/// How many small questions are asked at once.
const QUESTIONS_AT_ONCE: usize = 16;

/// Files below a prefix of an object store.
#[derive(Clone)]
pub(crate) struct Objects {
    url: Url,
    root: Path,
    store: Arc<dyn ObjectStore>,
    /// Where files are written before they are put into the store; made when it is first needed.
    scratch: Arc<Mutex<Option<Scratch>>>,
    /// What was put there from `scratch`.
    uploaded: Arc<Mutex<Vec<String>>>,
}

/// By its address alone: a store may know secrets.
impl fmt::Debug for Objects {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Objects").field(&self.url.as_str()).finish()
    }
}

/// How a conditional put ended.
pub(crate) enum Put {
    /// It is there, as this version.
    Done(UpdateVersion),
    /// Somebody else was first. Here is what they wrote.
    Lost(Option<Vec<u8>>),
}

impl Objects {
    pub(crate) fn new(url: &Url) -> Result<Self, LakeError> {
        let wrong = |error: &dyn fmt::Display| LakeError::Option(error.to_string());
        let store = stead_store::store(url).map_err(|error| wrong(&error))?;
        let root = Path::from_url_path(url.path()).map_err(|error| wrong(&error))?;
        Ok(Self { url: url.clone(), root, store, scratch: Arc::default(), uploaded: Arc::default() })
    }

    /// The beginning of its addresses, and what answers for all that begin so.
    pub(crate) fn reached_by(&self) -> (String, Arc<dyn ObjectStore>) {
        (format!("{}://{}", self.url.scheme(), self.url.authority()), Arc::clone(&self.store))
    }

    /// The folder of this machine in which files are written before they are put into the store.
    pub(crate) fn scratch(&self) -> Result<Folder, LakeError> {
        let mut scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        match &*scratch {
            Some(made) => Ok(made.folder()),
            None => Ok(scratch.insert(Scratch::new()?).folder()),
        }
    }

    /// Removes the folder of this machine with all in it.
    pub(crate) fn drop_scratch(&self) {
        *self.scratch.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The file of that name where it is only on this machine as yet.
    fn staged(&self, name: &str) -> Option<Folder> {
        let scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        scratch.as_ref().map(Scratch::folder).filter(|folder| folder.exists(name))
    }

    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, LakeError> {
        if let Some(folder) = self.staged(name) {
            return folder.read(name);
        }
        Ok(self.get(name).map_err(self.failed(name, "read"))?.map(|(bytes, _)| bytes))
    }

    /// The whole of a small file with its version; `None` when there is none.
    pub(crate) fn get(&self, name: &str) -> object_store::Result<Option<(Vec<u8>, UpdateVersion)>> {
        let (store, path) = self.at(name);
        let got = wait(async move {
            let got = store.get(&path).await?;
            let version = UpdateVersion { e_tag: got.meta.e_tag.clone(), version: got.meta.version.clone() };
            let size = got.meta.size;
            let bytes = got.bytes().await?;
            whole(bytes.len() as u64, size)?;
            Ok((bytes.to_vec(), version))
        });
        match got {
            Ok(got) => Ok(Some(got)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file that may be large, brought to this machine.
    pub(crate) fn open(&self, name: &str) -> Result<File, LakeError> {
        if let Some(folder) = self.staged(name) {
            return folder.open(name);
        }
        let (store, path) = self.at(name);
        let got = wait(async move { store.get(&path).await }).map_err(self.failed(name, "read"))?;
        let size = got.meta.size;
        let scratch = self.scratch()?.path("");
        let mut file = tempfile::tempfile_in(&scratch).map_err(LakeError::file(&scratch, "written"))?;
        let (mut stream, mut bytes) = (got.into_stream().ready_chunks(64), 0);
        loop {
            let next = wait(async move { Ok((stream.next().await, stream)) });
            let (chunks, rest) = next.map_err(self.failed(name, "read"))?;
            stream = rest;
            let Some(chunks) = chunks else { break };
            for chunk in chunks {
                let chunk = chunk.map_err(self.failed(name, "read"))?;
                bytes += chunk.len() as u64;
                file.write_all(&chunk).map_err(LakeError::file(&scratch, "written"))?;
            }
        }
        whole(bytes, size).map_err(self.failed(name, "read"))?;
        file.rewind().map_err(LakeError::file(&scratch, "read"))?;
        Ok(file)
    }

    /// Puts a small file, over what is there.
    pub(crate) fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), LakeError> {
        let (store, path) = self.at(name);
        wait(async move { store.put(&path, bytes.into()).await }).map(drop).map_err(self.failed(name, "written"))
    }

    /// Puts a small file if nobody was faster. INVARIANT: no two callers ever put the same bytes.
    pub(crate) fn put_if(&self, name: &str, bytes: &[u8], mode: PutMode) -> Result<Put, LakeError> {
        let (store, path) = self.at(name);
        let payload = bytes.to_vec();
        let tried = wait(async move { store.put_opts(&path, payload.into(), mode.into()).await });
        let error = match tried {
            Ok(put) => return Ok(Put::Done(put.into())),
            Err(error) => error,
        };
        // An answer may have been lost on its way, and the next try have met what the first one wrote.
        let mut there = self.get(name);
        for _ in 1..LOOKS {
            if there.is_err() {
                there = self.get(name);
            }
        }
        match (there, error) {
            (Ok(Some((there, version))), _) if there == bytes => Ok(Put::Done(version)),
            (Ok(there), Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotFound { .. }) => {
                Ok(Put::Lost(there.map(|(bytes, _)| bytes)))
            }
            (_, error) => Err(self.failed(name, "written")(error)),
        }
    }

    /// Puts a file that was written on this machine into the store, if that has not been done.
    pub(crate) fn upload(&self, name: &str) -> Result<(), LakeError> {
        let Some(folder) = self.staged(name) else { return Ok(()) };
        let local = folder.path(name);
        // Noted first: what arrived of it, if anything, is to be removed when the import fails.
        self.uploaded.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_owned());
        let mut file = folder.open(name)?;
        let mut next = || -> Result<Vec<u8>, LakeError> {
            let mut bytes = Vec::new();
            let mut part = Read::take(&mut file, PART_BYTES as u64);
            part.read_to_end(&mut bytes).map_err(LakeError::file(&local, "read"))?;
            Ok(bytes)
        };
        let first = next()?;
        if first.len() < PART_BYTES {
            self.put(name, first)?;
        } else {
            self.upload_parts(name, first, next)?;
        }
        folder.remove(name)
    }

    fn upload_parts(
        &self,
        name: &str,
        first: Vec<u8>,
        mut next: impl FnMut() -> Result<Vec<u8>, LakeError>,
    ) -> Result<(), LakeError> {
        let (store, path) = self.at(name);
        let begun = wait(async move { store.put_multipart(&path).await });
        let mut upload = begun.map_err(self.failed(name, "written"))?;
        let put = || -> Result<(), LakeError> {
            let mut part = first;
            while !part.is_empty() {
                let mut parts = Vec::new();
                while !part.is_empty() && parts.len() < PARTS_AT_ONCE {
                    parts.push(upload.put_part(part.into()));
                    part = next()?;
                }
                let parts = futures::future::try_join_all(parts);
                wait(async move { parts.await.map(drop) }).map_err(self.failed(name, "written"))?;
            }
            Ok(())
        };
        let done = put();
        let all = done.is_ok();
        let ended = wait(async move { if all { upload.complete().await.map(drop) } else { upload.abort().await } });
        // What made it fail is told, not that it could not be tidied up after.
        done.and_then(|()| ended.map_err(self.failed(name, "written")))
    }

    /// What was put into the store from this machine.
    pub(crate) fn uploaded(&self) -> Vec<String> {
        self.uploaded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Copies files within the store. Each pair is from and to.
    pub(crate) fn copy(&self, files: Vec<(String, String)>) -> Result<(), LakeError> {
        let failed = self.failed(files.first().map_or("", |(_, to)| to), "written");
        let copies = files.into_iter().map(|(from, to)| {
            let ((store, from), to) = (self.at(&from), self.below(&to));
            async move { store.copy(&from, &to).await }
        });
        let copies = stream::iter(copies.collect::<Vec<_>>()).buffer_unordered(QUESTIONS_AT_ONCE);
        wait(async move { copies.try_collect::<Vec<()>>().await }).map(drop).map_err(failed)
    }

    /// Removes a file, or all files in a folder.
    pub(crate) fn remove(&self, name: &str) -> Result<(), LakeError> {
        if let Some(folder) = self.staged(name) {
            return folder.remove(name);
        }
        let mut names = self.list(name)?;
        names.push(name.to_owned());
        self.remove_all(names)
    }

    pub(crate) fn remove_all(&self, names: Vec<String>) -> Result<(), LakeError> {
        if names.is_empty() {
            return Ok(());
        }
        let paths: Vec<_> = names.iter().map(|name| Ok(self.below(name))).collect();
        let store = Arc::clone(&self.store);
        let removed = wait(async move {
            let gone = store.delete_stream(stream::iter(paths).boxed());
            let absent =
                |error: Error| ready(if matches!(error, Error::NotFound { .. }) { Ok(()) } else { Err(error) });
            gone.map_ok(drop).or_else(absent).try_collect::<Vec<()>>().await
        });
        removed.map(drop).map_err(self.failed(names.first().map_or("", String::as_str), "removed"))
    }

    /// The files in a folder and the folders in it, as paths relative to the root, sorted.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        let (store, path) = self.at(folder);
        let found = wait(async move { store.list(Some(&path)).try_collect::<Vec<_>>().await });
        let found = found.map_err(self.failed(folder, "read"))?;
        let mut names: Vec<String> = found.iter().filter_map(|object| self.name(&object.location)).collect();
        names.sort();
        Ok(names)
    }

    /// Whether nothing at all lies here.
    pub(crate) fn is_empty(&self) -> Result<bool, LakeError> {
        let (store, root) = (Arc::clone(&self.store), self.root.clone());
        let first = wait(async move { store.list(Some(&root)).try_next().await });
        Ok(first.map_err(self.failed("", "read"))?.is_none())
    }

    /// Which of these files, all of these folders, are not there.
    pub(crate) fn missing<'n>(
        &self,
        folders: &[&str],
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Vec<&'n str>, LakeError> {
        let names: Vec<&str> = names.into_iter().collect();
        // One question for a thousand files, unless there are but a few.
        if names.len() > QUESTIONS_AT_ONCE {
            let mut there = FxHashSet::default();
            for folder in folders {
                there.extend(self.list(folder)?);
            }
            return Ok(names.into_iter().filter(|name| !there.contains(*name)).collect());
        }
        let heads = names.iter().map(|name| {
            let (store, path) = self.at(name);
            async move {
                match store.head(&path).await {
                    Ok(_) => Ok(true),
                    Err(Error::NotFound { .. }) => Ok(false),
                    Err(error) => Err(error),
                }
            }
        });
        let heads = futures::future::try_join_all(heads);
        let there = wait(heads).map_err(self.failed(names.first().copied().unwrap_or_default(), "read"))?;
        Ok(names.into_iter().zip(there).filter(|(_, there)| !there).map(|(name, _)| name).collect())
    }

    /// What people know a file by.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(if name.is_empty() { self.url.as_str().to_owned() } else { below(&self.url, name).into() })
    }

    pub(crate) fn failed(&self, name: &str, doing: &'static str) -> impl FnOnce(Error) -> LakeError + use<> {
        let path = self.path(name);
        move |error| LakeError::file(path, doing)(io::Error::other(words(&error)))
    }

    fn at(&self, name: &str) -> (Arc<dyn ObjectStore>, Path) {
        (Arc::clone(&self.store), self.below(name))
    }

    fn below(&self, name: &str) -> Path {
        self.root.parts().chain(Path::from(name).parts()).collect()
    }

    fn name(&self, path: &Path) -> Option<String> {
        let parts: Vec<String> = path.prefix_match(&self.root)?.map(|part| part.as_ref().to_owned()).collect();
        Some(parts.join("/"))
    }
}

/// That a file came whole.
fn whole(bytes: u64, size: u64) -> object_store::Result<()> {
    let why = || format!("it ended after {bytes} of {size} bytes");
    if bytes == size { Ok(()) } else { Err(Error::Generic { store: "reading", source: why().into() }) }
}
