//! The rows of one citizen, or of a table that is not spread over buckets, put into order.

use std::cmp::Ordering;

use stead_tables::Table;

use super::cell::Cell;

/// Some rows of a table. Their cells lie one behind the other, so that a row costs no memory of its own.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) table: &'static Table,
    cells: Vec<Cell<'a>>,
    width: usize,
    count: usize,
    /// The columns by which rows are put into order.
    order: Vec<usize>,
    /// Rows in order, once they are.
    places: Vec<u32>,
}

impl<'a> Rows<'a> {
    /// For a whole table.
    pub(crate) fn new(table: &'static Table) -> Self {
        let place = |name: &&str| table.columns.iter().position(|column| column.name == *name);
        let order = table.order.iter().filter_map(place).collect();
        Self { table, cells: Vec::new(), width: table.columns.len(), count: 0, order, places: Vec::new() }
    }

    /// For the rows of one citizen at a time, who need not be compared.
    pub(crate) fn of_one_citizen(table: &'static Table) -> Self {
        let mut rows = Self::new(table);
        rows.order.retain(|&column| table.columns.get(column).is_none_or(|column| column.name != "citizen"));
        rows
    }

    /// How many rows there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// INVARIANT: a row has a cell for each column, in the table's order; a row of another length is left out, which fails
    /// the tests of every table.
    pub(crate) fn push<const CELLS: usize>(&mut self, row: [Cell<'a>; CELLS]) {
        debug_assert_eq!(CELLS, self.width, "cells for the columns of `{}`", self.table.name);
        if CELLS == self.width {
            self.cells.extend(row);
            self.count += 1;
        }
    }

    /// As [`Self::push`], for a row whose length is not known beforehand.
    pub(crate) fn push_all(&mut self, row: impl IntoIterator<Item = Cell<'a>>) {
        let before = self.cells.len();
        self.cells.extend(row);
        debug_assert_eq!(self.cells.len() - before, self.width, "cells for the columns of `{}`", self.table.name);
        if self.cells.len() - before == self.width {
            self.count += 1;
        } else {
            self.cells.truncate(before);
        }
    }

    /// The row that was pushed last.
    pub(crate) fn last(&self) -> &[Cell<'a>] {
        self.cells.get(self.cells.len().saturating_sub(self.width)..).unwrap_or(&[])
    }

    /// Takes back all rows but the first so many.
    pub(crate) fn keep_first(&mut self, count: usize) {
        self.cells.truncate(count * self.width);
        self.count = self.count.min(count);
    }

    /// Takes all rows out again, in the order in which they were pushed.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Vec<Cell<'a>>> {
        self.count = 0;
        let mut cells = std::mem::take(&mut self.cells).into_iter();
        let width = self.width;
        std::iter::from_fn(move || {
            let row: Vec<Cell<'a>> = cells.by_ref().take(width).collect();
            (!row.is_empty()).then_some(row)
        })
    }

    /// Calls `each` with the rows in the table's order; then there are none left.
    pub(crate) fn take_sorted<E>(&mut self, mut each: impl FnMut(&[Cell<'a>]) -> Result<(), E>) -> Result<(), E> {
        if self.count == 0 {
            return Ok(());
        }
        let (cells, order) = (self.cells.as_slice(), self.order.as_slice());
        let compared = |one: &[Cell<'a>], other: &[Cell<'a>]| {
            let by = |&column: &usize| match (one.get(column), other.get(column)) {
                (Some(one), Some(other)) => one.order(other),
                _ => Ordering::Equal,
            };
            order.iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        // Records mostly come in order.
        let width = self.width.max(1);
        if cells.chunks_exact(width).is_sorted_by(|one, other| compared(one, other).is_le()) {
            cells.chunks_exact(width).try_for_each(&mut each)?;
        } else {
            let row = |place: u32| {
                let from = place as usize * width;
                cells.get(from..from + width).unwrap_or(&[])
            };
            self.places.clear();
            self.places.extend(0..self.count as u32);
            self.places.sort_by(|&one, &other| compared(row(one), row(other)));
            self.places.iter().try_for_each(|&place| each(row(place)))?;
        }
        self.cells.clear();
        self.count = 0;
        Ok(())
    }
}
