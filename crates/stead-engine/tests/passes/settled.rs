//! Settlement on random towns, against plain loops over citizens, days and contacts; and what of it was for whom.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use stead_engine::{Amounts, CitizenPayment, Params};
use stead_rules::money::Minor;
use stead_rules::reckoning::{Account, Sums};
use stead_rules::{Day, Definitions, Period};

use crate::folder;
use crate::oracle::payments::{self, Paid};
use crate::rows::{Lake, Row};
use crate::runs::{Answers, run, settle};
use crate::town::{FIRST, town};

const MONEY: &str = r#"
title = "Money"
from = 2023-01-01
to = 2027-01-01
notice_days = 30
places = ["harbour", "town"]
parties = [{ organisation = "charity" }, { organisation = "federation" }, { organisation = "trust" }, { organisation = "optician" }, { organisation = "other-optician" }]
[[clause]]
id = "eyes"
kind = "pay"
text = "Opticians and the trust are paid for each sight test."
from = "charity"
to = ["trust", "optician", "other-optician"]
services = ["eyes"]
activity = { price = [{ service = "eyes", amount_minor = 4300 }, { service = "eyes", contact = "outpatient", amount_minor = 3100 }], band = [{ above_contacts = 2, percent = 50 }] }
[[clause]]
id = "heads"
kind = "pay"
text = "Practices are paid by the head."
from = "charity"
to = "federation"
group = "adults"
attribution = "registered"
capitation = { amount_minor = 950, per = "month", weight = [{ group = "women-15-to-50", times = 1.4 }, { group = "high-sugar", times = "1/3" }] }
[[clause]]
id = "reviews"
kind = "pay"
text = "Practices are paid for reviews."
from = "charity"
to = "federation"
attribution = "registered"
incentive = { measure = "seen", points = 4, point_minor = 21343, lower_percent = 10, upper_percent = 90, list_size = 3 }
[[clause]]
id = "homes"
kind = "pay"
text = "The trust is paid for everybody who lives here."
from = "charity"
to = "trust"
attribution = "residence"
capitation = { amount_minor = 77, per = "day" }
[[clause]]
id = "feet"
kind = "pay"
text = "Feet are paid by the year."
from = "charity"
to = "trust"
group = "people-with-feet"
bundle = { amount_minor = 22400, span = "year", covers = ["podiatry"] }
[[clause]]
id = "more-feet"
kind = "pay"
text = "And by the visit where nobody is paid by the year."
from = "charity"
to = ["trust", "federation"]
services = ["podiatry", "general-practice"]
activity = { price = [{ service = "podiatry", amount_minor = 5600 }, { profession = "nurse", amount_minor = 2000 }, { service = "podiatry", profession = "nurse", amount_minor = 4400 }] }
"#;

/// A need that many have met: that somebody has seen them at all.
const SEEN: &str = r#"
name = "Seen"
group = "registered"
every_months = 60
met_by = { services = ["eyes", "podiatry", "general-practice", "one-stop", "education", "listening"] }
source = "made up"
"#;

fn definitions() -> Definitions {
    folder::with(&[("agreements/money.toml", MONEY), ("needs/seen.toml", SEEN)])
}

/// Five months, the day of the run the last.
fn time(on: Day) -> Period {
    Period::new(on.plus_days(-149), on.plus_days(1)).unwrap()
}

fn accounts(prepared: &stead_engine::Prepared, sums: &[Sums]) -> Vec<Account> {
    let mut all = Sums::default();
    sums.iter().for_each(|sums| all.merge(sums));
    prepared.reckoning.as_ref().unwrap().settle(&all).unwrap()
}

