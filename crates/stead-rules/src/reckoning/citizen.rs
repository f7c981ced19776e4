//! What each clause counts for one citizen.

use super::contact::{AsWhat, Offer, Offers};
use super::sums::{Key, Tallies, Unit};
use super::weights::{Products, weighed};
use super::whose::{Theirs, lists};
use super::{Audience, By, Compared, Reckoning, Term, Whose};
use crate::agreement::{BundleSpan, Formula};
use crate::day::{Day, Period};
use crate::intervals::Intervals;
use crate::money::{Minor, Ratio};
use crate::payment::{PaymentError, episodes};

/// What the records say of a citizen; places, groups, needs and organisations by the numbers that [`Reckoning`] gives them.
/// The order of everything in it does not matter.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The days of her life; `None`: no day is sure.
    pub life: Option<Period>,
    /// When she was in places.
    pub places: Vec<(usize, Period)>,
    /// When she lived in areas.
    pub homes: Vec<(usize, Period)>,
    /// When she was in groups.
    pub groups: Vec<(usize, Period)>,
    /// On whose list she was; `None`: somebody whom the folder does not know.
    pub lists: Vec<(Option<usize>, Period)>,
    /// Whom she named as hers; `None`: somebody whom the folder does not know.
    pub named: Vec<(Option<usize>, Period)>,
    /// Her contacts.
    pub contacts: Vec<Seen>,
    /// Her needs, as of the day on which they are measured.
    pub needs: Vec<Wanted>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            life: Some(Period::ALL),
            places: Vec::new(),
            homes: Vec::new(),
            groups: Vec::new(),
            lists: Vec::new(),
            named: Vec::new(),
            contacts: Vec::new(),
            needs: Vec::new(),
        }
    }
}

impl Facts {
    /// Nothing is known, as of somebody new.
    pub fn clear(&mut self) {
        self.life = None;
        self.places.clear();
        self.homes.clear();
        self.groups.clear();
        self.lists.clear();
        self.named.clear();
        self.contacts.clear();
        self.needs.clear();
    }
}

/// A contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub day: Day,
    /// Which sort of contact: a position in the offers that are given beside the facts.
    pub sort: usize,
    /// What it cost, where a record says so.
    pub cost: Option<Minor>,
}

/// A need that she has, on the day on which it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub need: usize,
    /// Whether it was met, and is not overdue.
    pub met: bool,
}

/// How much of what a clause goes by is a citizen's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What, of which clause, for whom.
    pub key: Key,
    /// How much.
    pub count: i64,
    /// The records that show it; empty where they were not asked for.
    pub records: Vec<Record>,
    /// Why she is whose she is, and on which days; empty where records were not asked for.
    pub why: Vec<String>,
}

/// A record, by its position in the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// A contact.
    Contact(usize),
    /// A need.
    Need(usize),
}

/// Counts for one citizen after the other.
#[derive(Debug)]
pub struct Counter<'a> {
    pub(super) reckoning: &'a Reckoning,
    pub(super) with_records: bool,
    /// The days on which the citizen at hand is one of those whom a clause is about, once somebody has asked.
    audiences: Vec<Option<Intervals>>,
    /// What weights come to, clause by clause.
    products: Vec<Products>,
    pub(super) lists: Vec<(usize, Period)>,
    /// Whose she is by each rule.
    pub(super) ruled: Vec<Vec<Theirs>>,
    entries: Vec<Entry>,
    /// Where what is counted is added up, when nobody asks for whom it was.
    tallies: Option<Tallies>,
}

impl<'a> Counter<'a> {
    /// Counts for these clauses; with the records that show it, or without.
    pub fn new(reckoning: &'a Reckoning, with_records: bool) -> Self {
        let audiences = reckoning.audiences.iter().map(|_| None).collect();
        let products = vec![Products::default(); reckoning.terms.len()];
        Self {
            reckoning,
            with_records,
            audiences,
            products,
            lists: Vec::new(),
            ruled: Vec::new(),
            entries: Vec::new(),
            tallies: None,
        }
    }

    /// What each clause counts for a citizen, in order of clause, organisation and unit. `offers` says for each sort of
    /// contact what it counts for.
    ///
    /// # Errors
    /// When a weight or a sum does not fit.
    pub fn count(&mut self, facts: &Facts, offers: &[Offers]) -> Result<&[Entry], PaymentError> {
        self.entries.clear();
        self.every_clause(facts, offers)?;
        self.entries.sort_unstable_by_key(|entry| entry.key);
        Ok(&self.entries)
    }

