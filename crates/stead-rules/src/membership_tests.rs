//! Membership against a reference that asks, day by day, in plain loops.

use proptest::prelude::*;

use super::*;
use crate::area::{Area, AreaCode};
use crate::code::{Code, Codelist};
use crate::criterion::{Expression, Group};
use crate::definitions::Definitions;
use crate::id::GroupId;
use crate::person::{MaritalStatus, Sex};
use crate::place::{Place, PlaceVersion};

const DAYS: i32 = 400;

fn day(at: i32) -> Day {
    Day::from_epoch_days(10_000 + at)
}

/// A citizen's records, owned.
#[derive(Clone, Debug)]
struct Story {
    person: Person,
    homes: Vec<(Period, &'static str)>,
    lists: Vec<(Period, &'static str)>,
    statuses: Vec<Marital>,
    /// Code, from, to, value.
    records: Vec<(&'static str, Period, Option<f64>)>,
    contacts: Vec<(Day, &'static str, &'static str)>,
}

impl Story {
    fn standing(&self, compiled: &Compiled) -> Standing {
        let mut sheet = Sheet::new(compiled, self.person);
        for &(period, small_area) in &self.homes {
            sheet.residence(&Residence {
                period,
                small_area: Some(small_area),
                town: None,
                postcode: None,
                point: None,
            });
        }
        for &(period, organisation) in &self.lists {
            sheet.registration(&Registration { period, organisation });
        }
        self.statuses.iter().for_each(|status| sheet.marital(status));
        for (at, &(code, period, value)) in self.records.iter().enumerate() {
            if let Some(lists) = compiled.lists_of("snomed", code) {
                let at = at as i64;
                sheet.coded(&Coded {
                    lists,
                    from: period.from,
                    to: period.to,
                    at,
                    value,
                    comparator: None,
                    unit: Some("kg"),
                });
            }
        }
        for &(day, service, profession) in &self.contacts {
            sheet.contact(&Contact { day, service: Some(service), profession: Some(profession) });
        }
        sheet.finish()
    }
}

/// The reference: whether a criterion holds on a day, asked of every record.
fn holds(expression: &Expression, definitions: &Definitions, story: &Story, on: Day) -> bool {
    let ask = |part: &Expression| holds(part, definitions, story, on);
    match expression {
        Expression::All(parts) => parts.iter().all(ask),
        Expression::Any(parts) => parts.iter().any(ask),
        Expression::AtLeast(count, parts) => parts.iter().filter(|part| ask(part)).count() >= *count as usize,
        Expression::Not(part) => !ask(part),
        Expression::Is(criterion) => criterion_holds(criterion, definitions, story, on),
    }
}

fn criterion_holds(criterion: &Criterion, definitions: &Definitions, story: &Story, on: Day) -> bool {
    let recent = |from: Day, months: u16| from <= on && on < from.plus_months(i32::from(months));
    match criterion {
        Criterion::LivesIn { areas } => story.homes.iter().any(|(period, small_area)| {
            period.contains(on)
                && definitions
                    .areas
                    .iter()
                    .filter(|area| areas.contains(&area.id))
                    .any(|area| area.codes.iter().any(|code| *code == AreaCode::SmallArea((*small_area).into())))
        }),
        Criterion::RegisteredWith { organisations } => story.lists.iter().any(|(period, organisation)| {
            period.contains(on)
                && (organisations.is_empty() || organisations.iter().any(|id| id.as_str() == *organisation))
        }),
        Criterion::Age { from_years, to_years } => {
            let age = story.person.born.and_then(|born| on.age_years(born));
            age.is_some_and(|age| from_years.is_none_or(|from| age >= from) && to_years.is_none_or(|to| age < to))
        }
        Criterion::Sex { any_of } => any_of.contains(&story.person.sex),
        Criterion::Marital { any_of, changed_in_last_months } => story.statuses.iter().any(|status| {
            let now = status.from.is_none_or(|from| from <= on) && on < status.to && any_of.contains(&status.status);
            now && changed_in_last_months.is_none_or(|months| status.from.is_some_and(|from| recent(from, months)))
        }),
        Criterion::Code { list, when, at_least, value } => {
            let codes = &definitions.codelists.iter().find(|known| known.id == *list).unwrap().codes;
            let listed = story.records.iter().filter(|(code, ..)| codes.iter().any(|(known, _)| &*known.code == *code));
            let passes = |number: Option<f64>| {
                value
                    .as_ref()
                    .is_none_or(|comparison| number.is_some_and(|number| comparison.accepts(None, number, "kg")))
            };
            if *when == When::Latest {
                // `max_by_key` takes the last of equals, as file order does.
                let latest = listed.filter(|(_, period, _)| period.from <= on).max_by_key(|(_, period, _)| period.from);
                return latest.is_some_and(|&(_, _, number)| passes(number));
            }
            let count = listed.filter(|&&(_, period, number)| {
                passes(number)
                    && match when {
                        When::LastMonths(months) => recent(period.from, *months),
                        When::Active => period.contains(on),
                        When::Ever | When::Latest => period.from <= on,
                    }
            });
            count.count() >= *at_least as usize
        }
        Criterion::Contact { services, professions, when, at_least } => {
            let count = story.contacts.iter().filter(|(day, service, profession)| {
                (services.is_empty() || services.iter().any(|kind| kind.as_str() == *service))
                    && (professions.is_empty() || professions.iter().any(|who| who.as_str() == *profession))
                    && match when {
                        When::LastMonths(months) => recent(*day, *months),
                        _ => *day <= on,
                    }
            });
            count.count() >= *at_least as usize
        }
        Criterion::Died { in_last_months } => {
            story.person.died.is_some_and(|died| died <= on && in_last_months.is_none_or(|months| recent(died, months)))
        }
        Criterion::InGroup { group } => {
            let group = definitions.groups.iter().find(|known| known.id == *group).unwrap();
            holds(&group.members, definitions, story, on)
        }
    }
}

fn is_member(place: &Place, group: Option<&GroupId>, definitions: &Definitions, story: &Story, on: Day) -> bool {
    let alive = story.person.born.is_none_or(|born| born <= on)
        && match story.person.died {
            Some(died) => on < died,
            None => !story.person.dead,
        };
    let Some(version) = place.version_on(on) else { return false };
    let home = Criterion::LivesIn { areas: version.areas.clone() };
    let lives = version.areas.is_empty() || criterion_holds(&home, definitions, story, on);
    let belongs = match group {
        Some(group) => {
            version.serves.contains(group)
                && criterion_holds(&Criterion::InGroup { group: group.clone() }, definitions, story, on)
        }
        None => version.serves.is_empty(),
    };
    alive && lives && belongs
}

fn period() -> impl Strategy<Value = Period> {
    (0..DAYS, 1..DAYS, prop::bool::ANY).prop_map(|(from, length, open)| Period {
        from: day(from),
        to: if open { Day::FOREVER } else { day(from + length) },
    })
}

fn story() -> impl Strategy<Value = Story> {
    let word = |words: &'static [&'static str]| prop::sample::select(words);
    let person = (-9000..DAYS, prop::option::of(0..DAYS), prop::bool::ANY, prop::bool::ANY).prop_map(
        |(born, died, female, unsure)| {
            let died = died.map(|died| day(died.max(born + 1)));
            Person {
                born: Some(day(born)),
                died,
                dead: died.is_some() || unsure && born % 7 == 0,
                sex: if female { Sex::Female } else { Sex::Male },
            }
        },
    );
    let statuses = prop::collection::vec((0..DAYS, prop::bool::ANY), 0..4).prop_map(|mut changes| {
        changes.sort_unstable();
        changes.dedup_by_key(|(at, _)| *at);
        let next: Vec<_> = changes.iter().skip(1).map(|(at, _)| day(*at)).chain([Day::FOREVER]).collect();
        let one = |((at, divorced), to): ((i32, bool), Day)| Marital {
            status: if divorced { MaritalStatus::Divorced } else { MaritalStatus::Married },
            from: (at > 20).then(|| day(at)),
            to,
        };
        changes.into_iter().zip(next).map(one).collect()
    });
    (
        person,
        prop::collection::vec((period(), word(&["e1", "e2", "e3"])), 0..4),
        prop::collection::vec((period(), word(&["north", "south"])), 0..3),
        statuses,
        prop::collection::vec((word(&["a", "b", "c"]), period(), prop::option::of(0.0..10.0_f64)), 0..8),
        prop::collection::vec(((0..DAYS).prop_map(day), word(&["eyes", "feet"]), word(&["nurse", "doctor"])), 0..6),
    )
        .prop_map(|(person, homes, lists, statuses, records, contacts)| Story {
            person,
            homes,
            lists,
            statuses,
            records,
            contacts,
        })
}

fn criterion() -> impl Strategy<Value = Criterion> {
    let when =
        prop_oneof![Just(When::Ever), (1_u16..8).prop_map(When::LastMonths), Just(When::Active), Just(When::Latest)];
    let contact_when = prop_oneof![Just(When::Ever), (1_u16..8).prop_map(When::LastMonths)];
    let value = prop::option::of((0.0..10.0_f64).prop_map(|limit| Comparison {
        above: Some(limit),
        at_least: None,
        below: None,
        at_most: None,
        unit: "kg".into(),
    }));
    prop_oneof![
        prop::sample::subsequence(vec!["x", "y"], 1..=2)
            .prop_map(|areas| Criterion::LivesIn { areas: areas.into_iter().map(Into::into).collect() }),
        prop::sample::subsequence(vec!["north", "south"], 0..=2).prop_map(|bodies| Criterion::RegisteredWith {
            organisations: bodies.into_iter().map(Into::into).collect()
        }),
        (prop::option::of(0_u16..25), prop::option::of(0_u16..25))
            .prop_map(|(from_years, to_years)| Criterion::Age { from_years, to_years }),
        Just(Criterion::Sex { any_of: vec![Sex::Female] }),
        prop::option::of(1_u16..8).prop_map(|changed_in_last_months| Criterion::Marital {
            any_of: vec![MaritalStatus::Divorced],
            changed_in_last_months
        }),
        (prop::sample::select(&["one", "two"]), when, 1_u32..3, value)
            .prop_map(|(list, when, at_least, value)| Criterion::Code { list: list.into(), when, at_least, value }),
        (prop::bool::ANY, prop::bool::ANY, contact_when, 1_u32..3).prop_map(|(service, profession, when, at_least)| {
            Criterion::Contact {
                services: service.then(|| "eyes".into()).into_iter().collect(),
                professions: profession.then(|| "nurse".into()).into_iter().collect(),
                when,
                at_least,
            }
        }),
        prop::option::of(1_u16..8).prop_map(|in_last_months| Criterion::Died { in_last_months }),
    ]
}

fn expression() -> impl Strategy<Value = Expression> {
    criterion().prop_map(Expression::Is).prop_recursive(3, 12, 3, |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 0..3).prop_map(Expression::All),
            prop::collection::vec(part.clone(), 0..3).prop_map(Expression::Any),
            (0_u32..3, prop::collection::vec(part.clone(), 0..4))
                .prop_map(|(count, parts)| Expression::AtLeast(count, parts)),
            part.prop_map(|part| Expression::Not(Box::new(part))),
        ]
    })
}

