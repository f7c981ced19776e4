//! One writer for many who append: they share a batch, and so the wait for the disk.

use std::collections::BTreeMap;

use tokio::sync::{mpsc, oneshot};

use crate::error::RegistryError;
use crate::limits::{self, BATCH_ENTRIES_MAX};
use crate::log::{Batch, Checkpoint, store};
use crate::registry::Registry;
use crate::wait::Wait;

/// How often a batch is made anew because somebody else's log writer was quicker.
const TRIES: u32 = 100;
/// How many may stand in the queue before those who append wait for a place in it.
const QUEUE: usize = 1024;

/// What a batch goes on from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    /// How many entries the log has.
    pub entries: u64,
    /// The parts that [`Seal::parts`] asked for, by name, without those that are not there.
    pub parts: BTreeMap<String, Vec<u8>>,
    /// The latest checkpoint.
    pub checkpoint: Option<Checkpoint>,
}

/// Makes batches of what is to be written down: hashes, chains, signs. What the registry does not know.
pub trait Seal: Send + 'static {
    /// What is to be written down, in the maker's own terms; each becomes one entry.
    type Item: Send + Sync + 'static;

    /// The names of the parts that are needed to append these to a log of so many entries.
    fn parts(&self, entries: u64, items: &[Self::Item]) -> Vec<String>;

    /// The batch that appends these, in this order; or why there can be none, in words.
    fn batch(&mut self, edge: &Edge, items: &[Self::Item]) -> Result<Batch, String>;
}

/// What waits in the queue.
#[derive(Debug)]
struct Waiting<I> {
    items: Vec<I>,
    appended: oneshot::Sender<Result<u64, RegistryError>>,
}

/// Appends to the log for many tasks at once. Clones write through the same queue.
#[derive(Debug)]
pub struct LogWriter<I> {
    queue: mpsc::Sender<Waiting<I>>,
}

impl<I> Clone for LogWriter<I> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<I: Send + Sync + 'static> LogWriter<I> {
    /// Begins to write. The writer stops when the last clone is dropped and the queue is empty.
    ///
    /// Must be called within a runtime of tokio.
    pub fn start(registry: Registry, seal: impl Seal<Item = I>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(write(registry, seal, waiting));
        Self { queue }
    }

    /// Appends entries, together and in this order. When this comes back, they are on disk: it says the first one's number.
    ///
    /// If it is given up before, the entries may or may not be in the log: nothing may be released on them.
    pub fn append(&self, items: Vec<I>) -> Wait<'_, u64> {
        Box::pin(async move {
            limits::at_most("a batch for the log", items.len(), BATCH_ENTRIES_MAX)?;
            if items.is_empty() {
                return Err(RegistryError::Batch("it has no entries".to_owned()));
            }
            let stopped = || RegistryError::Stopped("nobody empties its queue".to_owned());
            let (appended, answer) = oneshot::channel();
            self.queue.send(Waiting { items, appended }).await.map_err(|_| stopped())?;
            answer.await.map_err(|_| stopped())?
        })
    }
}

async fn write<S: Seal>(registry: Registry, mut seal: S, mut queue: mpsc::Receiver<Waiting<S::Item>>) {
    let mut next = queue.recv().await;
    while let Some(first) = next.take() {
        let mut items = first.items;
        let mut answers = vec![(0, items.len(), first.appended)];
        while let Ok(more) = queue.try_recv() {
            if items.len() + more.items.len() > BATCH_ENTRIES_MAX {
                next = Some(more);
                break;
            }
            answers.push((items.len(), more.items.len(), more.appended));
            items.extend(more.items);
        }
        match append(&registry, &mut seal, &items).await {
            // What one of them wants written down cannot be: the others' is written by itself.
            Err(error) if answers.len() > 1 && is_about_items(&error) => {
                let mut items = items.into_iter();
                for (_, len, appended) in answers {
                    let own: Vec<_> = items.by_ref().take(len).collect();
                    drop(appended.send(append(&registry, &mut seal, &own).await));
                }
            }
            written => {
                for (at, _, appended) in answers {
                    let at = u64::try_from(at).unwrap_or(u64::MAX);
                    // Whoever does not wait any more does not want to know.
                    drop(appended.send(written.clone().map(|from| from.saturating_add(at))));
                }
            }
        }
        if next.is_none() {
            next = queue.recv().await;
        }
    }
}

/// Whether it may be one item's fault, so that others can be written without it.
const fn is_about_items(error: &RegistryError) -> bool {
    matches!(error, RegistryError::Batch(_) | RegistryError::TooLarge { .. } | RegistryError::Unusable { .. })
}

/// Appends one batch, and says the first entry's number.
async fn append<S: Seal>(registry: &Registry, seal: &mut S, items: &[S::Item]) -> Result<u64, RegistryError> {
    for _ in 0..TRIES {
        let edge = edge(registry, seal, items).await?;
        let batch = seal.batch(&edge, items).map_err(RegistryError::Batch)?;
        if batch.from != edge.entries || batch.entries.len() != items.len() {
            return Err(RegistryError::Batch("it has not the entries that were to be appended".to_owned()));
        }
        match registry.append_batch(&batch).await {
            Err(RegistryError::Grew { .. }) => {}
            other => return other.map(|_| batch.from),
        }
    }
    Err(RegistryError::Busy)
}

/// One look at the log: nothing in it is older or newer than the rest.
async fn edge<S: Seal>(registry: &Registry, seal: &mut S, items: &[S::Item]) -> Result<Edge, RegistryError> {
    let mut look = registry.snapshot().await?;
    let entries = store::size(&mut look).await?;
    let names = seal.parts(entries, items);
    let parts = store::parts(&mut look, &names).await?;
    let checkpoint = store::checkpoint(&mut look, u64::MAX).await?;
    look.commit().await?;
    Ok(Edge { entries, parts: parts.into_iter().map(|part| (part.name, part.content)).collect(), checkpoint })
}
