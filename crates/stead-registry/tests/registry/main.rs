//! The registry from outside. Every story is told of both databases: SQLite in a temporary folder, and PostgreSQL on the
//! server that `STEAD_TEST_POSTGRES` names (`./x test` starts one).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

#[macro_use]
mod testing;

mod agreements;
mod forgetting;
mod killed;
mod log;
mod opening;
mod rights;
mod times;
