//! A table whose rows a plan gives as they are.

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use stead_tables::Table;

use super::Output;

pub(super) struct Plain(SchemaRef);

impl Plain {
    pub(super) fn new(table: &Table) -> Self {
        Self(table.schema())
    }
}

impl Output for Plain {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.0)
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        Ok(Some(batch.clone()))
    }
}
