//! `stead log`: who looked, every emergency, and whether the log holds.

use std::fs;
use std::process::ExitCode;

use stead_app::AppError;
use stead_app::log::{self, LogKey, Looked};
use stead_app::registry::address;

use super::decide::holders;
use super::wait;
use crate::arguments::Format;
use crate::arguments::decisions::{InLog, Log, LogCommand};
use crate::failure::{FINDINGS, Failure};
use crate::output::{Output, counted};

/// Does what was asked for.
pub fn log(asked: Log, output: &Output) -> Result<ExitCode, Failure> {
    match (asked.command, asked.citizen) {
        (Some(LogCommand::Verify { log, since }), _) => {
            let read = |path: std::path::PathBuf| {
                fs::read_to_string(&path).map_err(|source| AppError::File { path, doing: "read", source })
            };
            verify(log, since.map(read).transpose()?, output)
        }
        (Some(LogCommand::Emergencies { log }), _) => emergencies(log, output),
        (None, citizen) => of_citizen(&citizen.unwrap_or_default(), asked.log, output),
    }
}

fn of_citizen(citizen: &str, of: InLog, output: &Output) -> Result<ExitCode, Failure> {
    let registry = address(of.registry.registry)?;
    let log = wait(log::of_citizen(&registry, citizen, &LogKey { file: of.log_key }))?;
    let code = if log.problem.is_none() { ExitCode::SUCCESS } else { ExitCode::from(FINDINGS) };
    if output.format == Format::Json {
        output.json(&log)?;
        return Ok(code);
    }
    let looks = counted(log.looked.len() as u64, "entry").replace("entrys", "entries");
    output.strong(&format!("Who asked for the record of {}: {looks}", log.citizen))?;
    log.looked.iter().try_for_each(|looked| told(looked, output))?;
    match &log.problem {
        None => output.wrapped(
            "",
            "These are all there are, unaltered: proved against the checkpoint below. Keep it; nobody can then write the log \
             anew unseen.",
        )?,
        Some(problem) => output.wrapped("This log does not hold: ", problem)?,
    }
    output.line("")?;
    output.line(log.checkpoint.trim_end())?;
    Ok(code)
}

fn told(looked: &Looked, output: &Output) -> std::io::Result<()> {
    let first = format!("  {:>3}. {}  ", looked.number, looked.at);
    let Some(decided) = &looked.decided else { return output.wrapped(&first, "erased") };
    let emergency = if decided.break_glass { "EMERGENCY: " } else { "" };
    output.wrapped(&first, &format!("{emergency}{}", decided.for_citizen))?;
    let who = decided.professional.iter().map(|name| format!("by {name}"));
    let service = decided.service.iter().map(|service| format!("in {}", service.replace('-', " ")));
    let holders = (!decided.holders.is_empty()).then(|| holders(&decided.holders));
    let more: Vec<String> = who.chain(service).chain(holders).collect();
    if more.is_empty() { Ok(()) } else { output.wrapped("       ", &more.join("; ")) }
}

fn emergencies(of: InLog, output: &Output) -> Result<ExitCode, Failure> {
    let registry = address(of.registry.registry)?;
    let found = wait(log::emergencies(&registry))?;
    if output.format == Format::Json {
        output.json(&serde_json::json!({ "version": log::LOG_VERSION, "emergencies": found }))?;
        return Ok(ExitCode::SUCCESS);
    }
    if found.is_empty() {
        output.line("Nobody saw a record in an emergency that nothing else opened.")?;
    }
    for looked in &found {
        let citizen = looked.decided.as_ref().map_or("somebody who was forgotten", |decided| decided.citizen.as_str());
        output.strong(citizen)?;
        told(looked, output)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(of: InLog, since: Option<String>, output: &Output) -> Result<ExitCode, Failure> {
    let registry = address(of.registry.registry)?;
    let verified = wait(log::verify(&registry, &LogKey { file: of.log_key }, since.as_deref()))?;
    let code = if verified.holds { ExitCode::SUCCESS } else { ExitCode::from(FINDINGS) };
    if output.format == Format::Json {
        output.json(&verified)?;
        return Ok(code);
    }
    if verified.holds {
        output.strong("The log holds.")?;
        output.wrapped(
            "",
            &format!(
                "{} of {}; {} verified. Read round Stead, a record leaves no entry: no log shows that.",
                counted(verified.entries, "entry").replace("entrys", "entries"),
                counted(verified.citizens, "citizen"),
                counted(verified.checkpoints, "checkpoint"),
            ),
        )?;
    } else {
        output.strong("The log does not hold:")?;
        verified.findings.iter().try_for_each(|finding| output.wrapped("  - ", finding))?;
    }
    verified.checkpoint.iter().try_for_each(|checkpoint| output.line(format!("\n{}", checkpoint.trim_end())))?;
    Ok(code)
}
