//! What of the summary's counts may be shown: small numbers suppressed, and those that would give them away.

mod shown;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::disclosure::{Rule, mean};

use crate::functions::standing::EVERYONE;
use crate::passes::summary::{CUTS, Cut, member_counts, need_counts, scatter};
use crate::prepared::Prepared;
use crate::summary::shown::{Count, Key, MEMBERS, means_kept_back, nests, shown};
use crate::tables::Tables;

/// A number about the members of a part.
struct Figure {
    place: String,
    group: String,
    cut: Cut,
    part: String,
    measure: String,
    need: Option<String>,
    value: Option<f64>,
    shown: String,
}

impl Figure {
    /// Its place in the table's order.
    fn key(&self) -> (&str, &str, &str, &str, &str, Option<&str>) {
        (&self.place, &self.group, self.cut.word(), &self.part, &self.measure, self.need.as_deref())
    }
}

/// A mean, and over how many people it is taken.
struct Mean {
    group: String,
    cut: Cut,
    part: String,
    measure: &'static str,
    citizens: u64,
    exact: f64,
}

impl Mean {
    fn key(&self) -> Key<'_> {
        (&self.group, self.cut, &self.part)
    }
}

/// What each mean is taken over, and to how many decimals it is shown beside rounded counts. A mean of whole numbers with
/// more than one would tell of how many people it is, although their number was rounded.
const MEANS: [(&str, &str, u8); 2] = [("mean_fragmentation", "fragmented", 2), ("mean_organisations", "citizens", 1)];

