//! A plan that the cluster computes, sent again when something fails on the way.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::execution_plans::execute_physical_plan;
use ballista_core::extension::SessionConfigExt;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, exec_datafusion_err, internal_err};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, SendableRecordBatchStream,
};
use datafusion_proto::protobuf::PhysicalPlanNode;
use futures::{StreamExt, TryStreamExt, stream};

use super::codec::Codec;
use super::parcel::Parcel;
use super::post::Post;
use super::ready::ready;

/// How often a plan is sent at most.
const TRIES: u32 = 4;

/// How long one waits before sending a plan for the second time; twice as long each further time.
const PAUSE: Duration = Duration::from_secs(1);

/// A plan that a cluster computes.
#[derive(Clone)]
pub(super) struct Remote {
    post: Arc<Post>,
    plan: Arc<dyn ExecutionPlan>,
    /// Whether it is sent as a parcel.
    whole: bool,
    session: Arc<str>,
    properties: Arc<PlanProperties>,
}

impl Remote {
    pub(super) fn new(post: Arc<Post>, plan: Arc<dyn ExecutionPlan>, whole: bool, session: &str) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(plan.schema()),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { post, plan, whole, session: session.into(), properties: Arc::new(properties) }
    }

    async fn rows(self, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let codec = Codec::default();
        let plan = if self.whole { self.packed(&codec, &context).await? } else { Arc::clone(&self.plan) };
        let mut tried = 0;
        loop {
            tried += 1;
            let sent = match ready(&self.post.cluster.address).await {
                Ok(()) => self.sent(&plan, &codec, &context).await,
                // It has been waited for long enough.
                Err(why) => return Err(exec_datafusion_err!("{why}")),
            };
            match sent {
                Err(error) if tried >= TRIES => {
                    let cluster = &self.post.cluster.address;
                    return Err(exec_datafusion_err!(
                        "the cluster at `{cluster}` failed {TRIES} times, at last: {error}"
                    ));
                }
                Err(_) => tokio::time::sleep(PAUSE * (1 << (tried - 1))).await,
                done => return done,
            }
        }
    }

    /// The plan as a parcel, what it looks up put where executors can read it.
    async fn packed(&self, codec: &Codec, context: &TaskContext) -> Result<Arc<dyn ExecutionPlan>> {
        let mut parcel = Parcel::pack(Arc::clone(&self.plan), codec)?;
        if let Some(prepared) = codec.found() {
            parcel.label = Some(self.post.label(&prepared, &context.runtime_env()).await?);
        }
        Ok(Arc::new(parcel))
    }

    /// Sends the plan once. All rows of a parcel are awaited, so that it is sent again if an executor takes them with it;
    /// other answers may be large, and only their first rows are.
    async fn sent(
        &self,
        plan: &Arc<dyn ExecutionPlan>,
        codec: &Codec,
        context: &TaskContext,
    ) -> Result<SendableRecordBatchStream> {
        let config = context.session_config();
        let rows = execute_physical_plan::<PhysicalPlanNode>(
            self.post.cluster.address.url(),
            &config.ballista_config(),
            Arc::clone(plan),
            codec,
            self.session.to_string(),
            config.clone(),
        )
        .await?;
        let schema = plan.schema();
        let planned = Arc::clone(&schema);
        let mut rows = rows.and_then(move |batch| std::future::ready(as_planned(&batch, &planned)));
        if self.whole {
            let all = rows.try_collect::<Vec<_>>().await?;
            return Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream::iter(all).map(Ok))));
        }
        let first = rows.try_next().await?;
        let rows = stream::iter(first).map(Ok).chain(rows);
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
    }
}

/// Rows with the columns that the plan promised: on their way, words that were kept once are written out.
fn as_planned(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| cast(column, field.data_type()));
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)?)
}

impl ExecutionPlan for Remote {
    fn name(&self) -> &'static str {
        "Remote"
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
        if children.is_empty() { Ok(self) } else { internal_err!("what is computed elsewhere has no inputs here") }
    }

    fn execute(&self, _: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = stream::once(self.clone().rows(context)).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }
}

impl DisplayAs for Remote {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Remote: {}", self.post.cluster.address)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_as(DisplayFormatType::Default, out)
    }
}
