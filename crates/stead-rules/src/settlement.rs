//! Settlement on evidence: from a row of figures that a party brings to what each clause pays for it.
//!
//! The agreement says what the columns mean and for which rows a clause is; the row's year chooses the clauses in force.
//! So a table of another year is settled by the rules of that year, and nothing is known of any row beforehand.
//!
//! 1. [`Evidence`]: the agreements that go by a table. 2. `cells`: a row's cells as figures. 3. `savings`: shared savings.

mod cells;
pub(crate) mod savings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::agreement::{Agreement, Brought, Capitation, Clause, ClauseRef, EvidenceTable, Formula, Pay, Per, Terms};
use crate::day::{Day, Period};
use crate::id::OrganisationId;
use crate::money::{Exact, Minor};
use crate::organisation::Organisation;
use crate::payment::times;
use crate::posting::{Ground, Posting};

use cells::Sheet;
pub use cells::{Cells, Wrong};

/// What a clause pays for a row: a line of a statement, also where it pays nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What names the row.
    pub row: String,
    /// Whose figures they are.
    pub organisation: OrganisationId,
    /// Who pays.
    pub payer: OrganisationId,
    /// For which time.
    pub period: Period,
    /// By which clause.
    pub clause: ClauseRef,
    /// How much; less than nothing is owed.
    pub amount: Minor,
    /// How it came about, in words.
    pub why: String,
    /// What it goes by, to say why it is another amount another time.
    pub figures: Figures,
}

/// What an amount goes by, as far as that is one number; `None`: not by it, or nobody counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many members, on average over the time; or their days, if all lines have those.
    pub members: Option<Exact>,
    /// How many contacts.
    pub contacts: Option<u64>,
    /// How well, in percent.
    pub quality: Option<Exact>,
}

impl Line {
    /// Its posting; none where nothing is paid.
    pub fn posting(&self, evidence: &str) -> Option<Posting> {
        let ground = Ground { clause: self.clause.clone(), period: self.period, evidence: Arc::from(evidence) };
        Posting::new(&self.payer, &self.organisation, self.amount, ground)
    }
}

/// The agreements that are settled on a table, and the organisations that are known.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    tables: Vec<(&'a Agreement, &'a EvidenceTable)>,
    organisations: BTreeMap<&'a str, &'a Organisation>,
}

impl<'a> Evidence<'a> {
    /// Those whose table has these columns; where only one table is known to anybody, it.
    pub fn new(agreements: &'a [Agreement], organisations: &'a [Organisation], columns: &dyn Fn(&str) -> bool) -> Self {
        let all = || agreements.iter().flat_map(|it| it.evidence.iter().map(move |table| (it, table)));
        let fits = |table: &EvidenceTable| {
            let year = table.year.iter().map(|year| &year.column);
            table.row.iter().chain([&table.organisation]).chain(year).all(|column| columns(column))
        };
        let mut tables: Vec<_> = all().filter(|(_, table)| fits(table)).collect();
        if tables.is_empty() && all().count() == 1 {
            tables = all().collect();
        }
        let known =
            |it: &'a Organisation| it.codes.iter().map(AsRef::as_ref).chain([it.id.as_str()]).map(move |key| (key, it));
        Self { tables, organisations: organisations.iter().flat_map(known).collect() }
    }

