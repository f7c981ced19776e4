//! Values in units that no criterion can read.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::internal_datafusion_err;
use datafusion::logical_expr::Expr;
use stead_rules::unit::convert;

use super::lists::lists;
use super::{Function, texts_of};
use crate::prepared::Prepared;

/// `list|unit` for a value on a list that criteria compare with numbers, when its unit is none that they can convert; else null.
/// Arguments: system, code, other codes, unit.
pub(crate) fn unread(prepared: &Arc<Prepared>, args: Vec<Expr>) -> Expr {
    Function::call("stead_unread_unit", prepared, args, DataType::Utf8, |prepared, columns, rows| {
        let [codes @ .., units] = columns else { return Err(internal_datafusion_err!("a column of units")) };
        let found = lists(prepared, &prepared.criteria_lists, codes, rows)?;
        let (found, units) = (found.as_binary::<i32>(), texts_of(units)?);
        let mut result = StringBuilder::new();
        for row in 0..rows {
            let bits = if found.is_valid(row) { found.value(row) } else { &[] };
            let unit = units.get(row).unwrap_or("");
            let on = |list: usize| bits.get(list / 8).is_some_and(|byte| byte & (1 << (list % 8)) != 0);
            let unread = prepared
                .compared
                .iter()
                .find(|(list, known)| on(*list) && !known.iter().any(|known| convert(0.0, unit, known).is_some()));
            match unread.and_then(|(list, _)| prepared.compiled.lists.get(*list)) {
                Some(list) => result.append_value(format!("{list}|{unit}")),
                None => result.append_null(),
            }
        }
        Ok(Arc::new(result.finish()) as ArrayRef)
    })
}
