//! Counting what an executor computes and hands on: rows that leave their bucket are what a cluster costs.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use ballista_core::JobId;
use ballista_core::serde::protobuf::{RuntimeStatsReport, ShuffleWritePartition, TaskColumnStats, WindowStateReport};
use ballista_executor::execution_engine::{DefaultExecutionEngine, ExecutionEngine, QueryStageExecutor};
use datafusion::common::Result;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::prelude::SessionConfig;

use crate::cluster::Tally;

#[derive(Debug, Default)]
struct Counts {
    tasks: AtomicU64,
    bytes: AtomicU64,
}

/// Ballista's engine, counted.
pub(super) struct TallyingEngine {
    engine: DefaultExecutionEngine,
    counts: Arc<Counts>,
}

impl TallyingEngine {
    pub(super) fn new() -> Self {
        // Ballista keeps its pool of connections to itself. What is moved here are counts of a few partitions.
        Self { engine: DefaultExecutionEngine::new(), counts: Arc::default() }
    }

    /// What was computed so far.
    pub(super) fn tally(&self) -> Tally {
        Tally {
            tasks: self.counts.tasks.load(Ordering::Relaxed),
            bytes_handed_on: self.counts.bytes.load(Ordering::Relaxed),
        }
    }
}

impl ExecutionEngine for TallyingEngine {
    fn create_query_stage_exec(
        &self,
        job: JobId,
        stage: usize,
        task: usize,
        partitions: Vec<usize>,
        plan: Arc<dyn ExecutionPlan>,
        work: &str,
        config: &SessionConfig,
    ) -> Result<Arc<dyn QueryStageExecutor>> {
        let stage = self.engine.create_query_stage_exec(job, stage, task, partitions, plan, work, config)?;
        Ok(Arc::new(TalliedStage { stage, counts: Arc::clone(&self.counts) }))
    }
}

#[derive(Debug)]
struct TalliedStage {
    stage: Arc<dyn QueryStageExecutor>,
    counts: Arc<Counts>,
}

impl fmt::Display for TalliedStage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.stage, out)
    }
}

#[async_trait]
impl QueryStageExecutor for TalliedStage {
    async fn execute_query_stage(&self, task: usize, context: Arc<TaskContext>) -> Result<Vec<ShuffleWritePartition>> {
        let written = self.stage.execute_query_stage(task, context).await?;
        self.counts.tasks.fetch_add(1, Ordering::Relaxed);
        self.counts.bytes.fetch_add(written.iter().map(|part| part.num_bytes).sum(), Ordering::Relaxed);
        Ok(written)
    }

    fn collect_plan_metrics(&self) -> Vec<MetricsSet> {
        self.stage.collect_plan_metrics()
    }

    fn collect_runtime_stats_reports(&self) -> Vec<RuntimeStatsReport> {
        self.stage.collect_runtime_stats_reports()
    }

    fn collect_window_state_reports(&self) -> Result<Vec<WindowStateReport>> {
        self.stage.collect_window_state_reports()
    }

    fn collect_column_stats(&self) -> Vec<TaskColumnStats> {
        self.stage.collect_column_stats()
    }
}
