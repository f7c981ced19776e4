//! What clauses count, written as nested rows, and read back from them.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{
    ArrayRef, AsArray, Int8Array, Int32Array, Int64Array, ListArray, ListBuilder, StringBuilder, StructArray,
};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int8Type, Int32Type, Int64Type};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::reckoning::{Entry, Key, Unit};

static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
    let texts = DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)));
    Fields::from(vec![
        Field::new("term", DataType::Int32, false),
        Field::new("organisation", DataType::Int32, false),
        Field::new("unit", DataType::Int8, false),
        Field::new("one", DataType::Int64, false),
        Field::new("other", DataType::Int64, false),
        Field::new("count", DataType::Int64, false),
        Field::new("records", texts.clone(), false),
        Field::new("why", texts, false),
    ])
});

fn item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Struct(FIELDS.clone()), true))
}

/// The type of what is counted.
pub(crate) fn data_type() -> DataType {
    DataType::List(item())
}

/// Rows under construction.
pub(super) struct Writer {
    numbers: [Vec<i32>; 2],
    unit: Vec<i8>,
    wide: [Vec<i64>; 3],
    /// The records that show it; and why she is whose she is.
    texts: [ListBuilder<StringBuilder>; 2],
    ends: Vec<i32>,
}

impl Default for Writer {
    fn default() -> Self {
        Self {
            numbers: Default::default(),
            unit: Vec::new(),
            wide: Default::default(),
            texts: [(); 2].map(|()| ListBuilder::new(StringBuilder::new())),
            ends: vec![0],
        }
    }
}

impl Writer {
    pub(super) fn entry(&mut self, entry: &Entry, records: impl Iterator<Item = String>) -> Result<()> {
        let small = |number: usize| i32::try_from(number).map_err(|_| internal_datafusion_err!("too many clauses"));
        let [term, organisation] = &mut self.numbers;
        term.push(small(entry.key.term)?);
        organisation.push(small(entry.key.organisation)?);
        let (unit, one, other) = entry.key.unit.code();
        self.unit.push(unit);
        self.wide.iter_mut().zip([one, other, entry.count]).for_each(|(to, number)| to.push(number));
        let [shown, why] = &mut self.texts;
        records.for_each(|record| shown.values().append_value(record));
        entry.why.iter().for_each(|text| why.values().append_value(text));
        shown.append(true);
        why.append(true);
        Ok(())
    }

    /// Ends the list of the citizen at hand.
    pub(super) fn end(&mut self) -> Result<()> {
        let rows = i32::try_from(self.unit.len());
        self.ends.push(rows.map_err(|_| internal_datafusion_err!("too many rows in one batch"))?);
        Ok(())
    }

    pub(super) fn finish(self) -> Result<ArrayRef> {
        let [term, organisation] = self.numbers;
        let [one, other, count] = self.wide;
        let [mut shown, mut why] = self.texts;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from(term)),
            Arc::new(Int32Array::from(organisation)),
            Arc::new(Int8Array::from(self.unit)),
            Arc::new(Int64Array::from(one)),
            Arc::new(Int64Array::from(other)),
            Arc::new(Int64Array::from(count)),
            Arc::new(shown.finish()),
            Arc::new(why.finish()),
        ];
        let rows = StructArray::try_new(FIELDS.clone(), columns, None)?;
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.ends));
        Ok(Arc::new(ListArray::try_new(item(), offsets, Arc::new(rows), None)?))
    }
}

/// What was counted, read back citizen by citizen.
pub(crate) struct ReckonedRows<'a> {
    lists: &'a ListArray,
    term: &'a Int32Array,
    organisation: &'a Int32Array,
    unit: &'a Int8Array,
    one: &'a Int64Array,
    other: &'a Int64Array,
    count: &'a Int64Array,
    records: &'a ListArray,
    why: &'a ListArray,
}

impl<'a> ReckonedRows<'a> {
    pub(crate) fn of(column: &'a ArrayRef) -> Result<Self> {
        let wrong = || internal_datafusion_err!("what was counted is in another shape");
        let lists = column.as_list_opt::<i32>().ok_or_else(wrong)?;
        let rows = lists.values().as_struct_opt().ok_or_else(wrong)?;
        let part = |name: &str| rows.column_by_name(name).ok_or_else(wrong);
        Ok(Self {
            lists,
            term: part("term")?.as_primitive_opt::<Int32Type>().ok_or_else(wrong)?,
            organisation: part("organisation")?.as_primitive_opt::<Int32Type>().ok_or_else(wrong)?,
            unit: part("unit")?.as_primitive_opt::<Int8Type>().ok_or_else(wrong)?,
            one: part("one")?.as_primitive_opt::<Int64Type>().ok_or_else(wrong)?,
            other: part("other")?.as_primitive_opt::<Int64Type>().ok_or_else(wrong)?,
            count: part("count")?.as_primitive_opt::<Int64Type>().ok_or_else(wrong)?,
            records: part("records")?.as_list_opt::<i32>().ok_or_else(wrong)?,
            why: part("why")?.as_list_opt::<i32>().ok_or_else(wrong)?,
        })
    }

    /// What was counted for the citizen of a row.
    pub(crate) fn entries(&self, row: usize, to: &mut Vec<Entry>) -> Result<()> {
        to.clear();
        for at in self.range(row) {
            let wrong = || internal_datafusion_err!("what was counted cannot be read");
            let number = |column: &Int32Array| usize::try_from(column.value(at)).map_err(|_| wrong());
            let unit =
                Unit::of_code((self.unit.value(at), self.one.value(at), self.other.value(at))).ok_or_else(wrong)?;
            let key = Key { term: number(self.term)?, organisation: number(self.organisation)?, unit };
            to.push(Entry { key, count: self.count.value(at), records: Vec::new(), why: Vec::new() });
        }
        Ok(())
    }

    /// The records that show each of what was counted, in the same order.
    pub(crate) fn records(&self, row: usize) -> Vec<Vec<String>> {
        self.texts(self.records, row)
    }

    /// Why she is whose she is, for each of what was counted, in the same order.
    pub(crate) fn why(&self, row: usize) -> Vec<Vec<String>> {
        self.texts(self.why, row)
    }

    fn texts(&self, lists: &ListArray, row: usize) -> Vec<Vec<String>> {
        let texts = |at: usize| {
            let list = lists.value(at);
            list.as_string_opt::<i32>().into_iter().flatten().flatten().map(ToOwned::to_owned).collect()
        };
        self.range(row).map(texts).collect()
    }

    fn range(&self, row: usize) -> std::ops::Range<usize> {
        let edge =
            |at: usize| self.lists.value_offsets().get(at).and_then(|&edge| usize::try_from(edge).ok()).unwrap_or(0);
        edge(row)..edge(row + 1)
    }
}
