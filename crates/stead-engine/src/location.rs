//! Where a file lies: an address in an object store, of which the machine's own file system is one.

use std::fmt;
use std::path::{Path, PathBuf};

use datafusion::common::Result;
use datafusion::datasource::listing::ListingTableUrl;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::object_store::path::Path as StorePath;
use url::Url;

/// The address of a file, such as `file:///lake/tables/citizen/bucket-000.parquet` or `s3://bucket/…`.
///
/// Made from a path it is that of a file of this machine; made from text it is an address already, or else such a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location(String);

impl Location {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The store it lies in, and where in there.
    pub(crate) fn parts(&self) -> Result<(ObjectStoreUrl, StorePath)> {
        let url = self.url()?;
        Ok((url.object_store(), url.prefix().clone()))
    }

    /// The address, as DataFusion takes it.
    pub(crate) fn url(&self) -> Result<ListingTableUrl> {
        ListingTableUrl::parse(&self.0)
    }
}

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        // A path that is not absolute is meant from the folder at hand; where that is gone, what is opened says so.
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        Self(Url::from_file_path(&whole).map_or_else(|()| whole.to_string_lossy().into_owned(), String::from))
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self::from(path.as_path())
    }
}

impl From<&str> for Location {
    fn from(text: &str) -> Self {
        if text.contains("://") { Self(text.to_owned()) } else { Self::from(Path::new(text)) }
    }
}

impl From<String> for Location {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_the_address_of_a_file_and_an_address_stays() {
        let odd = Location::from(Path::new("/lakes/a b/[1]#x.parquet"));
        assert_eq!(odd.as_str(), "file:///lakes/a%20b/[1]%23x.parquet");
        assert_eq!(Location::from("/lakes/a b/[1]#x.parquet"), odd);
        assert_eq!(Location::from("s3://lakes/a.parquet").as_str(), "s3://lakes/a.parquet");
        let (store, path) = odd.parts().expect("an address");
        assert_eq!(store.as_str(), "file:///");
        assert!(path.as_ref().starts_with("lakes/a b/"), "{path}");
    }

    #[test]
    fn a_path_from_the_folder_at_hand_becomes_whole() {
        let here = std::env::current_dir().expect("a folder at hand");
        assert_eq!(Location::from("lake/x.parquet"), Location::from(here.join("lake/x.parquet")));
    }
}
