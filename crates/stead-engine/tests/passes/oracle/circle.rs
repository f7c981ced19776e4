//! Who is around a citizen, who coordinates, and how scattered care is.

use serde_json::json;
use stead_rules::{Day, Need};

use super::needs::Asked;
use super::standing::{is_alive, places, registered};
use super::story::{Contact, Story, Town};
use super::{day, row};
use crate::runs::Answer;

/// The contacts in the time looked at, with somebody that the records name.
pub fn looked_at<'s, 'a>(story: &'s Story<'a>, asked: Asked) -> Vec<&'s Contact<'a>> {
    let inside = |contact: &&Contact<'_>| {
        asked.since <= contact.day && contact.day <= asked.on && contact.by.organisation.is_some()
    };
    story.contacts.iter().filter(inside).collect()
}

/// Who provided a contact: the professional or, where none is named, the organisation.
pub fn provider(contact: &Contact<'_>) -> String {
    contact.by.professional.map_or_else(|| contact.by.organisation.clone().unwrap(), str::to_owned)
}

struct Coordinator {
    organisation: Option<String>,
    professional: Option<String>,
    profession: Option<String>,
    why: &'static str,
}

fn coordinator(town: &Town<'_>, story: &Story<'_>, asked: Asked) -> Coordinator {
    let on = asked.on;
    let in_force = story.choices.iter().filter(|row| {
        row.text("organisation").is_some()
            && row.day("from").is_none_or(|from| from <= on)
            && row.day("to").is_none_or(|to| on < to)
    });
    // Of several the choice made last counts; rows lie in order of time.
    if let Some(chosen) = in_force.max_by_key(|row| row.day("from")) {
        return Coordinator {
            organisation: chosen.text("organisation").map(|key| town.organisation(key)),
            professional: chosen.text("professional").map(str::to_owned),
            profession: town.profession(chosen, None),
            why: "chosen",
        };
    }
    let theirs = places(town, story, on);
    let rules = town.definitions.places.iter().filter(|place| theirs.contains(&place.id.to_string()));
    let rule = rules
        .map(|place| &place.versions.iter().rfind(|version| version.from <= on).unwrap().coordinators)
        .find(|coordinators| !coordinators.is_empty());
    let contacts = looked_at(story, asked);
    for profession in rule.into_iter().flatten() {
        let of_profession = || contacts.iter().filter(|it| it.by.profession.as_deref() == Some(profession.as_str()));
        let mut people: Vec<_> =
            of_profession().map(|it| (it.by.organisation.clone(), it.by.professional.map(str::to_owned))).collect();
        people.sort();
        people.dedup();
        let knows = |who: &(Option<String>, Option<String>)| {
            let mut days: Vec<Day> = of_profession()
                .filter(|it| it.by.organisation == who.0 && it.by.professional == who.1.as_deref())
                .map(|it| it.day)
                .collect();
            days.sort();
            (days.len(), days.last().copied())
        };
        // Most contacts, then the latest, then the lesser names: people are sorted, and the first of equals is taken.
        if let Some(best) = people.iter().map(knows).max() {
            let who = people.into_iter().find(|who| knows(who) == best).unwrap();
            return Coordinator {
                organisation: who.0,
                professional: who.1,
                profession: Some(profession.to_string()),
                why: "profession",
            };
        }
    }
    let organisation = registered(town, story, on);
    let why = if organisation.is_some() { "registered" } else { "nobody" };
    Coordinator { organisation, professional: None, profession: None, why }
}

/// The rows of `circle`, in no order.
pub fn circle(town: &Town<'_>, story: &Story<'_>, asked: Asked) -> Vec<Answer> {
    if !is_alive(story, asked.on) {
        return Vec::new();
    }
    let contacts = looked_at(story, asked);
    let coordinator = coordinator(town, story, asked);
    let who = |it: &Contact<'_>| {
        (it.by.organisation.clone(), it.kind.clone(), it.by.professional.map(str::to_owned), it.by.profession.clone())
    };
    let mut seen = Vec::new();
    let mut rows = Vec::new();
    let mut coordinates_somewhere = false;
    for contact in &contacts {
        let key = who(contact);
        if seen.contains(&key) {
            continue;
        }
        let days: Vec<Day> = contacts.iter().filter(|other| who(other) == key).map(|other| other.day).collect();
        let coordinates = coordinator.why != "registered"
            && coordinator.organisation == key.0
            && coordinator.professional == key.2
            && (coordinator.profession.is_none() || coordinator.profession == key.3);
        coordinates_somewhere |= coordinates;
        rows.push(row(json!({
            "citizen": story.id,
            "organisation": key.0,
            "service_kind": key.1,
            "professional": key.2,
            "profession": key.3,
            "role": "acting",
            "first": day(days.iter().min().copied()),
            "last": day(days.iter().max().copied()),
            "contacts": days.len(),
            "coordinates": coordinates,
        })));
        seen.push(key);
    }
    let tie =
        |organisation: &str, professional: Option<&str>, profession: Option<&str>, role: &str, coordinates: bool| {
            row(json!({
                "citizen": story.id, "organisation": organisation, "service_kind": null, "professional": professional,
                "profession": profession, "role": role, "first": null, "last": null, "contacts": 0,
                "coordinates": coordinates,
            }))
        };
    if let Some(registered) = registered(town, story, asked.on) {
        rows.push(tie(&registered, None, None, "registered", coordinator.why == "registered"));
    }
    if coordinator.why == "chosen" && !coordinates_somewhere {
        let organisation = coordinator.organisation.unwrap();
        let (person, profession) = (coordinator.professional.as_deref(), coordinator.profession.as_deref());
        rows.push(tie(&organisation, person, profession, "chosen", true));
    }
    rows
}

