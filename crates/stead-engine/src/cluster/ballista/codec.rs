//! Plans as bytes: what DataFusion and Ballista cannot write and read of them by themselves.

use std::sync::{Arc, Mutex, PoisonError};

use ballista_core::serde::BallistaPhysicalExtensionCodec;
use datafusion::arrow::datatypes::Schema;
use datafusion::common::{Result, exec_datafusion_err, exec_err};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};

use super::definitions::{Label, Shelf};
use super::messages::{self, DestinationNode, GatherNode, LabelNode, Node, OURS, ParcelNode, WriteNode};
use super::parcel::Parcel;
use crate::functions::{Function, registry};
use crate::location::Location;
use crate::plan::{Destination, GatherExec, WriteExec};
use crate::prepared::Prepared;

/// Writes and reads what is ours, and leaves the rest to Ballista.
#[derive(Debug, Default)]
pub(super) struct Codec {
    ballista: BallistaPhysicalExtensionCodec,
    shelf: Arc<Shelf>,
    /// What operators and functions look up, while a parcel is read.
    prepared: Option<Arc<Prepared>>,
    /// What they look up, found while a plan was written.
    found: Mutex<Option<Arc<Prepared>>>,
}

impl Codec {
    /// For reading a parcel, in which things are looked up in `prepared`.
    pub(super) fn reading(prepared: Option<Arc<Prepared>>, shelf: Arc<Shelf>) -> Self {
        Self { prepared, shelf, ..Self::default() }
    }

    pub(super) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf)
    }

    /// What is looked up in the plans that were written.
    pub(super) fn found(&self) -> Option<Arc<Prepared>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, prepared: &Arc<Prepared>) -> Result<()> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.as_ref().is_some_and(|found| found != prepared) {
            return exec_err!("a plan looks things up in the definitions of two runs");
        }
        *found = Some(Arc::clone(prepared));
        Ok(())
    }

    fn prepared(&self, what: &str) -> Result<&Arc<Prepared>> {
        self.prepared.as_ref().ok_or_else(|| exec_datafusion_err!("`{what}` needs definitions, and there are none"))
    }
}

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(match messages::read(bytes)? {
            None => self.ballista.try_decode(bytes, inputs, context, converter)?,
            Some(Node::Parcel(node)) => {
                let schema = node.schema.ok_or_else(|| exec_datafusion_err!("a parcel without a schema"))?;
                let schema = Schema::try_from(&schema)?;
                let label = node.label.map(|label| Label { digest: label.digest, file: Location::from(label.url) });
                Arc::new(Parcel::arrived(node.plan.into(), label, schema.into(), self.shelf()))
            }
            Some(Node::Gather(node)) => Arc::new(GatherExec::new(inputs.to_vec(), node.names)?),
            Some(Node::Write(node)) => {
                let to = |to: DestinationNode| Destination { table: to.table, file: Location::from(to.file) };
                let destinations = node.destinations.into_iter().map(to).collect();
                Arc::new(WriteExec::new(inputs.to_vec(), destinations, Arc::clone(self.prepared("WriteExec")?)))
            }
        })
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let node = if let Some(parcel) = node.downcast_ref::<Parcel>() {
            let schema = Some(parcel.schema().as_ref().try_into()?);
            let label =
                parcel.label.clone().map(|label| LabelNode { digest: label.digest, url: label.file.to_string() });
            Node::Parcel(ParcelNode { plan: parcel.plan.to_vec(), schema, label })
        } else if let Some(gather) = node.downcast_ref::<GatherExec>() {
            Node::Gather(GatherNode { names: gather.names().to_vec() })
        } else if let Some(write) = node.downcast_ref::<WriteExec>() {
            self.note(write.prepared())?;
            let to = |to: &Destination| DestinationNode { table: to.table.clone(), file: to.file.to_string() };
            Node::Write(WriteNode { destinations: write.destinations().iter().map(to).collect() })
        } else {
            return self.ballista.try_encode(node, bytes, converter);
        };
        messages::write(node, bytes)
    }

    fn try_decode_udf(&self, name: &str, bytes: &[u8]) -> Result<Arc<ScalarUDF>> {
        if bytes != OURS {
            return self.ballista.try_decode_udf(name, bytes);
        }
        let function = registry::function(name, self.prepared(name)?);
        function.map(Arc::new).ok_or_else(|| exec_datafusion_err!("there is no function `{name}`"))
    }

    fn try_encode_udf(&self, node: &ScalarUDF, bytes: &mut Vec<u8>) -> Result<()> {
        let Some(function) = node.inner().downcast_ref::<Function>() else {
            return self.ballista.try_encode_udf(node, bytes);
        };
        bytes.extend_from_slice(OURS);
        self.note(function.prepared())
    }

    fn try_decode_udaf(&self, name: &str, bytes: &[u8]) -> Result<Arc<AggregateUDF>> {
        self.ballista.try_decode_udaf(name, bytes)
    }

    fn try_encode_udaf(&self, node: &AggregateUDF, bytes: &mut Vec<u8>) -> Result<()> {
        self.ballista.try_encode_udaf(node, bytes)
    }

    fn try_decode_udwf(&self, name: &str, bytes: &[u8]) -> Result<Arc<WindowUDF>> {
        self.ballista.try_decode_udwf(name, bytes)
    }

    fn try_encode_udwf(&self, node: &WindowUDF, bytes: &mut Vec<u8>) -> Result<()> {
        self.ballista.try_encode_udwf(node, bytes)
    }
}
