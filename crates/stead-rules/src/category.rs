//! Categories of record: what an agreement opens and a citizen closes, such as `retinal-result` or `sexual-health`.
//!
//! A place folder says in `categories.csv` which of its records fall into which; [`BUILT_IN`] does where it says nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::definitions::Definitions;
use crate::id::{CategoryId, CodelistId, ServiceKind};
use crate::person::worded;

worded! {
    /// How confidential records are: of HL7 v3 `Confidentiality`, the codes that matter here.
    Confidentiality {
        /// As health records usually are (`N`).
        Normal = "normal",
        /// Could harm or shame the citizen (`R`).
        Restricted = "restricted",
        /// Could endanger somebody (`V`).
        VeryRestricted = "very-restricted",
    }
}

impl Confidentiality {
    /// The HL7 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Normal => "N",
            Self::Restricted => "R",
            Self::VeryRestricted => "V",
        }
    }
}

/// A category of record.
///
/// A record falls into it when its FHIR type is one of `resources` (or none is named) and, where any of `services`,
/// `codelists` or `labels` is named, one of those fits: made in such a service, coded on such a list, labelled so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name, as people say it.
    pub name: Arc<str>,
    /// The wider category that it is a part of: who may see that one may see this one, too, unless it is sensitive.
    pub part_of: Option<CategoryId>,
    /// Closed unless a clause opens it by its own name.
    pub sensitive: bool,
    /// How confidential its records are.
    pub confidentiality: Confidentiality,
    /// FHIR resource types.
    pub resources: Vec<Arc<str>>,
    /// Kinds of service whose records they are.
    pub services: Vec<ServiceKind>,
    /// Lists of codes that show it.
    pub codelists: Vec<CodelistId>,
    /// Security labels (DS4P) that show it: HL7 v3 `ActCode` for sensitivity, such as `STD`.
    pub labels: Vec<Arc<str>>,
    /// The kinds of service that need to see it to do their work, whoever holds it.
    #[serde(default)]
    pub needed_by: Vec<ServiceKind>,
}

/// What there is to see of a record when it is asked which categories it falls into.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecordSigns<'a> {
    /// Its FHIR type.
    pub resource: &'a str,
    /// The kind of service that it was made in.
    pub service: Option<&'a str>,
    /// The codelists that its codes are on.
    pub codelists: &'a [&'a str],
    /// Its security labels.
    pub labels: &'a [&'a str],
}

struct BuiltIn {
    id: &'static str,
    name: &'static str,
    part_of: Option<&'static str>,
    confidentiality: Confidentiality,
    resources: &'static [&'static str],
    services: &'static [&'static str],
    labels: &'static [&'static str],
    needed_by: &'static [&'static str],
}

const fn plain(id: &'static str, name: &'static str, resources: &'static [&'static str]) -> BuiltIn {
    BuiltIn {
        id,
        name,
        part_of: None,
        confidentiality: Confidentiality::Normal,
        resources,
        services: &[],
        labels: &[],
        needed_by: &[],
    }
}

const fn sensitive(
    id: &'static str,
    name: &'static str,
    confidentiality: Confidentiality,
    services: &'static [&'static str],
    labels: &'static [&'static str],
) -> BuiltIn {
    BuiltIn { id, name, part_of: None, confidentiality, resources: &[], services, labels, needed_by: &[] }
}

const RESULTS: &[&str] = &["Observation", "DiagnosticReport"];
const FINDINGS: &[&str] = &["Observation", "DiagnosticReport", "Procedure", "Condition"];

/// The categories that every place has.
static BUILT_IN: &[BuiltIn] = &[
    plain("demographics", "Name, birthday, address", &["Patient", "RelatedPerson"]),
    plain("contacts", "Contacts with services", &["Encounter", "Appointment"]),
    plain("conditions", "Conditions", &["Condition"]),
    plain("allergies", "Allergies", &["AllergyIntolerance"]),
    plain(
        "medication",
        "Medicines",
        &["MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense"],
    ),
    plain("results", "Results of tests", RESULTS),
    plain("procedures", "What was done", &["Procedure"]),
    plain("immunisations", "Vaccinations", &["Immunization"]),
    plain("documents", "Letters and documents", &["DocumentReference", "Composition"]),
    plain("plans", "Care plans, referrals and teams", &["CarePlan", "CareTeam", "Goal", "ServiceRequest"]),
    plain("costs", "Costs", &["Claim", "ExplanationOfBenefit"]),
    BuiltIn {
        part_of: Some("results"),
        services: &["retinal-screening", "ophthalmology"],
        needed_by: &["optometry", "ophthalmology", "retinal-screening", "diabetes-clinic"],
        ..plain("retinal-result", "Results of retinal screening and eye clinics", FINDINGS)
    },
    BuiltIn {
        part_of: Some("results"),
        services: &["podiatry"],
        needed_by: &["podiatry", "diabetes-clinic"],
        ..plain("foot-result", "Results of foot checks", FINDINGS)
    },
    BuiltIn { services: &["social-care"], ..plain("social-care", "Social care", &[]) },
    sensitive("sexual-health", "Sexual health", Confidentiality::Restricted, &["sexual-health"], &["STD", "SEX"]),
    sensitive("hiv", "HIV", Confidentiality::Restricted, &[], &["HIV"]),
    sensitive(
        "mental-health",
        "Mental health",
        Confidentiality::Restricted,
        &["mental-health", "talking-therapy"],
        &["MH", "PSY", "PSYTHPN"],
    ),
    sensitive(
        "substance-use",
        "Alcohol and drugs",
        Confidentiality::Restricted,
        &["substance-use"],
        &["ETH", "ETHUD", "OPIOIDUD"],
    ),
    sensitive("genetics", "Inherited disease", Confidentiality::Restricted, &["genetics"], &["GDIS"]),
    sensitive(
        "safeguarding",
        "Safeguarding",
        Confidentiality::VeryRestricted,
        &["safeguarding"],
        &["SDV", "VIO", "ABUSE"],
    ),
];

