//! Agreements as FHIR R4 `Contract`, out and in.
//!
//! | agreement | Contract |
//! | --- | --- |
//! | id, title, period | `identifier`, `title`, `applies` |
//! | parties | `authority`, as references to Organization by identifier |
//! | clause | `term`: `identifier`, `type`, `text`, `applies` |
//! | who, to whom | `term.offer.party` with a role |
//! | categories of a share clause | `term.asset` with its confidentiality in `term.securityLabel` |
//! | purposes | `term.action.intent` (HL7 v3 PurposeOfUse) |
//! | the text that is signed | an extension, so that nothing is lost and signatures hold on the other side |
//!
//! What comes in is read from the text that was signed; what the elements say is held against it, so that a contract whose
//! elements were changed on the way is refused rather than half believed.

use serde_json::{Map, Value, json};
use stead_rules::agreement::{Agreement, CANONICAL_FORMAT, Clause, Stage, Terms, canonical};
use stead_rules::{Category, CategoryId, OrganisationId, Period};

const EXTENSION: &str = "https://stead.example/fhir/StructureDefinition/agreement-text";
const AGREEMENT: &str = "https://stead.example/agreement";
pub(crate) const CLAUSE: &str = "https://stead.example/clause";
const KIND: &str = "https://stead.example/codes/clause";
const ROLE: &str = "https://stead.example/codes/clause-role";
const CATEGORY: &str = "https://stead.example/codes/category";
const ORGANISATION: &str = "https://stead.example/organisation";
const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
const REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

/// Why a Contract cannot be read as an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractProblem {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl std::fmt::Display for ContractProblem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for ContractProblem {}

/// An agreement as a Contract. `categories` say how confidential what is shared is; `stage` is its status, where known.
pub fn contract(agreement: &Agreement, categories: &[Category], stage: Option<Stage>) -> Value {
    let status = match stage {
        Some(Stage::Proposed | Stage::Becoming) => Some("offered"),
        Some(Stage::Being) => Some("executed"),
        Some(Stage::Ended) => Some("terminated"),
        None => None,
    };
    let mut contract = elements(agreement, categories);
    contract.insert("resourceType".to_owned(), json!("Contract"));
    contract.insert("id".to_owned(), json!(agreement.id.as_str()));
    if let Some(status) = status {
        contract.insert("status".to_owned(), json!(status));
    }
    contract.insert("extension".to_owned(), json!([{ "url": EXTENSION, "valueString": canonical(agreement) }]));
    let mut contract = Value::Object(contract);
    // The same text whichever features other packages ask of `serde_json`.
    contract.sort_all_objects();
    contract
}

/// What a Contract says in elements of its own: what is held against the signed text when one comes in.
fn elements(agreement: &Agreement, categories: &[Category]) -> Map<String, Value> {
    let mut elements = Map::new();
    let mut put = |name: &str, value: Value| elements.insert(name.to_owned(), value);
    put("identifier", json!([{ "system": AGREEMENT, "value": agreement.id.as_str() }]));
    put("title", json!(agreement.title.as_ref()));
    put("applies", period(agreement.period));
    put("authority", agreement.parties.iter().map(|party| organisation(&party.organisation)).collect());
    put("term", agreement.clauses.iter().map(|clause| term(agreement, clause, categories)).collect());
    elements
}

/// FHIR's periods name the last day inside; Stead's the first day outside.
fn period(period: Period) -> Value {
    let mut value = Map::new();
    if period.from.is_finite() {
        value.insert("start".to_owned(), json!(period.from.to_string()));
    }
    if period.to.is_finite() {
        value.insert("end".to_owned(), json!(period.to.plus_days(-1).to_string()));
    }
    Value::Object(value)
}

pub(crate) fn organisation(id: &OrganisationId) -> Value {
    json!({ "type": "Organization", "identifier": { "system": ORGANISATION, "value": id.as_str() } })
}

fn concept(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }] })
}

fn term(agreement: &Agreement, clause: &Clause, categories: &[Category]) -> Value {
    let mut term = Map::new();
    let mut put = |name: &str, value: Value| term.insert(name.to_owned(), value);
    put("identifier", json!({ "system": CLAUSE, "value": agreement.cite(clause).to_string() }));
    put("type", concept(KIND, clause.terms.kind().word()));
    put("text", json!(clause.text.as_ref()));
    if let Some(own) = clause.period {
        put("applies", period(own));
    }
    put("offer", json!({ "text": clause.text.as_ref(), "party": parties(&clause.terms) }));
    if let Terms::Share(share) = &clause.terms {
        let labels = labels(&share.categories, categories);
        if !labels.is_empty() {
            put("securityLabel", Value::Array(labels));
        }
        if !share.categories.is_empty() {
            put(
                "asset",
                share.categories.iter().map(|id| json!({ "type": [concept(CATEGORY, id.as_str())] })).collect(),
            );
        }
        let action = |purpose: &stead_rules::Purpose| {
            json!({
                "type": concept(KIND, "share"),
                "intent": concept(REASON, purpose.code()),
                "status": concept(KIND, "agreed"),
            })
        };
        put("action", share.purposes.iter().map(action).collect());
    }
    Value::Object(term)
}

