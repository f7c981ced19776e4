//! Reading columns row by row, whatever their encoding.

use std::ops::Range;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int32Array, ListArray, StringArray, StructArray,
};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::Day;

/// A column of texts, plain or dictionary-encoded.
#[derive(Clone, Copy)]
pub(crate) enum Texts<'a> {
    /// Nothing in any row.
    Nothing,
    Plain(&'a StringArray),
    Dictionary(&'a Int32Array, &'a StringArray),
}

impl<'a> Texts<'a> {
    /// The text of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Nothing => None,
            Self::Plain(values) => values.is_valid(row).then(|| values.value(row)),
            Self::Dictionary(keys, values) => {
                let key = keys.is_valid(row).then(|| keys.value(row))?;
                let at = usize::try_from(key).ok()?;
                values.is_valid(at).then(|| values.value(at))
            }
        }
    }

    /// The row's key and how many keys there are, when the column has a dictionary.
    #[inline]
    pub(crate) fn key(&self, row: usize) -> Option<usize> {
        match self {
            Self::Nothing | Self::Plain(_) => None,
            Self::Dictionary(keys, _) => keys.is_valid(row).then(|| usize::try_from(keys.value(row)).ok()).flatten(),
        }
    }

    /// The different texts there can be, by key; none for a plain column.
    pub(crate) fn values(&self) -> impl Iterator<Item = Option<&'a str>> {
        let values = match self {
            Self::Nothing | Self::Plain(_) => None,
            Self::Dictionary(_, values) => Some(*values),
        };
        values.into_iter().flat_map(StringArray::iter)
    }

    /// How many different texts there can be; `None` for a plain column.
    pub(crate) fn distinct(&self) -> Option<usize> {
        match self {
            Self::Nothing => Some(0),
            Self::Plain(_) => None,
            Self::Dictionary(_, values) => Some(values.len()),
        }
    }
}

/// A column as texts.
pub(crate) fn texts_of(array: &ArrayRef) -> Result<Texts<'_>> {
    if array.null_count() == array.len() {
        return Ok(Texts::Nothing);
    }
    if let Some(plain) = array.as_string_opt::<i32>() {
        return Ok(Texts::Plain(plain));
    }
    let dictionary = array.as_dictionary_opt::<Int32Type>().ok_or_else(|| unexpected("texts", array))?;
    let values = dictionary.values().as_string_opt::<i32>().ok_or_else(|| unexpected("texts", array))?;
    Ok(Texts::Dictionary(dictionary.keys(), values))
}

/// A column of lists of texts.
pub(crate) struct TextLists<'a> {
    lists: &'a ListArray,
    texts: Texts<'a>,
}

/// A column as lists of texts.
pub(crate) fn lists_of_texts(array: &ArrayRef) -> Result<TextLists<'_>> {
    let lists: &ListArray = array.as_list_opt().ok_or_else(|| unexpected("lists", array))?;
    Ok(TextLists { lists, texts: texts_of(lists.values())? })
}

impl<'a> TextLists<'a> {
    /// The texts of a row.
    pub(crate) fn get(&self, row: usize) -> impl Iterator<Item = &'a str> {
        range(self.lists, row).filter_map(|at| self.texts.get(at))
    }

    /// Whether a row has none.
    pub(crate) fn is_empty(&self, row: usize) -> bool {
        range(self.lists, row).is_empty()
    }
}

/// Where the values of list `at` lie.
#[inline]
fn range(lists: &ListArray, at: usize) -> Range<usize> {
    if lists.is_null(at) {
        return 0..0;
    }
    let edge = |at: usize| lists.value_offsets().get(at).and_then(|&edge| usize::try_from(edge).ok()).unwrap_or(0);
    edge(at)..edge(at + 1)
}

/// A column of days.
#[derive(Clone, Copy)]
pub(crate) struct Days<'a>(&'a Date32Array);

impl<'a> Days<'a> {
    /// A column as days.
    pub(crate) fn of(array: &'a ArrayRef) -> Result<Self> {
        array.as_primitive_opt().map(Self).ok_or_else(|| unexpected("days", array))
    }

    /// The day of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<Day> {
        self.0.is_valid(row).then(|| Day::from_epoch_days(self.0.value(row)))
    }
}

/// A column as yes or no.
pub(crate) fn flags(array: &ArrayRef) -> Result<&BooleanArray> {
    array.as_boolean_opt().ok_or_else(|| unexpected("flags", array))
}

/// A column as numbers.
pub(crate) fn numbers(array: &ArrayRef) -> Result<&Float64Array> {
    array.as_primitive_opt().ok_or_else(|| unexpected("numbers", array))
}

/// A column of lists of rows.
pub(crate) struct Rows<'a> {
    list: &'a ListArray,
    rows: &'a StructArray,
}

/// A column as lists of rows.
pub(crate) fn rows_of(array: &ArrayRef) -> Result<Rows<'_>> {
    let list: &ListArray = array.as_list_opt().ok_or_else(|| unexpected("lists", array))?;
    let rows = list.values().as_struct_opt().ok_or_else(|| unexpected("lists of rows", array))?;
    Ok(Rows { list, rows })
}

impl<'a> Rows<'a> {
    /// Where the rows of list `at` lie in the columns.
    #[inline]
    pub(crate) fn range(&self, at: usize) -> Range<usize> {
        range(self.list, at)
    }

    /// Whether the rows have such a column.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.rows.column_by_name(name).is_some()
    }

    /// Where the rows of all lists lie in the columns.
    pub(crate) fn all(&self) -> Range<usize> {
        let edge = |edge: Option<&i32>| edge.and_then(|&edge| usize::try_from(edge).ok()).unwrap_or(0);
        edge(self.list.value_offsets().first())..edge(self.list.value_offsets().last())
    }

    /// A column of the rows.
    pub(crate) fn column(&self, name: &str) -> Result<&'a ArrayRef> {
        self.rows.column_by_name(name).ok_or_else(|| internal_datafusion_err!("no column `{name}` in gathered rows"))
    }
}

fn unexpected(wanted: &str, array: &ArrayRef) -> datafusion::error::DataFusionError {
    internal_datafusion_err!("expected {wanted}, got {}", array.data_type())
}
