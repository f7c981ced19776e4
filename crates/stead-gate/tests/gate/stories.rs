//! Random stories: a place, its agreements, a citizen's choices, and requests.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::subsequence;
use stead_rules::agreement::{Agreement, Amendment, Clause, Party, Share, Terms, Within};
use stead_rules::decision::{Actor, Facts, Request};
use stead_rules::{
    AgreementId, Category, Choice, ChoiceKind, CitizenId, Confidentiality, Day, Definitions, GroupId, Organisation,
    OrganisationId, Period, PlaceId, Purpose,
};

const ORGANISATIONS: [&str; 5] = ["trust", "eye-clinic", "federation", "practice", "pharmacy"];
const CATEGORIES: [&str; 6] = ["results", "retinal-result", "sexual-health", "mental-health", "notes", "notes-of-mind"];
const PROFESSIONS: [&str; 2] = ["optometrist", "nurse"];
const DAYS: i32 = 12;

/// A place with what binds in it.
#[derive(Clone, Debug)]
pub struct Town {
    pub definitions: Definitions,
    pub bindings: BTreeMap<AgreementId, Period>,
}

/// A request, and what is known when it is made.
#[derive(Clone, Debug)]
pub struct Asked {
    pub request: Request,
    pub circle: Vec<OrganisationId>,
    pub places: Vec<PlaceId>,
    pub groups: Vec<GroupId>,
    pub choices: Vec<Choice>,
}

impl Asked {
    pub fn facts(&self) -> Facts<'_> {
        Facts { circle: &self.circle, places: &self.places, groups: &self.groups, choices: &self.choices }
    }
}

pub fn day(number: i32) -> Day {
    Day::from_epoch_days(20_000 + number)
}

fn period() -> impl Strategy<Value = Period> {
    (0..DAYS, 1..=DAYS).prop_map(|(from, days)| Period::new(day(from), day(from + days)).unwrap())
}

fn long_period() -> impl Strategy<Value = Period> {
    prop_oneof![6 => Just(Period::new(day(0), day(2 * DAYS)).unwrap()), 1 => period()]
}

