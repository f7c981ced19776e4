//! Reading the log, and adding a batch to it.

use std::ops::Range;

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::error::RegistryError;
use crate::limits::{self, BATCH_ENTRIES_MAX, ENTRY_BYTES_MAX, KEY_BYTES_MAX, PART_BYTES_MAX, ROWS_MAX};
use crate::log::{Batch, Checkpoint, Entry, NewEntry, Part};
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
            let find = "SELECT number, pseudonym, log_entry.content, log_detail.content \
                        FROM log_entry LEFT JOIN log_detail USING (number) \
                        WHERE number >= $1 AND number < $2 ORDER BY number LIMIT $3";
            let (from, to) = (kept(NUMBER, numbers.start)?, kept(NUMBER, numbers.end)?);
            let rows = sqlx::query_as(find).bind(from).bind(to).bind(i64::from(ROWS_MAX));
            entries(rows.fetch_all(self.reading()).await?)
        })
    }

    /// The entries about a pseudonym from a number on, in order; at most [`ROWS_MAX`] of them.
    pub fn log_of<'a>(&'a self, pseudonym: &'a [u8], from: u64) -> Wait<'a, Vec<Entry>> {
        Box::pin(async move {
            let find = "SELECT number, pseudonym, log_entry.content, log_detail.content \
                        FROM log_entry LEFT JOIN log_detail USING (number) \
                        WHERE pseudonym = $1 AND number >= $2 ORDER BY number LIMIT $3";
            let rows = sqlx::query_as(find).bind(pseudonym).bind(kept(NUMBER, from)?).bind(i64::from(ROWS_MAX));
            entries(rows.fetch_all(self.reading()).await?)
        })
    }

    /// The parts of these names as they are now, in no order; without those that are not there.
    pub fn log_parts<'a>(&'a self, names: &'a [String]) -> Wait<'a, Vec<Part>> {
        Box::pin(async move { parts(&mut *self.reading().acquire().await?, names).await })
    }

    /// All parts, by name, of those after a name; at most `most`, and at most [`ROWS_MAX`].
    pub fn log_parts_after<'a>(&'a self, after: &'a str, most: u32) -> Wait<'a, Vec<Part>> {
        Box::pin(async move {
            let find = "SELECT name, content FROM log_part WHERE name > $1 ORDER BY name LIMIT $2";
            let rows = sqlx::query_as(find).bind(after).bind(i64::from(most.min(ROWS_MAX)));
            let rows = rows.fetch_all(self.reading()).await?;
            Ok(rows.into_iter().map(|(name, content)| Part { name, content }).collect())
        })
    }

    /// All checkpoints that cover more than so many entries, in order; at most `most`, and at most [`ROWS_MAX`].
    pub fn log_checkpoints_after(&self, entries: Option<u64>, most: u32) -> Wait<'_, Vec<Checkpoint>> {
        Box::pin(async move {
            let find = "SELECT entries, content FROM log_checkpoint WHERE entries > $1 ORDER BY entries LIMIT $2";
            let after = entries.map_or(Ok(-1), |entries| kept(NUMBER, entries))?;
            let rows = sqlx::query_as(find).bind(after).bind(i64::from(most.min(ROWS_MAX)));
            rows.fetch_all(self.reading()).await?.into_iter().map(found_checkpoint).collect()
        })
    }

    /// Erases what the entries about a pseudonym commit to. The entries stay, and say nothing of it.
    ///
    /// Says how many details there were.
    pub fn erase_details<'a>(&'a self, pseudonym: &'a [u8]) -> Wait<'a, u64> {
        Box::pin(async move {
            let erase = "DELETE FROM log_detail WHERE number IN (SELECT number FROM log_entry WHERE pseudonym = $1)";
            let mut change = self.change().await?;
            let erased = sqlx::query(erase).bind(pseudonym).execute(change.on()).await?.rows_affected();
            change.commit().await?;
            self.sweep().await?;
            Ok(erased)
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
            put_parts(change.on(), &batch.parts).await?;
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

pub(super) async fn parts(on: &mut AnyConnection, names: &[String]) -> Result<Vec<Part>, RegistryError> {
    let mut parts = Vec::with_capacity(names.len());
    for (some, width) in runs(names) {
        let marks = marks(1, width);
        let find = format!("SELECT name, content FROM log_part WHERE name IN {marks}");
        let query = some.iter().fold(sqlx::query_as(AssertSqlSafe(find)), |query, name| query.bind(&**name));
        let rows = query.fetch_all(&mut *on).await?;
        parts.extend(rows.into_iter().map(|(name, content)| Part { name, content }));
    }
    Ok(parts)
}

pub(super) async fn checkpoint(on: &mut AnyConnection, entries_max: u64) -> Result<Option<Checkpoint>, RegistryError> {
    let find = "SELECT entries, content FROM log_checkpoint WHERE entries <= $1 ORDER BY entries DESC LIMIT 1";
    let most = i64::try_from(entries_max).unwrap_or(i64::MAX);
    let row: Option<(i64, Vec<u8>)> = sqlx::query_as(find).bind(most).fetch_optional(on).await?;
    row.map(found_checkpoint).transpose()
}

fn found_checkpoint((entries, content): (i64, Vec<u8>)) -> Result<Checkpoint, RegistryError> {
    Ok(Checkpoint { entries: counted("a checkpoint's size", entries)?, content })
}

fn check(batch: &Batch) -> Result<(), RegistryError> {
    limits::at_most("a batch for the log", batch.entries.len(), BATCH_ENTRIES_MAX)?;
    if batch.entries.is_empty() {
        return Err(RegistryError::Batch("it has no entries".to_owned()));
    }
    for entry in &batch.entries {
        limits::at_most("an entry of the log", entry.content.len(), ENTRY_BYTES_MAX)?;
        limits::at_most("what an entry commits to", entry.details.as_ref().map_or(0, Vec::len), ENTRY_BYTES_MAX)?;
        limits::at_most("a pseudonym", entry.pseudonym.as_ref().map_or(0, Vec::len), KEY_BYTES_MAX)?;
    }
    for part in &batch.parts {
        limits::name("the name of a part of the log", &part.name)?;
        limits::at_most("a part of the log", part.content.len(), PART_BYTES_MAX)?;
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
    let details = (from..).zip(entries).filter_map(|(number, entry)| Some((number, entry.details.as_deref()?)));
    let details: Vec<(i64, &[u8])> = details.collect();
    for (some, width) in runs(&details) {
        let put = format!("INSERT INTO log_detail (number, content) VALUES {}", rows_of_marks(2, width));
        let bound = |query: Statement, (number, content): &(i64, &[u8])| query.bind(*number).bind(content.to_vec());
        some.iter().fold(sqlx::query(AssertSqlSafe(put)), bound).execute(&mut *on).await?;
    }
    Ok(())
}

async fn put_parts(on: &mut AnyConnection, parts: &[Part]) -> Result<(), RegistryError> {
    for (some, width) in runs(parts) {
        let put = format!(
            "INSERT INTO log_part (name, content) VALUES {} \
             ON CONFLICT (name) DO UPDATE SET content = excluded.content",
            rows_of_marks(2, width)
        );
        let bound = |query: Statement, part: &Part| query.bind(part.name.clone()).bind(part.content.clone());
        some.iter().fold(sqlx::query(AssertSqlSafe(put)), bound).execute(&mut *on).await?;
    }
    Ok(())
}

type Statement = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

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

/// Number, pseudonym, content, details.
type Row = (i64, Option<Vec<u8>>, Vec<u8>, Option<Vec<u8>>);

fn entries(rows: Vec<Row>) -> Result<Vec<Entry>, RegistryError> {
    let entry = |(number, pseudonym, content, details)| {
        Ok(Entry { number: counted(NUMBER, number)?, pseudonym, content, details })
    };
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
