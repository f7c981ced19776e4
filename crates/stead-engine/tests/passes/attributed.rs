//! Whose citizens are where clauses are settled on records: person-day by person-day as the rule says it of their stories.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use stead_engine::Params;
use stead_rules::agreement::Terms;
use stead_rules::attribution::{AttributionRule, Stay, Traces, Visit, Why};
use stead_rules::reckoning::Sums;
use stead_rules::{Agreement, Clause, Day, Definitions, Intervals, Minor, Period};

use crate::folder;
use crate::oracle::standing::{EVERYONE, is_alive, is_member, lies_in};
use crate::oracle::story::{Story, Town, is_sound};
use crate::rows::{Lake, Row};
use crate::runs::{run, settle};
use crate::town::{FIRST, town};

/// A clause for each way of counting citizens.
const HEADS: &str = r#"
title = "Heads"
from = 2023-01-01
to = 2027-01-01
notice_days = 30
places = ["town"]
parties = [{ organisation = "charity" }, { organisation = "federation" }, { organisation = "trust" }]
[[clause]]
id = "registered"
attribution = "registered"
CLAUSE
[[clause]]
id = "count"
attribution = "plurality-by-count"
CARE
CLAUSE
[[clause]]
id = "charge"
attribution = "plurality-by-charge"
CARE
CLAUSE
[[clause]]
id = "voluntary"
attribution = "voluntary"
CLAUSE
[[clause]]
id = "catchment"
attribution = "residence"
catchment = [{ organisation = "federation", areas = ["north", "bay"] }, { organisation = "trust", areas = ["south", "east"] }]
CLAUSE
[[clause]]
id = "residence"
attribution = "residence"
CLAUSE
[[clause]]
id = "membership"
attribution = "membership"
CLAUSE
"#;
const CARE: &str = "primary_care = { services = [\"general-practice\", \"eyes\", \"podiatry\"], professions = [\"gp\", \"nurse\"], \
     second_step = [\"optometrist\", \"podiatrist\"], at_least_one = [\"gp\", \"optometrist\", \"podiatrist\"], months = 18 }";
const CLAUSE: &str = "kind = \"pay\"\ntext = \"By the head.\"\nfrom = \"charity\"\nto = [\"federation\", \"trust\"]\n\
     capitation = { amount_minor = 77, per = \"day\" }";

fn definitions() -> Definitions {
    let terms = HEADS.replace("CARE", CARE).replace("CLAUSE", CLAUSE);
    // The trust alone is paid for the town's own areas.
    let (before, after) = terms.split_once("id = \"residence\"").unwrap();
    let after = after.replacen("to = [\"federation\", \"trust\"]", "to = \"trust\"", 1);
    folder::with(&[("agreements/heads.toml", &format!("{before}id = \"residence\"{after}"))])
}

fn time(on: Day) -> Period {
    Period::new(on.plus_days(-29), on.plus_days(1)).unwrap()
}

/// On which days who is whose by which clause.
type PersonDays = BTreeSet<(String, String, String, Day)>;

fn days_of(period: Period) -> impl Iterator<Item = Day> {
    (period.from.epoch_days()..period.to.epoch_days()).map(Day::from_epoch_days)
}

/// The days that a reason names: `from DAY to DAY`, the second outside; or `on DAY`.
fn days_told(why: &str) -> Vec<Day> {
    let words: Vec<&str> = why.split(' ').collect();
    let day = |at: usize| words.get(at).and_then(|word| word.parse::<Day>().ok());
    let told = words.iter().enumerate().filter_map(|(at, word)| match *word {
        "from" => Period::new(day(at + 1)?, day(at + 3)?.plus_days(1)),
        "on" => Period::new(day(at + 1)?, day(at + 1)?.plus_days(1)),
        _ => None,
    });
    told.flat_map(days_of).collect()
}

