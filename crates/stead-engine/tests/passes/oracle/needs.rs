//! What each citizen needs, whether it was met, who owns the next step, and whether the visits are the fewest.

use serde_json::{Value, json};
use stead_rules::needs::{Assessment, LastMet, NeedStatus, reason};
use stead_rules::{Day, Frequency, GroupId, Need, OpenTo, OrganisationId, Service, ServiceStatus};

use super::standing::{in_group, places, registered};
use super::story::{By, Story, Town};
use super::{circle, day, row};
use crate::runs::Answer;

/// What a run is asked.
#[derive(Clone, Copy)]
pub struct Asked {
    pub on: Day,
    /// The first day whose contacts count.
    pub since: Day,
}

/// The rows of `needs`. `joined` gives the first day of the stay in a group that goes on.
pub fn needs(town: &Town<'_>, story: &Story<'_>, asked: Asked, joined: impl Fn(&GroupId) -> Day) -> Vec<Answer> {
    if !super::standing::is_alive(story, asked.on) || places(town, story, asked.on).is_empty() {
        return Vec::new();
    }
    let theirs = town.definitions.needs.iter().filter(|need| in_group(&need.group, town, story, asked.on));
    theirs.map(|need| need_row(need, town, story, asked, joined(&need.group))).collect()
}

fn need_row(need: &Need, town: &Town<'_>, story: &Story<'_>, asked: Asked, joined: Day) -> Answer {
    let on = asked.on;
    let last = last_met(need, story, on);
    let met = last.as_ref().map(|(day, _)| *day);
    let exception = need.not_for.iter().find(|it| in_group(&it.group, town, story, on));
    let due = match (met, need.frequency) {
        (None, _) => Some(joined.plus_days(i32::from(need.first_within_days))),
        (Some(met), Frequency::EveryMonths(months)) => Some(met.plus_months(i32::from(months))),
        (Some(_), Frequency::Once) => None,
    };
    let late = due.is_some_and(|due| due <= on);
    let soon = due.is_some_and(|due| due.plus_days(-i32::from(need.due_notice_days)) <= on) && met != Some(on);
    let status = match (exception, met) {
        (Some(_), _) => NeedStatus::NotApplicable,
        (None, None) if late => NeedStatus::Never,
        (None, None) => NeedStatus::Due,
        (None, Some(_)) if late => NeedStatus::Overdue,
        (None, Some(_)) if soon => NeedStatus::Due,
        (None, Some(_)) => NeedStatus::Met,
    };
    let applies = exception.is_none();
    let due = due.filter(|due| applies && due.is_finite());
    let since = due.filter(|_| late);
    let last_by = last.as_ref().and_then(|(_, by)| by.organisation.as_deref());
    let (owner, why) = if applies { owner(need, town, story, asked, last_by) } else { (None, "not-applicable") };
    // The words are those of `stead_rules`; what is tested is that they are made of the right record and exception.
    let by = last.as_ref().and_then(|(_, by)| by_words(town, by));
    let last_words = last.as_ref().map(|(day, _)| LastMet { day: *day, by: by.as_deref() });
    let reason = reason(need, &Assessment { status, due, since }, last_words.as_ref(), exception);
    let by = last.as_ref().map(|(_, by)| by);
    row(json!({
        "citizen": story.id,
        "need": need.id.as_str(),
        "group": need.group.as_str(),
        "status": status.word(),
        "since": day(since),
        "due": day(due),
        "last_met": day(met),
        "last_organisation": by.and_then(|by| by.organisation.clone()),
        "last_professional": by.and_then(|by| by.professional),
        "last_profession": by.and_then(|by| by.profession.clone()),
        "last_resource": by.map(|by| by.record.clone()),
        "owner": owner.map(|service| service.organisation.as_str()),
        "owner_service": owner.map(|service| service.id.as_str()),
        "owner_why": why,
        "reason": reason,
    }))
}

