//! A table whose rows are nested beside each citizen, one row for each of them.

use datafusion::arrow::array::{ArrayRef, AsArray, Int32Array, ListArray, RecordBatch, StructArray};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::{Result, internal_datafusion_err};
use stead_tables::Table;

use super::Output;

/// Unfolds the lists `part` of the column `answer`.
pub(super) struct Unfold {
    schema: SchemaRef,
    answer: &'static str,
    part: String,
}

impl Unfold {
    pub(super) fn new(table: &Table, answer: &'static str, part: &str) -> Self {
        Self::of(table.schema(), answer, part)
    }

    pub(super) fn of(schema: SchemaRef, answer: &'static str, part: &str) -> Self {
        Self { schema, answer, part: part.to_owned() }
    }
}

impl Output for Unfold {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        let lists = field(answer(batch, self.answer)?, &self.part)?;
        let lists = lists.as_list_opt::<i32>().ok_or_else(|| internal_datafusion_err!("`{}` is no list", self.part))?;
        let (rows, whose) = unfolded(lists)?;
        if whose.is_empty() {
            return Ok(None);
        }
        let column = |name: &str| match name {
            "citizen" => Ok(take(answer_column(batch, name)?, &whose, None)?),
            _ => field(&rows, name).cloned(),
        };
        let columns = self.schema.fields().iter().map(|field| column(field.name()));
        Ok(Some(RecordBatch::try_new(SchemaRef::clone(&self.schema), columns.collect::<Result<_>>()?)?))
    }
}

/// The rows in lists, and the position of the list that each is from.
fn unfolded(lists: &ListArray) -> Result<(StructArray, Int32Array)> {
    let rows = lists.values().as_struct_opt().ok_or_else(|| internal_datafusion_err!("a list of something else"))?;
    let offsets = lists.value_offsets();
    let edge = |edge: Option<&i32>| edge.and_then(|&edge| usize::try_from(edge).ok()).unwrap_or(0);
    let (from, to) = (edge(offsets.first()), edge(offsets.last()));
    let mut whose = Vec::with_capacity(to - from);
    for (list, ends) in (0..).zip(offsets.windows(2)) {
        let length = ends.iter().copied().reduce(|from, to| to - from).unwrap_or(0);
        whose.extend((0..length).map(|_| list));
    }
    Ok((rows.slice(from, to - from), Int32Array::from(whose)))
}

/// The answer of that name: a column of rows.
pub(super) fn answer<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StructArray> {
    let column = answer_column(batch, name)?;
    column.as_struct_opt().ok_or_else(|| internal_datafusion_err!("`{name}` has no parts"))
}

/// The column of that name.
pub(super) fn answer_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| internal_datafusion_err!("no column `{name}` to write from"))
}

/// A part of rows.
pub(super) fn field<'a>(rows: &'a StructArray, name: &str) -> Result<&'a ArrayRef> {
    rows.column_by_name(name).ok_or_else(|| internal_datafusion_err!("no part `{name}` to write from"))
}
