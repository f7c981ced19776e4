//! Where files lie: in a folder, or in an object store such as S3. An address says which ([`Address`]), and one function
//! ([`store`]) turns it into something that reads and writes, for the lake and the engine alike.
//!
//! Who one is to an object store, and where it is reached, comes from the environment (`AWS_ACCESS_KEY_ID`,
//! `AWS_ENDPOINT_URL` …) and from nowhere else: an address holds no secrets, and neither do the errors ([`words`]).

mod address;
#[cfg(feature = "cloud")]
mod cloud;
mod runtime;
mod stores;
mod words;

pub use address::{Address, AddressError, below};
#[cfg(feature = "cloud")]
pub use cloud::s3;
pub use runtime::wait;
pub use stores::{StoreError, register, store};
pub use words::words;

/// What is known of object stores, as everything in the workspace uses it.
pub use object_store;
pub use url::Url;
