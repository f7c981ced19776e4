//! Settle: who is paid what by which clause, on the lake's records or on figures that a party brings; as accounts that
//! anybody can add up.

mod books;
mod citizens;
mod journal;
mod per_month;
mod records;
mod statement;
mod written;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use stead_folder::{EvidenceFile, EvidenceRow, Problem};
use stead_rules::settlement::{Evidence, Line, Wrong};
use stead_rules::{ClauseRef, Definitions, Minor, OrganisationId, Period, Posting};

use crate::error::AppError;

pub use books::{Booked, Standing};
pub use citizens::{CitizenYear, PaidForHer};
pub use records::{FromRecords, settle_records};
pub use written::write;

/// The version of a settlement's JSON.
pub const SETTLEMENT_VERSION: u32 = 1;

/// What is settled.
#[derive(Debug)]
pub struct Settled {
    /// The currency of all amounts (ISO 4217).
    pub currency: String,
    /// How many rows of evidence were settled; on records, how many accounts there are.
    pub rows: usize,
    /// How many were for another time.
    pub rows_left_out: usize,
    /// What each clause pays for each row, in the table's order, each with where its figures stand.
    pub lines: Vec<(Line, String)>,
    /// The postings.
    pub postings: Vec<Posting>,
    /// What each organisation was paid less what it paid, but for what is in dispute.
    pub balances: BTreeMap<OrganisationId, Minor>,
    /// The lines that are in dispute, by their number from 0 on: by whom, and why.
    pub disputes: BTreeMap<usize, Arc<str>>,
    /// What each organisation would be paid less what it would pay by what is in dispute.
    pub disputed: BTreeMap<OrganisationId, Minor>,
    /// How far it stands, where that was said.
    pub standing: Option<Standing>,
    /// What earlier settlements of the time have posted.
    pub earlier: Vec<Booked>,
    /// The pools, each with the clauses whose gains and losses it holds.
    pub pools: BTreeMap<ClauseRef, Vec<ClauseRef>>,
}

/// A settlement in short.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The version of this form.
    pub version: u32,
    /// The currency of all amounts.
    pub currency: String,
    /// How many rows of evidence were settled.
    pub rows: usize,
    /// How many were for another time.
    pub rows_left_out: usize,
    /// How many postings there are.
    pub postings: usize,
    /// By clause.
    pub clauses: Vec<ClauseSum>,
    /// The sum of all balances: nothing.
    pub sum_of_balances_minor: i64,
    /// `provisional` or `final`, where that was said.
    pub standing: Option<&'static str>,
    /// How many postings are in dispute.
    pub disputed: usize,
    /// How many postings were added to those of an earlier settlement; nothing, where it is the first.
    pub added: Option<usize>,
    /// What was written.
    pub files: Vec<PathBuf>,
}

/// What a clause comes to.
#[derive(Clone, Debug, Serialize)]
pub struct ClauseSum {
    /// As it is cited.
    pub clause: String,
    /// For how many rows it is.
    pub rows: usize,
    /// What it pays, in the minor unit.
    pub paid_minor: i64,
    /// What is owed by it, in the minor unit.
    pub owed_minor: i64,
}

/// Settles places on a table that a party brings. `period` is the time of rows that do not name a year; rows of years
/// that do not lie in it are left out.
///
/// # Errors
/// When the folder or the table has errors, or nothing in the folder goes by such a table.
pub fn settle(places: &[PathBuf], evidence: &Path, period: Option<Period>) -> Result<Settled, AppError> {
    settle_table(&crate::folders::definitions(places)?, evidence, period)
}

/// As [`settle`], by definitions.
///
/// # Errors
/// As there.
pub(crate) fn settle_table(
    definitions: &Definitions,
    evidence: &Path,
    period: Option<Period>,
) -> Result<Settled, AppError> {
    let table = EvidenceFile::load(evidence).map_err(AppError::Evidence)?;
    let terms = Evidence::new(&definitions.agreements, &definitions.organisations, &|column| table.has(column));
    let currency = currency(&table, &terms)?;
    let (lines, rows, rows_left_out) = lines(&table, &terms, period)?;
    Settled::new(currency, lines, rows, rows_left_out)
}

