//! Clauses over small towns: by hand at the edges, and against plain loops over days.

mod attributed;
mod naive;
mod stories;
mod town;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Account, Aspect, Counter, Entry, Offers, Reckoning, Sums, Tallies, Tally, Unit};
use crate::agreement::Agreement;
use crate::definitions::Definitions;
use crate::money::Minor;
use crate::posting::{Posting, balances};
use town::{MEASURED, Person, TIME, definitions, people, reckoning};

/// What clauses count for these people, in this order.
fn sums(reckoning: &Reckoning, people: &[Person]) -> Sums {
    let mut sums = Tallies::default();
    let mut counter = Counter::new(reckoning, false);
    for person in people {
        let offers = offers(reckoning, person);
        counter.add_up(&person.facts(reckoning), &offers, &mut sums).unwrap();
    }
    sums.finish()
}

fn offers(reckoning: &Reckoning, person: &Person) -> Vec<Offers> {
    person.contacts.iter().map(|contact| reckoning.offers(&contact.sort(reckoning)).unwrap()).collect()
}

fn settled(definitions: &Definitions, people: &[Person]) -> Vec<Account> {
    let reckoning = reckoning(definitions);
    reckoning.settle(&sums(&reckoning, people)).unwrap()
}

/// What clauses pay, in an order that does not depend on that of the clauses; nothing where nothing is paid.
fn paid(accounts: &[Account]) -> Vec<(String, String, String, i64)> {
    let line = |account: &Account| {
        let line = &account.line;
        (line.clause.to_string(), line.organisation.to_string(), line.payer.to_string(), line.amount.0)
    };
    let mut paid: Vec<_> = accounts.iter().map(line).filter(|(.., amount)| *amount != 0).collect();
    paid.sort();
    paid
}

fn postings(accounts: &[Account]) -> Vec<Posting> {
    accounts.iter().filter_map(|account| account.line.posting(&account.evidence)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_paid_is_what_plain_loops_over_days_find(people in people()) {
        let definitions = definitions();
        let accounts = settled(&definitions, &people);
        prop_assert_eq!(paid(&accounts), naive::paid(&definitions, &people, TIME));
    }

    #[test]
    fn postings_sum_to_nothing_and_taken_back_leave_nothing(people in people()) {
        let mut all = postings(&settled(&definitions(), &people));
        prop_assert_eq!(balances(&all).unwrap().values().map(|balance| balance.0).sum::<i64>(), 0);
        let back: Vec<_> = all.iter().map(Posting::reversed).collect();
        all.extend(back);
        prop_assert!(balances(&all).unwrap().values().all(|balance| *balance == Minor::ZERO));
    }

    #[test]
    fn the_order_of_citizens_records_and_clauses_does_not_matter(people in people()) {
        let definitions = definitions();
        let accounts = settled(&definitions, &people);
        let mut turned: Vec<Person> = people.clone();
        turned.reverse();
        turned.iter_mut().for_each(Person::reverse);
        let mut other = definitions;
        other.agreements.reverse();
        other.agreements.iter_mut().for_each(|agreement: &mut Agreement| agreement.clauses.reverse());
        prop_assert_eq!(paid(&settled(&other, &turned)), paid(&accounts));
    }

    #[test]
    fn a_clause_that_pays_nothing_changes_nothing(people in people()) {
        let definitions = definitions();
        let mut more = definitions.clone();
        more.agreements.push(town::nothing());
        prop_assert_eq!(paid(&settled(&more, &people)), paid(&settled(&definitions, &people)));
    }

    #[test]
    fn sums_are_those_of_what_was_counted_for_each_citizen(people in people()) {
        let definitions = definitions();
        let reckoning = reckoning(&definitions);
        let mut counter = Counter::new(&reckoning, true);
        let (mut tallies, mut citizens) = (BTreeMap::new(), BTreeMap::new());
        for person in &people {
            let offers = offers(&reckoning, person);
            let entries = counter.count(&person.facts(&reckoning), &offers).unwrap();
            for entry in entries {
                let tally: &mut Tally = tallies.entry(entry.key).or_default();
                tally.count += i128::from(entry.count);
                tally.citizens += 1;
            }
            let is_comparison = |entry: &&Entry| matches!(entry.key.unit, Unit::Before(_) | Unit::Since(..));
            let counted = entries.iter().filter(|entry| !is_comparison(entry));
            let pairs: BTreeSet<_> = counted.map(|entry| (entry.key.term, entry.key.organisation)).collect();
            pairs.into_iter().for_each(|pair| *citizens.entry(pair).or_insert(0) += 1);
        }
        let sums = sums(&reckoning, &people);
        prop_assert_eq!(sums.iter().map(|(key, tally)| (*key, *tally)).collect::<BTreeMap<_, _>>(), tallies);
        for ((term, organisation), count) in citizens {
            prop_assert_eq!(sums.citizens(term, organisation), count);
        }
    }

    #[test]
    fn what_no_clause_asks_of_contacts_may_be_left_out(people in people()) {
        let all = definitions();
        for agreement in &all.agreements {
            for clause in &agreement.clauses {
                let only = Agreement { clauses: vec![clause.clone()], ..agreement.clone() };
                let Ok(reckoning) = Reckoning::new(&Definitions { agreements: vec![only], ..all.clone() }, TIME, MEASURED)
                else {
                    continue;
                };
                let mut bare = people.clone();
                for contact in bare.iter_mut().flat_map(|person| &mut person.contacts) {
                    contact.service = contact.service.filter(|_| reckoning.asks_for(Aspect::Service));
                    contact.profession = contact.profession.filter(|_| reckoning.asks_for(Aspect::Profession));
                    contact.site = contact.site.filter(|_| reckoning.asks_for(Aspect::Site));
                }
                prop_assert_eq!(sums(&reckoning, &bare), sums(&reckoning, &people));
            }
        }
    }

    #[test]
    fn buckets_add_up(people in people(), at in 0_usize..6) {
        let definitions = definitions();
        let reckoning = reckoning(&definitions);
        let (one, other) = people.split_at(at.min(people.len()));
        let mut merged = sums(&reckoning, one);
        merged.merge(&sums(&reckoning, other));
        prop_assert_eq!(merged, sums(&reckoning, &people));
    }
}

/// A hundred million people, each like one of these.
#[test]
fn a_nation_can_be_settled() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let definitions = definitions();
    let reckoning = reckoning(&definitions);
    let people = prop::collection::vec(people(), 30).new_tree(&mut runner).unwrap().current().concat();
    let mut all = sums(&reckoning, &people);
    for _ in 0..20 {
        let again = all.clone();
        all.merge(&again);
    }
    assert!(people.len() << 20 > 50_000_000);
    let accounts = reckoning.settle(&all).unwrap();
    assert_eq!(balances(&postings(&accounts)).unwrap().values().map(|balance| balance.0).sum::<i64>(), 0);
}

/// Random people never meet what they cannot: every clause of the town pays somebody something, somewhere.
#[test]
fn random_people_meet_every_clause() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let definitions = definitions();
    let mut met = BTreeSet::new();
    for _ in 0..200 {
        let people = people().new_tree(&mut runner).unwrap().current();
        met.extend(paid(&settled(&definitions, &people)).into_iter().map(|(clause, ..)| clause));
    }
    let all = definitions.agreements.iter().flat_map(|agreement| agreement.clauses.iter().map(|it| agreement.cite(it)));
    let missing: Vec<String> = all.map(|cite| cite.to_string()).filter(|clause| !met.contains(clause)).collect();
    assert!(missing.is_empty(), "never paid: {missing:?}");
}
