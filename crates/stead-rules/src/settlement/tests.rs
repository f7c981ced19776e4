//! Rows against agreements, as stories.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::agreement::{CellTest, EvidenceTotal, EvidenceYear, Party};
use crate::posting::balances;

struct Row(BTreeMap<&'static str, &'static str>);

impl Cells for Row {
    fn cell(&self, column: &str) -> Option<&str> {
        self.0.get(column).copied()
    }
}

fn row(cells: &[(&'static str, &'static str)]) -> Row {
    let usual = [
        ("practice", "p1"),
        ("year", "2026"),
        ("kind", "gms"),
        ("list", "10.10"),
        ("points", "-0.05"),
        ("all", "10.05"),
    ];
    Row(usual.into_iter().chain(cells.iter().copied()).collect())
}

fn clause(id: &str, column: &str, kinds: &[&str]) -> Clause {
    let is = kinds.iter().map(|kind| Arc::from(*kind)).collect();
    let rows =
        if kinds.is_empty() { Vec::new() } else { vec![CellTest { column: "kind".into(), is, otherwise: Vec::new() }] };
    Clause {
        id: id.into(),
        text: id.into(),
        period: None,
        terms: Terms::Pay(Pay {
            from: "payer".into(),
            to: vec!["practices".into()],
            services: Vec::new(),
            needs: Vec::new(),
            group: None,
            attribution: None,
            primary_care: None,
            catchment: Vec::new(),
            evidence: Some(Brought { table: "payments".into(), rows }),
            formula: Formula::Stated { column: column.into() },
        }),
    }
}

fn agreement() -> Agreement {
    Agreement {
        id: "contract".into(),
        title: "Contract".into(),
        period: Period::new("2026-01-01".parse().unwrap(), "2028-01-01".parse().unwrap()).unwrap(),
        notice_days: 0,
        law: None,
        currency: "GBP".into(),
        precedence: Vec::new(),
        subject_to: Vec::new(),
        places: Vec::new(),
        parties: ["payer", "practices"].map(|id| Party { organisation: id.into(), signatories: Vec::new() }).to_vec(),
        amends: Vec::new(),
        evidence: vec![EvidenceTable {
            id: "payments".into(),
            row: vec!["practice".into()],
            organisation: "practice".into(),
            year: Some(EvidenceYear { column: "year".into(), begins_in_month: 1 }),
            empty: vec!["-".into()],
            totals: vec![EvidenceTotal { column: "all".into(), without: Vec::new() }],
        }],
        clauses: vec![clause("list", "list", &["gms", "pms"]), clause("points", "points", &["gms"])],
    }
}

fn organisation(id: &str, part_of: Option<&str>) -> Organisation {
    let (name, kind) = (id.into(), "practice".into());
    Organisation { id: id.into(), name, kind, codes: Vec::new(), part_of: part_of.map(Into::into) }
}

fn settled(agreement: &Agreement, row: &Row) -> Result<Vec<(String, i64)>, Vec<String>> {
    let known = [organisation("payer", None), organisation("practices", None), organisation("p2", Some("practices"))];
    let agreements = [agreement.clone()];
    let evidence = Evidence::new(&agreements, &known, &|column| row.0.contains_key(column));
    let lines = evidence.settle(row, None);
    let line = |line: Line| (format!("{} {}", line.organisation, line.clause), line.amount.0);
    let told = |wrong: Wrong| format!("{}: {} ({})", wrong.column.as_deref().unwrap_or("-"), wrong.message, wrong.help);
    lines.map(|it| it.into_iter().map(line).collect()).map_err(|it| it.into_iter().map(told).collect())
}

#[test]
fn each_clause_pays_what_its_column_says_and_less_than_nothing_is_owed() {
    let lines = settled(&agreement(), &row(&[]));
    assert_eq!(lines, Ok(vec![("p1 contract list".to_owned(), 1010), ("p1 contract points".to_owned(), -5)]));
}

