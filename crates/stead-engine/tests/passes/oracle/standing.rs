//! Who is in which group and place, asked day by day.

use serde_json::json;
use stead_rules::words::criterion_words;
use stead_rules::{AreaCode, Criterion, Day, Definitions, Expression, GroupId, Place, When};

use super::story::{Coded, Home, Story, Town};
use super::{day, row};
use crate::runs::Answer;

/// The name for whom a place serves that serves everybody.
pub const EVERYONE: &str = "everyone";

/// Whether an expression holds for a citizen on a day.
pub fn holds(expression: &Expression, town: &Town<'_>, story: &Story<'_>, on: Day) -> bool {
    let ask = |part: &Expression| holds(part, town, story, on);
    match expression {
        Expression::All(parts) => parts.iter().all(ask),
        Expression::Any(parts) => parts.iter().any(ask),
        Expression::AtLeast(count, parts) => parts.iter().filter(|part| ask(part)).count() >= *count as usize,
        Expression::Not(part) => !ask(part),
        Expression::Is(criterion) => criterion_holds(criterion, town, story, on),
    }
}

/// Whether a citizen is in a group on a day.
pub fn in_group(group: &GroupId, town: &Town<'_>, story: &Story<'_>, on: Day) -> bool {
    let group = town.definitions.groups.iter().find(|known| known.id == *group).unwrap();
    holds(&group.members, town, story, on)
}

/// Whether the folder gives a record's key to one of `organisations` or to a part of one.
fn belongs_to(key: &str, organisations: &[stead_rules::OrganisationId], definitions: &Definitions) -> bool {
    let known = &definitions.organisations;
    let mut body = known.iter().find(|it| it.id.as_str() == key || it.codes.iter().any(|code| **code == *key));
    while let Some(part) = body {
        if organisations.contains(&part.id) {
            return true;
        }
        body = known.iter().find(|it| Some(&it.id) == part.part_of.as_ref());
    }
    false
}

fn recently(since: Day, months: u16, on: Day) -> bool {
    since.is_finite() && since <= on && on < since.plus_months(i32::from(months))
}

fn criterion_holds(criterion: &Criterion, town: &Town<'_>, story: &Story<'_>, on: Day) -> bool {
    match criterion {
        Criterion::LivesIn { areas } => story.homes.iter().any(|home| {
            home.from <= on && on < home.to && areas.iter().any(|area| lies_in(home, area.as_str(), town.definitions))
        }),
        Criterion::RegisteredWith { organisations } => story.registrations.iter().any(|&(from, to, key)| {
            let inside = organisations.is_empty() || belongs_to(key, organisations, town.definitions);
            from <= on && on < to && inside
        }),
        Criterion::Age { from_years, to_years } => story.born.and_then(|born| age(born, on)).is_some_and(|age| {
            from_years.is_none_or(|from| age >= i32::from(from)) && to_years.is_none_or(|to| age < i32::from(to))
        }),
        Criterion::Sex { any_of } => any_of.iter().any(|sex| sex.word() == story.sex),
        Criterion::Marital { any_of, changed_in_last_months } => story.marital.iter().any(|&(status, from, to)| {
            let now = from.is_none_or(|from| from <= on) && on < to;
            let recent = |months: u16| from.is_some_and(|from| recently(from, months, on));
            now && any_of.iter().any(|it| it.word() == status) && changed_in_last_months.is_none_or(recent)
        }),
        Criterion::Code { list, when, at_least, value } => {
            let begun = |record: &&Coded<'_>| {
                record.lists.contains(&list.as_str()) && record.from.is_none_or(|from| from <= on)
            };
            let passes = |record: &Coded<'_>| {
                value.as_ref().is_none_or(|limits| {
                    record.value.is_some_and(|it| match record.comparator {
                        None => limits.accepts(None, it, record.unit),
                        // Every number within the bound: those next to it, and those far beyond every limit.
                        Some(">") => [it + 1e-9, 1e9].iter().all(|it| limits.accepts(None, *it, record.unit)),
                        Some(">=") => [it, 1e9].iter().all(|it| limits.accepts(None, *it, record.unit)),
                        Some("<") => [it - 1e-9, -1e9].iter().all(|it| limits.accepts(None, *it, record.unit)),
                        Some("<=") => [it, -1e9].iter().all(|it| limits.accepts(None, *it, record.unit)),
                        Some(_) => false,
                    })
                })
            };
            let begun: Vec<_> = story.coded.iter().filter(begun).collect();
            if *when == When::Latest {
                // Of several at one moment one that passes will do.
                let moment = |record: &Coded<'_>| (record.from.unwrap_or(Day::ALWAYS), record.at);
                let last = begun.iter().map(|record| moment(record)).max();
                return begun.iter().any(|record| Some(moment(record)) == last && passes(record));
            }
            let count = begun.into_iter().filter(|record| {
                let still = match when {
                    When::LastMonths(months) => record.from.is_some_and(|from| recently(from, *months, on)),
                    When::Active => on < record.to,
                    When::Ever | When::Latest => true,
                };
                still && passes(record)
            });
            count.count() >= *at_least as usize
        }
        Criterion::Contact { services, professions, when, at_least } => {
            let count = story.contacts.iter().filter(|contact| {
                let kind = contact.kind.as_deref();
                let profession = contact.by.profession.as_deref();
                let in_time = match when {
                    When::LastMonths(months) => recently(contact.day, *months, on),
                    _ => contact.day <= on,
                };
                in_time
                    && (services.is_empty() || services.iter().any(|it| Some(it.as_str()) == kind))
                    && (professions.is_empty() || professions.iter().any(|it| Some(it.as_str()) == profession))
            });
            count.count() >= *at_least as usize
        }
        Criterion::Died { in_last_months } => {
            story.died.is_some_and(|died| died <= on && in_last_months.is_none_or(|months| recently(died, months, on)))
        }
        Criterion::InGroup { group } => in_group(group, town, story, on),
    }
}

