//! `scatter_of_bucket`: how scattered each citizen's care is, as far as the citizen's own records say; what depends on
//! other citizens is added once all buckets are counted.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Result;

use super::Output;
use super::unfold::Unfold;
use crate::functions::care::FRAGMENTATION;

/// The columns: the citizen's, and those of the nested row.
pub(crate) fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let citizen = Field::new("citizen", DataType::Utf8, false);
        let others = FRAGMENTATION.iter().map(|(name, kind)| Field::new(*name, kind.data_type(), true));
        Arc::new(Schema::new([citizen].into_iter().chain(others).collect::<Vec<_>>()))
    });
    Arc::clone(&SCHEMA)
}

pub(super) struct Scatter(Unfold);

impl Scatter {
    pub(super) fn new() -> Self {
        Self(Unfold::of(schema(), "care", "fragmentation"))
    }
}

impl Output for Scatter {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        self.0.add(batch)
    }
}
