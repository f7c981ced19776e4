//! Addresses: how one says where a registry lies.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use url::Url;

/// Where a registry lies: in a file, or in a PostgreSQL database.
#[derive(Clone, PartialEq, Eq)]
pub enum RegistryAddress {
    /// A file of SQLite.
    File(PathBuf),
    /// A database of PostgreSQL. It may hold a password, and so it is shown without whatever says who one is.
    Postgres(Url),
}

/// Why a text is no address of a registry. The text is not repeated: it may hold a password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RegistryAddressError {
    /// It looks like a URL and is none.
    #[error("the address of the registry is no URL: {0}; give a file, or `postgres://USER@HOST/DATABASE`")]
    Url(String),
    /// Its scheme is unknown.
    #[error("`{0}://` is no kind of registry that is known; give a file, or `postgres://USER@HOST/DATABASE`")]
    Scheme(String),
    /// It names no database.
    #[error("the address of the registry names no database; give `postgres://USER@HOST/DATABASE`")]
    Database,
    /// It names nothing.
    #[error("the address of the registry is empty; give a file, or `postgres://USER@HOST/DATABASE`")]
    Empty,
}

impl FromStr for RegistryAddress {
    type Err = RegistryAddressError;

    fn from_str(text: &str) -> Result<Self, RegistryAddressError> {
        if text.is_empty() {
            return Err(RegistryAddressError::Empty);
        }
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Self::File(PathBuf::from(text))) };
        match scheme {
            "sqlite" => Ok(Self::File(PathBuf::from(rest))),
            "postgres" | "postgresql" => {
                let url = Url::parse(text).map_err(|error| RegistryAddressError::Url(error.to_string()))?;
                let names_one = !url.path().trim_matches('/').is_empty();
                if names_one { Ok(Self::Postgres(url)) } else { Err(RegistryAddressError::Database) }
            }
            other => Err(RegistryAddressError::Scheme(other.to_owned())),
        }
    }
}

impl From<&Path> for RegistryAddress {
    fn from(file: &Path) -> Self {
        Self::File(file.to_path_buf())
    }
}

impl fmt::Display for RegistryAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(out),
            Self::Postgres(url) => {
                write!(out, "postgres://{}", url.host_str().unwrap_or_default())?;
                if let Some(port) = url.port() {
                    write!(out, ":{port}")?;
                }
                out.write_str(url.path())
            }
        }
    }
}

impl fmt::Debug for RegistryAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{self}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_url_is_a_file() {
        assert_eq!("a/registry.sqlite".parse(), Ok(RegistryAddress::File(PathBuf::from("a/registry.sqlite"))));
        assert_eq!("sqlite://a/b".parse(), Ok(RegistryAddress::File(PathBuf::from("a/b"))));
    }

    #[test]
    fn a_password_is_never_shown() {
        let address: RegistryAddress = "postgres://ada:hush@db.example:5433/stead?sslkey=hush".parse().unwrap();
        assert_eq!(address.to_string(), "postgres://db.example:5433/stead");
        assert_eq!(format!("{address:?}"), "`postgres://db.example:5433/stead`");
        for wrong in ["postgres://ada:hush@/stead:x:y", "postgres://ada:hush@h:99999/stead", "mysql://ada:hush@h/d"] {
            let error = wrong.parse::<RegistryAddress>().map_err(|error| format!("{error} {error:?}"));
            assert!(error.as_ref().err().is_none_or(|error| !error.contains("hush")), "{error:?}");
        }
    }

    #[test]
    fn an_address_without_a_database_says_what_to_give() {
        let error = "postgres://localhost".parse::<RegistryAddress>().unwrap_err();
        assert_eq!(error, RegistryAddressError::Database);
    }
}
