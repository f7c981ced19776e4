//! Who did it and where: references to organisations, sites, services and professionals, in all their forms.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Deriver, Subject};
use crate::common::{Body, Kind};
use crate::fhir::code::Coded;
use crate::fhir::element::{Concept, HumanName, Identifier, Reference};
use crate::fhir::quick::Quick;
use crate::fhir::raw::Raw;
use crate::fhir::read;
use crate::fhir::reference::Target;
use crate::fhir::resource::Contained;

/// What a reference leads to.
pub(super) enum Found<'t> {
    Body(&'t Body),
    /// Something that is not there, as the reference calls it.
    Called(Kind, Cow<'t, str>),
    /// A role that stands inside the record.
    Role(Actor<'t>),
    Nothing,
}

/// Somebody who did something.
#[derive(Clone, Debug, Default)]
pub(super) struct Actor<'t> {
    pub(super) organisation: Option<Cow<'t, str>>,
    pub(super) professional: Option<Cow<'t, str>>,
    pub(super) service: Option<Cow<'t, str>>,
    /// System and code of the profession, when the reference itself names a role.
    pub(super) profession: Option<(Option<Cow<'t, str>>, Cow<'t, str>)>,
}

const ACTORS: &[Kind] = &[Kind::Professional, Kind::Role, Kind::Organisation];

impl<'c> Deriver<'c, '_> {
    /// What `reference` leads to, when that is one of `kinds`.
    pub(super) fn find<'t>(
        &mut self,
        subject: Subject<'t>,
        reference: &Reference<'t>,
        kinds: &[Kind],
        contained: Option<Raw<'t>>,
    ) -> Found<'t>
    where
        'c: 't,
    {
        let common = self.common;
        match Target::of(reference) {
            Target::Typed(named, id) => {
                let Some(kind) = Kind::of(named).filter(|kind| kinds.contains(kind)) else { return Found::Nothing };
                if let Some(body) = common.by_id(kind, subject.source, id, self.lookups) {
                    return Found::Body(body);
                }
                self.nowhere(named);
                Found::Called(kind, Cow::Owned(common.called(kind, subject.source, id, self.lookups)))
            }
            Target::Untyped(id) => {
                for &kind in kinds {
                    if let Some(body) = common.by_id(kind, subject.source, id, self.lookups) {
                        return Found::Body(body);
                    }
                }
                let first = kinds.first().copied().unwrap_or(Kind::Organisation);
                self.nowhere(first.resource_type());
                if kinds.len() == 1 {
                    Found::Called(first, Cow::Owned(common.called(first, subject.source, id, self.lookups)))
                } else {
                    Found::Nothing
                }
            }
            Target::Identified { kind: named, system, value, conditional } => {
                let named = match named.map(Kind::of) {
                    Some(Some(kind)) if kinds.contains(&kind) => Some(kind),
                    Some(_) => return Found::Nothing,
                    None => None,
                };
                self.identified(subject, named, kinds, (&system, &value), conditional)
            }
            Target::Contained(id) => self.inside(subject, id, kinds, contained),
            Target::Words => match (&reference.display, kinds.first()) {
                (Some(words), Some(&kind)) => words.filled().map_or(Found::Nothing, |words| Found::Called(kind, words)),
                _ => Found::Nothing,
            },
        }
    }

    fn identified<'t>(
        &mut self,
        subject: Subject<'t>,
        named: Option<Kind>,
        kinds: &[Kind],
        (system, value): (&str, &str),
        conditional: bool,
    ) -> Found<'t>
    where
        'c: 't,
    {
        let common = self.common;
        let first = named.or(kinds.first().copied()).unwrap_or(Kind::Organisation);
        let kinds = if named.is_some() { std::slice::from_ref(&first) } else { kinds };
        for &kind in kinds {
            if let Some(body) = common.by_identifier(kind, subject.source, system, value, self.lookups) {
                return Found::Body(body);
            }
        }
        if conditional {
            self.nowhere(first.resource_type());
        }
        Found::Called(first, Cow::Owned(common.called(first, subject.source, value, self.lookups)))
    }

    fn inside<'t>(&mut self, subject: Subject<'t>, id: &str, kinds: &[Kind], contained: Option<Raw<'t>>) -> Found<'t>
    where
        'c: 't,
    {
        let Some(inner) = contained_of(contained, id) else {
            self.nowhere("contained");
            return Found::Nothing;
        };
        let kind = inner.resource_type.as_deref().and_then(Kind::of).filter(|kind| kinds.contains(kind));
        let Some(kind) = kind else { return Found::Nothing };
        if kind == Kind::Role {
            let mut called = |reference: Option<&Reference<'t>>, kind| {
                reference.and_then(|reference| match self.find(subject, reference, &[kind], contained) {
                    Found::Body(body) => Some(Cow::Borrowed(&*body.key)),
                    Found::Called(_, called) => Some(called),
                    _ => None,
                })
            };
            let professional = called(inner.practitioner.as_ref(), Kind::Professional);
            let organisation = called(inner.organization.as_ref(), Kind::Organisation);
            let concepts: Vec<Concept<'t>> = part(inner.code).unwrap_or_default();
            let coded = Coded::of(&concepts);
            let profession = coded.code.map(|code| (coded.system, code));
            return Found::Role(Actor { organisation, professional, service: None, profession });
        }
        let identifiers: Vec<Identifier<'t>> = part(inner.identifier).unwrap_or_default();
        let with_value =
            identifiers.iter().find_map(|it| Some((it.system.as_deref().unwrap_or(""), it.value.as_ref()?)));
        if let Some((system, value)) = with_value {
            return self.identified(subject, Some(kind), kinds, (system, value), false);
        }
        name_of(kind, inner.name).map_or(Found::Nothing, |name| Found::Called(kind, name))
    }

    /// The key of one thing of a kind.
    pub(super) fn key<'t>(
        &mut self,
        subject: Subject<'t>,
        reference: Option<&Reference<'t>>,
        kind: Kind,
        contained: Option<Raw<'t>>,
    ) -> Option<Cow<'t, str>>
    where
        'c: 't,
    {
        match self.find(subject, reference?, &[kind], contained) {
            Found::Body(body) => Some(Cow::Borrowed(&body.key)),
            Found::Called(_, called) => Some(called),
            Found::Role(_) | Found::Nothing => None,
        }
    }

    /// Who did it, when the reference names a professional, a role or an organisation.
    pub(super) fn actor<'t>(
        &mut self,
        subject: Subject<'t>,
        reference: &Reference<'t>,
        contained: Option<Raw<'t>>,
    ) -> Actor<'t>
    where
        'c: 't,
    {
        let mut actor = Actor::default();
        match self.find(subject, reference, ACTORS, contained) {
            Found::Body(body) => match body.kind {
                Kind::Organisation => actor.organisation = Some(Cow::Borrowed(&body.key)),
                Kind::Role => {
                    actor.professional = Some(Cow::Borrowed(&body.key));
                    actor.organisation = body.organisation.as_deref().map(Cow::Borrowed);
                    actor.service = body.service.as_deref().map(Cow::Borrowed);
                    actor.profession = profession_of(body);
                }
                _ => actor.professional = Some(Cow::Borrowed(&body.key)),
            },
            Found::Called(Kind::Organisation, called) => actor.organisation = Some(called),
            Found::Called(_, called) => actor.professional = Some(called),
            Found::Role(role) => actor = role,
            Found::Nothing => {}
        }
        actor
    }

    /// The first professional and the first organisation among several.
    pub(super) fn actors<'t, 'r>(
        &mut self,
        subject: Subject<'t>,
        references: impl IntoIterator<Item = &'r Reference<'t>>,
        contained: Option<Raw<'t>>,
    ) -> Actor<'t>
    where
        'c: 't,
        't: 'r,
    {
        let mut all = Actor::default();
        for reference in references {
            let one = self.actor(subject, reference, contained);
            if all.professional.is_none() {
                all.professional = one.professional;
                all.profession = one.profession;
            }
            all.organisation = all.organisation.or(one.organisation);
            all.service = all.service.or(one.service);
        }
        all
    }

    /// A professional's profession: of the role at that organisation, or of the only role, or when all roles agree.
    pub(super) fn profession<'t>(
        &mut self,
        professional: &str,
        organisation: Option<&str>,
    ) -> Option<(Option<Cow<'t, str>>, Cow<'t, str>)>
    where
        'c: 't,
    {
        let common = self.common;
        let roles: Vec<&'c Body> = common.roles(professional, self.lookups).collect();
        let there = roles.iter().find(|role| organisation.is_some() && role.organisation.as_deref() == organisation);
        if let Some(role) = there.filter(|role| has_code(role)) {
            return profession_of(role);
        }
        let (first, rest) = roles.split_first()?;
        rest.iter().all(|role| same_code(role, first)).then(|| profession_of(first)).flatten()
    }
}

