//! The tables of Stead: what the lake holds and what a run answers, column by column.
//!
//! This crate is the one place where a table is described. `stead tables` prints it, the importer writes by it and the
//! passes read by it. Add a column here first.

mod lake;
mod results;
mod settled;
mod table;

pub use lake::LAKE;
pub use results::RESULTS;
pub use settled::SETTLED;
pub use table::{Column, Kind, Spread, Table};

/// The table of that name.
pub fn table(name: &str) -> Option<&'static Table> {
    all().find(|table| table.name == name)
}

/// Every table: the lake's, then the results', then those of settlements.
pub fn all() -> impl Iterator<Item = &'static Table> {
    LAKE.iter().chain(RESULTS).chain(SETTLED)
}
