//! Cedar, sliced and whole, the rules and the reference say the same, about hundreds of thousands of random requests.
//!
//! `STEAD_FUZZ_DECISIONS` says how many; `./x fuzz decisions` asks for a million.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use stead_gate::decide::{By, Decider, Slice, same};
use stead_rules::decision::Reason;

use crate::reference::{Answer, Reference};
use crate::stories::{Asked, Town, asked, town};

const REQUESTS_A_TOWN: usize = 25;

fn decisions() -> u32 {
    let asked = std::env::var("STEAD_FUZZ_DECISIONS").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(if cfg!(debug_assertions) { 2_000 } else { 40_000 })
}

#[test]
fn cedar_the_rules_and_the_reference_agree() {
    let cases = decisions().div_ceil(u32::try_from(REQUESTS_A_TOWN).unwrap());
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let story = (town(), prop::collection::vec(asked(), REQUESTS_A_TOWN));
    let mut yes = [0_u32; 5];
    runner
        .run(&story, |(town, requests)| {
            let decider = Decider::new(&town.definitions, &town.bindings).unwrap();
            requests.iter().try_for_each(|asked| agree(&town, &decider, asked))
        })
        .unwrap();
    // How the answers are spread, so that a test in which everything is closed cannot pass for one.
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let (town, requests) = story.new_tree(&mut runner).unwrap().current();
        let reference = Reference { definitions: &town.definitions, bindings: &town.bindings };
        for asked in &requests {
            yes[match reference.answer(&asked.request, &asked.facts()) {
                Answer::Own | Answer::Herself => 0,
                Answer::Clauses(_) => 1,
                Answer::Glass => 2,
                Answer::ClosedBy(_) => 3,
                Answer::No => 4,
            }] += 1;
        }
    }
    assert!(yes.iter().all(|count| *count > 100), "own, clause, glass, closed, no: {yes:?}");
}

fn agree(town: &Town, decider: &Decider, asked: &Asked) -> Result<(), TestCaseError> {
    let (request, facts) = (&asked.request, asked.facts());
    let verdict = decider.policies().verdict(request, &facts, Slice::Between);
    prop_assert_eq!(&verdict.diagnostics, &Vec::<String>::new());
    prop_assert_eq!(&verdict, &decider.policies().verdict(request, &facts, Slice::Everything));
    let outcome = decider.gate().decide(request, &facts);
    prop_assert!(same(&verdict, outcome, decider.gate()), "cedar: {verdict:?}; rules: {outcome:?}");
    // What the columnar pass writes down is what a clinician is told.
    let told = decider.gate().explain(request, &facts);
    prop_assert_eq!(told.reasons.first().map(Reason::word), Some(outcome.word()));
    let reference = Reference { definitions: &town.definitions, bindings: &town.bindings };
    let expected = reference.answer(request, &facts);
    let fits = match (&expected, &verdict.by) {
        (Answer::Herself, By::Herself)
        | (Answer::Own, By::Own)
        | (Answer::Glass, By::BreakGlass)
        | (Answer::No, By::Nothing) => true,
        (Answer::Clauses(all), By::Clause(cite)) => all.first() == Some(&cite.to_string()),
        (Answer::ClosedBy(all), By::Objection(at) | By::OptOut(at)) => all.contains(at),
        _ => false,
    };
    prop_assert!(fits && expected.is_yes() == verdict.permit, "reference: {expected:?}; cedar: {verdict:?}");
    Ok(())
}
