//! Membership: from one citizen's records to the days in each group and each place, with reasons.
//!
//! A [`Sheet`] takes a citizen's rows in any order and turns each into the days on which criteria hold because of it;
//! [`Sheet::finish`] does the interval algebra.

use std::borrow::Cow;

use crate::compiled::{Compiled, CompiledPlace, Leaf, Test, Tree};
use crate::criterion::{Comparison, Criterion, When};
use crate::day::{Day, Period};
use crate::history::{Coded, Contact, Marital, Person, Registration, Residence};
use crate::intervals::Intervals;

/// Where a citizen stands, over all time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The days in each group, by position in [`Compiled::groups`].
    pub groups: Vec<Intervals>,
    /// The memberships of places, by place, group and time.
    pub memberships: Vec<Membership>,
}

/// A citizen in a place, as one of a group, over a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Position of the place in [`Compiled::places`].
    pub place: usize,
    /// Position of the group in [`Compiled::groups`]; `None`: the place serves everybody.
    pub group: Option<usize>,
    /// When.
    pub period: Period,
    /// What held on the first day.
    pub held: Vec<Reason>,
    /// What changed on the first day.
    pub began_by: Vec<Reason>,
    /// What changed on the day it ended; empty when it has not.
    pub ended_by: Vec<Reason>,
}

/// Why somebody is in, came in or went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The citizen was born.
    Born,
    /// The citizen died.
    Died,
    /// The place was founded, ended, or became made of something else.
    PlaceChanged,
    /// A criterion, by position in [`Compiled::leaves`], holds.
    Holds(usize),
    /// A criterion does not hold, and is not to.
    DoesNotHold(usize),
    /// A criterion held until now.
    NoLongerHolds(usize),
}

/// The records of one citizen, as the days on which criteria hold because of them.
#[derive(Debug)]
pub struct Sheet<'a> {
    compiled: &'a Compiled,
    person: Person,
    /// What records say, each with the leaf that it says it for.
    events: Vec<(usize, Event)>,
    /// The days of each leaf, while they are worked out.
    leaves: Vec<Intervals>,
}

/// What one record says for one leaf.
///
/// For [`When::Latest`], `from` is the record's day and `to` is after it only when the record's value passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    from: Day,
    at: i64,
    to: Day,
}

impl<'a> Sheet<'a> {
    /// An empty sheet for a citizen.
    pub fn new(compiled: &'a Compiled, person: Person) -> Self {
        Self { compiled, person, events: Vec::new(), leaves: Vec::new() }
    }

    /// Wipes the sheet for the next citizen.
    pub fn renew(&mut self, person: Person) {
        self.person = person;
        self.events.clear();
    }

    /// Takes a home.
    pub fn residence(&mut self, home: &Residence<'_>) {
        let Period { from, to } = home.period;
        self.each(&self.compiled.asking.homes, |leaf| match &leaf.test {
            Test::Home(test) => test.accepts(home).then_some(Event { from, at: 0, to }),
            _ => None,
        });
    }

    /// Takes a registration.
    pub fn registration(&mut self, registration: &Registration<'_>) {
        let Period { from, to } = registration.period;
        self.each(&self.compiled.asking.registrations, |leaf| match &leaf.test {
            Test::Registration(keys) => keys
                .as_ref()
                .is_none_or(|keys| keys.contains(registration.organisation))
                .then_some(Event { from, at: 0, to }),
            _ => None,
        });
    }

    /// Takes a marital status.
    pub fn marital(&mut self, marital: &Marital) {
        self.each(&self.compiled.asking.marital, |leaf| match &leaf.criterion {
            Criterion::Marital { any_of, changed_in_last_months } if any_of.contains(&marital.status) => {
                match (changed_in_last_months, marital.from) {
                    (None, from) => Some(Event { from: from.unwrap_or(Day::ALWAYS), at: 0, to: marital.to }),
                    (Some(months), Some(from)) => {
                        Some(Event { from, at: 0, to: from.plus_months(i32::from(*months)).min(marital.to) })
                    }
                    (Some(_), None) => None,
                }
            }
            _ => None,
        });
    }

