use proptest::prelude::*;

use super::*;
use crate::agreement::{Capitation, Catchment, Formula, Per};
use crate::organisation::Organisation;

const YEAR: (&str, &str) = ("2024-01-01", "2025-01-01");

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn period((from, to): (&str, &str)) -> Period {
    Period::new(day(from), day(to)).unwrap()
}

fn year() -> Period {
    period(YEAR)
}

fn organisation(id: &str, part_of: Option<&str>) -> Organisation {
    Organisation { id: id.into(), name: id.into(), kind: "x".into(), codes: vec![], part_of: part_of.map(Into::into) }
}

/// Two accountable organisations, the first of two clinics, and a clinic that belongs to neither.
fn definitions() -> Definitions {
    let organisations = vec![
        organisation("aco-one", None),
        organisation("clinic-a", Some("aco-one")),
        organisation("clinic-b", Some("aco-one")),
        organisation("aco-two", None),
        organisation("alone", None),
    ];
    Definitions { organisations, ..Definitions::default() }
}

fn agreement() -> Agreement {
    Agreement {
        id: "programme".into(),
        title: "Programme".into(),
        period: Period::ALL,
        notice_days: 0,
        law: None,
        currency: "USD".into(),
        precedence: vec![],
        subject_to: vec![],
        places: vec![],
        parties: vec![],
        amends: vec![],
        evidence: vec![],
        clauses: vec![],
    }
}

fn pay(by: Attribution, to: &[&str]) -> Pay {
    Pay {
        from: "payer".into(),
        to: to.iter().map(|id| (*id).into()).collect(),
        services: vec![],
        needs: vec![],
        group: None,
        attribution: Some(by),
        primary_care: Some(Box::new(PrimaryCare {
            services: vec!["office".into()],
            professions: vec!["family-physician".into(), "nurse-practitioner".into()],
            second_step: vec!["cardiologist".into()],
            at_least_one: vec!["family-physician".into(), "cardiologist".into()],
            months: None,
        })),
        catchment: vec![],
        evidence: None,
        formula: Formula::Capitation(Capitation {
            amount: Minor(1),
            per: Per::Month,
            weights: vec![],
            weight_column: None,
        }),
    }
}

fn rule(by: Attribution) -> AttributionRule {
    AttributionRule::new(&agreement(), &pay(by, &["aco-one", "aco-two"]), &definitions()).unwrap()
}

fn visit(on: &str, organisation: &'static str, profession: &'static str, charge: i64) -> Visit<'static> {
    let (service, profession) = (Some("office"), Some(profession));
    Visit { day: day(on), organisation, service, profession, charge: Some(Minor(charge)) }
}

