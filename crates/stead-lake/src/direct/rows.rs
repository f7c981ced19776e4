//! Rows on their way into a table, column by column, without a value of its own for every cell.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMillisecondArray,
};
use arrow_schema::{ArrowError, SchemaRef};
use rustc_hash::FxHashMap;
use stead_tables::{Kind, Table};

/// A word of a vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(i32);

/// A vocabulary that the word columns of many tables share.
#[derive(Clone, Debug, Default)]
pub struct Words {
    words: Vec<String>,
    index: FxHashMap<String, i32>,
    /// The words as columns share them, until another one comes.
    array: Option<Arc<StringArray>>,
}

impl Words {
    /// The number of a word, which joins the vocabulary if it is new.
    pub fn word(&mut self, word: &str) -> Word {
        if let Some(&known) = self.index.get(word) {
            return Word(known);
        }
        let number = self.words.len() as i32;
        self.words.push(word.to_owned());
        self.index.insert(word.to_owned(), number);
        self.array = None;
        Word(number)
    }

    fn array(&mut self) -> &Arc<StringArray> {
        self.array.get_or_insert_with(|| Arc::new(StringArray::from_iter_values(&self.words)))
    }
}

enum Column {
    Text(StringBuilder),
    Word(Vec<Option<i32>>),
    Words(ListBuilder<StringBuilder>),
    Day(Vec<Option<i32>>),
    Moment(Vec<Option<i64>>),
    Count(Vec<Option<i32>>),
    Minor(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
    Flag(Vec<Option<bool>>),
}

/// Rows of a table. Values are put in column by column, row after row.
pub struct Rows {
    table: &'static Table,
    schema: SchemaRef,
    columns: Vec<Column>,
    at: usize,
    rows: usize,
    /// Whether a value came that is not of its column's kind.
    astray: bool,
}

impl Rows {
    /// No rows yet.
    pub fn new(table: &'static Table) -> Self {
        let column = |kind| match kind {
            Kind::Text => Column::Text(StringBuilder::new()),
            Kind::Word => Column::Word(Vec::new()),
            Kind::Words => Column::Words(ListBuilder::new(StringBuilder::new())),
            Kind::Day => Column::Day(Vec::new()),
            Kind::Moment => Column::Moment(Vec::new()),
            Kind::Count => Column::Count(Vec::new()),
            Kind::Minor => Column::Minor(Vec::new()),
            Kind::Number => Column::Number(Vec::new()),
            Kind::Flag => Column::Flag(Vec::new()),
        };
        let columns = table.columns.iter().map(|it| column(it.kind)).collect();
        Self { table, schema: table.schema(), columns, at: 0, rows: 0, astray: false }
    }

    /// Whose rows they are.
    pub const fn table(&self) -> &'static Table {
        self.table
    }

    /// How many rows wait.
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether none waits.
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    fn put(&mut self, put: impl FnOnce(&mut Column) -> bool) -> &mut Self {
        let fits = self.columns.get_mut(self.at).is_some_and(put);
        self.astray |= !fits;
        self.at += 1;
        self
    }