fn definitions() -> impl Strategy<Value = Definitions> {
    let version = |from: i32| {
        (prop::sample::subsequence(vec!["x", "y"], 0..=2), prop::sample::subsequence(vec!["first", "second"], 0..=2))
            .prop_map(move |(areas, serves)| PlaceVersion {
                from: day(from),
                areas: areas.into_iter().map(Into::into).collect(),
                serves: serves.into_iter().map(Into::into).collect(),
                organisations: vec![],
                professions: vec![],
                coordinators: vec![],
            })
    };
    (expression(), expression(), version(30), version(200), prop::bool::ANY).prop_map(
        |(first, second, early, late, nested)| {
            let area = |id: &str, codes: &[&str]| Area {
                id: id.into(),
                name: id.into(),
                codes: codes.iter().map(|code| AreaCode::SmallArea((*code).into())).collect(),
                rings: vec![],
            };
            let body = |id: &str| crate::organisation::Organisation {
                id: id.into(),
                name: id.into(),
                kind: "gp-practice".into(),
                codes: vec![id.into()],
                part_of: None,
            };
            let list = |id: &str, codes: &[&str]| Codelist {
                id: id.into(),
                codes: codes.iter().map(|code| (Code::new("snomed", code), "".into())).collect(),
            };
            let second = if nested {
                Expression::All(vec![second, Expression::Is(Criterion::InGroup { group: "first".into() })])
            } else {
                second
            };
            let group = |id: &str, members| Group { id: id.into(), name: id.into(), members, source: None };
            Definitions {
                places: vec![Place {
                    id: "place".into(),
                    founding: None,
                    name: "Place".into(),
                    period: Period { from: day(30), to: day(350) },
                    versions: vec![early, late],
                }],
                areas: vec![area("x", &["e1"]), area("y", &["e2", "e3"])],
                groups: vec![group("second", second), group("first", first)],
                organisations: vec![body("north"), body("south")],
                codelists: vec![list("one", &["a"]), list("two", &["a", "b"])],
                ..Definitions::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn membership_over_time_is_membership_asked_day_by_day(definitions in definitions(), story in story()) {
        let compiled = Compiled::new(&definitions).unwrap();
        let standing = story.standing(&compiled);
        for at in -20..DAYS + 420 {
            let on = day(at);
            for group in &definitions.groups {
                let days = &standing.groups[compiled.group(&group.id).unwrap()];
                prop_assert_eq!(days.contains(on), holds(&group.members, &definitions, &story, on), "{} on {}", group.id, on);
            }
            for group in [None, Some(GroupId::from("first")), Some(GroupId::from("second"))] {
                let position = group.as_ref().map(|group| compiled.group(group).unwrap());
                let found = standing.memberships.iter().any(|one| one.group == position && one.period.contains(on));
                let expected = is_member(&definitions.places[0], group.as_ref(), &definitions, &story, on);
                prop_assert_eq!(found, expected, "{:?} on {}", group, on);
            }
        }
    }

    #[test]
    fn every_beginning_and_end_has_a_reason(definitions in definitions(), story in story()) {
        let compiled = Compiled::new(&definitions).unwrap();
        for one in story.standing(&compiled).memberships {
            prop_assert!(!one.began_by.is_empty(), "{:?}", one);
            prop_assert_eq!(one.ended_by.is_empty(), one.period.to == Day::FOREVER, "{:?}", one);
        }
    }
}

#[test]
fn groups_that_refer_to_each_other_are_an_error() {
    let refers = |id: &str, to: &str| Group {
        id: id.into(),
        name: id.into(),
        members: Expression::Is(Criterion::InGroup { group: to.into() }),
        source: None,
    };
    let definitions = Definitions { groups: vec![refers("a", "b"), refers("b", "a")], ..Definitions::default() };
    assert_eq!(Compiled::new(&definitions).unwrap_err(), CompileError::Circle("a".into()));
}

use crate::compiled::CompileError;
