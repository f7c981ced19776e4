//! The passes: from a lake's tables and a place's definitions to answers.
//!
//! Every pass is a DataFusion plan over one bucket; nothing here knows where a lake comes from or who asks. Read [`run`]
//! first: it says which pass follows which.

mod choices;
pub mod cluster;
mod damaged;
mod engine;
mod error;
mod functions;
pub mod json;
mod links;
mod location;
mod outputs;
mod passes;
mod plan;
mod prepared;
pub mod query;
mod records;
pub mod run;
pub mod settle;
mod summary;
mod tables;
mod wait;
mod write;

pub use choices::write_choices;
pub use engine::{Engine, InProcess};
pub use error::EngineError;
pub use location::Location;
pub use prepared::{Params, Prepared};
pub use query::{Answer, query};
pub use run::{BUCKET_TABLES, Bucket, Desk, Run, Written};
pub use settle::{Amounts, CitizenPayment, Settlement};
pub use tables::Files;
pub use wait::Wait;

/// Arrow, as DataFusion uses it.
pub use datafusion::arrow;
