//! A made-up town, held against what it promises: the same bytes, whole records, published figures, the essay's citizen.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail loudly")]

#[path = "town/definitions.rs"]
mod definitions;
#[path = "town/essay.rs"]
mod essay;
#[path = "town/figures.rs"]
mod figures;
#[path = "town/periods.rs"]
mod periods;
#[path = "town/records.rs"]
mod records;
#[path = "town/same.rs"]
mod same;
