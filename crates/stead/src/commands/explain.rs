//! `stead explain`: everything about one citizen, with reasons, in words.

use std::collections::BTreeMap;
use std::process::ExitCode;

use stead_app::Address;
use stead_app::explain::{Care, CircleEntry, Explanation, Link, Membership, Need, day_words};

use super::wait;
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::{OUTDATED, Output, capital, counted};

/// Explains a citizen.
pub fn explain(citizen: &str, lake: &Address, output: &Output) -> Result<ExitCode, Failure> {
    let explanation = wait(stead_app::explain::explain(citizen, lake))?;
    if output.format == Format::Json {
        output.json(&explanation)?;
    } else {
        told(&explanation, output)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The explanation in words.
pub fn told(explanation: &Explanation, output: &Output) -> std::io::Result<()> {
    person(explanation, output)?;
    places(explanation, output)?;
    needs(explanation, output)?;
    visits(explanation, output)?;
    circle(explanation, output)?;
    if let Some(care) = &explanation.care {
        coordination(care, output)?;
    }
    sharing(explanation, output)?;
    records(explanation, output)
}

fn person(explanation: &Explanation, output: &Output) -> std::io::Result<()> {
    let person = &explanation.person;
    let name = person.name.clone().unwrap_or_else(|| explanation.citizen.clone());
    let mut about = vec![name];
    about.extend(person.age.map(|age| format!("{age} years old")));
    about.extend(person.sex.clone().filter(|sex| sex != "unknown"));
    output.strong(&format!("{} ({})", about.join(", "), explanation.citizen))?;
    output.line(format!("As of {}", day_words(&explanation.on)))?;
    if explanation.outdated {
        output.wrapped("", OUTDATED)?;
    }
    match &person.died {
        // Days written year first sort as texts.
        Some(died) if *died > explanation.on => output.line(format!("Died later, on {}.", day_words(died)))?,
        Some(died) => output.line(format!("Died on {}.", day_words(died)))?,
        None if person.dead => output.line("Has died; no record says when.")?,
        None => {}
    }
    if let Some(status) = &person.marital_status {
        let since = person.marital_status_since.as_deref().map(|day| format!(" since {}", day_words(day)));
        output.wrapped("", &format!("{}{}.", capital(status), since.unwrap_or_default()))?;
    }
    if !person.areas.is_empty() {
        let fifth =
            person.deprivation_fifth.map(|fifth| format!("; deprivation fifth {fifth} of 5 (1: most deprived)"));
        output.wrapped("", &format!("Lives in {}{}.", person.areas.join(", "), fifth.unwrap_or_default()))?;
    }
    if let Some(organisation) = &person.registered_with {
        output.line(format!("Registered with {organisation}."))?;
    }
    Ok(())
}

fn places(explanation: &Explanation, output: &Output) -> std::io::Result<()> {
    output.heading("Why am I in this?")?;
    let (now, past): (Vec<&Membership>, Vec<_>) = explanation.places.iter().partition(|stay| stay.now);
    if now.is_empty() {
        output.wrapped("  ", &nowhere(explanation))?;
    }
    for stay in now {
        output.wrapped(
            "  ",
            &format!("{}, as one of: {}, since {}", stay.place_name, stay.group_name, day_words(&stay.from)),
        )?;
        stay.held.iter().try_for_each(|criterion| output.wrapped("    because: ", criterion))?;
    }
    for stay in past {
        if stay.later {
            let from = day_words(&stay.from);
            output.wrapped("  ", &format!("From {from}: {}, as one of: {}", stay.place_name, stay.group_name))?;
            continue;
        }
        let to = stay.to.as_deref().map(day_words).unwrap_or_default();
        output.wrapped(
            "  ",
            &format!("Before: {}, as one of: {}, {} to {to}", stay.place_name, stay.group_name, day_words(&stay.from)),
        )?;
        stay.ended_by.iter().try_for_each(|criterion| output.wrapped("    ended by: ", criterion))?;
    }
    Ok(())
}

/// Why somebody is in no place.
fn nowhere(explanation: &Explanation) -> String {
    let why = if explanation.care.is_none() {
        "not alive on that day"
    } else if explanation.person.areas.is_empty() {
        "no record says of a home in one of the areas, and no place serves a group of theirs wherever they live"
    } else {
        "is in none of the groups that are served where the home is"
    };
    format!("In no place on this day: {why}.")
}

fn needs(explanation: &Explanation, output: &Output) -> std::io::Result<()> {
    output.heading("What is needed, and who owns the next step?")?;
    if explanation.needs.is_empty() {
        output.line("  Nothing that the folder names.")?;
    }
    explanation.needs.iter().try_for_each(|need| need_told(need, output))
}

fn need_told(need: &Need, output: &Output) -> std::io::Result<()> {
    let status = if need.status == "never" { "never done".to_owned() } else { need.status.replace('-', " ") };
    output.wrapped("  ", &format!("{}: {status}", need.name))?;
    output.wrapped("      ", &need.reason)?;
    let done_for_good = need.status == "met" && need.due.is_none();
    if need.status != "not-applicable" && !done_for_good {
        let owner = need.owner_name.as_deref().unwrap_or("nobody owns it");
        output.wrapped("      ", &format!("Next step: {owner} ({}).", need.owner_words))?;
    }
    // Who could do it, and why it matters, is asked about what is still open.
    if !matches!(need.status.as_str(), "met" | "not-applicable") {
        output.wrapped("      ", &format!("By: {}.", need.asked_of))?;
        output.wrapped("      ", &format!("Source: {}.", need.from_source))?;
    }
    need.last_resource.as_ref().map_or(Ok(()), |record| output.wrapped("      ", &format!("Record: {record}")))
}

fn visits(explanation: &Explanation, output: &Output) -> std::io::Result<()> {
    if explanation.care.is_none() {
        return Ok(());
    }
    output.heading("Why so many appointments? These would do:")?;
    if explanation.visits.is_empty() {
        output.line("  None: nothing is due that a service here could do.")?;
    }
    for visit in &explanation.visits {
        let at = visit.site.as_deref().map(|site| format!(" ({site})")).unwrap_or_default();
        let kind = visit.service_kind.replace('-', " ");
        output.wrapped(&format!("  {:>2}. ", visit.visit), &format!("{}{at}, {kind}", visit.organisation))?;
        output.wrapped("      ", &visit.needs.join(", "))?;
    }
    if explanation.visits.iter().any(|visit| !visit.fewest) {
        output.wrapped("  ", "Perhaps fewer would do: there are too many combinations to try them all.")?;
    }
    Ok(())
}

fn circle(explanation: &Explanation, output: &Output) -> std::io::Result<()> {
    output.heading("Who else is acting?")?;
    if explanation.circle.is_empty() {
        output.line("  Nobody in the time looked at.")?;
    }
    for entry in &explanation.circle {
        output.wrapped("  ", &entry_words(entry))?;
    }
    Ok(())
}

fn entry_words(entry: &CircleEntry) -> String {
    let who = match (&entry.professional, &entry.profession) {
        (Some(name), Some(profession)) => Some(format!("{name}, {}", profession.replace('-', " "))),
        (Some(name), None) => Some(name.clone()),
        (None, Some(profession)) => Some(profession.replace('-', " ")),
        (None, None) => None,
    };
    let mut parts: Vec<String> = who.into_iter().collect();
    parts.push(entry.organisation.clone());
    parts.extend(entry.service_kind.as_ref().map(|kind| kind.replace('-', " ")));
    let contacts = match (entry.contacts, &entry.last) {
        (0, _) | (_, None) => entry.role.clone(),
        (1, Some(last)) => format!("1 contact, {}", day_words(last)),
        (several, Some(last)) => format!("{several} contacts, last {}", day_words(last)),
    };
    let coordinates = if entry.coordinates { "; coordinates" } else { "" };
    format!("{}: {contacts}{coordinates}", parts.join(" · "))
}

fn coordination(care: &Care, output: &Output) -> std::io::Result<()> {
    output.heading("Who brings it together?")?;
    output.wrapped("  ", &care.coordinator_words)?;
    if !care.missing.is_empty() {
        output.wrapped("  ", &format!("None of those acting can meet: {}", care.missing.join(", ")))?;
    }
    output.wrapped(
        "  ",
        &format!(
            "{} with {} of {} in the time looked at",
            counted(care.contacts.unsigned_abs(), "contact"),
            counted(care.providers.unsigned_abs(), "provider"),
            counted(care.organisations.unsigned_abs(), "organisation"),
        ),
    )?;
    let figures = [
        ("usual provider index", care.usual_provider),
        ("continuity (Bice–Boxerman)", care.continuity),
        ("sequential continuity", care.sequential),
        ("care density", care.care_density),
        ("care density by profession", care.care_density_by_profession),
    ];
    for (name, figure) in figures {
        let figure = figure.map_or_else(|| "too little to say".to_owned(), |figure| format!("{figure:.2}"));
        output.line(format!("    {name:<28}{figure}"))?;
    }
    Ok(())
}

/// What each around the citizen needs to see, one line for all that is open or blocked alike.
fn sharing(explanation: &Explanation, output: &Output) -> std::io::Result<()> {
    if explanation.sharing.is_empty() {
        return Ok(());
    }
    output.heading("Who may see what they need to see?")?;
    let seeker = |link: &Link| {
        let profession = link.profession.as_deref().map(|it| format!(" ({})", it.replace('-', " ")));
        format!("{}{}", link.to, profession.unwrap_or_default())
    };
    let of_seekers: Vec<&[Link]> = explanation.sharing.chunk_by(|a, b| seeker(a) == seeker(b)).collect();
    for links in of_seekers {
        output.wrapped("  ", &links.first().map(seeker).unwrap_or_default())?;
        for alike in links.chunk_by(|a, b| (a.open, &a.words) == (b.open, &b.words)) {
            let Some(first) = alike.first() else { continue };
            let state = if first.open { "open" } else { "blocked" };
            output.wrapped(&format!("    {state}: "), &format!("{} ({})", held(alike), first.words))?;
        }
    }
    Ok(())
}

/// What is held by whom, holders of the same together: "Conditions, Medicines of the trust, the surgery".
fn held(links: &[Link]) -> String {
    let mut by_holder: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for link in links {
        by_holder.entry(&link.from).or_default().push(&link.category_name);
    }
    let mut by_what: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for (holder, what) in by_holder {
        by_what.entry(what).or_default().push(holder);
    }
    let parts = by_what.iter().map(|(what, holders)| format!("{} of {}", what.join(", "), holders.join(", ")));
    parts.collect::<Vec<_>>().join("; ")
}

fn records(explanation: &Explanation, output: &Output) -> std::io::Result<()> {
    output.heading("From which records?")?;
    for record in &explanation.records {
        let leading = if record.leading { ", leading" } else { "" };
        output.line(format!("  {}:{} ({}{leading})", record.source, record.record, record.rule))?;
    }
    for conflict in &explanation.conflicts {
        output.wrapped("  records disagree: ", &format!("{}: {}", conflict.kind, conflict.detail))?;
    }
    Ok(())
}
