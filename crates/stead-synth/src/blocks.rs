//! Many threads, one order: blocks of citizens are made side by side and handed on one after the other.
//!
//! INVARIANT: no more than [`AHEAD`] blocks a thread wait to be handed on, so that memory does not grow with the town.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many finished blocks a thread may be ahead of the one that is handed on.
const AHEAD: u64 = 3;

struct Desk<T> {
    /// The next block that nobody has begun.
    next: u64,
    /// The block that is to be handed on.
    wanted: u64,
    finished: BTreeMap<u64, T>,
    /// Emptied blocks, to be filled again.
    spare: Vec<T>,
    /// Set when handing on failed, so that nobody goes on in vain.
    stopped: bool,
}

/// Makes blocks `0..blocks` on `threads` threads with `make` and hands each to `take` in order.
///
/// `new` begins an empty block; one that was taken is given to `make` again.
///
/// # Errors
/// The first error of `take`; no further block is taken after it.
pub fn in_order<T: Send, E>(
    blocks: Range<u64>,
    threads: usize,
    new: impl Fn() -> T + Sync,
    make: impl Fn(u64, &mut T) + Sync,
    mut take: impl FnMut(u64, &T) -> Result<(), E>,
) -> Result<(), E> {
    let ahead = threads.max(1) as u64 * AHEAD;
    let desk = Mutex::new(Desk {
        next: blocks.start,
        wanted: blocks.start,
        finished: BTreeMap::new(),
        spare: Vec::new(),
        stopped: false,
    });
    let changed = Condvar::new();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                // A thread that panics must not leave the others waiting.
                let _stop = StopOnPanic { desk: &desk, changed: &changed };
                while let Some((number, mut block)) = begin(&desk, &changed, blocks.end, ahead, &new) {
                    make(number, &mut block);
                    lock(&desk).finished.insert(number, block);
                    changed.notify_all();
                }
            });
        }
        for number in blocks.clone() {
            let Some(block) = finished(&desk, &changed, number) else { return Ok(()) };
            let taken = take(number, &block);
            let mut open = lock(&desk);
            open.wanted = number + 1;
            open.stopped = taken.is_err();
            open.spare.push(block);
            drop(open);
            changed.notify_all();
            taken?;
        }
        Ok(())
    })
}

struct StopOnPanic<'a, T> {
    desk: &'a Mutex<Desk<T>>,
    changed: &'a Condvar,
}

impl<T> Drop for StopOnPanic<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(self.desk).stopped = true;
            self.changed.notify_all();
        }
    }
}

fn lock<T>(desk: &Mutex<Desk<T>>) -> MutexGuard<'_, Desk<T>> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

fn begin<T>(desk: &Mutex<Desk<T>>, changed: &Condvar, end: u64, ahead: u64, new: impl Fn() -> T) -> Option<(u64, T)> {
    let mut open = lock(desk);
    loop {
        if open.stopped || open.next >= end {
            return None;
        }
        if open.next < open.wanted + ahead {
            let number = open.next;
            open.next += 1;
            let spare = open.spare.pop();
            drop(open);
            return Some((number, spare.unwrap_or_else(new)));
        }
        open = changed.wait(open).unwrap_or_else(PoisonError::into_inner);
    }
}

fn finished<T>(desk: &Mutex<Desk<T>>, changed: &Condvar, number: u64) -> Option<T> {
    let mut open = lock(desk);
    loop {
        if let Some(block) = open.finished.remove(&number) {
            return Some(block);
        }
        if open.stopped {
            return None;
        }
        open = changed.wait(open).unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_taken_in_order_whatever_the_threads() {
        for threads in [1, 2, 7] {
            let mut taken = Vec::new();
            let slow = |number: u64, block: &mut u64| {
                if number.is_multiple_of(5) {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
                *block = number * 10;
            };
            let result: Result<(), ()> = in_order(
                3..60,
                threads,
                || 0,
                slow,
                |number, block| {
                    taken.push((number, *block));
                    Ok(())
                },
            );
            assert_eq!(result, Ok(()));
            assert_eq!(taken, (3..60).map(|number| (number, number * 10)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_ends_it() {
        let result = in_order(
            0..1000,
            3,
            || 0,
            |_, _: &mut u8| {},
            |number, _| {
                if number == 4 { Err(number) } else { Ok(()) }
            },
        );
        assert_eq!(result, Err(4));
    }
}
