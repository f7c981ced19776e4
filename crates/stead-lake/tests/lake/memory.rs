//! The stories of lakes again, told of lakes in an object store that is held in memory.
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
mod faults;
mod identity;
mod objects;
mod random;
mod records;
mod repeat;
mod runs;
mod testing;

use std::path::Path;

/// Where the lakes of a story lie that has this folder to itself.
fn lakes(folder: &Path) -> stead_lake::Address {
    let name = folder.file_name().unwrap().to_string_lossy().trim_start_matches('.').to_lowercase();
    format!("memory://{name}/lakes").parse().unwrap()
}
