//! What a place folder says, read back.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail loudly")]

mod agreements;
mod contracts;
mod format;
mod limits;
mod mistakes;
mod reading;
mod schema;
mod settlement;
