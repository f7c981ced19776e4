//! The gate: agreements in force, looked up by who holds and who asks.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::outcome::{Block, Lack, Outcome, Permit};
use super::request::{Actor, Facts, Request};
use crate::agreement::{Agreement, Clause, ClauseRef, Share, Terms, Within};
use crate::category::Category;
use crate::choice::{Choice, ChoiceKind};
use crate::day::{Day, Period};
use crate::definitions::Definitions;
use crate::id::{AgreementId, CategoryId, GroupId, OrganisationId, PlaceId, ProfessionId};
use crate::purpose::Purpose;

/// Agreements made ready for decisions. What a request does not touch costs nothing.
#[derive(Debug)]
pub struct Gate {
    /// Every organisation by its id, with the organisations that it is a part of, itself first.
    wholes: FxHashMap<OrganisationId, Body>,
    categories: FxHashMap<CategoryId, Kind>,
    openings: Vec<Opening>,
    /// Openings by holder and by who asks.
    between: FxHashMap<(u32, u32), Vec<u32>>,
}

/// Organisations by what they are part of.
type Parts = FxHashMap<OrganisationId, Vec<(u32, OrganisationId)>>;

/// An organisation.
#[derive(Debug)]
struct Body {
    number: u32,
    /// Itself and the organisations that it is a part of.
    wholes: Vec<OrganisationId>,
    /// The days on which it is under an agreement in force.
    under: Vec<Period>,
}

/// A category.
#[derive(Debug)]
struct Kind {
    number: u32,
    /// Itself and the categories that it is a part of.
    wholes: Vec<CategoryId>,
    sensitive: bool,
}

/// A share clause of an agreement that all have signed.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) cite: ClauseRef,
    /// When it opens; `None`: never, by what is known.
    days: Option<Period>,
    categories: Vec<u32>,
    purposes: Vec<Purpose>,
    professions: Vec<ProfessionId>,
    pub(super) group: Option<GroupId>,
    pub(super) places: Vec<PlaceId>,
    pub(super) within: Within,
    pub(super) asks: bool,
}

impl Gate {
    /// A gate over the agreements of `definitions`. `bindings` says on which days each binds
    /// ([`crate::agreement::standings`]); one that is not in it binds nobody.
    pub fn new(definitions: &Definitions, bindings: &BTreeMap<AgreementId, Period>) -> Self {
        let mut gate = Self {
            wholes: bodies(definitions),
            categories: kinds(&definitions.all_categories()),
            openings: Vec::new(),
            between: FxHashMap::default(),
        };
        let parts = gate.parts();
        let mut agreements: Vec<_> = definitions.agreements.iter().collect();
        agreements.sort_by(|one, other| one.id.cmp(&other.id));
        let amending: Vec<_> = agreements.iter().copied().filter(|agreement| !agreement.amends.is_empty()).collect();
        for agreement in agreements {
            let binding = bindings.get(&agreement.id).copied();
            gate.note_parties(agreement, binding, &parts);
            for clause in &agreement.clauses {
                let Terms::Share(share) = &clause.terms else { continue };
                let days = days(agreement, clause, binding, &amending, bindings);
                gate.open(agreement, clause, share, days, &parts);
            }
        }
        gate
    }

