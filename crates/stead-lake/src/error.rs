//! What can go wrong with a lake as a whole. What is wrong with single records never ends up here: it is quarantined.

use std::io;
use std::path::{Path, PathBuf};

/// Why a lake could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// A file or folder could not be used.
    #[error("`{}` cannot be {doing}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What was tried: `read`, `written` …
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// There is no lake there.
    #[error("`{}` is not a lake: it has no `lake.json`; `stead import … --lake {}` makes one", path.display(), path.display())]
    NotALake {
        /// Where one was looked for.
        path: PathBuf,
    },
    /// A lake that was made from rows cannot be added to.
    #[error("`{}` was made without its records (`stead synth --lake`), so nothing can be added to it; import into a new lake", path.display())]
    NoOriginals {
        /// The lake.
        path: PathBuf,
    },
    /// There is a lake where one was to be made.
    #[error("`{}` is a lake already; remove it or name another folder", path.display())]
    LakeAlready {
        /// Where one was to be made.
        path: PathBuf,
    },
    /// A new lake cannot be made there.
    #[error("`{}` is not a lake (it has no `lake.json`) and not empty; give a new or an empty folder", path.display())]
    NotEmpty {
        /// Where one was to be made.
        path: PathBuf,
    },
    /// A file that the lake consists of is not there.
    #[error("`{}` is missing, so that answers would be short; import the records again into a new lake", path.display())]
    Missing {
        /// Which file.
        path: PathBuf,
    },
    /// A file of a run's results is not there.
    #[error("`{}` is missing, so that answers would be short; remove the folder `{}` and run again", path.display(), run.display())]
    RunMissing {
        /// Which file.
        path: PathBuf,
        /// The folder of the run.
        run: PathBuf,
    },
    /// Somebody else writes it.
    #[error("`{}` is being written by somebody else; wait until that has ended, then try again", path.display())]
    Locked {
        /// The lake.
        path: PathBuf,
    },
    /// Somebody else began to write it later.
    #[error(
        "`{}` is being written by somebody else, who began later, so nothing was changed; wait until that has ended, then try again", path.display()
    )]
    Overtaken {
        /// The lake.
        path: PathBuf,
    },
    /// Its files were written by another version.
    #[error("`{}` has format {found}, and this version reads format {known}; import the records again into a new lake", path.display())]
    Format {
        /// The lake.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format that can be read.
        known: u32,
    },
    /// A file of the lake does not hold what it should.
    #[error("`{}` is damaged ({detail}); import the records again into a new lake", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// An option contradicts the lake.
    #[error(
        "the lake's {what} {has}, not {asked}; that is settled when a lake is made: leave the option out, or make a new lake"
    )]
    Settled {
        /// Which setting.
        what: &'static str,
        /// What the lake has.
        has: String,
        /// What was asked for.
        asked: String,
    },
    /// An option makes no sense.
    #[error("{0}")]
    Option(String),
    /// Nothing to read.
    #[error("`{}` holds no records: name a file, or a folder with `.ndjson`, `.jsonl` or `.json` files (plain, `.gz` or `.zst`)", path.display())]
    NoRecords {
        /// Where they were looked for.
        path: PathBuf,
    },
    /// A record is wrong and the import was asked to be strict.
    #[error("`{file}` line {line}: {reason}; nothing was imported, because the import is strict")]
    Strict {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
}

impl LakeError {
    pub(crate) fn file(path: impl Into<PathBuf>, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, doing, source }
    }

    pub(crate) fn damaged(path: &Path, detail: impl ToString) -> Self {
        Self::Damaged { path: path.to_path_buf(), detail: detail.to_string() }
    }
}
