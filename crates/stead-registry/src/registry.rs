//! A registry that is open.

use std::fmt;
use std::sync::Arc;

use crate::address::RegistryAddress;
use crate::database::{Change, Database};
use crate::error::RegistryError;
use crate::limits;
use crate::wait::Wait;

/// What people do, kept in a database. Clones are the same registry; it may be asked from many tasks at once.
#[derive(Clone)]
pub struct Registry {
    database: Arc<Database>,
    at: Arc<str>,
}

impl Registry {
    /// Opens a registry, and begins one where none is.
    pub fn open(address: &RegistryAddress) -> Wait<'_, Self> {
        Box::pin(Self::opened(address, true))
    }

    /// Opens a registry that is there already.
    pub fn open_existing(address: &RegistryAddress) -> Wait<'_, Self> {
        Box::pin(Self::opened(address, false))
    }

    async fn opened(address: &RegistryAddress, begin: bool) -> Result<Self, RegistryError> {
        let database = Database::open(address, begin).await?;
        Ok(Self { database: Arc::new(database), at: address.to_string().into() })
    }

    /// Closes its connections once what is under way has ended. For the other clones, too.
    pub fn close(&self) -> Wait<'_, ()> {
        Box::pin(async {
            self.database.close().await;
            Ok(())
        })
    }

    pub(crate) fn reading(&self) -> &sqlx::AnyPool {
        self.database.reading()
    }

    pub(crate) async fn snapshot(&self) -> Result<sqlx::Transaction<'static, sqlx::Any>, RegistryError> {
        self.database.snapshot().await
    }

    pub(crate) async fn change(&self) -> Result<Change<'_>, RegistryError> {
        self.database.change().await
    }

    pub(crate) async fn sweep(&self) -> Result<(), RegistryError> {
        self.database.sweep().await
    }

    /// What a citizen's pseudonyms are made with: what was kept first, which is `fresh` where nothing was yet.
    ///
    /// `fresh` is for the caller to draw by chance; the registry draws nothing.
    pub fn citizen_secret<'a>(&'a self, citizen: &'a str, fresh: &'a [u8]) -> Wait<'a, Vec<u8>> {
        Box::pin(async move {
            limits::name("a citizen's id", citizen)?;
            limits::at_most("a citizen's secret", fresh.len(), limits::KEY_BYTES_MAX)?;
            if let Some(secret) = self.known_secret(citizen).await? {
                return Ok(secret);
            }
            let mut change = self.change().await?;
            let keep = "INSERT INTO citizen_secret (citizen, secret) VALUES ($1, $2) ON CONFLICT (citizen) DO NOTHING";
            sqlx::query(keep).bind(citizen).bind(fresh).execute(change.on()).await?;
            change.commit().await?;
            let kept = self.known_secret(citizen).await?;
            kept.ok_or_else(|| RegistryError::Unknown { what: format!("the secret of `{citizen}`") })
        })
    }

    /// What a citizen's pseudonyms were made with, if anything was kept, and not erased.
    pub fn citizen_secret_known<'a>(&'a self, citizen: &'a str) -> Wait<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            limits::name("a citizen's id", citizen)?;
            self.known_secret(citizen).await
        })
    }

    async fn known_secret(&self, citizen: &str) -> Result<Option<Vec<u8>>, RegistryError> {
        let find = "SELECT secret FROM citizen_secret WHERE citizen = $1";
        Ok(sqlx::query_scalar(find).bind(citizen).fetch_optional(self.reading()).await?)
    }

    /// Forgets what a citizen's pseudonyms are made with: nobody can tell any more which entries of the log are theirs.
    ///
    /// Says whether there was anything to forget. What those entries commit to is erased by
    /// [`Registry::erase_details`], before. Backups have to be erased, too.
    pub fn forget_citizen<'a>(&'a self, citizen: &'a str) -> Wait<'a, bool> {
        Box::pin(async move {
            limits::name("a citizen's id", citizen)?;
            let mut change = self.change().await?;
            let forget = sqlx::query("DELETE FROM citizen_secret WHERE citizen = $1").bind(citizen);
            let forgotten = forget.execute(change.on()).await?.rows_affected() > 0;
            change.commit().await?;
            self.sweep().await?;
            Ok(forgotten)
        })
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the registry at `{}`", self.at)
    }
}
