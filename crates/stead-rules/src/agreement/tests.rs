//! Stages from signatures and days; and the canonical text.

use proptest::prelude::*;

use super::{
    Agreement, Clause, Deliver, Digest, Duty, Party, ServiceLevel, Signature, Stage, Terms, Withdrawal, canonical,
    standing, standings,
};
use crate::day::{Day, Period};
use crate::money::Ratio;

fn day(at: i32) -> Day {
    Day::from_epoch_days(20_000 + at)
}

const TEXT: Digest = Digest([1; 32]);
const OTHER_TEXT: Digest = Digest([2; 32]);

/// An agreement of three from day 10 until day 100, with thirty days' notice.
fn agreement() -> Agreement {
    let deliver = Deliver {
        from: vec!["trust".into(), "practice".into()],
        to: vec![],
        needs: vec!["eyes".into(), "feet".into()],
        services: vec![],
        group: None,
        level: Some(ServiceLevel { within_days: 28, percent: Ratio::from(95) }),
    };
    let duty =
        Duty { owner: "trust".into(), due: day(50), every_months: None, withholds: vec![], withholds_from: vec![] };
    let clause = |id: &str, text: &str, terms| Clause { id: id.into(), text: text.into(), period: None, terms };
    Agreement {
        id: "alliance".into(),
        title: "An alliance".into(),
        period: Period { from: day(10), to: day(100) },
        notice_days: 30,
        law: None,
        currency: "GBP".into(),
        precedence: vec!["alliance".into(), "other".into()],
        subject_to: vec![],
        places: vec![],
        parties: ["trust", "practice", "charity"]
            .map(|id| Party { organisation: id.into(), signatories: vec!["chair".into()] })
            .to_vec(),
        amends: vec![],
        evidence: vec![],
        clauses: vec![
            clause("1", "Eyes and feet are looked at.", Terms::Deliver(deliver)),
            clause("2", "The trust reports.", Terms::Duty(duty)),
        ],
    }
}

fn signs(organisation: &str, digest: Digest, at: i32) -> Signature {
    Signature {
        agreement: "alliance".into(),
        organisation: organisation.into(),
        role: Some("chair".into()),
        digest,
        day: day(at),
    }
}

fn all_sign(at: i32) -> Vec<Signature> {
    ["trust", "practice", "charity"].map(|who| signs(who, TEXT, at)).to_vec()
}

fn leaves(organisation: &str, at: i32) -> Withdrawal {
    Withdrawal { agreement: "alliance".into(), organisation: organisation.into(), day: day(at) }
}

fn stage(signatures: &[Signature], withdrawals: &[Withdrawal], at: i32) -> Stage {
    standing(&agreement(), TEXT, signatures, withdrawals, day(at)).stage
}

#[test]
fn an_agreement_comes_into_being_when_all_have_signed_and_its_day_has_come() {
    let mut signatures = all_sign(5);
    signatures.push(signs("charity", TEXT, 20));
    signatures.remove(2);
    let found: Vec<_> = [4, 5, 10, 19, 20, 99, 100].iter().map(|at| stage(&signatures, &[], *at)).collect();
    use Stage::{Becoming, Being, Ended, Proposed};
    assert_eq!(found, [Proposed, Becoming, Becoming, Becoming, Being, Being, Ended]);
    assert_eq!(stage(&all_sign(5), &[], 9), Becoming);
    assert_eq!(stage(&all_sign(5), &[], 10), Being);
}

#[test]
fn changing_a_word_voids_signatures_and_says_whose() {
    let signatures = [signs("trust", OTHER_TEXT, 5), signs("practice", TEXT, 5)];
    let found = standing(&agreement(), TEXT, &signatures, &[], day(20));
    assert_eq!((found.stage, found.binding), (Stage::Becoming, None));
    assert_eq!(
        (found.signed, found.void, found.unsigned),
        (vec!["practice".into()], vec!["trust".into()], vec!["charity".into()])
    );
}

#[test]
fn a_signature_of_somebody_who_may_not_sign_does_not_count() {
    let mut signatures = all_sign(5);
    signatures[0].role = Some("porter".into());
    assert_eq!(stage(&signatures, &[], 20), Stage::Becoming);
    signatures[0].role = None;
    assert_eq!(stage(&signatures, &[], 20), Stage::Becoming);
}

#[test]
fn leaving_ends_it_once_the_notice_has_run_out_unless_it_is_taken_back() {
    assert_eq!(stage(&all_sign(5), &[leaves("trust", 40)], 69), Stage::Being);
    assert_eq!(stage(&all_sign(5), &[leaves("trust", 40)], 70), Stage::Ended);
    let mut again = all_sign(5);
    again.push(signs("trust", TEXT, 60));
    assert_eq!(stage(&again, &[leaves("trust", 40)], 70), Stage::Being);
    again.push(signs("practice", TEXT, 90));
    assert_eq!(stage(&again, &[leaves("practice", 40)], 92), Stage::Ended);
}

