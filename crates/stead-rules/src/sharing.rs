//! Sharing: of the records that those around a citizen need to see, which are open to them and which are blocked, and by
//! what.
//!
//! In: who is around the citizen, and a [`Gate`]. Out: a [`Link`] for each holder of a category of record, and each of those
//! around her whose kind of service needs to see it ([`Category::needed_by`]). [`count`] adds links up over many citizens.

pub mod count;

use std::collections::BTreeMap;

use crate::agreement::ClauseRef;
use crate::category::Category;
use crate::circle::Entry;
use crate::day::{Day, Period};
use crate::decision::{Actor, Block, Facts, Gate, Outcome, Permit, Request};
use crate::definitions::Definitions;
use crate::id::{AgreementId, CategoryId, CitizenId, OrganisationId, ProfessionId};
use crate::purpose::Purpose;

/// What is looked up for every citizen.
#[derive(Debug)]
pub struct Sharing {
    gate: Gate,
    /// The categories that somebody needs to see, by id.
    categories: Vec<Category>,
}

/// Who is around a citizen.
#[derive(Clone, Copy, Debug)]
pub struct Around<'s, 'a> {
    /// Whose record.
    pub citizen: &'s CitizenId,
    /// Who acts for her.
    pub entries: &'s [Entry<'a>],
    /// Where she is registered.
    pub registered: Option<&'a OrganisationId>,
    /// The day that is asked about.
    pub on: Day,
}

/// A holder of a category of record, and somebody around the citizen who needs to see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// Who holds it.
    pub from: &'a OrganisationId,
    /// Who needs to see it.
    pub to: &'a OrganisationId,
    /// Of which profession.
    pub profession: Option<&'a ProfessionId>,
    /// What.
    pub category: &'a CategoryId,
    /// Open or blocked, and by what.
    pub outcome: Outcome,
}

/// Who needs to see what, before it is asked who holds it.
type Wanted<'a> = (&'a OrganisationId, Option<&'a ProfessionId>, &'a Category);

impl Sharing {
    /// Made from definitions and the days on which each agreement binds.
    pub fn new(definitions: &Definitions, bindings: &BTreeMap<AgreementId, Period>) -> Self {
        let mut categories = definitions.all_categories();
        categories.retain(|category| !category.needed_by.is_empty());
        categories.sort_by(|one, other| one.id.cmp(&other.id));
        Self { gate: Gate::new(definitions, bindings), categories }
    }

    /// Each link, by holder, seeker, profession and category. `facts` are of the same day and citizen.
    pub fn links<'a>(&'a self, around: &Around<'_, 'a>, facts: &Facts<'_>) -> Vec<Link<'a>> {
        let wanted = self.wanted(around.entries);
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut holders: Vec<_> = around.entries.iter().map(|it| it.organisation).chain(around.registered).collect();
        holders.sort_unstable();
        holders.dedup();
        let mut links = Vec::new();
        for from in holders {
            for &(to, profession, category) in &wanted {
                if from == to || !holds(around, from, category) {
                    continue;
                }
                let category = &category.id;
                let outcome = self.gate.decide(&request(around, from, to, profession, category), facts);
                links.push(Link { from, to, profession, category, outcome });
            }
        }
        links
    }

