//! What can go wrong with a registry, in words. Never a password, never a line of SQL.

use sqlx::Error as Driver;
use sqlx::migrate::MigrateError;

use crate::moment::Moment;

/// Why the registry did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Nothing lies there yet.
    #[error(
        "there is no registry at `{at}`: signing, or recording a choice, begins one; or name another with `--registry`"
    )]
    Missing {
        /// Where.
        at: String,
    },
    /// It could not be reached or opened.
    #[error("the registry at `{at}` cannot be opened: {why}")]
    Open {
        /// Where.
        at: String,
        /// In words.
        why: String,
    },
    /// It is of a later version.
    #[error(
        "the registry at `{at}` was written by a newer Stead (its version {theirs}, known here {ours}): use that one"
    )]
    Newer {
        /// Where.
        at: String,
        /// The version found.
        theirs: i64,
        /// The newest version that is known here.
        ours: i64,
    },
    /// Others kept it busy for too long.
    #[error("the registry was busy for too long; nothing was changed, try again")]
    Busy,
    /// Somebody else appended to the log first.
    #[error(
        "the log grew meanwhile: {found} entries where {expected} were expected; nothing was appended, read it again"
    )]
    Grew {
        /// How many entries were expected.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// What was to be appended does not fit together.
    #[error("a batch for the log does not fit: {0}; nothing was appended")]
    Batch(String),
    /// The log's writer has stopped.
    #[error("the log's writer has stopped: {0}; nothing was appended")]
    Stopped(String),
    /// An input is too large.
    #[error("{what} of {len} bytes is too large: at most {max}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large it is.
        len: usize,
        /// How large it may be.
        max: usize,
    },
    /// An input cannot be kept.
    #[error("{what} must be neither empty nor hold a zero byte")]
    Unusable {
        /// What.
        what: &'static str,
    },
    /// Something else is recorded under that name.
    #[error("{what} is recorded already, and says something else; nothing was changed")]
    Taken {
        /// What, in words.
        what: String,
    },
    /// Nothing is recorded under that name.
    #[error("{what} is not recorded")]
    Unknown {
        /// What, in words.
        what: String,
    },
    /// A moment that is yet to come.
    #[error("`{0}` is yet to come: what will be recorded by then nobody knows; give a moment that has passed")]
    Future(Moment),
    /// What is kept cannot be understood.
    #[error(
        "the registry holds {what} that cannot be read: {why}; it may have been changed by hand, or by a newer Stead"
    )]
    Unreadable {
        /// What, in words.
        what: &'static str,
        /// In words.
        why: String,
    },
    /// Anything else that the database says.
    #[error("the registry's database failed: {0}")]
    Database(String),
}

impl From<Driver> for RegistryError {
    fn from(error: Driver) -> Self {
        match words(&error) {
            Some(why) => Self::Database(why),
            None => Self::Busy,
        }
    }
}

impl From<MigrateError> for RegistryError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMismatch(version) | MigrateError::VersionMissing(version) => {
                Self::Database(format!("its tables (version {version}) are not those of this Stead"))
            }
            _ => Self::Database("its tables could not be made".to_owned()),
        }
    }
}

/// What the driver says, in words; nothing where it waited for too long.
///
/// INVARIANT: nothing here repeats an address or a statement. What a database says of itself may be repeated.
pub(crate) fn words(error: &Driver) -> Option<String> {
    match error {
        Driver::PoolTimedOut => None,
        Driver::Database(said) => {
            let code = said.code().unwrap_or_default();
            match code.as_ref() {
                // SQLite: busy, locked, and their extended codes. PostgreSQL: lock and statement timeouts, deadlock,
                // serialisation failure.
                "5" | "6" | "261" | "262" | "517" | "55P03" | "57014" | "40P01" | "40001" => None,
                "8" | "264" | "520" | "776" | "1032" | "1288" | "1544" => Some("it may only be read".to_owned()),
                "11" | "267" | "523" | "779" => Some("its file is damaged: bring back a backup".to_owned()),
                "26" => Some("its file is no SQLite database".to_owned()),
                "13" | "53100" => Some("the disk is full".to_owned()),
                "14" | "270" | "526" | "782" | "1038" => {
                    Some("its file cannot be opened: does the folder exist, and may it be written to?".to_owned())
                }
                "28P01" | "28000" => Some("the server knows no such user, or not with that password".to_owned()),
                "3D000" => Some("the server has no such database: create it first".to_owned()),
                "42501" => Some("the user may not do that: docs/registry.md says which rights are needed".to_owned()),
                "53300" => Some("the server takes no further connections".to_owned()),
                _ => Some(said.message().to_owned()),
            }
        }
        Driver::Io(error) => Some(format!("the server cannot be reached: {}", error.kind())),
        Driver::Tls(_) => Some("the encrypted connection could not be made".to_owned()),
        Driver::Configuration(_) => Some("its address cannot be used".to_owned()),
        Driver::PoolClosed | Driver::WorkerCrashed => Some("its connections are closed".to_owned()),
        Driver::ColumnDecode { .. } | Driver::Decode(_) | Driver::ColumnNotFound(_) => {
            Some("a column holds what it should not".to_owned())
        }
        Driver::Protocol(_) => Some("the server's answer was not understood".to_owned()),
        _ => Some("the answer was not understood".to_owned()),
    }
}
