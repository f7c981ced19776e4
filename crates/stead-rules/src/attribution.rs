//! Attribution: whose a citizen is, over which days, as a clause chooses. What is paid by the head is paid by it.
//!
//! In: what is known of one citizen, and the time that is settled. Out: organisations that the clause pays, each with the
//! days on which the citizen is its. No day is anybody's twice, so all person-days together are never more than there are.
//!
//! 1. [`AttributionRule`]: a clause's choice, with the folder's organisations. 2. [`Traces`]: what is known of a citizen.
//! 3. `latest`: of several lists at once, which counts; `plurality`: where most of her primary care was. 4. `words`: why.
//! 5. `listed`: lists of members, and who came and left.

mod latest;
mod listed;
mod plurality;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::agreement::{Agreement, Attribution, Pay, PrimaryCare};
use crate::bodies::Bodies;
use crate::day::{Day, Period};
use crate::definitions::Definitions;
use crate::id::{AreaId, OrganisationId};
use crate::intervals::Intervals;
use crate::money::Minor;
use crate::organisation::OpenTo;
use crate::place::Place;

pub(crate) use latest::latest;
pub use listed::{Change, Listed, listed};
pub use plurality::Step;

/// By what a clause's citizens count as whose: the clause's own words, and what the folder says of organisations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributionRule {
    by: Attribution,
    primary_care: PrimaryCare,
    /// Each organisation that is known, with who is paid for it, where somebody is: the nearest above it that is named.
    bodies: BTreeMap<OrganisationId, Option<OrganisationId>>,
    /// Whose each area is, and on which days.
    areas: BTreeMap<AreaId, (OrganisationId, Intervals)>,
    /// The days on which everybody lives in the place, as it names no areas.
    anywhere: Intervals,
    /// Who is paid, where that is one organisation alone.
    sole: Option<OrganisationId>,
}

/// A time that a citizen spent on an organisation's list, in an area, or having named an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay<'a> {
    /// When.
    pub period: Period,
    /// The id of the organisation or area.
    pub with: &'a str,
}

/// A contact, as far as it says whose a citizen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit<'a> {
    /// When it began.
    pub day: Day,
    /// With which organisation: its id, or what records call it where the folder does not know it.
    pub organisation: &'a str,
    /// In which kind of service.
    pub service: Option<&'a str>,
    /// With which profession.
    pub profession: Option<&'a str>,
    /// What was charged for it, where that is recorded.
    pub charge: Option<Minor>,
}

/// What is known of a citizen. The order of everything in it does not matter.
#[derive(Clone, Copy, Debug)]
pub struct Traces<'a> {
    /// The days that count at all: of her life, and of the clause's group where it has one.
    pub days: &'a Intervals,
    /// The lists that she was on.
    pub lists: &'a [Stay<'a>],
    /// The organisations that she named as hers.
    pub named: &'a [Stay<'a>],
    /// The areas that she lived in.
    pub homes: &'a [Stay<'a>],
    /// The days on which she was in a place that the agreement is about.
    pub member: &'a Intervals,
    /// Her contacts; those of other times are passed over.
    pub visits: &'a [Visit<'a>],
}

/// A citizen is an organisation's, on these days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributed<'a> {
    /// Whose: somebody whom the clause pays.
    pub organisation: &'a OrganisationId,
    /// On which days, within the time that is settled.
    pub days: Intervals,
    /// Why.
    pub why: Why<'a>,
}