    /// Whether no agreement goes by such a table.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The currencies of the agreements.
    pub fn currencies(&self) -> Vec<Arc<str>> {
        let mut found: Vec<_> = self.tables.iter().map(|(agreement, _)| Arc::clone(&agreement.currency)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What every clause in force pays for a row, in the order of clauses. `whole` is the time of rows without a year.
    ///
    /// # Errors
    /// All that is wrong with the row.
    pub fn settle(&self, row: &dyn Cells, whole: Option<Period>) -> Result<Vec<Line>, Vec<Wrong>> {
        let (mut lines, mut wrong) = (Vec::new(), Vec::new());
        for (agreement, table) in &self.tables {
            match self.settle_by(agreement, &Sheet { table, row, currency: &agreement.currency }, whole) {
                Ok(found) => lines.extend(found),
                Err(found) => wrong.extend(found),
            }
        }
        if wrong.is_empty() { Ok(lines) } else { Err(wrong) }
    }

    /// The time that a row is for.
    ///
    /// # Errors
    /// When its year is none.
    pub fn period(&self, row: &dyn Cells, whole: Option<Period>) -> Result<Option<Period>, Wrong> {
        let Some((agreement, table)) = self.tables.first() else { return Ok(whole) };
        period(&Sheet { table, row, currency: &agreement.currency }, whole)
    }

    fn settle_by(
        &self,
        agreement: &Agreement,
        sheet: &Sheet<'_>,
        whole: Option<Period>,
    ) -> Result<Vec<Line>, Vec<Wrong>> {
        let one = |wrong| vec![wrong];
        let Some(period) = period(sheet, whole).map_err(one)? else {
            let message = "nothing says which time the figures are for".to_owned();
            return Err(vec![Wrong { column: None, message, help: "give it by `--from` and `--to`".to_owned() }]);
        };
        let name = sheet.row_name().map_err(one)?;
        let in_force = in_force(agreement, sheet, period).map_err(one)?;
        let (mut lines, mut wrong) = (Vec::new(), Vec::new());
        for (clause, pay, brought) in &in_force {
            let line = || {
                if !sheet.all(&brought.rows)? {
                    return Ok(None);
                }
                let organisation = self.payee(sheet, pay)?;
                let whole = agreement.clause_period(clause).unwrap_or(period);
                let (amount, why, figures) = amount(sheet, pay, clause, (whole, period))?;
                let (row, payer, clause) = (name.clone(), pay.from.clone(), agreement.cite(clause));
                Ok(Some(Line { row, organisation, payer, period, clause, amount, why, figures }))
            };
            match line() {
                Ok(line) => lines.extend(line),
                Err(found) => wrong.push(found),
            }
        }
        if wrong.is_empty() && lines.is_empty() {
            wrong.extend(unclaimed(sheet, &in_force));
        }
        if wrong.is_empty() {
            wrong.extend(totals(sheet, &lines));
        }
        if wrong.is_empty() { Ok(lines) } else { Err(wrong) }
    }

    /// Whose figures a row holds: somebody whom the clause pays. A name that is not in the folder stands for itself.
    fn payee(&self, sheet: &Sheet<'_>, pay: &Pay) -> Result<OrganisationId, Wrong> {
        let column = &sheet.table.organisation;
        let name = sheet.needed(column)?;
        let Some(known) = self.organisations.get(name).copied() else { return Ok(OrganisationId::from(name)) };
        let mut above = Some(known);
        // No longer than there are organisations: a circle is an error of the folder, and ends here all the same.
        for _ in 0..=self.organisations.len() {
            match above {
                Some(organisation) if pay.to.contains(&organisation.id) => return Ok(known.id.clone()),
                Some(organisation) => {
                    above = organisation.part_of.as_ref().and_then(|id| self.organisations.get(id.as_str()).copied());
                }
                None => break,
            }
        }
        let paid: Vec<String> = pay.to.iter().map(|id| format!("`{id}`")).collect();
        let message = format!("`{}` is none of those whom the clause pays", known.id);
        Err(Wrong::at(column, message, &format!("the clause pays {}", paid.join(", "))))
    }
}

/// A clause that goes by a table, with its terms.
type ByTable<'a> = (&'a Clause, &'a Pay, &'a Brought);

/// The clauses that go by the table and are in force through all of the time.
fn in_force<'a>(agreement: &'a Agreement, sheet: &Sheet<'_>, period: Period) -> Result<Vec<ByTable<'a>>, Wrong> {
    let by_table = agreement.clauses.iter().filter_map(|clause| match &clause.terms {
        Terms::Pay(pay) => {
            let brought = pay.evidence.as_ref().filter(|brought| brought.table == sheet.table.id)?;
            Some((clause, pay, brought))
        }
        _ => None,
    });
    let holds = |(clause, ..): &ByTable<'_>| {
        agreement.clause_period(clause).and_then(|own| own.intersect(period)) == Some(period)
    };
    let found: Vec<_> = by_table.filter(holds).collect();
    if found.is_empty() {
        let (from, to) = (agreement.period.from, agreement.period.to);
        let message = format!("no clause of `{}` is in force from {} to {}", agreement.id, period.from, period.to);
        let help = format!("the agreement is in force from {from} to {to}, and each clause from `starts` to `ends`");
        let column = sheet.table.year.as_ref().map(|year| Arc::clone(&year.column));
        return Err(Wrong { column, message, help });
    }
    Ok(found)
}