    /// Adds up what each clause counts for a citizen.
    ///
    /// # Errors
    /// When a weight or a sum does not fit.
    pub fn add_up(&mut self, facts: &Facts, offers: &[Offers], to: &mut Tallies) -> Result<(), PaymentError> {
        to.begin();
        self.tallies = Some(std::mem::take(to));
        let done = self.every_clause(facts, offers);
        *to = self.tallies.take().unwrap_or_default();
        done
    }

    fn every_clause(&mut self, facts: &Facts, offers: &[Offers]) -> Result<(), PaymentError> {
        self.audiences.fill(None);
        self.lists = lists(&facts.lists);
        let rules = self.reckoning.rules.iter();
        self.ruled = rules.map(|ruled| self.reckoning.attributed(ruled, facts, offers, self.with_records)).collect();
        for (at, seen) in facts.contacts.iter().enumerate() {
            let Some(sort) = offers.get(seen.sort) else { continue };
            for offer in &sort.offers {
                self.contact(facts, Contact { at, seen, sort, offer })?;
            }
        }
        let reckoning = self.reckoning;
        for (at, term) in reckoning.terms.iter().enumerate() {
            if let By::Formula(formula) = &term.by {
                self.by_head(facts, offers, Clause { at, term, formula })?;
            }
        }
        Ok(())
    }

    fn contact(&mut self, facts: &Facts, of: Contact<'_>) -> Result<(), PaymentError> {
        let Some(term) = self.reckoning.terms.get(of.offer.term) else { return Ok(()) };
        let day = of.seen.day;
        let organisation = of.offer.organisation;
        let unit = match of.offer.as_what {
            _ if !of.offer.days.contains(day) => None,
            AsWhat::Task(price) => term.compared.and_then(|it| compared(it, term.time, day, price)),
            // Episodes are counted from all their contacts together.
            AsWhat::Episode => None,
            _ if !term.time.contains(day) => None,
            AsWhat::Paid(Some(price)) => Some(Unit::Contacts(price)),
            AsWhat::Paid(None) | AsWhat::Done => Some(Unit::Unpriced),
            AsWhat::Spent => return self.spent(facts, term, of),
        };
        let Some(unit) = unit else { return Ok(()) };
        if !self.is_in(facts, term, day) {
            return Ok(());
        }
        let is_paid = matches!(of.offer.as_what, AsWhat::Paid(_));
        if is_paid && self.is_covered(facts, of.sort, day) {
            return Ok(());
        }
        self.add(Key { term: of.offer.term, organisation, unit }, 1, Some(Record::Contact(of.at)))
    }

    /// What a contact cost, for whoever's citizen she was on the day.
    fn spent(&mut self, facts: &Facts, term: &Term, of: Contact<'_>) -> Result<(), PaymentError> {
        let day = of.seen.day;
        let Some(organisation) = self.whose_on(term, day, true) else { return Ok(()) };
        if !self.is_in(facts, term, day) {
            return Ok(());
        }
        let (unit, count) = match of.seen.cost.or(of.sort.cost) {
            Some(cost) => (Unit::Spent, cost.0),
            None => (Unit::Uncosted, 1),
        };
        self.add(Key { term: of.offer.term, organisation, unit }, count, Some(Record::Contact(of.at)))
    }

    fn by_head(&mut self, facts: &Facts, offers: &[Offers], clause: Clause<'_>) -> Result<(), PaymentError> {
        match clause.formula {
            Formula::Capitation(_) => self.days(facts, clause, false),
            Formula::Bundle(bundle) if bundle.span == BundleSpan::Year => self.days(facts, clause, false),
            Formula::Bundle(_) => self.episodes(facts, offers, clause),
            Formula::Incentive(_) => {
                self.listed(facts, clause)?;
                self.measured(facts, clause, false)
            }
            Formula::SharedSavings(_) => {
                self.days(facts, clause, true)?;
                self.measured(facts, clause, true)
            }
            Formula::Activity(_) | Formula::Blended(_) | Formula::Block { .. } | Formula::Stated { .. } => Ok(()),
        }
    }

