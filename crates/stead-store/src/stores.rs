//! From an address to an object store: the one place where that is decided.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use object_store::ObjectStore;
use object_store::memory::InMemory;
use url::Url;

/// Why there is no object store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The program was built without.
    #[error(
        "`{0}` cannot be reached: this `stead` was built without object stores; build it with `cargo build --release -p stead --features cloud`"
    )]
    NotBuilt(Url),
    /// The environment does not say enough, or contradicts itself.
    #[error("`{0}` cannot be reached: {1}; see `docs/object-stores.md` for what the environment has to say")]
    Environment(Url, String),
    /// Nothing is known of such stores.
    #[error("`{0}` cannot be reached: `{scheme}://` is no kind of store that is known", scheme = .0.scheme())]
    Unknown(Url),
}

/// Stores by the beginning of their addresses.
type Known = BTreeMap<String, Arc<dyn ObjectStore>>;

static KNOWN: Mutex<Known> = Mutex::new(Known::new());

/// The object store in which a URL lies, made as the environment says when it is first asked for. Paths in it are those of
/// the URL.
///
/// # Errors
/// When there is none of that kind, or the environment does not say enough.
pub fn store(url: &Url) -> Result<Arc<dyn ObjectStore>, StoreError> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(store) = known.get(&beginning(url)) {
        return Ok(Arc::clone(store));
    }
    let made = make(url)?;
    known.insert(beginning(url), Arc::clone(&made));
    Ok(made)
}

/// Says which object store answers for all URLs that begin like this one, instead of what the environment says.
pub fn register(url: &Url, store: Arc<dyn ObjectStore>) {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(beginning(url), store);
}

fn beginning(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.authority())
}

fn make(url: &Url) -> Result<Arc<dyn ObjectStore>, StoreError> {
    match url.scheme() {
        "memory" => Ok(Arc::new(InMemory::new())),
        #[cfg(feature = "cloud")]
        "s3" => crate::cloud::s3(url, texts(std::env::vars_os())),
        #[cfg(not(feature = "cloud"))]
        "s3" => Err(StoreError::NotBuilt(url.clone())),
        _ => Err(StoreError::Unknown(url.clone())),
    }
}

/// Those variables that are text; no setting is anything else.
#[cfg(feature = "cloud")]
fn texts(variables: std::env::VarsOs) -> impl Iterator<Item = (String, String)> {
    variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn the_same_memory_is_met_again() {
        let one = store(&Url::parse("memory:///a").unwrap()).unwrap();
        assert!(Arc::ptr_eq(&one, &store(&Url::parse("memory:///b").unwrap()).unwrap()));
        assert!(!Arc::ptr_eq(&one, &store(&Url::parse("memory://other/a").unwrap()).unwrap()));
    }

    #[cfg(not(feature = "cloud"))]
    #[test]
    fn without_object_stores_an_address_of_one_says_how_to_build_with_them() {
        let told = store(&Url::parse("s3://bucket/lake").unwrap()).unwrap_err().to_string();
        assert!(told.contains("--features cloud"), "{told}");
    }
}
