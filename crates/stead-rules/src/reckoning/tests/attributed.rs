//! Whose citizens are where clauses are settled: as [`AttributionRule`] says it of the same citizen, and as plain loops do.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::stories::always;
use super::sums;
use super::town::{Contact, Person, TIME, agreement, clause, day, definitions, pay, people, reckoning};
use crate::agreement::{Attribution, Capitation, Catchment, Formula, Pay, Per, PrimaryCare, Terms};
use crate::attribution::{AttributionRule, Stay, Traces, Visit, Why};
use crate::day::{Day, Period};
use crate::definitions::Definitions;
use crate::intervals::Intervals;
use crate::money::Minor;
use crate::reckoning::{Counter, Offers, Unit};

const WORDS: [Attribution; 6] = [
    Attribution::Registered,
    Attribution::PluralityByCount,
    Attribution::PluralityByCharge,
    Attribution::Voluntary,
    Attribution::Residence,
    Attribution::Membership,
];

/// Adults of the town, by the head, to a federation of practices and a trust.
fn heads(by: Attribution, months: Option<u16>) -> Pay {
    let capitation = Capitation { amount: Minor(100), per: Per::Day, weights: vec![], weight_column: None };
    let catchment =
        |organisation: &str, area: &str| Catchment { organisation: organisation.into(), areas: vec![area.into()] };
    let primary_care = PrimaryCare {
        services: vec!["eyes".into(), "clinic".into()],
        professions: vec!["optometrist".into()],
        second_step: vec!["nurse".into(), "screener".into()],
        at_least_one: vec!["optometrist".into(), "nurse".into()],
        months,
    };
    Pay {
        attribution: Some(by),
        group: Some("adults".into()),
        primary_care: by.is_plurality().then(|| Box::new(primary_care)),
        catchment: match by {
            Attribution::Residence => vec![catchment("federation", "north"), catchment("trust", "south")],
            _ => vec![],
        },
        ..pay(&["federation", "trust"], Formula::Capitation(capitation))
    }
}

fn only(pay: Pay) -> Definitions {
    Definitions { agreements: vec![agreement("deal", vec![clause("a", Terms::Pay(pay))])], ..definitions() }
}

type Days = BTreeMap<String, i128>;

/// The days that the settlement counts.
fn settled(definitions: &Definitions, person: &Person) -> Days {
    let reckoning = reckoning(definitions);
    let sums = sums(&reckoning, std::slice::from_ref(person));
    let days = sums.iter().filter(|(key, _)| matches!(key.unit, Unit::Days(_)));
    days.map(|(key, tally)| (reckoning.organisation_id(key.organisation).unwrap().to_string(), tally.count)).collect()
}

fn periods<'a>(all: impl IntoIterator<Item = &'a Period>) -> Intervals {
    all.into_iter().copied().collect()
}

