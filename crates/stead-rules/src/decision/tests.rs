//! The gate against a reference that goes through every clause and choice in plain loops; and what must hold of any gate.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{Actor, Facts, Gate, Outcome, Permit, Request};
use crate::agreement::{Agreement, Clause, Party, Share, Terms, Within};
use crate::choice::{Choice, ChoiceKind};
use crate::day::{Day, Period};
use crate::definitions::Definitions;
use crate::id::{AgreementId, CategoryId, GroupId, OrganisationId, PlaceId, ProfessionId};
use crate::organisation::Organisation;
use crate::purpose::Purpose;

const ORGANISATIONS: [&str; 5] = ["whole", "part", "other-part", "hospital", "shop"];
const CATEGORIES: [&str; 5] = ["results", "retinal-result", "sexual-health", "mental-health", "unheard-of"];
const PROFESSIONS: [&str; 2] = ["gp", "pharmacist"];
const PURPOSES: [Purpose; 6] = [
    Purpose::Treatment,
    Purpose::Coordination,
    Purpose::Emergency,
    Purpose::CareManagement,
    Purpose::Research,
    Purpose::Request,
];

fn day(at: i32) -> Day {
    Day::from_epoch_days(20_000 + at)
}

fn some<T: for<'a> From<&'a str> + Clone + std::fmt::Debug>(
    of: &'static [&'static str],
) -> impl Strategy<Value = Vec<T>> {
    subsequence(of, 0..=of.len()).prop_map(|ids| ids.into_iter().map(T::from).collect())
}

fn at_least_one<T: for<'a> From<&'a str> + Clone + std::fmt::Debug>(
    of: &'static [&'static str],
) -> impl Strategy<Value = Vec<T>> {
    subsequence(of, 1..=of.len()).prop_map(|ids| ids.into_iter().map(T::from).collect())
}

fn period() -> impl Strategy<Value = Period> {
    (0..10_i32, 1..10_i32).prop_map(|(from, days)| Period { from: day(from), to: day(from + days) })
}

fn share() -> impl Strategy<Value = Share> {
    (
        (at_least_one(&ORGANISATIONS), at_least_one(&ORGANISATIONS), some(&CATEGORIES)),
        subsequence(&PURPOSES[..], 1..=3),
        (any::<bool>(), any::<bool>(), any::<bool>(), some(&PROFESSIONS)),
    )
        .prop_map(|((from, to, categories), purposes, (group, circle, asks, professions))| Share {
            from,
            to,
            categories,
            purposes,
            group: group.then(|| "group".into()),
            what_for: None,
            within: if circle { Within::Circle } else { Within::Agreement },
            professions,
            asks,
        })
}

fn agreement(id: &'static str) -> impl Strategy<Value = Agreement> {
    let clause = (share(), proptest::option::weighted(0.2, period()));
    (at_least_one(&ORGANISATIONS), any::<bool>(), vec(clause, 0..4)).prop_map(move |(parties, place, clauses)| {
        let clause = |(at, (share, period)): (usize, (Share, Option<Period>))| Clause {
            id: at.to_string().into(),
            text: "words".into(),
            period,
            terms: Terms::Share(share),
        };
        Agreement {
            id: id.into(),
            title: id.into(),
            period: Period { from: day(0), to: day(20) },
            notice_days: 5,
            law: None,
            currency: "GBP".into(),
            precedence: vec![],
            subject_to: vec![],
            places: if place { vec!["place".into()] } else { vec![] },
            parties: parties.into_iter().map(|organisation| Party { organisation, signatories: vec![] }).collect(),
            amends: vec![],
            evidence: vec![],
            clauses: clauses.into_iter().enumerate().map(clause).collect(),
        }
    })
}

fn choice() -> impl Strategy<Value = Choice> {
    let kind = select(vec![ChoiceKind::Permission, ChoiceKind::Objection, ChoiceKind::OptOut]);
    let whose = prop::bool::weighted(0.8);
    let lists = (some(&ORGANISATIONS), some(&PROFESSIONS), some(&CATEGORIES), subsequence(&PURPOSES[..], 0..=2));
    (kind, whose, lists, period()).prop_map(|(kind, hers, lists, period)| {
        let (organisations, professions, categories, purposes) = lists;
        let citizen = if hers { "ada" } else { "bob" };
        Choice {
            id: "c".into(),
            citizen: citizen.into(),
            kind,
            organisations,
            professions,
            categories,
            purposes,
            period,
            source: None,
        }
    })
}

