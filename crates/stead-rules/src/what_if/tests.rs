use proptest::prelude::*;

use super::*;
use crate::agreement::Split;
use crate::day::Period;
use crate::money::Exact;

fn cite(clause: &str) -> ClauseRef {
    ClauseRef { agreement: "alliance".into(), clause: clause.into() }
}

fn line(clause: &str, organisation: &str, amount: i64, figures: Figures) -> Line {
    Line {
        row: String::new(),
        organisation: organisation.into(),
        payer: "council".into(),
        period: Period::ALL,
        clause: cite(clause),
        amount: Minor(amount),
        why: String::new(),
        figures,
    }
}

fn contacts(contacts: u64) -> Figures {
    Figures { contacts: Some(contacts), ..Figures::default() }
}

fn members(members: i64) -> Figures {
    Figures { members: Some(Exact::from(members)), ..Figures::default() }
}

fn kind(clause: &ClauseRef) -> Option<TermsKind> {
    match clause.clause.as_str() {
        "pool" => Some(TermsKind::Pool),
        "task" => Some(TermsKind::HandOver),
        _ => Some(TermsKind::Pay),
    }
}

fn held(old: &[Line], new: &[Line]) -> WhatIf {
    what_if(old, new, &kind).unwrap()
}

fn why(old: &[Line], new: &[Line]) -> Vec<(&'static str, i64)> {
    let found = held(old, new);
    let theirs = found.organisations.iter().find(|it| it.organisation.as_str() == "practice").unwrap();
    theirs.why.iter().map(|(reason, amount)| (reason.word(), amount.0)).collect()
}

#[test]
fn a_higher_price_for_more_contacts_is_told_apart() {
    let old = [line("1", "practice", 1_000, contacts(100))];
    assert_eq!(why(&old, &[line("1", "practice", 1_200, contacts(100))]), [("price", 200)]);
    assert_eq!(why(&old, &[line("1", "practice", 1_500, contacts(150))]), [("volume", 500)]);
    // From 10 to 12 each, from 100 to 150: 2 × 125 by price, 50 × 11 by volume.
    assert_eq!(why(&old, &[line("1", "practice", 1_800, contacts(150))]), [("price", 250), ("volume", 550)]);
}

#[test]
fn whose_citizens_they_are_and_how_well_it_was_done_are_told_apart() {
    let quality =
        |members: i64, percent: i64| Figures { quality: Some(Exact::from(percent)), ..self::members(members) };
    let old = [line("1", "practice", 1_000, quality(100, 50))];
    assert_eq!(why(&old, &[line("1", "practice", 1_100, quality(110, 50))]), [("attribution", 100)]);
    assert_eq!(why(&old, &[line("1", "practice", 1_600, quality(100, 80))]), [("quality", 600)]);
    let both = why(&old, &[line("1", "practice", 1_760, quality(110, 80))]);
    assert_eq!(both, [("attribution", 130), ("quality", 630)]);
}

#[test]
fn a_clause_that_is_new_or_gone_a_pool_and_a_protection_are_named_for_what_they_are() {
    assert_eq!(why(&[], &[line("2", "practice", 70, contacts(7))]), [("terms", 70)]);
    assert_eq!(why(&[line("2", "practice", 70, contacts(7))], &[]), [("terms", -70)]);
    let pool = |amount| [line("pool", "practice", amount, Figures::default())];
    assert_eq!(why(&pool(5), &pool(-7)), [("pool", -12)]);
    assert_eq!(why(&[], &[line("task", "practice", 9, Figures::default())]), [("protection", 9)]);
    // The clause was there before, for others.
    let old = [line("1", "trust", 50, contacts(5))];
    assert_eq!(why(&old, &[line("1", "practice", 50, contacts(5))]), [("volume", 50)]);
    let old = [line("1", "trust", 50, members(5))];
    assert_eq!(why(&old, &[line("1", "practice", 50, members(5))]), [("attribution", 50)]);
}

#[test]
fn what_one_gets_more_another_pays_more() {
    let old = [line("1", "practice", 1_000, contacts(10)), line("2", "trust", 900, Figures::default())];
    let new = [line("1", "practice", 1_400, contacts(14)), line("2", "trust", 600, Figures::default())];
    let found = held(&old, &new);
    let changes: Vec<_> = found.organisations.iter().map(|it| (it.organisation.as_str(), it.change.0)).collect();
    assert_eq!(changes, [("council", -100), ("practice", 400), ("trust", -300)]);
    assert_eq!(found.losers().map(|it| it.organisation.as_str()).collect::<Vec<_>>(), ["trust"]);
    let council = &found.organisations[0];
    assert_eq!((council.before.0, council.after.0, council.is_paid), (-1_900, -2_000, false));
    assert_eq!(council.clauses.len(), 2);
}