/// Why a citizen is an organisation's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why<'a> {
    /// She was on this list.
    List(&'a str),
    /// She named this organisation.
    Named(&'a str),
    /// She lived in this area.
    Home(&'a str),
    /// She was in the place.
    Member,
    /// Most of her primary care was there.
    Plurality {
        /// In which step.
        step: Step,
        /// So many contacts, or so much charged.
        worth: i128,
    },
}

impl AttributionRule {
    /// The rule of a clause; `None` where it does not say by what citizens count as whose.
    pub fn new(agreement: &Agreement, pay: &Pay, definitions: &Definitions) -> Option<Self> {
        let by = pay.attribution?;
        let mut primary_care = pay.primary_care.as_deref().cloned().unwrap_or_default();
        if primary_care.services.is_empty() {
            let open = definitions.services.iter().filter(|service| service.open_to == OpenTo::Registered);
            let kinds: BTreeSet<_> = open.map(|service| service.kind.clone()).collect();
            primary_care.services.extend(kinds);
        }
        let sole = match pay.to.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
        let mut rule = Self {
            by,
            primary_care,
            bodies: bodies(pay, definitions),
            areas: BTreeMap::new(),
            anywhere: Intervals::none(),
            sole,
        };
        if by == Attribution::Residence {
            rule.settle_in(agreement, pay, definitions);
        }
        Some(rule)
    }

    /// Whose each area is: as the clause says; where it says nothing and pays one organisation, the areas of the places that
    /// the agreement is about are its, while they are the places'.
    fn settle_in(&mut self, agreement: &Agreement, pay: &Pay, definitions: &Definitions) {
        for catchment in &pay.catchment {
            let always = |area: &AreaId| (area.clone(), (catchment.organisation.clone(), Intervals::all()));
            self.areas.extend(catchment.areas.iter().map(always));
        }
        let Some(sole) = self.sole.as_ref().filter(|_| pay.catchment.is_empty()) else { return };
        let about = |id| agreement.places.is_empty() || agreement.places.contains(id);
        let places = definitions.places.iter().filter(|place| about(&place.id));
        for (version, days) in places.flat_map(Place::versions_in_force) {
            let days = Intervals::from(days);
            if version.areas.is_empty() {
                self.anywhere = self.anywhere.union(&days);
            }
            for area in &version.areas {
                let (_, known) = self.areas.entry(area.clone()).or_insert((sole.clone(), Intervals::none()));
                *known = known.union(&days);
            }
        }
    }

    /// Whose a citizen is within the time that is settled, in order of organisation, each day once.
    pub fn attributed<'a>(&'a self, traces: &Traces<'a>, settled: Period) -> Vec<Attributed<'a>> {
        let mut free = traces.days.intersect(&Intervals::from(settled));
        let mut found: Vec<Attributed<'a>> = Vec::new();
        let body = |id: &str| self.bodies.get(id).map(Option::as_ref);
        if self.by == Attribution::Voluntary || self.by.is_plurality() {
            // What a citizen says herself prevails over where she was seen, also when she names somebody who is not paid.
            stays(traces.named, &mut free, Why::Named, body, &mut found);
        }
        match self.by {
            Attribution::Voluntary => {}
            Attribution::Registered => stays(traces.lists, &mut free, Why::List, body, &mut found),
            Attribution::Residence => {
                let area = |id: &str| self.areas.get(id).map(|(whose, _)| Some(whose));
                stays(&self.homes(traces.homes), &mut free, Why::Home, area, &mut found);
                if let Some(sole) = &self.sole {
                    push(&mut found, sole, free.intersect(&self.anywhere), Why::Member);
                }
            }
            Attribution::Membership => {
                free = free.intersect(traces.member);
                match &self.sole {
                    Some(sole) => push(&mut found, sole, free, Why::Member),
                    None => stays(traces.lists, &mut free, Why::List, body, &mut found),
                }
            }
            Attribution::PluralityByCount | Attribution::PluralityByCharge => {
                let window = self.window(settled);
                let most = plurality::most(self, traces.visits.iter().filter(|visit| window.contains(visit.day)));
                if let Some(most) = most
                    && let Some(organisation) = self.paid(most.organisation)
                {
                    push(&mut found, organisation, free, Why::Plurality { step: most.step, worth: most.worth });
                }
            }
        }
        found.sort_by(|one, other| (one.organisation, one.why).cmp(&(other.organisation, other.why)));
        found
    }

    /// By what citizens count as whose.
    pub const fn by(&self) -> Attribution {
        self.by
    }

    /// The areas in which homes are looked for.
    pub fn areas(&self) -> impl Iterator<Item = &AreaId> {
        self.areas.keys()
    }

    /// Whether contacts in a kind of service count for a plurality.
    pub(crate) fn counts(&self, service: Option<&str>) -> bool {
        let care = &self.primary_care.services;
        care.is_empty() || service.is_some_and(|kind| care.iter().any(|it| it.as_str() == kind))
    }

    /// The days whose contacts count for a plurality.
    pub fn window(&self, settled: Period) -> Period {
        let months = self.primary_care.months.map(i32::from);
        let from = months.map_or(settled.from, |months| settled.to.plus_months(months.saturating_neg()));
        Period::new(from, settled.to).unwrap_or(settled)
    }

    /// Who is paid for an organisation, where somebody is.
    fn paid(&self, id: &str) -> Option<&OrganisationId> {
        self.bodies.get(id)?.as_ref()
    }

    /// The homes in areas that are somebody's, while they are.
    fn homes<'a>(&self, homes: &[Stay<'a>]) -> Vec<Stay<'a>> {
        let known = homes.iter().filter_map(|home| Some((home, self.areas.get(home.with)?)));
        let parts = known.flat_map(|(home, (_, days))| {
            days.iter().filter_map(|days| Some(Stay { period: home.period.intersect(days)?, with: home.with }))
        });
        parts.collect()
    }
}

