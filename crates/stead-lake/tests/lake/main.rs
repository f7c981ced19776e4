//! The lake from outside: records in, tables out. Here it lies in a folder; `memory.rs` and `s3.rs` tell the same stories
//! of lakes in object stores.
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
mod random;
mod real;
mod records;
mod repeat;
mod runs;
mod testing;

use std::path::Path;

/// Where the lakes of a story lie that has this folder to itself.
fn lakes(folder: &Path) -> stead_lake::Address {
    folder.into()
}
