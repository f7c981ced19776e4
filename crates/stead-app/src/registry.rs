//! The registry that a command is about.

use std::env;

pub use stead_registry::{AsOf, Moment, MomentError, RegistryAddress, RegistryAddressError};
use stead_registry::{Registry, RegistryError};
use stead_rules::Day;

use crate::error::AppError;

/// Names the registry where nobody says which.
pub const VARIABLE: &str = "STEAD_REGISTRY";
/// The registry where neither anybody nor [`VARIABLE`] says which.
pub const DEFAULT: &str = "registry.sqlite";

/// Which registry is meant: the one that is named, or that of the environment, or the one in the current folder.
///
/// # Errors
/// When the environment names none that could be.
pub fn address(named: Option<RegistryAddress>) -> Result<RegistryAddress, AppError> {
    if let Some(named) = named {
        return Ok(named);
    }
    let text = env::var(VARIABLE).ok().filter(|text| !text.is_empty());
    text.as_deref().unwrap_or(DEFAULT).parse().map_err(AppError::RegistryAddress)
}

/// Today, by this machine's clock, in Coordinated Universal Time.
pub fn today() -> Day {
    Moment::now().day()
}

/// A registry for writing; begun where none is.
pub(crate) async fn open(address: &RegistryAddress) -> Result<Registry, AppError> {
    Ok(Registry::open(address).await?)
}

/// A registry for asking; it has to be there.
pub(crate) async fn existing(address: &RegistryAddress) -> Result<Registry, AppError> {
    Ok(Registry::open_existing(address).await?)
}

/// A registry for asking; nothing where none is yet, so that nobody has said anything.
pub(crate) async fn if_there(address: &RegistryAddress) -> Result<Option<Registry>, AppError> {
    match Registry::open_existing(address).await {
        Ok(registry) => Ok(Some(registry)),
        Err(RegistryError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
