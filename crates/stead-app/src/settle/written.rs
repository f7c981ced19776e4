//! A settlement as files: postings, statements, balances, a journal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use stead_rules::{Minor, OrganisationId, Posting};

use super::statement::Entry;
use super::{Settled, Standing, coded, journal, statement};
use crate::error::AppError;
use crate::folders::write_file;

/// Writes a settlement into a folder that holds none yet: `postings.csv`, `statements.csv`, `balances.csv`,
/// `journal.hledger`, and for each organisation a statement as text, CSV and JSON in `statements/`.
///
/// # Errors
/// When the folder holds a settlement already, or a file cannot be written.
pub fn write(settled: &Settled, to: &Path) -> Result<Vec<PathBuf>, AppError> {
    if to.join("postings.csv").exists() || to.join("statements").exists() {
        let message = format!("`{}` holds a settlement already; name another folder, or take it away", to.display());
        return Err(AppError::NotThere { message });
    }
    let statements = to.join("statements");
    for (organisation, Theirs { lines, corrections }) in by_organisation(settled) {
        let name = file_name(&organisation);
        write_file(
            &statements.join(format!("{name}.txt")),
            &statement::text(settled, &organisation, &lines, &corrections),
        )?;
        let json = statement::value(settled, &organisation, &lines);
        write_file(&statements.join(format!("{name}.json")), &format!("{json:#}\n"))?;
        let rows = lines.iter().map(|(at, (line, place))| {
            let mut cells = statement::cells(settled, *at, line, place);
            if let Some(amount) = cells.get_mut(6) {
                *amount = statement::seen_by(&organisation, line).decimal(&settled.currency);
            }
            cells
        });
        write_file(&statements.join(format!("{name}.csv")), &csv_text(statement::COLUMNS, rows)?)?;
    }
    let lines = settled.lines.iter().enumerate();
    let lines = lines.map(|(at, (line, place))| statement::cells(settled, at, line, place));
    let files = [
        ("statements.csv", csv_text(statement::COLUMNS, lines)?),
        ("postings.csv", postings(settled)?),
        ("balances.csv", balances(settled)?),
        ("journal.hledger", journal::journal(settled)),
    ];
    let mut written = vec![statements];
    for (name, text) in files {
        written.push(write_file(&to.join(name), &text)?);
    }
    Ok(written)
}

/// What an organisation has a part in.
#[derive(Default)]
struct Theirs<'a> {
    lines: Vec<Entry<'a>>,
    /// What is posted after an earlier settlement.
    corrections: Vec<Posting>,
}

fn by_organisation(settled: &Settled) -> BTreeMap<OrganisationId, Theirs<'_>> {
    let mut found: BTreeMap<OrganisationId, Theirs<'_>> = BTreeMap::new();
    for entry @ (_, (line, _)) in settled.lines.iter().enumerate() {
        for organisation in [&line.organisation, &line.payer] {
            found.entry(organisation.clone()).or_default().lines.push(entry);
        }
    }
    // Who has nothing any more is told so.
    for posting in settled.corrections() {
        for organisation in [&posting.debit, &posting.credit] {
            found.entry(organisation.clone()).or_default().corrections.push(posting.clone());
        }
    }
    found
}

fn postings(settled: &Settled) -> Result<String, AppError> {
    let columns = [
        "posting",
        "debit",
        "credit",
        "amount",
        "currency",
        "clause",
        "from",
        "to",
        "evidence",
        "reverses",
        "disputed",
        "settlement",
        "standing",
    ];
    let book = settled.book();
    let rows = (1..).zip(&book).map(|(number, booked)| {
        let posting = &booked.posting;
        [
            format!("{number}"),
            posting.debit.to_string(),
            posting.credit.to_string(),
            posting.amount.decimal(&settled.currency),
            settled.currency.clone(),
            posting.clause.to_string(),
            posting.period.from.to_string(),
            posting.period.to.to_string(),
            posting.evidence.to_string(),
            posting.reverses.to_string(),
            posting.disputed.as_deref().unwrap_or_default().to_owned(),
            booked.settlement.to_string(),
            booked.standing.map_or("", Standing::word).to_owned(),
        ]
    });
    csv_text(columns, rows)
}

fn balances(settled: &Settled) -> Result<String, AppError> {
    let organisations: BTreeSet<_> = settled.balances.keys().chain(settled.disputed.keys()).collect();
    let of = |balances: &BTreeMap<OrganisationId, Minor>, organisation: &OrganisationId| {
        balances.get(organisation).copied().unwrap_or_default().decimal(&settled.currency)
    };
    let rows = organisations.into_iter().map(|organisation| {
        let (balance, disputed) = (of(&settled.balances, organisation), of(&settled.disputed, organisation));
        [organisation.to_string(), balance, settled.currency.clone(), disputed]
    });
    csv_text(["organisation", "balance", "currency", "disputed"], rows)
}

pub(super) fn csv_text<const N: usize>(
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<String, AppError> {
    let internal = |error: csv::Error| AppError::Internal(format!("a table cannot be written: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(internal)?;
    for row in rows {
        writer.write_record(&row).map_err(internal)?;
    }
    let bytes =
        writer.into_inner().map_err(|error| AppError::Internal(format!("a table cannot be written: {error}")))?;
    String::from_utf8(bytes).map_err(|error| AppError::Internal(format!("a table cannot be written: {error}")))
}

/// An organisation's name as that of a file, one for each: whatever could lead elsewhere is written as its code.
fn file_name(organisation: &OrganisationId) -> String {
    coded(organisation.as_str(), |letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        assert_eq!(file_name(&"../a b".into()), "%2E%2E%2Fa%20b");
        assert_eq!(file_name(&"A1001".into()), "A1001");
    }
}
