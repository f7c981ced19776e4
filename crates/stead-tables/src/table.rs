//! What a table is: columns with a kind, a meaning and an order.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// A table of the lake or of a run's results.
#[derive(Debug)]
pub struct Table {
    /// Its name, as in SQL.
    pub name: &'static str,
    /// What one row is.
    pub about: &'static str,
    /// Whether it is cut into buckets.
    pub spread: Spread,
    /// Its columns, in order.
    pub columns: &'static [Column],
    /// The columns by which each file is sorted. Together they tell any two rows apart.
    pub order: &'static [&'static str],
}

/// How a table lies in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// One file a bucket; all rows of a citizen lie in the bucket of that citizen.
    ByCitizen,
    /// One file for the whole lake or run.
    Whole,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name, as in SQL.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Whether it may be empty.
    pub optional: bool,
    /// What it means, with its unit.
    pub about: &'static str,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text that differs from row to row.
    Text,
    /// Text from a small vocabulary (dictionary-encoded): codes, systems, organisations.
    Word,
    /// A list of texts from a small vocabulary.
    Words,
    /// A civil day.
    Day,
    /// A moment, in milliseconds UTC.
    Moment,
    /// A whole number.
    Count,
    /// Money, in the minor unit of a currency (pence, cents).
    Minor,
    /// A real number.
    Number,
    /// Yes or no.
    Flag,
}

impl Kind {
    /// The Arrow type.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Word => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            Self::Words => DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))),
            Self::Day => DataType::Date32,
            Self::Moment => DataType::Timestamp(TimeUnit::Millisecond, Some(Arc::from("UTC"))),
            Self::Count => DataType::Int32,
            Self::Minor => DataType::Int64,
            Self::Number => DataType::Float64,
            Self::Flag => DataType::Boolean,
        }
    }

    /// The word that `stead tables` prints.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Word => "word",
            Self::Words => "words",
            Self::Day => "day",
            Self::Moment => "moment",
            Self::Count => "count",
            Self::Minor => "minor",
            Self::Number => "number",
            Self::Flag => "flag",
        }
    }
}

impl Table {
    /// The Arrow schema.
    pub fn schema(&self) -> SchemaRef {
        let fields =
            self.columns.iter().map(|column| Field::new(column.name, column.kind.data_type(), column.optional));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }
}

/// A column that always has a value.
pub(crate) const fn must(name: &'static str, kind: Kind, about: &'static str) -> Column {
    Column { name, kind, optional: false, about }
}

/// A column that may be empty.
pub(crate) const fn may(name: &'static str, kind: Kind, about: &'static str) -> Column {
    Column { name, kind, optional: true, about }
}
