//! Attribution: whose a citizen is, over which days, as a clause chooses. What is paid by the head is paid by it.
//!
//! In: what is known of one citizen, and the time that is settled. Out: organisations that the clause pays, each with the
//! days on which the citizen is its. No day is anybody's twice, so all person-days together are never more than there are.
//!
//! 1. [`AttributionRule`]: a clause's choice, with the folder's organisations. 2. [`Traces`]: what is known of a citizen.
//! 3. `plurality`: where most of her primary care was. 4. `listed`: lists of members, and who came and left.

mod listed;
mod plurality;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::agreement::{Agreement, Attribution, Pay, PrimaryCare};
use crate::day::{Day, Period};
use crate::definitions::Definitions;
use crate::id::{AreaId, OrganisationId};
use crate::intervals::Intervals;
use crate::money::Minor;
use crate::organisation::OpenTo;

pub use listed::{Change, Listed, listed};
pub use plurality::Step;

/// By what a clause's citizens count as whose: the clause's own words, and what the folder says of organisations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributionRule {
    by: Attribution,
    primary_care: PrimaryCare,
    /// Each organisation that is paid or part of one that is, with who is paid for it.
    paid: BTreeMap<OrganisationId, OrganisationId>,
    /// Whose each area is.
    areas: BTreeMap<AreaId, OrganisationId>,
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
        Some(Self {
            by,
            primary_care,
            paid: paid(pay, definitions),
            areas: areas(agreement, pay, sole.as_ref(), definitions),
            sole,
        })
    }

    /// Whose a citizen is within the time that is settled, in order of organisation, each day once.
    pub fn attributed<'a>(&'a self, traces: &Traces<'a>, settled: Period) -> Vec<Attributed<'a>> {
        let mut free = traces.days.intersect(&Intervals::from(settled));
        let mut found: Vec<Attributed<'a>> = Vec::new();
        if self.by == Attribution::Voluntary || self.by.is_plurality() {
            // What a citizen says herself prevails over where she was seen, also when she names somebody who is not paid.
            self.stays(traces.named, &mut free, Why::Named, |with| self.paid.get(with), &mut found);
        }
        match self.by {
            Attribution::Voluntary => {}
            Attribution::Registered => {
                self.stays(traces.lists, &mut free, Why::List, |with| self.paid.get(with), &mut found);
            }
            Attribution::Residence => {
                let known: Vec<_> =
                    traces.homes.iter().filter(|stay| self.areas.contains_key(stay.with)).copied().collect();
                self.stays(&known, &mut free, Why::Home, |with| self.areas.get(with), &mut found);
            }
            Attribution::Membership => {
                free = free.intersect(traces.member);
                match &self.sole {
                    Some(sole) => push(&mut found, sole, free, Why::Member),
                    None => self.stays(traces.lists, &mut free, Why::List, |with| self.paid.get(with), &mut found),
                }
            }
            Attribution::PluralityByCount | Attribution::PluralityByCharge => {
                let window = self.window(settled);
                let most = plurality::most(self, traces.visits.iter().filter(|visit| window.contains(visit.day)));
                if let Some(most) = most
                    && let Some(organisation) = self.paid.get(most.organisation)
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

    /// The days whose contacts count for a plurality.
    pub fn window(&self, settled: Period) -> Period {
        let months = self.primary_care.months.map(i32::from);
        let from = months.map_or(settled.from, |months| settled.to.plus_months(months.saturating_neg()));
        Period::new(from, settled.to).unwrap_or(settled)
    }

    /// Which stay counts on which of the days that are still free: where several do, the one that began last, then the
    /// first by id. Who goes on another list has left the old one, though nobody closed it.
    fn stays<'a>(
        &'a self,
        stays: &[Stay<'a>],
        free: &mut Intervals,
        why: impl Fn(&'a str) -> Why<'a>,
        whose: impl Fn(&str) -> Option<&'a OrganisationId>,
        found: &mut Vec<Attributed<'a>>,
    ) {
        let mut stays = stays.to_vec();
        stays.sort_by(|one, other| {
            other.period.from.cmp(&one.period.from).then(one.with.cmp(other.with)).then(one.period.cmp(&other.period))
        });
        for stay in stays {
            let held = Intervals::from(stay.period);
            let days = free.intersect(&held);
            if !days.is_empty() {
                *free = free.minus(&held);
                if let Some(organisation) = whose(stay.with) {
                    push(found, organisation, days, why(stay.with));
                }
            }
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

/// Each organisation that is paid, or is part of one that is: the nearest above it that is named.
fn paid(pay: &Pay, definitions: &Definitions) -> BTreeMap<OrganisationId, OrganisationId> {
    let known: BTreeMap<_, _> = definitions.organisations.iter().map(|it| (&it.id, it)).collect();
    let whose = |id: &OrganisationId| {
        let mut above = Some(id);
        // No longer than there are organisations: a circle is an error of the folder, and ends here all the same.
        for _ in 0..=known.len() {
            let organisation = above?;
            if pay.to.contains(organisation) {
                return Some(organisation.clone());
            }
            above = known.get(organisation).and_then(|it| it.part_of.as_ref());
        }
        None
    };
    let all: BTreeSet<&OrganisationId> = known.keys().copied().chain(&pay.to).collect();
    all.into_iter().filter_map(|id| Some((id.clone(), whose(id)?))).collect()
}

/// Whose each area is: as the clause says; where it says nothing and pays one organisation, the areas of the places that
/// the agreement is about are its.
fn areas(
    agreement: &Agreement,
    pay: &Pay,
    sole: Option<&OrganisationId>,
    definitions: &Definitions,
) -> BTreeMap<AreaId, OrganisationId> {
    let said = pay
        .catchment
        .iter()
        .flat_map(|catchment| catchment.areas.iter().map(move |area| (area, &catchment.organisation)));
    let mut found: BTreeMap<AreaId, OrganisationId> = said.map(|(area, whose)| (area.clone(), whose.clone())).collect();
    if let Some(sole) = sole.filter(|_| found.is_empty()) {
        let about = |id| agreement.places.is_empty() || agreement.places.contains(id);
        let versions = definitions.places.iter().filter(|place| about(&place.id)).flat_map(|place| &place.versions);
        found.extend(versions.flat_map(|version| &version.areas).map(|area| (area.clone(), sole.clone())));
    }
    found
}
