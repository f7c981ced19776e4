//! The processes of a cluster: one scheduler, and executors that compute buckets.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use stead_engine::cluster::{self, Cluster};
pub use stead_engine::cluster::{Address, ExecutorOptions, Listening, SchedulerOptions, Stores, Tally};
use stead_engine::{Engine, InProcess, Location};

use crate::error::AppError;

/// Runs a scheduler until the process ends. `listening` hears where it can be reached.
///
/// # Errors
/// When the address is not to be listened at or cannot be, or this program was built without clusters.
pub async fn scheduler(options: SchedulerOptions, exposed: bool, listening: Listening) -> Result<(), AppError> {
    cluster::available()?;
    unreachable_by_others(options.bind, exposed)?;
    Ok(cluster::scheduler(options, listening).await?)
}

/// Runs an executor until the process is told to end; gives what it did. `listening` hears where it can be reached.
///
/// # Errors
/// When the address is not to be listened at or cannot be, the scheduler cannot be reached, or this program was built
/// without clusters.
pub async fn executor(options: ExecutorOptions, exposed: bool, listening: Listening) -> Result<Tally, AppError> {
    cluster::available()?;
    unreachable_by_others(options.bind, exposed)?;
    Ok(cluster::executor(options, listening).await?)
}

/// How many buckets are on their way at once: more than a cluster has cores, so that none is idle.
pub(crate) const BUCKETS_SENT: usize = 256;

/// Into how many tasks a plan over all buckets is cut.
const PARTITIONS: usize = 16;

/// What runs plans: a cluster, or this process on so many threads. `place` is a folder that executors can read.
pub(crate) fn engine(
    cluster: Option<&Address>,
    place: Option<Location>,
    threads: usize,
) -> Result<Arc<dyn Engine>, AppError> {
    match cluster {
        None => Ok(Arc::new(InProcess::new(threads))),
        Some(address) => Ok(cluster::engine(Cluster { address: address.clone(), partitions: PARTITIONS, place })?),
    }
}

/// Ballista asks nobody who they are and encrypts nothing, and whoever reaches a scheduler can have it read any file. So
/// only this machine reaches it, unless somebody says that they have seen to the rest.
fn unreachable_by_others(bind: SocketAddr, exposed: bool) -> Result<(), AppError> {
    if bind.ip().is_loopback() || exposed {
        return Ok(());
    }
    Err(AppError::NotThere {
        message: format!(
            "`{bind}` can be reached from other machines, and a cluster has neither sign-in nor encryption of its own; \
             bind it to 127.0.0.1 behind mTLS (docs/cluster.md), or add --exposed where only trusted machines reach it"
        ),
    })
}

/// Finds stores as a lake does: where the environment says.
pub const STORES: Stores = |url| stead_store::store(url).map_err(|why| why.to_string());

/// The folder for rows on their way between stages, when none is named.
pub fn work_folder() -> PathBuf {
    std::env::temp_dir().join(format!("stead-executor-{}", std::process::id()))
}