/// The latest record that meets a need; of several on one day the one whose source and resource come last.
fn last_met<'s>(need: &Need, story: &'s Story<'_>, on: Day) -> Option<(Day, By<'s>)> {
    let met_by = &need.met_by;
    let mut found: Vec<(Day, By<'s>)> = Vec::new();
    if met_by.codes.is_empty() {
        for contact in story.contacts.iter().filter(|contact| contact.day <= on) {
            let kind = met_by.services.iter().any(|it| Some(it.as_str()) == contact.kind.as_deref());
            let profession = met_by.professions.is_empty()
                || met_by.professions.iter().any(|it| Some(it.as_str()) == contact.by.profession.as_deref());
            if kind && profession {
                found.push((contact.day, contact.by.clone()));
            }
        }
        // Contacts lie in order of time, so of one day's the last one is the latest.
        return found.into_iter().rev().reduce(|last, it| if it.0 > last.0 { it } else { last });
    }
    for record in &story.coded {
        let day = record.from.filter(|day| *day <= on);
        if let Some(day) = day.filter(|_| met_by.codes.iter().any(|list| record.lists.contains(&list.as_str()))) {
            found.push((day, record.by.clone()));
        }
    }
    found.into_iter().max_by_key(|(day, by)| (*day, by.source_and_resource))
}

fn by_words(town: &Town<'_>, by: &By<'_>) -> Option<String> {
    let name = by.organisation.as_ref().map(|id| {
        let known = town.definitions.organisations.iter().find(|body| body.id.as_str() == id);
        known.map_or_else(|| id.trim_start_matches('?').to_owned(), |body| body.name.to_string())
    });
    let profession = by.profession.as_ref().map(|profession| profession.replace('-', " "));
    match (profession, name) {
        (Some(profession), Some(name)) => Some(format!("{profession} at {name}")),
        (profession, name) => profession.or(name),
    }
}

/// How many steps up from one organisation to another: 0 when they are one.
fn steps_up(town: &Town<'_>, from: &str, to: &OrganisationId) -> Option<u32> {
    let (mut at, mut steps) = (from.to_owned(), 0);
    while at != to.as_str() {
        let body = town.definitions.organisations.iter().find(|body| body.id.as_str() == at)?;
        at = body.part_of.as_ref()?.to_string();
        steps += 1;
    }
    Some(steps)
}

/// The services that can meet a need and are open to the citizen.
pub fn open_services<'t>(need: &Need, town: &Town<'t>, story: &Story<'_>, on: Day) -> Vec<&'t Service> {
    let registered = registered(town, story, on);
    let open = |service: &&Service| match &service.open_to {
        OpenTo::Anyone => true,
        OpenTo::Group(group) => in_group(group, town, story, on),
        OpenTo::Registered => registered.as_deref().is_some_and(|with| {
            steps_up(town, with, &service.organisation).is_some()
                || steps_up(town, service.organisation.as_str(), &with.into()).is_some()
        }),
    };
    let can = |service: &&Service| {
        service.status == ServiceStatus::Live
            && service.period.from <= on
            && on < service.period.to
            && need.met_by.services.contains(&service.kind)
            && (need.met_by.professions.is_empty()
                || service.professions.iter().any(|it| need.met_by.professions.contains(it)))
    };
    town.definitions.services.iter().filter(can).filter(open).collect()
}

/// Who owns the next step: each rule in turn, until one leaves an organisation.
fn owner<'t>(
    need: &Need,
    town: &Town<'t>,
    story: &Story<'_>,
    asked: Asked,
    last_by: Option<&str>,
) -> (Option<&'t Service>, &'static str) {
    let services = open_services(need, town, story, asked.on);
    let mut bodies: Vec<&OrganisationId> = services.iter().map(|service| &service.organisation).collect();
    bodies.sort();
    bodies.dedup();
    let latest = |body: &OrganisationId, kind: Option<&str>| {
        let with = circle::looked_at(story, asked).into_iter().filter(|contact| {
            contact.by.organisation.as_deref() == Some(body.as_str())
                && (kind.is_none() || contact.kind.as_deref() == kind)
        });
        with.map(|contact| contact.day).max()
    };
    let in_kind = |body: &OrganisationId| {
        let theirs = services.iter().filter(|service| service.organisation == *body);
        theirs.filter_map(|service| latest(body, Some(service.kind.as_str()))).max()
    };
    let registered = registered(town, story, asked.on);
    let near = |body: &OrganisationId| steps_up(town, registered.as_deref()?, body);
    // Ties go to the lesser id: bodies are sorted, and the first of equals is taken.
    let first_latest = |when: &dyn Fn(&OrganisationId) -> Option<Day>| {
        let best = bodies.iter().filter_map(|body| when(body)).max()?;
        bodies.iter().copied().find(|body| when(body) == Some(best))
    };
    let (body, why) = if let Some(body) = bodies.iter().copied().find(|body| Some(body.as_str()) == last_by) {
        (body, "last-met")
    } else if let [only] = bodies[..] {
        (only, "only-one")
    } else if let Some(body) = bodies.iter().copied().filter(|body| near(body).is_some()).min_by_key(|body| near(body))
    {
        (body, "registered")
    } else if let Some(body) = first_latest(&in_kind).or_else(|| first_latest(&|body| latest(body, None))) {
        (body, "acting")
    } else {
        return (None, if bodies.is_empty() { "nobody-offers" } else { "several-could" });
    };
    let mut theirs: Vec<&Service> = services.into_iter().filter(|service| service.organisation == *body).collect();
    theirs.sort_by_key(|service| {
        let named = need.met_by.services.iter().position(|kind| *kind == service.kind);
        (std::cmp::Reverse(latest(body, Some(service.kind.as_str()))), named, service.id.clone())
    });
    (theirs.first().copied(), why)
}

