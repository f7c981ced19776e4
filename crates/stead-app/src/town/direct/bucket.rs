//! One bucket of a town's lake: its citizens in the order of their ids, their rows in the order of each table.

use std::cmp::Ordering;

use stead_lake::direct::{DirectBucket, Linked, LinkedRecord, Rows};
use stead_lake::{LakeError, bucket_of};
use stead_synth::fhir::{Text, write_id};
use stead_synth::life::{Life, life};
use stead_synth::records::{About, Id};
use stead_tables::table;

use super::Filling;
use super::survey::{Stray, Survey, Whose, citizens_of, plain_id};
use super::vocabulary::{Names, Vocabulary};

/// Rows that wait before they are written.
const BATCH_ROWS: usize = 8 * 1024;

/// The tables of citizens, in the order of [`Table`].
const TABLES: [&str; 12] = [
    "citizen",
    "residence",
    "registration",
    "marital_status",
    "coordinator",
    "condition",
    "contact",
    "observation",
    "procedure",
    "medication",
    "cost",
    "link",
];

/// A table of citizens.
#[derive(Clone, Copy)]
pub(super) enum Table {
    Citizen,
    Residence,
    Registration,
    MaritalStatus,
    Coordinator,
    Condition,
    Contact,
    Observation,
    Procedure,
    Medication,
    Cost,
    Link,
}

/// Writes the rows of a bucket's citizens; gives how many lives were made for it.
pub(super) fn fill(filling: &Filling<'_>, names: &Names, survey: &Survey, bucket: u16) -> Result<u64, LakeError> {
    let mut writing = Writing::new(filling, names, bucket);
    let mut strays = survey.strays.get(&bucket).into_iter().flatten().peekable();
    let mut lives = 0;
    in_order_of_ids(filling.world.citizens, &mut |index| {
        let id = plain_id(index);
        if bucket_of(&id, filling.lake.buckets()) != bucket || survey.entangled.contains(&index) {
            return Ok(());
        }
        while let Some(stray) = strays.next_if(|stray| *stray.id < *id) {
            writing.stray(stray)?;
        }
        lives += 1;
        writing.plain(index, &id)
    })?;
    strays.try_for_each(|stray| writing.stray(stray))?;
    writing.finish()?;
    Ok(lives)
}

/// Calls `each` with every number below `end`, in the order of their texts of at least six digits.
fn in_order_of_ids(end: u64, each: &mut dyn FnMut(u64) -> Result<(), LakeError>) -> Result<(), LakeError> {
    fn longer(number: u64, end: u64, each: &mut dyn FnMut(u64) -> Result<(), LakeError>) -> Result<(), LakeError> {
        if number >= end {
            return Ok(());
        }
        each(number)?;
        if number < 100_000 {
            return Ok(());
        }
        (0..10).try_for_each(|digit| longer(number * 10 + digit, end, each))
    }
    (0..end.min(1_000_000)).try_for_each(|number| longer(number, end, each))
}

/// A citizen: whose lives and which of their records.
pub(super) struct Piece<'p> {
    pub(super) id: &'p str,
    /// The leading record first, then by source and id, each with its life.
    pub(super) records: Vec<(&'p Life, &'p LinkedRecord)>,
}

impl<'p> Piece<'p> {
    /// The lives, each once.
    pub(super) fn lives(&self) -> Vec<&'p Life> {
        let mut lives: Vec<&Life> = self.records.iter().map(|(life, _)| *life).collect();
        lives.sort_by_key(|life| life.index);
        lives.dedup_by_key(|life| life.index);
        lives
    }

    /// Whether a record of a life is the citizen's.
    pub(super) fn has(&self, life: &Life, record: u8) -> bool {
        self.records.iter().any(|(other, linked)| linked.record == usize::from(record) && other.index == life.index)
    }
}

fn piece<'p>(citizen: &'p Linked, life: &'p Life) -> Piece<'p> {
    Piece { id: &citizen.id, records: citizen.records.iter().map(|linked| (life, linked)).collect() }
}

/// A bucket being written.
pub(super) struct Writing<'w> {
    pub(super) filling: &'w Filling<'w>,
    pub(super) names: &'w Names,
    pub(super) vocabulary: Vocabulary<'w>,
    scratch: Text,
    bucket: DirectBucket<'w>,
    rows: Vec<Rows>,
    /// For each source its place when sources are sorted by name.
    ranks: Vec<usize>,
}

