//! From the logical steps to the operators.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};

use super::{Gather, GatherExec, Write, WriteExec};

/// A planner that knows the steps of this crate besides DataFusion's own.
pub(crate) fn planner() -> Arc<dyn QueryPlanner + Send + Sync> {
    Arc::new(Planner)
}

#[derive(Debug)]
struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(&self, plan: &LogicalPlan, session: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(Steps)]);
        planner.create_physical_plan(plan, session).await
    }
}

/// Plans the steps of this crate.
pub(crate) struct Steps;

#[async_trait]
impl ExtensionPlanner for Steps {
    async fn plan_extension(
        &self,
        _: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &dyn Session,
        _: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        if let Some(gather) = node.as_any().downcast_ref::<Gather>() {
            return Ok(Some(Arc::new(GatherExec::new(inputs.to_vec(), gather.names().to_vec())?)));
        }
        let Some(write) = node.as_any().downcast_ref::<Write>() else { return Ok(None) };
        let exec = WriteExec::new(inputs.to_vec(), write.destinations().to_vec(), Arc::clone(write.prepared()));
        Ok(Some(Arc::new(exec)))
    }
}