fn request() -> impl Strategy<Value = Request> {
    let who = (
        select(&ORGANISATIONS[..]),
        proptest::option::weighted(0.8, select(&PROFESSIONS[..])),
        any::<bool>(),
        prop::bool::weighted(0.05),
    );
    let what = (select(&ORGANISATIONS[..]), select(&CATEGORIES[..]), select(&PURPOSES[..]), 0..12_i32, any::<bool>());
    (who, what).prop_map(|((organisation, profession, named, herself), (holder, category, purpose, on, reason))| {
        let professional = named.then(|| "dr-bell".into());
        let actor = Actor::Professional {
            organisation: organisation.into(),
            profession: profession.map(Into::into),
            professional,
        };
        Request {
            citizen: "ada".into(),
            actor: if herself { Actor::Citizen } else { actor },
            service: None,
            holder: holder.into(),
            category: category.into(),
            purpose,
            on: day(on),
            reason: reason.then(|| "she cannot speak".into()),
        }
    })
}

/// What is known of the citizen, owned.
#[derive(Clone, Debug)]
struct Known {
    circle: Vec<OrganisationId>,
    places: Vec<PlaceId>,
    groups: Vec<GroupId>,
    choices: Vec<Choice>,
}

impl Known {
    fn facts(&self) -> Facts<'_> {
        Facts { circle: &self.circle, places: &self.places, groups: &self.groups, choices: &self.choices }
    }
}

fn known() -> impl Strategy<Value = Known> {
    (some(&ORGANISATIONS), any::<bool>(), any::<bool>(), vec(choice(), 0..3)).prop_map(
        |(circle, place, group, choices)| Known {
            circle,
            places: if place { vec!["place".into()] } else { vec![] },
            groups: if group { vec!["group".into()] } else { vec![] },
            choices,
        },
    )
}

/// Agreements, each with the days on which it binds.
#[derive(Clone, Debug)]
struct World {
    definitions: Definitions,
    bindings: BTreeMap<AgreementId, Period>,
}

impl World {
    fn gate(&self) -> Gate {
        Gate::new(&self.definitions, &self.bindings)
    }

    fn with(mut self, agreement: Agreement, binding: Period) -> Self {
        self.bindings.insert(agreement.id.clone(), binding);
        self.definitions.agreements.push(agreement);
        self
    }

    fn without(mut self, id: &str) -> Self {
        self.bindings.remove(id);
        self.definitions.agreements.retain(|agreement| agreement.id.as_str() != id);
        self
    }
}

fn organisations() -> Vec<Organisation> {
    let whole = |id: &str| id.contains("part").then(|| "whole".into());
    let body = |id: &&str| Organisation {
        id: (*id).into(),
        name: (*id).into(),
        kind: "body".into(),
        codes: vec![],
        part_of: whole(id),
    };
    ORGANISATIONS.iter().map(body).collect()
}

fn world() -> impl Strategy<Value = World> {
    let two = (agreement("one"), agreement("two"), proptest::option::weighted(0.9, period()), period());
    two.prop_map(|(one, two, first, second)| {
        let bindings = first.map(|first| ("one".into(), first)).into_iter().chain([("two".into(), second)]).collect();
        let definitions =
            Definitions { organisations: organisations(), agreements: vec![one, two], ..Definitions::default() };
        World { definitions, bindings }
    })
}

