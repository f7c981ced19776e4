//! A link file: groups of records that a probabilistic linker found to be one citizen.

use std::path::Path;

use rustc_hash::FxHashMap;

use crate::error::LakeError;
use crate::report::LinkFault;

/// The group of each record (source and id).
pub(crate) type Groups = FxHashMap<(String, String), Box<str>>;

/// Reads `source,record,citizen_or_group[,probability]`, with or without a first line that names the columns.
///
/// Rows that cannot be used are told, with their line.
pub(crate) fn read(path: &Path) -> Result<(Groups, Vec<LinkFault>), LakeError> {
    let bytes = std::fs::read(path).map_err(LakeError::file(path, "read"))?;
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(&*bytes);
    let (mut groups, mut faults) = (Groups::default(), Vec::new());
    for (number, row) in reader.records().enumerate() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = error.position().map_or(number as u64 + 1, csv::Position::line);
                faults.push(LinkFault { line, reason: "the row cannot be read".to_owned() });
                continue;
            }
        };
        let line = row.position().map_or(number as u64 + 1, csv::Position::line);
        if number == 0 && row.get(0) == Some("source") && row.get(1) == Some("record") {
            continue;
        }
        match link(&row) {
            Ok((record, group)) => match groups.get(&record) {
                Some(known) if *known != group => {
                    let (source, id) = &record;
                    faults.push(LinkFault { line, reason: format!("`{source}` `{id}` is in group `{known}` already") });
                }
                _ => {
                    groups.insert(record, group);
                }
            },
            Err(reason) => faults.push(LinkFault { line, reason }),
        }
    }
    Ok((groups, faults))
}

fn link(row: &csv::StringRecord) -> Result<((String, String), Box<str>), String> {
    let field = |at: usize, column: &str| match row.get(at) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(format!("`{column}` is missing; a row is source,record,citizen_or_group and may have a probability")),
    };
    let (source, record) = (field(0, "source")?, field(1, "record")?);
    let group = field(2, "citizen_or_group")?;
    if let Some(text) = row.get(3).filter(|text| !text.is_empty()) {
        let probability = text.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number));
        probability.ok_or_else(|| format!("`{text}` is not a probability: write a number from 0 to 1"))?;
    }
    let id = record.strip_prefix("Patient/").unwrap_or(record);
    Ok(((source.to_owned(), id.to_owned()), Box::from(group)))
}
