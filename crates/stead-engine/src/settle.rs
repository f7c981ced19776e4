//! A settlement: what clauses count, bucket by bucket, and, once it is known what they pay, what of it was for whom.
//!
//! Nobody holds all citizens: the sums of a bucket are small, and shares are split first over buckets, then over the
//! citizens of each, both by the largest remainder. So the shares of all citizens add up to what was paid.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray, Date32Array, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
};
use datafusion::common::{Result, internal_datafusion_err};
use futures::{StreamExt, TryStreamExt, stream};
use stead_rules::Minor;
use stead_rules::money::{Exact, allocate};
use stead_rules::reckoning::{Entry, Reckoning, Sums, Tallies, share_weight};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::functions::reckoned::{ReckonedRows, add_up};
use crate::location::Location;
use crate::outputs::table_batch;
use crate::passes::reckoned::{facts, reckoned};
use crate::prepared::Prepared;
use crate::tables::{Files, Tables};
use crate::wait::Wait;
use crate::write::TableFile;

/// What to settle, and by whom it is computed.
#[derive(Clone)]
pub struct Settlement {
    /// Definitions, and the time: [`crate::Params::settled`].
    pub prepared: Arc<Prepared>,
    /// The files of each bucket: the lake's, and the run's memberships and needs.
    pub buckets: Vec<Files>,
    /// How many buckets are computed at once.
    pub threads: usize,
    /// Who runs the plans.
    pub engine: Arc<dyn Engine>,
}

/// What was paid by a clause to an organisation, both by number.
pub type Amounts = BTreeMap<(usize, usize), Minor>;

/// What was paid for a citizen: a row of `citizen_payment`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CitizenPayment {
    /// For whom.
    pub citizen: String,
    /// By which clause, by number.
    pub term: usize,
    /// To whom, by number.
    pub organisation: usize,
    /// What counted, in words.
    pub counted: String,
    /// How much.
    pub amount: Minor,
    /// The records that show it.
    pub records: Vec<String>,
    /// Why she counts as theirs, and on which days.
    pub why: Vec<String>,
}