/// Years between two days, by the calendar; nobody has an age before birth. 29 February is 28 February in other years.
fn age(born: Day, on: Day) -> Option<i32> {
    let ((year, month, date), (birth_year, birth_month, birth_date)) = (on.ymd()?, born.ymd()?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let birth_date = if birth_month == 2 && birth_date == 29 && !leap { 28 } else { birth_date };
    let years = i32::from(year) - i32::from(birth_year);
    (born <= on).then_some(if (month, date) < (birth_month, birth_date) { years - 1 } else { years })
}

pub fn lies_in(home: &Home<'_>, area: &str, definitions: &Definitions) -> bool {
    let area = definitions.areas.iter().find(|known| known.id.as_str() == area).unwrap();
    let plain = |code: &str| code.replace(' ', "").to_uppercase();
    let listed = area.codes.iter().any(|code| match code {
        AreaCode::SmallArea(code) => home.small_area == Some(code),
        AreaCode::Town(town) => home.town.is_some_and(|home| home.to_lowercase() == town.to_lowercase()),
        AreaCode::Postcode(code) => home.postcode.is_some_and(|home| plain(home).starts_with(&plain(code))),
    });
    // The rings of the tests are squares, the later ones holes in the first.
    let in_square = |ring: &Vec<(f64, f64)>, (x, y): (f64, f64)| {
        let (left, right) =
            (ring.iter().map(|it| it.0).fold(f64::MAX, f64::min), ring.iter().map(|it| it.0).fold(f64::MIN, f64::max));
        let (low, high) =
            (ring.iter().map(|it| it.1).fold(f64::MAX, f64::min), ring.iter().map(|it| it.1).fold(f64::MIN, f64::max));
        left < x && x < right && low < y && y < high
    };
    let drawn = home.point.is_some_and(|point| match area.rings.split_first() {
        Some((outer, holes)) => in_square(outer, point) && !holes.iter().any(|hole| in_square(hole, point)),
        None => false,
    });
    listed || drawn
}

/// Whether a citizen is alive on a day. Of somebody who died on a day that nobody recorded no day is sure.
pub fn is_alive(story: &Story<'_>, on: Day) -> bool {
    !(story.dead && story.died.is_none())
        && story.born.is_none_or(|born| born <= on)
        && story.died.is_none_or(|died| on < died)
}

/// What a place is made of on a day.
fn version_on(place: &Place, on: Day) -> Option<&stead_rules::PlaceVersion> {
    let inside = place.period.from <= on && on < place.period.to;
    place.versions.iter().rfind(|version| version.from <= on).filter(|_| inside)
}

/// Whether a citizen is in a place on a day, as one of a group.
pub fn is_member(place: &Place, group: &str, town: &Town<'_>, story: &Story<'_>, on: Day) -> bool {
    let Some(version) = version_on(place, on) else { return false };
    let lives = version.areas.is_empty()
        || criterion_holds(&Criterion::LivesIn { areas: version.areas.clone() }, town, story, on);
    let served = if version.serves.is_empty() {
        group == EVERYONE
    } else {
        version.serves.iter().any(|it| it.as_str() == group && in_group(it, town, story, on))
    };
    is_alive(story, on) && lives && served
}

/// The places that a citizen is in on a day, in the folder's order.
pub fn places(town: &Town<'_>, story: &Story<'_>, on: Day) -> Vec<String> {
    let somehow = |place: &&Place| {
        let groups = town.definitions.groups.iter().map(|group| group.id.as_str()).chain([EVERYONE]);
        groups.into_iter().any(|group| is_member(place, group, town, story, on))
    };
    town.definitions.places.iter().filter(somehow).map(|place| place.id.to_string()).collect()
}

/// The criteria that count for somebody in a place as one of a group, each with whether it should hold.
fn criteria(place: &Place, group: &str, town: &Town<'_>, on: Day) -> Vec<(Criterion, bool)> {
    fn of(expression: &Expression, wanted: bool, town: &Town<'_>, found: &mut Vec<(Criterion, bool)>) {
        match expression {
            Expression::All(parts) | Expression::Any(parts) | Expression::AtLeast(_, parts) => {
                parts.iter().for_each(|part| of(part, wanted, town, found));
            }
            Expression::Not(part) => of(part, !wanted, town, found),
            Expression::Is(Criterion::InGroup { group }) => {
                let group = town.definitions.groups.iter().find(|known| known.id == *group).unwrap();
                of(&group.members, wanted, town, found);
            }
            Expression::Is(criterion) => found.push((criterion.clone(), wanted)),
        }
    }
    let mut found = Vec::new();
    let areas = version_on(place, on).map(|version| version.areas.clone()).unwrap_or_default();
    if !areas.is_empty() {
        found.push((Criterion::LivesIn { areas }, true));
    }
    if let Some(group) = town.definitions.groups.iter().find(|known| known.id.as_str() == group) {
        of(&group.members, true, town, &mut found);
    }
    found
}

/// Why a membership is so on its first day, why it began and why it ended: `held`, `began_by`, `ended_by`, each sorted.
pub fn reasons(place: &Place, group: &str, town: &Town<'_>, story: &Story<'_>, from: Day, to: Day) -> [Vec<String>; 3] {
    let words = |criterion: &Criterion, holds: bool| {
        let words = criterion_words(criterion, town.definitions);
        if holds { words } else { format!("not any more: {words}") }
    };
    let on_first = criteria(place, group, town, from);
    let held = on_first
        .iter()
        .filter(|(criterion, wanted)| criterion_holds(criterion, town, story, from) == *wanted)
        .map(|(criterion, wanted)| words(criterion, *wanted).replace("not any more: ", "not: "));
    let changed = |edge: Day, criteria: &[(Criterion, bool)], life: Option<(Day, &str)>| {
        let mut found = Vec::new();
        if !edge.is_finite() {
            return found;
        }
        found.extend(life.filter(|(day, _)| *day == edge).map(|(_, words)| words.to_owned()));
        let in_time = |version: &stead_rules::PlaceVersion| version.from == edge && edge < place.period.to;
        if place.versions.iter().any(in_time) || place.period.to == edge {
            found.push("the place changed".to_owned());
        }
        for (criterion, _) in criteria {
            let before = criterion_holds(criterion, town, story, edge.plus_days(-1));
            let after = criterion_holds(criterion, town, story, edge);
            if before != after {
                found.push(words(criterion, after));
            }
        }
        found
    };
    let began = changed(from, &on_first, story.born.map(|born| (born, "was born")));
    let on_last = criteria(place, group, town, to.plus_days(-1));
    let ended = changed(to, &on_last, story.died.map(|died| (died, "died")));
    [held.collect(), began, ended].map(|mut words: Vec<String>| {
        words.sort();
        words.dedup();
        words
    })
}

/// The row of `person`; none for somebody who is not alive on the day.
pub fn person(town: &Town<'_>, story: &Story<'_>, on: Day) -> Option<Answer> {
    if !is_alive(story, on) {
        return None;
    }
    let age = story.born.and_then(|born| age(born, on));
    let band = age.map(|age| match age {
        0..=17 => "0-17",
        18..=39 => "18-39",
        40..=64 => "40-64",
        65..=79 => "65-79",
        _ => "80+",
    });
    // Where two sources disagree, the home moved into last counts, and the list joined last.
    let homes = story.homes.iter().filter(|home| home.from <= on && on < home.to);
    let home = homes.max_by_key(|home| (home.from, home.small_area));
    let areas: Vec<_> = town
        .definitions
        .areas
        .iter()
        .filter(|area| home.is_some_and(|home| lies_in(home, area.id.as_str(), town.definitions)))
        .map(|area| area.id.to_string())
        .collect();
    let small_area = home.and_then(|home| home.small_area);
    let known = town.definitions.small_areas.iter().find(|known| Some(&*known.code) == small_area);
    Some(row(json!({
        "citizen": story.id,
        "age": age,
        "age_band": band,
        "sex": story.sex,
        "small_area": small_area,
        "area": areas,
        "deprivation_fifth": known.and_then(|known| known.deprivation_decile).map(|decile| [1, 1, 2, 2, 3, 3, 4, 4, 5, 5][usize::from(decile) - 1]),
        "organisation": registered(town, story, on),
        "places": places(town, story, on),
    })))
}

/// With whom a citizen is registered on a day.
pub fn registered(town: &Town<'_>, story: &Story<'_>, on: Day) -> Option<String> {
    let lists = story.registrations.iter().filter(|(from, to, _)| *from <= on && on < *to);
    lists.max_by_key(|(from, _, key)| (*from, *key)).map(|(_, _, key)| town.organisation(key))
}

/// A row of `membership` or `group_membership` as its days.
pub fn days(found: &Answer) -> (Day, Day) {
    let edge = |column: &str| found[column].as_str().map(|text| text.parse().unwrap());
    let days = (edge("from").unwrap_or(Day::ALWAYS), edge("to").unwrap_or(Day::FOREVER));
    assert_eq!(day(Some(days.0)).as_deref(), found["from"].as_str());
    days
}