#[test]
fn an_organisation_of_the_folder_is_paid_when_it_is_one_of_those_whom_the_clause_pays() {
    assert!(settled(&agreement(), &row(&[("practice", "p2")])).is_ok());
    let told = settled(&agreement(), &row(&[("practice", "payer")])).unwrap_err();
    assert_eq!(told[0], "practice: `payer` is none of those whom the clause pays (the clause pays `practices`)");
}

#[test]
fn a_clause_of_another_year_or_for_other_rows_pays_nothing_and_changes_nothing() {
    let mut with = agreement();
    with.clauses.push(clause("others", "points", &["apms"]));
    let mut later = clause("later", "points", &[]);
    later.period = Period::new("2027-01-01".parse().unwrap(), "2028-01-01".parse().unwrap());
    with.clauses.insert(0, later);
    assert_eq!(settled(&with, &row(&[])), settled(&agreement(), &row(&[])));
}

#[test]
fn what_is_wrong_with_a_row_is_told_with_its_column() {
    let told = |cells: &[(&'static str, &'static str)]| settled(&agreement(), &row(cells)).unwrap_err().join("; ");
    assert_eq!(
        told(&[("list", "ten")]),
        "list: `ten` in `list` is not a number (write digits, with a point before any fraction: 1234.50)"
    );
    assert_eq!(
        told(&[("list", "1.005")]),
        "list: `1.005` in `list` has more digits than the currency (round it to whole pence (cents))"
    );
    assert_eq!(
        told(&[("kind", "other")]),
        "kind: no clause is for a row whose `kind` is `other` (clauses in force are for gms, pms)"
    );
    assert_eq!(told(&[("year", "26")]), "year: `26` is not a year (write it as 2024)");
    assert!(
        told(&[("year", "2025")])
            .starts_with("year: no clause of `contract` is in force from 2025-01-01 to 2026-01-01")
    );
    assert!(told(&[("all", "10.04")]).starts_with("all: `all` says 10.04, and what its clauses pay adds up to 10.05"));
    assert_eq!(told(&[("practice", "-")]), "practice: `practice` says nothing (fill the cell, or take the row out)");
    let mut short = row(&[]);
    short.0.remove("points");
    let told = settled(&agreement(), &short).unwrap_err();
    assert_eq!(
        told,
        [
            "-: there is no column `points`, which the agreement goes by (add the column; its name stands in the table's first line)"
        ]
    );
}

#[test]
fn a_sum_for_each_member_goes_by_the_column_that_weighs_them() {
    let mut with = agreement();
    with.evidence.iter_mut().for_each(|table| table.totals.clear());
    let mut heads = clause("heads", "list", &[]);
    if let Terms::Pay(pay) = &mut heads.terms {
        let (amount, per, weight_column) = (Minor(950), Per::Month, Some("list".into()));
        pay.formula = Formula::Capitation(Capitation { amount, per, weights: Vec::new(), weight_column });
    }
    with.clauses = vec![heads];
    // 9.50 a month for a year and 1,234.5 members.
    let paid = |list: &'static str| settled(&with, &row(&[("list", list)]));
    assert_eq!(paid("1,234.5"), Ok(vec![("p1 contract heads".to_owned(), 950 * 12 * 12_345 / 10)]));
    assert!(paid("-1").unwrap_err()[0].starts_with("list: `-1` in `list` is less than nothing"));
    assert!(paid("-").unwrap_err()[0].starts_with("list: `list` says nothing"));
}