impl From<&BuiltIn> for Category {
    fn from(from: &BuiltIn) -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|text| Arc::from(*text)).collect();
        Self {
            id: from.id.into(),
            name: from.name.into(),
            part_of: from.part_of.map(Into::into),
            sensitive: from.confidentiality > Confidentiality::Normal,
            confidentiality: from.confidentiality,
            resources: texts(from.resources),
            services: from.services.iter().map(|kind| (*kind).into()).collect(),
            codelists: Vec::new(),
            labels: texts(from.labels),
            needed_by: from.needed_by.iter().map(|kind| (*kind).into()).collect(),
        }
    }
}

impl Category {
    /// The categories that every place has, whatever its folder says.
    pub fn built_in() -> Vec<Self> {
        BUILT_IN.iter().map(Self::from).collect()
    }

    /// Whether a record falls into this category.
    pub fn holds(&self, record: &RecordSigns<'_>) -> bool {
        let kind_fits = self.resources.is_empty() || self.resources.iter().any(|it| it.as_ref() == record.resource);
        let asks = !(self.services.is_empty() && self.codelists.is_empty() && self.labels.is_empty());
        let sign_fits = record.service.is_some_and(|kind| self.services.iter().any(|it| it.as_str() == kind))
            || self.codelists.iter().any(|list| record.codelists.contains(&list.as_str()))
            || self.labels.iter().any(|label| record.labels.contains(&label.as_ref()));
        kind_fits && (sign_fits || (!asks && !self.resources.is_empty()))
    }
}

impl Definitions {
    /// All categories of record: those that every place has, and the folder's own in place of or beside them.
    pub fn all_categories(&self) -> Vec<Category> {
        let own = |id: &CategoryId| self.categories.iter().any(|category| category.id == *id);
        let built_in = Category::built_in().into_iter().filter(|category| !own(&category.id));
        built_in.chain(self.categories.iter().cloned()).collect()
    }
}

/// Which categories have to be open for a record to be seen: every sensitive one that it falls into, and of the rest the
/// narrowest (a retinal result is a `retinal-result` rather than one of the `results`); none where it falls into none,
/// and then nothing opens it.
pub fn categories_of<'a>(categories: &'a [Category], record: &RecordSigns<'_>) -> Vec<&'a Category> {
    let found: Vec<_> = categories.iter().filter(|category| category.holds(record)).collect();
    let has_narrower = |wide: &Category| found.iter().any(|it| it.part_of.as_ref() == Some(&wide.id) && !it.sensitive);
    found.iter().copied().filter(|category| category.sensitive || !has_narrower(category)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(record: &RecordSigns<'_>) -> Vec<String> {
        let categories = Category::built_in();
        categories_of(&categories, record).into_iter().map(|it| it.id.to_string()).collect()
    }

    #[test]
    fn a_retinal_result_is_that_and_not_any_result() {
        let seen = RecordSigns { resource: "Observation", service: Some("retinal-screening"), ..Default::default() };
        assert_eq!(ids(&seen), ["retinal-result"]);
        assert_eq!(ids(&RecordSigns { resource: "Observation", ..Default::default() }), ["results"]);
    }

    #[test]
    fn what_a_sexual_health_service_writes_down_is_sensitive_whatever_its_type() {
        for (resource, also) in [("Observation", "results"), ("Condition", "conditions"), ("Encounter", "contacts")] {
            let record = RecordSigns { resource, service: Some("sexual-health"), ..Default::default() };
            assert_eq!(ids(&record), [also, "sexual-health"]);
        }
        let labelled = RecordSigns { resource: "Condition", labels: &["PSY"], ..Default::default() };
        assert_eq!(ids(&labelled), ["conditions", "mental-health"]);
    }

    #[test]
    fn a_record_of_no_known_type_falls_into_nothing() {
        assert!(ids(&RecordSigns { resource: "Basic", ..Default::default() }).is_empty());
    }

    #[test]
    fn every_part_has_its_whole() {
        let all = Category::built_in();
        for category in &all {
            let whole = category.part_of.as_ref();
            assert!(whole.is_none_or(|whole| all.iter().any(|it| it.id == *whole)), "{}", category.id);
        }
    }
}
