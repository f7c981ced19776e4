//! Translation: other people's codes and keys in the folder's own words.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use serde::{Deserialize, Serialize};

use crate::definitions::Definitions;
use crate::id::{OrganisationId, ProfessionId, ServiceKind};
use crate::mapping::Meaning;

/// What records know of organisations and professionals, besides what the folder says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Directory {
    /// Each organisation's key, the values of its identifiers, and the key of the one it belongs to.
    pub organisations: Vec<(String, Vec<String>, Option<String>)>,
    /// Each professional's key with the system and code of a profession.
    pub professionals: Vec<(String, String, String)>,
}

/// The folder's word for a code, by system, then code.
type Words = FxHashMap<Arc<str>, FxHashMap<Arc<str>, Arc<str>>>;

/// Turns what records say into the folder's words.
#[derive(Debug, Default)]
pub struct Translator {
    organisations: FxHashMap<Arc<str>, OrganisationId>,
    services: FxHashMap<Arc<str>, ServiceKind>,
    words: [Words; 3],
    sole_kinds: FxHashMap<OrganisationId, Option<ServiceKind>>,
    sole_professions: FxHashMap<ServiceKind, Option<ProfessionId>>,
    professionals: FxHashMap<Arc<str>, Arc<str>>,
}

const fn position(meaning: Meaning) -> usize {
    match meaning {
        Meaning::Contact => 0,
        Meaning::Service => 1,
        Meaning::Profession => 2,
    }
}