fn some<T, U>(all: &'static [T], few: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<U>>
where
    T: Clone + std::fmt::Debug + AsRef<str> + 'static,
    U: Clone + std::fmt::Debug + 'static + for<'a> From<&'a str>,
{
    subsequence(all, few).prop_map(|ids| ids.iter().map(|id| U::from(id.as_ref())).collect())
}

fn purposes(few: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<Purpose>> {
    use Purpose::{CareManagement, Coordination, Emergency, Operations, Request, Research, Treatment};
    subsequence(vec![Treatment, Coordination, Emergency, Operations, CareManagement, Research, Request], few)
}

fn share() -> impl Strategy<Value = Share> {
    let within = prop_oneof![2 => Just(Within::Agreement), 1 => Just(Within::Circle)];
    (
        some(&ORGANISATIONS, 2..=5),
        some(&ORGANISATIONS, 2..=5),
        prop_oneof![1 => Just(Vec::new()), 3 => some(&CATEGORIES, 2..=6)],
        prop_oneof![3 => Just(vec![Purpose::Treatment]), 2 => purposes(2..=7)],
        prop_oneof![5 => Just(Vec::new()), 1 => some(&PROFESSIONS, 1..=1)],
        prop_oneof![5 => Just(None), 1 => Just(Some(GroupId::from("adults")))],
        within,
        prop::bool::weighted(0.25),
    )
        .prop_map(|(from, to, categories, purposes, professions, group, within, asks)| Share {
            from,
            to,
            categories,
            purposes,
            group,
            what_for: None,
            within,
            professions,
            asks,
        })
}

fn agreement(number: usize) -> impl Strategy<Value = (Agreement, Option<Period>)> {
    let clause = (share(), prop_oneof![4 => Just(None), 1 => period().prop_map(Some)]);
    (
        long_period(),
        some::<_, OrganisationId>(&ORGANISATIONS, 1..=4),
        prop::collection::vec(clause, 0..=3),
        prop_oneof![5 => Just(Vec::new()), 1 => Just(vec![PlaceId::from("harbour")])],
        prop::option::weighted(0.2, (0..4_usize, any::<bool>())),
        prop::option::weighted(0.9, long_period()),
    )
        .prop_map(move |(period, parties, clauses, places, amends, binding)| {
            let clause = |(at, (share, period)): (usize, (Share, Option<Period>))| Clause {
                id: format!("{at}").into(),
                text: "records are opened".into(),
                period,
                terms: Terms::Share(share),
            };
            let amends = amends.filter(|(which, _)| *which != number).map(|(which, all)| Amendment {
                agreement: format!("agreement-{which}").into(),
                clauses: if all { Vec::new() } else { vec!["0".into()] },
            });
            let agreement = Agreement {
                id: format!("agreement-{number}").into(),
                title: "agreement".into(),
                period,
                notice_days: 30,
                law: None,
                currency: "GBP".into(),
                precedence: Vec::new(),
                subject_to: Vec::new(),
                places,
                parties: parties
                    .into_iter()
                    .map(|organisation| Party { organisation, signatories: Vec::new() })
                    .collect(),
                amends: amends.into_iter().collect(),
                evidence: Vec::new(),
                clauses: clauses.into_iter().enumerate().map(clause).collect(),
            };
            // An agreement never binds beyond its own period.
            let binding = binding.and_then(|binding| binding.intersect(agreement.period));
            (agreement, binding)
        })
}

pub fn town() -> impl Strategy<Value = Town> {
    let agreements = prop_oneof![1 => 0..1_usize, 8 => 1..4_usize]
        .prop_flat_map(|many| (0..many).map(agreement).collect::<Vec<_>>());
    let wholes = prop::collection::vec(prop::option::weighted(0.5, 0..5_usize), 5);
    (agreements, wholes).prop_map(|(agreements, wholes)| {
        let part_of = |at: usize| wholes[at].filter(|whole| *whole < at).map(|whole| ORGANISATIONS[whole].into());
        let organisation = |(at, id): (usize, &&str)| Organisation {
            id: (*id).into(),
            name: (*id).into(),
            kind: "trust".into(),
            codes: Vec::new(),
            part_of: part_of(at),
        };
        let category = |id: &str, part_of: Option<&str>, sensitive| Category {
            id: id.into(),
            name: id.into(),
            part_of: part_of.map(Into::into),
            sensitive,
            confidentiality: Confidentiality::Normal,
            resources: vec!["Basic".into()],
            services: Vec::new(),
            codelists: Vec::new(),
            needed_by: Vec::new(),
            labels: Vec::new(),
        };
        let definitions = Definitions {
            organisations: ORGANISATIONS.iter().enumerate().map(organisation).collect(),
            categories: vec![category("notes", None, false), category("notes-of-mind", Some("mental-health"), false)],
            agreements: agreements.iter().map(|(agreement, _)| agreement.clone()).collect(),
            ..Definitions::default()
        };
        let bindings = agreements.into_iter().filter_map(|(agreement, days)| Some((agreement.id, days?))).collect();
        Town { definitions, bindings }
    })
}

pub fn choice() -> impl Strategy<Value = Choice> {
    let kind =
        prop_oneof![3 => Just(ChoiceKind::Objection), 3 => Just(ChoiceKind::Permission), 1 => Just(ChoiceKind::OptOut)];
    let citizen = prop_oneof![6 => Just("ada"), 1 => Just("bob")];
    (
        kind,
        citizen,
        prop_oneof![1 => Just(Vec::new()), 1 => some(&ORGANISATIONS, 1..=2)],
        prop_oneof![3 => Just(Vec::new()), 1 => some(&PROFESSIONS, 1..=1)],
        prop_oneof![1 => Just(Vec::new()), 1 => some(&CATEGORIES, 1..=2)],
        prop_oneof![2 => Just(Vec::new()), 1 => purposes(1..=2)],
        long_period(),
    )
        .prop_map(|(kind, citizen, organisations, professions, categories, purposes, period)| Choice {
            id: "choice".into(),
            citizen: citizen.into(),
            kind,
            organisations,
            professions,
            categories,
            purposes,
            period,
            source: None,
        })
}

pub fn actor() -> impl Strategy<Value = Actor> {
    let organisation = prop_oneof![20 => prop::sample::select(&ORGANISATIONS[..]), 1 => Just("nobody")];
    let profession = prop::option::weighted(0.8, prop::sample::select(&PROFESSIONS[..]));
    let name = prop_oneof![4 => Just(Some("Dr Grace")), 1 => Just(Some(" ")), 1 => Just(None)];
    let professional =
        (organisation, profession, name).prop_map(|(organisation, profession, name)| Actor::Professional {
            organisation: organisation.into(),
            profession: profession.map(Into::into),
            professional: name.map(Into::into),
        });
    prop_oneof![15 => professional, 1 => Just(Actor::Citizen)]
}

pub fn asked() -> impl Strategy<Value = Asked> {
    let purpose = prop_oneof![
        4 => Just(Purpose::Treatment),
        3 => Just(Purpose::Emergency),
        3 => prop::sample::select(Purpose::ALL.to_vec()),
    ];
    let category = prop_oneof![20 => prop::sample::select(&CATEGORIES[..]), 1 => Just("unheard-of")];
    let holder = prop_oneof![20 => prop::sample::select(&ORGANISATIONS[..]), 1 => Just("nobody")];
    let reason = prop_oneof![2 => Just(Some("found unconscious")), 1 => Just(Some("  ")), 1 => Just(None)];
    let request = (actor(), holder, category, purpose, 0..2 * DAYS, reason).prop_map(
        |(actor, holder, category, purpose, on, reason)| Request {
            citizen: CitizenId::from("ada"),
            actor,
            service: None,
            holder: holder.into(),
            category: category.into(),
            purpose,
            on: day(on),
            reason: reason.map(Into::into),
        },
    );
    (
        request,
        some(&ORGANISATIONS, 0..=4),
        some(&["harbour", "hills"], 0..=2),
        some(&["adults", "children"], 0..=2),
        prop_oneof![1 => Just(Vec::new()), 1 => prop::collection::vec(choice(), 1..=3)],
    )
        .prop_map(|(request, circle, places, groups, choices)| Asked { request, circle, places, groups, choices })
}
