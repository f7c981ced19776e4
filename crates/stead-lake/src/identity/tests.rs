//! Whatever records say, nobody is put together with a record that disagrees.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::Identity;
use super::agree::disagree;
use super::head::{Born, Head};

fn record(id: &str, numbers: &[&str], born: Option<Born>, sex: Option<char>, family: Option<&str>) -> Head {
    let numbers: BTreeSet<Box<str>> = numbers.iter().map(|&number| number.into()).collect();
    let shared = numbers.into_iter().collect();
    Head { record: true, shared, born, sex, family: family.map(Box::from), ..Head::unseen(0, id) }
}

fn some_record() -> impl Strategy<Value = Head> {
    let born = prop::option::weighted(0.8, (0..3_i32, 0..3_u8));
    let sex = prop::option::weighted(0.8, prop::sample::select(vec!['f', 'm']));
    let family = prop::option::weighted(0.8, prop::sample::select(vec!["jones", "lovelace", "smith"]));
    let numbers = prop::collection::vec(prop::sample::select(vec!["s|1000", "s|2000", "t|1000"]), 0..3);
    (born, sex, family, numbers).prop_map(|(born, sex, family, numbers)| {
        let born = born.map(|(place, precision)| Born { day: place * 20, precision });
        record("", &numbers, born, sex, family)
    })
}

/// Gives each record its name: the places of `names` are the records.
fn named(records: &[Head], names: &[usize]) -> Vec<Head> {
    let named = records.iter().zip(names);
    named.map(|(head, name)| Head { id: format!("p{name:02}").into(), ..head.clone() }).collect()
}

/// The citizens, each as the places of its records in `names`.
fn citizens(identity: &Identity, names: &[usize]) -> BTreeSet<BTreeSet<usize>> {
    let place = |head: &Head| names.iter().position(|name| format!("p{name:02}") == *head.id).expect("a place");
    identity.citizens.iter().map(|citizen| identity.records(citizen).map(place).collect()).collect()
}

proptest! {
    #[test]
    fn numbers_never_put_together_who_disagrees(records in prop::collection::vec(some_record(), 1..12)) {
        let names: Vec<usize> = (0..records.len()).collect();
        let identity = Identity::of(named(&records, &names), &["gp".to_owned()]);
        for citizen in &identity.citizens {
            for one in identity.records(citizen) {
                for other in identity.records(citizen) {
                    prop_assert!(!disagree(one, other), "{one:?} and {other:?}");
                }
            }
        }
    }

    #[test]
    fn who_is_who_depends_on_neither_order_nor_names(
        records in prop::collection::vec(some_record(), 1..12),
        (names, order) in (Just((0..12).collect::<Vec<usize>>()).prop_shuffle(), Just((0..12).collect::<Vec<usize>>()).prop_shuffle()),
    ) {
        let sources = ["gp".to_owned()];
        let straight: Vec<usize> = (0..records.len()).collect();
        let one = Identity::of(named(&records, &straight), &sources);
        let renamed = named(&records, &names);
        let shuffled = order.iter().filter_map(|&place| renamed.get(place).cloned()).collect();
        let other = Identity::of(shuffled, &sources);
        prop_assert_eq!(citizens(&one, &straight), citizens(&other, &names));
    }

    #[test]
    fn a_decision_brings_nobody_else_who_disagrees(
        records in prop::collection::vec(some_record(), 2..12),
        decided in prop::collection::vec(prop::option::weighted(0.3, 0..2_u8), 12),
    ) {
        let names: Vec<usize> = (0..records.len()).collect();
        let heads = named(&records, &names).into_iter().zip(decided);
        let heads = heads.map(|(head, group)| Head { group: group.map(|group| format!("{group}").into()), ..head });
        let identity = Identity::of(heads.collect(), &["gp".to_owned()]);
        for citizen in &identity.citizens {
            for one in identity.records(citizen) {
                for other in identity.records(citizen).filter(|other| one.group.is_none() || other.group != one.group) {
                    prop_assert!(!disagree(one, other), "{one:?} and {other:?}");
                }
            }
        }
    }
}

#[test]
fn a_number_of_very_many_people_is_nobodys() {
    let people = (0..100).map(|place| {
        let born = Born { day: place * 400, precision: 2 };
        record(&format!("p{place:03}"), &["s|1000"], Some(born), Some('f'), Some("smith"))
    });
    let twin = record("twin", &["s|1000"], Some(Born { day: 0, precision: 2 }), Some('f'), Some("smith"));
    let identity = Identity::of(people.chain([twin]).collect(), &["gp".to_owned()]);
    assert_eq!(identity.citizens.len(), 101);
    assert_eq!(identity.conflicts.iter().map(|conflict| conflict.kind).collect::<Vec<_>>(), ["two-people-one-number"]);
}

#[test]
fn where_numbers_lead_very_many_together_only_the_same_are_linked() {
    let born = Born { day: 0, precision: 2 };
    let (count, sources) = (2 * 300, ["gp".to_owned()]);
    let of = |place: usize, count: usize| {
        let own = format!("v|{:04}", place / 2);
        let next = format!("v|{:04}", (place / 2 + 1) % count);
        record(&format!("p{place:03}"), &[&own, &next], Some(born), Some('f'), Some("smith"))
    };
    let identity = Identity::of((0..count).map(|place| of(place, count)).collect(), &sources);
    assert_eq!(identity.citizens.len(), 300);
    assert!(identity.citizens.iter().all(|citizen| citizen.records.len() == 2));
    let of_one_number = |place: usize| {
        let own = format!("v|{place:04}");
        record(&format!("p{place:03}"), &["s|1000", &own], Some(born), Some('f'), Some("smith"))
    };
    let identity = Identity::of((0..250).map(of_one_number).collect(), &sources);
    assert_eq!(identity.citizens.len(), 1);
}
