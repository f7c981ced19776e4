//! How each table that a run writes is made from what a plan gives, batch by batch.
//!
//! A bucket's plan gives a row a citizen with all answers nested in it, and several tables are made from that one stream:
//! some by unfolding what is nested, some by counting over all citizens of the bucket. Any other plan gives a table's rows
//! as they are.

mod counts;
mod density;
mod groups;
mod links;
mod numbers;
mod pairs;
mod person;
mod plain;
mod scatter;
mod unfold;
mod unmapped;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::{Result, internal_datafusion_err};

use crate::plan::Destination;
use crate::prepared::Prepared;

pub(crate) use counts::schema as counts_schema;
pub(crate) use links::{TEXTS as LINK_TEXTS, schema as links_schema};
pub(crate) use pairs::schema as pairs_schema;
pub(crate) use scatter::schema as scatter_schema;
pub(crate) use unmapped::schema as unmapped_schema;

/// Makes the rows of a table.
pub(crate) trait Output: Send {
    /// The table's columns.
    fn schema(&self) -> SchemaRef;

    /// Takes note of rows that must be known before.
    fn know(&mut self, _: &RecordBatch) -> Result<()> {
        Ok(())
    }

    /// The rows that follow from a batch.
    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>>;

    /// The rows that follow from all batches together.
    fn finish(&mut self) -> Result<Option<RecordBatch>> {
        Ok(None)
    }
}

/// What makes each of these tables.
pub(crate) fn outputs(tables: &[Destination], prepared: &Arc<Prepared>) -> Result<Vec<Box<dyn Output>>> {
    tables.iter().map(|to| output(&to.table, prepared)).collect()
}

fn output(table: &str, prepared: &Arc<Prepared>) -> Result<Box<dyn Output>> {
    Ok(match table {
        "membership" => Box::new(unfold::Unfold::new(known(table)?, "standing", "memberships")),
        "group_membership" => Box::new(unfold::Unfold::new(known(table)?, "standing", "groups")),
        "person" => Box::new(person::Persons::new(known(table)?)),
        "needs" | "visits" | "circle" | "sharing" => Box::new(unfold::Unfold::new(known(table)?, "care", table)),
        "scatter_of_bucket" => Box::new(scatter::Scatter::new()),
        "provider_pair_of_bucket" => Box::new(pairs::Pairs::default()),
        "unmapped_of_bucket" => Box::new(unmapped::Unmapped::new(Arc::clone(prepared))),
        "count_of_bucket" => Box::new(counts::Counts::new(prepared)),
        "link_count_of_bucket" => Box::new(links::Links::new(prepared)),
        "fragmentation" => Box::new(density::Density::new(known(table)?, Arc::clone(prepared))),
        _ => Box::new(plain::Plain::new(known(table)?)),
    })
}

/// Rows of a table: its columns in order, each made what the table says it is.
pub(crate) fn table_batch(table: &str, columns: impl IntoIterator<Item = ArrayRef>) -> Result<RecordBatch> {
    let schema = known(table)?.schema();
    let columns = schema.fields().iter().zip(columns).map(|(field, column)| Ok(cast(&column, field.data_type())?));
    Ok(RecordBatch::try_new(schema.clone(), columns.collect::<Result<Vec<_>>>()?)?)
}

/// A table that `stead_tables` knows.
pub(crate) fn known(table: &str) -> Result<&'static stead_tables::Table> {
    stead_tables::table(table).ok_or_else(|| internal_datafusion_err!("no table `{table}`"))
}
