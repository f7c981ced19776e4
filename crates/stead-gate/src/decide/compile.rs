//! Compiling: what agreements say, as Cedar's entities.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use cedar_policy::{Entities, Entity, EntityUid, RestrictedExpression, Schema};
use stead_rules::agreement::{Agreement, Clause, ClauseRef, Share, Terms, Within};
use stead_rules::{AgreementId, CategoryId, Definitions, OrganisationId, Period, Purpose};

use super::words::{Type, days, entity, set, value};

/// Why agreements cannot be decided by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// Stead's own policies do not fit its schema.
    #[error("stead's policies do not hold together, so nothing is decided: {0}")]
    Policies(String),
    /// What a place says does not fit the schema: a circle of organisations, say.
    #[error("what the place says cannot be decided by: {0}; `stead check` says where")]
    Entities(String),
}

/// A share clause, and where it is looked up.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) cite: ClauseRef,
    pub(super) uid: EntityUid,
    /// Whether it asks for the citizen's permission.
    pub(super) asks: bool,
    /// The days on which it opens anything.
    pub(super) days: Option<Period>,
}

/// Everything that Cedar decides by, but the citizen.
pub(super) struct Made {
    pub(super) entities: Entities,
    pub(super) clauses: Vec<Compiled>,
    /// Clauses by holder and by who asks, both with all they are parts of; in order.
    pub(super) between: HashMap<(OrganisationId, OrganisationId), Vec<usize>>,
    /// Agreements that bind somebody, by organisation, the parts of parties among them.
    pub(super) under: HashMap<OrganisationId, Vec<(Period, EntityUid)>>,
}

/// The entities of a place.
pub(super) fn made(
    definitions: &Definitions,
    bindings: &BTreeMap<AgreementId, Period>,
    schema: &Schema,
) -> Result<Made, CompileError> {
    let mut maker = Maker::new(definitions, bindings);
    let built = maker.build();
    let entities =
        built.ok_or_else(|| CompileError::Entities("an entity of it has a form that Cedar refuses".into()))?;
    let entities = Entities::from_entities(entities, Some(schema));
    let entities = entities.map_err(|error| CompileError::Entities(error.to_string()))?;
    Ok(Made { entities, clauses: maker.clauses, between: maker.between, under: maker.under })
}

struct Maker<'a> {
    definitions: &'a Definitions,
    bindings: &'a BTreeMap<AgreementId, Period>,
    agreements: Vec<&'a Agreement>,
    /// Every organisation with itself and all its parts.
    parts: BTreeMap<&'a OrganisationId, Vec<&'a OrganisationId>>,
    clauses: Vec<Compiled>,
    between: HashMap<(OrganisationId, OrganisationId), Vec<usize>>,
    under: HashMap<OrganisationId, Vec<(Period, EntityUid)>>,
}

impl<'a> Maker<'a> {
    fn new(definitions: &'a Definitions, bindings: &'a BTreeMap<AgreementId, Period>) -> Self {
        let mut agreements: Vec<_> = definitions.agreements.iter().collect();
        agreements.sort_by(|one, other| one.id.cmp(&other.id));
        Self {
            definitions,
            bindings,
            agreements,
            parts: parts(definitions),
            clauses: Vec::new(),
            between: HashMap::new(),
            under: HashMap::new(),
        }
    }

    fn build(&mut self) -> Option<Vec<Entity>> {
        let mut entities = Vec::new();
        for purpose in Purpose::ALL {
            let wider = Purpose::ALL.iter().filter(|other| *other != purpose && purpose.lies_under(**other));
            let parents: Option<HashSet<_>> = wider.map(|wider| entity(Type::Purpose, wider.code())).collect();
            entities.push(Entity::new_no_attrs(entity(Type::Purpose, purpose.code())?, parents?));
        }
        for organisation in &self.definitions.organisations {
            let parents = organisation.part_of.iter().filter_map(|whole| entity(Type::Organisation, whole.as_str()));
            let uid = entity(Type::Organisation, organisation.id.as_str())?;
            entities.push(Entity::new_no_attrs(uid, parents.collect()));
        }
        entities.extend(self.categories()?);
        for agreement in self.agreements.clone() {
            if let Some(binding) = self.bindings.get(&agreement.id) {
                entities.push(self.agreement(agreement, *binding)?);
            }
            for clause in &agreement.clauses {
                if let Terms::Share(share) = &clause.terms {
                    entities.push(self.clause(agreement, clause, share)?);
                }
            }
        }
        Some(entities)
    }