/// Yes or no by the rules of the module's head, in plain loops and words.
fn reference(world: &World, request: &Request, known: &Known) -> bool {
    let Actor::Professional { organisation, profession, professional } = &request.actor else {
        return request.purpose == Purpose::Request;
    };
    let in_force = |period: &Period| period.from <= request.on && request.on < period.to;
    let is_or_is_part = |who: &OrganisationId, of: &OrganisationId| {
        who == of || (who.as_str().contains("part") && of.as_str() == "whole")
    };
    let wider = |category: &str| {
        if category == "retinal-result" { vec!["retinal-result", "results"] } else { vec![category] }
            .into_iter()
            .map(CategoryId::from)
            .collect::<Vec<_>>()
    };
    let is_sensitive = matches!(request.category.as_str(), "sexual-health" | "mental-health");
    let own = *organisation == request.holder;
    let usual = if request.purpose == Purpose::Emergency { Purpose::Treatment } else { request.purpose };
    let about = |choice: &Choice, purpose: Purpose| match purpose {
        Purpose::Emergency => choice.purposes.contains(&Purpose::Emergency),
        _ => {
            choice.purposes.is_empty()
                || choice.purposes.iter().any(|named| {
                    purpose == *named || (purpose == Purpose::Coordination && *named == Purpose::Treatment)
                })
        }
    };
    let matches = |choice: &Choice, unknown: bool| {
        choice.citizen == request.citizen
            && in_force(&choice.period)
            && (choice.organisations.is_empty()
                || choice.organisations.iter().any(|of| is_or_is_part(organisation, of)))
            && (choice.professions.is_empty()
                || profession.as_ref().map_or(unknown, |who| choice.professions.contains(who)))
            && (choice.categories.is_empty()
                || wider(request.category.as_str()).iter().any(|it| choice.categories.contains(it)))
    };
    let mut softly = false;
    for choice in &known.choices {
        let beyond = matches!(request.purpose, Purpose::CareManagement | Purpose::Research);
        if choice.kind == ChoiceKind::OptOut && choice.citizen == request.citizen && in_force(&choice.period) && beyond
        {
            return false;
        }
        if choice.kind == ChoiceKind::Objection
            && matches(choice, true)
            && (!own || choice.organisations.contains(organisation))
        {
            if about(choice, request.purpose) {
                return false;
            }
            softly |= about(choice, usual);
        }
    }
    if !softly {
        let care = matches!(request.purpose, Purpose::Treatment | Purpose::Coordination | Purpose::Emergency);
        if own && care {
            return true;
        }
        for agreement in &world.definitions.agreements {
            if !world.bindings.get(&agreement.id).is_some_and(in_force) {
                continue;
            }
            for clause in &agreement.clauses {
                let Terms::Share(share) = &clause.terms else { continue };
                let permitted = known.choices.iter().any(|choice| {
                    choice.kind == ChoiceKind::Permission && matches(choice, false) && about(choice, usual)
                });
                let opens = in_force(&agreement.period)
                    && clause.period.is_none_or(|own| in_force(&own))
                    && !own
                    && request.category.as_str() != "unheard-of"
                    && share.from.iter().any(|from| is_or_is_part(&request.holder, from))
                    && share.to.iter().any(|to| is_or_is_part(organisation, to))
                    && match (share.categories.is_empty(), is_sensitive) {
                        (true, sensitive) => !sensitive,
                        (false, true) => share.categories.contains(&request.category),
                        (false, false) => {
                            wider(request.category.as_str()).iter().any(|it| share.categories.contains(it))
                        }
                    }
                    && share
                        .purposes
                        .iter()
                        .any(|named| *named == request.purpose || (care && *named == Purpose::Treatment))
                    && (share.professions.is_empty()
                        || profession.as_ref().is_some_and(|who| share.professions.contains(who)))
                    && (share.group.is_none() || !known.groups.is_empty())
                    && (agreement.places.is_empty() || !known.places.is_empty())
                    && (share.within == Within::Agreement || known.circle.contains(organisation))
                    && (!share.asks || permitted);
                if opens {
                    return true;
                }
            }
        }
    }
    let under = world.definitions.agreements.iter().any(|agreement| {
        world.bindings.get(&agreement.id).is_some_and(in_force)
            && agreement.parties.iter().any(|party| is_or_is_part(organisation, &party.organisation))
    });
    request.purpose == Purpose::Emergency
        && request.reason.is_some()
        && profession.is_some()
        && professional.is_some()
        && under
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_gate_decides_as_the_plain_loops_do(world in world(), known in known(), requests in vec(request(), 8)) {
        let gate = world.gate();
        for request in requests {
            let found = gate.decide(&request, &known.facts());
            prop_assert_eq!(found.is_permit(), reference(&world, &request, &known), "{:?}: {:?}", found, request);
            let decision = gate.explain(&request, &known.facts());
            prop_assert_eq!(decision.permit, found.is_permit());
            prop_assert!(!decision.reasons.is_empty());
            prop_assert!(!decision.for_clinician(&request, &world.definitions).is_empty());
            prop_assert!(!decision.for_citizen(&request, &world.definitions).is_empty());
            prop_assert_eq!(decision.permit && !decision.would_open.is_empty(), false);
        }
    }

    #[test]
    fn an_objection_wins_over_every_clause(world in world(), known in known(), request in request(), purpose in any::<bool>()) {
        let mut known = known;
        let purposes = if purpose { vec![request.purpose] } else { vec![] };
        known.choices.push(Choice {
            id: "no".into(),
            citizen: request.citizen.clone(),
            kind: ChoiceKind::Objection,
            organisations: vec![],
            professions: vec![],
            categories: vec![],
            purposes,
            period: Period::ALL,
            source: None,
        });
        let found = world.gate().decide(&request, &known.facts());
        prop_assert!(!matches!(found, Outcome::Permit(Permit::Clause(_))), "{:?}", found);
    }

    #[test]
    fn adding_an_agreement_never_removes_a_permit(world in world(), more in agreement("zero"), binding in period(), known in known(), request in request()) {
        let before = world.gate().decide(&request, &known.facts());
        let after = world.with(more, binding).gate().decide(&request, &known.facts());
        prop_assert!(!before.is_permit() || after.is_permit(), "{:?} became {:?}", before, after);
    }

    #[test]
    fn nobody_outside_every_agreement_sees_what_others_hold(world in world(), known in known(), request in request()) {
        let Actor::Professional { organisation, .. } = &request.actor else { return Ok(()) };
        let mut world = world;
        for agreement in &mut world.definitions.agreements {
            agreement.parties.retain(|party| party.organisation != *organisation && party.organisation.as_str() != "whole");
            for clause in &mut agreement.clauses {
                if let Terms::Share(share) = &mut clause.terms {
                    share.to.retain(|to| to != organisation && to.as_str() != "whole");
                }
            }
        }
        let found = world.gate().decide(&request, &known.facts());
        prop_assert!(!found.is_permit() || *organisation == request.holder, "{:?}", found);
    }

    #[test]
    fn ending_an_agreement_closes_what_only_it_opened(world in world(), known in known(), request in request()) {
        let opened = world.gate().decide(&request, &known.facts());
        if let Outcome::Permit(Permit::Clause(_)) = opened {
            let gate = world.gate();
            let by: Vec<_> = gate.clauses_that_open(&request, &known.facts()).map(|cite| cite.agreement.clone()).collect();
            prop_assert!(!by.is_empty());
            let rest = by.iter().fold(world, |world, id| world.without(id.as_str()));
            let after = rest.gate().decide(&request, &known.facts());
            prop_assert!(!matches!(after, Outcome::Permit(Permit::Clause(_))), "{:?}", after);
        }
    }

    #[test]
    fn an_opt_out_leaves_care_alone(world in world(), known in known(), request in request()) {
        let mut opted_out = known.clone();
        let mut choice = known.choices.first().cloned().unwrap_or_else(|| Choice {
            id: "out".into(), citizen: "ada".into(), kind: ChoiceKind::OptOut, organisations: vec![], professions: vec![],
            categories: vec![], purposes: vec![], period: Period::ALL, source: None,
        });
        choice.kind = ChoiceKind::OptOut;
        choice.citizen = request.citizen.clone();
        choice.period = Period::ALL;
        opted_out.choices.push(choice);
        let (before, after) = (world.gate().decide(&request, &known.facts()), world.gate().decide(&request, &opted_out.facts()));
        if request.purpose.is_beyond_care() {
            prop_assert!(!after.is_permit() || matches!(request.actor, Actor::Citizen));
        } else {
            prop_assert_eq!(before.is_permit(), after.is_permit());
        }
    }
}

