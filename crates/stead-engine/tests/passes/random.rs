//! Every pass on random towns, against its oracle.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseError, TestCaseResult, TestRunner};
use stead_engine::Params;
use stead_rules::{Day, Definitions, GroupId};

use crate::folder;
use crate::oracle::needs::Asked;
use crate::oracle::standing::{EVERYONE, days, in_group, is_member, person, reasons};
use crate::oracle::story::{Story, Town};
use crate::oracle::{circle, links, needs, sharing, totals};
use crate::rows::Lake;
use crate::runs::{Answer, Answers, difference, in_order, run, run_after, sorted};
use crate::town::{DAYS, FIRST, town};

const TABLES: [&str; 12] = [
    "membership",
    "group_membership",
    "person",
    "needs",
    "visits",
    "circle",
    "sharing",
    "fragmentation",
    "provider_pair",
    "unmapped",
    "summary",
    "sharing_summary",
];

/// Small numbers stand as they are.
fn exact(on: Day) -> Params {
    Params { suppress_max: 0, round_to: 1, bindings: folder::bindings(), ..Params::on(on) }
}

fn asked(params: &Params) -> Asked {
    let since = params.on.plus_months(-i32::from(params.look_back_months)).plus_days(1);
    Asked { on: params.on, since }
}

fn on() -> impl Strategy<Value = Day> {
    (500..DAYS - 60).prop_map(|at| FIRST.plus_days(at))
}

fn check(what: Result<(), String>) -> TestCaseResult {
    what.map_err(TestCaseError::fail)
}

fn of<'r>(rows: &'r [Answer], citizen: &'r str) -> impl Iterator<Item = &'r Answer> {
    rows.iter().filter(move |row| row["citizen"] == citizen)
}

fn check_all(definitions: &Definitions, lake: &Lake, params: &Params, answers: &Answers) -> TestCaseResult {
    for table in TABLES {
        for file in answers.rows_by_file(table) {
            check(in_order(table, &file))?;
        }
    }
    let town = Town { definitions, lake, on: params.on };
    let stories = town.stories();
    check_standing(&town, &stories, params.on, answers)?;
    check_care(&town, &stories, params, answers)?;
    check_links(params, answers)?;
    check_totals(&town, params, answers)
}

/// Small numbers are kept back and others rounded; both, citizens and links, or neither.
fn check_links(params: &Params, answers: &Answers) -> TestCaseResult {
    let counted = links::sharing_summary(&answers.rows("membership"), &answers.rows("sharing"), params.on);
    let counted = sorted("sharing_summary", counted);
    let found = answers.rows("sharing_summary");
    if params.suppress_max == 0 {
        return check(difference("sharing_summary", &found, &counted));
    }
    prop_assert_eq!(found.len(), counted.len());
    let step = u64::from(params.round_to);
    for (found, counted) in found.iter().zip(&counted) {
        let same = |column: &str| found[column] == counted[column];
        prop_assert!(["place", "group", "measure", "what", "from", "to", "category"].into_iter().all(same));
        let number = |row: &Answer, column: &str| row[column].as_u64();
        let (citizens, links) = (number(found, "citizens"), number(found, "links"));
        prop_assert_eq!(citizens.is_some(), links.is_some(), "{:?}", found);
        let few = number(counted, "citizens").unwrap() <= u64::from(params.suppress_max);
        prop_assert!(!few || citizens.is_none(), "{:?} of {:?}", found, counted);
        for (shown, column) in [(citizens, "citizens"), (links, "links")] {
            let exact = number(counted, column).unwrap();
            prop_assert!(
                shown.is_none_or(|shown| shown % step == 0 && shown.abs_diff(exact) <= step / 2 || shown == step)
            );
        }
    }
    Ok(())
}