fn period(sheet: &Sheet<'_>, whole: Option<Period>) -> Result<Option<Period>, Wrong> {
    let Some(year) = &sheet.table.year else { return Ok(whole) };
    let text = sheet.needed(&year.column)?;
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let first = digits.then(|| text.parse().ok()).flatten();
    let first = first.and_then(|number| Day::from_ymd(number, i8::try_from(year.begins_in_month).ok()?, 1));
    let found = first.and_then(|first| Period::new(first, first.plus_years(1)));
    found.map(Some).ok_or_else(|| Wrong::at(&year.column, format!("`{text}` is not a year"), "write it as 2024"))
}

/// What a clause pays for a row. `times`: when it is in force, and the time of the row.
fn amount(
    sheet: &Sheet<'_>,
    pay: &Pay,
    clause: &Clause,
    times: (Period, Period),
) -> Result<(Minor, String, Figures), Wrong> {
    match &pay.formula {
        Formula::Stated { column } => {
            let amount = sheet.amount(column)?.unwrap_or(Minor::ZERO);
            Ok((amount, column.to_string(), Figures::default()))
        }
        Formula::SharedSavings(terms) => savings::amount(sheet, terms),
        Formula::Capitation(Capitation { amount, per, weight_column: Some(column), .. }) => {
            weighed(sheet, (*amount, *per), column, times)
        }
        _ => {
            let message = format!("clause `{}` is by a formula that goes by records", clause.id);
            let help = "let it be by `stated`, `shared_savings`, or `capitation` with a `weight_column`";
            Err(Wrong { column: None, message, help: help.to_owned() })
        }
    }
}

/// A sum for each of so many members, as a column has them: a member's weight, or how much all on a list weigh.
fn weighed(
    sheet: &Sheet<'_>,
    (amount, per): (Minor, Per),
    column: &Arc<str>,
    (whole, period): (Period, Period),
) -> Result<(Minor, String, Figures), Wrong> {
    let weight = sheet.needed_number(column)?;
    if weight.is_negative() {
        let message = format!("`{}` in `{column}` is less than nothing", sheet.text(column)?);
        return Err(Wrong::at(column, message, "write how many members there are, or what they weigh"));
    }
    let often = times(per, whole, period).ok();
    let sum = often.and_then(|often| Exact::from(amount).times(weight)?.times(often)?.rounded());
    let sum = sum.ok_or_else(|| sheet.too_large(column))?;
    let why =
        format!("{} in `{column}`, each {} a {}", sheet.text(column)?, amount.decimal(sheet.currency), per.word());
    Ok((sum, why, Figures { members: Some(weight), ..Figures::default() }))
}

/// What to say of a row that no clause is for: about the first cell that a clause looks at.
fn unclaimed(sheet: &Sheet<'_>, in_force: &[ByTable<'_>]) -> Option<Wrong> {
    let tests = || in_force.iter().flat_map(|(.., brought)| &brought.rows);
    let column = &tests().next()?.column;
    let mut words: Vec<&str> =
        tests().filter(|test| test.column == *column).flat_map(|test| &test.is).map(AsRef::as_ref).collect();
    words.sort_unstable();
    words.dedup();
    let found = sheet.text(column).ok()?;
    let message = format!("no clause is for a row whose `{column}` is `{found}`");
    Some(Wrong::at(column, message, &format!("clauses in force are for {}", words.join(", "))))
}

/// Columns that are not what their clauses add up to.
fn totals(sheet: &Sheet<'_>, lines: &[Line]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for total in &sheet.table.totals {
        let counted = lines.iter().filter(|line| !total.without.contains(&line.clause.clause));
        let sum = counted.map(|line| line.amount).try_fold(Minor::ZERO, Minor::plus);
        match (sheet.amount(&total.column), sum) {
            (Err(found), _) => wrong.push(found),
            (Ok(stated), Some(sum)) if stated.unwrap_or(Minor::ZERO) == sum => {}
            (Ok(stated), sum) => {
                let stated = stated.unwrap_or(Minor::ZERO).decimal(sheet.currency);
                let sum = sum.map_or_else(|| "more than can be counted".to_owned(), |sum| sum.decimal(sheet.currency));
                let message = format!("`{}` says {stated}, and what its clauses pay adds up to {sum}", total.column);
                let help = "mend the figure that is wrong, or add a clause for a column that no clause pays";
                wrong.push(Wrong::at(&total.column, message, help));
            }
        }
    }
    wrong
}
