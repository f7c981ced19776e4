//! Compare: what other agreements would change over the same records or figures, for whom, by which clause and why.

use std::path::{Path, PathBuf};

use serde::Serialize;
use stead_lake::Address;
use stead_rules::agreement::TermsKind;
use stead_rules::what_if::{Changed, ClauseChange, PoolNeed, Remedy, WhatIf, remedy, what_if};
use stead_rules::{ClauseRef, Definitions, Minor, OrganisationId, Period};

use crate::error::AppError;
use crate::folders::definitions;
use crate::settle::{Settled, settle_records, settle_table};

/// The version of a comparison's JSON.
pub const COMPARISON_VERSION: u32 = 1;

/// What changes between two sets of agreements.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The version of this form.
    pub version: u32,
    /// The currency of all amounts.
    pub currency: String,
    /// Everybody who pays or is paid, by id.
    pub organisations: Vec<Change>,
    /// All changes together: nothing.
    pub sum_of_changes_minor: i64,
    /// Who would lose, and the smallest pool under which nobody does; nothing where nobody loses.
    pub remedy: Option<Mended>,
}

/// What changes for an organisation.
#[derive(Debug, Serialize)]
pub struct Change {
    /// Its id.
    pub organisation: OrganisationId,
    /// Whether it is paid by any clause, and does not only pay.
    pub is_paid: bool,
    /// What it has by the old agreements: what it is paid less what it pays.
    pub before_minor: i64,
    /// What it has by the new ones.
    pub after_minor: i64,
    /// The difference.
    pub change_minor: i64,
    /// The difference by reason.
    pub why: Vec<Part>,
    /// The clauses that bring more or less.
    pub clauses: Vec<ByClause>,
}

/// So much of a difference, for a reason.
#[derive(Debug, Serialize)]
pub struct Part {
    /// `price`, `volume`, `attribution`, `quality`, `pool`, `protection` or `terms`.
    pub reason: &'static str,
    /// How much.
    pub amount_minor: i64,
}

/// What a clause brings more or less.
#[derive(Debug, Serialize)]
pub struct ByClause {
    /// As it is cited.
    pub clause: String,
    /// Who pays it, or whom it pays.
    pub with: OrganisationId,
    /// What it brought.
    pub before_minor: i64,
    /// What it brings.
    pub after_minor: i64,
    /// The difference by reason.
    pub why: Vec<Part>,
}

/// The smallest pool under which nobody loses.
#[derive(Debug, Serialize)]
pub struct Mended {
    /// Who would lose, most first.
    pub losers: Vec<Sum>,
    /// How gains of the pool would be split.
    pub rule: &'static str,
    /// What has to be in it.
    pub amount_minor: i64,
    /// What each member gets.
    pub parts: Vec<Sum>,
    /// Who gives what of its gains into it.
    pub given: Vec<Sum>,
    /// What those who only pay save of it.
    pub saved_minor: i64,
    /// What is missing then.
    pub missing_minor: i64,
    /// What other rules would need.
    pub others: Vec<OtherRule>,
}

/// An organisation's sum.
#[derive(Debug, Serialize)]
pub struct Sum {
    /// Whose.
    pub organisation: OrganisationId,
    /// How much.
    pub amount_minor: i64,
}

/// What another rule would need.
#[derive(Debug, Serialize)]
pub struct OtherRule {
    /// The rule.
    pub rule: &'static str,
    /// What has to be in the pool.
    pub amount_minor: i64,
}

/// Settles the same table by the agreements of two folders, and holds one against the other.
///
/// # Errors
/// As [`crate::settle::settle`], for either; when they pay in different currencies, or sums do not fit.
pub fn compare(
    old: &[PathBuf],
    new: &[PathBuf],
    evidence: &Path,
    period: Option<Period>,
) -> Result<Comparison, AppError> {
    let old = definitions(old)?;
    let before = settle_table(&old, evidence, period)?;
    let new = definitions(new)?;
    let after = settle_table(&new, evidence, period)?;
    held(&before, &after, &[old, new])
}

