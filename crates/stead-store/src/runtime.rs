//! Waiting for an object store in code that is not asynchronous.

use std::sync::{OnceLock, mpsc};

use object_store::{Error, Result};
use tokio::runtime::{Builder, Runtime};

/// Threads that move bytes; what computes never waits on them, nor they on what computes.
const THREADS: usize = 2;

/// The runtime of this crate's own, begun when it is first needed.
pub(crate) fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let begin = || Builder::new_multi_thread().worker_threads(THREADS).thread_name("stead-store").enable_all().build();
    RUNTIME.get_or_init(begin).as_ref().map_err(|error| stopped(error.to_string()))
}

/// Does something on threads of this crate's own and waits for it. Whoever calls is held up until then: an asynchronous task
/// lets a thread do so that may be held up.
///
/// # Errors
/// What the future says, or that it ended early.
pub fn wait<T: Send + 'static>(future: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let (answer, answered) = mpsc::sync_channel(1);
    runtime()?.spawn(async move {
        // Nobody may be waiting any more.
        let _ = answer.send(future.await);
    });
    answered.recv().unwrap_or_else(|_| Err(stopped("it ended early".to_owned())))
}

fn stopped(why: String) -> Error {
    Error::Generic { store: "waiting", source: why.into() }
}
