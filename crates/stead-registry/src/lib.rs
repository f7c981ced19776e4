//! What people do: who signed what, what citizens allow and object to, which decisions were taken.
//!
//! The lake follows from records and can be made again; what is kept here cannot. So nothing here is changed in place:
//! what is said anew closes what was said before, and both stay, with the days they are about and the moments at which
//! they were recorded. What is acknowledged is on disk.
//!
//! One file of SQLite by default, or a PostgreSQL database; the same code and the same tests over both.
//!
//! 1. [`RegistryAddress`], [`Registry`]: where a registry lies, and opening it.
//! 2. [`Moment`], [`Recorded`], [`AsOf`]: two kinds of time, and how to ask about the past.
//! 3. [`Statement`], [`Stated`]: signatures, withdrawals, choices, keys, versions of places.
//! 4. [`log`]: decisions, numbered without gaps, acknowledged once they are durable.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests may fail loudly"))]

mod address;
mod changes;
mod database;
mod error;
mod kinds;
pub mod limits;
pub mod log;
mod migrations;
mod moment;
mod recorded;
mod registry;
mod rows;
mod statements;
mod wait;

pub use address::{RegistryAddress, RegistryAddressError};
pub use error::RegistryError;
pub use kinds::{Noted, OrganisationKey, PlaceVersion};
pub use moment::{Moment, MomentError};
pub use recorded::{AsOf, Recorded};
pub use registry::Registry;
pub use statements::{Found, Stated, Statement, Table};
pub use wait::Wait;
