//! Whether a record's word is one of several.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::{Expr, ident, lit};

use super::function::Entry;
use super::{Function, Texts, texts_of};
use crate::prepared::Prepared;

pub(super) static ONE_OF: Entry =
    Entry { name: "stead_one_of", returns: || DataType::Boolean, body: |_, columns, rows| one_of(columns, rows) };

/// Whether the word of a column is one of these; an empty one is not. Arguments: the column, the words.
pub(crate) fn is_one_of(prepared: &Arc<Prepared>, column: &str, words: &[&str]) -> Expr {
    Function::call(&ONE_OF, prepared, [ident(column)].into_iter().chain(words.iter().copied().map(lit)).collect())
}

/// Asked of each word that occurs once, not of each row.
fn one_of(columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let (column, words) = columns.split_first().ok_or_else(|| internal_datafusion_err!("a column of words"))?;
    let column = texts_of(column)?;
    let words = words.iter().map(texts_of).collect::<Result<Vec<Texts<'_>>>>()?;
    let wanted = |text: &str| words.iter().any(|word| word.get(0) == Some(text));
    let known: Vec<bool> = match column {
        Texts::Dictionary(_, values) => values.iter().map(|text| text.is_some_and(wanted)).collect(),
        Texts::Nothing | Texts::Plain(_) => Vec::new(),
    };
    let is_one = |row: usize| match column.key(row) {
        Some(key) => known.get(key).copied().unwrap_or(false),
        None => column.get(row).is_some_and(wanted),
    };
    Ok(Arc::new(BooleanArray::from((0..rows).map(is_one).collect::<Vec<bool>>())))
}