/// A text in which every letter that is not plain is written as its code, so that different texts stay different.
fn coded(text: &str, mut is_plain: impl FnMut(char) -> bool) -> String {
    let mut found = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_plain(letter) {
            found.push(letter);
        } else {
            let mut bytes = [0; 4];
            found.extend(letter.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    found
}

fn too_large() -> AppError {
    AppError::NotThere { message: "the amounts are larger than can be counted".to_owned() }
}

fn currency(table: &EvidenceFile, terms: &Evidence<'_>) -> Result<String, AppError> {
    let told = |message: &str, help: &str| Err(AppError::Evidence(vec![table.problem(message, help)]));
    if terms.is_empty() {
        return told(
            "no agreement of the place goes by a table with these columns",
            "an `[[evidence]]` of an agreement names the columns: `row`, `organisation_column`, `year_column`",
        );
    }
    match terms.currencies().as_slice() {
        [one] => Ok(one.to_string()),
        _ => told("agreements of several currencies go by this table", "settle each currency by itself"),
    }
}

type Lines = (Vec<(Line, String)>, usize, usize);

fn lines(table: &EvidenceFile, terms: &Evidence<'_>, period: Option<Period>) -> Result<Lines, AppError> {
    let (mut lines, mut wrong, mut twice) = (Vec::new(), Vec::new(), Vec::new());
    let (mut rows, mut left_out) = (0, 0);
    let mut seen: HashMap<(String, Period), usize> = HashMap::new();
    for row in table.rows() {
        match settled(row, terms, period) {
            Ok(None) => left_out += 1,
            Err(found) => wrong.extend(found.into_iter().map(|wrong| (row, wrong))),
            Ok(Some(found)) => {
                rows += 1;
                if let Some(first) = found.first()
                    && let Some(before) = seen.insert((first.row.clone(), first.period), row.line())
                {
                    twice.push(named_twice(table, &first.row, row.line(), before));
                }
                lines.extend(found.into_iter().map(|line| (line, row.place())));
            }
        }
    }
    let mut problems = table.problems(wrong);
    problems.extend(twice);
    if !problems.is_empty() {
        return Err(AppError::Evidence(problems));
    }
    if rows == 0 {
        let help = "check `--from` and `--to`, and that the table has rows";
        return Err(AppError::Evidence(vec![table.problem("the table has no row for this time", help)]));
    }
    Ok((lines, rows, left_out))
}

fn settled(
    row: EvidenceRow<'_>,
    terms: &Evidence<'_>,
    period: Option<Period>,
) -> Result<Option<Vec<Line>>, Vec<Wrong>> {
    let own = terms.period(&row, period).map_err(|wrong| vec![wrong])?;
    if let (Some(own), Some(settled)) = (own, period)
        && own.intersect(settled) != Some(own)
    {
        return Ok(None);
    }
    terms.settle(&row, period).map(Some)
}

fn named_twice(table: &EvidenceFile, name: &str, line: usize, before: usize) -> Problem {
    let message = format!("`{name}` stands in line {before} and again in line {line}, for the same time");
    table.problem(message, "settle each row once: take one of them out")
}

impl Settled {
    /// The accounts that follow from lines, each with what it rests on.
    fn new(currency: String, lines: Vec<(Line, String)>, rows: usize, rows_left_out: usize) -> Result<Self, AppError> {
        let mut settled = Self {
            currency,
            rows,
            rows_left_out,
            lines,
            postings: Vec::new(),
            balances: BTreeMap::new(),
            disputes: BTreeMap::new(),
            disputed: BTreeMap::new(),
            standing: None,
            earlier: Vec::new(),
            pools: BTreeMap::new(),
        };
        settled.post()?;
        Ok(settled)
    }

    /// It in short, with the files that were written.
    pub fn summary(&self, files: Vec<PathBuf>) -> Summary {
        let mut clauses: BTreeMap<String, ClauseSum> = BTreeMap::new();
        for (line, _) in &self.lines {
            let clause = line.clause.to_string();
            let sum =
                clauses.entry(clause.clone()).or_insert(ClauseSum { clause, rows: 0, paid_minor: 0, owed_minor: 0 });
            sum.rows += 1;
            // Single amounts fit by far; sums that do not were refused with the balances.
            sum.paid_minor = sum.paid_minor.saturating_add(line.amount.0.max(0));
            sum.owed_minor = sum.owed_minor.saturating_sub(line.amount.0.min(0));
        }
        Summary {
            version: SETTLEMENT_VERSION,
            currency: self.currency.clone(),
            rows: self.rows,
            rows_left_out: self.rows_left_out,
            postings: self.postings.len(),
            clauses: clauses.into_values().collect(),
            sum_of_balances_minor: self.balances.values().map(|balance| balance.0).sum(),
            standing: self.standing.map(Standing::word),
            disputed: self.postings.iter().filter(|posting| posting.disputed.is_some()).count(),
            added: (!self.earlier.is_empty()).then(|| self.corrections().len()),
            files,
        }
    }
}