    /// Takes a coded record.
    pub fn coded(&mut self, coded: &Coded<'_>) {
        for (list, asking) in self.compiled.asking.coded.iter().enumerate() {
            if coded.lists.get(list / 8).is_some_and(|byte| byte >> (list % 8) & 1 == 1) {
                self.each(asking, |leaf| on_list(leaf, coded));
            }
        }
    }

    /// Takes a contact.
    pub fn contact(&mut self, contact: &Contact<'_>) {
        self.each(&self.compiled.asking.contacts, |leaf| {
            let Criterion::Contact { services, professions, when, .. } = &leaf.criterion else { return None };
            let by_service = services.is_empty()
                || contact.service.is_some_and(|kind| services.iter().any(|wanted| wanted.as_str() == kind));
            let by_profession = professions.is_empty()
                || contact.profession.is_some_and(|who| professions.iter().any(|wanted| wanted.as_str() == who));
            (by_service && by_profession).then(|| match when {
                When::LastMonths(months) => window(contact.day, *months),
                When::Ever | When::Active | When::Latest => Event { from: contact.day, at: 0, to: Day::FOREVER },
            })
        });
    }

    /// Where the citizen stands.
    pub fn finish(&mut self) -> Standing {
        self.events.sort_unstable();
        self.leaves.clear();
        let mut rest = self.events.as_slice();
        for (at, leaf) in self.compiled.leaves.iter().enumerate() {
            let (events, others) = rest.split_at(rest.iter().take_while(|(of, _)| *of == at).count());
            self.leaves.push(leaf_days(leaf, self.person, events));
            rest = others;
        }
        let mut groups: Vec<Intervals> = Vec::with_capacity(self.compiled.groups.len());
        for group in &self.compiled.groups {
            let days = tree_days(&group.tree, &self.leaves, &groups).into_owned();
            groups.push(days);
        }
        let mut memberships = Vec::new();
        if let Some(life) = self.person.life() {
            let scene = Scene { compiled: self.compiled, leaves: &self.leaves, groups: &groups, life };
            for (at, place) in self.compiled.places.iter().enumerate() {
                scene.place(at, place, &mut memberships);
            }
        }
        Standing { groups, memberships }
    }

    /// Notes what a record says for each of the leaves that ask for such records.
    fn each(&mut self, asking: &[usize], event: impl Fn(&Leaf) -> Option<Event>) {
        let leaves = asking.iter().filter_map(|&at| Some((at, self.compiled.leaves.get(at)?)));
        self.events.extend(leaves.filter_map(|(at, leaf)| Some((at, event(leaf)?))));
    }
}

/// What a record says for a leaf whose list it is on.
fn on_list(leaf: &Leaf, coded: &Coded<'_>) -> Option<Event> {
    let Criterion::Code { when, value, .. } = &leaf.criterion else { return None };
    let passes = value.as_ref().is_none_or(|comparison| passes(comparison, coded));
    let (from, at) = (coded.from, coded.at);
    match when {
        When::Ever if passes => Some(Event { from, at, to: Day::FOREVER }),
        When::Active if passes => Some(Event { from, at, to: coded.to }),
        When::LastMonths(months) if passes => from.is_finite().then(|| window(from, *months)),
        When::Latest => Some(Event { from, at, to: if passes { Day::FOREVER } else { from } }),
        When::Ever | When::Active | When::LastMonths(_) => None,
    }
}

fn passes(comparison: &Comparison, coded: &Coded<'_>) -> bool {
    coded.value.is_some_and(|value| comparison.accepts(coded.comparator, value, coded.unit.unwrap_or_default()))
}

/// The days on which a record of `from` lies in the last `months`.
fn window(from: Day, months: u16) -> Event {
    Event { from, at: 0, to: from.plus_months(i32::from(months)) }
}

