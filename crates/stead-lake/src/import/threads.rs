//! Several threads at the same work.

use crate::error::LakeError;

/// Does the same work on several threads; the first error wins.
pub(super) fn side_by_side<T: Send>(
    threads: usize,
    work: impl Fn() -> Result<T, LakeError> + Sync,
) -> Result<Vec<T>, LakeError> {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        let joined = workers.into_iter().map(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.collect()
    })
}