/// What three organisations gain and lose when a task is handed over, by clauses of their own.
fn handed_over(changes: [i64; 3]) -> WhatIf {
    let names = ["practice", "trust", "optician"];
    let old: Vec<_> = names.iter().map(|it| line(it, it, 1_000, contacts(10))).collect();
    let new: Vec<_> =
        names.iter().zip(changes).map(|(it, change)| line(it, it, 1_000 + change, contacts(10))).collect();
    held(&old, &new)
}

#[test]
fn the_smallest_pool_gives_losers_what_they_lose_and_takes_it_from_who_gains_most() {
    let found = remedy(&handed_over([300, -60, -20])).unwrap();
    assert_eq!((found.need.rule, found.need.amount), (Split::LosersFirst, Minor(80)));
    assert_eq!(found.given, [("practice".into(), Minor(80))]);
    assert_eq!((found.saved, found.missing), (Minor(0), Minor(0)));
    // By agreed shares as much; alike, three times the largest loss.
    let others: Vec<_> = found.others.iter().map(|need| (need.rule, need.amount.0)).collect();
    assert_eq!(others, [(Split::Shares, 80), (Split::Activity, 180), (Split::Equal, 180)]);
}

#[test]
fn where_nobody_gains_enough_the_rest_is_what_is_saved() {
    let found = remedy(&handed_over([30, -60, -20])).unwrap();
    assert_eq!(found.given, [("practice".into(), Minor(30))]);
    assert_eq!((found.saved, found.missing), (Minor(50), Minor(0)));
    assert_eq!(remedy(&handed_over([30, 0, 20])), None, "nobody loses");
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let clause = prop::sample::select(vec!["1", "2", "pool", "task"]);
    let organisation = prop::sample::select(vec!["practice", "trust", "optician", "council"]);
    let figures = (prop::option::of(0_i64..200), prop::option::of(0_u64..200), prop::option::of(0_i64..100));
    let line = (clause, organisation, -1_000_000_i64..10_000_000_000, figures).prop_map(|(clause, to, amount, of)| {
        let figures = Figures { members: of.0.map(Exact::from), contacts: of.1, quality: of.2.map(Exact::from) };
        line(clause, to, amount, figures)
    });
    prop::collection::vec(line, 0..12)
}

proptest! {
    #[test]
    fn changes_add_up_to_nothing_and_reasons_to_the_changes(old in lines(), new in lines()) {
        let found = held(&old, &new);
        prop_assert_eq!(found.sum(), Some(Minor::ZERO));
        for changed in &found.organisations {
            let sum: i64 = changed.why.values().map(|amount| amount.0).sum();
            prop_assert_eq!(sum, changed.change.0);
            let by_clause: i64 = changed.clauses.iter().map(|it| it.after.0 - it.before.0).sum();
            prop_assert_eq!(by_clause, changed.change.0);
        }
    }

    #[test]
    fn the_order_of_lines_does_not_matter_and_the_same_changes_nothing(old in lines(), new in lines()) {
        let turned = |lines: &[Line]| lines.iter().rev().cloned().collect::<Vec<_>>();
        prop_assert_eq!(held(&old, &new), held(&turned(&old), &turned(&new)));
        let same = held(&old, &turned(&old));
        prop_assert!(same.organisations.iter().all(|it| it.change == Minor::ZERO && it.clauses.is_empty()));
        // A clause that pays nothing changes nothing.
        let mut more = new.clone();
        more.push(line("3", "practice", 0, Figures::default()));
        let changes = |found: &WhatIf| {
            let changed = found.organisations.iter().filter(|it| it.change != Minor::ZERO);
            changed.map(|it| (it.organisation.clone(), it.why.clone())).collect::<Vec<_>>()
        };
        prop_assert_eq!(changes(&held(&old, &more)), changes(&held(&old, &new)));
    }

    #[test]
    fn under_the_smallest_pool_nobody_loses(changes in [-900_i64..900, -900_i64..900, -900_i64..900]) {
        let before = handed_over(changes);
        let Some(found) = remedy(&before) else {
            prop_assert!(changes.iter().all(|change| *change >= 0));
            return Ok(());
        };
        let losses: i64 = changes.iter().map(|change| -change.min(&0)).sum();
        prop_assert_eq!(found.need.amount.0, losses, "less would leave somebody worse off");
        let given: i64 = found.given.iter().map(|(_, part)| part.0).sum();
        prop_assert_eq!(given + found.saved.0 + found.missing.0, found.need.amount.0);
        prop_assert_eq!(found.missing.0, 0, "what somebody loses, others gain or save");
        for changed in before.organisations.iter().filter(|it| it.is_paid) {
            let of = |list: &[(OrganisationId, Minor)]| {
                list.iter().find(|(id, _)| *id == changed.organisation).map_or(0, |(_, part)| part.0)
            };
            prop_assert!(changed.change.0 + of(&found.need.parts) - of(&found.given) >= 0);
        }
        for other in &found.others {
            prop_assert!(other.amount >= found.need.amount);
        }
    }
}
