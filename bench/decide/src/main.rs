//! Single decisions: how many a second, how long each takes, and whether that grows with agreements a request does not touch.
//!
//! Citizens' choices lie in a registry, as Stead keeps them. Compared first: Stead, plain Cedar (a policy a clause, all of
//! them put to it) and regorus (OPA's language, over clauses that are indexed by holder and reader) say the same of the same
//! requests.

mod kept;
mod measured;
mod opa;
mod plain;
mod sizes;
mod town;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use stead_gate::Decider;
use stead_gate::decide::Slice;
use stead_rules::Choice;
use stead_rules::decision::{Facts, Reason};

use kept::Kept;
use measured::{Measured, heading, timed, two};
use opa::Opa;
use plain::Plain;
use sizes::Sizes;
use town::{Asked, Town};

/// Of how many requests all answers are compared.
const COMPARED: usize = 500;
/// How many requests are put to what takes milliseconds each.
const SLOW: usize = 200;
/// Requests that touch only the first agreements, when others are added.
const TOUCHED: usize = 100;
/// How many ask the registry at once on two cores.
const AT_ONCE: usize = 8;

/// A request with the citizen's choices at hand.
struct Known {
    asked: Asked,
    choices: Vec<Choice>,
}

impl Known {
    fn facts(&self) -> Facts<'_> {
        Facts { circle: &self.asked.circle, choices: &self.choices, ..Facts::default() }
    }
}

fn main() {
    let sizes = Sizes::asked();
    let town = Town::new(sizes.agreements);
    let kept = Kept::open(&sizes, &town);
    println!(
        "{} agreements with {} share clauses; {} citizens with {} choices in a registry (SQLite)",
        sizes.agreements,
        town.clauses(),
        sizes.citizens,
        kept.choices(),
    );
    let begun = Instant::now();
    let decider = Arc::new(decider(&town));
    println!("agreements compiled, once: {:.2} s", begun.elapsed().as_secs_f64());
    let known = known(&kept, town.requests(sizes.requests, sizes.citizens));
    compare(&town, &decider, &known);
    throughput(&town, &decider, &kept, &known);
    growth(&town, &sizes, &kept);
}

fn decider(town: &Town) -> Decider {
    Decider::new(&town.definitions, &town.bindings).unwrap_or_else(|error| panic!("{error}"))
}

fn known(kept: &Kept, requests: Vec<Asked>) -> Vec<Known> {
    requests.into_iter().map(|asked| Known { choices: kept.choices_of(&asked.request), asked }).collect()
}

/// Stops where two sides differ.
fn compare(town: &Town, decider: &Decider, known: &[Known]) {
    let (plain, mut opa) = (Plain::new(town), Opa::new(town));
    let (mut yes, mut objected) = (0, 0);
    for one in known.iter().take(COMPARED) {
        let request = &one.asked.request;
        let ours = decider.decide(request, &one.facts());
        assert!(!ours.disagree, "Cedar and the rules differ: {request:?}");
        let permit = ours.decision.permit;
        assert_eq!(plain.permits(one), permit, "plain Cedar differs: {request:?}");
        assert_eq!(opa.permits(one), permit, "regorus differs: {request:?}");
        yes += usize::from(permit);
        let chosen = |reason: &Reason| matches!(reason, Reason::Objection { .. } | Reason::OptOut { .. });
        objected += usize::from(ours.decision.reasons.iter().any(chosen));
    }
    println!("answers compared: {COMPARED}, all sides the same; {yes} yes, {objected} no by the citizen's choice\n");
}

fn throughput(town: &Town, decider: &Arc<Decider>, kept: &Kept, known: &[Known]) {
    heading("");
    let whole = |one: &Known| drop(black_box(decider.decide(&one.asked.request, &one.facts())));
    timed(known, whole).print("Stead: Cedar, rules and reasons in words, one core");
    two(known, whole).print("the same on two cores");
    kept.decided(decider, known, 1).print("with the choices read from the registry, one after another");
    kept.decided(decider, known, AT_ONCE).print("the same, eight at once on two cores");
    let cedar =
        |one: &Known| drop(black_box(decider.policies().verdict(&one.asked.request, &one.facts(), Slice::Between)));
    timed(known, cedar).print("of Stead, Cedar over its slice");
    let rules = |one: &Known| {
        black_box(decider.gate().decide(&one.asked.request, &one.facts()));
    };
    timed(known, rules).print("of Stead, the rules");
    let plain = Plain::new(town);
    timed(&known[..SLOW.min(known.len())], |one| {
        black_box(plain.permits(one));
    })
    .print("plain Cedar, a policy a clause");
    opa_timed(town, known).print("regorus, clauses indexed by holder and reader");
}

fn opa_timed(town: &Town, known: &[Known]) -> Measured {
    let mut opa = Opa::new(town);
    measured::timed_mut(known, |one| {
        black_box(opa.permits(one));
    })
}

/// The same requests, with more and more agreements that they do not touch.
fn growth(town: &Town, sizes: &Sizes, kept: &Kept) {
    println!("\nThe same requests, about the first {TOUCHED} agreements, with more and more that they do not touch:\n");
    heading("agreements, ");
    let touching = known(kept, town.requests_of_first(TOUCHED, sizes.requests / 4, sizes.citizens));
    let mut many = TOUCHED;
    while many <= sizes.agreements {
        let part = town.first(many);
        let decider = decider(&part);
        let whole = |one: &Known| drop(black_box(decider.decide(&one.asked.request, &one.facts())));
        timed(&touching, whole).print(&format!("{many}, Stead"));
        let plain = Plain::new(&part);
        timed(&touching[..SLOW.min(touching.len())], |one| {
            black_box(plain.permits(one));
        })
        .print(&format!("{many}, plain Cedar"));
        opa_timed(&part, &touching).print(&format!("{many}, regorus"));
        many *= 10;
    }
}
