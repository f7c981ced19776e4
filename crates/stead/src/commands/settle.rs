//! `stead settle`: who is paid what, by which clause, on records or on figures that a party brings.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use stead_app::settle::{CitizenYear, Settled, Standing, Summary};
use stead_app::{Address, Minor, Period};

use super::{threads, wait};
use crate::arguments::{Books, Format, Settle};
use crate::failure::Failure;
use crate::output::{Output, capital, counted, shortened};

/// Columns of a clause's name.
const CLAUSE: usize = 38;

/// How many records of a payment are named on screen.
const RECORDS: usize = 4;

/// Settles, writes the accounts and says what they come to.
pub fn settle(arguments: Settle, output: &Output) -> Result<ExitCode, Failure> {
    let period =
        match (arguments.from, arguments.to) {
            (Some(from), Some(to)) => Some(Period::new(from, to).ok_or_else(|| {
                Failure::Use("`--from` must lie before `--to`, which is the first day outside".into())
            })?),
            _ => None,
        };
    match (&arguments.lake, &arguments.evidence, period) {
        (Some(lake), _, Some(period)) => on_records(&arguments, lake, period, output),
        (_, Some(evidence), _) => on_figures(&arguments, evidence, period, output),
        _ => Err(Failure::Use("name a lake (`--lake`) with `--from` and `--to`, or a table (`--evidence`)".into())),
    }
}

fn on_figures(
    arguments: &Settle,
    evidence: &Path,
    period: Option<Period>,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let Some(out) = &arguments.out else { return Err(Failure::Use("name a folder to write to: `--out DIR`".into())) };
    let settled = stead_app::settle::settle(&arguments.places, evidence, period)?;
    let settled = booked(settled, &arguments.books)?;
    let files = stead_app::settle::write(&settled, out)?;
    let summary = settled.summary(files);
    if output.format == Format::Json {
        output.json(&summary)?;
        return Ok(ExitCode::SUCCESS);
    }
    let left_out = match summary.rows_left_out {
        0 => String::new(),
        rows => format!("; {} of another time left out", counted(rows as u64, "row")),
    };
    let rows = counted(summary.rows as u64, "row");
    let postings = counted(summary.postings as u64, "posting");
    output.wrapped("", &format!("{rows} settled, {postings}, in {}{left_out}.", summary.currency))?;
    told(&summary, "rows", output)?;
    output.wrapped("", &format!("Written to {}.", out.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn on_records(arguments: &Settle, lake: &Address, period: Period, output: &Output) -> Result<ExitCode, Failure> {
    let settling = stead_app::settle::settle_records(&arguments.places, lake, period, threads());
    let mut found = wait(settling)?;
    found.settled = booked(found.settled, &arguments.books)?;
    let files = match &arguments.out {
        Some(out) => {
            let mut files = stead_app::settle::write(&found.settled, out)?;
            if arguments.citizens {
                files.extend(wait(found.write_citizens(out))?);
            }
            files
        }
        None => Vec::new(),
    };
    let citizen = arguments.citizen.as_deref().map(|citizen| wait(found.citizen(citizen))).transpose()?;
    if output.format == Format::Json {
        return print(&found.settled, files, citizen.as_ref(), output);
    }
    if let Some(out) = &arguments.out {
        records_told(&found.settled, files, period, output)?;
        output.wrapped("", &format!("Written to {}.", out.display()))?;
    }
    if let Some(citizen) = &citizen {
        citizen_told(citizen, output)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(
    settled: &Settled,
    files: Vec<std::path::PathBuf>,
    citizen: Option<&CitizenYear>,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let summary = settled.summary(files);
    let mut value = json!(summary);
    if let (Some(citizen), Some(fields)) = (citizen, value.as_object_mut()) {
        fields.insert("citizen".to_owned(), json!(citizen));
    }
    output.json(&value)?;
    Ok(ExitCode::SUCCESS)
}

/// What a settlement on records comes to, in words.
fn records_told(
    settled: &Settled,
    files: Vec<std::path::PathBuf>,
    period: Period,
    output: &Output,
) -> Result<(), Failure> {
    let summary = settled.summary(files);
    let (from, until) = (period.from.words(), period.to.plus_days(-1).words());
    let postings = counted(summary.postings as u64, "posting");
    output.wrapped("", &format!("From {from} to {until}: {postings}, in {}.", summary.currency))?;
    told(&summary, "accounts", output)
}

/// The clauses with what they pay, and that nothing is lost.
pub fn told(summary: &Summary, rows: &str, output: &Output) -> Result<(), Failure> {
    let amount = |minor: i64| Minor(minor).decimal(&summary.currency);
    for words in standing_words(summary) {
        output.wrapped("", &words)?;
    }
    output.line("")?;
    let cells = summary.clauses.iter().map(|clause| {
        vec![
            shortened(&clause.clause, CLAUSE),
            clause.rows.to_string(),
            amount(clause.paid_minor),
            amount(clause.owed_minor),
        ]
    });
    output.table(&["clause", rows, "paid", "owed"], &cells.collect::<Vec<_>>())?;
    output.line("")?;
    output.wrapped("", &format!("All accounts together: {}.", amount(summary.sum_of_balances_minor)))?;
    Ok(())
}

/// What was paid for a citizen, in words: each payment with its clause, what counted, and the records that show it.
pub fn citizen_told(year: &CitizenYear, output: &Output) -> Result<(), Failure> {
    let amount = |minor: i64| Minor(minor).decimal(&year.currency);
    let day = stead_app::explain::day_words;
    output.line("")?;
    let total = amount(year.total_minor);
    output.wrapped(
        "",
        &format!(
            "Paid for {} from {} until {}: {total} {}.",
            year.citizen,
            day(&year.from),
            day(&year.to),
            year.currency
        ),
    )?;
    for paid in &year.payments {
        let what = format!(
            "{} to {}, by `{}`: {}",
            amount(paid.amount_minor),
            paid.organisation_name,
            paid.clause,
            paid.counted
        );
        output.wrapped("  ", &what)?;
        output.wrapped("      ", &paid.text)?;
        for why in &paid.why {
            output.wrapped("      ", &format!("{}.", capital(why)))?;
        }
        let shown: Vec<&str> = paid.records.iter().take(RECORDS).map(String::as_str).collect();
        let more = paid.records.len().saturating_sub(RECORDS);
        if !shown.is_empty() {
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            output.wrapped("      ", &format!("Records: {}{more}.", shown.join(", ")))?;
        }
    }
    Ok(())
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