/// The days on which a leaf holds, by its own events in order.
fn leaf_days(leaf: &Leaf, person: Person, events: &[(usize, Event)]) -> Intervals {
    match &leaf.criterion {
        Criterion::Age { from_years, to_years } => person.born.map_or_else(Intervals::none, |born| {
            let birthday = |years: u16| born.plus_years(i32::from(years));
            let (from, to) = (from_years.map_or(born, birthday), to_years.map_or(Day::FOREVER, birthday));
            Period::new(from, to).into_iter().collect()
        }),
        Criterion::Sex { any_of } if any_of.contains(&person.sex) => Intervals::all(),
        Criterion::Sex { .. } | Criterion::InGroup { .. } => Intervals::none(),
        Criterion::Died { in_last_months } => person.died.map_or_else(Intervals::none, |died| {
            let to = in_last_months.map_or(Day::FOREVER, |months| died.plus_months(i32::from(months)));
            Period::new(died, to).into_iter().collect()
        }),
        Criterion::Code { when: When::Latest, .. } => latest_days(events),
        Criterion::Code { at_least, .. } | Criterion::Contact { at_least, .. } => {
            Intervals::at_least((*at_least).max(1), periods(events))
        }
        Criterion::LivesIn { .. } | Criterion::RegisteredWith { .. } | Criterion::Marital { .. } => {
            periods(events).collect()
        }
    }
}

fn periods(events: &[(usize, Event)]) -> impl Iterator<Item = Period> {
    events.iter().filter_map(|(_, event)| Period::new(event.from, event.to))
}

/// Each record counts until the next; of several at one moment, one that passes wins.
fn latest_days(events: &[(usize, Event)]) -> Intervals {
    let next = events.iter().skip(1).map(|(_, event)| event.from).chain([Day::FOREVER]);
    events
        .iter()
        .zip(next)
        .filter(|((_, event), _)| event.from < event.to)
        .filter_map(|((_, event), to)| Period::new(event.from, to))
        .collect()
}

fn tree_days<'a>(tree: &Tree, leaves: &'a [Intervals], groups: &'a [Intervals]) -> Cow<'a, Intervals> {
    let days = |part: &Tree| tree_days(part, leaves, groups);
    let known = |days: Option<&'a Intervals>| days.map_or_else(|| Cow::Owned(Intervals::none()), Cow::Borrowed);
    match tree {
        Tree::All(parts) => {
            let mut all: Option<Cow<'a, Intervals>> = None;
            for part in parts {
                let both = match all {
                    None => days(part),
                    Some(all) => Cow::Owned(all.intersect(&days(part))),
                };
                // Where nothing is left, further parts change nothing.
                let is_over = both.is_empty();
                all = Some(both);
                if is_over {
                    break;
                }
            }
            all.unwrap_or_else(|| Cow::Owned(Intervals::all()))
        }
        Tree::Any(parts) => {
            let either = |a: Cow<'a, Intervals>, b: Cow<'a, Intervals>| match (a.is_empty(), b.is_empty()) {
                (_, true) => a,
                (true, false) => b,
                (false, false) => Cow::Owned(a.union(&b)),
            };
            parts.iter().map(days).reduce(either).unwrap_or_else(|| Cow::Owned(Intervals::none()))
        }
        Tree::AtLeast(count, parts) => {
            let each: Vec<_> = parts.iter().map(days).collect();
            Cow::Owned(Intervals::at_least(*count, each.iter().flat_map(|days| days.iter())))
        }
        Tree::Not(part) => Cow::Owned(days(part).complement()),
        Tree::Leaf(at) => known(leaves.get(*at)),
        Tree::Group(at) => known(groups.get(*at)),
    }
}

/// One citizen's days, to find memberships and their reasons in.
struct Scene<'a> {
    compiled: &'a Compiled,
    leaves: &'a [Intervals],
    groups: &'a [Intervals],
    life: Period,
}

