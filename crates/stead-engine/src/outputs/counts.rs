//! `count_of_bucket`: the members of places on the day of the run, their needs and the scatter of their care, counted by
//! place, group and cut.
//!
//! A citizen lies in one bucket, so the counts of buckets add up. They are exact: [`crate::summary`] decides what of them may
//! be shown.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};
use rustc_hash::FxHashMap;
use stead_rules::Day;

use super::Output;
use super::groups::{Group, Groups, person};
use super::numbers::Numbers;
use super::unfold::{answer, field};
use crate::functions::{Rows, TextLists, Texts, lists_of_texts, numbers, rows_of, texts_of};
use crate::passes::summary::{CUTS, Cut};
use crate::prepared::Prepared;

/// The columns of one bucket's counts: of members where there is no need, and otherwise of those with a need in a status.
pub(crate) fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let field = |name: &str, of: DataType| Field::new(name, of, true);
        let texts = ["place", "group", "cut", "part", "need", "status"].map(|name| field(name, DataType::Utf8));
        let counts = ["citizens", "fragmented", "organisations"].map(|name| field(name, DataType::Int64));
        let sum = field("fragmentation", DataType::Float64);
        Arc::new(Schema::new(texts.into_iter().chain(counts).chain([sum]).collect::<Vec<_>>()))
    });
    Arc::clone(&SCHEMA)
}

/// The part of somebody of whom that is not known.
const UNKNOWN: &str = "unknown";

/// Place, group, cut and part, the texts by number.
type Key = (u32, u32, Cut, u32);

/// What is counted of the members of a part.
#[derive(Default)]
struct Tally {
    citizens: i64,
    /// How many are scattered over enough contacts to say how far, and the sum of that.
    fragmented: i64,
    fragmentation: f64,
    /// The sum of distinct organisations.
    organisations: i64,
    /// By need and status.
    needs: FxHashMap<(u32, u32), i64>,
}

pub(super) struct Counts {
    on: Day,
    texts: Numbers,
    tallies: FxHashMap<Key, Tally>,
}

impl Counts {
    pub(super) fn new(prepared: &Prepared) -> Self {
        Self { on: prepared.params.on, texts: Numbers::default(), tallies: FxHashMap::default() }
    }

    /// Counts a member once in each group of each place.
    fn member(&mut self, groups: &[Group], parts: &[(Cut, u32)], needs: &[(u32, u32)], care: Scatter) {
        for &(place, group) in groups {
            for &(cut, part) in parts {
                let tally = self.tallies.entry((place, group, cut, part)).or_default();
                tally.citizens += 1;
                tally.fragmented += i64::from(care.fragmentation.is_some());
                tally.fragmentation += care.fragmentation.unwrap_or(0.0);
                tally.organisations += care.organisations;
                for &need in needs {
                    *tally.needs.entry(need).or_default() += 1;
                }
            }
        }
    }
}

/// A row: place, group, cut and part; need and status; citizens; and of members the sums.
type Row<'a> = ([&'a str; 4], Option<(&'a str, &'a str)>, i64, Option<&'a Tally>);

/// How scattered a citizen's care is.
#[derive(Clone, Copy, Default)]
struct Scatter {
    fragmentation: Option<f64>,
    organisations: i64,
}

/// What of a batch is counted.
struct Batch<'a> {
    groups: Groups<'a>,
    area: TextLists<'a>,
    fifth: &'a Int32Array,
    age_band: Texts<'a>,
    sex: Texts<'a>,
    needs: Rows<'a>,
    need: Texts<'a>,
    status: Texts<'a>,
    scatter: Rows<'a>,
    fragmentation: &'a Float64Array,
    organisations: &'a Int32Array,
}

