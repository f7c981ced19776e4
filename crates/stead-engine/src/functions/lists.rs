//! Which lists a record's codes are on.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::Expr;

use super::{Function, Texts, texts_of};
use crate::prepared::Prepared;

/// The lists of criteria that a record is on, as bits; null when on none. Arguments: system, code, other codes.
pub(crate) fn criteria_lists(prepared: &Arc<Prepared>, codes: Vec<Expr>) -> Expr {
    Function::call("stead_criteria_lists", prepared, codes, DataType::Binary, |prepared, columns, rows| {
        lists(prepared, &prepared.criteria_lists, columns, rows)
    })
}

/// The lists of needs that a record is on, as bits; null when on none. Arguments: system, code, other codes.
pub(crate) fn need_lists(prepared: &Arc<Prepared>, codes: Vec<Expr>) -> Expr {
    Function::call("stead_need_lists", prepared, codes, DataType::Binary, |prepared, columns, rows| {
        lists(prepared, &prepared.need_lists, columns, rows)
    })
}

pub(super) fn lists(prepared: &Prepared, mask: &[u8], columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let [systems, codes, others] = columns else { return Err(internal_datafusion_err!("three columns of codes")) };
    let mut first = FirstCodes::new(prepared, texts_of(systems)?, texts_of(codes)?);
    let (others, other_values) = (others.as_list::<i32>(), others.as_list::<i32>().values());
    let other_values = texts_of(other_values)?;
    let mut result = BinaryBuilder::with_capacity(rows, 0);
    let mut bits = vec![0; mask.len()];
    for row in 0..rows {
        bits.fill(0);
        let mut add = |more: Option<&[u8]>| {
            bits.iter_mut().zip(more.unwrap_or_default()).for_each(|(to, from)| *to |= from);
        };
        add(first.get(row));
        if others.is_valid(row) {
            let edges = others.value_offsets();
            let edge = |at: usize| edges.get(at).and_then(|&edge| usize::try_from(edge).ok()).unwrap_or(0);
            for at in edge(row)..edge(row + 1) {
                let token = other_values.get(at).and_then(|token| token.rsplit_once('|'));
                add(token.and_then(|(system, code)| prepared.compiled.lists_of(system, code)));
            }
        }
        bits.iter_mut().zip(mask).for_each(|(bits, mask)| *bits &= mask);
        if bits.iter().any(|&byte| byte != 0) { result.append_value(&bits) } else { result.append_null() }
    }
    Ok(Arc::new(result.finish()))
}

/// The lists of first codings. Columns with dictionaries are looked up once for each pair of keys, not for each row.
struct FirstCodes<'a> {
    prepared: &'a Prepared,
    systems: Texts<'a>,
    codes: Texts<'a>,
    known: Vec<Option<Option<&'a [u8]>>>,
    width: usize,
}

/// Beyond this many pairs the memory for remembering them would outweigh looking them up.
const PAIRS_MAX: usize = 1 << 20;

impl<'a> FirstCodes<'a> {
    fn new(prepared: &'a Prepared, systems: Texts<'a>, codes: Texts<'a>) -> Self {
        let width = codes.distinct().unwrap_or(0);
        let pairs = systems.distinct().unwrap_or(0).saturating_mul(width);
        let known = if pairs <= PAIRS_MAX { vec![None; pairs] } else { Vec::new() };
        Self { prepared, systems, codes, known, width }
    }

    fn get(&mut self, row: usize) -> Option<&'a [u8]> {
        let pair = self.systems.key(row).zip(self.codes.key(row)).map(|(system, code)| system * self.width + code);
        let looked_up = || self.prepared.compiled.lists_of(self.systems.get(row)?, self.codes.get(row)?);
        match pair.and_then(|pair| self.known.get_mut(pair)) {
            Some(known) => *known.get_or_insert_with(looked_up),
            None => looked_up(),
        }
    }
}
