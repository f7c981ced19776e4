//! The operator that writes.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{Distribution, EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, PlanProperties,
    SendableRecordBatchStream,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::write::{Destination, written};
use crate::outputs::{self, Output};
use crate::prepared::Prepared;
use crate::write::TableFile;

/// Writes the rows of its input as tables.
#[derive(Debug)]
pub(crate) struct WriteExec {
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    destinations: Vec<Destination>,
    prepared: Arc<Prepared>,
    properties: Arc<PlanProperties>,
}

impl WriteExec {
    /// Writes the rows of the first of `inputs` into files; another is read before.
    pub(crate) fn new(
        inputs: Vec<Arc<dyn ExecutionPlan>>,
        destinations: Vec<Destination>,
        prepared: Arc<Prepared>,
    ) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(written()),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Self { inputs, destinations, prepared, properties: Arc::new(properties) }
    }

    /// What is written, and where to.
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "for the codec that writes plans down"))]
    pub(crate) fn destinations(&self) -> &[Destination] {
        &self.destinations
    }

    /// What the run is about.
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "for the codec that writes plans down"))]
    pub(crate) fn prepared(&self) -> &Arc<Prepared> {
        &self.prepared
    }
}

impl DisplayAs for WriteExec {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables: Vec<&str> = self.destinations.iter().map(|to| to.table.as_str()).collect();
        write!(out, "WriteExec: {}", tables.join(", "))
    }
}

impl ExecutionPlan for WriteExec {
    fn name(&self) -> &'static str {
        "WriteExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        InputDistributionRequirements::new(vec![Distribution::SinglePartition; self.inputs.len()])
    }

    /// The files have the order of the rows, so nobody may take a sort away.
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
        Ok(Arc::new(Self::new(children, self.destinations.clone(), Arc::clone(&self.prepared))))
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        if partition != 0 {
            return internal_err!("writing has one partition, and was asked for {partition}");
        }
        let inputs = self.inputs.iter().map(|input| input.execute(0, Arc::clone(&context))).collect::<Result<_>>()?;
        let outputs = outputs::outputs(&self.destinations, &self.prepared)?;
        let batch = write_all(inputs, outputs, self.destinations.clone(), context);
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), stream::once(batch).boxed())))
    }
}

/// Writes all rows; says how many each table has.
async fn write_all(
    inputs: Vec<SendableRecordBatchStream>,
    mut outputs: Vec<Box<dyn Output>>,
    destinations: Vec<Destination>,
    context: Arc<TaskContext>,
) -> Result<RecordBatch> {
    let stores = context.runtime_env();
    let mut files = Vec::with_capacity(outputs.len());
    for (output, to) in outputs.iter().zip(&destinations) {
        files.push(TableFile::create(&stores, &to.file, output.schema())?);
    }
    let mut inputs = inputs.into_iter();
    let Some(mut rows) = inputs.next() else { return internal_err!("nothing to write") };
    for mut known in inputs {
        while let Some(batch) = known.try_next().await? {
            outputs.iter_mut().try_for_each(|output| output.know(&batch))?;
        }
    }
    while let Some(batch) = rows.try_next().await? {
        for (output, file) in outputs.iter_mut().zip(&mut files) {
            if let Some(rows) = output.add(&batch)? {
                file.add(&rows).await?;
            }
        }
    }
    let mut counts = Vec::with_capacity(files.len());
    for (mut output, mut file) in outputs.into_iter().zip(files) {
        if let Some(rows) = output.finish()? {
            file.add(&rows).await?;
        }
        counts.push(file.finish().await?);
    }
    let tables: ArrayRef = Arc::new(destinations.iter().map(|to| Some(to.table.as_str())).collect::<StringArray>());
    Ok(RecordBatch::try_new(written(), vec![tables, Arc::new(UInt64Array::from(counts))])?)
}
