//! Addresses: how one says where a lake lies.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use url::Url;

/// Where something lies: a folder, or a prefix in an object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A prefix in an object store. INVARIANT: its path ends with no slash, and it names nobody.
    Objects(Url),
}

/// Why a text is no address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    /// It looks like a URL and is none.
    #[error("`{0}` is no address: {1}; give a folder, `file:///FOLDER` or `s3://BUCKET/PREFIX`")]
    Url(String, String),
    /// Its scheme is unknown.
    #[error("`{0}://` is no kind of store that is known; give a folder, `file:///FOLDER` or `s3://BUCKET/PREFIX`")]
    Scheme(String),
    /// It says who one is. What it says is not repeated.
    #[error(
        "an address holds no names, passwords or options; leave them out, and set `AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL` … in the environment"
    )]
    Secret,
    /// It names no bucket.
    #[error("`{0}` names no bucket; give `s3://BUCKET/PREFIX`")]
    Bucket(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Self::Folder(PathBuf::from(text))) };
        let host = rest.split('/').next().unwrap_or_default();
        // A folder may well have such a name.
        if host.contains('@') || (scheme != "file" && text.contains(['@', '?', '#'])) {
            return Err(AddressError::Secret);
        }
        let mut url = Url::parse(text).map_err(|error| AddressError::Url(text.to_owned(), error.to_string()))?;
        match url.scheme() {
            "file" => match url.to_file_path() {
                Ok(folder) => Ok(Self::Folder(folder)),
                Err(()) => Err(AddressError::Url(text.to_owned(), "it names another machine".to_owned())),
            },
            "s3" if url.host_str().is_none_or(str::is_empty) => Err(AddressError::Bucket(text.to_owned())),
            "s3" | "memory" => {
                let path = url.path().trim_end_matches('/').to_owned();
                url.set_path(&path);
                Ok(Self::Objects(url))
            }
            other => Err(AddressError::Scheme(other.to_owned())),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(formatter),
            Self::Objects(url) => url.fmt(formatter),
        }
    }
}

impl From<&Path> for Address {
    fn from(folder: &Path) -> Self {
        Self::Folder(folder.to_path_buf())
    }
}

impl From<&PathBuf> for Address {
    fn from(folder: &PathBuf) -> Self {
        Self::Folder(folder.clone())
    }
}

impl From<&Self> for Address {
    fn from(address: &Self) -> Self {
        address.clone()
    }
}

impl Address {
    /// Where it is, as a URL that ends with no slash.
    ///
    /// # Errors
    /// When it is a folder below the working folder, and that is gone.
    pub fn url(&self) -> Result<Url, AddressError> {
        match self {
            Self::Objects(url) => Ok(url.clone()),
            Self::Folder(folder) => {
                let wrong = |why: &str| AddressError::Url(folder.display().to_string(), why.to_owned());
                let absolute = std::path::absolute(folder).map_err(|error| wrong(&error.to_string()))?;
                let mut url = Url::from_file_path(absolute).map_err(|()| wrong("it is not a path"))?;
                let path = url.path().trim_end_matches('/').to_owned();
                url.set_path(&path);
                Ok(url)
            }
        }
    }

    /// The address of what lies below it by that name.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(folder.join(name)),
            Self::Objects(url) => Self::Objects(below(url, name)),
        }
    }

    /// What lies below it by that name, as people know it.
    pub fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::Folder(folder) if name.is_empty() => folder.clone(),
            Self::Folder(folder) => folder.join(name),
            Self::Objects(url) if name.is_empty() => PathBuf::from(url.as_str()),
            Self::Objects(url) => PathBuf::from(below(url, name).as_str()),
        }
    }
}

/// The URL of what lies below another one by that name.
pub fn below(url: &Url, name: &str) -> Url {
    let mut below = url.clone();
    below.set_path(&format!("{}/{name}", url.path().trim_end_matches('/')));
    below
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    fn told(text: &str) -> String {
        text.parse::<Address>().unwrap_err().to_string()
    }

    #[test]
    fn a_folder_stays_as_it_was_written() {
        assert_eq!(address("lake"), Address::Folder("lake".into()));
        assert_eq!(address("a:b/lake").to_string(), "a:b/lake");
        assert_eq!(address("file:///a%20b/lake"), Address::Folder("/a b/lake".into()));
        assert_eq!(address("lake").path("").display().to_string(), "lake");
        assert!(address("lake").url().unwrap().as_str().ends_with("/lake"));
    }

    #[test]
    fn a_prefix_in_a_store_is_known_without_its_last_slash() {
        assert_eq!(address("s3://bucket/a/lake/").to_string(), "s3://bucket/a/lake");
        assert_eq!(address("s3://bucket/a").path("lake.json").display().to_string(), "s3://bucket/a/lake.json");
        assert_eq!(below(&address("s3://bucket").url().unwrap(), "x").as_str(), "s3://bucket/x");
        assert_eq!(address("memory:///a").to_string(), "memory:///a");
    }

    #[test]
    fn what_is_no_address_says_what_is() {
        assert!(told("gs://b/lake").starts_with("`gs://` is no kind of store that is known; give a folder"));
        assert_eq!(told("s3:///lake"), "`s3:///lake` names no bucket; give `s3://BUCKET/PREFIX`");
        assert!(told("file://other/lake").contains("it names another machine"));
    }

    #[test]
    fn a_secret_in_an_address_is_refused_and_not_repeated() {
        for text in [
            "s3://key:hidden@bucket/lake",
            "file://key:hidden@other/lake",
            "s3://bucket/lake?secret=hidden",
            "s3://bucket/lake#hidden",
        ] {
            assert!(!told(text).contains("hidden"), "{}", told(text));
        }
    }
}