#[test]
fn an_amendment_in_force_replaces_the_clause_it_names() {
    let opens = |id: &str, categories: &[&str], from: i32| {
        let share = Share {
            from: vec!["hospital".into()],
            to: vec!["shop".into()],
            categories: categories.iter().map(|id| CategoryId::from(*id)).collect(),
            purposes: vec![Purpose::Treatment],
            group: None,
            what_for: None,
            within: Within::Agreement,
            professions: Vec::<ProfessionId>::new(),
            asks: false,
        };
        Agreement {
            id: id.into(),
            title: id.into(),
            period: Period { from: day(from), to: day(100) },
            notice_days: 0,
            law: None,
            currency: "GBP".into(),
            precedence: vec![],
            subject_to: vec![],
            places: vec![],
            parties: ["hospital", "shop"].map(|id| Party { organisation: id.into(), signatories: vec![] }).to_vec(),
            amends: vec![],
            evidence: vec![],
            clauses: vec![Clause { id: "1".into(), text: "words".into(), period: None, terms: Terms::Share(share) }],
        }
    };
    let mut later = opens("later", &["results"], 10);
    later.amends = vec![crate::agreement::Amendment { agreement: "first".into(), clauses: vec!["1".into()] }];
    let world = World {
        definitions: Definitions { organisations: organisations(), ..Definitions::default() },
        bindings: BTreeMap::new(),
    };
    let all = Period { from: day(0), to: day(100) };
    let world = world.with(opens("first", &["mental-health"], 0), all);
    let world = world.with(later, Period { from: day(10), to: day(100) });
    let asks = |at: i32| Request {
        citizen: "ada".into(),
        actor: Actor::Professional { organisation: "shop".into(), profession: None, professional: None },
        service: None,
        holder: "hospital".into(),
        category: "mental-health".into(),
        purpose: Purpose::Treatment,
        on: day(at),
        reason: None,
    };
    let gate = world.gate();
    assert!(gate.decide(&asks(9), &Facts::default()).is_permit());
    assert!(!gate.decide(&asks(10), &Facts::default()).is_permit());
}
