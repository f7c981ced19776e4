//! Keys: what an organisation signs with, and what others know it by.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use stead_gate::{PublicKey, SecretKey};
use stead_registry::{AsOf, Found, OrganisationKey, Registry, RegistryAddress, Statement};
use stead_rules::{Day, Period};
use zeroize::Zeroizing;

use crate::error::AppError;
use crate::folders::write_file;
use crate::registry::{existing, open};

/// The version of the reports' shape; a reader that knows this number understands every field.
pub const KEYS_VERSION: u32 = 1;

/// A new key.
#[derive(Clone, Debug, Serialize)]
pub struct NewKey {
    /// [`KEYS_VERSION`].
    pub version: u32,
    /// Whose.
    pub organisation: String,
    /// The public half: for everybody.
    pub public: String,
    /// The file that holds the secret half.
    pub file: PathBuf,
    /// The file that holds the public half.
    pub public_file: PathBuf,
}

/// Keys that a registry knows.
#[derive(Clone, Debug, Serialize)]
pub struct Keys {
    /// [`KEYS_VERSION`].
    pub version: u32,
    /// Each of them, by organisation and id.
    pub keys: Vec<Key>,
}

/// A key that a registry knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// Whose.
    pub organisation: String,
    /// Eight digits that tell it from others of the organisation.
    pub id: String,
    /// The public half.
    pub public: String,
    /// The first day on which it counts.
    pub from: String,
    /// The first day on which it no longer does.
    pub until: Option<String>,
}

/// Makes a key: its secret half into a file that only its owner may read, never over one that is there; its public half into
/// a file beside it, with `.pub` behind its name.
///
/// # Errors
/// When the organisation's id cannot stand in a key, or the file is there or cannot be written.
pub fn new(organisation: &str, out: &Path) -> Result<NewKey, AppError> {
    let mut random = Zeroizing::new([0; 32]);
    getrandom::fill(random.as_mut_slice())
        .map_err(|error| AppError::Internal(format!("this machine gives no random bytes: {error}")))?;
    let key = SecretKey::new(organisation, &random)?;
    write_private(out, &key.file())?;
    let public = key.public().to_string();
    let mut beside = out.as_os_str().to_owned();
    beside.push(".pub");
    let public_file = PathBuf::from(beside);
    write_file(&public_file, &format!("{public}\n"))?;
    let organisation = organisation.to_owned();
    Ok(NewKey { version: KEYS_VERSION, organisation, public, file: out.to_owned(), public_file })
}

pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), AppError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(AppError::file(path, "written"))
}

/// The secret key in a file.
pub(crate) fn secret(file: &Path) -> Result<SecretKey, AppError> {
    let text = Zeroizing::new(fs::read_to_string(file).map_err(AppError::file(file, "read"))?);
    Ok(SecretKey::read(&text)?)
}

/// Says whose a public key is, from a day on. `public` is the key, or a file that holds it.
///
/// # Errors
/// When it is no public key, or another organisation's, or the registry cannot be written.
pub async fn add(address: &RegistryAddress, organisation: &str, public: &str, from: Day) -> Result<Key, AppError> {
    let key = match PublicKey::read(public) {
        Ok(key) => key,
        Err(error) => {
            let text = fs::read_to_string(public).map_err(|_| error)?;
            PublicKey::read(&text)?
        }
    };
    if key.name() != organisation {
        let message = format!("this is a key of `{}`, not of `{organisation}`; name whose it is", key.name());
        return Err(AppError::NotThere { message });
    }
    let registry = open(address).await?;
    let id = format!("{:08x}", key.id());
    let what = OrganisationKey { public: key.to_string().into() };
    let valid = Period::new(from, Day::FOREVER).unwrap_or(Period::ALL);
    registry.state(Statement { subject: organisation, id: &id, what: &what, valid, document: None }).await?;
    Ok(Key {
        organisation: organisation.to_owned(),
        id,
        public: what.public.to_string(),
        from: from.to_string(),
        until: None,
    })
}

/// Says that a key counts no longer: it was lost, or replaced. What it signed before that day holds.
///
/// # Errors
/// When the registry knows no such key, or cannot be written.
pub async fn end(address: &RegistryAddress, organisation: &str, id: &str, until: Day) -> Result<Keys, AppError> {
    let registry = existing(address).await?;
    registry.end::<OrganisationKey>(organisation, id, until).await?;
    list(address, Some(organisation)).await
}

/// The keys that a registry knows, of one organisation or of all.
///
/// # Errors
/// When the registry cannot be read.
pub async fn list(address: &RegistryAddress, organisation: Option<&str>) -> Result<Keys, AppError> {
    let registry = existing(address).await?;
    let found = match organisation {
        Some(organisation) => of(&registry, organisation).await?,
        None => registry.stated_after::<OrganisationKey>("", AsOf::any_day(), u32::MAX).await?,
    };
    let keys = found.into_iter().map(|found| {
        let valid = found.recorded.valid;
        Key {
            organisation: found.subject,
            id: found.id,
            public: found.recorded.what.public.to_string(),
            from: valid.from.to_string(),
            until: valid.to.is_finite().then(|| valid.to.to_string()),
        }
    });
    Ok(Keys { version: KEYS_VERSION, keys: keys.collect() })
}

/// What the registry says of an organisation's keys, of whatever day.
pub(crate) async fn of(registry: &Registry, organisation: &str) -> Result<Vec<Found<OrganisationKey>>, AppError> {
    Ok(registry.stated_about::<OrganisationKey>(organisation, AsOf::any_day()).await?)
}
