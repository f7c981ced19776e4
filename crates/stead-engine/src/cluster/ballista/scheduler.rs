//! A cluster's scheduler: Ballista's own, which knows what Stead's plans are made of.

use std::sync::Arc;

use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tokio::net::TcpListener;

use super::codec::Codec;
use super::stores::session;
use super::{GONE_AFTER_SECONDS, HEARTBEAT_SECONDS, MESSAGE_BYTES_MAX};
use crate::cluster::{Listening, SchedulerOptions};
use crate::error::EngineError;

/// Runs a scheduler until the process ends.
pub(crate) async fn scheduler(options: SchedulerOptions, listening: Listening) -> Result<(), EngineError> {
    let cannot = |error: std::io::Error| EngineError::Cluster(format!("cannot listen at `{}`: {error}", options.bind));
    let listener = TcpListener::bind(options.bind).await.map_err(cannot)?;
    let bound = listener.local_addr().map_err(cannot)?;
    let stores = options.stores;
    let config = SchedulerConfig {
        bind_host: bound.ip().to_string(),
        bind_port: bound.port(),
        external_host: options.advertised.unwrap_or_else(|| bound.ip().to_string()),
        override_session_builder: Some(Arc::new(move |config| session(stores, config))),
        override_physical_codec: Some(Arc::new(Codec::default())),
        grpc_server_max_decoding_message_size: MESSAGE_BYTES_MAX,
        grpc_server_max_encoding_message_size: MESSAGE_BYTES_MAX,
        grpc_client_max_message_size: MESSAGE_BYTES_MAX,
        executor_timeout_seconds: GONE_AFTER_SECONDS,
        expire_dead_executor_interval_seconds: HEARTBEAT_SECONDS,
        // Jobs of a cluster without executors fail, and whoever sent them waits for the next executor and sends them again.
        no_executors_grace_period_seconds: GONE_AFTER_SECONDS,
        ..SchedulerConfig::default()
    };
    let failed = |error: ballista_core::error::BallistaError| EngineError::Cluster(error.to_string());
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(failed)?;
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, Arc::new(config));
    let scheduler = scheduler.await.map_err(failed)?;
    listening(bound);
    start_grpc_service_with_listener(listener, scheduler).await.map_err(failed)
}
