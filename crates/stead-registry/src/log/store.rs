//! Reading the log, and adding a batch to it.

use std::ops::Range;

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::error::RegistryError;
use crate::limits::{self, BATCH_ENTRIES_MAX, ENTRY_BYTES_MAX, KEY_BYTES_MAX, ROWS_MAX};
use crate::log::{Batch, Checkpoint, Entry, Head, NewEntry, Tile, TileId};
use crate::registry::Registry;
use crate::rows::{counted, kept};
use crate::wait::Wait;

/// How many rows one statement writes or looks up; few sizes, so that few statements are prepared.
const ROWS: [usize; 3] = [128, 16, 1];

const NUMBER: &str = "an entry's number";

impl Registry {
    /// How many entries the log has.
    pub fn log_entries(&self) -> Wait<'_, u64> {
        Box::pin(async { size(&mut *self.reading().acquire().await?).await })
    }

    /// The entries with these numbers, in order; at most [`ROWS_MAX`] of them.
    pub fn log_range(&self, numbers: Range<u64>) -> Wait<'_, Vec<Entry>> {
        Box::pin(async move {
            let find = "SELECT number, pseudonym, content FROM log_entry \
                        WHERE number >= $1 AND number < $2 ORDER BY number LIMIT $3";
            let (from, to) = (kept(NUMBER, numbers.start)?, kept(NUMBER, numbers.end)?);
            let rows = sqlx::query_as(find).bind(from).bind(to).bind(i64::from(ROWS_MAX));
            entries(rows.fetch_all(self.reading()).await?)
        })
    }

    /// The entries about a pseudonym from a number on, in order; at most [`ROWS_MAX`] of them.
    pub fn log_of<'a>(&'a self, pseudonym: &'a [u8], from: u64) -> Wait<'a, Vec<Entry>> {
        Box::pin(async move {
            let find = "SELECT number, pseudonym, content FROM log_entry \
                        WHERE pseudonym = $1 AND number >= $2 ORDER BY number LIMIT $3";
            let rows = sqlx::query_as(find).bind(pseudonym).bind(kept(NUMBER, from)?).bind(i64::from(ROWS_MAX));
            entries(rows.fetch_all(self.reading()).await?)
        })
    }

    /// A tile as it is now.
    pub fn log_tile(&self, id: TileId) -> Wait<'_, Option<Tile>> {
        Box::pin(async move { tile(&mut *self.reading().acquire().await?, id).await })
    }

    /// The heads of the chains of these pseudonyms, in no order; without those that have no entry.
    pub fn log_heads<'a>(&'a self, pseudonyms: &'a [Vec<u8>]) -> Wait<'a, Vec<Head>> {
        Box::pin(async move { heads(&mut *self.reading().acquire().await?, pseudonyms).await })
    }

    /// The heads of all chains, by pseudonym, of those after a pseudonym; at most [`ROWS_MAX`] of them.
    pub fn log_heads_after<'a>(&'a self, after: &'a [u8]) -> Wait<'a, Vec<Head>> {
        Box::pin(async move {
            let find =
                "SELECT pseudonym, entries, content FROM log_head WHERE pseudonym > $1 ORDER BY pseudonym LIMIT $2";
            let rows = sqlx::query_as(find).bind(after).bind(i64::from(ROWS_MAX)).fetch_all(self.reading()).await?;
            let head = |(pseudonym, entries, content)| {
                Ok(Head { pseudonym, entries: counted("a chain's length", entries)?, content })
            };
            rows.into_iter().map(head).collect()
        })
    }

    /// The latest checkpoint that covers at most so many entries; `u64::MAX` for the latest of all.
    pub fn log_checkpoint(&self, entries_max: u64) -> Wait<'_, Option<Checkpoint>> {
        Box::pin(async move { checkpoint(&mut *self.reading().acquire().await?, entries_max).await })
    }

    /// Adds a batch to the log: all of it or nothing; nothing, too, if the log has grown since the batch was made.
    ///
    /// When this comes back, the entries are on disk. Says how many there are now.
    pub fn append_batch<'a>(&'a self, batch: &'a Batch) -> Wait<'a, u64> {
        Box::pin(async move {
            check(batch)?;
            let to = batch.from.saturating_add(u64::try_from(batch.entries.len()).unwrap_or(u64::MAX));
            let mut change = self.change().await?;
            // INVARIANT: whoever changes this row first is alone until the commit; the others find another number.
            let grow = "UPDATE log_size SET entries = $1 WHERE one = 1 AND entries = $2";
            let (from, until) = (kept(NUMBER, batch.from)?, kept(NUMBER, to)?);
            let grown = sqlx::query(grow).bind(until).bind(from).execute(change.on()).await?;
            if grown.rows_affected() != 1 {
                let found = sqlx::query_scalar("SELECT entries FROM log_size").fetch_one(change.on()).await?;
                return Err(RegistryError::Grew { expected: batch.from, found: counted(NUMBER, found)? });
            }
            put_entries(change.on(), from, &batch.entries).await?;
            put_tiles(change.on(), &batch.tiles).await?;
            put_heads(change.on(), &batch.heads).await?;
            if let Some(content) = &batch.checkpoint {
                let put = "INSERT INTO log_checkpoint (entries, content) VALUES ($1, $2)";
                sqlx::query(put).bind(until).bind(&**content).execute(change.on()).await?;
            }
            change.commit().await?;
            Ok(to)
        })
    }
}