/// Which stay counts on which of the days that are still free, and takes them. `whose` says who is paid for what a stay names:
/// somebody, nobody, or `None`, where nobody knows what it names.
fn stays<'a>(
    stays: &[Stay<'a>],
    free: &mut Intervals,
    why: impl Fn(&'a str) -> Why<'a>,
    whose: impl Fn(&str) -> Option<Option<&'a OrganisationId>>,
    found: &mut Vec<Attributed<'a>>,
) {
    let named: Vec<_> = stays.iter().map(|stay| ((whose(stay.with).is_none(), stay.with), stay.period)).collect();
    for ((_, with), period) in latest(&named) {
        let held = Intervals::from(period);
        let days = free.intersect(&held);
        *free = free.minus(&held);
        if let Some(organisation) = whose(with).flatten() {
            push(found, organisation, days, why(with));
        }
    }
}

/// Adds days, to what is there of the same organisation for the same reason.
fn push<'a>(found: &mut Vec<Attributed<'a>>, organisation: &'a OrganisationId, days: Intervals, why: Why<'a>) {
    if days.is_empty() {
        return;
    }
    match found.iter_mut().find(|it| it.organisation == organisation && it.why == why) {
        Some(same) => same.days = same.days.union(&days),
        None => found.push(Attributed { organisation, days, why }),
    }
}

/// On how many days of a time a citizen is whose. `None` when a time is without end.
pub fn person_days<'a>(found: &[Attributed<'a>], within: Period) -> Option<BTreeMap<&'a OrganisationId, u32>> {
    let mut days: BTreeMap<&OrganisationId, u32> = BTreeMap::new();
    for it in found {
        let sum = days.entry(it.organisation).or_default();
        *sum = sum.checked_add(it.days.days_within(within)?)?;
    }
    Some(days)
}

/// Each organisation that is known, with the nearest above it, or itself, that is paid.
fn bodies(pay: &Pay, definitions: &Definitions) -> BTreeMap<OrganisationId, Option<OrganisationId>> {
    let known = Bodies::new(&definitions.organisations);
    let to: Vec<usize> = pay.to.iter().filter_map(|id| known.at(id.as_str())).collect();
    let whose = |id: &OrganisationId| known.id(known.whole_among(known.at(id.as_str())?, &to)?).cloned();
    let strangers = pay.to.iter().filter(|id| known.at(id.as_str()).is_none()).map(|id| (id.clone(), Some(id.clone())));
    definitions.organisations.iter().map(|body| (body.id.clone(), whose(&body.id))).chain(strangers).collect()
}
