//! Writing: the rows of a plan as the tables that people and later passes read, each into a file of its own.
//!
//! In: whatever the tables are made from ([`crate::outputs`] says what each needs), and perhaps rows that must be known
//! before. Out: a row a table, with how many rows it has. Whoever runs the plan writes: here, or a machine of a cluster.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore};

use crate::location::Location;
use crate::prepared::Prepared;

/// A table to write, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Destination {
    pub(crate) table: String,
    pub(crate) file: Location,
}

/// The logical step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Write {
    /// What the tables are made from, and perhaps what must be known before.
    inputs: Vec<LogicalPlan>,
    destinations: Vec<Destination>,
    prepared: Arc<Prepared>,
    schema: DFSchemaRef,
}

impl Write {
    /// Writes the rows of the first of `inputs` into files.
    pub(crate) fn new(
        inputs: Vec<LogicalPlan>,
        destinations: Vec<Destination>,
        prepared: Arc<Prepared>,
    ) -> Result<Self> {
        let schema = Arc::new(DFSchema::try_from(written().as_ref().clone())?);
        Ok(Self { inputs, destinations, prepared, schema })
    }

    /// What is written, and where to.
    pub(crate) fn destinations(&self) -> &[Destination] {
        &self.destinations
    }

    /// What the run is about.
    pub(crate) fn prepared(&self) -> &Arc<Prepared> {
        &self.prepared
    }
}

/// What is said of the files that were written: which table, how many rows.
pub(crate) fn written() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let (table, rows) = (Field::new("table", DataType::Utf8, false), Field::new("rows", DataType::UInt64, false));
        Arc::new(Schema::new(vec![table, rows]))
    });
    Arc::clone(&SCHEMA)
}

/// Writes rows into files. `known` is read before, where the tables need it.
pub(crate) fn write(
    rows: DataFrame,
    known: Option<DataFrame>,
    destinations: Vec<Destination>,
    prepared: &Arc<Prepared>,
) -> Result<DataFrame> {
    let (state, input) = rows.into_parts();
    let inputs = [input].into_iter().chain(known.map(DataFrame::into_unoptimized_plan)).collect();
    let node = Write::new(inputs, destinations, Arc::clone(prepared))?;
    Ok(DataFrame::new(state, LogicalPlan::Extension(Extension { node: Arc::new(node) })))
}

impl UserDefinedLogicalNodeCore for Write {
    fn name(&self) -> &str {
        "SteadWrite"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        self.inputs.iter().collect()
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables: Vec<&str> = self.destinations.iter().map(|to| to.table.as_str()).collect();
        write!(out, "SteadWrite: {}", tables.join(", "))
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        Self::new(inputs, self.destinations.clone(), Arc::clone(&self.prepared))
    }
}

impl PartialOrd for Write {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}