#[test]
fn an_agreement_that_another_replaces_ends_when_that_one_binds() {
    let first = agreement();
    let mut second = Agreement { id: "second".into(), ..agreement() };
    second.amends = vec![super::Amendment { agreement: "alliance".into(), clauses: vec![] }];
    let mut signatures = all_sign(5);
    signatures.extend(all_sign(30).into_iter().map(|it| Signature { agreement: "second".into(), ..it }));
    let both = |on| standings(&[(&first, TEXT), (&second, TEXT)], &signatures, &[], day(on));
    assert_eq!(both(29).iter().map(|it| it.stage).collect::<Vec<_>>(), [Stage::Being, Stage::Proposed]);
    assert_eq!(both(30).iter().map(|it| it.stage).collect::<Vec<_>>(), [Stage::Ended, Stage::Being]);
    second.parties.pop();
    let both = standings(&[(&first, TEXT), (&second, TEXT)], &signatures, &[], day(30));
    assert_eq!(both[0].stage, Stage::Being, "nobody can sign away what somebody else was promised");
}

#[test]
fn the_canonical_text_is_what_others_can_make_too() {
    let text = canonical(&agreement());
    assert!(
        text.starts_with(r#"{"agreement":{"clauses":[{"id":"1","terms":{"from":["practice","trust"],"kind":"deliver""#),
        "{text}"
    );
    assert!(text.ends_with(r#""title":"An alliance"},"format":"stead-agreement-1"}"#), "{text}");
    assert!(text.contains(r#""level":{"percent":"95","within_days":28}"#), "{text}");
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let read: Agreement = serde_json::from_value(value["agreement"].clone()).unwrap();
    assert_eq!(canonical(&read), text);
}

/// The same agreement, written otherwise.
fn rearranged() -> impl Strategy<Value = Agreement> {
    let shuffled = (
        Just(agreement().parties).prop_shuffle(),
        Just(agreement().clauses).prop_shuffle(),
        Just(vec!["eyes", "feet", "eyes"]).prop_shuffle(),
        Just(vec!["trust", "practice"]).prop_shuffle(),
        prop::sample::select(vec![" ", "\n", "  \t"]),
    );
    shuffled.prop_map(|(parties, clauses, needs, from, blank)| {
        let mut other = Agreement { parties, clauses, ..agreement() };
        other.title = format!("{blank}An{blank}alliance{blank}").into();
        for clause in &mut other.clauses {
            clause.text = clause.text.replace(' ', blank).into();
            if let Terms::Deliver(deliver) = &mut clause.terms {
                deliver.needs = needs.iter().map(|id| (*id).into()).collect();
                deliver.from = from.iter().map(|id| (*id).into()).collect();
            }
        }
        other
    })
}

proptest! {
    #[test]
    fn order_and_layout_do_not_change_the_text_and_any_word_does(other in rearranged(), word in "[a-z]{1,8}", which in 0..8_usize) {
        prop_assert_eq!(canonical(&other), canonical(&agreement()));
        let mut changed = other;
        match which {
            0 => changed.title = format!("An alliance {word}").into(),
            1 => changed.clauses[0].text = word.as_str().into(),
            2 => changed.notice_days += 1,
            3 => changed.parties[0].signatories.push(word.as_str().into()),
            4 => changed.law = Some(word.as_str().into()),
            5 => changed.precedence.reverse(),
            6 => changed.period.to = changed.period.to.plus_days(1),
            _ => for clause in &mut changed.clauses {
                match &mut clause.terms {
                    Terms::Deliver(deliver) => deliver.level = None,
                    Terms::Duty(duty) => duty.owner = word.as_str().into(),
                    _ => {}
                }
            },
        }
        prop_assert_ne!(canonical(&changed), canonical(&agreement()));
    }

    #[test]
    fn a_stage_never_goes_back_as_days_pass(signed in prop::collection::vec((0..3_usize, 0..120_i32), 0..5), left in prop::collection::vec((0..3_usize, 0..120_i32), 0..2)) {
        let who = ["trust", "practice", "charity"];
        let signatures: Vec<_> = signed.iter().map(|(at, day)| signs(who[*at], TEXT, *day)).collect();
        let withdrawals: Vec<_> = left.iter().map(|(at, day)| leaves(who[*at], *day)).collect();
        let mut before = Stage::Proposed;
        for at in 0..130 {
            let now = stage(&signatures, &withdrawals, at);
            prop_assert!(now >= before, "{before:?} became {now:?} on day {at}");
            before = now;
        }
    }

    #[test]
    fn a_further_signature_never_puts_it_back(signed in prop::collection::vec((0..3_usize, 0..90_i32), 0..4), more in (0..3_usize, 0..90_i32), on in 0..100_i32) {
        let who = ["trust", "practice", "charity"];
        let mut signatures: Vec<_> = signed.iter().map(|(at, day)| signs(who[*at], TEXT, *day)).collect();
        let before = stage(&signatures, &[], on);
        signatures.push(signs(who[more.0], TEXT, more.1));
        prop_assert!(stage(&signatures, &[], on) >= before);
    }

    #[test]
    fn what_is_known_later_agrees_with_what_was_known_on_the_day(signed in prop::collection::vec((0..3_usize, 0..90_i32), 0..6), left in prop::collection::vec((0..3_usize, 0..90_i32), 0..2), on in 0..120_i32) {
        let who = ["trust", "practice", "charity"];
        let signatures: Vec<_> = signed.iter().map(|(at, day)| signs(who[*at], TEXT, *day)).collect();
        let withdrawals: Vec<_> = left.iter().map(|(at, day)| leaves(who[*at], *day)).collect();
        let later = standing(&agreement(), TEXT, &signatures, &withdrawals, Day::FOREVER).binding;
        let is_being = later.is_some_and(|period| period.contains(day(on)));
        prop_assert_eq!(is_being, stage(&signatures, &withdrawals, on) == Stage::Being);
    }
}