fn settled(lake: &Lake, definitions: &Definitions, on: Day) -> PersonDays {
    let params = Params { suppress_max: 0, round_to: 1, bindings: folder::bindings(), ..Params::on(on) };
    let answers = run(lake, definitions, &params, 2);
    let params = Params { settled: Some(time(on)), ..params };
    let mut names = (BTreeMap::new(), BTreeMap::new());
    let (_, _, shares) = settle(lake, definitions, &params, &answers, |prepared, sums| {
        let mut all = Sums::default();
        sums.iter().for_each(|sums| all.merge(sums));
        let reckoning = prepared.reckoning.as_ref().unwrap();
        let accounts = reckoning.settle(&all).unwrap();
        for account in &accounts {
            let (term, organisation) = account.of.unwrap();
            names.0.insert(term, account.line.clause.clause.to_string());
            names.1.insert(organisation, account.line.organisation.to_string());
        }
        accounts.iter().map(|account| (account.of.unwrap(), account.line.amount)).collect()
    });
    let mut found = PersonDays::new();
    for payment in shares {
        let days: BTreeSet<Day> = payment.why.iter().flat_map(|why| days_told(why)).collect();
        let counted = if days.len() == 1 { "1 day".to_owned() } else { format!("{} days", days.len()) };
        assert_eq!(payment.counted, counted, "{:?}", payment.why);
        let (clause, organisation) = (&names.0[&payment.term], &names.1[&payment.organisation]);
        found.extend(days.into_iter().map(|day| (payment.citizen.clone(), clause.clone(), organisation.clone(), day)));
    }
    found
}

/// What a contact cost: all that was decided for it, or else all that was asked.
fn charge(lake: &Lake, citizen: &str, contact: &Row) -> Option<Minor> {
    let costs = lake.of("cost", citizen).into_iter();
    let its: Vec<&Row> = costs
        .filter(|row| row.text("contact") == contact.text("resource") && row.text("source") == contact.text("source"))
        .filter(|row| row.text("currency").is_none_or(|currency| currency == "GBP"))
        .collect();
    let sum = |kind: &str| {
        let of_kind = its.iter().filter(|row| row.text("kind") == Some(kind));
        of_kind.map(|row| row.whole("amount_minor").unwrap()).reduce(|sum, more| sum + more)
    };
    sum("benefit").or_else(|| sum("claim")).map(Minor)
}

fn stays(all: &[(Day, Day, String)]) -> Vec<Stay<'_>> {
    all.iter().filter_map(|(from, to, with)| Some(Stay { period: Period::new(*from, *to)?, with })).collect()
}

