//! `stead decide` and `stead policies`: who may see what, and by which policies.

use std::process::ExitCode;

use stead_app::decide::{self, Ground, Question};
use stead_app::log::LogKey;
use stead_app::registry::address;

use super::wait;
use crate::arguments::Format;
use crate::arguments::decisions::{Decide, Policies};
use crate::failure::{DENIED, Failure};
use crate::output::Output;

/// Decides, and says why. A no is an exit code of its own.
pub fn decide(asked: Decide, output: &Output) -> Result<ExitCode, Failure> {
    let ground = Ground {
        places: asked.places,
        lake: asked.lake,
        registry: address(asked.registry.registry)?,
        log_key: LogKey { file: asked.log_key },
    };
    let question = Question {
        citizen: asked.citizen,
        organisation: asked.organisation,
        profession: asked.profession,
        professional: asked.professional,
        service: asked.service,
        holder: asked.holder,
        category: asked.category,
        purpose: asked.purpose,
        on: asked.on,
        reason: asked.reason,
    };
    let answered = wait(decide::decide(&question, &ground))?;
    let decided = &answered.decided;
    if output.format == Format::Json {
        output.json(&answered)?;
    } else {
        output.strong(&decided.for_clinician)?;
        if !decided.holders.is_empty() {
            output.wrapped("  opened: ", &holders(&decided.holders))?;
        }
        decided.would_open.iter().try_for_each(|change| output.wrapped("  for a yes: ", change))?;
        output.wrapped("  for the citizen: ", &decided.for_citizen)?;
        decided.notes.iter().try_for_each(|note| output.wrapped("  note: ", note))?;
        output.line(format!("  written down as entry {} of the log", answered.log_number))?;
    }
    Ok(if decided.permit { ExitCode::SUCCESS } else { ExitCode::from(DENIED) })
}

/// Whose records were opened; of many, the first ones.
pub(super) fn holders(ids: &[String]) -> String {
    const NAMED: usize = 5;
    let named = ids.get(..NAMED).unwrap_or(ids).join(", ");
    match ids.len().saturating_sub(NAMED) {
        0 => format!("records of {named}"),
        more => format!("records of {named} and {more} more"),
    }
}

/// Prints the policies.
pub fn policies(asked: &Policies, output: &Output) -> Result<ExitCode, Failure> {
    let registry = address(asked.registry.registry.clone())?;
    let text = wait(decide::policies(&asked.places, &registry))?;
    if output.format == Format::Json {
        output.json(&serde_json::json!({ "version": decide::DECISION_VERSION, "policies": text }))?;
    } else {
        output.line(text.trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}
