//! Who may replace the file that says what counts, in a store without locks.
//!
//! Whoever is about to change something first writes into that file, by a conditional put, that they try: from then on no
//! earlier attempt can succeed any more, since its condition (that the file is as it was) no longer holds. When the work is
//! done, a second conditional put makes all of it visible, unless a later attempt has begun.
//!
//! INVARIANT: attempts are numbered by those puts, so that each number is given out once. Files are named after the number:
//! two attempts never write the same file.
//!
//! INVARIANT: only files that were there *before* an attempt began are removed by it as left over. A file that is there
//! before, and that does not count, belongs to an attempt that can no longer succeed; one that comes later may be a later
//! attempt's, however long this one was held up.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stead_store::object_store::{PutMode, UpdateVersion};

use super::objects::{Objects, Put};
use crate::error::LakeError;

/// How often one begins anew when others begin at the same time.
const TRIES: usize = 10;

/// The latest attempt to change something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// Each has another one.
    pub(crate) number: u64,
    /// By whom, as a random word: two that begin at once write different files.
    by: String,
    /// By whom the last one was that succeeded.
    last: Option<String>,
}

/// A file's content that says who tries to change it.
pub(crate) trait Claimed: Clone + Serialize + DeserializeOwned {
    fn attempt(&mut self) -> &mut Option<Attempt>;

    /// Reads the content of the file at `path`.
    fn parse(bytes: &[u8], path: &Path) -> Result<Self, LakeError> {
        serde_json::from_slice(bytes).map_err(|error| LakeError::damaged(path, error))
    }
}

/// An attempt that has begun.
#[derive(Debug)]
pub(crate) struct Claim {
    objects: Objects,
    name: &'static str,
    attempt: Attempt,
    version: UpdateVersion,
    /// Whether it was tried to make the work visible.
    tried: Mutex<bool>,
}

impl Claim {
    /// Begins an attempt: gives what the file says (`None` when there is none), and what `look` saw before it began.
    ///
    /// # Errors
    /// When files cannot be read or written, or too many others begin at the same time.
    pub(crate) fn take<T: Claimed, L>(
        objects: &Objects,
        name: &'static str,
        first: impl Fn() -> T,
        look: impl Fn(Option<&T>) -> Result<L, LakeError>,
    ) -> Result<(Option<T>, L, Self), LakeError> {
        for _ in 0..TRIES {
            let found = objects.get(name).map_err(objects.failed(name, "read"))?;
            let (before, mode) = match found {
                Some((bytes, version)) => (Some(T::parse(&bytes, &objects.path(name))?), PutMode::Update(version)),
                None => (None, PutMode::Create),
            };
            let seen = look(before.as_ref())?;
            let mut claimed = before.clone().unwrap_or_else(&first);
            let earlier = claimed.attempt().take();
            let number = earlier.as_ref().map_or(0, |earlier| earlier.number) + 1;
            let attempt = Attempt { number, by: random()?, last: earlier.and_then(|earlier| earlier.last) };
            *claimed.attempt() = Some(attempt.clone());
            let put = objects.put_if(name, &text(objects, name, &claimed)?, mode)?;
            if let Put::Done(version) = put {
                let (objects, tried) = (objects.clone(), Mutex::default());
                return Ok((before, seen, Self { objects, name, attempt, version, tried }));
            }
        }
        Err(LakeError::Locked { path: objects.path("") })
    }

    /// The attempt's number.
    pub(crate) fn number(&self) -> u64 {
        self.attempt.number
    }

    /// Makes `state` what counts, unless a later attempt has begun.
    pub(crate) fn publish<T: Claimed>(&self, state: &T) -> Result<(), LakeError> {
        *self.tried.lock().unwrap_or_else(PoisonError::into_inner) = true;
        let mut state = state.clone();
        let by = self.attempt.by.clone();
        *state.attempt() = Some(Attempt { last: Some(by.clone()), ..self.attempt.clone() });
        let bytes = text(&self.objects, self.name, &state)?;
        match self.objects.put_if(self.name, &bytes, PutMode::Update(self.version.clone()))? {
            Put::Done(_) => Ok(()),
            Put::Lost(there) => {
                // The answer may have been lost, and a later attempt have begun on what this one published.
                let there = there.and_then(|bytes| T::parse(&bytes, &self.objects.path(self.name)).ok());
                let last = there.and_then(|mut there| there.attempt().take()?.last);
                if last == Some(by) { Ok(()) } else { Err(self.overtaken()) }
            }
        }
    }

    /// That no later attempt has begun.
    pub(crate) fn check<T: Claimed>(&self) -> Result<(), LakeError> {
        if self.holds::<T>()? { Ok(()) } else { Err(self.overtaken()) }
    }

    /// Gives up an attempt to make something that was not there, unless a later one has begun.
    pub(crate) fn give_up<T: Claimed>(&self) -> Result<(), LakeError> {
        if !self.was_tried() && self.holds::<T>()? { self.objects.remove(self.name) } else { Ok(()) }
    }

    /// Whether it was tried to make the work visible. Then whether that succeeded may be known only to the store, and what
    /// was written stays until a later attempt finds it left over.
    pub(crate) fn was_tried(&self) -> bool {
        *self.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn holds<T: Claimed>(&self) -> Result<bool, LakeError> {
        let found = self.objects.get(self.name).map_err(self.objects.failed(self.name, "read"))?;
        let Some((bytes, _)) = found else { return Ok(false) };
        Ok(T::parse(&bytes, &self.objects.path(self.name))?.attempt().as_ref() == Some(&self.attempt))
    }

    fn overtaken(&self) -> LakeError {
        LakeError::Overtaken { path: self.objects.path("") }
    }
}

fn text<T: Claimed>(objects: &Objects, name: &str, state: &T) -> Result<Vec<u8>, LakeError> {
    let mut text = serde_json::to_vec_pretty(state).map_err(|error| LakeError::damaged(&objects.path(name), error))?;
    text.push(b'\n');
    Ok(text)
}

fn random() -> Result<String, LakeError> {
    let number = getrandom::u64().map_err(|error| {
        LakeError::file(PathBuf::from("random numbers"), "read")(std::io::Error::other(error.to_string()))
    })?;
    Ok(format!("{number:016x}"))
}