fn has_code(role: &Body) -> bool {
    let [_, code, _] = &role.coded;
    code.is_some()
}

fn same_code(one: &Body, other: &Body) -> bool {
    let ([system, code, _], [other_system, other_code, _]) = (&one.coded, &other.coded);
    system == other_system && code == other_code
}

fn profession_of<'t>(role: &'t Body) -> Option<(Option<Cow<'t, str>>, Cow<'t, str>)> {
    let [system, code, _] = &role.coded;
    Some((system.as_deref().map(Cow::Borrowed), Cow::Borrowed(code.as_deref()?)))
}

/// The resource of this id inside another.
pub(super) fn contained_of<'t>(contained: Option<Raw<'t>>, id: &str) -> Option<Contained<'t>> {
    let all: Vec<Contained<'t>> = part(contained)?;
    all.into_iter().find(|inner| inner.id.as_deref() == Some(id))
}

fn part<'t, P: Quick<'t> + Deserialize<'t>>(raw: Option<Raw<'t>>) -> Option<P> {
    read::part(raw?.get())
}

fn name_of<'t>(kind: Kind, raw: Option<Raw<'t>>) -> Option<Cow<'t, str>> {
    if kind == Kind::Professional {
        let names: Vec<HumanName<'t>> = part(raw)?;
        return names.first()?.words().map(Cow::Owned);
    }
    part::<crate::fhir::text::Text<'t>>(raw)?.filled()
}
