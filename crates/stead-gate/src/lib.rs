//! Who may see what: decisions, the signatures they rest on, and a log that shows when somebody tampered with it.
//!
//! Everything here is a pure function over values that are handed in: no files, no network, no clock, no randomness.
//!
//! 1. [`decide`]: yes or no to one use of one record, by Cedar and by the pure rules.
//! 2. [`key`]: an organisation's key pair, in a text form that people recognise.
//! 3. [`signing`]: what an organisation signs, and what exactly does not hold when a signature does not.
//! 4. [`log`]: the tamper-evident log of decisions: entries, tiles, checkpoints, proofs and their verification.

#![cfg_attr(test, expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may fail loudly"))]

pub mod decide;
pub mod digest;
pub mod key;
pub mod log;
pub mod signing;

pub use decide::{Decided, Decider, Policies};
pub use digest::digest;
pub use key::{KeyError, PublicKey, SecretKey};
pub use signing::{KeyRing, KnownKey, SignatureProblem, Signed, Statement, Terms};