    fn categories(&self) -> Option<Vec<Entity>> {
        let categories = self.definitions.all_categories();
        let by_id: BTreeMap<&CategoryId, _> = categories.iter().map(|category| (&category.id, category)).collect();
        let made = categories.iter().map(|category| {
            // What is a part of something sensitive is sensitive.
            let mut seen = BTreeSet::new();
            let mut sensitive = false;
            let mut next = Some(category);
            while let Some(it) = next.filter(|it| seen.insert(&it.id)) {
                sensitive |= it.sensitive;
                next = it.part_of.as_ref().and_then(|whole| by_id.get(whole)).copied();
            }
            let attributes = HashMap::from([("sensitive".to_owned(), RestrictedExpression::new_bool(sensitive))]);
            let parents = category.part_of.iter().filter_map(|whole| entity(Type::Category, whole.as_str()));
            Entity::new(entity(Type::Category, category.id.as_str())?, attributes, parents.collect()).ok()
        });
        made.collect()
    }

    fn agreement(&mut self, agreement: &Agreement, binding: Period) -> Option<Entity> {
        let uid = entity(Type::Agreement, agreement.id.as_str())?;
        let parties = agreement.parties.iter().map(|party| &party.organisation);
        let parties: Vec<_> = parties.filter(|party| self.parts.contains_key(*party)).collect();
        let under: BTreeSet<_> = parties.iter().filter_map(|party| self.parts.get(*party)).flatten().collect();
        for part in under {
            self.under.entry((*part).clone()).or_default().push((binding, uid.clone()));
        }
        let mut attributes = HashMap::from(days(Some(binding)));
        attributes.insert("parties".to_owned(), set(Type::Organisation, parties)?);
        Entity::new(uid, attributes, HashSet::new()).ok()
    }

    fn clause(&mut self, agreement: &Agreement, clause: &Clause, share: &Share) -> Option<Entity> {
        let cite = agreement.cite(clause);
        let uid = entity(Type::Clause, &cite.to_string())?;
        let holders = self.known(&share.from);
        let readers = self.known(&share.to);
        for holder in self.with_parts(&holders) {
            for reader in self.with_parts(&readers).into_iter().filter(|reader| *reader != holder) {
                self.between.entry((holder.clone(), reader.clone())).or_default().push(self.clauses.len());
            }
        }
        let open = self.days(agreement, clause);
        let mut attributes = HashMap::from(days(open));
        let mut put = |name: &str, value: RestrictedExpression| drop(attributes.insert(name.to_owned(), value));
        put("holders", set(Type::Organisation, holders)?);
        put("readers", set(Type::Organisation, readers)?);
        put("categories", set(Type::Category, &share.categories)?);
        put("purposes", set(Type::Purpose, share.purposes.iter().map(|purpose| purpose.code()))?);
        put("professions", set(Type::Profession, &share.professions)?);
        put("places", set(Type::Place, &agreement.places)?);
        put("within_circle", RestrictedExpression::new_bool(share.within == Within::Circle));
        put("asks", RestrictedExpression::new_bool(share.asks));
        if let Some(group) = &share.group {
            put("group", value(Type::Group, group.as_str())?);
        }
        self.clauses.push(Compiled { cite, uid: uid.clone(), asks: share.asks, days: open });
        Entity::new(uid, attributes, HashSet::new()).ok()
    }

    /// The organisations that the place knows: a name that nobody bears opens nothing to whoever takes it.
    fn known(&self, ids: &[OrganisationId]) -> Vec<OrganisationId> {
        ids.iter().filter(|id| self.parts.contains_key(id)).cloned().collect()
    }

    fn with_parts(&self, ids: &[OrganisationId]) -> BTreeSet<OrganisationId> {
        ids.iter().filter_map(|id| self.parts.get(id)).flatten().map(|id| (*id).clone()).collect()
    }

    /// The days on which a clause opens: those on which its agreement binds, in its own period, until it is replaced.
    fn days(&self, agreement: &Agreement, clause: &Clause) -> Option<Period> {
        let binding = self.bindings.get(&agreement.id)?;
        let days = binding.intersect(agreement.clause_period(clause)?)?;
        let replacing = self.agreements.iter().filter(|other| {
            let names = |ids: &[_]| ids.is_empty() || ids.contains(&clause.id);
            other.amends.iter().any(|it| it.agreement == agreement.id && names(&it.clauses))
                && other.may_amend(agreement)
        });
        let replaced = replacing.filter_map(|other| self.bindings.get(&other.id)).map(|binding| binding.from).min();
        Period::new(days.from, replaced.map_or(days.to, |day| days.to.min(day)))
    }
}

fn parts(definitions: &Definitions) -> BTreeMap<&OrganisationId, Vec<&OrganisationId>> {
    let whole_of: BTreeMap<_, _> = definitions.organisations.iter().map(|it| (&it.id, it.part_of.as_ref())).collect();
    let mut parts: BTreeMap<_, Vec<_>> = whole_of.keys().map(|id| (*id, Vec::new())).collect();
    for id in whole_of.keys() {
        let (mut seen, mut next) = (BTreeSet::new(), Some(*id));
        while let Some(whole) = next.filter(|whole| seen.insert(*whole)) {
            if let Some(parts) = parts.get_mut(whole) {
                parts.push(*id);
            }
            next = whole_of.get(whole).copied().flatten();
        }
    }
    parts
}
