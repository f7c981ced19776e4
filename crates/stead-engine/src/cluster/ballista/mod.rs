//! Ballista, and what it must know of Stead's plans.
//!
//! ```text
//!  stead run --cluster          scheduler                 executors, one or more a machine
//!  plans as for one machine ──▶ who computes what ──────▶ read buckets, compute, write results
//!        ▲                                                        │
//!        └───────────── how many rows were written ◀──────────────┘
//! ```
//!
//! A plan is made here exactly as it is for this machine, and then sent. A plan over one bucket is sent as a [`parcel`]:
//! one task, which no other machine has a part in. A plan over all buckets is sent as it is, and Ballista cuts it into
//! stages. Whatever fails is sent again ([`remote`]); what a run writes is seen by nobody before it publishes it.

mod codec;
mod definitions;
mod executor;
mod messages;
mod parcel;
mod planner;
mod post;
mod ready;
mod remote;
mod scheduler;
mod stores;
mod tally;

use std::sync::Arc;

use ballista_core::config::BallistaConfig;
use ballista_core::extension::SessionConfigExt;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};

pub(super) use executor::executor;
pub(super) use scheduler::scheduler;

use planner::SendingPlanner;
use post::Post;

use super::Cluster;
use crate::engine::{self, Engine};

/// How often an executor says that it is there.
const HEARTBEAT_SECONDS: u64 = 5;

/// An executor that has said nothing for so long is taken for gone, and others compute what it was computing.
const GONE_AFTER_SECONDS: u64 = 20;

/// The largest plan that is passed on; Ballista's 16 MiB are little for a folder of many files.
const MESSAGE_BYTES_MAX: u32 = 64 * 1024 * 1024;

/// Has a cluster run plans.
#[derive(Debug)]
pub(super) struct OnCluster {
    post: Arc<Post>,
    stores: Arc<RuntimeEnv>,
}

impl OnCluster {
    pub(super) fn new(cluster: Cluster) -> Self {
        Self { post: Arc::new(Post::new(cluster)), stores: Arc::default() }
    }

    /// A context that plans as the state does and has the cluster compute.
    fn sending(&self, state: SessionStateBuilder) -> SessionContext {
        let state = state.with_runtime_env(Arc::clone(&self.stores)).build();
        let planner = SendingPlanner::new(Arc::clone(&self.post), Arc::clone(state.query_planner()));
        let config = configured(&state);
        let state = SessionStateBuilder::new_from_existing(state).with_config(config);
        SessionContext::new_with_state(state.with_query_planner(Arc::new(planner)).build())
    }
}

impl Engine for OnCluster {
    fn one_bucket(&self) -> SessionContext {
        self.sending(engine::one_bucket())
    }

    fn over_all(&self) -> SessionContext {
        self.sending(engine::over_all(self.post.cluster.partitions))
    }
}

/// The state's choices, and those of Ballista that keep plans away from what cannot be cut into stages.
fn configured(state: &SessionState) -> SessionConfig {
    let ours = state.config().clone();
    let partitions = ours.target_partitions();
    let config = if partitions == 1 {
        // Computed whole, and so planned as it is here.
        ours.with_option_extension(BallistaConfig::default())
    } else {
        ours.upgrade_for_ballista().with_target_partitions(partitions)
    };
    config.with_ballista_grpc_client_max_message_size(MESSAGE_BYTES_MAX as usize)
}
