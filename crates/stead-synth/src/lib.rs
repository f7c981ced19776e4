//! A made-up town: citizens who do not exist, with the lives, illnesses and records that people in England have.
//!
//! Somebody who wants to see what Stead says about a place needs records of people, and real ones are nobody's to hand
//! around. [`town`] writes a town of any size as FHIR R4 Bulk Data, one folder for each organisation that holds records, one
//! file for each type of resource. The same seed, number of citizens, place and options give the same bytes on any machine
//! and any number of threads; memory does not grow with the number of citizens.
//!
//! Read it in this order:
//!
//! 1. [`published`]: the English figures that lives are drawn from (their sources: `docs/made-up-town.md`).
//! 2. [`World`]: the town before anybody lives in it, from the place folder's definitions.
//! 3. [`life()`]: a citizen's life and records as typed facts, a pure function of seed, number and world.
//! 4. [`records`]: those facts as records of their sources; `fhir`: the records as text. 5. `blocks` and [`Sink`]: many threads, one order, files.
#![cfg_attr(test, expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may fail loudly"))]

mod blocks;
pub mod condition;
pub mod fhir;
pub mod life;
pub mod names;
mod options;
pub mod published;
pub mod random;
pub mod records;
mod report;
mod sink;
mod town;
pub mod vocabulary;
pub mod world;

pub use life::{Life, life, national_number};
pub use options::{History, TownOptions};
pub use report::{Tally, TownReport};
pub use sink::{Folder, Memory, Sink};
pub use town::{TownError, town, write_common_records, write_town};
pub use world::World;