fn stay((from, to): (&str, &str), with: &'static str) -> Stay<'static> {
    Stay { period: period((from, to)), with }
}

/// A citizen who lived, and was in the place, all through.
#[derive(Clone, Debug)]
struct Citizen {
    always: Intervals,
    lists: Vec<Stay<'static>>,
    named: Vec<Stay<'static>>,
    homes: Vec<Stay<'static>>,
    visits: Vec<Visit<'static>>,
}

impl Citizen {
    fn new() -> Self {
        Self { always: Intervals::all(), lists: vec![], named: vec![], homes: vec![], visits: vec![] }
    }

    fn seen(visits: &[Visit<'static>]) -> Self {
        Self { visits: visits.to_vec(), ..Self::new() }
    }

    fn traces(&self) -> Traces<'_> {
        let Self { always, lists, named, homes, visits } = self;
        Traces { days: always, lists, named, homes, member: always, visits }
    }

    /// Whose days, in order.
    fn days(&self, rule: &AttributionRule) -> Vec<(String, u32)> {
        let found = rule.attributed(&self.traces(), year());
        let days = person_days(&found, year()).unwrap();
        days.into_iter().map(|(organisation, days)| (organisation.to_string(), days)).collect()
    }
}

fn all_year(organisation: &str) -> Vec<(String, u32)> {
    vec![(organisation.to_owned(), 366)]
}

#[test]
fn a_citizen_is_whose_primary_care_professionals_charged_more_than_any_others() {
    // 425.402(b)(3): greater than with any other ACO, all clinics of an ACO together.
    let citizen = Citizen::seen(&[
        visit("2024-02-01", "clinic-a", "family-physician", 60),
        visit("2024-03-01", "clinic-b", "nurse-practitioner", 60),
        visit("2024-04-01", "aco-two", "family-physician", 100),
    ]);
    assert_eq!(citizen.days(&rule(Attribution::PluralityByCharge)), all_year("aco-one"));
    // And than with anybody who takes no part in the programme: then she is nobody's.
    let mut elsewhere = citizen.visits;
    elsewhere.push(visit("2024-05-01", "alone", "family-physician", 130));
    assert_eq!(Citizen::seen(&elsewhere).days(&rule(Attribution::PluralityByCharge)), []);
}

#[test]
fn by_count_a_dear_visit_is_worth_no_more_than_a_cheap_one() {
    let citizen = Citizen::seen(&[
        visit("2024-02-01", "clinic-a", "family-physician", 10),
        visit("2024-03-01", "clinic-a", "family-physician", 10),
        visit("2024-04-01", "aco-two", "family-physician", 500),
    ]);
    assert_eq!(citizen.days(&rule(Attribution::PluralityByCount)), all_year("aco-one"));
    assert_eq!(citizen.days(&rule(Attribution::PluralityByCharge)), all_year("aco-two"));
}

#[test]
fn specialists_count_only_for_who_saw_no_primary_care_professional_anywhere() {
    // 425.402(b)(4).
    let specialists =
        [visit("2024-02-01", "clinic-a", "cardiologist", 900), visit("2024-03-01", "aco-two", "cardiologist", 100)];
    let rule = rule(Attribution::PluralityByCharge);
    assert_eq!(Citizen::seen(&specialists).days(&rule), all_year("aco-one"));
    let mut with_primary = specialists.to_vec();
    with_primary.push(visit("2024-04-01", "aco-two", "family-physician", 1));
    assert_eq!(Citizen::seen(&with_primary).days(&rule), all_year("aco-two"));
    // Also when that was with somebody who takes no part.
    with_primary.push(visit("2024-05-01", "alone", "nurse-practitioner", 5));
    assert_eq!(Citizen::seen(&with_primary).days(&rule), []);
}

#[test]
fn at_least_one_service_has_to_be_with_a_physician_of_the_organisation() {
    // 425.402(b)(1): a citizen whom only nurse practitioners saw is not assigned.
    let rule = rule(Attribution::PluralityByCharge);
    let mut visits = vec![visit("2024-02-01", "clinic-a", "nurse-practitioner", 60)];
    assert_eq!(Citizen::seen(&visits).days(&rule), []);
    // A physician of another specialty does, in any clinic of it, though the visit does not count in the first step.
    visits.push(visit("2024-03-01", "clinic-b", "cardiologist", 1));
    assert_eq!(Citizen::seen(&visits).days(&rule), all_year("aco-one"));
}

#[test]
fn other_services_other_professions_and_other_times_do_not_count() {
    let hospital = Visit { service: Some("hospital"), ..visit("2024-02-01", "aco-one", "family-physician", 900) };
    let unknown = Visit { profession: None, ..visit("2024-02-01", "aco-one", "family-physician", 900) };
    let before = visit("2023-12-31", "aco-one", "family-physician", 900);
    let after = visit("2025-01-01", "aco-one", "family-physician", 900);
    let citizen =
        Citizen::seen(&[hospital, unknown, before, after, visit("2024-05-01", "aco-two", "family-physician", 5)]);
    assert_eq!(citizen.days(&rule(Attribution::PluralityByCharge)), all_year("aco-two"));
    // A clause may look back further than the time that it settles.
    let mut longer = pay(Attribution::PluralityByCharge, &["aco-one", "aco-two"]);
    longer.primary_care.as_mut().unwrap().months = Some(24);
    let longer = AttributionRule::new(&agreement(), &longer, &definitions()).unwrap();
    assert_eq!(longer.window(year()), period(("2023-01-01", "2025-01-01")));
    assert_eq!(citizen.days(&longer), all_year("aco-one"));
}

#[test]
fn of_two_alike_the_later_service_decides_and_then_the_name() {
    let rule = rule(Attribution::PluralityByCharge);
    let tie = |one: &str, two: &str| {
        Citizen::seen(&[visit(one, "aco-one", "family-physician", 50), visit(two, "aco-two", "family-physician", 50)])
            .days(&rule)
    };
    assert_eq!(tie("2024-03-01", "2024-03-02"), all_year("aco-two"));
    assert_eq!(tie("2024-03-02", "2024-03-01"), all_year("aco-one"));
    assert_eq!(tie("2024-03-01", "2024-03-01"), all_year("aco-one"));
}

#[test]
fn whom_she_names_prevails_over_where_she_was_seen_for_as_long() {
    // 425.402(e): notwithstanding the assignment by claims.
    let mut citizen = Citizen::seen(&[visit("2024-02-01", "clinic-a", "family-physician", 60)]);
    citizen.named = vec![stay(("2024-07-01", "2030-01-01"), "aco-two")];
    let found = [("aco-one".to_owned(), 182), ("aco-two".to_owned(), 184)];
    assert_eq!(citizen.days(&rule(Attribution::PluralityByCharge)), found);
    assert_eq!(citizen.days(&rule(Attribution::Voluntary)), found[1..]);
    // Who names somebody that the clause does not pay is nobody's then.
    citizen.named = vec![stay(("2020-01-01", "2030-01-01"), "alone")];
    assert_eq!(citizen.days(&rule(Attribution::PluralityByCharge)), []);
}

#[test]
fn on_two_lists_at_once_she_is_on_the_one_she_joined_last() {
    let mut citizen = Citizen::new();
    citizen.lists = vec![stay(("2010-01-01", "2030-01-01"), "clinic-b"), stay(("2024-10-01", "2024-12-01"), "aco-two")];
    assert_eq!(citizen.days(&rule(Attribution::Registered)), [("aco-one".to_owned(), 305), ("aco-two".to_owned(), 61)]);
    citizen.always = Intervals::from(period(("1950-01-01", "2024-11-01")));
    assert_eq!(
        citizen.days(&rule(Attribution::Registered)),
        [("aco-one".to_owned(), 274), ("aco-two".to_owned(), 31)],
        "nobody is paid for the days after her death"
    );
}

#[test]
fn who_lives_in_an_area_is_whose_the_area_is() {
    let mut clause = pay(Attribution::Residence, &["aco-one", "aco-two"]);
    let catchment =
        |organisation: &str, area: &str| Catchment { organisation: organisation.into(), areas: vec![area.into()] };
    clause.catchment = vec![catchment("aco-one", "north"), catchment("aco-two", "south")];
    let rule = AttributionRule::new(&agreement(), &clause, &definitions()).unwrap();
    let mut citizen = Citizen::new();
    citizen.homes = vec![
        stay(("2000-01-01", "2024-03-01"), "north"),
        stay(("2024-03-01", "2024-04-01"), "abroad"),
        stay(("2024-04-01", "2030-01-01"), "south"),
        stay(("2024-04-01", "2030-01-01"), "seafront"),
    ];
    assert_eq!(citizen.days(&rule), [("aco-one".to_owned(), 60), ("aco-two".to_owned(), 275)]);
}

#[test]
fn who_is_in_the_place_is_the_one_organisation_that_is_paid_or_else_whose_list_she_is_on() {
    let one = pay(Attribution::Membership, &["aco-one"]);
    let one = AttributionRule::new(&agreement(), &one, &definitions()).unwrap();
    let mut citizen = Citizen::new();
    assert_eq!(citizen.days(&one), all_year("aco-one"));
    assert_eq!(citizen.days(&rule(Attribution::Membership)), []);
    citizen.lists = vec![stay(("2024-12-01", "2030-01-01"), "clinic-a")];
    assert_eq!(citizen.days(&rule(Attribution::Membership)), [("aco-one".to_owned(), 31)]);
    let member = Intervals::from(period(("2024-12-30", "2025-06-01")));
    let found = one.attributed(&Traces { member: &member, ..citizen.traces() }, year());
    assert_eq!(found[0].days, Intervals::from(period(("2024-12-30", "2025-01-01"))));
}

#[test]
fn where_a_clause_does_not_say_what_primary_care_is_the_services_for_people_on_a_list_are() {
    let service = |kind: &str, open_to| crate::organisation::Service {
        id: kind.into(),
        kind: kind.into(),
        organisation: "clinic-a".into(),
        site: "site".into(),
        professions: vec![],
        status: crate::organisation::ServiceStatus::Live,
        period: Period::ALL,
        open_to,
        hours: None,
        capacity_per_week: None,
        unit_cost_pence: None,
        codes: vec![],
    };
    let services = vec![service("office", OpenTo::Registered), service("hospital", OpenTo::Anyone)];
    let clause = Pay { primary_care: None, ..pay(Attribution::PluralityByCount, &["aco-one", "aco-two"]) };
    let rule = AttributionRule::new(&agreement(), &clause, &Definitions { services, ..definitions() }).unwrap();
    let hospital = |on| Visit { service: Some("hospital"), ..visit(on, "aco-one", "nurse", 0) };
    let citizen =
        Citizen::seen(&[hospital("2024-01-01"), hospital("2024-01-02"), visit("2024-01-03", "aco-two", "nurse", 0)]);
    assert_eq!(citizen.days(&rule), all_year("aco-two"));
}

#[test]
fn a_list_of_members_says_who_came_who_left_and_who_stayed() {
    let rule = rule(Attribution::Registered);
    let told = |lists: &[Stay<'static>]| {
        let citizen = Citizen { lists: lists.to_vec(), ..Citizen::new() };
        let found = rule.attributed(&citizen.traces(), year());
        let line = |it: &Listed<'_>| {
            format!(
                "{} by {}: {:?}{}",
                it.organisation,
                it.provider.unwrap(),
                it.change,
                if it.is_active { "" } else { ", over" }
            )
        };
        listed(&found, year()).iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(told(&[stay(("2010-01-01", "2030-01-01"), "clinic-a")]), ["aco-one by clinic-a: Same"]);
    assert_eq!(told(&[stay(("2024-06-01", "2030-01-01"), "aco-two")]), ["aco-two by aco-two: New"]);
    assert_eq!(told(&[stay(("2010-01-01", "2024-06-01"), "aco-two")]), ["aco-two by aco-two: Dropped, over"]);
    // From one part of an organisation to another, and then to another organisation.
    let moved = [stay(("2010-01-01", "2024-03-01"), "clinic-a"), stay(("2024-03-01", "2030-01-01"), "clinic-b")];
    assert_eq!(told(&moved), ["aco-one by clinic-a: Changed, over", "aco-one by clinic-b: Changed"]);
    let left = [moved[0], moved[1], stay(("2024-12-01", "2030-01-01"), "aco-two")];
    assert_eq!(
        told(&left),
        ["aco-one by clinic-a: Dropped, over", "aco-one by clinic-b: Dropped, over", "aco-two by aco-two: New"]
    );
}

const WORDS: [Attribution; 6] = [
    Attribution::Registered,
    Attribution::PluralityByCount,
    Attribution::PluralityByCharge,
    Attribution::Voluntary,
    Attribution::Residence,
    Attribution::Membership,
];

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["aco-one", "clinic-a", "clinic-b", "aco-two", "alone", "unheard-of"])
}

