//! Plans as for this machine, handed to the cluster.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNode;
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::union::{InterleaveExec, UnionExec};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, replace_children_if_necessary};

use super::post::Post;
use super::remote::Remote;
use crate::plan::WriteExec;

/// Has `local` plan, and puts the cluster in front of what it planned.
pub(super) struct SendingPlanner {
    post: Arc<Post>,
    local: Arc<dyn QueryPlanner + Send + Sync>,
}

impl SendingPlanner {
    pub(super) fn new(post: Arc<Post>, local: Arc<dyn QueryPlanner + Send + Sync>) -> Self {
        Self { post, local }
    }
}

#[async_trait]
impl QueryPlanner for SendingPlanner {
    async fn create_physical_plan(
        &self,
        logical: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = self.local.create_physical_plan(logical, session).await?;
        // What was planned for one stream is about one bucket, or small enough to be computed as if it were.
        let whole = session.config().target_partitions() == 1 || unites(&plan)?;
        let remote = |plan: Arc<dyn ExecutionPlan>| -> Arc<dyn ExecutionPlan> {
            let order = plan.output_ordering().filter(|_| !whole).cloned();
            let remote: Arc<dyn ExecutionPlan> =
                Arc::new(Remote::new(Arc::clone(&self.post), plan, whole, session.session_id()));
            // Ballista 55.0.0 hands the batches of a sorted answer out in another order than it was sorted in.
            match order {
                Some(order) => Arc::new(SortExec::new(order, remote)),
                None => remote,
            }
        };
        if whole || !plan.is::<WriteExec>() {
            return Ok(remote(plan));
        }
        // What is added up over all buckets comes together in one place in any case, and that is here.
        let inputs = plan.children().into_iter().map(|input| remote(Arc::clone(input))).collect();
        replace_children_if_necessary(plan, inputs)
    }
}

impl fmt::Debug for SendingPlanner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SendingPlanner({})", self.post.cluster.address)
    }
}

/// Whether rows of several inputs are put one after the other. Ballista 55.0.0 answers such plans wrongly: of eight inputs
/// with one row each it gives fifty-six. One machine computes them whole.
fn unites(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    plan.exists(|node| Ok(node.is::<UnionExec>() || node.is::<InterleaveExec>()))
}