impl Scene<'_> {
    fn place(&self, at: usize, place: &CompiledPlace, memberships: &mut Vec<Membership>) {
        for &group in &place.served {
            let days = self.days(place, group);
            memberships.extend(days.iter().map(|period| self.membership(at, place, group, period)));
        }
    }

    /// The days in a place as one of a group.
    fn days(&self, place: &CompiledPlace, group: Option<usize>) -> Intervals {
        let in_group = group.and_then(|group| self.groups.get(group));
        if in_group.is_some_and(Intervals::is_empty) {
            return Intervals::none();
        }
        let versions = place.versions.iter().filter(|version| match group {
            Some(group) => version.serves.contains(&group),
            None => version.serves.is_empty(),
        });
        let in_version = versions.filter_map(|version| {
            let mut days = Intervals::from(self.life.intersect(version.period)?);
            if let Some(home) = version.home.and_then(|home| self.leaves.get(home)) {
                days = days.intersect(home);
            }
            Some(match in_group {
                Some(in_group) => days.intersect(in_group),
                None => days,
            })
        });
        in_version.reduce(|a, b| a.union(&b)).unwrap_or_default()
    }

    fn membership(&self, at: usize, place: &CompiledPlace, group: Option<usize>, period: Period) -> Membership {
        let mut criteria = Vec::new();
        if let Some(group) = group {
            self.criteria(&Tree::Group(group), true, &mut criteria);
        }
        let inside = |day: Day| place.versions.iter().find(|version| version.period.contains(day));
        let with_home = |day: Day| {
            let home = inside(day).and_then(|version| version.home).map(|home| (home, true));
            home.into_iter().chain(criteria.iter().copied()).collect::<Vec<_>>()
        };
        let held =
            with_home(period.from).into_iter().filter_map(|(leaf, wanted)| self.reason(leaf, wanted, period.from));
        let began_by = self.changed(place, &with_home(period.from), period.from, Reason::Born, self.life.from);
        let ended_by = if period.to.is_finite() {
            // What ended is looked for among what counted on the last day.
            self.changed(place, &with_home(period.to.plus_days(-1)), period.to, Reason::Died, self.life.to)
        } else {
            Vec::new()
        };
        Membership { place: at, group, period, held: held.collect(), began_by, ended_by }
    }

    /// A tree's leaves, each with whether it should hold.
    fn criteria(&self, tree: &Tree, wanted: bool, found: &mut Vec<(usize, bool)>) {
        match tree {
            Tree::All(parts) | Tree::Any(parts) | Tree::AtLeast(_, parts) => {
                parts.iter().for_each(|part| self.criteria(part, wanted, found));
            }
            Tree::Not(part) => self.criteria(part, !wanted, found),
            Tree::Leaf(leaf) => {
                if !found.contains(&(*leaf, wanted)) {
                    found.push((*leaf, wanted));
                }
            }
            Tree::Group(group) => {
                if let Some(group) = self.compiled.groups.get(*group) {
                    self.criteria(&group.tree, wanted, found);
                }
            }
        }
    }

    /// The leaf as a reason, when on `day` it is as wanted.
    fn reason(&self, leaf: usize, wanted: bool, day: Day) -> Option<Reason> {
        let holds = self.leaves.get(leaf)?.contains(day);
        (holds == wanted).then_some(if wanted { Reason::Holds(leaf) } else { Reason::DoesNotHold(leaf) })
    }

    /// What is different on `day` from the day before.
    fn changed(
        &self,
        place: &CompiledPlace,
        criteria: &[(usize, bool)],
        day: Day,
        life: Reason,
        life_edge: Day,
    ) -> Vec<Reason> {
        if !day.is_finite() {
            return Vec::new();
        }
        let before = day.plus_days(-1);
        let mut reasons: Vec<_> = (day == life_edge).then_some(life).into_iter().collect();
        let version_begins = |day: Day| place.versions.iter().any(|version| version.period.from == day);
        if version_begins(day) || place.period.to == day {
            reasons.push(Reason::PlaceChanged);
        }
        for &(leaf, _) in criteria {
            let Some(days) = self.leaves.get(leaf) else { continue };
            match (days.contains(before), days.contains(day)) {
                (false, true) => reasons.push(Reason::Holds(leaf)),
                (true, false) => reasons.push(Reason::NoLongerHolds(leaf)),
                _ => {}
            }
        }
        reasons
    }
}

impl Reason {
    /// The reason in words.
    pub fn words(self, compiled: &Compiled) -> &str {
        let leaf = |at: usize, which: fn(&[String; 3]) -> &String| {
            compiled.leaves.get(at).map_or("?", |leaf| which(&leaf.words).as_str())
        };
        match self {
            Self::Born => "was born",
            Self::Died => "died",
            Self::PlaceChanged => "the place changed",
            Self::Holds(at) => leaf(at, |[holds, ..]| holds),
            Self::DoesNotHold(at) => leaf(at, |[_, does_not, _]| does_not),
            Self::NoLongerHolds(at) => leaf(at, |[.., no_longer]| no_longer),
        }
    }
}

#[cfg(test)]
#[path = "membership_tests.rs"]
mod tests;
