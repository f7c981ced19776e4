//! `stead agreements`: what organisations have promised each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;
use stead_app::agreements::{AgreementView, Agreements, Density};

use super::wait;
use crate::arguments::Format;
use crate::arguments::people::Standing;
use crate::failure::Failure;
use crate::output::{Output, WIDTH, counted, shortened};

/// Columns for the names of a matrix's rows, with their numbers.
const NAME: usize = 28;
/// Columns for a cell of a matrix.
const CELL: usize = 3;

/// Lists agreements; with `matrix`, who owes whom.
pub fn agreements(places: &[PathBuf], matrix: bool, standing: Standing, output: &Output) -> Result<ExitCode, Failure> {
    let (registry, on) = standing.asked()?;
    let found = wait(stead_app::agreements::agreements(places, &registry, on))?;
    if output.format == Format::Json {
        output.json(&found)?;
    } else if matrix {
        matrix_told(&found, output)?;
    } else {
        list_told(&found, output)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints an agreement as a FHIR R4 Contract.
pub fn contract(places: &[PathBuf], id: &str, output: &Output) -> Result<ExitCode, Failure> {
    output.json(&stead_app::agreements::contract(places, id)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the agreement of a FHIR R4 Contract into the first place folder.
pub fn from_contract(places: &[PathBuf], contract: &Path, output: &Output) -> Result<ExitCode, Failure> {
    let Some(place) = places.first() else { return Err(Failure::Use("name a place folder".into())) };
    let file = stead_app::agreements::write_from_contract(place, contract)?;
    if output.format == Format::Json {
        output.json(&json!({ "version": 1, "files": [file] }))?;
    } else {
        output.line(format!("{} written. Next: stead check {}", file.display(), place.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list_told(found: &Agreements, output: &Output) -> std::io::Result<()> {
    if found.agreements.is_empty() {
        return output.line("no agreements: nobody has promised anybody anything");
    }
    let row = |view: &AgreementView| {
        let to = view.to.as_deref().unwrap_or("no end").to_owned();
        let (clauses, parties) = (view.clauses.len().to_string(), view.parties.len().to_string());
        let stage = format!("{} ({}/{parties} signed)", view.stage, view.signed);
        vec![view.agreement.clone(), view.from.clone(), to, stage, clauses, density(view.density)]
    };
    let rows: Vec<_> = found.agreements.iter().map(row).collect();
    output.table(&["agreement", "from", "to", "stage", "clauses", "density"], &rows)?;
    output.line("")?;
    together_told(found.together, output)
}

fn together_told(together: Density, output: &Output) -> std::io::Result<()> {
    let (parties, promises) = (counted(together.parties as u64, "organisation"), together.promises);
    let text = format!(
        "Together: {parties} make {promises} promises; of {} pairs {} are bound (density {}).",
        together.pairs,
        together.bound,
        density(together),
    );
    output.wrapped("", &text)?;
    output.wrapped("", "density: 0 nobody owes anybody anything, 1 everybody owes everybody something")
}

fn density(of: Density) -> String {
    of.density.map_or_else(String::new, |density| format!("{density:.2}"))
}

/// A block of columns at a time, so that a hundred organisations can be printed on paper.
fn matrix_told(found: &Agreements, output: &Output) -> std::io::Result<()> {
    let number: BTreeMap<&str, usize> =
        found.organisations.iter().enumerate().map(|(at, body)| (body.organisation.as_str(), at)).collect();
    let mut cells: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for owes in &found.owes {
        if let (Some(from), Some(to)) = (number.get(owes.from.as_str()), number.get(owes.to.as_str())) {
            cells.insert((*from, *to), owes.promises);
        }
    }
    output.wrapped("", "How many clauses oblige the organisation of a row to the one of a column; `stead agreements --format json` names them.")?;
    let columns: Vec<usize> = (0..found.organisations.len()).collect();
    for block in columns.chunks((WIDTH - NAME) / CELL) {
        output.line("")?;
        let heads: String = block.iter().map(|at| format!("{:>CELL$}", at + 1)).collect();
        output.line(format!("{:NAME$}{heads}", ""))?;
        for (from, body) in found.organisations.iter().enumerate() {
            let cell = |to: &usize| match cells.get(&(from, *to)) {
                Some(promises) => format!("{promises:>CELL$}"),
                None => format!("{:>CELL$}", "·"),
            };
            let name = shortened(&body.name, NAME - 4);
            let row: String = block.iter().map(cell).collect();
            output.line(format!("{:>2}  {name:<width$}{row}", from + 1, width = NAME - 4))?;
        }
    }
    output.line("")?;
    together_told(found.together, output)
}
