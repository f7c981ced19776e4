//! The passes, each against a naive oracle that goes row by row, and by hand at the edges.
//!
//! `folder` is a place folder that asks for everything, `town` makes random citizens, `rows` and `runs` write a small lake
//! and read the answers back. `oracle` says in plain loops what they must be; `random` compares.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod attributed;
mod cases;
mod folder;
mod oracle;
mod plans;
mod random;
mod rows;
mod runs;
mod settled;
mod town;
