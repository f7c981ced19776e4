//! What must hold of decisions whatever a place agreed.

use std::sync::RwLock;
use std::thread;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use stead_gate::decide::{By, Decider};
use stead_rules::agreement::{Terms, Within};
use stead_rules::decision::Actor;
use stead_rules::{Choice, ChoiceKind, Day, Period, Purpose};

use crate::stories::{Asked, Town, asked, choice, town};

fn decider(town: &Town) -> Decider {
    Decider::new(&town.definitions, &town.bindings).unwrap()
}

fn permits(decider: &Decider, asked: &Asked) -> bool {
    let decided = decider.decide(&asked.request, &asked.facts());
    assert!(!decided.disagree, "{:?}", decided.verdict);
    assert_eq!(decided.decision.permit, decided.verdict.permit);
    decided.decision.permit
}

/// An objection to everything by everybody, in emergencies, too; it names the holder, who may ask itself.
fn objection_to_all(asked: &Asked) -> Choice {
    let holder = asked.request.holder.clone();
    let mut objection = Choice {
        id: "all".into(),
        citizen: asked.request.citizen.clone(),
        kind: ChoiceKind::Objection,
        organisations: Vec::new(),
        professions: Vec::new(),
        categories: Vec::new(),
        purposes: vec![asked.request.purpose],
        period: Period::new(Day::ALWAYS, Day::FOREVER).unwrap(),
        source: None,
    };
    if matches!(&asked.request.actor, Actor::Professional { organisation, .. } if *organisation == holder) {
        objection.organisations = vec![holder];
    }
    objection
}