impl<'a> Batch<'a> {
    fn new(batch: &'a RecordBatch) -> Result<Self> {
        let (standing, care) = (answer(batch, "standing")?, answer(batch, "care")?);
        let needs = rows_of(field(care, "needs")?)?;
        let scatter = rows_of(field(care, "fragmentation")?)?;
        let person = person(standing)?;
        let whole = |column: &'a ArrayRef| {
            column.as_primitive_opt::<Int32Type>().ok_or_else(|| internal_datafusion_err!("no whole numbers"))
        };
        Ok(Self {
            groups: Groups::new(batch)?,
            area: lists_of_texts(field(person, "area")?)?,
            fifth: whole(field(person, "deprivation_fifth")?)?,
            age_band: texts_of(field(person, "age_band")?)?,
            sex: texts_of(field(person, "sex")?)?,
            need: texts_of(needs.column("need")?)?,
            status: texts_of(needs.column("status")?)?,
            needs,
            fragmentation: numbers(scatter.column("fragmentation")?)?,
            organisations: whole(scatter.column("organisations")?)?,
            scatter,
        })
    }

    /// The parts that a citizen counts in.
    fn parts(&self, row: usize, texts: &mut Numbers, parts: &mut Vec<(Cut, u32)>) {
        for cut in CUTS {
            match cut {
                Cut::All => parts.push((cut, texts.of("all"))),
                Cut::Area => self.area.get(row).for_each(|area| parts.push((cut, texts.of(area)))),
                Cut::DeprivationFifth => {
                    let fifth = self.fifth.is_valid(row).then(|| self.fifth.value(row).to_string());
                    parts.push((cut, texts.of(fifth.as_deref().unwrap_or(UNKNOWN))));
                }
                Cut::AgeBand => parts.push((cut, texts.of(self.age_band.get(row).unwrap_or(UNKNOWN)))),
                Cut::Sex => parts.push((cut, texts.of(self.sex.get(row).unwrap_or(UNKNOWN)))),
            }
        }
    }

    fn scatter(&self, row: usize) -> Scatter {
        let Some(at) = self.scatter.range(row).next() else { return Scatter::default() };
        let fragmentation = self.fragmentation.is_valid(at).then(|| self.fragmentation.value(at));
        let organisations = if self.organisations.is_valid(at) { self.organisations.value(at) } else { 0 };
        Scatter { fragmentation, organisations: organisations.into() }
    }
}

impl Output for Counts {
    fn schema(&self) -> SchemaRef {
        schema()
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        let of = Batch::new(batch)?;
        let (mut groups, mut parts, mut needs) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..batch.num_rows() {
            of.groups.of(row, self.on, &mut self.texts, &mut groups);
            if groups.is_empty() {
                continue;
            }
            parts.clear();
            of.parts(row, &mut self.texts, &mut parts);
            needs.clear();
            for at in of.needs.range(row) {
                let (Some(need), Some(status)) = (of.need.get(at), of.status.get(at)) else { continue };
                needs.push((self.texts.of(need), self.texts.of(status)));
            }
            self.member(&groups, &parts, &needs, of.scatter(row));
        }
        Ok(None)
    }

    fn finish(&mut self) -> Result<Option<RecordBatch>> {
        let texts = self.texts.texts();
        let text = |number: u32| texts.get(&number).copied().unwrap_or_default();
        let mut rows: Vec<Row<'_>> = Vec::new();
        for ((place, group, cut, part), tally) in &self.tallies {
            let key = [text(*place), text(*group), cut.word(), text(*part)];
            rows.push((key, None, tally.citizens, Some(tally)));
            let needs = tally.needs.iter();
            rows.extend(needs.map(|((need, status), count)| (key, Some((text(*need), text(*status))), *count, None)));
        }
        rows.sort_unstable_by_key(|(key, need, ..)| (*key, *need));
        let key = |at: usize| -> ArrayRef {
            Arc::new(rows.iter().map(|row| row.0.get(at).copied()).collect::<StringArray>())
        };
        let whole = |of: fn(&Tally) -> i64| -> ArrayRef {
            Arc::new(rows.iter().map(|row| row.3.map(of)).collect::<Int64Array>())
        };
        let columns = vec![
            key(0),
            key(1),
            key(2),
            key(3),
            Arc::new(rows.iter().map(|row| row.1.map(|(need, _)| need)).collect::<StringArray>()),
            Arc::new(rows.iter().map(|row| row.1.map(|(_, status)| status)).collect::<StringArray>()),
            Arc::new(rows.iter().map(|row| Some(row.2)).collect::<Int64Array>()),
            whole(|tally| tally.fragmented),
            whole(|tally| tally.organisations),
            Arc::new(rows.iter().map(|row| row.3.map(|tally| tally.fragmentation)).collect::<Float64Array>()),
        ];
        Ok(Some(RecordBatch::try_new(schema(), columns)?))
    }
}
