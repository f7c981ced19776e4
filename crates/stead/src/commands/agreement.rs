//! `stead sign`, `verify` and `withdraw`.

use std::process::ExitCode;

use stead_app::Day;
use stead_app::registry::{address, today};
use stead_app::signing::{self, PartyVerified, Signatory, Signing, Which};

use super::wait;
use crate::arguments::Format;
use crate::arguments::people::{Sign, Verify, WhichAgreement};
use crate::failure::{FINDINGS, Failure};
use crate::output::Output;

/// Signs.
pub fn sign(asked: &Sign, output: &Output) -> Result<ExitCode, Failure> {
    let address = address(asked.which.registry.registry.clone())?;
    let signing = wait(signing::sign(&address, which(&asked.which), signatory(asked)))?;
    said(&signing, "signed", output)
}

/// Gives notice.
pub fn withdraw(asked: &Sign, output: &Output) -> Result<ExitCode, Failure> {
    let address = address(asked.which.registry.registry.clone())?;
    let signing = wait(signing::withdraw(&address, which(&asked.which), signatory(asked)))?;
    said(&signing, "gave notice of", output)
}

/// Says which signatures hold. Exit code 1 where one is void.
pub fn verify(asked: &Verify, output: &Output) -> Result<ExitCode, Failure> {
    let address = address(asked.which.registry.registry.clone())?;
    let on = asked.on.unwrap_or_else(today);
    let verified = wait(signing::verify(&address, which(&asked.which), on))?;
    let void = !verified.void.is_empty() || verified.parties.iter().any(|party| party.standing == "void");
    let code = if void { ExitCode::from(FINDINGS) } else { ExitCode::SUCCESS };
    if output.format == Format::Json {
        output.json(&verified)?;
        return Ok(code);
    }
    output.strong(&format!("{} ({})", verified.title, verified.agreement))?;
    let binds = match (&verified.binds_from, &verified.binds_until) {
        (Some(from), Some(until)) => format!("; binds from {} until {}", words(from), words(until)),
        (Some(from), None) => format!("; binds from {}", words(from)),
        _ => String::new(),
    };
    output.line(format!("{} on {}{binds}", verified.stage, on.words()))?;
    output.line(format!("digest {}", verified.digest))?;
    for party in &verified.parties {
        of_party(party, output)?;
    }
    for why in &verified.void {
        output.wrapped("  void       ", why)?;
    }
    Ok(code)
}

fn of_party(party: &PartyVerified, output: &Output) -> std::io::Result<()> {
    let role = party.role.as_deref().map(|role| format!(" by its {role}")).unwrap_or_default();
    let on = party.signed_on.as_deref().map(words).unwrap_or_default();
    match party.standing {
        "signed" => output.wrapped("  signed     ", &format!("{}{role} on {on}", party.name))?,
        "void" => {
            output.wrapped(
                "  void       ",
                &format!("{}, signed{role} on {on}: the text has changed since", party.name),
            )?;
            for change in &party.changes {
                output.wrapped("             - ", change)?;
            }
        }
        _ => output.wrapped("  unsigned   ", &party.name)?,
    }
    match &party.leaves_on {
        Some(day) => output.wrapped("             ", &format!("has given notice, and leaves on {}", words(day))),
        None => Ok(()),
    }
}

/// A day in words, which are not torn apart at its hyphens.
fn words(day: &str) -> String {
    day.parse::<Day>().map_or_else(|_| day.to_owned(), Day::words)
}

fn said(signing: &Signing, what: &str, output: &Output) -> Result<ExitCode, Failure> {
    if output.format == Format::Json {
        output.json(signing)?;
        return Ok(ExitCode::SUCCESS);
    }
    let role = signing.role.as_deref().map(|role| format!(", by its {role},")).unwrap_or_default();
    let (Signing { organisation, title, agreement, .. }, on) = (signing, words(&signing.on));
    output.wrapped("", &format!("{organisation}{role} {what} {title} ({agreement}) on {on}"))?;
    output.line(format!("digest {}", signing.digest))?;
    if let Some(ends) = &signing.ends {
        output.line(format!("it is bound until {}", words(ends)))?;
    }
    output.line(format!("{}: {} of {} parties have signed", signing.stage, signing.signed, signing.parties))?;
    Ok(ExitCode::SUCCESS)
}

fn which(asked: &WhichAgreement) -> Which<'_> {
    Which { agreement: &asked.agreement, place: asked.place.as_deref() }
}

fn signatory(asked: &Sign) -> Signatory<'_> {
    Signatory {
        organisation: &asked.organisation,
        role: asked.role.as_deref(),
        key: &asked.key,
        on: asked.on.unwrap_or_else(today),
    }
}