/// The table `summary`, sorted.
pub(crate) async fn summary(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<RecordBatch> {
    let rule =
        Rule { suppress_max: prepared.params.suppress_max.into(), round_to: prepared.params.round_to.max(1).into() };
    let mut counts: BTreeMap<String, Vec<Count>> = BTreeMap::new();
    let mut means: BTreeMap<String, Vec<Mean>> = BTreeMap::new();
    for (cut, everyone) in CUTS.into_iter().flat_map(|cut| [(cut, false), (cut, true)]) {
        for batch in member_counts(tables, prepared, cut, everyone).await?.collect().await? {
            let citizens = whole_numbers(&batch, "citizens")?;
            each_part(&batch, everyone, |row, place, group, part| {
                let citizens = whole(&citizens, row);
                let count = Count { group, cut, part, need: None, measure: MEMBERS.to_owned(), citizens };
                counts.entry(place).or_default().push(count);
            })?;
        }
        for batch in need_counts(tables, prepared, cut, everyone).await?.collect().await? {
            let (needs, statuses) = (texts(&batch, "need")?, texts(&batch, "status")?);
            let citizens = whole_numbers(&batch, "citizens")?;
            each_part(&batch, everyone, |row, place, group, part| {
                let (need, measure) = (Some(value(&needs, row)), value(&statuses, row));
                let count = Count { group, cut, part, need, measure, citizens: whole(&citizens, row) };
                counts.entry(place).or_default().push(count);
            })?;
        }
        for batch in scatter(tables, prepared, cut, everyone).await?.collect().await? {
            for (measure, over, _) in MEANS {
                let (exact, citizens) = (column(&batch, measure)?, whole_numbers(&batch, over)?);
                let exact = exact.as_primitive_opt::<Float64Type>();
                let exact = exact.ok_or_else(|| internal_datafusion_err!("no means"))?;
                each_part(&batch, everyone, |row, place, group, part| {
                    if exact.is_valid(row) {
                        let (citizens, exact) = (whole(&citizens, row), exact.value(row));
                        let mean = Mean { group, cut, part, measure, citizens, exact };
                        means.entry(place).or_default().push(mean);
                    }
                })?;
            }
        }
    }
    let nests = nests(&prepared.definitions.areas);
    let mut figures = Vec::new();
    for (place, counts) in counts {
        let judged = shown(&rule, counts, &nests);
        let means = means.remove(&place).unwrap_or_default();
        let members: HashMap<_, _> =
            judged.iter().filter(|(it, _)| it.need.is_none()).map(|(it, shown)| (it.key(), *shown)).collect();
        for (measure, _, decimals) in MEANS {
            let of_measure = || means.iter().filter(|mean| mean.measure == measure);
            let scarce: HashSet<Key<'_>> = of_measure()
                .filter(|mean| rule.shown(mean.citizens).value().is_none())
                .filter_map(|mean| members.get_key_value(&mean.key()).map(|(key, _)| *key))
                .collect();
            let kept_back = means_kept_back(&rule, &judged, &scarce, &nests);
            for of in of_measure() {
                // Rounded once, so that the number and the text agree.
                let decimals = if rule.round_to > 1 { decimals } else { 2 };
                let steps = 10_f64.powi(decimals.into());
                let exact = (of.exact * steps).round() / steps;
                let shown = mean(rule.shown(of.citizens), exact).filter(|_| !kept_back.contains(&of.key()));
                figures.push(Figure {
                    place: place.clone(),
                    group: of.group.clone(),
                    cut: of.cut,
                    part: of.part.clone(),
                    measure: measure.replace('_', "-"),
                    need: None,
                    value: shown,
                    shown: shown.map_or_else(|| "*".to_owned(), |mean| format!("{mean:.0$}", usize::from(decimals))),
                });
            }
        }
        figures.extend(judged.into_iter().map(|(count, shown)| Figure {
            place: place.clone(),
            group: count.group,
            cut: count.cut,
            part: count.part,
            measure: count.measure,
            need: count.need,
            value: shown.value().map(|number| number as f64),
            shown: shown.to_string(),
        }));
    }
    batch(figures)
}

/// Calls `each` with row, place, group and part of every row; a place's own group of everybody counts only once.
fn each_part(batch: &RecordBatch, everyone: bool, mut each: impl FnMut(usize, String, String, String)) -> Result<()> {
    let (places, groups, parts) = (texts(batch, "place")?, texts(batch, "group")?, texts(batch, "part")?);
    for row in 0..batch.num_rows() {
        let group = value(&groups, row);
        if everyone || group != EVERYONE {
            each(row, value(&places, row), group, value(&parts, row));
        }
    }
    Ok(())
}

fn batch(mut figures: Vec<Figure>) -> Result<RecordBatch> {
    figures.sort_by(|a, b| a.key().cmp(&b.key()));
    let text =
        |of: fn(&Figure) -> Option<&str>| -> ArrayRef { Arc::new(figures.iter().map(of).collect::<StringArray>()) };
    let columns: Vec<ArrayRef> = vec![
        text(|it| Some(&it.place)),
        text(|it| Some(&it.group)),
        text(|it| Some(it.cut.word())),
        text(|it| Some(&it.part)),
        text(|it| Some(&it.measure)),
        text(|it| it.need.as_deref()),
        Arc::new(figures.iter().map(|it| it.value).collect::<Float64Array>()),
        text(|it| Some(&it.shown)),
    ];
    let schema = crate::outputs::known("summary")?.schema();
    let columns = schema.fields().iter().zip(columns).map(|(field, column)| Ok(cast(&column, field.data_type())?));
    Ok(RecordBatch::try_new(schema.clone(), columns.collect::<Result<Vec<_>>>()?)?)
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| internal_datafusion_err!("no column `{name}` in the counts"))
}

fn texts(batch: &RecordBatch, name: &str) -> Result<ArrayRef> {
    Ok(cast(column(batch, name)?, &DataType::Utf8)?)
}

fn value(texts: &ArrayRef, row: usize) -> String {
    let texts = texts.as_string_opt::<i32>();
    texts.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row).to_owned()).unwrap_or_default()
}

fn whole_numbers(batch: &RecordBatch, name: &str) -> Result<ArrayRef> {
    Ok(cast(column(batch, name)?, &DataType::Int64)?)
}

fn whole(numbers: &ArrayRef, row: usize) -> u64 {
    let numbers = numbers.as_primitive_opt::<Int64Type>();
    numbers
        .filter(|numbers| numbers.is_valid(row))
        .and_then(|numbers| u64::try_from(numbers.value(row)).ok())
        .unwrap_or(0)
}
