//! A settlement among others of the same time: how far it stands, what of it is in dispute, and what was posted before.
//!
//! Nothing is struck out. What is settled again is posted as reverses of what is not right any more, and what is new; what
//! somebody disputes is on accounts of its own until they agree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use stead_folder::{EvidenceFile, EvidenceRow, Problem};
use stead_rules::posting::resettled;
use stead_rules::settlement::{Cells, Line};
use stead_rules::{ClauseRef, Day, Minor, OrganisationId, Period, Posting, balances};

use super::{Settled, too_large};
use crate::error::AppError;

/// How far a settlement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// More may come, and it will be settled again.
    Provisional,
    /// What is not in dispute is paid by it.
    Final,
}

impl Standing {
    /// The word that tables use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Final => "final",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Provisional, Self::Final].into_iter().find(|it| it.word() == word)
    }
}

/// A posting as it is booked: by which settlement of the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The posting.
    pub posting: Posting,
    /// The how-manieth settlement, from 1 on.
    pub settlement: u32,
    /// How far that one stood.
    pub standing: Option<Standing>,
}

impl Settled {
    /// The same, standing so far.
    #[must_use]
    pub fn standing(self, standing: Option<Standing>) -> Self {
        Self { standing, ..self }
    }

    /// The same, with what a table names put in dispute: `clause`, `organisation` or `row` or both, `by` whom and `why`.
    ///
    /// # Errors
    /// When the table cannot be read, or names what is not settled.
    pub fn in_dispute(mut self, table: &Path) -> Result<Self, AppError> {
        let table = EvidenceFile::load(table).map_err(AppError::Evidence)?;
        has_columns(&table, &["clause", "by", "why"])?;
        let mut wrong = Vec::new();
        for row in table.rows() {
            match self.disputed_by(row) {
                Ok((lines, why)) => self.disputes.extend(lines.into_iter().map(|at| (at, Arc::clone(&why)))),
                Err(problem) => wrong.push(*problem),
            }
        }
        if !wrong.is_empty() {
            return Err(AppError::Evidence(wrong));
        }
        self.dispute_pools();
        self.post()?;
        Ok(self)
    }

    /// What a pool moves rests on what its clauses brought: as long as that is in dispute, it is, too.
    fn dispute_pools(&mut self) {
        let disputed: BTreeSet<&ClauseRef> =
            self.disputes.keys().filter_map(|at| self.lines.get(*at)).map(|(line, _)| &line.clause).collect();
        let why = |line: &Line| {
            let on = self.pools.get(&line.clause)?.iter().find(|on| disputed.contains(on))?;
            Some(Arc::from(format!("it rests on `{on}`, which is in dispute")))
        };
        let lines = self.lines.iter().enumerate().filter(|(at, _)| !self.disputes.contains_key(at));
        let found: Vec<(usize, Arc<str>)> = lines.filter_map(|(at, (line, _))| Some((at, why(line)?))).collect();
        self.disputes.extend(found);
    }

    /// The lines that a row of disputes names, and who disputes them, why.
    fn disputed_by(&self, row: EvidenceRow<'_>) -> Result<(Vec<usize>, Arc<str>), Box<Problem>> {
        let says = |column: &str| row.cell(column).map(str::trim).filter(|text| !text.is_empty());
        let needed = |column: &str| {
            let help = "say which clause, who disputes it (`by`) and `why`";
            says(column).ok_or_else(|| Box::new(row.problem(column, format!("`{column}` says nothing"), help)))
        };
        let (clause, by, why) = (needed("clause")?, needed("by")?, needed("why")?);
        let (organisation, name) = (says("organisation"), says("row"));
        if organisation.is_none() && name.is_none() {
            let help = "name the `organisation`, or the `row` of the figures, or both";
            return Err(Box::new(row.problem("clause", "nothing says for whom it is disputed".to_owned(), help)));
        }
        let is_it = |(_, (line, _)): &(usize, &(Line, String))| {
            line.clause.to_string() == clause
                && organisation.is_none_or(|id| line.organisation.as_str() == id)
                && name.is_none_or(|name| line.row == name)
        };
        let lines: Vec<usize> = self.lines.iter().enumerate().filter(is_it).map(|(at, _)| at).collect();
        if lines.is_empty() {
            let of = [organisation, name].into_iter().flatten().collect::<Vec<_>>().join("`, `");
            let message = format!("nothing is settled by `{clause}` for `{of}`");
            let help = "write the clause, organisation and row as `statements.csv` has them";
            return Err(Box::new(row.problem("clause", message, help)));
        }
        Ok((lines, Arc::from(format!("{by}: {why}"))))
    }

    /// The same, after what an earlier settlement of the time posted: its folder, or its `postings.csv`.
    ///
    /// # Errors
    /// When it cannot be read, or is in another currency.
    pub fn after(self, earlier: &Path) -> Result<Self, AppError> {
        let file = if earlier.is_dir() { earlier.join("postings.csv") } else { earlier.to_owned() };
        let table = EvidenceFile::load(&file).map_err(AppError::Evidence)?;
        let columns = ["debit", "credit", "amount", "currency", "clause", "from", "to", "evidence", "reverses"];
        has_columns(&table, &columns)?;
        let (mut earlier, mut wrong) = (Vec::new(), Vec::new());
        let time = self.time();
        for row in table.rows() {
            match booked(row, &self.currency) {
                Ok(booked)
                    if time
                        .is_some_and(|time| booked.posting.period.intersect(time) != Some(booked.posting.period)) =>
                {
                    wrong.push(of_another_time(row, &booked.posting));
                    break;
                }
                Ok(booked) => earlier.push(booked),
                Err(problem) => wrong.push(*problem),
            }
        }
        if wrong.is_empty() { Ok(Self { earlier, ..self }) } else { Err(AppError::Evidence(wrong)) }
    }