    /// The days on which she is each organisation's: of those on which she is one of those whom the clause is about, or of
    /// all of her life.
    fn theirs(&mut self, facts: &Facts, term: &Term, all: bool, named: bool) -> Vec<(usize, Intervals)> {
        let life = Intervals::from_iter(facts.life.and_then(|life| life.intersect(term.time)));
        let days = match (term.whose, all) {
            (Whose::Sole(_), true) => self.audience(facts, term.everybody).intersect(&life),
            (_, true) => life,
            (_, false) if self.is_everybody(term.audience) => life,
            (_, false) => self.audience(facts, term.audience).intersect(&life),
        };
        if days.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(usize, Intervals)> = Vec::new();
        let mut add = |organisation: usize, here: Intervals| match found.iter_mut().find(|it| it.0 == organisation) {
            Some((_, days)) => *days = days.union(&here),
            None if here.is_empty() => {}
            None => found.push((organisation, here)),
        };
        match term.whose {
            Whose::Sole(organisation) => add(organisation, days),
            Whose::Registered => {
                for (own, period) in &self.lists {
                    let Some(whole) = self.reckoning.bodies.whole_among(*own, &term.to) else { continue };
                    add(if named { whole } else { *own }, days.intersect(&Intervals::from(*period)));
                }
            }
            Whose::By(at) => {
                for theirs in self.ruled.get(at).into_iter().flatten() {
                    add(if named { theirs.named } else { theirs.own }, days.intersect(&theirs.days));
                }
            }
            Whose::NotAsked => {}
        }
        found
    }

    fn days(&mut self, facts: &Facts, clause: Clause<'_>, named: bool) -> Result<(), PaymentError> {
        let Clause { at: term, term: of, .. } = clause;
        for (organisation, days) in self.theirs(facts, of, false, named) {
            if of.weights.is_empty() {
                let count = days.days_within(of.time).ok_or(PaymentError::TooLarge)?;
                self.add(Key { term, organisation, unit: Unit::Days(Ratio::ONE) }, i64::from(count), None)?;
            } else {
                let Some(products) = self.products.get_mut(term) else { continue };
                let weighed = weighed(&days, &of.weights, &facts.groups, products).ok_or(PaymentError::TooLarge)?;
                for (weight, count) in weighed {
                    self.add(Key { term, organisation, unit: Unit::Days(weight) }, i64::from(count), None)?;
                }
            }
            self.explain((term, organisation), self.why(of, organisation, &days, named));
        }
        Ok(())
    }

    fn listed(&mut self, facts: &Facts, clause: Clause<'_>) -> Result<(), PaymentError> {
        if !clause.term.lists {
            return Ok(());
        }
        for (organisation, days) in self.theirs(facts, clause.term, true, false) {
            let count = days.days_within(clause.term.time).ok_or(PaymentError::TooLarge)?;
            self.add(Key { term: clause.at, organisation, unit: Unit::Listed }, i64::from(count), None)?;
        }
        Ok(())
    }

    /// Needs, as of the day of the run, or of the clause's own last or first day where that lies outside.
    fn measured(&mut self, facts: &Facts, clause: Clause<'_>, named: bool) -> Result<(), PaymentError> {
        let Clause { at: term, term: of, .. } = clause;
        if of.measures.is_empty() || facts.needs.is_empty() {
            return Ok(());
        }
        let day = self.reckoning.measured.clamp(of.time.from, of.time.to.plus_days(-1));
        let Some(organisation) = self.whose_on(of, day, named) else { return Ok(()) };
        if !self.is_in(facts, of, day) {
            return Ok(());
        }
        for (at, wanted) in facts.needs.iter().enumerate().filter(|(_, wanted)| of.measures.contains(&wanted.need)) {
            let record = Some(Record::Need(at));
            self.add(Key { term, organisation, unit: Unit::Wanted }, 1, record.filter(|_| !wanted.met))?;
            if wanted.met {
                self.add(Key { term, organisation, unit: Unit::Met }, 1, record)?;
            }
        }
        if !named {
            let day = Intervals::from_iter(Period::new(day, day.plus_days(1)));
            self.explain((term, organisation), self.why(of, organisation, &day, named));
        }
        Ok(())
    }

