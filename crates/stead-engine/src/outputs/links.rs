//! `link_count_of_bucket`: the links around the members of places on the day of the run, counted by place and group.
//!
//! A citizen lies in one bucket, so the counts of buckets add up. They are exact: [`crate::links`] decides what of them may be
//! shown.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Result;
use rustc_hash::FxHashMap;
use stead_rules::Day;
use stead_rules::sharing::count::{Blocked, Count, Counted, Remedy, Seen, of_citizen};

use super::Output;
use super::groups::{Group, Groups};
use super::numbers::Numbers;
use super::unfold::{answer, field};
use crate::functions::{Rows, Texts, flags, rows_of, texts_of};
use crate::links::{Columns, columns_of};
use crate::prepared::Prepared;

/// The texts of a count: where, what is counted, and of what.
pub(crate) const TEXTS: [&str; 7] = ["place", "group", "measure", "what", "from", "to", "category"];

/// The columns of one bucket's counts.
pub(crate) fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let texts = TEXTS.map(|name| Field::new(name, DataType::Utf8, true));
        let counts = ["citizens", "links"].map(|name| Field::new(name, DataType::Int64, true));
        Arc::new(Schema::new(texts.into_iter().chain(counts).collect::<Vec<_>>()))
    });
    Arc::clone(&SCHEMA)
}

pub(super) struct Links {
    on: Day,
    texts: Numbers,
    counts: FxHashMap<(Group, Counted<u32>), Count>,
}

impl Links {
    pub(super) fn new(prepared: &Prepared) -> Self {
        Self { on: prepared.params.on, texts: Numbers::default(), counts: FxHashMap::default() }
    }
}

/// What of a batch is counted.
struct Batch<'a> {
    groups: Groups<'a>,
    links: Rows<'a>,
    from: Texts<'a>,
    to: Texts<'a>,
    category: Texts<'a>,
    open: &'a BooleanArray,
    why: Texts<'a>,
    clause: Texts<'a>,
}

impl<'a> Batch<'a> {
    fn new(batch: &'a RecordBatch) -> Result<Self> {
        let links = rows_of(field(answer(batch, "care")?, "sharing")?)?;
        Ok(Self {
            groups: Groups::new(batch)?,
            from: texts_of(links.column("from")?)?,
            to: texts_of(links.column("to")?)?,
            category: texts_of(links.column("category")?)?,
            open: flags(links.column("open")?)?,
            why: texts_of(links.column("why")?)?,
            clause: texts_of(links.column("clause")?)?,
            links,
        })
    }

    fn link(&self, at: usize, texts: &mut Numbers) -> Option<Seen<u32>> {
        let why = self.why.get(at)?;
        let open = self.open.is_valid(at) && self.open.value(at);
        let blocked = (!open).then(|| Blocked {
            why: texts.of(why),
            remedy: match Remedy::of(why) {
                Remedy::Clause => Remedy::Clause,
                Remedy::Citizen => Remedy::Citizen,
                // A clause is cited with its agreement first.
                Remedy::Signatures(()) => {
                    let cited = self.clause.get(at).and_then(|cite| cite.split_once(' '));
                    Remedy::Signatures(texts.of(cited.map_or("", |(agreement, _)| agreement)))
                }
            },
        });
        Some(Seen {
            from: texts.of(self.from.get(at)?),
            to: texts.of(self.to.get(at)?),
            category: texts.of(self.category.get(at)?),
            blocked,
        })
    }
}

impl Output for Links {
    fn schema(&self) -> SchemaRef {
        schema()
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        let of = Batch::new(batch)?;
        let mut groups = Vec::new();
        for row in (0..batch.num_rows()).filter(|row| !of.links.range(*row).is_empty()) {
            of.groups.of(row, self.on, &mut self.texts, &mut groups);
            let links = of.links.range(row).filter_map(|at| of.link(at, &mut self.texts)).collect::<Vec<_>>();
            for (what, links) in of_citizen(links) {
                for group in &groups {
                    let count = self.counts.entry((*group, what)).or_default();
                    count.citizens += 1;
                    count.links += links;
                }
            }
        }
        Ok(None)
    }

    fn finish(&mut self) -> Result<Option<RecordBatch>> {
        let texts = self.texts.texts();
        let text = |number: u32| texts.get(&number).copied().unwrap_or_default();
        let row = |(((place, group), what), count): (&(Group, Counted<u32>), &Count)| {
            (text(*place), text(*group), columns_of(*what, text), *count)
        };
        let mut rows: Vec<(&str, &str, Columns<'_>, Count)> = self.counts.iter().map(row).collect();
        rows.sort_unstable_by_key(|row| (row.0, row.1, row.2));
        let of = |of: fn(&(&str, &str, Columns<'_>, Count)) -> u64| -> ArrayRef {
            Arc::new(rows.iter().map(|row| i64::try_from(of(row)).ok()).collect::<Int64Array>())
        };
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(rows.iter().map(|row| Some(row.0)).collect::<StringArray>()),
            Arc::new(rows.iter().map(|row| Some(row.1)).collect::<StringArray>()),
        ];
        columns.extend((0..TEXTS.len() - 2).map(|at| -> ArrayRef {
            Arc::new(rows.iter().map(|row| row.2.get(at).copied().flatten()).collect::<StringArray>())
        }));
        columns.extend([of(|row| row.3.citizens), of(|row| row.3.links)]);
        Ok(Some(RecordBatch::try_new(schema(), columns)?))
    }
}
