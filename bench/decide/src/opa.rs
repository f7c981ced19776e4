//! OPA's language, by regorus's compiled programs, which it runs faster than the policies themselves: clauses as data,
//! indexed by holder and reader; choices with the request.

use std::collections::BTreeMap;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Value};
use serde_json::json;
use stead_rules::agreement::Within;
use stead_rules::decision::Actor;
use stead_rules::{Choice, Purpose};

use crate::Known;
use crate::town::Town;

const POLICY: &str = r#"
package stead

default allow := false

allow if {
    opens
    not closed
}

opens if {
    input.reader == input.holder
    "TREAT" in data.purposes[input.purpose]
}

opens if {
    input.reader != input.holder
    some clause in data.between[input.holder][input.reader]
    category_fits(clause)
    some purpose in clause.purposes
    purpose in data.purposes[input.purpose]
    circle_fits(clause)
}

category_fits(clause) if {
    count(clause.categories) == 0
    not data.categories[input.category].sensitive
}

category_fits(clause) if {
    data.categories[input.category].sensitive
    input.category in clause.categories
}

category_fits(clause) if {
    not data.categories[input.category].sensitive
    some whole in data.categories[input.category].wholes
    whole in clause.categories
}

circle_fits(clause) if not clause.circle

circle_fits(clause) if input.reader in input.circle

closed if {
    some choice in input.choices
    choice.kind == "objection"
    who_fits(choice)
    what_fits(choice)
    own_fits(choice)
}

closed if {
    some choice in input.choices
    choice.kind == "opt-out"
    not "TREAT" in data.purposes[input.purpose]
    not "PATRQT" in data.purposes[input.purpose]
}

who_fits(choice) if count(choice.organisations) == 0

who_fits(choice) if input.reader in choice.organisations

what_fits(choice) if count(choice.categories) == 0

what_fits(choice) if {
    some whole in data.categories[input.category].wholes
    whole in choice.categories
}

own_fits(_) if input.reader != input.holder

own_fits(choice) if input.reader in choice.organisations
"#;

/// The program that the policies are compiled to, with the clauses; kept from one request to the next.
pub struct Opa(RegoVM);

fn value(json: serde_json::Value) -> Value {
    Value::from(json)
}

impl Opa {
    pub fn new(town: &Town) -> Self {
        Self::made(town).unwrap_or_else(|error| panic!("{error}"))
    }

    fn made(town: &Town) -> Result<Self, Box<dyn std::error::Error>> {
        let data = value(data(town));
        let mut engine = Engine::new();
        engine.add_policy("stead.rego".into(), POLICY.into())?;
        engine.add_data(data.clone())?;
        let policy = engine.compile_with_entrypoint(&"data.stead.allow".into())?;
        let program = Compiler::compile_from_policy(&policy, &["data.stead.allow"])?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(data)?;
        Ok(Self(machine))
    }

    pub fn permits(&mut self, known: &Known) -> bool {
        let request = &known.asked.request;
        let Actor::Professional { organisation, .. } = &request.actor else { return false };
        let choice = |choice: &Choice| {
            json!({
                "kind": choice.kind.word(),
                "organisations": choice.organisations,
                "categories": choice.categories,
            })
        };
        let input = json!({
            "reader": organisation,
            "holder": request.holder,
            "category": request.category,
            "purpose": request.purpose.code(),
            "circle": known.asked.circle,
            "choices": known.choices.iter().map(choice).collect::<Vec<_>>(),
        });
        self.0.set_input(value(input));
        let answer = self.0.execute().unwrap_or_else(|error| panic!("{error}"));
        answer == Value::from(true)
    }
}

/// Clauses by holder and reader, what each category is a part of, what each purpose lies under.
fn data(town: &Town) -> serde_json::Value {
    let mut between: BTreeMap<String, BTreeMap<String, Vec<serde_json::Value>>> = BTreeMap::new();
    for share in town.shares() {
        let clause = json!({
            "categories": share.categories,
            "purposes": share.purposes,
            "circle": share.within == Within::Circle,
        });
        for from in &share.from {
            for to in &share.to {
                let clauses = between.entry(from.to_string()).or_default().entry(to.to_string()).or_default();
                clauses.push(clause.clone());
            }
        }
    }
    let all = town.definitions.all_categories();
    let categories: BTreeMap<_, _> = all
        .iter()
        .map(|category| {
            let wholes: Vec<_> = [&category.id].into_iter().chain(&category.part_of).collect();
            (category.id.to_string(), json!({ "sensitive": category.sensitive, "wholes": wholes }))
        })
        .collect();
    let wider = |purpose: &Purpose| -> Vec<&str> {
        Purpose::ALL.iter().filter(|other| purpose.lies_under(**other)).map(|other| other.code()).collect()
    };
    let purposes: BTreeMap<_, _> = Purpose::ALL.iter().map(|purpose| (purpose.code(), wider(purpose))).collect();
    json!({ "between": between, "categories": categories, "purposes": purposes })
}
