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
use std::sync::OnceLock;

use stead_lake::Address;

use server::{Server, program};

/// Where the lakes of a story lie that has this folder to itself.
fn lakes(folder: &Path) -> Address {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let url = stead_lake::Url::parse("s3://lakes").expect("an address");
    SERVER.get_or_init(|| {
        let server = Server::start(&program());
        stead_store::register(&url, stead_store::s3(&url, server.variables()).expect("a store"));
        server
    });
    let name = folder.file_name().expect("a name").to_string_lossy();
    format!("s3://lakes/{}", name.trim_start_matches('.')).parse().expect("an address")
}