fn told(town: &Town<'_>, story: &Story<'_>, agreement: &Agreement, clause: &Clause, time: Period) -> PersonDays {
    let Terms::Pay(pay) = &clause.terms else { panic!("every clause pays") };
    let rule = AttributionRule::new(agreement, pay, town.definitions).unwrap();
    let day = |on: Day| Period::new(on, on.plus_days(1)).unwrap();
    let here = |on: &Day| {
        let places = town.definitions.places.iter().filter(|place| place.id.as_str() == "town");
        places
            .into_iter()
            .any(|place| [EVERYONE, "women-15-to-50"].iter().any(|group| is_member(place, group, town, story, *on)))
    };
    let alive: Intervals = days_of(time).filter(|on| is_alive(story, *on)).map(day).collect();
    let member: Intervals = days_of(time).filter(here).map(day).collect();
    let days = if clause.id.as_str() == "catchment" || clause.id.as_str() == "residence" { &alive } else { &member };
    let with = |key: &str| town.organisation(key);
    let lists: Vec<_> = story.registrations.iter().map(|(from, to, key)| (*from, *to, with(key))).collect();
    let named: Vec<_> = story
        .choices
        .iter()
        .filter_map(|row| {
            let (from, to) = (row.day("from").unwrap_or(Day::ALWAYS), row.day("to").unwrap_or(Day::FOREVER));
            Some((from, to, with(row.text("organisation")?)))
        })
        .collect();
    let lives =
        |area: &str| story.homes.iter().filter(|home| lies_in(home, area, town.definitions)).collect::<Vec<_>>();
    let homes: Vec<_> = rule
        .areas()
        .flat_map(|area| lives(area.as_str()).into_iter().map(move |home| (home.from, home.to, area.to_string())))
        .collect();
    let seen: Vec<_> = town
        .lake
        .of("contact", story.id)
        .into_iter()
        .filter(|row| is_sound("contact", row))
        .filter_map(|row| {
            let kind = town.kind(row);
            let profession = town.profession(row, kind.as_deref());
            let charge = charge(town.lake, story.id, row);
            Some((row.day("day").unwrap(), with(row.text("organisation")?), kind, profession, charge))
        })
        .collect();
    let (lists, named, homes) = (stays(&lists), stays(&named), stays(&homes));
    let visits: Vec<Visit<'_>> = seen
        .iter()
        .map(|(day, organisation, service, profession, charge)| Visit {
            day: *day,
            organisation,
            service: service.as_deref(),
            profession: profession.as_deref(),
            charge: *charge,
        })
        .collect();
    let traces = Traces { days, lists: &lists, named: &named, homes: &homes, member: &member, visits: &visits };
    let mut found = PersonDays::new();
    for it in rule.attributed(&traces, time) {
        let whose = match it.why {
            Why::List(with) => with,
            Why::Named(with) if clause.id.as_str() == "voluntary" => with,
            _ => it.organisation.as_str(),
        };
        for on in it.days.iter().flat_map(days_of) {
            found.insert((story.id.to_owned(), clause.id.to_string(), whose.to_owned(), on));
        }
    }
    found
}

/// Asks something for every second contact, and decides on some of it; in another currency, too.
fn with_costs(mut lake: Lake) -> Lake {
    let contacts: Vec<Row> = lake.rows("contact").into_iter().cloned().collect();
    for (at, contact) in contacts.iter().enumerate().filter(|(at, _)| at % 2 == 0) {
        for (nth, kind) in ["claim", "benefit"].into_iter().enumerate().take(1 + at % 3) {
            let amount = i64::try_from(at * 37 + nth * 11).unwrap() % 90;
            let row = Row::default()
                .with("citizen", contact.text("citizen").unwrap())
                .with("day", contact.day("day").unwrap())
                .with("kind", kind)
                .with("amount_minor", amount)
                .maybe("currency", [None, Some("GBP"), Some("USD")][at % 3])
                .with("contact", contact.text("resource").unwrap())
                .with("source", contact.text("source").unwrap())
                .with("resource", format!("Claim/{at}-{nth}"));
            lake.add("cost", row);
        }
    }
    lake
}

#[test]
fn person_day_by_person_day_citizens_are_paid_for_as_the_rule_says_whose_they_are() {
    let definitions = definitions();
    let agreement = definitions.agreements.iter().find(|agreement| agreement.id.as_str() == "heads").unwrap();
    let paid = RefCell::new(BTreeSet::new());
    let config = Config { cases: 10, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let towns = (town(14), (600..1_200_i32).prop_map(|at| FIRST.plus_days(at)));
    let outcome = runner.run(&towns, |(lake, on)| {
        let lake = with_costs(lake);
        let found = settled(&lake, &definitions, on);
        let town = Town { definitions: &definitions, lake: &lake, on };
        let mut wanted = PersonDays::new();
        for story in town.stories() {
            for clause in &agreement.clauses {
                wanted.extend(told(&town, &story, agreement, clause, time(on)));
            }
        }
        let differ: Vec<_> = found.symmetric_difference(&wanted).collect();
        prop_assert!(differ.is_empty(), "{:?}", differ);
        paid.borrow_mut().extend(wanted.into_iter().map(|(_, clause, ..)| clause));
        Ok(())
    });
    outcome.unwrap();
    let clauses: BTreeSet<String> = agreement.clauses.iter().map(|clause| clause.id.to_string()).collect();
    assert_eq!(*paid.borrow(), clauses, "by every clause somebody is somebody's");
}
