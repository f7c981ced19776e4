//! Common resources: organisations, sites, services and professionals, to which citizens' records refer.
//!
//! They are few beside the records, so all of them are held in memory. Each lookup has a number that stays the same from
//! import to import; a bucket remembers the numbers it looked up, so that a later import knows which buckets to make again
//! when an organisation changes its name or a professional's role arrives late.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHashSet};
use twox_hash::XxHash64;

use crate::fhir::code::Coded;
use crate::fhir::element::{Concept, Identifier, Reference};
use crate::fhir::reference::Target;
use crate::fhir::resource::{HealthcareService, Location, Medication, Organization, Practitioner, PractitionerRole};

/// The kinds of common resources that tables know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Organisation,
    Site,
    Service,
    Professional,
    Role,
    Medication,
}

impl Kind {
    pub(crate) fn of(resource_type: &str) -> Option<Self> {
        Some(match resource_type {
            "Organization" => Self::Organisation,
            "Location" => Self::Site,
            "HealthcareService" => Self::Service,
            "Practitioner" => Self::Professional,
            "PractitionerRole" => Self::Role,
            "Medication" => Self::Medication,
            _ => return None,
        })
    }

    pub(crate) const fn resource_type(self) -> &'static str {
        match self {
            Self::Organisation => "Organization",
            Self::Site => "Location",
            Self::Service => "HealthcareService",
            Self::Professional => "Practitioner",
            Self::Role => "PractitionerRole",
            Self::Medication => "Medication",
        }
    }
}

/// A common resource as others see it.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) kind: Kind,
    pub(crate) source: u16,
    pub(crate) id: Box<str>,
    /// Its first business identifier, or its id; a role has its professional's key.
    pub(crate) key: Box<str>,
    pub(crate) organisation: Option<Box<str>>,
    pub(crate) site: Option<Box<str>>,
    pub(crate) service: Option<Box<str>>,
    /// The profession of a role, or what a medication is: system, code and term. A professional's name stands as the term.
    pub(crate) coded: [Option<Box<str>>; 3],
}

impl Body {
    fn digest(&self) -> u64 {
        let mut hasher = XxHash64::with_seed(7);
        let parts = [Some(&self.key), self.organisation.as_ref(), self.site.as_ref(), self.service.as_ref()];
        for part in parts.into_iter().chain(self.coded.iter().map(Option::as_ref)) {
            hasher.write(part.map_or("", |part| part).as_bytes());
            hasher.write(&[u8::from(part.is_some())]);
        }
        hasher.finish()
    }
}

/// Numbers of what was looked up.
pub(crate) type Lookups = FxHashSet<u64>;

fn number(kind: Kind, what: &str, source: &str, text: &str) -> u64 {
    let mut hasher = XxHash64::with_seed(kind as u64);
    for part in [what, source, text] {
        hasher.write(part.as_bytes());
        hasher.write(&[0]);
    }
    hasher.finish()
}

/// All common resources, to be looked up.
#[derive(Debug, Default)]
pub(crate) struct Common {
    bodies: Vec<Body>,
    sources: Vec<String>,
    index: FxHashMap<u64, u32>,
    roles: FxHashMap<u64, Vec<u32>>,
}

/// A common resource to be put in: its source, id and text (already known to be readable).
pub(crate) struct Candidate<'t> {
    pub(crate) kind: Kind,
    pub(crate) source: u16,
    pub(crate) id: &'t str,
    pub(crate) json: &'t str,
}

