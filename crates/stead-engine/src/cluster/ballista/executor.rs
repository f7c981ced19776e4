//! A cluster's executor: Ballista's own, which knows what Stead's plans are made of.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;

use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};

use super::codec::Codec;
use super::stores::runtime;
use super::tally::TallyingEngine;
use super::{HEARTBEAT_SECONDS, MESSAGE_BYTES_MAX};
use crate::cluster::{ExecutorOptions, Listening, Tally};
use crate::error::EngineError;

/// How long an executor waits for its scheduler to be there.
const SCHEDULER_WITHIN_SECONDS: u16 = 60;

/// Rows on their way that nobody has fetched for so long are removed.
const ROWS_KEPT_SECONDS: u64 = 60 * 60;

/// Runs an executor until the process is told to end; it then finishes the tasks that it has. Gives what it did.
pub(crate) async fn executor(options: ExecutorOptions, listening: Listening) -> Result<Tally, EngineError> {
    let ip = options.bind.ip();
    let (port, tasks_port) = ports(options.bind)?;
    std::fs::create_dir_all(&options.work)
        .map_err(|error| EngineError::Cluster(format!("cannot use `{}`: {error}", options.work.display())))?;
    let engine = Arc::new(TallyingEngine::new());
    let (stores, work) = (options.stores, options.work.clone());
    let config = ExecutorProcessConfig {
        bind_host: shown(ip),
        external_host: Some(options.advertised.unwrap_or_else(|| shown(ip))),
        port,
        grpc_port: tasks_port,
        scheduler_host: options.scheduler.host().to_owned(),
        scheduler_port: options.scheduler.port(),
        scheduler_connect_timeout_seconds: SCHEDULER_WITHIN_SECONDS,
        vcores: options.cores,
        work_dir: Some(options.work.to_string_lossy().into_owned()),
        job_data_ttl_seconds: ROWS_KEPT_SECONDS,
        job_data_clean_up_interval_seconds: ROWS_KEPT_SECONDS / 6,
        grpc_max_decoding_message_size: MESSAGE_BYTES_MAX,
        grpc_max_encoding_message_size: MESSAGE_BYTES_MAX,
        executor_heartbeat_interval_seconds: HEARTBEAT_SECONDS,
        memory_pool_size: options.memory_bytes_max,
        override_execution_engine: Some(Arc::<TallyingEngine>::clone(&engine)),
        override_runtime_producer: Some(Arc::new(move |_| runtime(stores, &work))),
        override_physical_codec: Some(Arc::new(Codec::default())),
        ..ExecutorProcessConfig::default()
    };
    listening(SocketAddr::new(ip, port));
    let done = start_executor_process(Arc::new(config)).await;
    done.map_err(|error| EngineError::Cluster(format!("the executor stopped: {error}")))?;
    Ok(engine.tally())
}

/// The two ports to take: where rows are fetched, and where tasks come in.
fn ports(bind: SocketAddr) -> Result<(u16, u16), EngineError> {
    if bind.port() != 0 {
        let next = bind.port().checked_add(1);
        let next = next.ok_or_else(|| EngineError::Cluster("there is no port after 65535".to_owned()))?;
        return Ok((bind.port(), next));
    }
    let cannot = |error: std::io::Error| EngineError::Cluster(format!("cannot listen at `{bind}`: {error}"));
    let free = || TcpListener::bind(bind).map_err(cannot);
    // Both are held at once, so that they differ.
    let (first, second) = (free()?, free()?);
    Ok((first.local_addr().map_err(cannot)?.port(), second.local_addr().map_err(cannot)?.port()))
}

/// As it stands before a port.
fn shown(ip: IpAddr) -> String {
    if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
}