fn check_standing(town: &Town<'_>, stories: &[Story<'_>], on: Day, answers: &Answers) -> TestCaseResult {
    let (groups, places) = (answers.rows("group_membership"), answers.rows("membership"));
    for story in stories {
        for group in &town.definitions.groups {
            let stays: Vec<&Answer> = of(&groups, story.id).filter(|row| row["group"] == group.id.as_str()).collect();
            let inside = |on: Day| in_group(&group.id, town, story, on);
            check(same_days(&stays, inside).map_err(|day| format!("{} in group {} on {day}", story.id, group.id)))?;
        }
        for place in &town.definitions.places {
            let groups = town.definitions.groups.iter().map(|group| group.id.as_str());
            for group in groups.chain([EVERYONE]) {
                let stays: Vec<&Answer> = of(&places, story.id)
                    .filter(|row| row["place"] == place.id.as_str() && row["group"] == group)
                    .collect();
                let inside = |on: Day| is_member(place, group, town, story, on);
                check(
                    same_days(&stays, inside)
                        .map_err(|day| format!("{} in {} as {group} on {day}: {stays:?}", story.id, place.id)),
                )?;
                for stay in stays {
                    let (from, to) = days(stay);
                    let wanted = reasons(place, group, town, story, from, to);
                    let found = ["held", "began_by", "ended_by"].map(|column| {
                        let mut words: Vec<_> =
                            stay[column].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
                        words.sort_unstable();
                        words
                    });
                    prop_assert_eq!(found.map(|words| words.join("; ")), wanted.map(|words| words.join("; ")));
                }
            }
        }
    }
    let persons: Vec<Answer> = stories.iter().filter_map(|story| person(town, story, on)).collect();
    check(difference("person", &sorted("person", answers.rows("person")), &persons))
}

/// Whether stays are the days on which it holds: asked day by day while records change, and on both sides of every edge.
fn same_days(stays: &[&Answer], inside: impl Fn(Day) -> bool) -> Result<(), Day> {
    let stays: Vec<(Day, Day)> = stays.iter().map(|row| days(row)).collect();
    let window = (-40..DAYS + 40).step_by(3).map(|at| FIRST.plus_days(at));
    let edges = stays.iter().flat_map(|&(from, to)| [from, to].map(|edge| [edge.plus_days(-1), edge])).flatten();
    let far = [-60_000, -20_000, DAYS + 400, DAYS + 2_000, DAYS + 30_000].map(|at| FIRST.plus_days(at));
    let mut wanted = window.chain(edges).chain(far).filter(|day| day.is_finite());
    match wanted.find(|&day| inside(day) != stays.iter().any(|&(from, to)| from <= day && day < to)) {
        Some(day) => Err(day),
        None => Ok(()),
    }
}

fn check_care(town: &Town<'_>, stories: &[Story<'_>], params: &Params, answers: &Answers) -> TestCaseResult {
    let asked = asked(params);
    let (groups, visits) = (answers.rows("group_membership"), answers.rows("visits"));
    let (mut all_needs, mut around, mut links, mut scatter) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for story in stories {
        // Stays in groups are checked day by day above; here only their first day is looked up.
        let joined = |group: &GroupId| {
            let stays = of(&groups, story.id).filter(|row| row["group"] == group.as_str()).map(days);
            stays.into_iter().find(|&(from, to)| from <= asked.on && asked.on < to).unwrap().0
        };
        let needs = needs::needs(town, story, asked, joined);
        let theirs: Vec<Answer> = of(&visits, story.id).cloned().collect();
        check(needs::check_visits(town, story, asked.on, &needs, &theirs))?;
        let circle = circle::circle(town, story, asked);
        links.extend(sharing::sharing(town, story, asked, &circle));
        around.extend(circle);
        scatter.extend(circle::fragmentation(town, stories, story, asked, params.pair_patients_min, &needs));
        all_needs.extend(needs);
    }
    let pairs = circle::pairs(stories, asked, params.pair_patients_min);
    for (table, wanted) in [
        ("needs", all_needs),
        ("circle", around),
        ("sharing", links),
        ("fragmentation", scatter),
        ("provider_pair", pairs),
    ] {
        check(difference(table, &sorted(table, answers.rows(table)), &sorted(table, wanted)))?;
    }
    Ok(())
}

