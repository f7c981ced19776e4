//! The log: every decision, written down before its answer is released, so that nobody can alter or remove it unseen.
//!
//! It is a transparency log as [C2SP tlog-tiles](https://c2sp.org/tlog-tiles) has them (hashes of RFC 6962, signed
//! checkpoints), with one thing more: each citizen's entries form a chain, and every checkpoint commits to the head of every
//! chain. `docs/log.md` says in words what that proves and what no log can prove.
//!
//! ```text
//! details ──▶ Entry ──append──▶ parts: entry, tile, bucket, head tile, checkpoint ──▶ whatever keeps them
//!                                 │
//!             verify ◀────────────┼──────────▶ receipt: what a citizen checks for herself
//! ```
//!
//! Nothing here reads or writes. [`append`] says which [`Part`]s it wants to see and gives back those to write, all in one
//! transaction; [`verify`] reads through [`Parts`].

pub mod append;
pub mod checkpoint;
pub mod citizen;
pub mod entry;
pub mod heads;
pub mod parts;
pub mod receipt;
pub mod tree;
pub mod verify;

pub use append::{AppendError, Appended, NewEntry, append, wanted};
pub use checkpoint::{Checkpoint, CheckpointProblem};
pub use citizen::{CitizenKey, Pseudonym};
pub use entry::{Entry, Kind};
pub use parts::{Memory, Part, PartError, Parts, PartsError};
pub use receipt::{Receipt, ReceiptProblem, Witnessed, receipt};
pub use tree::{Growth, Inclusion};
pub use verify::{Finding, Verified, verify};

#[cfg(test)]
mod tests;