    /// The time of everything that is settled.
    fn time(&self) -> Option<Period> {
        let periods = || self.lines.iter().map(|(line, _)| line.period);
        Period::new(periods().map(|period| period.from).min()?, periods().map(|period| period.to).max()?)
    }

    /// Everything that is posted for the time: what was before, then what has to be added.
    pub fn book(&self) -> Vec<Booked> {
        let before: Vec<Posting> = self.earlier.iter().map(|booked| booked.posting.clone()).collect();
        let settlement = self.earlier.iter().map(|booked| booked.settlement).max().unwrap_or(0).saturating_add(1);
        let new = if before.is_empty() { self.postings.clone() } else { resettled(&before, &self.postings) };
        let new = new.into_iter().map(|posting| Booked { posting, settlement, standing: self.standing });
        self.earlier.iter().cloned().chain(new).collect()
    }

    /// What has to be posted after what was before: nothing, where it is the first settlement of the time.
    pub fn corrections(&self) -> Vec<Posting> {
        if self.earlier.is_empty() {
            return Vec::new();
        }
        self.book().into_iter().skip(self.earlier.len()).map(|booked| booked.posting).collect()
    }

    /// Works out the postings and balances from the lines, what is in dispute apart.
    pub(super) fn post(&mut self) -> Result<(), AppError> {
        let posting = |(at, (line, place)): (usize, &(Line, String))| {
            let posting = line.posting(place)?;
            Some(match self.disputes.get(&at) {
                Some(why) => posting.in_dispute(Arc::clone(why)),
                None => posting,
            })
        };
        self.postings = self.lines.iter().enumerate().filter_map(posting).collect();
        let of = |disputed: bool| balances(self.postings.iter().filter(|it| it.disputed.is_some() == disputed));
        let (agreed, disputed): (Option<BTreeMap<OrganisationId, Minor>>, _) = (of(false), of(true));
        (self.balances, self.disputed) = agreed.zip(disputed).ok_or_else(too_large)?;
        Ok(())
    }
}

fn has_columns(table: &EvidenceFile, columns: &[&str]) -> Result<(), AppError> {
    let missing = columns.iter().filter(|column| !table.has(column));
    let problem = |column: &&str| {
        table.problem(format!("there is no column `{column}`"), format!("the columns are {}", columns.join(", ")))
    };
    let missing: Vec<Problem> = missing.map(problem).collect();
    if missing.is_empty() { Ok(()) } else { Err(AppError::Evidence(missing)) }
}

fn of_another_time(row: EvidenceRow<'_>, posting: &Posting) -> Problem {
    let (from, last) = (posting.period.from, posting.period.to.plus_days(-1));
    let message =
        format!("the settlement before was of another time, from {from} to {last}, and all of it would be taken back");
    row.problem("from", message, "give an earlier settlement of the same time, or settle its time, too")
}

/// A row of an earlier `postings.csv`.
fn booked(row: EvidenceRow<'_>, currency: &str) -> Result<Booked, Box<Problem>> {
    let says = |column: &str| row.cell(column).unwrap_or("");
    let wrong = |column: &str| {
        let message = format!("`{}` in `{column}` is not what a settlement writes", says(column));
        Box::new(row.problem(column, message, "give the `postings.csv` of an earlier settlement as it was written"))
    };
    if says("currency") != currency {
        let message = format!("it was settled in {}, and this settlement is in {currency}", says("currency"));
        return Err(Box::new(row.problem("currency", message, "give an earlier settlement of the same agreements")));
    }
    let day = |column: &str| says(column).parse::<Day>().map_err(|_| wrong(column));
    let period = Period::new(day("from")?, day("to")?).ok_or_else(|| wrong("to"))?;
    let (agreement, clause) = says("clause").split_once(' ').ok_or_else(|| wrong("clause"))?;
    let amount = Minor::of_decimal(says("amount"), currency).filter(|amount| *amount > Minor::ZERO);
    let (debit, credit) = (says("debit"), says("credit"));
    if debit == credit || debit.is_empty() || credit.is_empty() {
        return Err(wrong("credit"));
    }
    let posting = Posting {
        debit: debit.into(),
        credit: credit.into(),
        amount: amount.ok_or_else(|| wrong("amount"))?,
        clause: ClauseRef { agreement: agreement.into(), clause: clause.into() },
        period,
        evidence: says("evidence").into(),
        reverses: says("reverses").parse().map_err(|_| wrong("reverses"))?,
        disputed: Some(says("disputed")).filter(|text| !text.is_empty()).map(Into::into),
    };
    let settlement = Some(says("settlement")).filter(|text| !text.is_empty());
    let settlement = settlement.map_or(Ok(1), str::parse).map_err(|_| wrong("settlement"))?;
    Ok(Booked { posting, settlement, standing: Standing::of(says("standing")) })
}
