//! How the two kinds of processes of a cluster are set up, and what an executor did.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::object_store::ObjectStore;
use url::Url;

use super::Address;

/// Finds the object store in which an address lies, or says why there is none.
pub type Stores = fn(&Url) -> Result<Arc<dyn ObjectStore>, String>;

/// How a scheduler is set up.
#[derive(Clone, Debug)]
pub struct SchedulerOptions {
    /// Where it listens; port 0: any that is free.
    pub bind: SocketAddr,
    /// By which name or number executors reach it, when that is not where it listens.
    pub advertised: Option<String>,
    /// Where lakes lie that are in no folder.
    pub stores: Stores,
}

/// How an executor is set up.
#[derive(Clone, Debug)]
pub struct ExecutorOptions {
    /// Whose executor it is.
    pub scheduler: Address,
    /// Where it listens; it takes the next port, too. Port 0: any two that are free.
    pub bind: SocketAddr,
    /// By which name or number others reach it, when that is not where it listens.
    pub advertised: Option<String>,
    /// How many buckets it computes at once.
    pub cores: usize,
    /// The folder for rows on their way between stages.
    pub work: PathBuf,
    /// Where lakes lie that are in no folder.
    pub stores: Stores,
    /// How much memory its plans may take in all; `None`: most of what the machine has.
    pub memory_bytes_max: Option<u64>,
}

/// What an executor did until it was told to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many tasks it computed.
    pub tasks: u64,
    /// How many bytes of rows it handed on: to other executors, or to whoever asked.
    pub bytes_handed_on: u64,
}