/// The days that a list of members has.
fn listed(definitions: &Definitions, pay: &Pay, person: &Person) -> Days {
    let rule = AttributionRule::new(&definitions.agreements[0], pay, definitions).unwrap();
    let stays = |all: &[(&'static str, Period)]| -> Vec<Stay<'static>> {
        all.iter().map(|(with, period)| Stay { period: *period, with }).collect()
    };
    let visit = |contact: &Contact| Visit {
        day: contact.day,
        organisation: contact.organisation,
        service: contact.service,
        profession: contact.profession,
        charge: contact.cost.map(Minor),
    };
    let visits: Vec<_> = person.contacts.iter().map(visit).collect();
    let (lists, named, homes) = (stays(&person.lists), stays(&person.named), stays(&person.homes));
    let member = periods(&person.here);
    let adult = periods(person.groups.iter().filter(|(id, _)| *id == "adults").map(|(_, period)| period));
    let mut days = Intervals::from_iter(person.life).intersect(&adult);
    if rule.by() != Attribution::Residence {
        days = days.intersect(&member);
    }
    let traces = Traces { days: &days, lists: &lists, named: &named, homes: &homes, member: &member, visits: &visits };
    let mut found = Days::new();
    for it in rule.attributed(&traces, TIME) {
        let whose = match it.why {
            Why::List(with) => with,
            Why::Named(with) if rule.by() == Attribution::Voluntary => with,
            _ => it.organisation.as_str(),
        };
        *found.entry(whose.to_owned()).or_default() += i128::from(it.days.days_within(TIME).unwrap());
    }
    found
}

/// Who is paid for somebody, whole or part.
fn whole(id: &str) -> Option<&str> {
    match id {
        "federation" | "practice-a" | "practice-b" => Some("federation"),
        "trust" => Some("trust"),
        _ => None,
    }
}

/// The last of several stays to begin, on a day.
fn last<'p>(stays: &'p [(&'static str, Period)], on: Day) -> Option<&'p str> {
    let here = stays.iter().filter(|(_, period)| period.contains(on));
    // Of two that began together, known ones come before unknown ones, and then the first by name.
    here.max_by_key(|(id, period)| (period.from, *id != "elsewhere", Reverse(*id))).map(|(id, _)| *id)
}

/// Where most of her primary care was.
fn most(by: Attribution, person: &Person, from: Day) -> Option<&'static str> {
    let primary = |contact: &&Contact| matches!(contact.service, Some("eyes" | "clinic"));
    let visits: Vec<&Contact> =
        person.contacts.iter().filter(primary).filter(|it| it.day >= from && it.day < TIME.to).collect();
    let is_first = |it: &Contact| it.profession == Some("optometrist");
    let first_step = visits.iter().any(|it| is_first(it));
    let (mut worth, mut met): (BTreeMap<&str, (i64, Day)>, BTreeSet<&str>) = (BTreeMap::new(), BTreeSet::new());
    for it in visits {
        let whose = whole(it.organisation).unwrap_or(it.organisation);
        if matches!(it.profession, Some("optometrist" | "nurse")) {
            met.insert(whose);
        }
        let counts = if first_step { is_first(it) } else { matches!(it.profession, Some("nurse" | "screener")) };
        if counts {
            let weighs = if by == Attribution::PluralityByCharge { it.cost.unwrap_or(0) } else { 1 };
            let (sum, last) = worth.entry(whose).or_insert((0, it.day));
            (*sum, *last) = (*sum + weighs, it.day.max(*last));
        }
    }
    let known = |id: &str| !matches!(id, "stranger" | "other");
    let best = worth.into_iter().max_by_key(|(id, by)| (*by, known(id), Reverse(*id))).map(|(id, _)| id);
    best.filter(|id| met.contains(id)).and_then(whole)
}

/// Day by day, by plain loops.
fn naive(pay: &Pay, person: &Person, months: Option<u16>) -> Days {
    let by = pay.attribution.unwrap();
    let from = months.map_or(TIME.from, |months| TIME.to.plus_months(-i32::from(months)));
    let mostly = by.is_plurality().then(|| most(by, person, from)).flatten();
    let mut found = Days::new();
    for at in TIME.from.epoch_days()..TIME.to.epoch_days() {
        let on = Day::from_epoch_days(at);
        let adult = person.groups.iter().any(|(id, period)| *id == "adults" && period.contains(on));
        let here = by == Attribution::Residence || person.here.iter().any(|period| period.contains(on));
        if !adult || !here || !person.life.is_some_and(|life| life.contains(on)) {
            continue;
        }
        let known: Vec<_> = person.homes.iter().filter(|(area, _)| *area != "abroad").copied().collect();
        let whose = match by {
            Attribution::Registered | Attribution::Membership => {
                last(&person.lists, on).filter(|id| whole(id).is_some())
            }
            Attribution::Voluntary => last(&person.named, on).filter(|id| whole(id).is_some()),
            Attribution::Residence => last(&known, on).map(|id| if id == "north" { "federation" } else { "trust" }),
            Attribution::PluralityByCount | Attribution::PluralityByCharge => {
                last(&person.named, on).map_or(mostly, whole)
            }
        };
        if let Some(whose) = whose {
            *found.entry(whose.to_owned()).or_default() += 1;
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn who_is_paid_for_a_citizen_is_whose_list_of_members_she_is_on(people in people(), months in prop::option::of(1_u16..14)) {
        for by in WORDS {
            let pay = heads(by, months);
            let definitions = only(pay.clone());
            for person in &people {
                let days = settled(&definitions, person);
                prop_assert_eq!(&days, &listed(&definitions, &pay, person), "{:?}", by);
                prop_assert_eq!(&days, &naive(&pay, person, months), "{:?}, by plain loops", by);
            }
        }
    }
}

/// Random people are somebody's by every rule, and by the second step, and by their own word.
#[test]
fn random_people_are_somebodys_by_every_rule() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let people: Vec<Person> = (0..200).flat_map(|_| people().new_tree(&mut runner).unwrap().current()).collect();
    for by in WORDS {
        let definitions = only(heads(by, Some(12)));
        let paid: BTreeSet<String> =
            people.iter().flat_map(|person| settled(&definitions, person).into_keys()).collect();
        let by_parts = matches!(by, Attribution::Registered | Attribution::Membership | Attribution::Voluntary);
        assert!(paid.contains(if by_parts { "practice-a" } else { "federation" }), "{by:?}: {paid:?}");
    }
}

fn whys(by: Attribution, person: &Person) -> Vec<String> {
    let definitions = only(heads(by, None));
    let reckoning = reckoning(&definitions);
    let offers: Vec<Offers> =
        person.contacts.iter().map(|contact| reckoning.offers(&contact.sort(&reckoning)).unwrap()).collect();
    let mut counter = Counter::new(&reckoning, true);
    let entries = counter.count(&person.facts(&reckoning), &offers).unwrap();
    entries.iter().flat_map(|entry| entry.why.clone()).collect()
}

#[test]
fn why_a_citizen_is_whose_is_told_with_its_days() {
    let all = Period::ALL;
    let seen = |at, organisation, cost| Contact {
        day: day(at),
        organisation,
        service: Some("eyes"),
        profession: Some("optometrist"),
        site: None,
        cost: Some(cost),
    };
    let ada = Person {
        groups: vec![("adults", all)],
        lists: vec![("practice-a", all), ("practice-b", Period::new(day(450), day(900)).unwrap())],
        named: vec![("practice-b", Period::new(day(480), day(900)).unwrap())],
        homes: vec![("south", all)],
        contacts: vec![seen(410, "trust", 500), seen(420, "practice-a", 300), seen(430, "practice-b", 300)],
        ..always()
    };
    assert_eq!(
        whys(Attribution::Registered, &ada),
        [
            "on the list of `practice-a` from 2027-02-05 to 2027-03-26",
            "on the list of `practice-b` from 2027-03-27 to 2027-05-05"
        ]
    );
    assert_eq!(
        whys(Attribution::PluralityByCharge, &ada),
        [
            "by her own word `practice-b`'s from 2027-04-26 to 2027-05-05",
            "most of her primary care (6.00 charged, first step) from 2027-02-05 to 2027-04-25"
        ]
    );
    assert_eq!(whys(Attribution::Voluntary, &ada), ["by her own word `practice-b`'s from 2027-04-26 to 2027-05-05"]);
    assert_eq!(whys(Attribution::Residence, &ada), ["lives in `south` from 2027-02-05 to 2027-05-05"]);
}

/// Who is paid alone is paid for those who live in the place's areas, while they are the place's.
#[test]
fn the_areas_of_a_place_are_whose_it_pays_alone_while_they_are_the_places() {
    let version = |from: i32, area: &str| crate::place::PlaceVersion {
        from: day(from),
        areas: vec![area.into()],
        serves: vec![],
        organisations: vec![],
        professions: vec![],
        coordinators: vec![],
    };
    let place = crate::place::Place {
        id: "town".into(),
        name: "Town".into(),
        period: Period::ALL,
        founding: None,
        versions: vec![version(0, "north"), version(460, "south")],
    };
    let pay = Pay { to: vec!["trust".into()], catchment: vec![], ..heads(Attribution::Residence, None) };
    let definitions = Definitions { places: vec![place], ..only(pay.clone()) };
    let moved = Period::new(day(430), day(900)).unwrap();
    let ada = Person {
        groups: vec![("adults", Period::ALL)],
        here: vec![],
        homes: vec![("north", Period::new(day(0), day(430)).unwrap()), ("south", moved)],
        ..always()
    };
    assert_eq!(settled(&definitions, &ada), Days::from([("trust".to_owned(), 60)]));
    assert_eq!(listed(&definitions, &pay, &ada), Days::from([("trust".to_owned(), 60)]));
}