impl Settlement {
    /// What clauses count in each bucket. To be called within a Tokio runtime of several threads.
    ///
    /// # Errors
    /// When a plan fails.
    pub fn sums(&self) -> Wait<'static, Vec<Sums>> {
        let settlement = self.clone();
        Box::pin(async move {
            let each = |files: &Files| {
                let (settlement, files) = (settlement.clone(), files.clone());
                tokio::spawn(async move { settlement.sums_of(&files).await })
            };
            let tasks: Vec<_> = settlement.buckets.iter().collect();
            let sums = stream::iter(tasks).map(each).buffered(settlement.threads.max(1));
            let sums = sums.map(|sums| sums.map_err(|error| EngineError::Stopped(error.to_string()))?);
            sums.try_collect().await
        })
    }

    async fn sums_of(&self, files: &Files) -> Result<Sums, EngineError> {
        if files.of("citizen").is_empty() {
            return Ok(Sums::default());
        }
        let context = self.engine.one_bucket();
        let plan = facts(&Tables::new(&context, files)?, &self.prepared, false).await?;
        let mut batches = plan.execute_stream().await?;
        let mut tallies = Tallies::default();
        while let Some(batch) = batches.try_next().await? {
            add_up(&self.prepared, &batch, &mut tallies)?;
        }
        Ok(tallies.finish())
    }

    /// What of each amount is for the citizens of each bucket. `sums` are those of all buckets, as [`Settlement::sums`] gives
    /// them.
    ///
    /// # Errors
    /// When amounts cannot be split.
    pub fn parts(&self, amounts: &Amounts, sums: &[Sums]) -> Result<Vec<Amounts>, EngineError> {
        let reckoning = self.reckoning()?;
        let mut parts = vec![Amounts::new(); sums.len()];
        for (pair, amount) in amounts {
            let weights = sums.iter().map(|sums| weight_of(reckoning, sums, *pair));
            let weights: Option<Vec<(usize, Exact)>> =
                weights.enumerate().map(|(bucket, weight)| Some((bucket, weight?))).collect();
            let weights = weights.ok_or_else(too_large)?;
            let split = split(*amount, &weights).ok_or_else(too_large)?;
            for (bucket, part) in split {
                parts.get_mut(bucket).and_then(|parts| parts.insert(*pair, part));
            }
        }
        Ok(parts)
    }

    /// What of a bucket's parts, as [`Settlement::parts`] gives them, was for whom, in order of citizen, clause and organisation.
    ///
    /// # Errors
    /// When a plan fails, or amounts cannot be split.
    pub fn shares<'a>(&'a self, parts: &'a Amounts, bucket: usize) -> Wait<'a, Vec<CitizenPayment>> {
        Box::pin(async move {
            let Some(files) = self.buckets.get(bucket) else { return Ok(Vec::new()) };
            Ok(self.shares_of(files, parts).await?)
        })
    }

    async fn shares_of(&self, files: &Files, parts: &Amounts) -> Result<Vec<CitizenPayment>> {
        if files.of("citizen").is_empty() {
            return Ok(Vec::new());
        }
        let reckoning = self.reckoning().map_err(|error| internal_datafusion_err!("{error}"))?;
        let context = self.engine.one_bucket();
        let plan = reckoned(&Tables::new(&context, files)?, &self.prepared).await?;
        let mut batches = plan.execute_stream().await?;
        let (mut entries, mut found) = (Vec::new(), Vec::new());
        let mut weights: BTreeMap<(usize, usize), Vec<(usize, Exact)>> = BTreeMap::new();
        while let Some(batch) = batches.try_next().await? {
            let citizens = column(&batch, "citizen")?.as_string_opt::<i32>();
            let citizens = citizens.ok_or_else(|| internal_datafusion_err!("citizens are not texts"))?;
            let rows = ReckonedRows::of(column(&batch, "reckoned")?)?;
            for row in 0..batch.num_rows() {
                rows.entries(row, &mut entries)?;
                let told = (rows.records(row), rows.why(row));
                for (payment, weight) in payments(reckoning, citizens.value(row), &entries, &told) {
                    let weight = weight.ok_or_else(|| internal_datafusion_err!("a share that is too large"))?;
                    weights.entry((payment.term, payment.organisation)).or_default().push((found.len(), weight));
                    found.push(payment);
                }
            }
        }
        for (pair, part) in parts {
            let theirs = weights.get(pair).map(Vec::as_slice).unwrap_or_default();
            let shares = split(*part, theirs).ok_or_else(|| internal_datafusion_err!("a share that is too large"))?;
            for (at, share) in shares {
                found.get_mut(at).into_iter().for_each(|payment| payment.amount = share);
            }
        }
        let place = |payment: &CitizenPayment| {
            let clause = reckoning.terms().get(payment.term).map(|term| term.clause.to_string());
            (clause, reckoning.organisation_id(payment.organisation).cloned())
        };
        // Citizens are in order already; the sort is stable.
        found.sort_by_cached_key(|payment| (payment.citizen.clone(), place(payment)));
        Ok(found)
    }

    /// Writes the payments of a bucket's citizens as the table `citizen_payment`; gives the number of rows.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write<'a>(&'a self, payments: &'a [CitizenPayment], to: &'a Location) -> Wait<'a, u64> {
        Box::pin(async move {
            let context = self.engine.one_bucket();
            let batch = batch(self.reckoning()?, payments)?;
            let mut file = TableFile::create(&context.runtime_env(), to, batch.schema())?;
            file.add(&batch).await?;
            Ok(file.finish().await?)
        })
    }

    fn reckoning(&self) -> Result<&Reckoning, EngineError> {
        let none = || EngineError::Stopped("nothing is settled".to_owned());
        self.prepared.reckoning.as_ref().ok_or_else(none)
    }
}

/// An amount split by weights. Nobody has a part in what was paid for nobody's records: a floor, or a fixed sum for work that
/// was not done.
fn split(amount: Minor, weights: &[(usize, Exact)]) -> Option<Vec<(usize, Minor)>> {
    if weights.iter().all(|(_, weight)| *weight == Exact::ZERO) {
        return Some(Vec::new());
    }
    allocate(amount, weights)
}

