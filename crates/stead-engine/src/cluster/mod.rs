//! Many machines: the same plans, computed by a cluster of Apache Ballista.
//!
//! What is here is always built, so that whoever asks for a cluster where there is none is told so. Ballista itself takes
//! long to compile, and is built with the feature `cluster` only. Nothing here is generic: it would be compiled again by
//! every crate that calls it.

mod address;
mod options;

#[cfg(feature = "cluster")]
mod ballista;

use std::net::SocketAddr;
use std::sync::Arc;

use futures::future::BoxFuture;

pub use address::Address;
pub use options::{ExecutorOptions, SchedulerOptions, Stores, Tally};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::location::Location;

/// A cluster to compute on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Where its scheduler is.
    pub address: Address,
    /// How many tasks a plan over all buckets is cut into.
    pub partitions: usize,
    /// A folder that all executors can read, for what plans look up.
    pub place: Option<Location>,
}

/// Hears where a process can be reached.
pub type Listening = Box<dyn FnOnce(SocketAddr) + Send>;

/// An engine that has a cluster run plans.
///
/// # Errors
/// When this program was built without clusters.
pub fn engine(cluster: Cluster) -> Result<Arc<dyn Engine>, EngineError> {
    #[cfg(feature = "cluster")]
    return Ok(Arc::new(ballista::OnCluster::new(cluster)));
    #[cfg(not(feature = "cluster"))]
    {
        let _ = cluster;
        Err(EngineError::NoCluster)
    }
}

/// Whether this program can compute on a cluster.
///
/// # Errors
/// When it was built without.
pub const fn available() -> Result<(), EngineError> {
    if cfg!(feature = "cluster") { Ok(()) } else { Err(EngineError::NoCluster) }
}

/// Runs a scheduler until the process ends. `listening` hears where it can be reached.
///
/// # Errors
/// When the address cannot be listened at, or this program was built without clusters.
pub fn scheduler(options: SchedulerOptions, listening: Listening) -> BoxFuture<'static, Result<(), EngineError>> {
    #[cfg(feature = "cluster")]
    return Box::pin(ballista::scheduler(options, listening));
    #[cfg(not(feature = "cluster"))]
    {
        let _ = (options, listening);
        Box::pin(std::future::ready(available()))
    }
}

/// Runs an executor until the process is told to end; it then finishes the tasks that it has. Gives what it did.
///
/// # Errors
/// When its addresses cannot be listened at, the scheduler cannot be reached or is of another version, or this program was
/// built without clusters.
pub fn executor(options: ExecutorOptions, listening: Listening) -> BoxFuture<'static, Result<Tally, EngineError>> {
    #[cfg(feature = "cluster")]
    return Box::pin(ballista::executor(options, listening));
    #[cfg(not(feature = "cluster"))]
    {
        let _ = (options, listening);
        Box::pin(std::future::ready(available().map(|()| Tally::default())))
    }
}