/// Checks the rows of `visits` of one citizen against the rows of `needs`, by trying every set of services.
pub fn check_visits(
    town: &Town<'_>,
    story: &Story<'_>,
    on: Day,
    needs: &[Answer],
    visits: &[Answer],
) -> Result<(), String> {
    let wanted: Vec<&Need> = needs
        .iter()
        .filter(|row| ["due", "overdue", "never"].contains(&row["status"].as_str().unwrap()))
        .map(|row| town.definitions.needs.iter().find(|need| row["need"] == need.id.as_str()).unwrap())
        .collect();
    let meets =
        |service: &Service, need: &Need| open_services(need, town, story, on).iter().any(|open| open.id == service.id);
    let services: Vec<Vec<&str>> = town
        .definitions
        .services
        .iter()
        .map(|service| wanted.iter().filter(|need| meets(service, need)).map(|need| need.id.as_str()).collect())
        .filter(|needs: &Vec<&str>| !needs.is_empty())
        .collect();
    let covered = |subset: u32| {
        let mut needs: Vec<&str> = services
            .iter()
            .enumerate()
            .filter(|(at, _)| subset >> at & 1 == 1)
            .flat_map(|(_, it)| it.clone())
            .collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    };
    let all = (1_u32 << services.len()) - 1;
    let fewest = (0..=all).filter(|subset| covered(*subset) == covered(all)).map(u32::count_ones).min().unwrap();
    let mut taken: Vec<&str> = Vec::new();
    for (number, visit) in (1..).zip(visits) {
        let service = town.definitions.services.iter().find(|it| visit["service"] == it.id.as_str());
        let service = service.ok_or_else(|| format!("no such service: {visit:?}"))?;
        let needs: Vec<&str> = visit["needs"].as_array().unwrap().iter().map(|need| need.as_str().unwrap()).collect();
        let right = visit["visit"] == number
            && visit["service_kind"] == service.kind.as_str()
            && visit["organisation"] == service.organisation.as_str()
            && visit["fewest"] == Value::Bool(true)
            && !needs.is_empty()
            && needs.iter().all(|id| wanted.iter().any(|need| need.id.as_str() == *id && meets(service, need)));
        if !right {
            return Err(format!("not a visit that helps: {visit:?}"));
        }
        taken.extend(needs);
    }
    taken.sort_unstable();
    if taken != covered(all) || visits.len() != fewest as usize {
        return Err(format!("{fewest} visits would meet {:?}, not {visits:?}", covered(all)));
    }
    Ok(())
}
