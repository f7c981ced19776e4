//! The lake from outside: records in, tables out.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod actors;
mod broken;
mod bundles;
mod folders;
mod identity;
mod real;
mod records;
mod repeat;
mod runs;
mod testing;
