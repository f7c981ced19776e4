//! The object stores that the processes of a cluster reach: lakes lie where plans say, and nobody names them beforehand.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ballista_core::utils::default_session_builder;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::object_store::ObjectStore;
use datafusion::prelude::SessionConfig;
use url::Url;

use crate::cluster::Stores;

/// Where an executor's tasks read and write, and where they put aside what does not fit into memory.
pub(super) fn runtime(stores: Stores, work: &Path) -> Result<Arc<RuntimeEnv>> {
    Ok(Arc::new(reaching(stores).with_temp_file_path(work).build()?))
}

/// How a scheduler reads plans, which name the stores that they read from. It computes nothing itself.
pub(super) fn session(stores: Stores, config: SessionConfig) -> Result<SessionState> {
    let usual = default_session_builder(config)?;
    let runtime = Arc::new(reaching(stores).build()?);
    Ok(SessionStateBuilder::new_from_existing(usual).with_runtime_env(runtime).build())
}

fn reaching(stores: Stores) -> RuntimeEnvBuilder {
    let found = FoundStores { stores, folders: DefaultObjectStoreRegistry::new() };
    RuntimeEnvBuilder::new().with_object_store_registry(Arc::new(found))
}

/// Folders of this machine, and every other store when it is first asked for.
struct FoundStores {
    stores: Stores,
    folders: DefaultObjectStoreRegistry,
}

impl ObjectStoreRegistry for FoundStores {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.folders.register_store(url, store)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        if url.scheme() == "file" {
            return self.folders.get_store(url);
        }
        (self.stores)(url).map_err(|why| exec_datafusion_err!("{why}"))
    }
}

impl fmt::Debug for FoundStores {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FoundStores")
    }
}