impl Translator {
    /// A translator by the folder's mappings and what the records' own directory adds.
    pub fn new(definitions: &Definitions, directory: &Directory) -> Self {
        let mut translator = Self::default();
        for mapping in &definitions.mappings {
            if let Some(words) = translator.words.get_mut(position(mapping.meaning)) {
                let of_system = words.entry(Arc::from(mapping.code.system.name())).or_default();
                of_system.insert(Arc::clone(&mapping.code.code), Arc::clone(&mapping.to));
            }
        }
        for body in &definitions.organisations {
            for key in body.codes.iter().cloned().chain([Arc::from(body.id.as_str())]) {
                translator.organisations.entry(key).or_insert_with(|| body.id.clone());
            }
        }
        for service in &definitions.services {
            for key in service.codes.iter().cloned().chain([Arc::from(service.id.as_str())]) {
                translator.services.entry(key).or_insert_with(|| service.kind.clone());
            }
            let sole =
                translator.sole_kinds.entry(service.organisation.clone()).or_insert_with(|| Some(service.kind.clone()));
            if sole.as_ref() != Some(&service.kind) {
                *sole = None;
            }
            let only = match service.professions.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            };
            let sole = translator.sole_professions.entry(service.kind.clone()).or_insert_with(|| only.clone());
            if *sole != only {
                *sole = None;
            }
        }
        translator.learn(directory);
        translator
    }

    /// The folder's organisation of a record's key.
    pub fn organisation(&self, key: &str) -> Option<&str> {
        self.organisations.get(key).map(OrganisationId::as_str)
    }

    /// The kind of service of a contact: by the service it names, or else by the first of its codes that is mapped,
    /// or else because its organisation offers only one kind.
    pub fn service_kind<'r>(
        &self,
        service: Option<&str>,
        codes: impl IntoIterator<Item = (&'r str, &'r str)>,
        organisation: Option<&str>,
    ) -> Option<&str> {
        if let Some(kind) = service.and_then(|key| self.services.get(key)) {
            return Some(kind.as_str());
        }
        let mapped = codes.into_iter().find_map(|(system, code)| self.word(Meaning::Service, system, code));
        mapped.or_else(|| {
            let organisation = self.organisations.get(organisation?)?;
            self.sole_kinds.get(organisation)?.as_ref().map(ServiceKind::as_str)
        })
    }

    /// The profession of a contact: by its code, or else by the professional's own role, or else because only one
    /// profession works in that kind of service.
    pub fn profession(
        &self,
        code: Option<(&str, &str)>,
        professional: Option<&str>,
        kind: Option<&str>,
    ) -> Option<&str> {
        let by_code = code.and_then(|(system, code)| self.word(Meaning::Profession, system, code));
        let by_role = || professional.and_then(|key| self.professionals.get(key)).map(AsRef::as_ref);
        let by_kind = || self.sole_professions.get(kind?)?.as_ref().map(ProfessionId::as_str);
        by_code.or_else(by_role).or_else(by_kind)
    }

    /// The folder's word for a code.
    pub fn word(&self, meaning: Meaning, system: &str, code: &str) -> Option<&str> {
        self.words.get(position(meaning))?.get(system)?.get(code).map(AsRef::as_ref)
    }

    fn learn(&mut self, directory: &Directory) {
        for (key, identifiers, _) in &directory.organisations {
            if let Some(id) = identifiers.iter().find_map(|value| self.organisations.get(value.as_str())).cloned() {
                self.organisations.entry(Arc::from(key.as_str())).or_insert(id);
            }
        }
        // A part without a code of its own counts as the whole it belongs to; the chain is at most as long as the list.
        for _ in 0..directory.organisations.len().min(8) {
            for (key, _, part_of) in &directory.organisations {
                if self.organisations.contains_key(key.as_str()) {
                    continue;
                }
                if let Some(id) = part_of.as_deref().and_then(|whole| self.organisations.get(whole)).cloned() {
                    self.organisations.insert(Arc::from(key.as_str()), id);
                }
            }
        }
        for (key, system, code) in &directory.professionals {
            if let Some(word) = self.word(Meaning::Profession, system, code).map(Arc::from) {
                // Of several roles the first in the alphabet, so that the order of rows does not matter.
                let known = self.professionals.entry(Arc::from(key.as_str())).or_insert_with(|| Arc::clone(&word));
                if word < *known {
                    *known = word;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::day::Period;
    use crate::mapping::Mapping;
    use crate::organisation::{OpenTo, Organisation, Service, ServiceStatus};

    fn folder() -> Definitions {
        let service = |id: &str, kind: &str, organisation: &str, professions: &[&str]| Service {
            id: id.into(),
            kind: kind.into(),
            organisation: organisation.into(),
            site: "site".into(),
            professions: professions.iter().map(|&who| who.into()).collect(),
            status: ServiceStatus::Live,
            period: Period::ALL,
            open_to: OpenTo::Anyone,
            hours: None,
            capacity_per_week: None,
            unit_cost_pence: None,
            codes: vec![],
        };
        let body = |id: &str, code: &str| Organisation {
            id: id.into(),
            name: id.into(),
            kind: "trust".into(),
            codes: vec![code.into()],
            part_of: None,
        };
        Definitions {
            organisations: vec![body("trust", "RH8"), body("optician", "TP1")],
            services: vec![
                service("eye-clinic", "ophthalmology", "trust", &["ophthalmologist"]),
                service("feet", "podiatry", "trust", &["podiatrist"]),
                service("sight", "optometry", "optician", &["optometrist"]),
            ],
            mappings: vec![
                Mapping { meaning: Meaning::Service, code: Code::new("urn:tfc", "130"), to: "ophthalmology".into() },
                Mapping {
                    meaning: Meaning::Profession,
                    code: Code::new("urn:role", "E"),
                    to: "ophthalmologist".into(),
                },
            ],
            ..Definitions::default()
        }
    }

    #[test]
    fn a_kind_of_service_is_found_by_name_by_code_or_because_there_is_only_one() {
        let translator = Translator::new(&folder(), &Directory::default());
        assert_eq!(translator.service_kind(Some("feet"), [("urn:tfc", "130")], Some("RH8")), Some("podiatry"));
        assert_eq!(
            translator.service_kind(None, [("urn:x", "1"), ("urn:tfc", "130")], Some("RH8")),
            Some("ophthalmology")
        );
        assert_eq!(translator.service_kind(None, [], Some("TP1")), Some("optometry"));
        assert_eq!(translator.service_kind(None, [], Some("RH8")), None);
    }

    #[test]
    fn a_department_counts_as_its_trust() {
        let directory = Directory {
            organisations: vec![
                ("ward-9".into(), vec![], Some("eye-department".into())),
                ("eye-department".into(), vec![], Some("uuid-of-trust".into())),
                ("uuid-of-trust".into(), vec!["RH8".into()], None),
            ],
            professionals: vec![("dr-1".into(), "urn:role".into(), "E".into())],
        };
        let translator = Translator::new(&folder(), &directory);
        assert_eq!(translator.organisation("ward-9"), Some("trust"));
        assert_eq!(translator.profession(None, Some("dr-1"), Some("podiatry")), Some("ophthalmologist"));
        assert_eq!(translator.profession(None, None, Some("podiatry")), Some("podiatrist"));
    }
}