#[test]
fn a_cell_that_says_none_of_the_words_that_it_may_say_is_an_error_and_no_no() {
    let mut with = agreement();
    for clause in &mut with.clauses {
        let Terms::Pay(Pay { evidence: Some(brought), .. }) = &mut clause.terms else { continue };
        let words = |words: &[&str]| words.iter().map(|word| Arc::from(*word)).collect();
        brought.rows.push(CellTest { column: "flag".into(), is: words(&["1"]), otherwise: words(&["0"]) });
    }
    let told = |flag: &'static str| settled(&with, &row(&[("flag", flag), ("all", "0")]));
    assert!(settled(&with, &row(&[("flag", "1")])).is_ok());
    let no = "kind: no clause is for a row whose";
    assert!(told("0").unwrap_err()[0].starts_with(no) && told("-").unwrap_err()[0].starts_with(no));
    assert_eq!(
        told("Y").unwrap_err()[0],
        "flag: `Y` in `flag` is none of the words that it may say (write 1, 0, or nothing)"
    );
}

#[test]
fn thousands_may_be_set_apart_by_commas_but_only_rightly() {
    assert_eq!(settled(&agreement(), &row(&[("list", "1,234.50"), ("all", "1,234.45")])).unwrap()[0].1, 123_450);
    for wrong in ["12,34", "1,2345", ",123", "1,234,5", "1.234,5", "1e3", "$5"] {
        assert!(settled(&agreement(), &row(&[("list", wrong)])).is_err(), "{wrong}");
    }
}

#[test]
fn what_a_row_pays_and_what_is_taken_back_leaves_nothing() {
    let (agreements, row) = ([agreement()], row(&[]));
    let evidence = Evidence::new(&agreements, &[], &|_| true);
    let lines = evidence.settle(&row, None).unwrap();
    let mut postings: Vec<_> = lines.iter().filter_map(|line| line.posting("payments.csv:2")).collect();
    assert_eq!(balances(&postings).unwrap().values().map(|it| it.0).collect::<Vec<_>>(), [1005, -1005]);
    let back: Vec<_> = postings.iter().map(Posting::reversed).collect();
    postings.extend(back);
    assert!(balances(&postings).unwrap().values().all(|balance| *balance == Minor::ZERO));
}

/// A row whose cells are made up.
struct Made(BTreeMap<String, String>);

impl Cells for Made {
    fn cell(&self, column: &str) -> Option<&str> {
        self.0.get(column).map(String::as_str)
    }
}

proptest! {
    /// Streams of up to a nation's spending, in any order of clauses, with clauses among them that pay nothing.
    #[test]
    fn in_any_order_of_clauses_a_row_is_settled_alike_and_its_postings_leave_nothing(
        amounts in prop::collection::vec(-30_000_000_000_000_i64..30_000_000_000_000, 1..12)
    ) {
        let mut agreement = agreement();
        agreement.clauses = (0..amounts.len()).map(|at| clause(&format!("c{at}"), &format!("column {at}"), &[])).collect();
        let mut cells: BTreeMap<String, String> = (0..).zip(&amounts)
            .map(|(at, amount): (usize, _)| (format!("column {at}"), Minor(*amount).decimal("GBP")))
            .collect();
        let all = Minor(amounts.iter().sum()).decimal("GBP");
        let fixed = [("practice", "p1"), ("year", "2026"), ("kind", "gms"), ("all", all.as_str()), ("none", "0")];
        cells.extend(fixed.map(|(column, cell)| (column.to_owned(), cell.to_owned())));
        let row = Made(cells);
        let postings = |agreement: &Agreement| {
            let agreements = [agreement.clone()];
            let lines = Evidence::new(&agreements, &[], &|_| true).settle(&row, None).unwrap();
            let mut postings: Vec<_> = lines.iter().filter_map(|line| line.posting("row")).collect();
            postings.sort();
            postings
        };
        let one = postings(&agreement);
        prop_assert_eq!(balances(&one).unwrap().values().map(|balance| balance.0).sum::<i64>(), 0);
        agreement.clauses.reverse();
        agreement.clauses.insert(amounts.len() / 2, clause("nothing", "none", &[]));
        prop_assert_eq!(one, postings(&agreement));
    }
}