    /// Every organisation's parts, itself among them, each with its number.
    fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        for (id, body) in &self.wholes {
            for whole in &body.wholes {
                parts.entry(whole.clone()).or_default().push((body.number, id.clone()));
            }
        }
        parts
    }

    fn note_parties(&mut self, agreement: &Agreement, binding: Option<Period>, parts: &Parts) {
        let Some(binding) = binding else { return };
        let under = agreement.parties.iter().filter_map(|party| parts.get(&party.organisation)).flatten();
        for (_, id) in under {
            if let Some(body) = self.wholes.get_mut(id) {
                body.under.push(binding);
            }
        }
    }

    fn open(&mut self, agreement: &Agreement, clause: &Clause, share: &Share, days: Option<Period>, parts: &Parts) {
        let opens = |kind: &Kind| {
            let named = |id: &CategoryId| share.categories.contains(id);
            match (share.categories.is_empty(), kind.sensitive) {
                (true, sensitive) => !sensitive,
                (false, false) => kind.wholes.iter().any(named),
                (false, true) => kind.wholes.first().is_some_and(named),
            }
        };
        let number = u32::try_from(self.openings.len()).unwrap_or(u32::MAX);
        self.openings.push(Opening {
            cite: agreement.cite(clause),
            days,
            categories: self.categories.values().filter(|kind| opens(kind)).map(|kind| kind.number).collect(),
            purposes: share.purposes.clone(),
            professions: share.professions.clone(),
            group: share.group.clone(),
            places: agreement.places.clone(),
            within: share.within,
            asks: share.asks,
        });
        let all = |ids: &[OrganisationId]| -> Vec<u32> {
            let mut all: Vec<u32> =
                ids.iter().filter_map(|id| parts.get(id)).flatten().map(|(number, _)| *number).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let to = all(&share.to);
        for from in all(&share.from) {
            for to in to.iter().filter(|to| **to != from) {
                self.between.entry((from, *to)).or_default().push(number);
            }
        }
    }

    /// How a clause of an [`Outcome`] is cited.
    pub fn clause(&self, number: u32) -> Option<&ClauseRef> {
        self.opening(number).map(|opening| &opening.cite)
    }

    pub(super) fn openings_of(&self, cite: &ClauseRef) -> Option<&Opening> {
        self.openings.iter().find(|opening| opening.cite == *cite)
    }

    pub(super) fn opening(&self, number: u32) -> Option<&Opening> {
        self.openings.get(usize::try_from(number).ok()?)
    }

    /// Whether a category is sensitive; `None`: nobody knows it.
    pub fn is_sensitive(&self, category: &CategoryId) -> Option<bool> {
        self.categories.get(category).map(|kind| kind.sensitive)
    }

    /// Yes or no, and by what. The order is that of the module's head.
    pub fn decide(&self, request: &Request, facts: &Facts<'_>) -> Outcome {
        let Actor::Professional { organisation, profession, professional } = &request.actor else {
            let asks = request.purpose.lies_under(Purpose::Request);
            return if asks { Outcome::Permit(Permit::Herself) } else { Outcome::Deny(Block::NotHerRequest) };
        };
        let own = *organisation == request.holder;
        let closed = self.closed_by(request, facts, organisation, profession.as_ref(), own);
        if let Some((at, kind, true)) = closed {
            return Outcome::Deny(if kind == ChoiceKind::OptOut { Block::OptOut(at) } else { Block::Objection(at) });
        }
        let found = match closed {
            Some((at, ..)) => Outcome::Deny(Block::Objection(at)),
            None if own && request.purpose.is_individual_care() => Outcome::Permit(Permit::Own),
            None => self.by_clause(request, facts, organisation, profession.as_ref()),
        };
        let emergency = request.purpose == Purpose::Emergency && !found.is_permit();
        let says_why = request.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
        let somebody = profession.is_some() && professional.as_ref().is_some_and(|name| !name.trim().is_empty());
        if emergency && says_why && somebody && self.is_under_an_agreement(organisation, request.on) {
            return Outcome::Permit(Permit::BreakGlass);
        }
        found
    }

    /// Whether an organisation, or one that it is a part of, is a party of an agreement in force.
    pub fn is_under_an_agreement(&self, organisation: &OrganisationId, on: Day) -> bool {
        self.wholes.get(organisation).is_some_and(|body| body.under.iter().any(|period| period.contains(on)))
    }

    /// The choice that closes the request: which, of what kind, and whether it closes an emergency, too.
    fn closed_by(
        &self,
        request: &Request,
        facts: &Facts<'_>,
        organisation: &OrganisationId,
        profession: Option<&ProfessionId>,
        own: bool,
    ) -> Option<(usize, ChoiceKind, bool)> {
        let emergency = request.purpose == Purpose::Emergency;
        let usual = if emergency { Purpose::Treatment } else { request.purpose };
        let closing = facts.choices.iter().enumerate().filter(|(_, choice)| {
            choice.kind != ChoiceKind::Permission
                && choice.citizen == request.citizen
                && choice.period.contains(request.on)
        });
        let mut found: Option<(usize, ChoiceKind, bool)> = None;
        for (at, choice) in closing {
            let opted_out = choice.kind == ChoiceKind::OptOut && choice.is_about(request.purpose);
            let objects = choice.kind == ChoiceKind::Objection
                && (choice.is_about(request.purpose) || choice.is_about(usual))
                && self.is_about_who(choice, organisation, profession, true)
                && self.is_about_what(choice, &request.category)
                && (!own || choice.organisations.contains(organisation));
            if !(opted_out || objects) {
                continue;
            }
            let firmly = opted_out || choice.is_about(request.purpose);
            let stronger = found.is_none_or(|(_, kind, firm)| (firmly, opted_out) > (firm, kind == ChoiceKind::OptOut));
            if stronger {
                found = Some((at, choice.kind, firmly));
            }
        }
        found
    }

    /// Whether a choice is about who asks. Of whom no profession is known, an objection holds and a permission does not.
    fn is_about_who(
        &self,
        choice: &Choice,
        organisation: &OrganisationId,
        profession: Option<&ProfessionId>,
        unknown: bool,
    ) -> bool {
        let named = |ids: &[OrganisationId]| {
            ids.contains(organisation)
                || self.wholes.get(organisation).is_some_and(|body| body.wholes.iter().any(|id| ids.contains(id)))
        };
        (choice.organisations.is_empty() || named(&choice.organisations))
            && (choice.professions.is_empty() || profession.map_or(unknown, |who| choice.professions.contains(who)))
    }

    /// Whether a choice is about a category: it names it, or a category that it is a part of.
    fn is_about_what(&self, choice: &Choice, category: &CategoryId) -> bool {
        choice.categories.is_empty()
            || choice.categories.contains(category)
            || self
                .categories
                .get(category)
                .is_some_and(|kind| kind.wholes.iter().any(|whole| choice.categories.contains(whole)))
    }

    fn by_clause(
        &self,
        request: &Request,
        facts: &Facts<'_>,
        organisation: &OrganisationId,
        profession: Option<&ProfessionId>,
    ) -> Outcome {
        let Some(kind) = self.categories.get(&request.category) else { return Outcome::Deny(Block::UnknownCategory) };
        let mut nearest: Option<(u32, Lack)> = None;
        for (number, opening) in self.openings_between(&request.holder, organisation) {
            let lack = self.lack(opening, kind, request, facts, organisation, profession);
            if lack.is_nothing() {
                return Outcome::Permit(Permit::Clause(number));
            }
            if nearest.is_none_or(|(_, least)| lack.count() < least.count()) {
                nearest = Some((number, lack));
            }
        }
        Outcome::Deny(nearest.map_or(Block::NoClause, |(number, lack)| Block::Lacks(number, lack)))
    }

    fn openings_between(&self, from: &OrganisationId, to: &OrganisationId) -> impl Iterator<Item = (u32, &Opening)> {
        let pair = self.wholes.get(from).zip(self.wholes.get(to)).map(|(from, to)| (from.number, to.number));
        let numbers = pair.and_then(|pair| self.between.get(&pair)).into_iter().flatten();
        numbers.filter_map(|number| Some((*number, self.opening(*number)?)))
    }

    /// The clauses that open what is asked for, whatever choices say: all of them, in order.
    pub fn clauses_that_open<'a>(
        &'a self,
        request: &'a Request,
        facts: &'a Facts<'a>,
    ) -> impl Iterator<Item = &'a ClauseRef> {
        let asks = match &request.actor {
            Actor::Citizen => None,
            Actor::Professional { organisation, profession, .. } => Some((organisation, profession.as_ref())),
        };
        let kind = self.categories.get(&request.category);
        asks.zip(kind).into_iter().flat_map(move |((organisation, profession), kind)| {
            self.openings_between(&request.holder, organisation)
                .filter(move |(_, it)| self.lack(it, kind, request, facts, organisation, profession).is_nothing())
                .map(|(_, opening)| &opening.cite)
        })
    }

    /// What keeps a clause from opening what is asked for.
    fn lack(
        &self,
        opening: &Opening,
        kind: &Kind,
        request: &Request,
        facts: &Facts<'_>,
        organisation: &OrganisationId,
        profession: Option<&ProfessionId>,
    ) -> Lack {
        let category = !opening.categories.contains(&kind.number);
        let any_place = || opening.places.iter().any(|place| facts.places.contains(place));
        Lack::default()
            .with(Lack::IN_FORCE, !opening.days.is_some_and(|days| days.contains(request.on)))
            .with(Lack::CATEGORY, category && !kind.sensitive)
            .with(Lack::BY_NAME, category && kind.sensitive)
            .with(Lack::PURPOSE, !opening.purposes.iter().any(|named| request.purpose.lies_under(*named)))
            .with(
                Lack::PROFESSION,
                !opening.professions.is_empty() && !profession.is_some_and(|who| opening.professions.contains(who)),
            )
            .with(Lack::GROUP, opening.group.as_ref().is_some_and(|group| !facts.groups.contains(group)))
            .with(Lack::PLACE, !opening.places.is_empty() && !any_place())
            .with(Lack::CIRCLE, opening.within == Within::Circle && !facts.circle.contains(organisation))
            .with(Lack::PERMISSION, opening.asks && self.permission(request, facts).is_none())
    }

    /// The citizen's permission for what is asked for.
    pub(super) fn permission<'a>(&self, request: &Request, facts: &Facts<'a>) -> Option<&'a Choice> {
        let Actor::Professional { organisation, profession, .. } = &request.actor else { return None };
        let usual = if request.purpose == Purpose::Emergency { Purpose::Treatment } else { request.purpose };
        facts.choices.iter().find(|choice| {
            choice.kind == ChoiceKind::Permission
                && choice.citizen == request.citizen
                && choice.period.contains(request.on)
                && choice.is_about(usual)
                && self.is_about_who(choice, organisation, profession.as_ref(), false)
                && self.is_about_what(choice, &request.category)
        })
    }
}

