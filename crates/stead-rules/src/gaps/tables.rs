//! Clauses that go by a table, and pay for the same of its rows.

use super::Gap;
use super::book::{Book, both_count};
use crate::agreement::{Agreement, Brought, CellTest, Clause, Formula, Pay, Terms};

type ByTable<'a> = (&'a Agreement, &'a Clause, &'a Pay, &'a Brought);

pub(super) fn gaps(book: &Book<'_>) -> Vec<Gap> {
    let by_table: Vec<ByTable<'_>> = book
        .clauses()
        .filter_map(|(agreement, clause)| match &clause.terms {
            Terms::Pay(pay) => Some((agreement, clause, pay, pay.evidence.as_ref()?)),
            _ => None,
        })
        .collect();
    let pairs = by_table.iter().enumerate().flat_map(|(at, one)| by_table.iter().skip(at + 1).map(move |it| (one, it)));
    let same = pairs.filter(|(one, other)| same_rows(book, one, other));
    same.map(|(one, other)| Gap::SameRows { first: one.0.cite(one.1), second: other.0.cite(other.1) }).collect()
}

fn same_rows(book: &Book<'_>, one: &ByTable<'_>, other: &ByTable<'_>) -> bool {
    // A table is its agreement's: others may call another one the same.
    one.0.id == other.0.id
        && one.3.table == other.3.table
        && same_columns(&one.2.formula, &other.2.formula)
        && !apart(&one.3.rows, &other.3.rows)
        && one.2.to.iter().any(|to| other.2.to.iter().any(|its| book.are_related(to, its)))
        && both_count((one.0, one.1), (other.0, other.1))
}

/// Whether both go by the same columns, so that what the one pays for the other pays for again.
fn same_columns(one: &Formula, other: &Formula) -> bool {
    match (one, other) {
        (Formula::Stated { column }, Formula::Stated { column: other }) => column == other,
        (Formula::Capitation(one), Formula::Capitation(other)) => one.weight_column == other.weight_column,
        (Formula::SharedSavings(one), Formula::SharedSavings(other)) => {
            (&one.benchmark, &one.spend_column) == (&other.benchmark, &other.spend_column)
        }
        _ => false,
    }
}

/// Whether no row can be one of both: some column would have to say two things.
fn apart(one: &[CellTest], other: &[CellTest]) -> bool {
    one.iter().any(|test| {
        let theirs = other.iter().filter(|its| its.column == test.column);
        theirs.into_iter().any(|its| !test.is.iter().any(|word| its.is.contains(word)))
    })
}