/// The confidentiality of what is shared, each once.
fn labels(shared: &[CategoryId], categories: &[Category]) -> Vec<Value> {
    let mut codes: Vec<_> =
        categories.iter().filter(|category| shared.contains(&category.id)).map(|it| it.confidentiality).collect();
    codes.sort_unstable();
    codes.dedup();
    let label = |code: &stead_rules::Confidentiality| json!({ "classification": { "system": CONFIDENTIALITY, "code": code.code() } });
    codes.iter().map(label).collect()
}

/// Who takes part in a clause, each with a role.
fn parties(terms: &Terms) -> Vec<Value> {
    let roles: Vec<(&str, Vec<&OrganisationId>)> = match terms {
        Terms::Share(share) => vec![("from", share.from.iter().collect()), ("to", share.to.iter().collect())],
        Terms::Deliver(deliver) => vec![("from", deliver.from.iter().collect()), ("to", deliver.to.iter().collect())],
        Terms::HandOver(task) => {
            vec![("from", vec![&task.from]), ("to", task.to.iter().collect()), ("liability", vec![&task.liability])]
        }
        Terms::Lead(lead) => vec![("lead", vec![&lead.organisation])],
        Terms::Pay(pay) => vec![("from", vec![&pay.from]), ("to", pay.to.iter().collect())],
        Terms::Pool(pool) => vec![
            ("from", pool.paid_in.iter().map(|paid_in| &paid_in.from).collect()),
            ("member", pool.members.iter().map(|member| &member.organisation).collect()),
        ],
        Terms::Duty(duty) => vec![("owner", vec![&duty.owner])],
    };
    let named = roles.into_iter().filter(|(_, who)| !who.is_empty());
    named
        .map(|(role, who)| {
            json!({ "reference": who.into_iter().map(organisation).collect::<Vec<_>>(), "role": concept(ROLE, role) })
        })
        .collect()
}

/// The agreement that a Contract carries. `categories` are those of the folder that it was written from.
///
/// # Errors
/// When it carries no text that was signed, one that cannot be read, or elements that say something else.
pub fn agreement_of(contract: &Value, categories: &[Category]) -> Result<Agreement, ContractProblem> {
    let problem = |message: String, help: &str| ContractProblem { message, help: help.to_owned() };
    if contract.get("resourceType") != Some(&json!("Contract")) {
        return Err(problem(
            "this is no FHIR Contract".to_owned(),
            "give a Contract, as `stead agreements --contract` writes it",
        ));
    }
    let extensions = contract.get("extension").and_then(Value::as_array).into_iter().flatten();
    let text = extensions
        .filter(|it| it.get("url") == Some(&json!(EXTENSION)))
        .find_map(|it| it.get("valueString").and_then(Value::as_str));
    let Some(text) = text else {
        return Err(problem(
            "the Contract carries no text that its parties would sign".to_owned(),
            "its terms are words; write `agreements/ID.toml` from them",
        ));
    };
    let read = serde_json::from_str::<Value>(text).ok().filter(|it| it.get("format") == Some(&json!(CANONICAL_FORMAT)));
    let agreement = read.and_then(|value| serde_json::from_value::<Agreement>(value.get("agreement")?.clone()).ok());
    let Some(agreement) = agreement.filter(|agreement| canonical(agreement) == text) else {
        return Err(problem(
            format!("the signed text in the Contract is not of the form `{CANONICAL_FORMAT}`"),
            "have it written again by a version of Stead that you share",
        ));
    };
    // Elements stand in the order of the sender's file, the text in its own.
    let (wanted, found) = (sorted(elements(&agreement, categories)), contract.as_object().cloned().unwrap_or_default());
    let found = sorted(found);
    match wanted.iter().find(|(name, value)| !says(found.get(*name), name, value)) {
        Some((name, _)) => Err(problem(
            format!("`{name}` of the Contract says something else than the text that was signed"),
            "somebody changed one of the two; ask for it again",
        )),
        None => Ok(agreement),
    }
}

fn says(found: Option<&Value>, name: &str, wanted: &Value) -> bool {
    match (name, found) {
        // How confidential a category is, each folder says for itself.
        ("term", Some(found)) => without_labels(found) == without_labels(wanted),
        (_, found) => found == Some(wanted),
    }
}

fn without_labels(terms: &Value) -> Value {
    let mut terms = terms.clone();
    for term in terms.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        term.remove("securityLabel");
    }
    terms
}

/// Elements with their lists in order, and prose without its layout.
fn sorted(elements: Map<String, Value>) -> Map<String, Value> {
    let sorted = |(name, mut value): (String, Value)| {
        // Lists are sorted by their text, so their keys have to be in order before.
        value.sort_all_objects();
        (name, in_order(value))
    };
    elements.into_iter().map(sorted).collect()
}

fn in_order(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(in_order).collect();
            items.sort_by_cached_key(Value::to_string);
            items.dedup();
            Value::Array(items)
        }
        Value::Object(fields) => Value::Object(sorted(fields)),
        Value::String(text) => Value::String(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        plain => plain,
    }
}
