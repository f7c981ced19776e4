//! For which clauses a contact counts, and at which price: asked once for each sort of contact, not for each contact.

use std::sync::Arc;

use super::whose::Visited;
use super::{By, Reckoning, Term, Whose};
use crate::agreement::{Activity, BundleSpan, Formula, Price};
use crate::day::Period;
use crate::id::{OrganisationId, ProfessionId, ServiceKind, SiteId};
use crate::money::{Exact, Minor, Ratio};
use crate::payment::{Counted, PaymentError, price};

/// What distinguishes contacts for clauses.
#[derive(Clone, Debug, Default)]
pub struct Sort {
    /// Who did it, by number; `None`: somebody whom the folder does not know.
    pub organisation: Option<usize>,
    /// What records call whoever that is.
    pub stranger: Option<OrganisationId>,
    /// In which kind of service.
    pub service: Option<ServiceKind>,
    /// With which profession.
    pub profession: Option<ProfessionId>,
    /// Where.
    pub site: Option<SiteId>,
    /// What kind of contact.
    pub contact: Option<Arc<str>>,
}

/// What a contact says of itself, besides who did it and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// In which kind of service.
    Service,
    /// With which profession.
    Profession,
    /// Where.
    Site,
    /// What kind of contact.
    Contact,
}

/// What a sort of contact counts for.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    pub(super) offers: Vec<Offer>,
    /// The bundles that pay for it already, by number of the clause.
    pub(super) covered_by: Vec<usize>,
    /// What such a contact costs, where the folder says so.
    pub(super) cost: Option<Minor>,
    /// What it says of whose a citizen is, where some clause goes by that.
    pub(super) visited: Option<Visited>,
}

/// A clause that such a contact counts for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) term: usize,
    /// Who is paid for it.
    pub(super) organisation: usize,
    /// On which days: a tariff's prices hold for a time.
    pub(super) days: Period,
    pub(super) as_what: AsWhat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AsWhat {
    /// A contact that is paid at a price; `None`: no price fits.
    Paid(Option<Minor>),
    /// A contact of the work that a fixed sum is for.
    Done,
    /// A contact of a task, to be compared with the time before.
    Task(Minor),
    /// A contact of an episode.
    Episode,
    /// Care that was spent on: for whoever's citizen she is.
    Spent,
}

impl Offers {
    /// Whether such contacts count for nothing.
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty() && self.visited.is_none()
    }
}

impl Reckoning {
    /// Whether some clause tells contacts apart by this. What none of them asks for may be left out of a [`Sort`].
    pub fn asks_for(&self, aspect: Aspect) -> bool {
        let costs = self.asks_for_costs() && !self.costs.is_empty();
        let by_cost = costs && matches!(aspect, Aspect::Service | Aspect::Site);
        let by_rule = matches!(aspect, Aspect::Service | Aspect::Profession)
            && self.rules.iter().any(|ruled| ruled.contacts_from().is_some());
        by_cost || by_rule || self.terms.iter().any(|term| term.goes_by(aspect))
    }

    /// What a sort of contact counts for.
    ///
    /// # Errors
    /// When two prices of a clause fit it alike.
    pub fn offers(&self, sort: &Sort) -> Result<Offers, PaymentError> {
        let mut found = Offers { cost: self.cost(sort), visited: self.visited(sort), ..Offers::default() };
        for (at, term) in self.terms.iter().enumerate() {
            self.offers_of(at, term, sort, &mut found)?;
        }
        Ok(found)
    }

