//! What people do with Stead, one module a use case. Nothing else wires the crates together, and nothing here prints.

pub mod agreements;
pub mod changes;
pub mod check;
pub mod choices;
pub mod cluster;
pub mod compare;
pub mod decide;
pub mod demo;
mod demo_signatures;
mod error;
pub mod explain;
pub mod folders;
pub mod keys;
pub mod log;
pub mod members;
pub mod query;
pub mod registry;
pub mod run;
pub mod settle;
pub mod signing;
mod sql;
pub mod stage;
pub mod summary;
pub mod tables;
pub mod town;
mod wait;

pub use error::AppError;
pub use stead_engine::Params;
pub use stead_folder::{Problem, Severity, View, abridge, count, render, render_one};
pub use stead_lake::{
    Address, AddressError, ImportOptions, ImportReport, Input, LakeError, Progress, SHARED_SYSTEMS, Stage, TypeReport,
    import,
};
pub use stead_rules::{Day, Minor, Period};
pub use stead_synth::{History, Tally, TownOptions, TownReport};
pub use wait::Wait;
