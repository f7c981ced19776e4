//! The essay's citizen in small: her optician sees retinal results and not sexual health; her objection holds; the glass.

use std::collections::BTreeMap;

use stead_gate::decide::{By, Decided, Decider};
use stead_rules::agreement::{Agreement, Clause, Party, Share, Terms, Within};
use stead_rules::decision::{Actor, Facts, Request};
use stead_rules::{Choice, ChoiceKind, Day, Definitions, Organisation, OrganisationId, Period, Purpose};

fn ever() -> Period {
    Period::new(Day::ALWAYS, Day::FOREVER).unwrap()
}

fn share(from: &str, to: &str, categories: &[&str], within: Within) -> Terms {
    Terms::Share(Share {
        from: vec![from.into()],
        to: vec![to.into()],
        categories: categories.iter().map(|it| (*it).into()).collect(),
        purposes: vec![Purpose::Treatment],
        group: None,
        what_for: None,
        within,
        professions: Vec::new(),
        asks: false,
    })
}

fn harbour() -> Definitions {
    let organisation = |id: &str, name: &str| Organisation {
        id: id.into(),
        name: name.into(),
        kind: "any".into(),
        codes: Vec::new(),
        part_of: None,
    };
    let clause = |id: &str, text: &str, terms| Clause { id: id.into(), text: text.into(), period: None, terms };
    let parties = ["trust", "optician", "pharmacy"];
    let retinal = share("trust", "optician", &["retinal-result"], Within::Circle);
    let mind = share("trust", "pharmacy", &["mental-health", "medication"], Within::Agreement);
    Definitions {
        organisations: vec![
            organisation("trust", "Harbour Hospitals"),
            organisation("optician", "High Street Opticians"),
            organisation("pharmacy", "Quay Pharmacy"),
        ],
        agreements: vec![Agreement {
            id: "alliance".into(),
            title: "Harbour diabetes alliance".into(),
            period: ever(),
            notice_days: 180,
            law: None,
            currency: "GBP".into(),
            precedence: Vec::new(),
            subject_to: Vec::new(),
            places: Vec::new(),
            parties: parties.map(|it| Party { organisation: it.into(), signatories: Vec::new() }).into(),
            amends: Vec::new(),
            evidence: Vec::new(),
            clauses: vec![
                clause("4.2", "Optometrists in a person's circle see her retinal results.", retinal),
                clause("4.3", "Pharmacists see what her medicines are for.", mind),
            ],
        }],
        ..Definitions::default()
    }
}

fn asks(organisation: &str, profession: &str, category: &str, purpose: Purpose) -> Request {
    Request {
        citizen: "essay-citizen".into(),
        actor: Actor::Professional {
            organisation: organisation.into(),
            profession: Some(profession.into()),
            professional: Some("Dr Grace".into()),
        },
        service: None,
        holder: "trust".into(),
        category: category.into(),
        purpose,
        on: "2026-06-01".parse().unwrap(),
        reason: None,
    }
}

fn decide(request: &Request, choices: &[Choice]) -> Decided {
    let bindings = BTreeMap::from([("alliance".into(), ever())]);
    let circle = [OrganisationId::from("optician"), OrganisationId::from("pharmacy")];
    let facts = Facts { circle: &circle, choices, ..Facts::default() };
    let decided = Decider::new(&harbour(), &bindings).unwrap().decide(request, &facts);
    assert!(!decided.disagree);
    decided
}

fn objection() -> Choice {
    Choice {
        id: "no-pharmacy".into(),
        citizen: "essay-citizen".into(),
        kind: ChoiceKind::Objection,
        organisations: vec!["pharmacy".into()],
        professions: Vec::new(),
        categories: vec!["mental-health".into()],
        purposes: Vec::new(),
        period: ever(),
        source: None,
    }
}

#[test]
fn her_optician_sees_retinal_results_and_not_sexual_health() {
    let eyes = decide(&asks("optician", "optometrist", "retinal-result", Purpose::Treatment), &[]);
    assert!(matches!(&eyes.verdict.by, By::Clause(cite) if cite.to_string() == "alliance 4.2"));
    assert!(!decide(&asks("optician", "optometrist", "sexual-health", Purpose::Treatment), &[]).decision.permit);
}

#[test]
fn her_objection_to_the_pharmacy_holds() {
    let request = asks("pharmacy", "pharmacist", "mental-health", Purpose::Treatment);
    assert!(decide(&request, &[]).decision.permit);
    assert_eq!(decide(&request, &[objection()]).verdict.by, By::Objection(0));
    let medicines = asks("pharmacy", "pharmacist", "medication", Purpose::Treatment);
    assert!(decide(&medicines, &[objection()]).decision.permit);
}

#[test]
fn the_glass_is_broken_with_a_reason_only() {
    let mut request = asks("optician", "optometrist", "sexual-health", Purpose::Emergency);
    assert!(!decide(&request, &[]).decision.permit);
    request.reason = Some("collapsed in the shop".into());
    let opened = decide(&request, &[]);
    assert!(opened.decision.permit && opened.decision.break_glass);
}

#[test]
fn the_policies_can_be_read() {
    let bindings = BTreeMap::from([("alliance".into(), ever())]);
    let definitions = harbour();
    let decider = Decider::new(&definitions, &bindings).unwrap();
    insta::assert_snapshot!(decider.policies().for_people(&definitions));
}

#[test]
fn a_circle_of_organisations_is_said_and_nothing_is_decided() {
    let mut definitions = harbour();
    definitions.organisations[0].part_of = Some("optician".into());
    definitions.organisations[1].part_of = Some("trust".into());
    let error = Decider::new(&definitions, &BTreeMap::new()).err().unwrap().to_string();
    assert!(error.contains("cannot be decided by"), "{error}");
}