    fn offers_of(&self, at: usize, term: &Term, sort: &Sort, found: &mut Offers) -> Result<(), PaymentError> {
        if !term.work.includes(sort.service.as_ref(), sort.profession.as_ref()) {
            return Ok(());
        }
        let named = sort.organisation.and_then(|body| Some((body, self.bodies.whole_among(body, &term.to)?)));
        let mut offer_on =
            |organisation, days, as_what| found.offers.push(Offer { term: at, organisation, days, as_what });
        let mut offer = |organisation, as_what| offer_on(organisation, Period::ALL, as_what);
        match (&term.by, named) {
            (By::Formula(Formula::SharedSavings(_)), _) => {
                let organisation = match term.whose {
                    Whose::Sole(organisation) => organisation,
                    Whose::Registered | Whose::By(_) | Whose::NotAsked => usize::MAX,
                };
                offer(organisation, AsWhat::Spent);
            }
            (By::Formula(Formula::Activity(activity)), Some((own, _))) => {
                for (days, priced) in term.priced(activity, sort)? {
                    // With no work named, the prices say what counts.
                    if priced.is_some() || !term.work.is_any() {
                        offer_on(own, days, AsWhat::Paid(priced));
                    }
                    if let (Some(price), true) = (priced, term.compared.is_some()) {
                        offer_on(own, days, AsWhat::Task(price));
                    }
                }
            }
            (By::Formula(Formula::Blended(blended)), Some((_, named))) => {
                for (days, priced) in term.priced(&blended.activity, sort)? {
                    if priced.is_some() || !term.work.is_any() {
                        offer_on(named, days, AsWhat::Paid(priced));
                    }
                }
            }
            (By::Formula(Formula::Block { .. }), Some((_, named))) if !term.work.is_any() => {
                offer(named, AsWhat::Done);
            }
            (By::Formula(Formula::Bundle(bundle)), Some((own, _))) => {
                found.covered_by.push(at);
                if bundle.span == BundleSpan::Episode {
                    offer(own, AsWhat::Episode);
                }
            }
            (By::Protection { paid_by, .. }, Some((_, named))) => {
                for (paying, part) in paid_by {
                    let Some(paying) = self.terms.get(*paying) else { continue };
                    let pays = paying.work.includes(sort.service.as_ref(), sort.profession.as_ref());
                    let prices = paying.prices_of(sort)?.into_iter().filter(|_| pays);
                    let prices: Vec<_> = prices.filter_map(|(days, price)| Some((days, price?))).collect();
                    for (days, price) in &prices {
                        offer_on(named, *days, AsWhat::Task(part_of(*price, *part)?));
                    }
                    // The task is one contact's, whoever pays for it.
                    if !prices.is_empty() {
                        break;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What it says of whose a citizen is; `None`: nothing.
    fn visited(&self, sort: &Sort) -> Option<Visited> {
        if !self.rules.iter().any(|ruled| ruled.counts(sort.service.as_ref())) {
            return None;
        }
        let organisation = sort.organisation.and_then(|at| self.bodies.id(at)).or(sort.stranger.as_ref())?.clone();
        Some(Visited { organisation, service: sort.service.clone(), profession: sort.profession.clone() })
    }

    /// What a contact costs by the folder's own service: that at its site, or else where all sites have the same cost.
    fn cost(&self, sort: &Sort) -> Option<Minor> {
        let costs = self.costs.get(&(sort.organisation?, sort.service.clone()?))?;
        let here = costs.iter().find(|(site, _)| Some(site) == sort.site.as_ref());
        let alike = || {
            let (_, first) = costs.first()?;
            costs.iter().all(|(_, cost)| cost == first).then_some(first)
        };
        here.map(|(_, cost)| cost).or_else(alike).copied()
    }
}

impl Term {
    fn goes_by(&self, aspect: Aspect) -> bool {
        let by_work = match aspect {
            Aspect::Service => !self.work.is_any(),
            Aspect::Profession => self.work.needs.iter().any(|met_by| !met_by.professions.is_empty()),
            Aspect::Site | Aspect::Contact => false,
        };
        let own = match &self.by {
            By::Formula(Formula::Activity(activity)) => activity.prices.as_slice(),
            By::Formula(Formula::Blended(blended)) => blended.activity.prices.as_slice(),
            _ => &[],
        };
        let by_price = |price: &Price| match aspect {
            Aspect::Service => price.service.is_some(),
            Aspect::Profession => price.profession.is_some(),
            Aspect::Site => price.site.is_some(),
            Aspect::Contact => price.contact.is_some(),
        };
        by_work || own.iter().chain(self.tariff.iter().flat_map(|(_, prices)| prices)).any(by_price)
    }

    fn prices_of(&self, sort: &Sort) -> Result<Vec<(Period, Option<Minor>)>, PaymentError> {
        match &self.by {
            By::Formula(Formula::Activity(activity)) => self.priced(activity, sort),
            By::Formula(Formula::Blended(blended)) => self.priced(&blended.activity, sort),
            _ => Ok(Vec::new()),
        }
    }

    /// The price of a contact on the days on which it is that; `None`: none fits.
    fn priced(&self, terms: &Activity, sort: &Sort) -> Result<Vec<(Period, Option<Minor>)>, PaymentError> {
        if self.tariff.is_empty() {
            return Ok(vec![(Period::ALL, priced(terms, &[], sort)?)]);
        }
        self.tariff.iter().map(|(days, prices)| Ok((*days, priced(terms, prices, sort)?))).collect()
    }

    /// Whether it counts episodes of contacts.
    pub(super) fn counts_episodes(&self) -> bool {
        matches!(&self.by, By::Formula(Formula::Bundle(bundle)) if bundle.span == BundleSpan::Episode)
    }
}

fn priced(terms: &Activity, tariff: &[Price], sort: &Sort) -> Result<Option<Minor>, PaymentError> {
    let counted = Counted {
        contact: sort.contact.clone(),
        service: sort.service.clone(),
        profession: sort.profession.clone(),
        site: sort.site.clone(),
        contacts: 1,
    };
    match price(terms, tariff, &counted) {
        Ok(price) => Ok(Some(price)),
        Err(PaymentError::NoPrice { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn part_of(price: Minor, part: Ratio) -> Result<Minor, PaymentError> {
    let part = Exact::from(price).times(Exact::from(part)).and_then(Exact::rounded);
    part.ok_or(PaymentError::TooLarge)
}
