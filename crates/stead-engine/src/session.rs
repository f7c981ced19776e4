//! How DataFusion is set up.

use datafusion::prelude::{SessionConfig, SessionContext};

fn config(partitions: usize) -> SessionConfig {
    let mut config = SessionConfig::new().with_target_partitions(partitions.max(1)).with_information_schema(false);
    let options = config.options_mut();
    // Tables say what their columns are; views of texts would be another type than they promise.
    options.execution.parquet.schema_force_view_types = false;
    options.execution.parquet.pushdown_filters = true;
    // Ballista cannot ship filters that are filled in while a plan runs, and both engines shall run the same plan.
    options.optimizer.enable_dynamic_filter_pushdown = false;
    // Plans are small and written with care; going over them once finds all there is to find.
    options.optimizer.max_passes = 1;
    config
}

/// For a plan over one bucket: a single stream, so that rows keep their order and memory is bounded by the bucket.
pub(crate) fn one_bucket() -> SessionContext {
    SessionContext::new_with_config(config(1))
}

/// For a plan over all buckets.
pub(crate) fn over_all(threads: usize) -> SessionContext {
    SessionContext::new_with_config(config(threads))
}
