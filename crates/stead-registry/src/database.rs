//! The database behind a registry: opening it, its tables, and taking turns at writing.
//!
//! Everything that SQLite and PostgreSQL do differently is in this file and in `migrations.rs`.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyConnection, AnyPool, ConnectOptions, Connection, Executor, Transaction};
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use crate::address::RegistryAddress;
use crate::error::{RegistryError, words};
use crate::migrations::{NEWEST, migrator};
use crate::moment::Moment;

/// How long anybody waits for a connection, or for somebody else's change.
const WAIT: Duration = Duration::from_secs(20);
/// How often opening is tried again, when somebody else is at it, too.
const TRIES: u32 = 5;
const CONNECTIONS_MAX: u32 = 8;

/// `synchronous`: a commit is on disk before it is acknowledged. `secure_delete`: what is erased is overwritten.
const SQLITE_BEGIN: &str = "PRAGMA busy_timeout = 20000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; \
     PRAGMA secure_delete = ON; PRAGMA cache_size = -16000";

/// The same. A server that waits for its standbys as well goes on doing so.
const POSTGRES_BEGIN: &str = "SET lock_timeout = '20s'; SET statement_timeout = '60s'; \
     SET idle_in_transaction_session_timeout = '60s'; \
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// What every connection is told first.
    const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => SQLITE_BEGIN,
            Self::Postgres => POSTGRES_BEGIN,
        }
    }
}

/// An open database with all of its tables.
pub(crate) struct Database {
    pool: AnyPool,
    kind: Kind,
    /// SQLite lets one write at a time, and those who wait are served by luck; here they queue.
    turn: Mutex<()>,
}

/// A change under way: all of it or nothing, and nothing unless it is committed.
pub(crate) struct Change<'a> {
    transaction: Transaction<'static, Any>,
    _turn: Option<MutexGuard<'a, ()>>,
}

impl Database {
    /// Opens a database; without `begin`, only one that is there already.
    pub(crate) async fn open(address: &RegistryAddress, begin: bool) -> Result<Self, RegistryError> {
        sqlx::any::install_default_drivers();
        let kind = match address {
            RegistryAddress::File(_) => Kind::Sqlite,
            RegistryAddress::Postgres(_) => Kind::Postgres,
        };
        let url = match address {
            RegistryAddress::File(file) => {
                if !begin && !file.exists() {
                    return Err(RegistryError::Missing { at: address.to_string() });
                }
                private_file(file).and_then(|()| file_url(file)).map_err(|why| at(address, why))?
            }
            RegistryAddress::Postgres(url) => url.clone(),
        };
        let options = AnyConnectOptions::from_url(&url).map_err(|error| refused(address, &error))?;
        let options = options.disable_statement_logging();
        // A pool goes on trying for long; whether there is anything to be reached at all is known by one connection.
        let mut first = first(kind, &options).await.map_err(|error| refused(address, &error))?;
        let database = Self { pool: pool(kind, options), kind, turn: Mutex::new(()) };
        for tried in 1.. {
            let prepared = database.prepared(address, &mut first).await;
            match prepared {
                // Two that begin one registry at once get in each other's way; the second then finds the tables made.
                Err(RegistryError::Database(_) | RegistryError::Busy) if tried < TRIES => {
                    tokio::time::sleep(Duration::from_millis(50) * tried).await;
                }
                Err(RegistryError::Database(why)) => return Err(at(address, why)),
                other => {
                    drop(first.close().await);
                    return other.map(|()| database);
                }
            }
        }
        Err(RegistryError::Busy)
    }

    /// Makes what tables there are not yet. Where all are there it only reads, so that few rights are enough.
    async fn prepared(&self, address: &RegistryAddress, first: &mut AnyConnection) -> Result<(), RegistryError> {
        let version = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success");
        let theirs: i64 = version.fetch_one(first).await.ok().flatten().unwrap_or(0);
        if theirs > NEWEST {
            return Err(RegistryError::Newer { at: address.to_string(), theirs, ours: NEWEST });
        }
        if theirs < NEWEST {
            migrator(self.kind).run(&self.pool).await?;
        }
        Ok(())
    }

