//! The stories of lakes again, told of lakes in an object store that speaks like S3: a server on this machine, which the
//! tests start. `./x test --cloud` installs it.
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
mod identity;
mod objects;
mod records;
mod repeat;
mod runs;
mod server;
mod testing;

use std::path::Path;

/// Where the lakes of a story lie that has this folder to itself.
fn lakes(folder: &Path) -> stead_lake::Address {
    server::lakes(folder)
}
