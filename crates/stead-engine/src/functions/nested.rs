//! Writing lists of rows: the answers of a citizen, nested in one column until a later pass unfolds them.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, ListArray, ListBuilder, StringBuilder,
    StringDictionaryBuilder, StructArray,
};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int32Type};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::Day;
use stead_tables::Kind;

/// A column under construction.
enum Builder {
    Text(StringBuilder),
    Word(StringDictionaryBuilder<Int32Type>),
    Texts(ListBuilder<StringBuilder>),
    Day(Date32Builder),
    Count(Int32Builder),
    Number(Float64Builder),
    Flag(BooleanBuilder),
}

/// A cell.
pub(crate) enum Cell<'a> {
    /// Text, or nothing.
    Text(Option<&'a str>),
    /// Several texts.
    Texts(&'a [&'a str]),
    /// A day, or nothing; the ends of time are nothing, too.
    Day(Option<Day>),
    /// A whole number.
    Count(Option<i32>),
    /// A real number.
    Number(Option<f64>),
    /// Yes or no.
    Flag(bool),
}

/// The shape of rows nested in a list: names and kinds.
pub(crate) type Shape = &'static [(&'static str, Kind)];

/// The type of a column of lists of such rows.
pub(crate) fn list_type(shape: Shape) -> DataType {
    DataType::List(Arc::new(item_field(shape)))
}

/// The type of one such row.
pub(crate) fn row_type(shape: Shape) -> DataType {
    DataType::Struct(fields(shape))
}

fn fields(shape: Shape) -> Fields {
    shape.iter().map(|&(name, kind)| Field::new(name, kind.data_type(), true)).collect()
}

fn item_field(shape: Shape) -> Field {
    Field::new("item", row_type(shape), true)
}

/// Rows under construction, cut into one list a citizen.
pub(crate) struct NestedRows {
    shape: Shape,
    builders: Vec<Builder>,
    rows: usize,
    ends: Vec<i32>,
}

impl NestedRows {
    pub(crate) fn new(shape: Shape) -> Self {
        let builder = |&(_, kind): &(&str, Kind)| match kind {
            Kind::Words => Builder::Texts(ListBuilder::new(StringBuilder::new())),
            Kind::Day => Builder::Day(Date32Builder::new()),
            Kind::Count => Builder::Count(Int32Builder::new()),
            Kind::Number => Builder::Number(Float64Builder::new()),
            Kind::Flag => Builder::Flag(BooleanBuilder::new()),
            Kind::Word => Builder::Word(StringDictionaryBuilder::new()),
            Kind::Text | Kind::Moment | Kind::Minor => Builder::Text(StringBuilder::new()),
        };
        Self { shape, builders: shape.iter().map(builder).collect(), rows: 0, ends: vec![0] }
    }

    /// Adds a row to the list of the citizen at hand; `cells` as the shape says.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        if cells.len() != self.builders.len() {
            return Err(internal_datafusion_err!("a row of {} cells, wanted {}", cells.len(), self.builders.len()));
        }
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            match (builder, cell) {
                (Builder::Text(to), Cell::Text(text)) => to.append_option(*text),
                (Builder::Word(to), Cell::Text(text)) => to.append_option(*text),
                (Builder::Texts(to), Cell::Texts(texts)) => {
                    texts.iter().for_each(|text| to.values().append_value(text));
                    to.append(true);
                }
                (Builder::Day(to), Cell::Day(day)) => {
                    to.append_option(day.filter(|day| day.is_finite()).map(Day::epoch_days));
                }
                (Builder::Count(to), Cell::Count(count)) => to.append_option(*count),
                (Builder::Number(to), Cell::Number(number)) => to.append_option(*number),
                (Builder::Flag(to), Cell::Flag(flag)) => to.append_value(*flag),
                _ => return Err(internal_datafusion_err!("a cell of another kind than its column")),
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Ends the list of the citizen at hand.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.ends.push(i32::try_from(self.rows).map_err(|_| internal_datafusion_err!("too many rows in one batch"))?);
        Ok(())
    }

    /// The rows as a column of lists, one for each [`NestedRows::end`].
    pub(crate) fn finish_lists(self) -> Result<ArrayRef> {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.ends.clone()));
        let field = Arc::new(item_field(self.shape));
        let rows = self.finish_rows()?;
        Ok(Arc::new(ListArray::try_new(field, offsets, rows, None)?))
    }

    /// The rows as a column of rows, for shapes of which every citizen has exactly one.
    pub(crate) fn finish_rows(self) -> Result<ArrayRef> {
        let finish = |builder: Builder| -> ArrayRef {
            match builder {
                Builder::Text(mut done) => Arc::new(done.finish()),
                Builder::Word(mut done) => Arc::new(done.finish()),
                Builder::Texts(mut done) => Arc::new(done.finish()),
                Builder::Day(mut done) => Arc::new(done.finish()),
                Builder::Count(mut done) => Arc::new(done.finish()),
                Builder::Number(mut done) => Arc::new(done.finish()),
                Builder::Flag(mut done) => Arc::new(done.finish()),
            }
        };
        let columns = self.builders.into_iter().map(finish).collect();
        Ok(Arc::new(StructArray::try_new(fields(self.shape), columns, None)?))
    }
}
