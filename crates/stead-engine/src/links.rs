//! What of the counts of links may be shown: [`stead_rules::sharing::count::shown`] says, here rows become its counts and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::disclosure::Rule;
use stead_rules::sharing::count::{Count, Counted, shown};

use crate::outputs::{LINK_TEXTS, table_batch};
use crate::passes::links::counts;
use crate::prepared::Prepared;
use crate::tables::Tables;

/// What is counted, as columns say it: the measure, by what (what blocks it, or the agreement), from whom, to whom, category.
pub(crate) type Columns<'a> = [Option<&'a str>; 5];

/// What is counted, in columns.
pub(crate) fn columns_of<'a, T>(what: Counted<T>, text: impl Fn(T) -> &'a str) -> Columns<'a> {
    match what {
        Counted::All => [Some("all"), None, None, None, None],
        Counted::Open => [Some("open"), None, None, None, None],
        Counted::Blocked => [Some("blocked"), None, None, None, None],
        Counted::By(why) => [Some("blocked-by"), Some(text(why)), None, None, None],
        Counted::OneClause(from, to, category) => {
            [Some("one-clause"), None, Some(text(from)), Some(text(to)), Some(text(category))]
        }
        Counted::Signatures(agreement) => [Some("signatures"), Some(text(agreement)), None, None, None],
    }
}

fn counted(columns: Columns<'_>) -> Option<Counted<&str>> {
    Some(match columns {
        [Some("all"), ..] => Counted::All,
        [Some("open"), ..] => Counted::Open,
        [Some("blocked"), ..] => Counted::Blocked,
        [Some("blocked-by"), Some(why), ..] => Counted::By(why),
        [Some("one-clause"), _, Some(from), Some(to), Some(category)] => Counted::OneClause(from, to, category),
        [Some("signatures"), Some(agreement), ..] => Counted::Signatures(agreement),
        _ => return None,
    })
}

/// A row of the table.
type Row<'a> = (&'a str, &'a str, Columns<'a>, Option<Count>);

/// The table `sharing_summary`, sorted.
pub(crate) async fn links(tables: &Tables<'_>, prepared: &Prepared) -> Result<RecordBatch> {
    let params = &prepared.params;
    let rule = Rule { suppress_max: params.suppress_max.into(), round_to: params.round_to.max(1).into() };
    let batches = counts(tables).await?.collect().await?;
    let read = batches.iter().map(Read::new).collect::<Result<Vec<_>>>()?;
    let mut by_group: BTreeMap<(&str, &str), BTreeMap<Counted<&str>, Count>> = BTreeMap::new();
    for read in &read {
        for row in 0..read.rows {
            let [place, group, measure, what, from, to, category] = read.texts(row);
            let what = counted([measure, what, from, to, category]);
            let what = what.ok_or_else(|| internal_datafusion_err!("a count of links counts nothing"))?;
            let counts = by_group.entry((place.unwrap_or_default(), group.unwrap_or_default())).or_default();
            counts.insert(what, read.count(row));
        }
    }
    let mut rows: Vec<Row<'_>> = Vec::new();
    for ((place, group), counts) in &by_group {
        let of_group = shown(&rule, counts).into_iter();
        rows.extend(of_group.map(|(what, count)| (*place, *group, columns_of(what, |text| text), count)));
    }
    rows.sort_unstable_by_key(|row| (row.0, row.1, row.2));
    batch(&rows)
}

/// The columns of a batch of counts.
struct Read {
    rows: usize,
    texts: Vec<ArrayRef>,
    citizens: ArrayRef,
    links: ArrayRef,
}

impl Read {
    fn new(batch: &RecordBatch) -> Result<Self> {
        let column = |name: &str, of: &DataType| {
            let column = batch.column_by_name(name);
            Ok(cast(column.ok_or_else(|| internal_datafusion_err!("no column `{name}` in the counts"))?, of)?)
        };
        Ok(Self {
            rows: batch.num_rows(),
            texts: LINK_TEXTS.iter().map(|name| column(name, &DataType::Utf8)).collect::<Result<_>>()?,
            citizens: column("citizens", &DataType::Int64)?,
            links: column("links", &DataType::Int64)?,
        })
    }

    fn texts(&self, row: usize) -> [Option<&str>; LINK_TEXTS.len()] {
        let mut texts = [None; LINK_TEXTS.len()];
        for (to, column) in texts.iter_mut().zip(&self.texts) {
            *to = column.as_string_opt::<i32>().filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row));
        }
        texts
    }

    fn count(&self, row: usize) -> Count {
        let number = |of: &ArrayRef| {
            let numbers = of.as_primitive_opt::<Int64Type>().filter(|numbers| numbers.is_valid(row));
            numbers.and_then(|numbers| u64::try_from(numbers.value(row)).ok()).unwrap_or_default()
        };
        Count { citizens: number(&self.citizens), links: number(&self.links) }
    }
}

fn batch(rows: &[Row<'_>]) -> Result<RecordBatch> {
    let text = |of: &dyn Fn(&Row<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    };
    let column = |at: usize| text(&move |row: &Row<'_>| row.2.get(at).copied().flatten().map(ToOwned::to_owned));
    let number = |of: fn(&Count) -> u64| -> ArrayRef {
        let numbers = rows.iter().map(|row| i64::try_from(of(row.3.as_ref()?)).ok());
        Arc::new(numbers.collect::<Int64Array>())
    };
    let columns: Vec<ArrayRef> = vec![
        text(&|row| Some(row.0.to_owned())),
        text(&|row| Some(row.1.to_owned())),
        column(0),
        column(1),
        column(2),
        column(3),
        column(4),
        number(|count| count.citizens),
        number(|count| count.links),
    ];
    table_batch("sharing_summary", columns)
}