fn too_large() -> EngineError {
    EngineError::Stopped("a share is larger than can be counted".to_owned())
}

fn weight_of(reckoning: &Reckoning, sums: &Sums, (term, organisation): (usize, usize)) -> Option<Exact> {
    let Some(of) = reckoning.terms().get(term) else { return Some(Exact::ZERO) };
    let key = |unit| stead_rules::reckoning::Key { term, organisation, unit };
    let weights = sums.of(term, organisation).filter_map(|(unit, tally)| share_weight(of, key(unit), tally.count));
    weights.map(Some).try_fold(Exact::ZERO, |sum, weight| sum.plus(weight?))
}

/// A citizen's payments, without amounts yet, each with what it weighs among others.
fn payments<'a>(
    reckoning: &'a Reckoning,
    citizen: &'a str,
    entries: &'a [Entry],
    (records, why): &'a (Vec<Vec<String>>, Vec<Vec<String>>),
) -> impl Iterator<Item = (CitizenPayment, Option<Exact>)> {
    let pair = |entry: &Entry| (entry.key.term, entry.key.organisation);
    let same = move |one: &Entry, other: &Entry| pair(one) == pair(other);
    let mut from = 0;
    entries.chunk_by(same).filter_map(move |chunk| {
        let to = from + chunk.len();
        let shown = records.get(from..to).unwrap_or_default().concat();
        let why = why.get(from..to).unwrap_or_default().concat();
        from = to;
        let (term, organisation) = pair(chunk.first()?);
        let counted = reckoning.words(chunk.iter());
        // Only compared with the time before, or only on a list: nothing was paid for that.
        if counted.is_empty() {
            return None;
        }
        let of = reckoning.terms().get(term)?;
        let weights = chunk.iter().filter_map(|entry| share_weight(of, entry.key, i128::from(entry.count)));
        let weight = weights.map(Some).try_fold(Exact::ZERO, |sum, weight| sum.plus(weight?));
        let mut records = shown;
        records.sort_unstable();
        records.dedup();
        let citizen = citizen.to_owned();
        Some((CitizenPayment { citizen, term, organisation, counted, amount: Minor::ZERO, records, why }, weight))
    })
}

fn batch(reckoning: &Reckoning, payments: &[CitizenPayment]) -> Result<RecordBatch> {
    let term = |payment: &CitizenPayment| reckoning.terms().get(payment.term);
    let text = |of: &dyn Fn(&CitizenPayment) -> Option<String>| -> ArrayRef {
        Arc::new(payments.iter().map(of).collect::<StringArray>())
    };
    let day = |of: fn(stead_rules::Period) -> stead_rules::Day| -> ArrayRef {
        let days = payments.iter().map(|payment| term(payment).map(|term| of(term.time).epoch_days()));
        Arc::new(days.collect::<Date32Array>())
    };
    let texts = |of: fn(&CitizenPayment) -> &[String]| -> ArrayRef {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for payment in payments {
            of(payment).iter().for_each(|text| lists.values().append_value(text));
            lists.append(true);
        }
        Arc::new(lists.finish())
    };
    let columns: Vec<ArrayRef> = vec![
        text(&|payment| Some(payment.citizen.clone())),
        text(&|payment| Some(term(payment)?.clause.to_string())),
        text(&|payment| Some(reckoning.organisation_id(payment.organisation)?.to_string())),
        text(&|payment| Some(term(payment)?.payer.to_string())),
        day(|time| time.from),
        day(|time| time.to),
        text(&|payment| Some(payment.counted.clone())),
        Arc::new(payments.iter().map(|payment| payment.amount.0).collect::<Int64Array>()),
        text(&|_| Some(reckoning.currency().to_owned())),
        texts(|payment| &payment.records),
        texts(|payment| &payment.why),
    ];
    table_batch("citizen_payment", columns)
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| internal_datafusion_err!("no column `{name}` was reckoned"))
}
