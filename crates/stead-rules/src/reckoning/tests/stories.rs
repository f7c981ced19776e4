//! Small towns by hand.

use super::town::{Contact, Person, TIME, agreement, clause, day, definitions, pay, price, reckoning};
use super::{paid, settled, sums};
use crate::agreement::{Activity, Attribution, Bundle, BundleSpan, Capitation, Formula, Pay, Per, Terms};
use crate::day::Period;
use crate::definitions::Definitions;
use crate::money::Minor;
use crate::reckoning::{Reckoning, share_weight};
use crate::tariff::{Tariff, TariffRow};

pub fn always() -> Person {
    let all = Period::ALL;
    Person {
        life: Some(all),
        here: vec![all],
        groups: vec![],
        lists: vec![],
        named: vec![],
        homes: vec![],
        contacts: vec![],
        needs: vec![],
    }
}

fn contact(at: i32, organisation: &'static str, service: &'static str) -> Contact {
    Contact { day: day(at), organisation, service: Some(service), profession: None, site: None, cost: None }
}

fn only(terms: Vec<Pay>) -> Definitions {
    let clauses = ('a'..).zip(terms).map(|(id, pay)| clause(&id.to_string(), Terms::Pay(pay))).collect();
    Definitions { agreements: vec![agreement("deal", clauses)], ..definitions() }
}

fn podiatry(to: &[&str]) -> Pay {
    let activity = Activity { prices: vec![price(Some("podiatry"), None, 5_600)], ..Activity::default() };
    Pay { services: vec!["podiatry".into()], ..pay(to, Formula::Activity(activity)) }
}

#[test]
fn what_a_bundle_covers_is_not_paid_by_activity_too() {
    let bundle = Bundle { amount: Minor(36_500), span: BundleSpan::Year, covers: vec!["podiatry".into()] };
    let bundle = Pay { group: Some("ill".into()), ..pay(&["trust"], Formula::Bundle(bundle)) };
    let ada = Person {
        groups: vec![("ill", Period::new(day(440), day(490)).unwrap())],
        contacts: vec![
            contact(410, "trust", "podiatry"),
            contact(450, "trust", "podiatry"),
            contact(460, "optician", "podiatry"),
        ],
        ..always()
    };
    let accounts = settled(&only(vec![podiatry(&["trust", "optician"]), bundle]), &[ada]);
    let paid = paid(&accounts);
    let amount = |clause: &str, to: &str| paid.iter().find(|it| it.0 == clause && it.1 == to).unwrap().3;
    // The first visit was before the bundle; the third was with somebody whom no bundle pays.
    assert_eq!((amount("deal a", "trust"), amount("deal a", "optician")), (5_600, 5_600));
    assert!(amount("deal b", "trust") > 0);
}

#[test]
fn practices_are_paid_each_for_its_own_by_the_days_on_its_list() {
    let capitation = Capitation { amount: Minor(100), per: Per::Day, weights: vec![], weight_column: None };
    let heads = pay(&["federation"], Formula::Capitation(capitation));
    let heads = Pay { attribution: Some(Attribution::Registered), ..heads };
    let lists = [("practice-a", (0, 430)), ("practice-b", (430, 900))];
    let lists = lists.map(|(id, (from, to))| (id, Period::new(day(from), day(to)).unwrap())).to_vec();
    let accounts = settled(&only(vec![heads]), &[Person { lists, ..always() }]);
    let paid: Vec<_> = paid(&accounts).into_iter().map(|(_, organisation, _, amount)| (organisation, amount)).collect();
    assert_eq!(paid, [("practice-a".to_owned(), 3_000), ("practice-b".to_owned(), 6_000)]);
    let why: Vec<_> = accounts.iter().map(|account| account.line.why.as_str()).collect();
    assert_eq!(why, ["1 person on 30 days, at 1.00 a day", "1 person on 60 days, at 1.00 a day"]);
    assert_eq!(accounts[0].evidence, "30 member-days of 1 citizen");
}

