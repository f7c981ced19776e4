//! `provider_pair_of_bucket`: which providers share citizens of a bucket, and how many.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Result;
use rustc_hash::FxHashMap;

use super::Output;
use super::numbers::Numbers;
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
    numbers: Numbers,
    counts: FxHashMap<(u32, u32), i64>,
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
                around.push(self.numbers.of(provider));
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
        let names = self.numbers.texts();
        let name = |number: u32| names.get(&number).copied().unwrap_or_default();
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