impl<'w> Writing<'w> {
    fn new(filling: &'w Filling<'w>, names: &'w Names, bucket: u16) -> Self {
        let ids: Vec<&str> = filling.world.sources.iter().map(|source| source.id.as_str()).collect();
        let rank = |id: &&str| ids.iter().filter(|other| *other < id).count();
        Self {
            filling,
            names,
            vocabulary: Vocabulary::default(),
            scratch: Text::default(),
            bucket: filling.lake.bucket(bucket),
            rows: TABLES.iter().filter_map(|name| table(name)).map(Rows::new).collect(),
            ranks: ids.iter().map(rank).collect(),
        }
    }

    /// The citizen who is called as the number of their life says, if there is one.
    fn plain(&mut self, index: u64, id: &str) -> Result<(), LakeError> {
        let life = life(self.filling.world.seed, index, self.filling.world);
        let citizens = citizens_of(self.filling, &life);
        match citizens.iter().find(|citizen| citizen.id == id) {
            Some(citizen) => self.citizen(&piece(citizen, &life)),
            None => Ok(()),
        }
    }

    fn stray(&mut self, stray: &Stray) -> Result<(), LakeError> {
        let world = self.filling.world;
        match &stray.whose {
            Whose::OfLife(index, place) => {
                let life = life(world.seed, *index, world);
                let citizens = citizens_of(self.filling, &life);
                match citizens.get(usize::from(*place)) {
                    Some(citizen) => self.citizen(&piece(citizen, &life)),
                    None => Ok(()),
                }
            }
            Whose::Records(records) => {
                let lives: Vec<Life> = records.iter().map(|(index, _)| life(world.seed, *index, world)).collect();
                let records = lives.iter().zip(records.iter().map(|(_, linked)| linked)).collect();
                self.citizen(&Piece { id: &stray.id, records })
            }
        }
    }

    fn citizen(&mut self, piece: &Piece<'_>) -> Result<(), LakeError> {
        self.person(piece);
        self.care(piece);
        for rows in self.rows.iter_mut().filter(|rows| rows.len() >= BATCH_ROWS) {
            self.bucket.write(rows, &mut self.vocabulary.words)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), LakeError> {
        for rows in self.rows.iter_mut().filter(|rows| !rows.is_empty()) {
            self.bucket.write(rows, &mut self.vocabulary.words)?;
        }
        self.bucket.finish()
    }

    /// What writing a row takes: the table's rows, the vocabulary, and room for a text.
    ///
    /// INVARIANT: every name of [`TABLES`] is a table, so that there are rows for each.
    pub(super) fn row(&mut self, table: Table) -> Option<(&mut Rows, &mut Vocabulary<'w>, &mut Text)> {
        Some((self.rows.get_mut(table as usize)?, &mut self.vocabulary, &mut self.scratch))
    }

    /// The order of records that are alike otherwise: by source, then by resource.
    pub(super) fn order(&self, one: &About, other: &About) -> Ordering {
        self.rank(one.source).cmp(&self.rank(other.source)).then_with(|| resource_order(one.id, other.id))
    }

    /// A source's place among sources by name.
    pub(super) fn rank(&self, source: u16) -> usize {
        self.ranks.get(usize::from(source)).copied().unwrap_or(usize::MAX)
    }
}

/// The order of two resources by `Type/id`, as texts.
pub(super) fn resource_order(one: Id, other: Id) -> Ordering {
    let same = (one.kind, one.citizen) == (other.kind, other.citizen);
    if same && one.number < 10 && other.number < 10 {
        return one.number.cmp(&other.number);
    }
    path(one).cmp(&path(other))
}

fn path(id: Id) -> String {
    let mut text = Text::default();
    write_path(&mut text, id);
    text.text().to_owned()
}

/// Writes `Type/id`.
pub(super) fn write_path(text: &mut Text, id: Id) {
    text.clear();
    text.raw(id.kind.word()).raw("/");
    write_id(text, id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_the_order_of_their_texts() {
        let mut ids = Vec::new();
        let all = in_order_of_ids(1_000_123, &mut |number| {
            ids.push(plain_id(number));
            Ok(())
        });
        assert!(all.is_ok());
        assert_eq!(ids.len(), 1_000_123);
        assert!(ids.is_sorted());
    }
}