#[test]
fn a_contact_without_a_price_is_said_and_not_lost() {
    let activity = Activity { prices: vec![price(Some("podiatry"), Some("nurse"), 5_600)], ..Activity::default() };
    let feet = Pay { services: vec!["podiatry".into()], ..pay(&["trust"], Formula::Activity(activity)) };
    let ada = Person { contacts: vec![contact(410, "trust", "podiatry")], ..always() };
    let accounts = settled(&only(vec![feet]), &[ada]);
    assert_eq!(accounts[0].line.why, "no contacts; 1 more have no price");
    assert_eq!(accounts[0].line.amount, Minor::ZERO);
}

#[test]
fn what_is_split_among_citizens_is_what_was_counted_for_them() {
    let definitions = only(vec![podiatry(&["trust"])]);
    let reckoning = reckoning(&definitions);
    let ada = Person { contacts: vec![contact(410, "trust", "podiatry"); 3], ..always() };
    let sums = sums(&reckoning, &[ada.clone(), Person { contacts: vec![ada.contacts[0].clone()], ..ada }]);
    let weights = sums.iter().filter_map(|(key, tally)| share_weight(&reckoning.terms()[key.term], *key, tally.count));
    assert_eq!(weights.map(|weight| weight.rounded().unwrap().0).collect::<Vec<_>>(), [4 * 5_600]);
}

#[test]
fn a_tariffs_prices_are_paid_on_the_days_on_which_they_hold() {
    let row = |amount, from, to| TariffRow {
        price: price(Some("podiatry"), None, amount),
        period: Period::new(day(from), day(to)).unwrap(),
    };
    let tariff = Tariff { id: "feet".into(), rows: vec![row(1_000, 0, 440), row(1_500, 440, 480)] };
    let activity = Activity { tariff: Some("feet".into()), ..Activity::default() };
    let feet = Pay { services: vec!["podiatry".into()], ..pay(&["trust"], Formula::Activity(activity)) };
    let definitions = Definitions { tariffs: vec![tariff], ..only(vec![feet]) };
    let contacts = [410, 439, 440, 485].map(|at| contact(at, "trust", "podiatry")).to_vec();
    let accounts = settled(&definitions, &[Person { contacts, ..always() }]);
    assert_eq!(accounts[0].line.why, "3 contacts: 2 at 10.00, 1 at 15.00; 1 more have no price");
    assert_eq!(accounts[0].line.amount, Minor(3_500));
}

fn refused(definitions: &Definitions) -> String {
    let wrong = Reckoning::new(definitions, TIME, day(480)).unwrap_err();
    wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn clauses_that_records_cannot_settle_are_told_with_what_to_do() {
    let capitation = Capitation { amount: Minor(100), per: Per::Day, weights: vec![], weight_column: None };
    let heads = pay(&["trust", "optician"], Formula::Capitation(capitation));
    assert_eq!(
        refused(&only(vec![heads.clone()])),
        "`deal a`: it pays several organisations by the head, and nothing says whose a citizen is; add `attribution = \
         \"registered\"`, or a clause for each organisation"
    );
    let tariff = Activity { tariff: Some("outpatients".into()), ..Activity::default() };
    assert_eq!(
        refused(&only(vec![pay(&["trust"], Formula::Activity(tariff))])),
        "`deal a`: there is no tariff `outpatients`; add it to `tariffs/`, or name another"
    );
    assert_eq!(
        refused(&only(vec![])),
        "no clause that pays by records is in force from 2027-02-05 to 2027-05-06; check `--from` and `--to`"
    );
}

#[test]
fn a_replaced_clause_pays_until_it_is_replaced() {
    let mut definitions = only(vec![podiatry(&["trust"])]);
    let mut other = agreement("other", vec![]);
    other.period = Period::new(day(440), day(2_000)).unwrap();
    other.amends = vec![crate::agreement::Amendment { agreement: "deal".into(), clauses: vec![] }];
    definitions.agreements.push(other);
    let ada =
        Person { contacts: vec![contact(410, "trust", "podiatry"), contact(450, "trust", "podiatry")], ..always() };
    let accounts = settled(&definitions, &[ada]);
    assert_eq!(accounts[0].line.amount, Minor(5_600));
    assert_eq!(accounts[0].line.period.to, day(440));
}
