//! Plain Cedar: a policy a clause, as one would write it at first; all of them are looked at for each request.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request, RestrictedExpression,
};
use stead_gate::Policies;
use stead_rules::agreement::Within;
use stead_rules::decision::Actor;
use stead_rules::{Choice, Purpose};

use crate::Known;
use crate::town::Town;

pub struct Plain {
    policies: PolicySet,
    entities: Entities,
    authorizer: Authorizer,
}

fn uid(of: &str, id: &str) -> EntityUid {
    format!("Stead::{of}::\"{id}\"").parse().unwrap_or_else(|error| panic!("{error}"))
}

fn set<T: ToString>(of: &str, ids: &[T]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| format!("Stead::{of}::\"{}\"", id.to_string())).collect();
    format!("[{}]", ids.join(", "))
}

impl Plain {
    pub fn new(town: &Town) -> Self {
        let mut text = Policies::text().to_owned();
        for share in town.shares() {
            let category = if share.categories.is_empty() {
                "!resource.sensitive".to_owned()
            } else {
                let named = set("Category", &share.categories);
                format!("(if resource.sensitive then {named}.contains(resource) else resource in {named})")
            };
            let circle = if share.within == Within::Circle { " && context.circle.contains(principal)" } else { "" };
            text.push_str(&format!(
                "\npermit (principal, action == Stead::Action::\"see\", resource) when {{ principal != context.holder && \
                 principal in {} && context.holder in {} && {category} && context.purpose in {}{circle} }};",
                set("Organisation", &share.to),
                set("Organisation", &share.from),
                set("Purpose", &share.purposes),
            ));
        }
        let policies = text.parse().unwrap_or_else(|error| panic!("{error}"));
        let mut entities = Vec::new();
        for purpose in Purpose::ALL {
            let wider = Purpose::ALL.iter().filter(|other| *other != purpose && purpose.lies_under(**other));
            let wider: HashSet<_> = wider.map(|other| uid("Purpose", other.code())).collect();
            entities.push(Entity::new_no_attrs(uid("Purpose", purpose.code()), wider));
        }
        for category in town.definitions.all_categories() {
            let sensitive = HashMap::from([("sensitive".into(), RestrictedExpression::new_bool(category.sensitive))]);
            let wider = category.part_of.iter().map(|whole| uid("Category", whole.as_str())).collect();
            let entity = Entity::new(uid("Category", category.id.as_str()), sensitive, wider);
            entities.push(entity.unwrap_or_else(|error| panic!("{error}")));
        }
        let entities = Entities::from_entities(entities, None).unwrap_or_else(|error| panic!("{error}"));
        Self { policies, entities, authorizer: Authorizer::new() }
    }

    /// Choices come with the request, one by one, as the policies want them.
    pub fn permits(&self, known: &Known) -> bool {
        if known.choices.is_empty() {
            return self.asks(known, None);
        }
        known.choices.iter().all(|choice| self.asks(known, Some(choice)))
    }

    fn asks(&self, known: &Known, choice: Option<&Choice>) -> bool {
        let asked = &known.asked;
        let request = &asked.request;
        let Actor::Professional { organisation, .. } = &request.actor else { return false };
        let entity = |of: &str, id: &str| RestrictedExpression::new_entity_uid(uid(of, id));
        let circle = asked.circle.iter().map(|id| entity("Organisation", id.as_str()));
        let mut context = vec![
            ("citizen".to_owned(), entity("Citizen", request.citizen.as_str())),
            ("holder".to_owned(), entity("Organisation", request.holder.as_str())),
            ("purpose".to_owned(), entity("Purpose", request.purpose.code())),
            ("on".to_owned(), RestrictedExpression::new_long(request.on.epoch_days().into())),
            ("circle".to_owned(), RestrictedExpression::new_set(circle)),
        ];
        if let Some(choice) = choice {
            let all = |of: &str, ids: Vec<&str>| {
                RestrictedExpression::new_set(ids.into_iter().map(|id| entity(of, id)).collect::<Vec<_>>())
            };
            let fields = [
                ("kind", RestrictedExpression::new_string(choice.kind.word().to_owned())),
                ("citizen", entity("Citizen", choice.citizen.as_str())),
                ("organisations", all("Organisation", choice.organisations.iter().map(|id| id.as_str()).collect())),
                ("professions", all("Profession", Vec::new())),
                ("categories", all("Category", choice.categories.iter().map(|id| id.as_str()).collect())),
                ("purposes", all("Purpose", Vec::new())),
                ("from", RestrictedExpression::new_long(choice.period.from.epoch_days().into())),
                ("until", RestrictedExpression::new_long(choice.period.to.epoch_days().into())),
            ];
            let record = RestrictedExpression::new_record(fields.map(|(name, value)| (name.to_owned(), value)));
            context.push(("choice".to_owned(), record.unwrap_or_else(|error| panic!("{error}"))));
        }
        let context = Context::from_pairs(context).unwrap_or_else(|error| panic!("{error}"));
        let asked = Request::new(
            uid("Organisation", organisation.as_str()),
            uid("Action", "see"),
            uid("Category", request.category.as_str()),
            context,
            None,
        );
        let asked = asked.unwrap_or_else(|error| panic!("{error}"));
        self.authorizer.is_authorized(&asked, &self.policies, &self.entities).decision() == Decision::Allow
    }
}
