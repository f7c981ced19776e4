//! `stead choice`: what citizens allow and object to.

use std::path::PathBuf;
use std::process::ExitCode;

use stead_app::choices::{self, ChoiceKind, Choices, NewChoice};
use stead_app::registry::{AsOf, Moment, address, today};

use super::wait;
use crate::arguments::Format;
use crate::arguments::people::{About, Choice, Since};
use crate::failure::{FINDINGS, Failure};
use crate::output::{Output, counted};

/// Does what was asked for.
pub fn choice(asked: Choice, output: &Output) -> Result<ExitCode, Failure> {
    match asked {
        Choice::Object(about) => about_records(about, ChoiceKind::Objection, output),
        Choice::Permit(about) => about_records(about, ChoiceKind::Permission, output),
        Choice::OptOut(since) => {
            let about = About { organisation: vec![], profession: vec![], category: vec![], purpose: vec![], since };
            about_records(about, ChoiceKind::OptOut, output)
        }
        Choice::Withdraw { citizen, id, on, registry } => {
            let address = address(registry.registry)?;
            let left = wait(choices::withdraw(&address, &citizen, &id, on.unwrap_or_else(today)))?;
            shown(&left, "no choice is in force any more", output)
        }
        Choice::Show { citizen, on, as_of, all, registry } => {
            let address = address(registry.registry)?;
            let found = if all {
                wait(choices::history(&address, &citizen))?
            } else {
                let recorded = as_of.unwrap_or(Moment::FOREVER);
                let as_of = AsOf { recorded, valid: Some(on.unwrap_or_else(today)) };
                wait(choices::show(&address, &citizen, as_of))?
            };
            shown(&found, "no choice is recorded", output)
        }
        Choice::Import { files, place, lake, registry } => {
            let address = address(registry.registry)?;
            import(wait(choices::import(&address, &files, &place, lake.as_ref(), today()))?, output)
        }
    }
}

fn about_records(about: About, kind: ChoiceKind, output: &Output) -> Result<ExitCode, Failure> {
    let About { organisation, profession, category, purpose, since } = about;
    let Since { citizen, from, until, source, place, registry } = since;
    let address = address(registry.registry)?;
    let new = NewChoice {
        citizen,
        kind,
        organisations: organisation,
        professions: profession,
        categories: category,
        purposes: purpose,
        from: from.unwrap_or_else(today),
        until,
        source,
    };
    let places: Vec<PathBuf> = place;
    shown(&wait(choices::record(&address, &places, new))?, "nothing was recorded", output)
}

fn shown(choices: &Choices, none: &str, output: &Output) -> Result<ExitCode, Failure> {
    if output.format == Format::Json {
        output.json(choices)?;
        return Ok(ExitCode::SUCCESS);
    }
    if choices.choices.is_empty() {
        output.line(format!("{}: {none}", choices.citizen))?;
    }
    for choice in &choices.choices {
        output.strong(&format!("{} {}", choices.citizen, choice.id))?;
        output.wrapped("  ", &choice.words)?;
        let until = choice.until.as_deref().map(|day| format!(" until {day}")).unwrap_or_default();
        let from = choice.from.as_deref().unwrap_or("always");
        output.line(format!("  in force from {from}{until}"))?;
        let closed = choice.recorded_until.as_deref().map(|moment| format!(" until {moment}")).unwrap_or_default();
        let source = choice.source.as_deref().map(|source| format!(", from {source}")).unwrap_or_default();
        output.wrapped("  ", &format!("recorded since {}{closed}{source}", choice.recorded))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn import(report: choices::ChoicesImported, output: &Output) -> Result<ExitCode, Failure> {
    let code = if report.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FINDINGS) };
    if output.format == Format::Json {
        output.json(&report)?;
        return Ok(code);
    }
    let (read, taken) = (counted(report.read, "consent"), report.taken);
    let (made, ended) = (counted(report.recorded, "choice"), report.ended);
    output.line(format!(
        "{read} read, {taken} taken: {made} recorded, {ended} ended, {} not in force yet",
        report.not_yet
    ))?;
    for left in &report.left {
        let id = left.id.as_deref().map(|id| format!(" `{id}`")).unwrap_or_default();
        let at = format!("{}:{}{id}: ", left.file.display(), left.number);
        output.wrapped("  left out: ", &format!("{at}{}", left.why))?;
    }
    Ok(code)
}
