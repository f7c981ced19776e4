//! `stead stage`: are we a place yet?

use std::process::ExitCode;

use stead_app::registry::{address, today};

use super::wait;
use crate::arguments::Format;
use crate::arguments::people::Stage;
use crate::failure::Failure;
use crate::output::Output;

/// Says how far a place has come.
pub fn stage(asked: &Stage, output: &Output) -> Result<ExitCode, Failure> {
    let registry = address(asked.registry.registry.clone())?;
    let on = asked.on.unwrap_or_else(today);
    let place = asked.place.as_deref();
    let stage = wait(stead_app::stage::stage(&registry, &asked.folder, place, asked.lake.as_ref(), on))?;
    if output.format == Format::Json {
        output.json(&stage)?;
        return Ok(ExitCode::SUCCESS);
    }
    output.strong(&format!("{}: {} on {}", stage.name, stage.stage, on.words()))?;
    for answer in &stage.answers {
        let title = answer.question.replace('-', " ");
        output.wrapped(&format!("  {title:<14}{:<10}  ", answer.answer.replace('-', " ")), &answer.words)?;
        for line in &answer.evidence {
            output.wrapped(&format!("{:28}- ", ""), line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
