//! Harbour's agreements, as they are read: what they open to whom, for the essay's citizen.

use std::collections::BTreeMap;

use stead_folder::{Folder, read};
use stead_rules::agreement::canonical;
use stead_rules::{
    Actor, Choice, ChoiceKind, Definitions, Facts, Gate, OrganisationId, Outcome, Period, PlaceId, Purpose, Request,
};

fn harbour() -> Definitions {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../places/harbour");
    read(&[Folder::load(&path)]).definitions
}

/// A gate at which every agreement binds for as long as it is meant to.
fn gate(definitions: &Definitions) -> Gate {
    let bindings: BTreeMap<_, _> = definitions.agreements.iter().map(|it| (it.id.clone(), it.period)).collect();
    Gate::new(definitions, &bindings)
}

fn asks(organisation: &str, profession: &str, holder: &str, category: &str, purpose: Purpose) -> Request {
    Request {
        citizen: "essay-citizen".into(),
        actor: Actor::Professional {
            organisation: organisation.into(),
            profession: Some(profession.into()),
            professional: Some("somebody".into()),
        },
        service: None,
        holder: holder.into(),
        category: category.into(),
        purpose,
        on: "2026-11-01".parse().unwrap(),
        reason: None,
    }
}

const OPTICIAN: &str = "high-street-optometrists";
const PHARMACY: &str = "fish-market-pharmacy";

/// Whom the essay's citizen has around her.
fn circle() -> Vec<OrganisationId> {
    ["quay-street-surgery", "harbour-trust", "coast-community-trust", OPTICIAN, PHARMACY].map(Into::into).to_vec()
}

fn decided(request: &Request, choices: &[Choice]) -> Outcome {
    let definitions = harbour();
    let (circle, places) = (circle(), vec![PlaceId::from("harbour")]);
    gate(&definitions).decide(request, &Facts { circle: &circle, places: &places, groups: &[], choices })
}

#[test]
fn her_optician_sees_retinal_results_and_never_sexual_health() {
    let sees = |category| {
        let holder = if category == "sexual-health" { "clear-water" } else { "coast-community-trust" };
        decided(&asks(OPTICIAN, "optometrist", holder, category, Purpose::Treatment), &[])
    };
    assert!(sees("retinal-result").is_permit());
    assert!(!sees("mental-health").is_permit());
    assert_eq!(sees("sexual-health").word(), "no-clause");
    let other = asks("vale-spectacles", "optometrist", "coast-community-trust", "retinal-result", Purpose::Treatment);
    assert_eq!(decided(&other, &[]).word(), "circle");
}

#[test]
fn her_objection_to_the_pharmacy_seeing_mental_health_notes_holds() {
    let request = asks(PHARMACY, "pharmacist", "quay-street-surgery", "mental-health", Purpose::Treatment);
    assert_eq!(decided(&request, &[]).word(), "clause");
    let objects = Choice {
        id: "no-notes".into(),
        citizen: "essay-citizen".into(),
        kind: ChoiceKind::Objection,
        organisations: vec![PHARMACY.into()],
        professions: vec![],
        categories: vec!["mental-health".into()],
        purposes: vec![],
        period: Period::ALL,
        source: None,
    };
    assert_eq!(decided(&request, std::slice::from_ref(&objects)).word(), "objection");
    let emergency =
        Request { purpose: Purpose::Emergency, reason: Some("found unconscious, medicines unknown".into()), ..request };
    assert_eq!(decided(&emergency, &[objects]).word(), "break-glass");
}

#[test]
fn what_clear_water_writes_is_open_to_her_practice_only_when_she_says_so() {
    let request = asks("quay-street-surgery", "gp", "clear-water", "sexual-health", Purpose::Treatment);
    assert_eq!(decided(&request, &[]).word(), "permission");
}

