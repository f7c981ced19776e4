//! Where plans run, and how DataFusion is set up for them.

use std::fmt;
use std::sync::Arc;

use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::optimizer::optimize_projections::OptimizeProjections;
use datafusion::physical_optimizer::ensure_requirements::EnsureRequirements;
use datafusion::physical_optimizer::projection_pushdown::ProjectionPushdown;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::plan::planner;

/// Who runs plans. All engines run the same plans and give the same rows.
pub trait Engine: fmt::Debug + Send + Sync {
    /// For a plan over one bucket: a single stream, so that rows keep their order and memory is bounded by the bucket.
    fn one_bucket(&self) -> SessionContext;

    /// For a plan over all buckets.
    fn over_all(&self) -> SessionContext;
}

/// Runs plans here, in this process.
pub struct InProcess {
    one_bucket: SessionState,
    over_all: SessionState,
}

impl InProcess {
    /// Runs a plan over all buckets on so many threads.
    pub fn new(threads: usize) -> Self {
        let stores = Arc::<RuntimeEnv>::default();
        Self {
            one_bucket: one_bucket().with_runtime_env(Arc::clone(&stores)).build(),
            over_all: over_all(threads).with_runtime_env(stores).build(),
        }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("InProcess")
    }
}

impl Engine for InProcess {
    fn one_bucket(&self) -> SessionContext {
        SessionContext::new_with_state(self.one_bucket.clone())
    }

    fn over_all(&self) -> SessionContext {
        SessionContext::new_with_state(self.over_all.clone())
    }
}

/// How plans over one bucket are planned.
pub(crate) fn one_bucket() -> SessionStateBuilder {
    let mut config = config(1);
    let options = config.options_mut();
    // What is asked of a bucket keeps nearly all rows; looking for pages to skip would only cost.
    options.execution.parquet.pushdown_filters = false;
    options.execution.parquet.pruning = false;
    options.execution.parquet.enable_page_index = false;
    options.execution.parquet.bloom_filter_on_read = false;
    // These plans are written as they are to run. A filter over what a function gives stays above it, so that the function
    // is called once.
    SessionStateBuilder::new()
        .with_config(config)
        .with_optimizer_rules(vec![Arc::new(OptimizeProjections::new())])
        .with_physical_optimizer_rules(vec![Arc::new(EnsureRequirements::new()), Arc::new(ProjectionPushdown::new())])
        .with_query_planner(planner())
}

/// How plans over all buckets are planned.
pub(crate) fn over_all(threads: usize) -> SessionStateBuilder {
    SessionStateBuilder::new_with_default_features().with_config(config(threads)).with_query_planner(planner())
}

fn config(partitions: usize) -> SessionConfig {
    let mut config = SessionConfig::new().with_target_partitions(partitions.max(1)).with_information_schema(false);
    let options = config.options_mut();
    // Tables say what their columns are; views of texts would be another type than they promise.
    options.execution.parquet.schema_force_view_types = false;
    options.execution.parquet.pushdown_filters = true;
    // Nothing is decided by statistics that would be worth opening every file for while planning.
    options.execution.collect_statistics = false;
    // Ballista cannot ship filters that are filled in while a plan runs, and both engines shall run the same plan.
    options.optimizer.enable_dynamic_filter_pushdown = false;
    // Plans are small and written with care; going over them once finds all there is to find.
    options.optimizer.max_passes = 1;
    config
}
