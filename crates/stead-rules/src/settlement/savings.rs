//! Shared savings by the figures of a row, and how they came about in words.

use super::Figures;
use super::cells::{Sheet, Wrong};
use crate::agreement::{Benchmark, SharedSavings};
use crate::money::{Exact, Minor};
use crate::payment::{PaymentError, Savings, SavingsFigures, ShareOf, Shared, least_rate, savings};

/// What a row earns or owes, and why.
pub(super) fn amount(sheet: &Sheet<'_>, terms: &SharedSavings) -> Result<(Minor, String, Figures), Wrong> {
    let figures = figures(sheet, terms)?;
    let settled = savings(terms, &figures).map_err(|error| unsettled(terms, &error))?;
    // Where the clause does not go by them, a cell that is no number is nothing to stop for.
    let members = terms.members_column.as_ref().and_then(|column| sheet.count(column).ok());
    let gone_by = Figures { members: members.map(Exact::from), contacts: None, quality: figures.quality_percent };
    Ok((settled.amount, why(sheet.currency, &figures, &settled), gone_by))
}

fn unsettled(terms: &SharedSavings, error: &PaymentError) -> Wrong {
    let column = terms.quality_column.clone().filter(|_| *error == PaymentError::QualityNotKnown);
    Wrong { column, message: error.to_string(), help: "check the figures that the clause goes by".to_owned() }
}

fn figures(sheet: &Sheet<'_>, terms: &SharedSavings) -> Result<SavingsFigures, Wrong> {
    let members = || match &terms.members_column {
        Some(column) => sheet.count(column).map(Some),
        None => Ok(None),
    };
    let needs = |key: &str| Wrong {
        column: None,
        message: format!("the clause does not say in which column to find {key}"),
        help: format!("add `{key}` to the clause"),
    };
    let money = |column| {
        let text = sheet.needed(column)?;
        let money = sheet.money(column)?.unwrap_or(Exact::ZERO);
        if money.is_negative() {
            let message = format!("`{text}` in `{column}` is less than nothing");
            return Err(Wrong::at(
                column,
                message,
                "write what the benchmark or the spending was; neither can be less than nothing",
            ));
        }
        Ok(money)
    };
    let benchmark = match &terms.benchmark {
        Benchmark::Column(column) => money(column)?,
        Benchmark::PerMember(amount) => {
            let members = members()?.ok_or_else(|| needs("members_column"))?;
            let product = Exact::from(*amount).times(Exact::from(members));
            product.ok_or_else(|| unsettled(terms, &PaymentError::TooLarge))?
        }
    };
    let least_percent = match &terms.savings_min_column {
        Some(column) => sheet.needed_number(column)?,
        None => {
            let members = members()?.ok_or_else(|| needs("members_column"))?;
            least_rate(terms, members).map_err(|error| unsettled(terms, &error))?
        }
    };
    let quality_percent = match &terms.quality_column {
        Some(column) => sheet.percent(column)?,
        None => None,
    };
    let relief = match &terms.loss_relief_column {
        Some(column) => sheet.money(column)?.unwrap_or(Exact::ZERO),
        None => Exact::ZERO,
    };
    // Some write what is forgiven as less than nothing, because it makes a loss less.
    let relief = if relief.is_negative() { relief.negative().unwrap_or(Exact::ZERO) } else { relief };
    Ok(SavingsFigures {
        benchmark,
        spend: money(terms.spend_column.as_ref().ok_or_else(|| needs("spend_column"))?)?,
        least_percent,
        quality_percent,
        share: share(sheet, terms)?,
        unshared: !terms.unshared_where.is_empty() && sheet.all(&terms.unshared_where)?,
        in_part_below_least: match &terms.below_min {
            Some(below) => sheet.all(&below.rows)?,
            None => false,
        },
        relief,
    })
}

fn share(sheet: &Sheet<'_>, terms: &SharedSavings) -> Result<ShareOf, Wrong> {
    if terms.whole_where.is_empty() && terms.scaled_where.is_empty() {
        return Ok(ShareOf::Quality);
    }
    if !terms.whole_where.is_empty() && sheet.all(&terms.whole_where)? {
        return Ok(ShareOf::Whole);
    }
    let scaled = !terms.scaled_where.is_empty() && sheet.all(&terms.scaled_where)?;
    Ok(if scaled { ShareOf::Scaled } else { ShareOf::Nothing })
}

/// How it came about, in words.
pub(crate) fn why(currency: &str, figures: &SavingsFigures, settled: &Savings) -> String {
    let rounded = |amount: Exact| amount.rounded().map_or_else(|| "?".to_owned(), |amount| amount.decimal(currency));
    let percent = |exact: Exact| format!("{} %", two_digits(exact));
    let difference = settled.difference;
    let (word, size) =
        if difference.is_negative() { ("lost", difference.negative()) } else { ("saved", Some(difference)) };
    let size = size.map_or_else(|| "?".to_owned(), rounded);
    let of_benchmark = format!("{word} {size} of {}", rounded(figures.benchmark));
    let part = percent(settled.part.times(Exact::from(100_i64)).unwrap_or(Exact::ZERO));
    let least = percent(figures.least_percent);
    let capped = if settled.capped { ", up to the cap" } else { "" };
    match settled.shared {
        Shared::Savings => format!("{of_benchmark}: {part} of it is shared{capped}"),
        Shared::SavingsInPart => format!("{of_benchmark}, less than {least}: {part} of it is shared{capped}"),
        Shared::BelowLeast => format!("{of_benchmark}, less than {least}: not shared"),
        Shared::Unshared => format!("{of_benchmark}: not shared with this organisation"),
        Shared::QualityTooLow => format!("{of_benchmark}: not shared, for quality"),
        Shared::Even => "neither saved nor lost".to_owned(),
        Shared::Loss => format!("{of_benchmark}: {part} of it is borne{capped}"),
        Shared::LossBelowLeast => format!("{of_benchmark}, less than {least}: not borne"),
        Shared::LossUnshared => format!("{of_benchmark}: losses are not shared"),
    }
}

/// A number to two digits after the point, for reading only.
pub(crate) fn two_digits(exact: Exact) -> String {
    let hundredths = exact.times(Exact::from(100_i64)).and_then(Exact::rounded);
    hundredths.map_or_else(|| "?".to_owned(), |it| it.decimal(""))
}
