//! The operator that gathers.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{
    Distribution, EquivalenceProperties, LexOrdering, OrderingRequirements, Partitioning, PhysicalExpr,
    PhysicalSortExpr,
};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, PlanProperties,
    SendableRecordBatchStream,
};

use super::gather::{CITIZEN, gathered};
use super::merge;

/// Lays the rows of sorted inputs beside those of the first.
#[derive(Debug)]
pub(crate) struct GatherExec {
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    names: Vec<String>,
    properties: Arc<PlanProperties>,
}

impl GatherExec {
    /// Gathers the rows of `inputs` but the first, as lists of these names.
    pub(crate) fn new(inputs: Vec<Arc<dyn ExecutionPlan>>, names: Vec<String>) -> Result<Self> {
        let schemas: Vec<SchemaRef> = inputs.iter().map(|input| input.schema()).collect();
        let schema = gathered(&schemas, &names)?;
        let order = by_citizen(&schema)?;
        let properties = PlanProperties::new(
            EquivalenceProperties::new_with_orderings(schema, [order]),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self { inputs, names, properties: Arc::new(properties) })
    }

    /// What the lists are called.
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "for the codec that writes plans down"))]
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// The order of citizens' ids.
pub(crate) fn by_citizen(schema: &SchemaRef) -> Result<LexOrdering> {
    let citizen: Arc<dyn PhysicalExpr> = Arc::new(Column::new_with_schema(CITIZEN, schema)?);
    let order = LexOrdering::new([PhysicalSortExpr::new(citizen, SortOptions::new(false, false))]);
    order.map_or_else(|| internal_err!("no order of citizens"), Ok)
}

impl DisplayAs for GatherExec {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "GatherExec: {}", self.names.join(", "))
    }
}

impl ExecutionPlan for GatherExec {
    fn name(&self) -> &'static str {
        "GatherExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        InputDistributionRequirements::new(vec![Distribution::SinglePartition; self.inputs.len()])
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        self.inputs.iter().map(|input| by_citizen(&input.schema()).ok().map(OrderingRequirements::from)).collect()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true; self.inputs.len()]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false; self.inputs.len()]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.inputs.iter().collect()
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self::new(children, self.names.clone())?))
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        if partition != 0 {
            return internal_err!("gathering has one partition, and was asked for {partition}");
        }
        let inputs = self.inputs.iter().map(|input| input.execute(0, Arc::clone(&context)));
        let rows = merge::merge(inputs.collect::<Result<_>>()?, self.schema())?;
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }
}