/// How many entries there are.
pub(super) async fn size(on: &mut AnyConnection) -> Result<u64, RegistryError> {
    let entries = sqlx::query_scalar("SELECT entries FROM log_size").fetch_one(on).await?;
    counted("a number of entries", entries)
}

pub(super) async fn tile(on: &mut AnyConnection, id: TileId) -> Result<Option<Tile>, RegistryError> {
    let find = sqlx::query_scalar("SELECT content FROM log_tile WHERE level = $1 AND position = $2");
    let find = find.bind(i64::from(id.level)).bind(kept("a tile's position", id.position)?);
    let content: Option<Vec<u8>> = find.fetch_optional(on).await?;
    Ok(content.map(|content| Tile { id, content }))
}

pub(super) async fn heads(on: &mut AnyConnection, pseudonyms: &[Vec<u8>]) -> Result<Vec<Head>, RegistryError> {
    let mut heads = Vec::with_capacity(pseudonyms.len());
    for (some, width) in runs(pseudonyms) {
        let marks = marks(1, width);
        let find = format!("SELECT pseudonym, entries, content FROM log_head WHERE pseudonym IN {marks}");
        let query = some.iter().fold(sqlx::query_as(AssertSqlSafe(find)), |query, it| query.bind(&**it));
        for (pseudonym, entries, content) in query.fetch_all(&mut *on).await? {
            heads.push(Head { pseudonym, entries: counted("a chain's length", entries)?, content });
        }
    }
    Ok(heads)
}

pub(super) async fn checkpoint(on: &mut AnyConnection, entries_max: u64) -> Result<Option<Checkpoint>, RegistryError> {
    let find = "SELECT entries, content FROM log_checkpoint WHERE entries <= $1 ORDER BY entries DESC LIMIT 1";
    let most = i64::try_from(entries_max).unwrap_or(i64::MAX);
    let row: Option<(i64, Vec<u8>)> = sqlx::query_as(find).bind(most).fetch_optional(on).await?;
    let checkpoint = |(entries, content)| Ok(Checkpoint { entries: counted("a checkpoint's size", entries)?, content });
    row.map(checkpoint).transpose()
}

