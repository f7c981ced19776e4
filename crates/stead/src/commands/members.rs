//! `stead members`: whose citizens are by a clause, over a time; and the lists of them as FHIR.

use std::process::ExitCode;

use stead_app::Period;

use super::wait;
use crate::arguments::{Format, Members};
use crate::failure::Failure;
use crate::output::{OUTDATED, Output, shortened};

/// Columns of an organisation's name.
const NAME: usize = 36;

/// Says how many are whose, who came and who left; writes the lists.
pub fn members(arguments: &Members, output: &Output) -> Result<ExitCode, Failure> {
    let time = Period::new(arguments.from, arguments.to)
        .ok_or_else(|| Failure::Use("`--from` must lie before `--to`, which is the first day outside".into()))?;
    let found = wait(stead_app::members::members(&arguments.places, &arguments.lake, &arguments.clause, time))?;
    let written = arguments.out.as_deref().map(|out| found.write(out)).transpose()?;
    if output.format == Format::Json {
        output.json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (from, last) = (time.from.words(), time.to.plus_days(-1).words());
    output.wrapped("", &format!("Members by `{}` ({}), from {from} to {last}.", found.clause, found.attribution))?;
    if found.outdated {
        output.wrapped("", OUTDATED)?;
    }
    output.line("")?;
    let rows = found.organisations.iter().map(|it| {
        vec![
            shortened(&it.organisation, NAME),
            it.members.to_string(),
            it.new.to_string(),
            it.dropped.to_string(),
            it.person_days.to_string(),
        ]
    });
    output.table(&["organisation", "members", "new", "dropped", "person-days"], &rows.collect::<Vec<_>>())?;
    if let Some(file) = written {
        output.line("")?;
        output.wrapped("", &format!("Written to {}.", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