    /// Puts a text into the next column.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.put(|column| match column {
            Column::Text(texts) => {
                texts.append_value(text);
                true
            }
            _ => false,
        })
    }

    /// Puts a text that may not be there into the next column.
    pub fn maybe_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.none(),
        }
    }

    /// Puts a word into the next column.
    pub fn word(&mut self, word: impl Into<Option<Word>>) -> &mut Self {
        let word = word.into().map(|word| word.0);
        self.put(|column| match column {
            Column::Word(words) => {
                words.push(word);
                true
            }
            _ => false,
        })
    }

    /// Puts a list of one text into the next column.
    pub fn words(&mut self, only: Option<&str>) -> &mut Self {
        self.put(|column| match column {
            Column::Words(lists) => {
                only.into_iter().for_each(|word| lists.values().append_value(word));
                lists.append(only.is_some());
                true
            }
            _ => false,
        })
    }

    /// Puts a day into the next column, as days since 1970.
    pub fn day(&mut self, day: impl Into<Option<i32>>) -> &mut Self {
        let day = day.into();
        self.put(|column| match column {
            Column::Day(days) => {
                days.push(day);
                true
            }
            _ => false,
        })
    }

    /// Puts a moment into the next column, in milliseconds since 1970.
    pub fn moment(&mut self, moment: impl Into<Option<i64>>) -> &mut Self {
        let moment = moment.into();
        self.put(|column| match column {
            Column::Moment(moments) => {
                moments.push(moment);
                true
            }
            _ => false,
        })
    }

    /// Puts a whole number into the next column.
    pub fn count(&mut self, count: i32) -> &mut Self {
        self.put(|column| match column {
            Column::Count(counts) => {
                counts.push(Some(count));
                true
            }
            _ => false,
        })
    }

    /// Puts an amount of money into the next column.
    pub fn minor(&mut self, minor: i64) -> &mut Self {
        self.put(|column| match column {
            Column::Minor(amounts) => {
                amounts.push(Some(minor));
                true
            }
            _ => false,
        })
    }

    /// Puts a number into the next column.
    pub fn number(&mut self, number: impl Into<Option<f64>>) -> &mut Self {
        let number = number.into();
        self.put(|column| match column {
            Column::Number(numbers) => {
                numbers.push(number);
                true
            }
            _ => false,
        })
    }

    /// Puts yes or no into the next column.
    pub fn flag(&mut self, flag: bool) -> &mut Self {
        self.put(|column| match column {
            Column::Flag(flags) => {
                flags.push(Some(flag));
                true
            }
            _ => false,
        })
    }

    /// Leaves the next column empty.
    pub fn none(&mut self) -> &mut Self {
        self.put(|column| {
            match column {
                Column::Text(texts) => texts.append_null(),
                Column::Words(lists) => lists.append_null(),
                Column::Word(values) | Column::Day(values) | Column::Count(values) => values.push(None),
                Column::Moment(values) | Column::Minor(values) => values.push(None),
                Column::Number(values) => values.push(None),
                Column::Flag(values) => values.push(None),
            }
            true
        })
    }

    /// Ends a row.
    pub const fn end(&mut self) {
        self.astray |= self.at != self.table.columns.len();
        self.at = 0;
        self.rows += 1;
    }

    /// The rows put in so far; none are left.
    pub(crate) fn take(&mut self, words: &mut Words) -> Result<RecordBatch, ArrowError> {
        if self.astray {
            return Err(ArrowError::SchemaError(format!("a row of `{}` has not one value a column", self.table.name)));
        }
        self.rows = 0;
        let words = words.array();
        let columns: Result<Vec<ArrayRef>, ArrowError> =
            self.columns.iter_mut().map(|column| column.take(words)).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns?)
    }
}

impl Column {
    fn take(&mut self, words: &Arc<StringArray>) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(texts) => Arc::new(texts.finish()),
            Self::Words(lists) => Arc::new(lists.finish()),
            Self::Word(keys) => {
                let keys = Int32Array::from_iter(keys.drain(..));
                let values: ArrayRef = Arc::<StringArray>::clone(words);
                Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?)
            }
            Self::Day(days) => Arc::new(Date32Array::from_iter(days.drain(..))),
            Self::Moment(moments) => {
                Arc::new(TimestampMillisecondArray::from_iter(moments.drain(..)).with_timezone("UTC"))
            }
            Self::Count(counts) => Arc::new(Int32Array::from_iter(counts.drain(..))),
            Self::Minor(amounts) => Arc::new(Int64Array::from_iter(amounts.drain(..))),
            Self::Number(numbers) => Arc::new(Float64Array::from_iter(numbers.drain(..))),
            Self::Flag(flags) => Arc::new(BooleanArray::from_iter(flags.drain(..))),
        })
    }
}