fn stays(names: impl Strategy<Value = &'static str>) -> impl Strategy<Value = Vec<Stay<'static>>> {
    let stay = (-400_i32..800, 1_i32..900, names).prop_map(|(from, length, with)| {
        let from = year().from.plus_days(from);
        Stay { period: Period::new(from, from.plus_days(length)).unwrap(), with }
    });
    prop::collection::vec(stay, 0..6)
}

fn citizens() -> impl Strategy<Value = Citizen> {
    let professions = prop::sample::select(vec!["family-physician", "nurse-practitioner", "cardiologist", "dentist"]);
    let visit = (-30_i32..400, name(), professions, 0_i64..4).prop_map(|(after, organisation, profession, charge)| {
        Visit { day: year().from.plus_days(after), ..visit("2024-01-01", organisation, profession, charge) }
    });
    let areas = prop::sample::select(vec!["north", "south", "abroad"]);
    let life = (-100_i32..300, 1_i32..500).prop_map(|(from, length)| {
        let from = year().from.plus_days(from);
        Intervals::from(Period::new(from, from.plus_days(length)).unwrap())
    });
    (life, stays(name()), stays(name()), stays(areas), prop::collection::vec(visit, 0..12))
        .prop_map(|(always, lists, named, homes, visits)| Citizen { always, lists, named, homes, visits })
}

fn any_rule(by: Attribution) -> AttributionRule {
    let mut clause = pay(by, &["aco-one", "aco-two"]);
    clause.catchment = vec![
        Catchment { organisation: "aco-one".into(), areas: vec!["north".into()] },
        Catchment { organisation: "aco-two".into(), areas: vec!["south".into()] },
    ];
    AttributionRule::new(&agreement(), &clause, &definitions()).unwrap()
}

proptest! {
    #[test]
    fn the_order_of_records_does_not_matter(citizen in citizens(), turn in 0_usize..12) {
        for by in WORDS {
            let rule = any_rule(by);
            let expected = rule.attributed(&citizen.traces(), year());
            let mut turned = Citizen { always: citizen.always.clone(), ..Citizen::new() };
            turned.lists = citizen.lists.iter().rev().copied().collect();
            turned.named = citizen.named.iter().rev().copied().collect();
            turned.homes = citizen.homes.iter().rev().copied().collect();
            turned.visits = citizen.visits.clone();
            if !turned.visits.is_empty() {
                let by = turn % turned.visits.len();
                turned.visits.rotate_left(by);
            }
            prop_assert_eq!(rule.attributed(&turned.traces(), year()), expected);
        }
    }

    #[test]
    fn no_day_is_anybodys_twice(citizen in citizens()) {
        for by in WORDS {
            let rule = any_rule(by);
            let found = rule.attributed(&citizen.traces(), year());
            let sum: u32 = person_days(&found, year()).unwrap().values().sum();
            let all: Intervals = found.iter().flat_map(|it| it.days.iter()).collect();
            prop_assert_eq!(all.days_within(year()), Some(sum), "{:?}", by);
            prop_assert!(all.minus(&citizen.always.intersect(&year().into())).is_empty());
        }
    }

    #[test]
    fn whom_a_citizen_names_she_is_on_all_those_days(mut citizen in citizens(), from in 0_i32..300, length in 1_i32..90) {
        let from = year().from.plus_days(from);
        let period = Period::new(from, from.plus_days(length)).unwrap();
        citizen.named = vec![Stay { period, with: "aco-two" }];
        let wanted = Intervals::from(period).intersect(&citizen.always).intersect(&year().into());
        for by in [Attribution::PluralityByCount, Attribution::PluralityByCharge, Attribution::Voluntary] {
            let rule = any_rule(by);
            let found = rule.attributed(&citizen.traces(), year());
            let hers: Intervals = found
                .iter()
                .filter(|it| it.organisation.as_str() == "aco-two")
                .flat_map(|it| it.days.iter())
                .collect();
            prop_assert!(wanted.minus(&hers).is_empty());
        }
    }

    #[test]
    fn day_by_day_the_list_joined_last_counts(citizen in citizens()) {
        let rule = any_rule(Attribution::Registered);
        let found = rule.attributed(&citizen.traces(), year());
        for after in 0..366 {
            let on = year().from.plus_days(after);
            let last = citizen
                .lists
                .iter()
                .filter(|stay| stay.period.contains(on) && citizen.always.contains(on))
                .max_by(|one, other| one.period.from.cmp(&other.period.from).then(other.with.cmp(one.with)));
            let wanted = last.and_then(|stay| match stay.with {
                "aco-one" | "clinic-a" | "clinic-b" => Some("aco-one"),
                "aco-two" => Some("aco-two"),
                _ => None,
            });
            let whose = found.iter().find(|it| it.days.contains(on)).map(|it| it.organisation.as_str());
            prop_assert_eq!(whose, wanted);
        }
    }
}