fn check_totals(town: &Town<'_>, params: &Params, answers: &Answers) -> TestCaseResult {
    check(difference("unmapped", &answers.rows("unmapped"), &totals::unmapped(town)))?;
    let [memberships, persons, needs, scatter] =
        ["membership", "person", "needs", "fragmentation"].map(|table| answers.rows(table));
    let totals = totals::totals(&memberships, &persons, &needs, &scatter, params.on);
    let summary = answers.rows("summary");
    prop_assert_eq!(summary.len(), totals.counts.len() + totals.values.len(), "as many rows as numbers");
    for row in &summary {
        let key = totals::key(row);
        let (value, shown) = (row["value"].as_f64(), row["shown"].as_str().unwrap());
        prop_assert_eq!(value.is_none(), shown == "*", "{:?}", row);
        if let Some(value) = value {
            prop_assert_eq!(shown.parse::<f64>().unwrap(), value, "{:?}", row);
        }
        let small = |count: u64| (1..=u64::from(params.suppress_max)).contains(&count);
        if let Some(&count) = totals.counts.get(&key) {
            let step = u64::from(params.round_to);
            let rounded = ((2 * count + step) / (2 * step) * step).max(step) as f64;
            if small(count) {
                prop_assert_eq!(value, None, "{} is small: {:?}", count, row);
            } else if params.suppress_max == 0 || value.is_some() {
                prop_assert_eq!(value, Some(rounded), "of {}: {:?}", count, row);
            }
        } else {
            let values =
                totals.values.get(&key).ok_or_else(|| TestCaseError::fail(format!("nobody there: {row:?}")))?;
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let one_decimal = params.round_to > 1 && row["measure"] == "mean-organisations";
            let precision = if one_decimal { 0.05 } else { 0.005 };
            // Kept back where it is of few people, where its members are, and where a part beside it is.
            let means = |row: &&Answer| row["measure"].as_str().unwrap().starts_with("mean-");
            let beside = |it: &&Answer| ["place", "group", "by"].iter().all(|column| it[*column] == row[*column]);
            let members = summary.iter().filter(|it| it["measure"] == "members").filter(beside);
            let members: Vec<&Answer> = members.filter(|it| row["by"] != "area" || it["part"] == row["part"]).collect();
            let few_members = members.iter().any(|it| it["value"].is_null());
            if small(values.len() as u64) || few_members {
                prop_assert_eq!(value, None, "a mean of {}: {:?}", values.len(), row);
            }
            if params.suppress_max == 0 {
                prop_assert!(value.is_some(), "a mean of {}: {:?}", values.len(), row);
            }
            let hidden = |it: &&Answer| it["measure"] == row["measure"] && it["value"].is_null();
            if row["by"] != "area" && value.is_some() {
                let others: Vec<_> = summary.iter().filter(means).filter(beside).filter(hidden).collect();
                prop_assert!(others.is_empty(), "{:?} beside {:?}", row, others);
            }
            prop_assert!(
                value.is_none_or(|value| (value - mean).abs() < precision + 1e-9),
                "{} is not {:?}",
                mean,
                row
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_what_plain_loops_find(lake in town(16), on in on(), look_back_months in 1..30_u16, pair_patients_min in 0..4_u32) {
        let definitions = folder::definitions();
        let params = Params { look_back_months, pair_patients_min, ..exact(on) };
        let answers = run(&lake, &definitions, &params, 2);
        check_all(&definitions, &lake, &params, &answers)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_larger_towns_small_numbers_are_not_shown(lake in town(41), on in on()) {
        let definitions = folder::definitions();
        let params = Params { bindings: folder::bindings(), ..Params::on(on) };
        check_all(&definitions, &lake, &params, &run(&lake, &definitions, &params, 2))?;
    }

    #[test]
    fn threads_and_buckets_taken_over_change_nothing(lake in town(24), on in on()) {
        let definitions = folder::definitions();
        let params = exact(on);
        let one = run(&lake, &definitions, &params, 1);
        let several = run(&lake, &definitions, &params, 3);
        let taken: Vec<u16> = (0..lake.buckets).filter(|bucket| bucket % 2 == 0).collect();
        let after = run_after(&lake, &definitions, &params, 2, Some((&one, &taken)));
        let computed: Vec<u16> = (0..lake.buckets).filter(|bucket| bucket % 2 == 1).collect();
        prop_assert_eq!(&after.finished, &computed);
        prop_assert_eq!(&one.written, &several.written);
        for table in TABLES {
            let rows = one.rows_by_file(table);
            prop_assert_eq!(&rows, &several.rows_by_file(table), "{}", table);
            // A table of a bucket that was taken over stays where it is; everything else is written anew.
            for (bucket, rows) in rows.iter().enumerate().filter(|(bucket, _)| after.has(table, *bucket)) {
                prop_assert_eq!(rows, &after.rows_by_file(table)[bucket], "{} of bucket {}", table, bucket);
            }
        }
    }

    #[test]
    fn how_citizens_lie_in_buckets_changes_nothing(lake in town(24), on in on()) {
        let definitions = folder::definitions();
        let (spread, mut together) = (run(&lake, &definitions, &exact(on), 2), lake);
        together.buckets = 1;
        together.bucket_of.values_mut().for_each(|bucket| *bucket = 0);
        let together = run(&together, &definitions, &exact(on), 2);
        for table in TABLES {
            let rows = sorted(table, spread.rows(table));
            check(difference(table, &rows, &together.rows(table)))?;
        }
    }
}

/// What random towns never meet would not be tested.
#[test]
fn random_towns_meet_every_sort_of_answer() {
    let mut runner = TestRunner::deterministic();
    let definitions = folder::definitions();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let on = FIRST.plus_days(1_000);
    for _ in 0..16 {
        let lake = town(60).new_tree(&mut runner).unwrap().current();
        let answers = run(&lake, &definitions, &exact(on), 2);
        for (table, column) in [
            ("membership", "place"),
            ("group_membership", "group"),
            ("needs", "need"),
            ("needs", "status"),
            ("needs", "owner_why"),
            ("visits", "service"),
            ("visits", "visit"),
            ("circle", "role"),
            ("sharing", "why"),
            ("fragmentation", "coordinator_why"),
            ("unmapped", "meaning"),
        ] {
            let words = answers.rows(table).into_iter().map(|row| row[column].to_string().replace('"', ""));
            found.entry(column).or_default().extend(words);
        }
    }
    let words = |column: &str| found[column].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(words("place"), ["bay-people", "far-and-wide", "harbour", "town"]);
    assert_eq!(words("group").len(), definitions.groups.len());
    assert_eq!(words("need").len(), definitions.needs.len());
    assert_eq!(words("status"), ["due", "met", "never", "not-applicable", "overdue"]);
    let whys = ["acting", "last-met", "nobody-offers", "not-applicable", "only-one", "registered", "several-could"];
    assert_eq!(words("owner_why"), whys);
    assert!(words("service").len() >= 6, "{:?}", words("service"));
    assert!(words("visit").contains(&"3"), "somebody has to go three times");
    let whys = [
        "category",
        "clause",
        "group",
        "no-clause",
        "not-by-name",
        "not-in-force",
        "objection",
        "permission",
        "place",
        "profession",
        "purpose",
    ];
    assert_eq!(words("why"), whys);
    assert_eq!(words("role"), ["acting", "chosen", "registered"]);
    assert_eq!(words("coordinator_why"), ["chosen", "nobody", "profession", "registered"]);
    assert_eq!(words("meaning"), ["contact", "organisation", "profession", "service", "unit"]);
}