#[test]
fn a_decision_reads_well_to_a_clinician_and_to_the_citizen() {
    let definitions = harbour();
    let (circle, places) = (circle(), vec![PlaceId::from("harbour")]);
    let facts = Facts { circle: &circle, places: &places, groups: &[], choices: &[] };
    let requests = [
        asks(OPTICIAN, "optometrist", "coast-community-trust", "retinal-result", Purpose::Treatment),
        asks(OPTICIAN, "optometrist", "coast-community-trust", "mental-health", Purpose::Research),
        asks("vale-spectacles", "optometrist", "coast-community-trust", "retinal-result", Purpose::Treatment),
        asks(OPTICIAN, "optometrist", "clear-water", "sexual-health", Purpose::Treatment),
    ];
    let mut text = String::new();
    for request in &requests {
        let decision = gate(&definitions).explain(request, &facts);
        text += &format!("clinician: {}\n", decision.for_clinician(request, &definitions));
        text += &format!("citizen: {}\n", decision.for_citizen(request, &definitions));
        for change in decision.would_open_words(request, &definitions) {
            text += &format!("for a yes: {change}\n");
        }
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_order_and_layout_of_a_file_do_not_change_what_is_signed() {
    let definitions = harbour();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../places/harbour");
    let folder = Folder::load(&path);
    let mut again = folder.clone();
    for (name, file) in folder.files().filter(|(name, _)| name.starts_with("agreements/")) {
        // Clauses in the opposite order, with comments and blank lines between.
        let (head, clauses) = file.text().split_once("[[clause]]").unwrap();
        let clauses: Vec<_> = clauses.rsplit("[[clause]]").collect();
        let text = format!("# moved\n{head}\n[[clause]]{}", clauses.join("\n\n# and then\n[[clause]]"));
        again = again.with(name, &text);
    }
    let moved = read(&[again]).definitions;
    assert_eq!(definitions.agreements.len(), 6);
    for (one, other) in definitions.agreements.iter().zip(&moved.agreements) {
        assert_eq!(canonical(one), canonical(other));
    }
}

/// Harbour's agreements, and one with every formula and key.
fn all_agreements() -> Vec<stead_rules::Agreement> {
    let full = Folder::load(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../places/harbour"))
        .with("tariffs/outpatients.csv", "service,profession,amount_minor\ncardiology,,17300\n")
        .with("agreements/full.toml", include_str!("full.toml"));
    let reading = read(&[full]);
    let wrong: Vec<_> = reading.problems.into_iter().filter(|it| it.file.path().contains("full.toml")).collect();
    let errors: Vec<_> = wrong.into_iter().filter(|it| it.severity == stead_folder::Severity::Error).collect();
    assert_eq!(stead_folder::render(&errors), "no problems\n");
    assert_eq!(reading.definitions.agreements.len(), 7);
    reading.definitions.agreements
}

#[test]
fn an_agreement_written_as_a_file_reads_back_as_itself() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../places/harbour");
    let agreements = all_agreements();
    let again = agreements.iter().fold(Folder::load(&path), |folder, agreement| {
        folder.with(&format!("agreements/{}.toml", agreement.id), &stead_folder::agreement_file(agreement))
    });
    let again = again.with("tariffs/outpatients.csv", "service,profession,amount_minor\ncardiology,,17300\n");
    assert_eq!(read(&[again]).definitions.agreements, agreements);
}

#[test]
fn an_agreement_comes_back_from_a_contract_with_the_text_that_was_signed() {
    let categories = harbour().all_categories();
    for agreement in all_agreements() {
        let contract = stead_folder::contract(&agreement, &categories, None);
        let back = stead_folder::agreement_of(&contract, &categories).unwrap();
        assert_eq!(canonical(&back), canonical(&agreement));
    }
}

#[test]
fn a_contract_that_was_changed_on_the_way_is_refused() {
    let (definitions, categories) = (harbour(), harbour().all_categories());
    let sharing = definitions.agreements.iter().find(|it| it.id.as_str() == "data-sharing").unwrap();
    let contract = stead_folder::contract(sharing, &categories, None);
    let refused = |pointer: &str, to: serde_json::Value| {
        let mut changed = contract.clone();
        *changed.pointer_mut(pointer).unwrap() = to;
        stead_folder::agreement_of(&changed, &categories).unwrap_err().to_string()
    };
    insta::assert_snapshot!(
        [
            refused("/term/1/asset/0/type/0/coding/0/code", "sexual-health".into()),
            refused("/authority/0/identifier/value", "somebody-else".into()),
            refused("/applies/end", "2099-12-31".into()),
            refused("/extension/0/valueString", "{}".into()),
            refused("/extension", serde_json::json!([])),
            refused("/resourceType", "Patient".into()),
        ]
        .join("\n")
    );
}

#[test]
fn a_share_clause_as_a_term_of_a_contract() {
    let definitions = harbour();
    let sharing = definitions.agreements.iter().find(|it| it.id.as_str() == "data-sharing").unwrap();
    let contract = stead_folder::contract(sharing, &definitions.all_categories(), Some(stead_rules::Stage::Being));
    assert_eq!(contract["status"], "executed");
    insta::assert_json_snapshot!(contract["term"][6]);
}
