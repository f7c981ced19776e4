//! Who may see what: decisions, the signatures they rest on, and a log that shows when somebody tampered with it.
//!
//! Everything here is a pure function over values that are handed in: no files, no network, no clock, no randomness.
//!
//! 1. [`key`]: an organisation's key pair, in a text form that people recognise.
//! 2. [`signing`]: what an organisation signs, and what exactly does not hold when a signature does not.
//! 3. [`log`]: the tamper-evident log of decisions: entries, tiles, checkpoints, proofs and their verification.

#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests may fail loudly"
    )
)]

pub mod digest;
pub mod key;
pub mod log;
pub mod signing;

pub use digest::digest;
pub use key::{KeyError, PublicKey, SecretKey};
pub use signing::{KeyRing, KnownKey, SignatureProblem, Signed, Statement, Terms};
