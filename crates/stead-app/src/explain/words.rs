//! The folder's names for what tables call by id.

use std::collections::BTreeMap;

use stead_engine::query::{rows, texts};
use stead_lake::Lake;
use stead_rules::circle::{Coordinator, CoordinatorWhy};
use stead_rules::owner::OwnerWhy;
use stead_rules::{Definitions, Need as NeedRule};

use super::{Care, CircleEntry, Link, Membership, Need, Visit};
use crate::error::AppError;
use crate::query::lake_files;

/// Names by id.
pub(super) struct Names {
    areas: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
    places: BTreeMap<String, String>,
    organisations: BTreeMap<String, String>,
    sites: BTreeMap<String, String>,
    sites_of_services: BTreeMap<String, String>,
    professionals: BTreeMap<String, String>,
    needs: BTreeMap<String, NeedRule>,
    categories: BTreeMap<String, String>,
}

impl Names {
    /// The names of a folder, and of the organisations and professionals in the records.
    pub(super) async fn new(definitions: &Definitions, lake: &Lake) -> Result<Self, AppError> {
        let pairs = |pairs: Vec<(&str, &str)>| -> BTreeMap<String, String> {
            pairs.into_iter().map(|(id, name)| (id.to_owned(), name.to_owned())).collect()
        };
        let mut organisations = recorded_names(lake, "organisation", "organisation").await?;
        organisations = organisations.into_iter().map(|(key, name)| (format!("?{key}"), name)).collect();
        organisations.extend(definitions.organisations.iter().map(|body| (body.id.to_string(), body.name.to_string())));
        Ok(Self {
            areas: pairs(definitions.areas.iter().map(|area| (area.id.as_str(), &*area.name)).collect()),
            groups: pairs(definitions.groups.iter().map(|group| (group.id.as_str(), &*group.name)).collect()),
            places: pairs(definitions.places.iter().map(|place| (place.id.as_str(), &*place.name)).collect()),
            organisations,
            sites: pairs(definitions.sites.iter().map(|site| (site.id.as_str(), &*site.name)).collect()),
            sites_of_services: pairs(
                definitions.services.iter().map(|it| (it.id.as_str(), it.site.as_str())).collect(),
            ),
            professionals: recorded_names(lake, "professional", "professional").await?,
            categories: definitions
                .all_categories()
                .iter()
                .map(|it| (it.id.to_string(), it.name.to_string()))
                .collect(),
            needs: definitions.needs.iter().map(|need| (need.id.to_string(), need.clone())).collect(),
        })
    }

    pub(super) fn area(&self, id: &str) -> String {
        self.areas.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    pub(super) fn organisation(&self, id: &str) -> String {
        self.organisations.get(id).cloned().unwrap_or_else(|| id.trim_start_matches('?').to_owned())
    }

    pub(super) fn link(&self, link: &mut Link) {
        link.words = link.in_words();
        link.from = self.organisation(&link.from);
        link.to = self.organisation(&link.to);
        link.category_name = self.categories.get(&link.category).cloned().unwrap_or_else(|| link.category.clone());
    }

    pub(super) fn membership(&self, one: &mut Membership, on: &str) {
        one.place_name = self.places.get(&one.place).cloned().unwrap_or_else(|| one.place.clone());
        one.group_name = self.groups.get(&one.group).cloned().unwrap_or_else(|| one.group.clone());
        // Days written year first sort as texts.
        one.now = one.from.as_str() <= on && one.to.as_deref().is_none_or(|to| on < to);
        one.later = on < one.from.as_str();
    }

    pub(super) fn need(&self, need: &mut Need) {
        need.group = self.groups.get(&need.group).cloned().unwrap_or_else(|| need.group.clone());
        need.owner_name = need.owner.as_deref().map(|id| self.organisation(id));
        need.owner_words = owner_words(&need.owner_why).to_owned();
        // An organisation that the folder does not know stands in the reason with its key.
        if let Some(key) = need.last_organisation.as_deref().and_then(|id| id.strip_prefix('?')) {
            need.reason = need.reason.replace(key, &self.organisation(&format!("?{key}")));
        }
        let Some(rule) = self.needs.get(&need.need) else { return };
        need.name = rule.name.to_string();
        need.why = rule.why.as_deref().map(ToOwned::to_owned);
        need.from_source = rule.source.to_string();
        let plain = |ids: Vec<&str>| ids.into_iter().map(|id| id.replace('-', " ")).collect::<Vec<_>>().join(", ");
        let services = plain(rule.met_by.services.iter().map(|kind| kind.as_str()).collect());
        let professions = plain(rule.met_by.professions.iter().map(|who| who.as_str()).collect());
        need.asked_of = if professions.is_empty() { services } else { format!("{professions} ({services})") };
    }

    pub(super) fn visit(&self, visit: &mut Visit) {
        visit.organisation = self.organisation(&visit.organisation);
        visit.site = self.sites_of_services.get(&visit.service).and_then(|site| self.sites.get(site)).cloned();
        for need in &mut visit.needs {
            *need = self.need_name(need);
        }
    }

    fn need_name(&self, id: &str) -> String {
        self.needs.get(id).map_or_else(|| id.to_owned(), |need| need.name.to_string())
    }

    pub(super) fn entry(&self, entry: &mut CircleEntry) {
        entry.organisation = self.organisation(&entry.organisation);
        entry.professional = entry.professional.take().map(|key| self.professional(key));
    }

    pub(super) fn care(&self, care: &mut Care) {
        care.coordinator_organisation = care.coordinator_organisation.as_deref().map(|id| self.organisation(id));
        care.coordinator_professional = care.coordinator_professional.take().map(|key| self.professional(key));
        let name = [&care.coordinator_professional, &care.coordinator_organisation];
        let name: Vec<&str> = name.into_iter().flatten().map(String::as_str).collect();
        care.coordinator_words = coordinator_words(&care.coordinator_why, &name.join(" of "));
        for need in &mut care.missing {
            *need = self.need_name(need);
        }
    }

    fn professional(&self, key: String) -> String {
        self.professionals.get(&key).cloned().unwrap_or(key)
    }
}

/// Why somebody, or nobody, owns the next step.
fn owner_words(why: &str) -> &'static str {
    match OwnerWhy::of(why) {
        Some(OwnerWhy::LastMet) => "they did it last time and still offer it",
        Some(OwnerWhy::OnlyOne) => "nobody else offers it",
        Some(OwnerWhy::Registered) => "they offer it and the citizen is registered there",
        Some(OwnerWhy::Acting) => "they offer it and already act for the citizen",
        Some(OwnerWhy::SeveralCould) => "several could, and nothing says which",
        Some(OwnerWhy::NobodyOffers) => "no service open to the citizen offers it",
        None => "does not apply",
    }
}

/// Who coordinates and why, or why nobody does.
fn coordinator_words(why: &str, name: &str) -> String {
    let why = CoordinatorWhy::of(why).unwrap_or(CoordinatorWhy::Nobody);
    Coordinator { organisation: None, professional: None, profession: None, why }.sentence(name)
}

/// The names that records give to keys of a table.
async fn recorded_names(lake: &Lake, table: &str, key: &str) -> Result<BTreeMap<String, String>, AppError> {
    let mut names = BTreeMap::new();
    for batch in rows(table, &lake_files(lake, 0)).await? {
        let (keys, texts) = (texts(&batch, key)?, texts(&batch, "name")?);
        names.extend(keys.into_iter().zip(texts).filter_map(|(key, name)| Some((key?, name?))));
    }
    Ok(names)
}