    /// Episodes that began in the time: each is whose its first contact was with.
    fn episodes(&mut self, facts: &Facts, offers: &[Offers], clause: Clause<'_>) -> Result<(), PaymentError> {
        let Clause { at: term, term: of, .. } = clause;
        let mut seen: Vec<(Day, usize, usize)> = Vec::new();
        for (at, contact) in facts.contacts.iter().enumerate() {
            let all = offers.get(contact.sort).map_or(&[][..], |sort| &sort.offers);
            let mut here = all.iter().filter(|offer| offer.term == term && offer.as_what == AsWhat::Episode);
            if let Some(offer) = here.next()
                && self.is_in(facts, of, contact.day)
            {
                seen.push((contact.day, offer.organisation, at));
            }
        }
        seen.sort_unstable();
        let days: Vec<Day> = seen.iter().map(|(day, ..)| *day).collect();
        for episode in episodes(&days, super::EPISODE_GAP_DAYS) {
            let first = seen.iter().find(|(day, ..)| *day == episode.from);
            if let Some((_, organisation, at)) = first.filter(|_| of.time.contains(episode.from)) {
                let key = Key { term, organisation: *organisation, unit: Unit::Episodes };
                self.add(key, 1, Some(Record::Contact(*at)))?;
            }
        }
        Ok(())
    }

    /// Whether some bundle pays for such a contact on a day already.
    fn is_covered(&mut self, facts: &Facts, sort: &Offers, day: Day) -> bool {
        let reckoning = self.reckoning;
        sort.covered_by
            .iter()
            .filter_map(|at| reckoning.terms.get(*at))
            .any(|term| term.time.contains(day) && self.is_in(facts, term, day))
    }

    /// Whether she is one of those whom a clause is about on a day.
    fn is_in(&mut self, facts: &Facts, term: &Term, day: Day) -> bool {
        facts.life.is_some_and(|life| life.contains(day))
            && (self.is_everybody(term.audience) || self.audience(facts, term.audience).contains(day))
    }

    fn is_everybody(&self, audience: usize) -> bool {
        self.reckoning.audiences.get(audience).is_some_and(Audience::is_everybody)
    }

    fn audience(&mut self, facts: &Facts, at: usize) -> &Intervals {
        const NOBODY: &Intervals = &Intervals::none();
        let (Some(known), Some(audience)) = (self.audiences.get_mut(at), self.reckoning.audiences.get(at)) else {
            return NOBODY;
        };
        known.get_or_insert_with(|| {
            let group = audience.group.map(|group| periods(&facts.groups, |it| it == group));
            let here = match audience.resident {
                Some(at) => self.ruled.get(at).into_iter().flatten().flat_map(|theirs| theirs.days.iter()).collect(),
                None if audience.places.is_empty() => return group.unwrap_or_else(Intervals::all),
                None => periods(&facts.places, |it| audience.places.contains(&it)),
            };
            match group {
                Some(group) => here.intersect(&group),
                None => here,
            }
        })
    }

    fn add(&mut self, key: Key, count: i64, record: Option<Record>) -> Result<(), PaymentError> {
        if let Some(tallies) = &mut self.tallies {
            tallies.add(key, count);
            return Ok(());
        }
        let records = record.filter(|_| self.with_records);
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == key) else {
            self.entries.push(Entry { key, count, records: records.into_iter().collect(), why: Vec::new() });
            return Ok(());
        };
        entry.count = entry.count.checked_add(count).ok_or(PaymentError::TooLarge)?;
        entry.records.extend(records);
        Ok(())
    }

    /// Says why she is whose she is with the last of what a clause counted for an organisation.
    fn explain(&mut self, of: (usize, usize), why: Vec<String>) {
        if why.is_empty() {
            return;
        }
        let last = self.entries.iter_mut().rfind(|entry| (entry.key.term, entry.key.organisation) == of);
        if let Some(entry) = last {
            entry.why.extend(why);
        }
    }
}

/// A contact and one of the clauses that it counts for.
#[derive(Clone, Copy)]
struct Contact<'c> {
    at: usize,
    seen: &'c Seen,
    sort: &'c Offers,
    offer: &'c Offer,
}

/// A clause with its formula.
#[derive(Clone, Copy)]
struct Clause<'c> {
    at: usize,
    term: &'c Term,
    formula: &'c Formula,
}

fn periods(all: &[(usize, Period)], wanted: impl Fn(usize) -> bool) -> Intervals {
    all.iter().filter(|(at, _)| wanted(*at)).map(|(_, period)| *period).collect()
}

/// A contact of a task: of the year before, or of the time since, in its how many-th year.
fn compared(compared: Compared, time: Period, day: Day, price: Minor) -> Option<Unit> {
    if compared.before.contains(day) {
        return Some(Unit::Before(price));
    }
    if day < compared.since || !time.contains(day) {
        return None;
    }
    // Nearly all contacts are of the first year, and the calendar is slow.
    let year = if day < compared.next { Some(0) } else { day.age_years(compared.since) };
    year.and_then(|years| u8::try_from(years).ok()).map(|year| Unit::Since(year, price))
}
