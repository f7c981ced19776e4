//! Clusters: a scheduler and executors as processes of their own, and every answer compared with this machine's.
//!
//! Built with the feature `cluster` only: `./x test --cluster`.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests may fail loudly")]

mod answers;
mod faults;
mod lakes;
mod machines;
mod program;
// As the tests of lakes start it.
#[path = "../../../stead-lake/tests/lake/server.rs"]
mod server;
mod stores;
mod unreliable;