    /// Who around the citizen needs to see what, once each.
    fn wanted<'a>(&'a self, entries: &[Entry<'a>]) -> Vec<Wanted<'a>> {
        let mut wanted: Vec<Wanted<'a>> = Vec::new();
        for entry in entries {
            let Some(kind) = entry.kind else { continue };
            let needed = self.categories.iter().filter(|category| category.needed_by.contains(kind));
            wanted.extend(needed.map(|category| (entry.organisation, entry.profession, category)));
        }
        wanted.sort_unstable_by_key(|(to, profession, category)| (*to, *profession, &category.id));
        wanted.dedup_by_key(|(to, profession, category)| (*to, *profession, &category.id));
        wanted
    }

    /// The clause that opens a link, or that comes nearest to it.
    pub fn clause(&self, outcome: Outcome) -> Option<&ClauseRef> {
        match outcome {
            Outcome::Permit(Permit::Clause(number)) | Outcome::Deny(Block::Lacks(number, _)) => {
                self.gate.clause(number)
            }
            _ => None,
        }
    }
}

/// Whether an organisation holds records of a category about the citizen: where she met a kind of service that makes them.
/// Where no kind is named, those make them who work with them, and so need to see them; and where she is registered.
fn holds(around: &Around<'_, '_>, organisation: &OrganisationId, category: &Category) -> bool {
    let kinds = if category.services.is_empty() { &category.needed_by } else { &category.services };
    let theirs = |it: &&Entry<'_>| it.organisation == organisation;
    let makes = |it: &Entry<'_>| it.kind.is_some_and(|kind| kinds.contains(kind));
    let registered = category.services.is_empty() && around.registered == Some(organisation);
    registered || around.entries.iter().filter(theirs).any(makes)
}

/// Which choice decided, by its position among the citizen's.
pub const fn choice(outcome: Outcome) -> Option<usize> {
    match outcome {
        Outcome::Deny(Block::Objection(at) | Block::OptOut(at)) => Some(at),
        _ => None,
    }
}

fn request(
    around: &Around<'_, '_>,
    from: &OrganisationId,
    to: &OrganisationId,
    profession: Option<&ProfessionId>,
    category: &CategoryId,
) -> Request {
    Request {
        citizen: around.citizen.clone(),
        actor: Actor::Professional { organisation: to.clone(), profession: profession.cloned(), professional: None },
        service: None,
        holder: from.clone(),
        category: category.clone(),
        purpose: Purpose::Treatment,
        on: around.on,
        reason: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::{Agreement, Clause, Party, Share, Terms, Within};
    use crate::choice::{Choice, ChoiceKind};
    use crate::id::ServiceKind;
    use crate::organisation::Organisation;

    fn definitions() -> Definitions {
        let organisation = |id: &str| Organisation {
            id: id.into(),
            name: id.into(),
            kind: "body".into(),
            codes: Vec::new(),
            part_of: None,
        };
        let share = Share {
            from: vec!["screeners".into()],
            to: vec!["optician".into()],
            categories: vec!["retinal-result".into()],
            purposes: vec![Purpose::Treatment],
            group: None,
            what_for: None,
            within: Within::Circle,
            professions: Vec::new(),
            asks: false,
        };
        let agreement = Agreement {
            id: "alliance".into(),
            title: "Alliance".into(),
            period: Period::ALL,
            notice_days: 90,
            law: None,
            currency: "GBP".into(),
            precedence: Vec::new(),
            subject_to: Vec::new(),
            places: Vec::new(),
            parties: ["screeners", "optician"]
                .map(|id| Party { organisation: id.into(), signatories: Vec::new() })
                .into(),
            amends: Vec::new(),
            evidence: Vec::new(),
            clauses: vec![Clause { id: "1".into(), text: "…".into(), period: None, terms: Terms::Share(share) }],
        };
        let needed = |category: Category| {
            let eyes = matches!(category.id.as_str(), "retinal-result" | "conditions");
            Category { needed_by: if eyes { vec!["optometry".into()] } else { Vec::new() }, ..category }
        };
        Definitions {
            organisations: ["screeners", "optician", "practice"].map(organisation).into(),
            agreements: vec![agreement],
            categories: Category::built_in().into_iter().map(needed).collect(),
            ..Definitions::default()
        }
    }

    fn known(id: &str) -> Category {
        Category::built_in().into_iter().find(|category| category.id.as_str() == id).unwrap()
    }

    /// Links as texts: from, to, what, and by what they are open or blocked.
    fn links(choices: &[Choice], binds: bool) -> Vec<String> {
        let definitions = definitions();
        let bindings = binds.then(|| ("alliance".into(), Period::ALL)).into_iter().collect();
        let sharing = Sharing::new(&definitions, &bindings);
        let kinds = ["retinal-screening", "optometry"].map(ServiceKind::from);
        let on = Day::from_epoch_days(20_000);
        let ids = ["screeners", "optician", "practice"].map(OrganisationId::from);
        let entry = |at: usize| Entry {
            organisation: &ids[at],
            kind: Some(&kinds[at]),
            professional: None,
            profession: None,
            first: on,
            last: on,
            contacts: 1,
        };
        let entries = [entry(0), entry(1)];
        let around = Around { citizen: &"ada".into(), entries: &entries, registered: Some(&ids[2]), on };
        let facts = Facts { circle: &ids, places: &[], groups: &[], choices };
        let told = |link: &Link<'_>| {
            let clause = sharing.clause(link.outcome).map(ToString::to_string).unwrap_or_default();
            format!("{} → {}: {}, {} {clause}", link.from, link.to, link.category, link.outcome.word())
        };
        sharing.links(&around, &facts).iter().map(told).collect()
    }

    #[test]
    fn who_needs_to_see_a_category_has_a_link_to_each_who_holds_it() {
        assert_eq!(
            links(&[], true),
            ["practice → optician: conditions, no-clause ", "screeners → optician: retinal-result, clause alliance 1",],
            "who does not work with conditions keeps none"
        );
    }

    #[test]
    fn where_no_kind_of_service_makes_a_category_those_hold_it_who_work_with_it() {
        let category = |id: &str| Category { needed_by: vec!["pharmacy".into()], ..known(id) };
        let (medication, foot) = (category("medication"), category("foot-result"));
        let ids = ["practice", "pharmacy", "optician", "podiatrists"].map(OrganisationId::from);
        let kinds = ["pharmacy", "optometry", "podiatry"].map(ServiceKind::from);
        let on = Day::from_epoch_days(20_000);
        let met = |id: &'static str, kind: usize| {
            let organisation = ids.iter().find(|it| it.as_str() == id).unwrap();
            let kind = Some(&kinds[kind]);
            Entry { organisation, kind, professional: None, profession: None, first: on, last: on, contacts: 1 }
        };
        let entries = [met("pharmacy", 0), met("optician", 1), met("podiatrists", 2)];
        let around = Around { citizen: &"ada".into(), entries: &entries, registered: Some(&ids[0]), on };
        let who = |category: &Category| ids.iter().filter(|id| holds(&around, id, category)).collect::<Vec<_>>();
        assert_eq!(who(&medication), [&ids[0], &ids[1]], "the practice and the pharmacy, and no optician");
        assert_eq!(who(&foot), [&ids[3]], "where a kind of service makes it, only that");
    }

    #[test]
    fn an_agreement_that_does_not_bind_opens_nothing() {
        let links = links(&[], false);
        assert!(
            links.contains(&"screeners → optician: retinal-result, not-in-force alliance 1".to_owned()),
            "{links:?}"
        );
    }

    #[test]
    fn an_objection_blocks_what_a_clause_opens() {
        let objection = Choice {
            id: "c1".into(),
            citizen: "ada".into(),
            kind: ChoiceKind::Objection,
            organisations: vec!["optician".into()],
            professions: Vec::new(),
            categories: Vec::new(),
            purposes: Vec::new(),
            period: Period::ALL,
            source: None,
        };
        let links = links(&[objection], true);
        assert!(links.iter().all(|link| link.contains("objection")), "{links:?}");
    }
}
