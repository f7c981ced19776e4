//! The log: writing decisions down, showing a citizen who looked, and finding what was altered.

mod read;
mod seal;

use std::fs;
use std::path::{Path, PathBuf};

use stead_gate::log::{CitizenKey, Kind, Pseudonym};
use stead_gate::{KeyError, PublicKey, SecretKey};
use stead_registry::log::LogWriter;
use stead_registry::{Moment, Registry, RegistryAddress};
use zeroize::Zeroizing;

use crate::error::AppError;
use crate::keys::write_private;
pub use read::{CitizenLog, LOG_VERSION, Looked, Verification, emergencies, of_citizen, verify};
use seal::{Item, Sealer};

/// The name of the log, in its checkpoints and in its key.
pub const NAME: &str = "stead-log";

/// Where the log's key is.
#[derive(Clone, Debug, Default)]
pub struct LogKey {
    /// The file; beside the registry where none is named.
    pub file: Option<PathBuf>,
}

/// The log of a registry, open for writing.
pub(crate) struct Log {
    writer: LogWriter<Item>,
}

impl LogKey {
    fn path(&self, registry: &RegistryAddress) -> Result<PathBuf, AppError> {
        match (&self.file, registry) {
            (Some(file), _) => Ok(file.clone()),
            (None, RegistryAddress::File(file)) => {
                let mut name = file.clone().into_os_string();
                name.push(".log-key");
                Ok(name.into())
            }
            (None, _) => Err(AppError::NotThere {
                message: "the log of a registry that is no file has its key where you say: `--log-key FILE`".to_owned(),
            }),
        }
    }

    /// The secret key; made where there is none and nothing was written yet.
    fn secret(&self, registry: &RegistryAddress) -> Result<SecretKey, AppError> {
        let path = self.path(registry)?;
        if path.exists() {
            return secret(&path);
        }
        let key = SecretKey::new(NAME, &random()?)?;
        match write_private(&path, &key.file()) {
            // Somebody else made it at the same time: there is one key.
            Err(AppError::File { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => secret(&path),
            made => made.map(|()| key),
        }
    }

    /// The public key: from a file that holds it, or the secret one.
    pub(crate) fn public(&self, registry: &RegistryAddress) -> Result<PublicKey, AppError> {
        let path = self.path(registry)?;
        let text = Zeroizing::new(fs::read_to_string(&path).map_err(AppError::file(&path, "read"))?);
        match SecretKey::read(&text) {
            Ok(key) => Ok(key.public()),
            Err(KeyError::Secret) => Ok(PublicKey::read(&text)?),
            Err(error) => Err(error.into()),
        }
    }
}

fn secret(path: &Path) -> Result<SecretKey, AppError> {
    let key = crate::keys::secret(path)?;
    if key.name() == NAME {
        return Ok(key);
    }
    let (path, name) = (path.display(), key.name().to_owned());
    Err(AppError::NotThere { message: format!("`{path}` is the key of `{name}`, not that of the log (`{NAME}`)") })
}

impl Log {
    pub(crate) fn open(registry: &Registry, address: &RegistryAddress, key: &LogKey) -> Result<Self, AppError> {
        let sealer = Sealer::new(key.secret(address)?);
        Ok(Self { writer: LogWriter::start(registry.clone(), sealer) })
    }

    /// Writes an entry about a citizen down. When this comes back, it is on disk; it says its number.
    pub(crate) async fn append(
        &self,
        registry: &Registry,
        citizen: &str,
        kind: Kind,
        at: Moment,
        details: Vec<u8>,
    ) -> Result<u64, AppError> {
        let fresh = random()?;
        let kept = Zeroizing::new(registry.citizen_secret(citizen, fresh.as_slice()).await?);
        let citizen = citizen_key(&kept)?;
        let at_seconds = u64::try_from(at.micros() / 1_000_000).unwrap_or_default();
        Ok(self.writer.append(vec![Item { kind, at_seconds, citizen, details }]).await?)
    }
}

/// A citizen's key, and what the log calls them; nothing of whom nothing was ever logged.
pub(crate) async fn known_citizen(
    registry: &Registry,
    citizen: &str,
) -> Result<Option<(CitizenKey, Pseudonym)>, AppError> {
    let Some(kept) = registry.citizen_secret_known(citizen).await? else { return Ok(None) };
    let key = citizen_key(&Zeroizing::new(kept))?;
    let pseudonym = key.pseudonym(NAME);
    Ok(Some((key, pseudonym)))
}

fn citizen_key(kept: &[u8]) -> Result<CitizenKey, AppError> {
    let bytes =
        <[u8; 32]>::try_from(kept).map_err(|_| AppError::Internal("a citizen's secret is no key".to_owned()))?;
    Ok(CitizenKey::new(Zeroizing::new(bytes)))
}

fn random() -> Result<Zeroizing<[u8; 32]>, AppError> {
    let mut random = Zeroizing::new([0; 32]);
    getrandom::fill(random.as_mut_slice())
        .map_err(|error| AppError::Internal(format!("this machine gives no random bytes: {error}")))?;
    Ok(random)
}
