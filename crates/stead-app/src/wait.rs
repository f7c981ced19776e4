//! Answers to wait for.

use std::pin::Pin;

use crate::error::AppError;

/// An answer that takes its time.
///
/// Boxed by the functions that give it, which are no `async fn`s, so that what they do is compiled once, in this crate: the
/// body of an `async fn` is compiled again in every crate that waits for it.
pub type Wait<'a, T> = Pin<Box<dyn Future<Output = Result<T, AppError>> + Send + 'a>>;