fn check(batch: &Batch) -> Result<(), RegistryError> {
    limits::at_most("a batch for the log", batch.entries.len(), BATCH_ENTRIES_MAX)?;
    if batch.entries.is_empty() {
        return Err(RegistryError::Batch("it has no entries".to_owned()));
    }
    for entry in &batch.entries {
        limits::at_most("an entry of the log", entry.content.len(), ENTRY_BYTES_MAX)?;
        limits::at_most("a pseudonym", entry.pseudonym.as_ref().map_or(0, Vec::len), KEY_BYTES_MAX)?;
    }
    for head in &batch.heads {
        limits::at_most("a pseudonym", head.pseudonym.len(), KEY_BYTES_MAX)?;
        limits::at_most("the head of a chain", head.content.len(), ENTRY_BYTES_MAX)?;
    }
    for tile in &batch.tiles {
        limits::at_most("a tile of the log", tile.content.len(), ENTRY_BYTES_MAX)?;
    }
    limits::at_most("a checkpoint", batch.checkpoint.as_ref().map_or(0, Vec::len), ENTRY_BYTES_MAX)
}

async fn put_entries(on: &mut AnyConnection, from: i64, entries: &[NewEntry]) -> Result<(), RegistryError> {
    let mut number = from;
    for (some, width) in runs(entries) {
        let put = format!("INSERT INTO log_entry (number, pseudonym, content) VALUES {}", rows_of_marks(3, width));
        let mut query = sqlx::query(AssertSqlSafe(put));
        for entry in some {
            query = query.bind(number).bind(entry.pseudonym.as_deref()).bind(&*entry.content);
            number += 1;
        }
        query.execute(&mut *on).await?;
    }
    Ok(())
}

async fn put_tiles(on: &mut AnyConnection, tiles: &[Tile]) -> Result<(), RegistryError> {
    let put = "INSERT INTO log_tile (level, position, content) VALUES ($1, $2, $3) \
               ON CONFLICT (level, position) DO UPDATE SET content = excluded.content";
    for tile in tiles {
        let position = kept("a tile's position", tile.id.position)?;
        let query = sqlx::query(put).bind(i64::from(tile.id.level)).bind(position).bind(&*tile.content);
        query.execute(&mut *on).await?;
    }
    Ok(())
}

async fn put_heads(on: &mut AnyConnection, heads: &[Head]) -> Result<(), RegistryError> {
    for (some, width) in runs(heads) {
        let put = format!(
            "INSERT INTO log_head (pseudonym, entries, content) VALUES {} \
             ON CONFLICT (pseudonym) DO UPDATE SET entries = excluded.entries, content = excluded.content",
            rows_of_marks(3, width)
        );
        let mut query = sqlx::query(AssertSqlSafe(put));
        for head in some {
            let entries = kept("a chain's length", head.entries)?;
            query = query.bind(&*head.pseudonym).bind(entries).bind(&*head.content);
        }
        query.execute(&mut *on).await?;
    }
    Ok(())
}

/// Cuts rows into runs of the lengths of [`ROWS`], longest first.
fn runs<T>(mut rows: &[T]) -> impl Iterator<Item = (&[T], usize)> {
    std::iter::from_fn(move || {
        let width = ROWS.into_iter().find(|width| *width <= rows.len())?;
        let (run, rest) = rows.split_at_checked(width)?;
        rows = rest;
        Some((run, width))
    })
}

/// `($first, $first+1, …)`.
fn marks(first: usize, width: usize) -> String {
    let marks: Vec<String> = (first..first + width).map(|number| format!("${number}")).collect();
    format!("({})", marks.join(", "))
}

/// `($1, $2), ($3, $4), …`.
fn rows_of_marks(width: usize, rows: usize) -> String {
    let rows: Vec<String> = (0..rows).map(|row| marks(1 + row * width, width)).collect();
    rows.join(", ")
}

fn entries(rows: Vec<(i64, Option<Vec<u8>>, Vec<u8>)>) -> Result<Vec<Entry>, RegistryError> {
    let entry = |(number, pseudonym, content)| Ok(Entry { number: counted(NUMBER, number)?, pseudonym, content });
    rows.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written_in_few_different_statements() {
        let rows = [(); 128 * 2 + 16 + 2];
        let widths: Vec<usize> = runs(&rows).map(|(run, width)| width * usize::from(run.len() == width)).collect();
        assert_eq!(widths, [128, 128, 16, 1, 1]);
    }

    #[test]
    fn marks_are_numbered_through() {
        assert_eq!(rows_of_marks(2, 2), "($1, $2), ($3, $4)");
    }
}
