//! What of ours is written into plans, as protocol buffers.

use datafusion::common::{DataFusionError, Result};
use datafusion_proto::protobuf::Schema;
use prost::{Message, Oneof};

/// What bytes of ours begin with; those of Ballista are messages that never do.
pub(super) const OURS: &[u8] = b"stead/1 ";

#[derive(Clone, PartialEq, Message)]
struct Envelope {
    #[prost(oneof = "Node", tags = "1, 2, 3")]
    node: Option<Node>,
}

/// An operator of ours, without its inputs.
#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Node {
    #[prost(message, tag = "1")]
    Parcel(ParcelNode),
    #[prost(message, tag = "2")]
    Gather(GatherNode),
    #[prost(message, tag = "3")]
    Write(WriteNode),
}

/// A plan that is sent whole.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ParcelNode {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) plan: Vec<u8>,
    #[prost(message, optional, tag = "2")]
    pub(super) schema: Option<Schema>,
    #[prost(message, optional, tag = "3")]
    pub(super) label: Option<LabelNode>,
}

/// Which definitions it looks things up in, and where they are.
#[derive(Clone, PartialEq, Message)]
pub(super) struct LabelNode {
    #[prost(fixed64, tag = "1")]
    pub(super) digest: u64,
    #[prost(string, tag = "2")]
    pub(super) url: String,
}

/// Laying a citizen's rows side by side.
#[derive(Clone, PartialEq, Message)]
pub(super) struct GatherNode {
    #[prost(string, repeated, tag = "1")]
    pub(super) names: Vec<String>,
}

/// Writing tables.
#[derive(Clone, PartialEq, Message)]
pub(super) struct WriteNode {
    #[prost(message, repeated, tag = "1")]
    pub(super) destinations: Vec<DestinationNode>,
}

/// A table, and where it is written to.
#[derive(Clone, PartialEq, Message)]
pub(super) struct DestinationNode {
    #[prost(string, tag = "1")]
    pub(super) table: String,
    #[prost(string, tag = "2")]
    pub(super) file: String,
}

/// Writes an operator.
pub(super) fn write(node: Node, bytes: &mut Vec<u8>) -> Result<()> {
    bytes.extend_from_slice(OURS);
    Envelope { node: Some(node) }.encode(bytes).map_err(|error| DataFusionError::External(error.into()))
}

/// Reads an operator; `None` when it is none of ours.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Node>> {
    let Some(ours) = bytes.strip_prefix(OURS) else { return Ok(None) };
    Ok(Envelope::decode(ours).map_err(|error| DataFusionError::External(error.into()))?.node)
}