/// A citizen's providers, each with its profession where any contact says it: of several the least.
pub fn providers(story: &Story<'_>, asked: Asked) -> Vec<(String, Option<String>)> {
    let contacts = looked_at(story, asked);
    let mut names: Vec<String> = contacts.iter().map(|it| provider(it)).collect();
    names.sort();
    names.dedup();
    let profession = |name: &String| {
        let theirs = contacts.iter().filter(|it| provider(it) == *name);
        theirs.filter_map(|it| it.by.profession.clone()).min()
    };
    names.iter().map(|name| (name.clone(), profession(name))).collect()
}

/// How many citizens alive on the day saw both of two providers.
pub fn shared(stories: &[Story<'_>], asked: Asked, one: &str, other: &str) -> u32 {
    let saw = |story: &&Story<'_>| {
        let names: Vec<String> = looked_at(story, asked).into_iter().map(provider).collect();
        is_alive(story, asked.on) && names.iter().any(|it| it == one) && names.iter().any(|it| it == other)
    };
    stories.iter().filter(saw).count() as u32
}

/// The rows of `provider_pair`.
pub fn pairs(stories: &[Story<'_>], asked: Asked, patients_min: u32) -> Vec<Answer> {
    let mut names: Vec<String> = stories
        .iter()
        .flat_map(|story| providers(story, asked).into_iter().map(|(name, _)| name).collect::<Vec<_>>())
        .collect();
    names.sort();
    names.dedup();
    let mut rows = Vec::new();
    for (at, one) in names.iter().enumerate() {
        for other in &names[at + 1..] {
            let patients = shared(stories, asked, one, other);
            if patients >= patients_min.max(1) {
                rows.push(row(json!({ "first": one, "second": other, "patients": patients })));
            }
        }
    }
    rows
}

/// The row of `fragmentation`.
pub fn fragmentation(
    town: &Town<'_>,
    stories: &[Story<'_>],
    story: &Story<'_>,
    asked: Asked,
    patients_min: u32,
    needs: &[Answer],
) -> Option<Answer> {
    if !is_alive(story, asked.on) {
        return None;
    }
    let contacts = looked_at(story, asked);
    let total = contacts.len() as f64;
    let providers = providers(story, asked);
    let in_order: Vec<String> = contacts.iter().map(|it| provider(it)).collect();
    let count = |name: &str| in_order.iter().filter(|it| *it == name).count() as f64;
    let counts: Vec<f64> = providers.iter().map(|(name, _)| count(name)).collect();
    let usual = counts.iter().copied().reduce(f64::max).map(|most| most / total);
    let squares: f64 = counts.iter().map(|count| count * count).sum();
    let continuity = (contacts.len() >= 2).then(|| (squares - total) / (total * (total - 1.0)));
    let same = in_order.windows(2).filter(|pair| pair[0] == pair[1]).count() as f64;
    let sequential = (contacts.len() >= 2).then(|| same / (total - 1.0));
    let mut organisations: Vec<_> = contacts.iter().map(|it| it.by.organisation.clone()).collect();
    organisations.sort();
    organisations.dedup();

    let (mut pairs, mut by_profession) = (Vec::new(), Vec::<((Option<String>, Option<String>), Vec<f64>)>::new());
    for (at, (one, profession)) in providers.iter().enumerate() {
        for (other, theirs) in &providers[at + 1..] {
            let patients = shared(stories, asked, one, other);
            let patients = if patients < patients_min { 0.0 } else { f64::from(patients) };
            pairs.push(patients);
            let professions = (profession.clone().min(theirs.clone()), profession.clone().max(theirs.clone()));
            match by_profession.iter_mut().find(|(known, _)| *known == professions) {
                Some((_, known)) => known.push(patients),
                None => by_profession.push((professions, vec![patients])),
            }
        }
    }
    let mean = |numbers: &[f64]| (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64);
    let means: Vec<f64> = by_profession.iter().filter_map(|(_, numbers)| mean(numbers)).collect();

    let coordinator = coordinator(town, story, asked);
    let unmet = needs.iter().filter(|row| ["due", "overdue", "never"].contains(&row["status"].as_str().unwrap()));
    let could = |need: &Need| {
        contacts.iter().any(|it| {
            need.met_by.services.iter().any(|kind| Some(kind.as_str()) == it.kind.as_deref())
                && (need.met_by.professions.is_empty()
                    || need.met_by.professions.iter().any(|who| Some(who.as_str()) == it.by.profession.as_deref()))
        })
    };
    let need = |row: &Answer| town.definitions.needs.iter().find(|need| row["need"] == need.id.as_str()).unwrap();
    let missing: Vec<_> = unmet.map(need).filter(|need| !could(need)).map(|need| need.id.to_string()).collect();
    Some(row(json!({
        "citizen": story.id,
        "contacts": contacts.len(),
        "organisations": organisations.len(),
        "providers": providers.len(),
        "usual_provider": usual,
        "continuity": continuity,
        "sequential": sequential,
        "fragmentation": continuity.filter(|_| contacts.len() >= 4).map(|same| 1.0 - same),
        "care_density": mean(&pairs),
        "care_density_by_profession": mean(&means),
        "coordinator_organisation": coordinator.organisation,
        "coordinator_professional": coordinator.professional,
        "coordinator_profession": coordinator.profession,
        "coordinator_why": coordinator.why,
        "missing": missing,
    })))
}