fn settled(lake: &Lake, definitions: &Definitions, on: Day) -> (Answers, Paid, Amounts, Vec<CitizenPayment>) {
    let params = Params { suppress_max: 0, round_to: 1, bindings: folder::bindings(), ..Params::on(on) };
    let answers = run(lake, definitions, &params, 2);
    let params = Params { settled: Some(time(on)), ..params };
    let mut paid = Paid::new();
    let (_, amounts, shares) = settle(lake, definitions, &params, &answers, |prepared, sums| {
        let accounts = accounts(prepared, sums);
        for account in &accounts {
            let line = &account.line;
            paid.insert((line.clause.clause.to_string(), line.organisation.to_string()), line.amount.0);
        }
        accounts.iter().map(|account| (account.of.unwrap(), account.line.amount)).collect()
    });
    (answers, paid, amounts, shares)
}

fn on() -> impl Strategy<Value = Day> {
    (600..1_200_i32).prop_map(|at| FIRST.plus_days(at))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_paid_is_what_plain_loops_find(lake in town(7), on in on()) {
        let definitions = definitions();
        let (answers, mut paid, amounts, shares) = settled(&lake, &definitions, on);
        let wanted = payments::paid(&lake, &definitions, on, time(on), &answers);
        paid.retain(|_, amount| *amount != 0);
        prop_assert_eq!(&paid, &wanted);
        // What citizens' shares add up to is what was paid, to the penny, where anybody's records counted.
        let mut sums: Amounts = Amounts::new();
        for payment in &shares {
            let sum = sums.entry((payment.term, payment.organisation)).or_insert(Minor(0));
            *sum = sum.plus(payment.amount).unwrap();
        }
        for (pair, amount) in &amounts {
            prop_assert!(sums.get(pair).is_none_or(|sum| sum == amount || *sum == Minor(0)), "{:?}", pair);
            prop_assert!(*amount == Minor(0) || sums.get(pair) == Some(amount), "{:?} of {:?}", pair, sums);
        }
    }

    #[test]
    fn contacts_that_did_not_happen_change_nothing_that_is_paid(lake in town(9), on in on()) {
        let definitions = definitions();
        let mut happened = lake.clone();
        let is_sound = |row: &Row| row.text("status").is_none_or(|status| status == "finished");
        happened.tables.entry("contact").or_default().retain(is_sound);
        let (_, paid, amounts, shares) = settled(&lake, &definitions, on);
        let (_, without, amounts_without, shares_without) = settled(&happened, &definitions, on);
        prop_assert_eq!((paid, amounts, shares), (without, amounts_without, shares_without));
    }

    #[test]
    fn how_citizens_lie_in_buckets_changes_nothing_that_is_paid(lake in town(9), on in on()) {
        let definitions = definitions();
        let spread = settled(&lake, &definitions, on);
        let mut together = lake;
        together.buckets = 1;
        together.bucket_of.values_mut().for_each(|bucket| *bucket = 0);
        let together = settled(&together, &definitions, on);
        prop_assert_eq!(&spread.1, &together.1);
        // A share differs by no more than the odd penny of its bucket and that of its place in it.
        let by_citizen = |shares: &[CitizenPayment]| -> BTreeMap<(String, usize, usize), i64> {
            shares.iter().map(|it| ((it.citizen.clone(), it.term, it.organisation), it.amount.0)).collect()
        };
        let (one, other) = (by_citizen(&spread.3), by_citizen(&together.3));
        prop_assert_eq!(one.len(), other.len());
        for (key, amount) in &one {
            prop_assert!((amount - other[key]).abs() <= 2, "{:?}", key);
        }
    }
}

/// What random towns never meet would not be tested.
#[test]
fn random_towns_pay_by_every_clause() {
    let mut runner = TestRunner::deterministic();
    let definitions = definitions();
    let mut met = BTreeSet::new();
    for _ in 0..16 {
        let lake = town(40).new_tree(&mut runner).unwrap().current();
        let (_, paid, ..) = settled(&lake, &definitions, FIRST.plus_days(1_000));
        met.extend(paid.into_iter().filter(|(_, amount)| *amount != 0).map(|((clause, _), _)| clause));
    }
    assert_eq!(met.into_iter().collect::<Vec<_>>(), ["eyes", "feet", "heads", "homes", "more-feet", "reviews"]);
}