    /// For questions.
    pub(crate) fn reading(&self) -> &AnyPool {
        &self.pool
    }

    /// Begins several questions that are to be answered alike, whatever others change meanwhile.
    pub(crate) async fn snapshot(&self) -> Result<Transaction<'static, Any>, RegistryError> {
        let begin = match self.kind {
            Kind::Sqlite => "BEGIN",
            Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// Begins a change.
    pub(crate) async fn change(&self) -> Result<Change<'_>, RegistryError> {
        // The turn first: whoever waits for one holds no connection that others could read by.
        let (turn, begin) = match self.kind {
            Kind::Sqlite => {
                let turn = tokio::time::timeout(WAIT, self.turn.lock()).await.map_err(|_| RegistryError::Busy)?;
                (Some(turn), "BEGIN IMMEDIATE")
            }
            Kind::Postgres => (None, "BEGIN"),
        };
        let transaction = self.pool.begin_with(begin).await?;
        Ok(Change { transaction, _turn: turn })
    }

    /// Sees to it that what was erased is not left lying in the write-ahead log.
    pub(crate) async fn sweep(&self) -> Result<(), RegistryError> {
        if self.kind == Kind::Sqlite {
            self.pool.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

impl Change<'_> {
    /// What statements run on.
    pub(crate) fn on(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// The moment of this change: after every earlier one, whatever clocks say. Others who record have to wait from here on.
    pub(crate) async fn moment(&mut self) -> Result<Moment, RegistryError> {
        let next = "UPDATE moment SET last_micros = CASE WHEN last_micros < $1 THEN $1 ELSE last_micros + 1 END \
                    WHERE one = 1 RETURNING last_micros";
        let micros = sqlx::query_scalar(next).bind(Moment::now().micros()).fetch_one(self.on()).await?;
        Ok(Moment::from_micros(micros))
    }

    /// Makes it so. When this comes back, it is on disk and everybody sees it.
    pub(crate) async fn commit(self) -> Result<(), RegistryError> {
        Ok(self.transaction.commit().await?)
    }
}

/// A connection of its own, that says at once what is wrong.
async fn first(kind: Kind, options: &AnyConnectOptions) -> Result<AnyConnection, sqlx::Error> {
    let mut connection =
        tokio::time::timeout(WAIT, options.connect()).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    connection.execute(kind.begin()).await?;
    if kind == Kind::Sqlite {
        connection.execute("PRAGMA journal_mode = WAL").await?;
    }
    Ok(connection)
}

fn pool(kind: Kind, options: AnyConnectOptions) -> AnyPool {
    let begin = kind.begin();
    AnyPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(WAIT)
        .after_connect(move |connection, _| Box::pin(async move { connection.execute(begin).await.map(drop) }))
        .connect_lazy_with(options)
}

/// A registry says things about people: the file is its owner's alone. SQLite gives the files beside it the same mode.
fn private_file(file: &Path) -> Result<(), String> {
    if file.exists() {
        return Ok(());
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop).map_err(|error| format!("{}: does the folder exist?", error.kind()))
}

fn file_url(file: &Path) -> Result<Url, String> {
    let wrong = || "its path cannot be written as a URL".to_owned();
    let whole = std::path::absolute(file).map_err(|_| wrong())?;
    let url = Url::from_file_path(whole).map_err(|()| wrong())?;
    Url::parse(&format!("sqlite{}", url.as_str().trim_start_matches("file"))).map_err(|_| wrong())
}

fn at(address: &RegistryAddress, why: String) -> RegistryError {
    RegistryError::Open { at: address.to_string(), why }
}

fn refused(address: &RegistryAddress, error: &sqlx::Error) -> RegistryError {
    words(error).map_or(RegistryError::Busy, |why| at(address, why))
}
