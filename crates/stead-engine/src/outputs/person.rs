//! `person`: one row for each citizen alive on the day of the run.

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::{Result, internal_datafusion_err};
use stead_tables::Table;

use super::Output;
use super::unfold::{answer, answer_column, field};
use crate::functions::flags;

pub(super) struct Persons(SchemaRef);

impl Persons {
    pub(super) fn new(table: &Table) -> Self {
        Self(table.schema())
    }
}

impl Output for Persons {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.0)
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        let person = field(answer(batch, "standing")?, "person")?.as_struct_opt();
        let person = person.ok_or_else(|| internal_datafusion_err!("`person` has no parts"))?;
        let column = |name: &str| match name {
            "citizen" => answer_column(batch, name),
            _ => field(person, name),
        };
        let columns = self.0.fields().iter().map(|field| column(field.name()).cloned()).collect::<Result<_>>()?;
        let everybody = RecordBatch::try_new(SchemaRef::clone(&self.0), columns)?;
        let alive = filter_record_batch(&everybody, flags(field(person, "alive")?)?)?;
        Ok(Some(alive).filter(|alive| alive.num_rows() > 0))
    }
}
