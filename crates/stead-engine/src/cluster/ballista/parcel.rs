//! A plan that is sent whole: one task, computed from its first row to its last where it arrives.
//!
//! Ballista cuts a plan into stages wherever rows may move between machines, and chooses joins anew. A plan over one bucket
//! wants neither: everything about its citizens lies in the bucket. So it travels as bytes inside a node without inputs,
//! which nobody can cut, and is read where it is computed, together with the definitions that its functions look up.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, SendableRecordBatchStream,
    execute_stream,
};
use datafusion_proto::physical_plan::AsExecutionPlan;
use datafusion_proto::protobuf::PhysicalPlanNode;
use futures::TryStreamExt;

use super::codec::Codec;
use super::definitions::{Label, Shelf};

/// A plan as bytes, and what it needs besides.
#[derive(Clone)]
pub(super) struct Parcel {
    pub(super) plan: Arc<[u8]>,
    pub(super) label: Option<Label>,
    shelf: Arc<Shelf>,
    properties: Arc<PlanProperties>,
}

impl Parcel {
    /// Packs a plan. What it looks up is for the caller to label.
    pub(super) fn pack(plan: Arc<dyn ExecutionPlan>, codec: &Codec) -> Result<Self> {
        let schema = plan.schema();
        let mut bytes = Vec::new();
        PhysicalPlanNode::try_from_physical_plan(plan, codec)?.try_encode(&mut bytes)?;
        Ok(Self::arrived(bytes.into(), None, schema, codec.shelf()))
    }

    /// A parcel as it arrives.
    pub(super) fn arrived(plan: Arc<[u8]>, label: Option<Label>, schema: SchemaRef, shelf: Arc<Shelf>) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { plan, label, shelf, properties: Arc::new(properties) }
    }

    /// Reads the plan and begins to compute it.
    async fn open(self, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let prepared = match &self.label {
            Some(label) => Some(self.shelf.take(label, &context.runtime_env()).await?),
            None => None,
        };
        let codec = Codec::reading(prepared, Arc::clone(&self.shelf));
        let plan = PhysicalPlanNode::try_decode(&self.plan)?.try_into_physical_plan(&context, &codec)?;
        execute_stream(plan, context)
    }
}

impl ExecutionPlan for Parcel {
    fn name(&self) -> &'static str {
        "Parcel"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        if children.is_empty() { Ok(self) } else { internal_err!("a parcel has no inputs") }
    }

    fn execute(&self, _: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = futures::stream::once(self.clone().open(context)).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }
}

impl DisplayAs for Parcel {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Parcel: {} bytes", self.plan.len())
    }
}

impl fmt::Debug for Parcel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_as(DisplayFormatType::Default, out)
    }
}
