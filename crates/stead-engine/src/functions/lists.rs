//! Which lists a record's codes are on.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BinaryBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::Expr;

use super::function::Entry;
use super::{ByCode, Function, lists_of_texts, texts_of};
use crate::prepared::Prepared;

pub(super) static LISTS: Entry = Entry { name: "stead_lists", returns: || DataType::Binary, body: lists };

/// The lists of criteria and needs that a record is on, as bits; null when on none. Arguments: system, code, other codes.
pub(crate) fn lists_of(prepared: &Arc<Prepared>, codes: Vec<Expr>) -> Expr {
    Function::call(&LISTS, prepared, codes)
}

fn lists(prepared: &Prepared, columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let [systems, codes, others] = columns else { return Err(internal_datafusion_err!("three columns of codes")) };
    let mut first = ByCode::new(texts_of(systems)?, texts_of(codes)?);
    let others = lists_of_texts(others)?;
    let mut result = BinaryBuilder::with_capacity(rows, 0);
    let mut bits = vec![0; prepared.compiled.list_bytes()];
    for row in 0..rows {
        let by_first = first.get(row, |system, code| prepared.compiled.lists_of(system, code)).flatten();
        if others.is_empty(row) {
            result.append_option(by_first);
            continue;
        }
        bits.fill(0);
        let mut add = |more: Option<&[u8]>| {
            bits.iter_mut().zip(more.unwrap_or_default()).for_each(|(to, from)| *to |= from);
        };
        add(by_first);
        for token in others.get(row) {
            add(token.rsplit_once('|').and_then(|(system, code)| prepared.compiled.lists_of(system, code)));
        }
        if bits.iter().any(|&byte| byte != 0) { result.append_value(&bits) } else { result.append_null() }
    }
    Ok(Arc::new(result.finish()))
}
