//! The lake: everything that organisations recorded about citizens, brought together so that it can be asked about.
//!
//! Records come in as FHIR R4 from several sources and become the tables of [`stead_tables::LAKE`], as Parquet files. All
//! that is known of one citizen lies in one bucket, and the originals are kept beside the tables for reading back.
//!
//! ```text
//! lake/
//!   lake.json                              what the lake consists of; replaced in one step
//!   tables/<table>/bucket-007.<n>.parquet  rows of the citizens of bucket 7, written by generation n
//!   tables/<table>/whole.<n>.parquet       tables about organisations, sites, services, professionals
//!   index/                                 what linking and re-making tables need to know
//!   quarantine/<n>.ndjson                  records that could not be read
//!   runs/<run>/                            results of runs
//! ```
//!
//! The tables of a bucket follow from the originals of its citizens, the common resources (organisations, professionals …)
//! and who is who; nothing else. So an import that touches a bucket simply makes its tables again, and the same records in
//! any order and any number of imports give the same lake; but a record whose citizen is named by an identifier that
//! nothing brought so far has must be imported again once that citizen is there.
#![cfg_attr(test, expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests may fail loudly"))]

mod common;
mod derive;
pub mod direct;
mod error;
mod fhir;
mod identity;
mod import;
mod lake;
mod lookups;
mod manifest;
mod naming;
mod options;
mod report;
mod runs;
mod store;
mod table;

pub use error::LakeError;
pub use identity::conflict::Conflict;
pub use import::import;
pub use lake::{Lake, bucket_of};
pub use options::{BUCKETS, ImportOptions, Input, Progress, SHARED_SYSTEMS, Stage};
pub use report::{ImportReport, LinkFault, REPORT_VERSION, TypeReport};
pub use runs::{RUNS_KEPT, Run, RunHead, RunWriter};
pub use stead_store::{Address, AddressError, Url};
