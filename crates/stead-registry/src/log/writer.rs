//! One writer for many who append: they share a batch, and so the wait for the disk.

use std::collections::BTreeSet;

use tokio::sync::{mpsc, oneshot};

use crate::error::RegistryError;
use crate::limits::{self, BATCH_ENTRIES_MAX, ENTRY_BYTES_MAX, KEY_BYTES_MAX};
use crate::log::{Batch, Checkpoint, Head, NewEntry, Tile, TileId, store};
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
    /// The tiles that [`Seal::tiles`] asked for, without those that are not there.
    pub tiles: Vec<Tile>,
    /// The heads of the pseudonyms that are to have entries, without those that have none yet.
    pub heads: Vec<Head>,
    /// The latest checkpoint.
    pub checkpoint: Option<Checkpoint>,
}

/// Makes batches of entries: hashes, chains, signs. What the registry does not know.
pub trait Seal: Send + 'static {
    /// The tiles that are needed to go on from a log of so many entries.
    fn tiles(&self, entries: u64) -> Vec<TileId>;

    /// The batch that adds these entries, in this order; or why there can be none, in words.
    ///
    /// It may write the entries' content anew (with the number and the head before, say), but neither drop nor add any.
    fn batch(&mut self, edge: &Edge, entries: &[NewEntry]) -> Result<Batch, String>;
}

/// What waits in the queue.
struct Waiting {
    entries: Vec<NewEntry>,
    appended: oneshot::Sender<Result<u64, RegistryError>>,
}

/// Appends to the log for many tasks at once. Clones write through the same queue.
#[derive(Clone, Debug)]
pub struct LogWriter {
    queue: mpsc::Sender<Waiting>,
}

impl LogWriter {
    /// Begins to write. The writer stops when the last clone is dropped and the queue is empty.
    ///
    /// Must be called within a runtime of tokio.
    pub fn start(registry: Registry, seal: impl Seal) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(write(registry, seal, waiting));
        Self { queue }
    }

    /// Appends entries, together and in this order. When this comes back, they are on disk: it says the first one's number.
    ///
    /// If it is given up before, the entries may or may not be in the log: nothing may be released on them.
    pub fn append(&self, entries: Vec<NewEntry>) -> Wait<'_, u64> {
        Box::pin(async move {
            limits::at_most("a batch for the log", entries.len(), BATCH_ENTRIES_MAX)?;
            if entries.is_empty() {
                return Err(RegistryError::Batch("it has no entries".to_owned()));
            }
            for entry in &entries {
                limits::at_most("an entry of the log", entry.content.len(), ENTRY_BYTES_MAX)?;
                limits::at_most("a pseudonym", entry.pseudonym.as_ref().map_or(0, Vec::len), KEY_BYTES_MAX)?;
            }
            let stopped = || RegistryError::Stopped("nobody empties its queue".to_owned());
            let (appended, answer) = oneshot::channel();
            self.queue.send(Waiting { entries, appended }).await.map_err(|_| stopped())?;
            answer.await.map_err(|_| stopped())?
        })
    }
}

async fn write(registry: Registry, mut seal: impl Seal, mut queue: mpsc::Receiver<Waiting>) {
    let mut next = queue.recv().await;
    while let Some(first) = next.take() {
        let mut entries = first.entries;
        let mut answers = vec![(0, first.appended)];
        while let Ok(more) = queue.try_recv() {
            if entries.len() + more.entries.len() > BATCH_ENTRIES_MAX {
                next = Some(more);
                break;
            }
            answers.push((entries.len(), more.appended));
            entries.extend(more.entries);
        }
        let written = append(&registry, &mut seal, &entries).await;
        for (at, appended) in answers {
            let at = u64::try_from(at).unwrap_or(u64::MAX);
            // Whoever does not wait any more does not want to know.
            drop(appended.send(written.clone().map(|from| from.saturating_add(at))));
        }
        if next.is_none() {
            next = queue.recv().await;
        }
    }
}

/// Appends one batch, and says the first entry's number.
async fn append(registry: &Registry, seal: &mut impl Seal, entries: &[NewEntry]) -> Result<u64, RegistryError> {
    for _ in 0..TRIES {
        let edge = edge(registry, seal, entries).await?;
        let batch = seal.batch(&edge, entries).map_err(RegistryError::Batch)?;
        if batch.from != edge.entries || batch.entries.len() != entries.len() {
            return Err(RegistryError::Batch("it has not the entries that were to be appended".to_owned()));
        }
        match registry.append_batch(&batch).await {
            Err(RegistryError::Grew { .. }) => {}
            other => return other.map(|_| batch.from),
        }
    }
    Err(RegistryError::Busy)
}

async fn edge(registry: &Registry, seal: &mut impl Seal, entries: &[NewEntry]) -> Result<Edge, RegistryError> {
    let pseudonyms: BTreeSet<&Vec<u8>> = entries.iter().filter_map(|entry| entry.pseudonym.as_ref()).collect();
    let pseudonyms: Vec<Vec<u8>> = pseudonyms.into_iter().cloned().collect();
    let mut look = registry.snapshot().await?;
    let count = store::size(&mut look).await?;
    let mut tiles = Vec::new();
    for id in seal.tiles(count) {
        tiles.extend(store::tile(&mut look, id).await?);
    }
    let heads = store::heads(&mut look, &pseudonyms).await?;
    let checkpoint = store::checkpoint(&mut look, u64::MAX).await?;
    look.commit().await?;
    Ok(Edge { entries: count, tiles, heads, checkpoint })
}
