//! `stead settle`: who is paid what, by which clause, on figures that a party brings.

use std::process::ExitCode;

use stead_app::settle::{Settled, Standing, Summary};
use stead_app::{Minor, Period};

use crate::arguments::{Books, Format, Settle};
use crate::failure::Failure;
use crate::output::{Output, counted, shortened};

/// Columns of a clause's name.
const CLAUSE: usize = 38;

/// Settles, writes the accounts and says what they come to.
pub fn settle(arguments: Settle, output: &Output) -> Result<ExitCode, Failure> {
    let period =
        match (arguments.from, arguments.to) {
            (Some(from), Some(to)) => Some(Period::new(from, to).ok_or_else(|| {
                Failure::Use("`--from` must lie before `--to`, which is the first day outside".into())
            })?),
            _ => None,
        };
    let settled = stead_app::settle::settle(&arguments.places, &arguments.evidence, period)?;
    let settled = booked(settled, &arguments.books)?;
    let files = stead_app::settle::write(&settled, &arguments.out)?;
    let summary = settled.summary(files);
    if output.format == Format::Json {
        output.json(&summary)?;
        return Ok(ExitCode::SUCCESS);
    }
    let amount = |minor: i64| Minor(minor).decimal(&summary.currency);
    let left_out = match summary.rows_left_out {
        0 => String::new(),
        rows => format!("; {} of another time left out", counted(rows as u64, "row")),
    };
    output.wrapped(
        "",
        &format!(
            "{} settled, {}, in {}{left_out}.",
            counted(summary.rows as u64, "row"),
            counted(summary.postings as u64, "posting"),
            summary.currency
        ),
    )?;
    for words in standing_words(&summary) {
        output.wrapped("", &words)?;
    }
    output.line("")?;
    let rows = summary.clauses.iter().map(|clause| {
        vec![
            shortened(&clause.clause, CLAUSE),
            clause.rows.to_string(),
            amount(clause.paid_minor),
            amount(clause.owed_minor),
        ]
    });
    output.table(&["clause", "rows", "paid", "owed"], &rows.collect::<Vec<_>>())?;
    output.line("")?;
    output.wrapped("", &format!("All accounts together: {}.", amount(summary.sum_of_balances_minor)))?;
    output.wrapped("", &format!("Written to {}.", arguments.out.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The settlement as it is booked.
fn booked(settled: Settled, books: &Books) -> Result<Settled, Failure> {
    let mut settled = settled.standing(match books {
        Books { provisional: true, .. } => Some(Standing::Provisional),
        Books { is_final: true, .. } => Some(Standing::Final),
        _ => None,
    });
    if let Some(table) = &books.disputed {
        settled = settled.in_dispute(table)?;
    }
    if let Some(earlier) = &books.after {
        settled = settled.after(earlier)?;
    }
    Ok(settled)
}

/// How far it stands, in words; nothing where nothing was said of it.
fn standing_words(summary: &Summary) -> Vec<String> {
    let mut words = Vec::new();
    match summary.standing {
        Some("final") => words.push("It is final.".to_owned()),
        Some(_) => words.push("It is provisional.".to_owned()),
        None => {}
    }
    if let Some(added) = summary.added {
        words.push(format!("{} added to those of the settlement before.", counted(added as u64, "posting")));
    }
    if summary.disputed > 0 {
        words.push(format!("In dispute, on accounts of their own: {}.", counted(summary.disputed as u64, "posting")));
    }
    words
}