/// When a clause opens: while its agreement binds, in its own time, and until another agreement in force replaces it.
fn days(
    agreement: &Agreement,
    clause: &Clause,
    binding: Option<Period>,
    all: &[&Agreement],
    bindings: &BTreeMap<AgreementId, Period>,
) -> Option<Period> {
    let days = binding?.intersect(agreement.clause_period(clause)?)?;
    let replaced = all
        .iter()
        .filter(|by| by.replaces(agreement, clause))
        .filter_map(|by| bindings.get(&by.id))
        .map(|binding| binding.from)
        .min();
    Period::new(days.from, replaced.map_or(days.to, |day| days.to.min(day)))
}

fn bodies(definitions: &Definitions) -> FxHashMap<OrganisationId, Body> {
    let part_of: FxHashMap<_, _> =
        definitions.organisations.iter().map(|body| (&body.id, body.part_of.as_ref())).collect();
    let ids = (0..).zip(definitions.organisations.iter());
    ids.map(|(number, body)| {
        let wholes = chain(&body.id, |id| part_of.get(id).copied().flatten());
        (body.id.clone(), Body { number, wholes, under: Vec::new() })
    })
    .collect()
}

fn kinds(categories: &[Category]) -> FxHashMap<CategoryId, Kind> {
    let known: FxHashMap<_, _> = categories.iter().map(|category| (&category.id, category)).collect();
    let ids = (0..).zip(categories);
    ids.map(|(number, category)| {
        let wholes = chain(&category.id, |id| known.get(id).and_then(|it| it.part_of.as_ref()));
        let sensitive = wholes.iter().any(|id| known.get(id).is_some_and(|it| it.sensitive));
        (category.id.clone(), Kind { number, wholes, sensitive })
    })
    .collect()
}

/// A thing and what it is a part of, upwards; a circle is walked once.
fn chain<'a, T: Clone + PartialEq + 'a>(id: &'a T, whole: impl Fn(&T) -> Option<&'a T>) -> Vec<T> {
    let mut chain = vec![id.clone()];
    let mut next = whole(id);
    while let Some(id) = next.filter(|id| !chain.contains(id)) {
        chain.push(id.clone());
        next = whole(id);
    }
    chain
}
