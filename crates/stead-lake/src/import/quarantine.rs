//! The quarantine: records that could not be read, each with its place, the reason and how it begins.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::error::LakeError;
use crate::import::spill::Origin;
use crate::store::{Output, Store};

/// How much of a record is shown, in bytes.
const SHOWN_BYTES: usize = 2048;
/// Up to how many entries the file is put into order.
const SORTED_MAX: u64 = 200_000;

/// A record that was left out.
#[derive(Debug, Serialize)]
pub(crate) struct Line<'t> {
    pub(crate) source: &'t str,
    pub(crate) file: &'t str,
    pub(crate) line: u64,
    pub(crate) offset: u64,
    #[serde(rename = "type")]
    pub(crate) kind: &'t str,
    pub(crate) reason: &'t str,
    pub(crate) text: String,
}

/// Writes the quarantine as records fail, from all threads.
pub(crate) struct Quarantine {
    store: Store,
    name: String,
    strict: bool,
    file: Mutex<(Option<Output>, u64)>,
}

impl Quarantine {
    pub(crate) fn new(store: Store, name: String, strict: bool) -> Self {
        Self { store, name, strict, file: Mutex::new((None, 0)) }
    }

    /// Puts a record in; an error when the import is strict.
    pub(crate) fn put(
        &self,
        source: &str,
        file: &str,
        origin: Origin,
        kind: &str,
        reason: &str,
        text: &[u8],
    ) -> Result<(), LakeError> {
        if self.strict {
            return Err(LakeError::Strict { file: file.to_owned(), line: origin.line, reason: reason.to_owned() });
        }
        let text = String::from_utf8_lossy(text.get(..SHOWN_BYTES.min(text.len())).unwrap_or(text)).into_owned();
        let line = Line { source, file, line: origin.line, offset: origin.offset, kind, reason, text };
        let mut bytes = serde_json::to_vec(&line).unwrap_or_default();
        bytes.push(b'\n');
        let mut guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (output, count) = &mut *guard;
        let output = match output {
            Some(output) => output,
            empty => empty.insert(self.store.create(&self.name)?),
        };
        *count += 1;
        output.write_all(&bytes).map_err(LakeError::file(self.store.path(&self.name), "written"))
    }

    /// Closes the file and puts it into order; its name, or `None` when nothing was put in.
    pub(crate) fn finish(self) -> Result<Option<String>, LakeError> {
        let (output, count) = self.file.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Some(output) = output else { return Ok(None) };
        output.finish()?;
        if count <= SORTED_MAX {
            sort(&self.store, &self.name)?;
        }
        Ok(Some(self.name))
    }
}

fn sort(store: &Store, name: &str) -> Result<(), LakeError> {
    #[derive(serde::Deserialize)]
    struct Key {
        source: String,
        file: String,
        offset: u64,
    }

    let bytes = store.read(name)?.unwrap_or_default();
    let lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let mut keyed: Vec<_> = lines
        .map(|line| {
            let key = serde_json::from_slice::<Key>(line).ok().map(|key| (key.source, key.file, key.offset));
            (key, line)
        })
        .collect();
    keyed.sort();
    let sorted: Vec<u8> = keyed.into_iter().flat_map(|(_, line)| line.iter().copied()).collect();
    let mut output = store.create(name)?;
    output.write_all(&sorted).map_err(LakeError::file(store.path(name), "written"))?;
    output.finish().map(drop)
}