/// Settles the same records by the agreements of two folders, and holds one against the other.
///
/// # Errors
/// As [`settle_records`], for either; when they pay in different currencies, or sums do not fit.
pub async fn compare_records(
    old: &[PathBuf],
    new: &[PathBuf],
    lake: &Address,
    period: Period,
    threads: usize,
) -> Result<Comparison, AppError> {
    let before = settle_records(old, lake, period, threads).await?;
    let after = settle_records(new, lake, period, threads).await?;
    held(&before.settled, &after.settled, &[before.definitions, after.definitions])
}

/// Holds two settlements against each other; `definitions` have the agreements of both.
///
/// # Errors
/// When they are in different currencies, or sums do not fit.
pub fn held(before: &Settled, after: &Settled, definitions: &[Definitions]) -> Result<Comparison, AppError> {
    if before.currency != after.currency {
        let (old, new) = (&before.currency, &after.currency);
        let message =
            format!("the old agreements pay in {old} and the new ones in {new}: compare those of one currency");
        return Err(AppError::NotThere { message });
    }
    let kind = |cite: &ClauseRef| kind(definitions, cite);
    let (old, new) = (before.lines.iter().map(|(line, _)| line), after.lines.iter().map(|(line, _)| line));
    let too_large = || AppError::NotThere { message: "the amounts are larger than can be counted".to_owned() };
    let found = what_if(old, new, &kind).ok_or_else(too_large)?;
    Ok(Comparison {
        version: COMPARISON_VERSION,
        currency: before.currency.clone(),
        sum_of_changes_minor: found.sum().ok_or_else(too_large)?.0,
        remedy: remedy(&found).map(|remedy| mended(&found, &remedy)),
        organisations: found.organisations.into_iter().map(change).collect(),
    })
}

fn kind(definitions: &[Definitions], cite: &ClauseRef) -> Option<TermsKind> {
    let mut agreements = definitions.iter().flat_map(|it| &it.agreements).filter(|it| it.id == cite.agreement);
    agreements.find_map(|agreement| agreement.clause(&cite.clause)).map(|clause| clause.terms.kind())
}

fn change(changed: Changed) -> Change {
    Change {
        organisation: changed.organisation,
        is_paid: changed.is_paid,
        before_minor: changed.before.0,
        after_minor: changed.after.0,
        change_minor: changed.change.0,
        why: parts(&changed.why),
        clauses: changed.clauses.into_iter().map(by_clause).collect(),
    }
}

fn by_clause(change: ClauseChange) -> ByClause {
    ByClause {
        clause: change.clause.to_string(),
        with: change.with,
        before_minor: change.before.0,
        after_minor: change.after.0,
        why: parts(&change.why),
    }
}

fn parts(why: &std::collections::BTreeMap<stead_rules::what_if::Reason, Minor>) -> Vec<Part> {
    why.iter().map(|(reason, amount)| Part { reason: reason.word(), amount_minor: amount.0 }).collect()
}

fn mended(found: &WhatIf, remedy: &Remedy) -> Mended {
    let sums = |sums: &[(OrganisationId, Minor)]| {
        let sums = sums.iter().filter(|(_, amount)| *amount != Minor::ZERO);
        sums.map(|(organisation, amount)| Sum { organisation: organisation.clone(), amount_minor: amount.0 }).collect()
    };
    let mut losers: Vec<(OrganisationId, Minor)> =
        found.losers().map(|changed| (changed.organisation.clone(), changed.change)).collect();
    losers.sort_by(|one, other| one.1.cmp(&other.1).then(one.0.cmp(&other.0)));
    let other = |need: &PoolNeed| OtherRule { rule: need.rule.word(), amount_minor: need.amount.0 };
    Mended {
        losers: sums(&losers),
        rule: remedy.need.rule.word(),
        amount_minor: remedy.need.amount.0,
        parts: sums(&remedy.need.parts),
        given: sums(&remedy.given),
        saved_minor: remedy.saved.0,
        missing_minor: remedy.missing.0,
        others: remedy.others.iter().map(other).collect(),
    }
}
