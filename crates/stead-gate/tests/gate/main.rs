//! Decisions: Cedar, the rules and a naive reference are asked the same and have to say the same.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may fail loudly")]

mod agreement;
mod harbour;
mod invariants;
mod reference;
mod stories;
