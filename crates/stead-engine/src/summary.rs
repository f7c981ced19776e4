//! What of the summary's counts may be shown: small numbers suppressed, and those that would give them away.

mod shown;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::disclosure::{Rule, mean};

use crate::passes::summary::{self as passes, Cut};
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

/// What each mean is a sum of and taken over, and to how many decimals it is shown beside rounded counts. A mean of whole
/// numbers with more than one would tell of how many people it is, although their number was rounded.
///
/// Of fragmentation it is over those who have one; nobody met counts as no organisation.
const MEANS: [(&str, &str, &str, u8); 2] =
    [("mean_fragmentation", "fragmentation", "fragmented", 2), ("mean_organisations", "organisations", "citizens", 1)];

/// The table `summary`, sorted.
pub(crate) async fn summary(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<RecordBatch> {
    let rule =
        Rule { suppress_max: prepared.params.suppress_max.into(), round_to: prepared.params.round_to.max(1).into() };
    let (mut counts, mut means) = (BTreeMap::new(), BTreeMap::new());
    for batch in passes::counts(tables).await?.collect().await? {
        read(&batch, &mut counts, &mut means)?;
    }
    let nests = nests(&prepared.definitions.areas);
    let mut figures = Vec::new();
    for (place, mut counts) in counts {
        // What is kept back to protect another count depends on their order, and must not change from run to run.
        counts.sort_by(|a, b| (a.key(), &a.need, &a.measure).cmp(&(b.key(), &b.need, &b.measure)));
        let judged = shown(&rule, counts, &nests);
        let means = means.remove(&place).unwrap_or_default();
        let members: HashMap<_, _> =
            judged.iter().filter(|(it, _)| it.need.is_none()).map(|(it, shown)| (it.key(), *shown)).collect();
        for (measure, _, _, decimals) in MEANS {
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

/// Reads exact counts, by place.
fn read(
    batch: &RecordBatch,
    counts: &mut BTreeMap<String, Vec<Count>>,
    means: &mut BTreeMap<String, Vec<Mean>>,
) -> Result<()> {
    let text = |name: &str| texts(batch, name);
    let (places, groups, cuts, parts) = (text("place")?, text("group")?, text("cut")?, text("part")?);
    let (needs, statuses, citizens) = (text("need")?, text("status")?, column(batch, "citizens")?);
    for row in 0..batch.num_rows() {
        let (place, group, part) = (value(&places, row), value(&groups, row), value(&parts, row));
        let cut = Cut::of(&value(&cuts, row)).ok_or_else(|| internal_datafusion_err!("no such cut"))?;
        let need = Some(value(&needs, row)).filter(|_| needs.is_valid(row));
        let measure = if need.is_some() { value(&statuses, row) } else { MEMBERS.to_owned() };
        if need.is_none() {
            for (measure, sum, over, _) in MEANS {
                let (sum, over) = (real(column(batch, sum)?, row)?, whole(column(batch, over)?, row));
                if over > 0 {
                    let (group, part, exact) = (group.clone(), part.clone(), sum / over as f64);
                    let mean = Mean { group, cut, part, measure, citizens: over, exact };
                    means.entry(place.clone()).or_default().push(mean);
                }
            }
        }
        let count = Count { group, cut, part, need, measure, citizens: whole(citizens, row) };
        counts.entry(place).or_default().push(count);
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
    crate::outputs::table_batch("summary", columns)
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

fn whole(numbers: &ArrayRef, row: usize) -> u64 {
    let numbers = numbers.as_primitive_opt::<Int64Type>();
    numbers
        .filter(|numbers| numbers.is_valid(row))
        .and_then(|numbers| u64::try_from(numbers.value(row)).ok())
        .unwrap_or(0)
}

/// The number of a row, whole or not.
fn real(numbers: &ArrayRef, row: usize) -> Result<f64> {
    let numbers = cast(&numbers.slice(row, 1), &DataType::Float64)?;
    let numbers = numbers.as_primitive_opt::<Float64Type>();
    Ok(numbers.filter(|numbers| numbers.is_valid(0)).map_or(0.0, |numbers| numbers.value(0)))
}