fn is_professional(asked: &Asked) -> bool {
    matches!(asked.request.actor, Actor::Professional { .. })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 40 } else { 1500 }))]

    #[test]
    fn an_objection_always_wins(town in town(), mut asked in asked(), at in 0..4_usize) {
        prop_assume!(is_professional(&asked));
        asked.choices.insert(at.min(asked.choices.len()), objection_to_all(&asked));
        prop_assert!(!permits(&decider(&town), &asked));
    }

    #[test]
    fn an_objection_taken_back_leaves_things_as_they_were(town in town(), asked in asked(), other in choice()) {
        let decider = decider(&town);
        let before = permits(&decider, &asked);
        let mut with = asked.clone();
        with.choices.push(Choice { kind: ChoiceKind::Objection, ..other });
        let _ = permits(&decider, &with);
        with.choices.pop();
        prop_assert_eq!(permits(&decider, &with), before);
    }

    #[test]
    fn adding_an_agreement_takes_no_permit_away_and_overrides_no_objection(
        town in town(), more in town(), asked in asked(),
    ) {
        let before = decider(&town).decide(&asked.request, &asked.facts());
        let mut grown = town;
        for (number, mut agreement) in more.definitions.agreements.into_iter().enumerate() {
            let binding = more.bindings.get(&agreement.id).copied();
            agreement.id = format!("more-{number}").into();
            // One that amends another is made to take something away.
            agreement.amends.clear();
            grown.bindings.extend(binding.map(|days| (agreement.id.clone(), days)));
            grown.definitions.agreements.push(agreement);
        }
        let after = decider(&grown).decide(&asked.request, &asked.facts());
        prop_assert!(after.decision.permit || !before.decision.permit);
        let closed = matches!(before.verdict.by, By::Objection(_) | By::OptOut(_));
        prop_assert!(!closed || !after.decision.permit || after.verdict.by == By::BreakGlass);
    }

    #[test]
    fn nobody_outside_every_agreement_sees_anything_of_others(mut town in town(), asked in asked()) {
        town.bindings.clear();
        let own = matches!(&asked.request.actor,
            Actor::Professional { organisation, .. } if *organisation == asked.request.holder);
        prop_assume!(is_professional(&asked) && !own);
        prop_assert!(!permits(&decider(&town), &asked));
    }

    #[test]
    fn ending_an_agreement_closes_what_only_it_opened(town in town(), asked in asked()) {
        let before = decider(&town).decide(&asked.request, &asked.facts());
        let By::Clause(cite) = before.verdict.by else { return Ok(()) };
        let clauses = before.decision.reasons.len();
        let mut ended = town;
        ended.bindings.remove(&cite.agreement);
        let after = decider(&ended).decide(&asked.request, &asked.facts());
        prop_assert_ne!(&after.verdict.by, &By::Clause(cite));
        let lives_on = clauses > 1 || after.verdict.by == By::BreakGlass
            || ended.definitions.agreements.iter().any(|agreement| !agreement.amends.is_empty());
        prop_assert!(lives_on || !after.decision.permit);
    }

    #[test]
    fn what_is_sensitive_is_closed_unless_a_clause_names_it(mut town in town(), mut asked in asked()) {
        asked.request.category = "sexual-health".into();
        for agreement in &mut town.definitions.agreements {
            for clause in &mut agreement.clauses {
                let Terms::Share(share) = &mut clause.terms else { continue };
                share.categories.retain(|category| category.as_str() != "sexual-health");
            }
        }
        let decided = decider(&town).decide(&asked.request, &asked.facts());
        prop_assert!(!matches!(decided.verdict.by, By::Clause(_)));
    }

    #[test]
    fn a_part_of_something_sensitive_is_sensitive(mut town in town(), mut asked in asked()) {
        asked.request.category = "notes-of-mind".into();
        for agreement in &mut town.definitions.agreements {
            for clause in &mut agreement.clauses {
                let Terms::Share(share) = &mut clause.terms else { continue };
                share.categories = vec!["mental-health".into()];
            }
        }
        let decided = decider(&town).decide(&asked.request, &asked.facts());
        prop_assert!(!matches!(decided.verdict.by, By::Clause(_)));
    }

    #[test]
    fn the_national_opt_out_never_blocks_care_and_always_what_lies_beyond(town in town(), mut asked in asked()) {
        prop_assume!(is_professional(&asked));
        asked.choices.retain(|choice| choice.kind != ChoiceKind::OptOut);
        let decider = decider(&town);
        let before = permits(&decider, &asked);
        asked.choices.push(Choice { kind: ChoiceKind::OptOut, purposes: Vec::new(), ..objection_to_all(&asked) });
        let beyond = asked.request.purpose.is_beyond_care();
        prop_assert_eq!(permits(&decider, &asked), before && !beyond);
    }

    #[test]
    fn breaking_the_glass_needs_an_emergency_a_reason_and_a_name(town in town(), mut asked in asked()) {
        asked.request.purpose = Purpose::Emergency;
        asked.request.reason = Some("found unconscious".into());
        let decided = decider(&town).decide(&asked.request, &asked.facts());
        if decided.verdict.by != By::BreakGlass {
            return Ok(());
        }
        prop_assert!(decided.decision.break_glass && asked.request.purpose == Purpose::Emergency);
        let decider = decider(&town);
        let mut without = asked.clone();
        without.request.reason = None;
        prop_assert!(!permits(&decider, &without));
        let mut planned = asked.clone();
        planned.request.purpose = Purpose::Treatment;
        prop_assert!(!permits(&decider, &planned));
        let mut nameless = asked;
        let Actor::Professional { professional, .. } = &mut nameless.request.actor else { return Ok(()) };
        *professional = None;
        prop_assert!(!permits(&decider, &nameless));
    }

    #[test]
    fn within_the_circle_means_acting_for_the_citizen(mut town in town(), mut asked in asked()) {
        for agreement in &mut town.definitions.agreements {
            for clause in &mut agreement.clauses {
                let Terms::Share(share) = &mut clause.terms else { continue };
                share.within = Within::Circle;
            }
        }
        asked.circle.clear();
        let decided = decider(&town).decide(&asked.request, &asked.facts());
        prop_assert!(!matches!(decided.verdict.by, By::Clause(_)));
    }

    #[test]
    fn a_permission_alone_opens_nothing(town in town(), mut asked in asked()) {
        for choice in &mut asked.choices {
            choice.kind = ChoiceKind::Permission;
        }
        let decider = decider(&town);
        let with = decider.decide(&asked.request, &asked.facts());
        asked.choices.clear();
        let without = decider.decide(&asked.request, &asked.facts());
        // What a permission adds, a clause that asks for it opens.
        prop_assert!(with.decision.permit == without.decision.permit || matches!(with.verdict.by, By::Clause(_)));
    }

    #[test]
    fn somebody_elses_choices_change_nothing(town in town(), mut asked in asked(), other in choice()) {
        let decider = decider(&town);
        let before = permits(&decider, &asked);
        asked.choices.push(Choice { citizen: "bob".into(), ..other });
        prop_assert_eq!(permits(&decider, &asked), before);
    }
}

/// While others decide, a citizen objects and takes it back, again and again: each of her reads sees what she said last.
#[test]
fn an_objection_is_in_force_for_the_very_next_read_under_load() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (town, asked) = loop {
        let (town, mut asked) = (town(), asked()).new_tree(&mut runner).unwrap().current();
        asked.choices.clear();
        if matches!(decider(&town).decide(&asked.request, &asked.facts()).verdict.by, By::Clause(_)) {
            break (town, asked);
        }
    };
    let decider = decider(&town);
    let objection = objection_to_all(&asked);
    let choices = RwLock::new(Vec::new());
    let read = || {
        let choices = choices.read().unwrap();
        let (said, asked) = (choices.len(), Asked { choices: choices.clone(), ..asked.clone() });
        assert_eq!(permits(&decider, &asked), said == 0);
    };
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..200).for_each(|_| read()));
        }
        for _ in 0..100 {
            choices.write().unwrap().push(objection.clone());
            read();
            choices.write().unwrap().clear();
            read();
        }
    });
}
