//! Gathering: the rows that several tables have of a citizen, laid beside the citizen as lists.
//!
//! In: a table with one row a citizen, and others with any number. Out: the rows of the first, each with a list of rows for
//! every other table, in the order in which they lie there. All are read in the order of citizens, once, side by side:
//! nothing is sorted, hashed or kept.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use datafusion::common::{DFSchema, DFSchemaRef, Result, internal_err};
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore};

/// The column that all tables have in common.
pub(crate) const CITIZEN: &str = "citizen";

/// The logical step. Its first input has one row a citizen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Gather {
    inputs: Vec<LogicalPlan>,
    names: Vec<String>,
    schema: DFSchemaRef,
}

impl Gather {
    /// Gathers the rows of `inputs` but the first, as lists of these names.
    pub(crate) fn new(inputs: Vec<LogicalPlan>, names: Vec<String>) -> Result<Self> {
        let schemas: Vec<SchemaRef> = inputs.iter().map(|input| Arc::new(input.schema().as_arrow().clone())).collect();
        let schema = Arc::new(DFSchema::try_from(gathered(&schemas, &names)?.as_ref().clone())?);
        Ok(Self { inputs, names, schema })
    }

    /// What the lists are called.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// The columns of gathered rows.
pub(crate) fn gathered(inputs: &[SchemaRef], names: &[String]) -> Result<SchemaRef> {
    let Some((citizens, others)) = inputs.split_first().filter(|(_, others)| others.len() == names.len()) else {
        return internal_err!("{} tables to gather for {} names", inputs.len(), names.len());
    };
    let list = |(schema, name): (&SchemaRef, &String)| {
        Field::new(name, DataType::List(Arc::new(Field::new("item", DataType::Struct(row(schema)), true))), true)
    };
    let fields = citizens.fields().iter().map(|field| field.as_ref().clone());
    Ok(Arc::new(Schema::new(fields.chain(others.iter().zip(names).map(list)).collect::<Vec<_>>())))
}

/// The columns of a row in a list: all but the citizen, who stands beside it.
pub(crate) fn row(schema: &SchemaRef) -> Fields {
    schema.fields().iter().filter(|field| field.name() != CITIZEN).cloned().collect()
}

/// Lays the rows of tables beside the citizens they belong to; a citizen without any has an empty list.
pub(crate) fn gather(citizens: DataFrame, tables: Vec<(&str, DataFrame)>) -> Result<DataFrame> {
    let (state, citizens) = citizens.into_parts();
    let (names, others): (Vec<_>, Vec<_>) =
        tables.into_iter().map(|(name, rows)| (name.to_owned(), rows.into_unoptimized_plan())).unzip();
    let node = Gather::new([vec![citizens], others].concat(), names)?;
    Ok(DataFrame::new(state, LogicalPlan::Extension(Extension { node: Arc::new(node) })))
}

impl UserDefinedLogicalNodeCore for Gather {
    fn name(&self) -> &str {
        "SteadGather"
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
        write!(out, "SteadGather: {}", self.names.join(", "))
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        Self::new(inputs, self.names.clone())
    }
}

impl PartialOrd for Gather {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}
