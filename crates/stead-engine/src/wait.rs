//! Answers to wait for.

use futures::future::BoxFuture;

use crate::error::EngineError;

/// An answer that takes its time.
///
/// Boxed by the functions that give it, which are no `async fn`s, so that the code of plans is compiled once, in this crate:
/// the body of an `async fn` is compiled again in every crate that waits for it.
pub type Wait<'a, T> = BoxFuture<'a, Result<T, EngineError>>;
