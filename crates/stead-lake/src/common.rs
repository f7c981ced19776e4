//! Common resources: organisations, sites, services and professionals, to which citizens' records refer.
//!
//! They are few beside the records, so all of them are held in memory. Each lookup has a number that stays the same from
//! import to import; a bucket remembers the numbers it looked up, so that a later import knows which buckets to make again
//! when an organisation changes its name or a professional's role arrives late.

use std::collections::BTreeMap;
use std::hash::Hasher;

use rustc_hash::FxHashMap;
use twox_hash::XxHash64;

use crate::fhir::code::Coded;
use crate::fhir::element::{Concept, Identifier, Reference};
use crate::fhir::reference::Target;
use crate::fhir::resource::{HealthcareService, Location, Medication, Organization, Practitioner, PractitionerRole};
use crate::lookups::{Lookups, Numbers, number};
use crate::naming::{Rivals, Sense, is_shared};

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
    /// What it is called ([`crate::naming`]); a role has its professional's key.
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

/// In a lookup, the source of what anybody calls so.
const ANYBODY: u16 = u16::MAX;

/// All common resources, to be looked up.
#[derive(Debug, Default)]
pub(crate) struct Common {
    bodies: Vec<Body>,
    sources: Vec<String>,
    /// Identifier systems that an import named as shared.
    shared_systems: Vec<String>,
    /// What resources of each kind are called.
    rivals: BTreeMap<Kind, Rivals>,
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
    pub(crate) fn of(candidates: &[Candidate<'_>], sources: &[String], shared_systems: &[String]) -> Self {
        let (sources, shared_systems) = (sources.to_vec(), shared_systems.to_vec());
        let mut common = Self { sources, shared_systems, ..Self::default() };
        candidates.iter().for_each(|candidate| common.enter(candidate));
        common.rivals.values_mut().for_each(Rivals::settle);
        for candidate in candidates.iter().filter(|candidate| candidate.kind != Kind::Role) {
            common.add(candidate);
        }
        for candidate in candidates.iter().filter(|candidate| candidate.kind == Kind::Role) {
            common.add_role(candidate);
        }
        common
    }

    /// Enters a resource among those that may have one key.
    fn enter(&mut self, candidate: &Candidate<'_>) {
        #[derive(serde::Deserialize)]
        struct Numbered<'a> {
            #[serde(borrow, default)]
            identifier: Vec<Identifier<'a>>,
            practitioner: Option<Reference<'a>>,
        }

        let Ok(it) = serde_json::from_str::<Numbered<'_>>(candidate.json) else { return };
        let kind = match candidate.kind {
            // A role without a professional stands for one.
            Kind::Role if it.practitioner.as_ref().is_some_and(names_professional) => return,
            Kind::Role => Kind::Professional,
            kind => kind,
        };
        let sense = self.sense(candidate, &it.identifier);
        self.rivals.entry(kind).or_default().enter(key(&it.identifier, candidate.id), sense);
    }