impl Common {
    /// INVARIANT: `candidates` are sorted by source name, type and id, so that ties fall the same way at every import.
    pub(crate) fn of(candidates: &[Candidate<'_>], sources: &[String]) -> Self {
        let mut common = Self { sources: sources.to_vec(), ..Self::default() };
        for candidate in candidates.iter().filter(|candidate| candidate.kind != Kind::Role) {
            common.add(candidate);
        }
        for candidate in candidates.iter().filter(|candidate| candidate.kind == Kind::Role) {
            common.add_role(candidate);
        }
        common
    }

    fn add(&mut self, candidate: &Candidate<'_>) {
        match candidate.kind {
            Kind::Organisation => self.add_plain(candidate, |it: &Organization<'_>| (&it.identifier, None)),
            Kind::Site => self.add_plain(candidate, |it: &Location<'_>| (&it.identifier, None)),
            Kind::Service => self.add_plain(candidate, |it: &HealthcareService<'_>| (&it.identifier, None)),
            Kind::Professional => self.add_professional(candidate),
            Kind::Medication => self.add_plain(candidate, |it: &Medication<'_>| (&it.identifier, it.code.as_ref())),
            Kind::Role => {}
        }
    }

    fn add_plain<'t, R: serde::Deserialize<'t>>(
        &mut self,
        candidate: &Candidate<'t>,
        parts: impl for<'r> Fn(&'r R) -> (&'r Vec<Identifier<'t>>, Option<&'r Concept<'t>>),
    ) {
        let Ok(resource) = serde_json::from_str::<R>(candidate.json) else { return };
        let (identifiers, concept) = parts(&resource);
        let coded = Coded::of(concept);
        let body = Body {
            kind: candidate.kind,
            source: candidate.source,
            id: Box::from(candidate.id),
            key: key(identifiers, candidate.id).into(),
            organisation: None,
            site: None,
            service: None,
            coded: [boxed(coded.system), boxed(coded.code), boxed(coded.term)],
        };
        self.insert(body, identifiers);
    }

    fn add_professional(&mut self, candidate: &Candidate<'_>) {
        let Ok(it) = serde_json::from_str::<Practitioner<'_>>(candidate.json) else { return };
        let name = it.name.first().and_then(|name| name.words()).map(String::into_boxed_str);
        let body = Body {
            kind: candidate.kind,
            source: candidate.source,
            id: Box::from(candidate.id),
            key: key(&it.identifier, candidate.id).into(),
            organisation: None,
            site: None,
            service: None,
            coded: [None, None, name],
        };
        self.insert(body, &it.identifier);
    }

    fn add_role(&mut self, candidate: &Candidate<'_>) {
        let Ok(role) = serde_json::from_str::<PractitionerRole<'_>>(candidate.json) else { return };
        let source = candidate.source;
        let mut unused = Lookups::default();
        let mut called = |reference: Option<&Reference<'_>>, kind| {
            reference
                .and_then(|reference| self.key_of(source, reference, kind, &mut unused))
                .map(String::into_boxed_str)
        };
        let professional = called(role.practitioner.as_ref(), Kind::Professional);
        let organisation = called(role.organization.as_ref(), Kind::Organisation);
        let site = called(role.location.first(), Kind::Site);
        let service = called(role.healthcare_service.first(), Kind::Service);
        let coded = Coded::of(&role.code);
        let known = professional.is_some();
        let key = professional.unwrap_or_else(|| key(&role.identifier, candidate.id).into());
        let coded = [boxed(coded.system), boxed(coded.code), boxed(coded.term)];
        let place = self.bodies.len() as u32;
        if known {
            self.roles.entry(number(Kind::Role, "of", "", &key)).or_default().push(place);
        }
        let (id, kind) = (Box::from(candidate.id), Kind::Role);
        self.insert(Body { kind, source, id, key, organisation, site, service, coded }, &role.identifier);
    }

    fn insert(&mut self, body: Body, identifiers: &[Identifier<'_>]) {
        let place = self.bodies.len() as u32;
        let source = self.source(body.source).to_owned();
        self.index.insert(number(body.kind, "id", &source, &body.id), place);
        for identifier in identifiers {
            let Some(value) = identifier.value.as_deref() else { continue };
            let token = format!("{}|{value}", identifier.system.as_deref().unwrap_or(""));
            for source in [source.as_str(), ""] {
                self.index.entry(number(body.kind, "identifier", source, &token)).or_insert(place);
            }
        }
        self.bodies.push(body);
    }

    fn source(&self, source: u16) -> &str {
        self.sources.get(usize::from(source)).map_or("", String::as_str)
    }

    fn find(&self, number: u64, lookups: &mut Lookups) -> Option<&Body> {
        lookups.insert(number);
        self.bodies.get(*self.index.get(&number)? as usize)
    }

    /// The resource of this id in a source.
    pub(crate) fn by_id(&self, kind: Kind, source: u16, id: &str, lookups: &mut Lookups) -> Option<&Body> {
        self.find(number(kind, "id", self.source(source), id), lookups)
    }

    /// The resource with this identifier: of the same source, or else of the first that has one.
    pub(crate) fn by_identifier(
        &self,
        kind: Kind,
        source: u16,
        system: &str,
        value: &str,
        lookups: &mut Lookups,
    ) -> Option<&Body> {
        let token = format!("{system}|{value}");
        let own = self.find(number(kind, "identifier", self.source(source), &token), lookups);
        own.or_else(|| self.find(number(kind, "identifier", "", &token), lookups))
    }

    /// The roles of a professional, in order of source and id.
    pub(crate) fn roles(&self, professional: &str, lookups: &mut Lookups) -> impl Iterator<Item = &Body> {
        let number = number(Kind::Role, "of", "", professional);
        lookups.insert(number);
        self.roles.get(&number).into_iter().flatten().filter_map(|&place| self.bodies.get(place as usize))
    }

    /// The name of the professional that a role's reference names, when that is known.
    pub(crate) fn name_of(&self, source: u16, reference: &Reference<'_>) -> Option<&str> {
        let mut unused = Lookups::default();
        let body = match Target::of(reference) {
            Target::Typed("Practitioner", id) | Target::Untyped(id) => {
                self.by_id(Kind::Professional, source, id, &mut unused)
            }
            Target::Identified { system, value, .. } => {
                self.by_identifier(Kind::Professional, source, system, value, &mut unused)
            }
            _ => None,
        };
        body.and_then(|body| body.coded.last()?.as_deref())
    }

    /// What a reference between common resources calls the other one: its key when it is known, or else as the reference does.
    pub(crate) fn key_of(
        &self,
        source: u16,
        reference: &Reference<'_>,
        kind: Kind,
        lookups: &mut Lookups,
    ) -> Option<String> {
        let found = |body: Option<&Body>, otherwise: &str| body.map_or(otherwise, |body| &body.key).to_owned();
        match Target::of(reference) {
            Target::Typed(named, id) if Kind::of(named) == Some(kind) => {
                Some(found(self.by_id(kind, source, id, lookups), id))
            }
            Target::Untyped(id) => Some(found(self.by_id(kind, source, id, lookups), id)),
            Target::Identified { system, value, .. } => {
                Some(found(self.by_identifier(kind, source, system, value, lookups), value))
            }
            Target::Words => reference.display.as_ref().map(|words| words.to_string()),
            Target::Typed(..) | Target::Contained(_) => None,
        }
    }

    /// For every number that can be looked up, a digest of what is found: two lakes that agree on it make the same tables.
    pub(crate) fn digests(&self) -> FxHashMap<u64, u64> {
        let digest = |place: u32| self.bodies.get(place as usize).map_or(0, Body::digest);
        let mut digests: FxHashMap<u64, u64> =
            self.index.iter().map(|(&number, &place)| (number, digest(place))).collect();
        for (&number, places) in &self.roles {
            let mut hasher = XxHash64::with_seed(11);
            places.iter().for_each(|&place| hasher.write(&digest(place).to_le_bytes()));
            digests.insert(number, hasher.finish());
        }
        digests
    }

    /// The numbers of lookups that have another answer here than in `before`.
    pub(crate) fn changed_since(&self, before: &Self) -> Lookups {
        let (old, new) = (before.digests(), self.digests());
        let gone = old.keys().filter(|number| !new.contains_key(number));
        new.iter()
            .filter(|(number, digest)| old.get(number) != Some(digest))
            .map(|(number, _)| number)
            .chain(gone)
            .copied()
            .collect()
    }
}

fn boxed(text: Option<std::borrow::Cow<'_, str>>) -> Option<Box<str>> {
    text.map(|text| text.into_owned().into_boxed_str())
}

/// The first business identifier, or the id.
pub(crate) fn key(identifiers: &[Identifier<'_>], id: &str) -> String {
    let mut values = identifiers.iter().filter_map(|identifier| identifier.value.as_deref());
    values.find(|value| !value.trim().is_empty()).unwrap_or(id).to_owned()
}
