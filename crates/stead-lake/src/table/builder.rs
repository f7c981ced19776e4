//! Columns being built from cells.

use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, ListBuilder,
    StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use stead_tables::{Kind, Table};

use super::cell::Cell;
use super::words::WordBuilder;

enum Builder {
    Text(StringBuilder),
    Word(WordBuilder),
    Words(ListBuilder<StringBuilder>),
    Day(Date32Builder),
    Moment(TimestampMillisecondBuilder),
    Count(Int32Builder),
    Minor(Int64Builder),
    Number(Float64Builder),
    Flag(BooleanBuilder),
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Word => Self::Word(WordBuilder::default()),
            Kind::Words => Self::Words(ListBuilder::new(StringBuilder::new())),
            Kind::Day => Self::Day(Date32Builder::new()),
            Kind::Moment => Self::Moment(TimestampMillisecondBuilder::new().with_timezone("UTC")),
            Kind::Count => Self::Count(Int32Builder::new()),
            Kind::Minor => Self::Minor(Int64Builder::new()),
            Kind::Number => Self::Number(Float64Builder::new()),
            Kind::Flag => Self::Flag(BooleanBuilder::new()),
        }
    }

    fn push(&mut self, cell: &Cell<'_>, scratch: &mut String) -> Result<(), ArrowError> {
        match (self, cell) {
            (Self::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Self::Text(builder), Cell::Path(kind, id)) => builder.append_value(joined(scratch, kind, id)),
            (Self::Text(builder), Cell::Empty) => builder.append_null(),
            (Self::Word(builder), Cell::Text(text)) => builder.push(text),
            (Self::Word(builder), Cell::Empty) => builder.push_empty(),
            (Self::Words(builder), Cell::Words(words)) => {
                words.iter().for_each(|word| builder.values().append_value(word));
                builder.append(true);
            }
            (Self::Words(builder), Cell::Empty) => builder.append_null(),
            (Self::Day(builder), Cell::Day(day)) => builder.append_value(*day),
            (Self::Day(builder), Cell::Empty) => builder.append_null(),
            (Self::Moment(builder), Cell::Moment(moment)) => builder.append_value(*moment),
            (Self::Moment(builder), Cell::Empty) => builder.append_null(),
            (Self::Count(builder), Cell::Count(count)) => builder.append_value(*count),
            (Self::Count(builder), Cell::Empty) => builder.append_null(),
            (Self::Minor(builder), Cell::Minor(minor)) => builder.append_value(*minor),
            (Self::Minor(builder), Cell::Empty) => builder.append_null(),
            (Self::Number(builder), Cell::Number(number)) => builder.append_value(*number),
            (Self::Number(builder), Cell::Empty) => builder.append_null(),
            (Self::Flag(builder), Cell::Flag(flag)) => builder.append_value(*flag),
            (Self::Flag(builder), Cell::Empty) => builder.append_null(),
            (_, cell) => return Err(ArrowError::SchemaError(format!("{cell:?} does not belong into its column"))),
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let builder: &mut dyn ArrayBuilder = match self {
            Self::Text(builder) => {
                // The next texts will take about as much room.
                let next = StringBuilder::with_capacity(builder.len(), builder.values_slice().len());
                return Ok(Arc::new(std::mem::replace(builder, next).finish()));
            }
            Self::Word(builder) => return Ok(Arc::new(builder.finish()?)),
            Self::Words(builder) => builder,
            Self::Day(builder) => builder,
            Self::Moment(builder) => builder,
            Self::Count(builder) => builder,
            Self::Minor(builder) => builder,
            Self::Number(builder) => builder,
            Self::Flag(builder) => builder,
        };
        Ok(builder.finish())
    }
}

fn joined<'s>(scratch: &'s mut String, kind: &str, id: &str) -> &'s str {
    scratch.clear();
    scratch.push_str(kind);
    scratch.push('/');
    scratch.push_str(id);
    scratch
}

/// The columns of some rows of a table.
pub(crate) struct Columns {
    schema: SchemaRef,
    builders: Vec<Builder>,
    scratch: String,
    rows: usize,
}

impl Columns {
    pub(crate) fn new(table: &Table) -> Self {
        let builders = table.columns.iter().map(|column| Builder::new(column.kind)).collect();
        Self { schema: table.schema(), builders, scratch: String::new(), rows: 0 }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn push(&mut self, row: &[Cell<'_>]) -> Result<(), ArrowError> {
        if row.len() != self.builders.len() {
            return Err(ArrowError::SchemaError(format!("{} values for {} columns", row.len(), self.builders.len())));
        }
        self.rows += 1;
        self.builders.iter_mut().zip(row).try_for_each(|(builder, cell)| builder.push(cell, &mut self.scratch))
    }

    /// The rows pushed so far; the columns are empty again.
    pub(crate) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let columns = self.builders.iter_mut().map(Builder::finish).collect::<Result<Vec<ArrayRef>, _>>()?;
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}