    fn sense(&self, candidate: &Candidate<'_>, identifiers: &[Identifier<'_>]) -> Sense {
        let path = format!("{}/{}", candidate.kind.resource_type(), candidate.id);
        Sense::of(self.source(candidate.source), path, identifiers, &self.shared_systems)
    }

    /// What a resource is called among those of `kind`.
    fn name(&self, kind: Kind, candidate: &Candidate<'_>, identifiers: &[Identifier<'_>]) -> Box<str> {
        let key = key(identifiers, candidate.id);
        let name = self.rivals.get(&kind).map(|rivals| rivals.name(&key, &self.sense(candidate, identifiers)));
        name.unwrap_or(key).into()
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
            key: self.name(candidate.kind, candidate, identifiers),
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
            key: self.name(candidate.kind, candidate, &it.identifier),
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
        let key = professional.unwrap_or_else(|| self.name(Kind::Professional, candidate, &role.identifier));
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
        // What would be called so, or is: a later import may bring a rival.
        let plain = key(identifiers, &body.id);
        for called in [plain.as_str(), &body.key] {
            let kind = if body.kind == Kind::Role { Kind::Professional } else { body.kind };
            if self.holds(kind, called) {
                self.index.entry(number(kind, "called", "", called)).or_insert(place);
            }
        }
        self.index.insert(number(body.kind, "id", &source, &body.id), place);
        for identifier in identifiers {
            let Some(value) = identifier.value.as_deref() else { continue };
            let system = identifier.system.as_deref().unwrap_or("");
            let token = format!("{system}|{value}");
            let anywhere = is_shared(system, value, &self.shared_systems).then_some("");
            for source in std::iter::once(source.as_str()).chain(anywhere) {
                self.index.entry(number(body.kind, "identifier", source, &token)).or_insert(place);
            }
        }
        self.bodies.push(body);
    }

    fn source(&self, source: u16) -> &str {
        self.sources.get(usize::from(source)).map_or("", String::as_str)
    }

    fn find(
        &self,
        kind: Kind,
        what: &'static str,
        source: Option<u16>,
        text: &str,
        lookups: &mut Lookups,
    ) -> Option<&Body> {
        let source = source.map_or((ANYBODY, ""), |source| (source, self.source(source)));
        let number = lookups.number(kind, what, source, text);
        self.bodies.get(*self.index.get(&number)? as usize)
    }

    /// The resource of this id in a source.
    pub(crate) fn by_id(&self, kind: Kind, source: u16, id: &str, lookups: &mut Lookups) -> Option<&Body> {
        self.find(kind, "id", Some(source), id, lookups)
    }

    /// The resource with this identifier: of the same source, or else, when the number is shared, of the first that has one.
    pub(crate) fn by_identifier(
        &self,
        kind: Kind,
        source: u16,
        system: &str,
        value: &str,
        lookups: &mut Lookups,
    ) -> Option<&Body> {
        let token = format!("{system}|{value}");
        let own = self.find(kind, "identifier", Some(source), &token, lookups);
        own.or_else(|| self.find(kind, "identifier", None, &token, lookups))
    }

    /// The roles of a professional, in order of source and id.
    pub(crate) fn roles(&self, professional: &str, lookups: &mut Lookups) -> impl Iterator<Item = &Body> {
        let number = lookups.number(Kind::Role, "of", (ANYBODY, ""), professional);
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
                self.by_identifier(Kind::Professional, source, &system, &value, &mut unused)
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
        let key = |body: &Body| body.key.to_string();
        let by_id = |id: &str, lookups: &mut Lookups| {
            let found = self.by_id(kind, source, id, lookups).map(key);
            found.or_else(|| Some(self.called(kind, source, id, lookups)))
        };
        match Target::of(reference) {
            Target::Typed(named, id) if Kind::of(named) == Some(kind) => by_id(id, lookups),
            Target::Untyped(id) => by_id(id, lookups),
            Target::Identified { system, value, .. } => {
                let found = self.by_identifier(kind, source, &system, &value, lookups).map(key);
                found.or_else(|| Some(self.called(kind, source, &value, lookups)))
            }
            Target::Words => reference.display.as_ref().map(|words| words.to_string()),
            Target::Typed(..) | Target::Contained(_) => None,
        }
    }

    /// Whether something that only a source of its own knows so is, or would be, called so.
    fn holds(&self, kind: Kind, called: &str) -> bool {
        self.rivals.get(&kind).is_some_and(|rivals| rivals.holds(called))
    }

    /// What a source calls something that is not there, as `name`: with the source in front when others are called so.
    pub(crate) fn called(&self, kind: Kind, source: u16, name: &str, lookups: &mut Lookups) -> String {
        let mut taken = |called: &str| self.find(kind, "called", None, called, lookups).is_some();
        if !taken(name) {
            return name.to_owned();
        }
        let source = self.source(source);
        let called = format!("{source}:{name}");
        if taken(&called) { format!("{source}:{}/{name}", kind.resource_type()) } else { called }
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
    pub(crate) fn changed_since(&self, before: &Self) -> Numbers {
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

/// Whether a role's reference says who has it.
fn names_professional(reference: &Reference<'_>) -> bool {
    match Target::of(reference) {
        Target::Typed(named, _) => named == Kind::Professional.resource_type(),
        Target::Untyped(_) | Target::Identified { .. } => true,
        Target::Words => reference.display.is_some(),
        Target::Contained(_) => false,
    }
}

/// The first business identifier, or the id: what it is called as long as nothing else is.
fn key(identifiers: &[Identifier<'_>], id: &str) -> String {
    let mut values = identifiers.iter().filter_map(|identifier| identifier.value.as_deref());
    values.find(|value| !value.trim().is_empty()).unwrap_or(id).to_owned()
}
