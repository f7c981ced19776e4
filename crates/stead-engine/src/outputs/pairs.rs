//! `provider_pair_of_bucket`: which providers share citizens of a bucket, and how many.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};
use rustc_hash::FxHashMap;

use super::Output;
use super::unfold::{answer, field};
use crate::functions::{lists_of_texts, rows_of};

/// The columns of one bucket's counts.
pub(crate) fn schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![text("first"), text("second"), Field::new("patients", DataType::Int64, true)]))
}

/// The pairs counted so far, by numbers given to providers in the order in which they come up.
#[derive(Default)]
pub(super) struct Pairs {
    numbers: FxHashMap<String, u32>,
    counts: FxHashMap<(u32, u32), i64>,
}

impl Pairs {
    fn number(&mut self, provider: &str) -> u32 {
        if let Some(number) = self.numbers.get(provider) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(provider.to_owned(), number);
        number
    }
}

impl Output for Pairs {
    fn schema(&self) -> SchemaRef {
        schema()
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        let rows = rows_of(field(answer(batch, "care")?, "fragmentation")?)?;
        let providers = lists_of_texts(rows.column("around")?)?;
        let mut around = Vec::new();
        for row in rows.all() {
            around.clear();
            for provider in providers.get(row) {
                around.push(self.number(provider));
            }
            for (at, &one) in around.iter().enumerate() {
                for &other in around.iter().skip(at + 1) {
                    *self.counts.entry((one.min(other), one.max(other))).or_default() += 1;
                }
            }
        }
        Ok(None)
    }

    fn finish(&mut self) -> Result<Option<RecordBatch>> {
        let mut names = vec![""; self.numbers.len()];
        for (name, &number) in &self.numbers {
            let place = usize::try_from(number).ok().and_then(|at| names.get_mut(at));
            *place.ok_or_else(|| internal_datafusion_err!("a provider without a number"))? = name;
        }
        let name = |number: u32| usize::try_from(number).ok().and_then(|at| names.get(at)).copied().unwrap_or("");
        let mut pairs: Vec<(&str, &str, i64)> = self
            .counts
            .iter()
            .map(|(&(one, other), &count)| (name(one).min(name(other)), name(one).max(name(other)), count))
            .collect();
        pairs.sort_unstable();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(pairs.iter().map(|pair| Some(pair.0)).collect::<StringArray>()),
            Arc::new(pairs.iter().map(|pair| Some(pair.1)).collect::<StringArray>()),
            Arc::new(pairs.iter().map(|pair| pair.2).collect::<Int64Array>()),
        ];
        Ok(Some(RecordBatch::try_new(schema(), columns)?))
    }
}
