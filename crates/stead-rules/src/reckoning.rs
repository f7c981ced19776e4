//! Reckoning: what the clauses of a time count for each citizen, and what they pay for all of them together.
//!
//! In: what the records say of one citizen after the other, as plain values. Out: how much of what each clause goes by is
//! hers; the sums of it over all citizens; and from the sums the lines of the accounts, to the penny.
//!
//! 1. [`Reckoning`]: the clauses in force, made ready.
//! 2. `contact`: for which clauses a contact counts, at which price; `whose`: whose a citizen is on which days.
//! 3. `citizen`: what each clause counts for a citizen; `sums`: for all.
//! 4. `amounts`: from sums to what each clause pays; `handed_over`, `pools`: what follows from that; `shares`: what of it
//!    was for whom.

mod amounts;
mod citizen;
mod contact;
mod handed_over;
mod pools;
mod ready;
mod shares;
mod sums;
#[cfg(test)]
mod tests;
mod weights;
mod whose;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::agreement::{Attribution, ClauseRef, Formula, Pool, Price, Protection};
use crate::bodies::Bodies;
use crate::day::{Day, Period};
use crate::id::{AreaId, GroupId, NeedId, OrganisationId, PlaceId, ProfessionId, ServiceKind, SiteId};
use crate::money::{Minor, Ratio};
use crate::need::MetBy;
use crate::payment::PaymentError;

pub use amounts::Account;
pub use citizen::{Counter, Entry, Facts, Record, Seen, Wanted};
pub use contact::{Aspect, Offers, Sort};
pub use shares::share_weight;
pub use sums::{Key, Sums, Tallies, Tally, Unit};
use whose::Ruled;

/// After so many days without a contact, an episode is over and the next contact begins another.
pub const EPISODE_GAP_DAYS: u16 = 90;

/// The clauses that pay by records in a time, made ready to be asked about citizens.
#[derive(Debug)]
pub struct Reckoning {
    time: Period,
    measured: Day,
    currency: Arc<str>,
    bodies: Bodies,
    terms: Vec<Term>,
    pools: Vec<Pooled>,
    audiences: Vec<Audience>,
    /// By what citizens count as whose, where more than lists say it.
    rules: Vec<Ruled>,
    areas: Vec<AreaId>,
    groups: Vec<GroupId>,
    places: Vec<PlaceId>,
    needs: Vec<NeedId>,
    /// What a contact costs, by who offers the service and its kind, at each site.
    costs: FxHashMap<(usize, ServiceKind), Vec<(SiteId, Minor)>>,
}

/// A clause that is settled on records.
#[derive(Debug)]
pub struct Term {
    /// As it is cited.
    pub clause: ClauseRef,
    /// Who pays.
    pub payer: OrganisationId,
    /// The whole time in which it is in force.
    pub whole: Period,
    /// The part of it that is settled.
    pub time: Period,
    /// What it pays by.
    pub by: By,
    /// Who is paid, as the clause names them.
    to: Vec<usize>,
    /// For whom.
    audience: usize,
    /// The same without its group: those on the list of who is paid alone.
    everybody: usize,
    /// For what work.
    work: Work,
    /// By what a citizen counts as whose.
    whose: Whose,
    /// The prices of its tariff, in the order of time; empty where it names none.
    tariff: Vec<(Period, Vec<Price>)>,
    /// What members of groups weigh.
    weights: Vec<(usize, Ratio)>,
    /// The needs that it measures.
    measures: Vec<usize>,
    /// Whether it counts the days on lists.
    lists: bool,
    /// The time that it is compared with, where somebody asks what it brings more or less than before.
    compared: Option<Compared>,
}

/// What a term pays by.
#[derive(Debug)]
pub enum By {
    /// A formula of a `pay` clause.
    Formula(Formula),
    /// What a hand-over spares who gives the task away: prices are those of the clauses that paid for the task.
    Protection {
        /// The terms.
        terms: Protection,
        /// The clauses that paid for it, by position, each with the part of its price that a contact less costs.
        paid_by: Vec<(usize, Ratio)>,
    },
}

/// A pool that is in force.
#[derive(Debug)]
struct Pooled {
    clause: ClauseRef,
    pool: Pool,
    /// All of the time in which it is in force.
    whole: Period,
    /// The part of it that is settled.
    time: Period,
}

/// Whom a clause is about: citizens in any of these places, and in the group.
#[derive(Debug, PartialEq, Eq)]
struct Audience {
    /// By number; empty: any citizen.
    places: Vec<usize>,
    /// Those who are somebody's by this rule, which goes by where they live, instead.
    resident: Option<usize>,
    group: Option<usize>,
}

/// What work a clause is for; with nothing named, all.
#[derive(Debug, Default)]
struct Work {
    services: Vec<ServiceKind>,
    needs: Vec<MetBy>,
}

/// By what a citizen counts as whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// All of them are this one's.
    Sole(usize),
    /// Theirs on whose list they are.
    Registered,
    /// As a rule says, by number.
    By(usize),
    /// Nobody asks: the clause goes by who did the work, or is a fixed sum.
    NotAsked,
}

/// What a task brought before a day, held against what it brings from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Compared {
    /// The first day of what is new.
    since: Day,
    /// The year before it.
    before: Period,
    /// Its first anniversary.
    next: Day,
}

impl Compared {
    fn from(since: Day) -> Option<Self> {
        Some(Self { since, before: Period::new(since.plus_years(-1), since)?, next: since.plus_years(1) })
    }
}

impl Audience {
    /// Whether it is any citizen, on any day.
    const fn is_everybody(&self) -> bool {
        self.places.is_empty() && self.resident.is_none() && self.group.is_none()
    }
}

impl Work {
    fn is_any(&self) -> bool {
        self.services.is_empty() && self.needs.is_empty()
    }

    /// Whether a contact is part of it.
    fn includes(&self, kind: Option<&ServiceKind>, profession: Option<&ProfessionId>) -> bool {
        let Some(kind) = kind else { return self.is_any() };
        let meets = |met_by: &MetBy| {
            let by_anybody = met_by.professions.is_empty();
            met_by.services.contains(kind)
                && (by_anybody || profession.is_some_and(|it| met_by.professions.contains(it)))
        };
        self.is_any() || self.services.contains(kind) || self.needs.iter().any(meets)
    }
}

/// Why clauses cannot be settled on records.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReckoningError {
    /// A clause says too little, or goes by what records do not have.
    #[error("`{clause}`: {message}; {help}")]
    Clause {
        /// Which.
        clause: ClauseRef,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// A sum cannot be computed.
    #[error("`{clause}`, for `{organisation}`: {error}")]
    Payment {
        /// By which clause.
        clause: ClauseRef,
        /// For whom.
        organisation: OrganisationId,
        /// Why.
        error: PaymentError,
    },
    /// Clauses pay in several currencies.
    #[error("the agreements pay in {}: settle each currency's agreements by themselves", currencies.join(" and "))]
    Currencies {
        /// Which.
        currencies: Vec<String>,
    },
    /// Nothing is to be settled.
    #[error("no clause that pays by records is in force from {from} to {to}; check `--from` and `--to`")]
    Nothing {
        /// The first day.
        from: Day,
        /// The first day outside.
        to: Day,
    },
}

impl Reckoning {
    /// The time that is settled.
    pub const fn time(&self) -> Period {
        self.time
    }

    /// The day as of which needs are measured.
    pub const fn measured(&self) -> Day {
        self.measured
    }

    /// The currency of all amounts.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The clauses.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The areas in which it asks who lives; facts call them by position.
    pub fn areas(&self) -> &[AreaId] {
        &self.areas
    }

    /// The groups that it asks for; facts call them by position.
    pub fn groups(&self) -> &[GroupId] {
        &self.groups
    }

    /// The places that it asks for; facts call them by position.
    pub fn places(&self) -> &[PlaceId] {
        &self.places
    }

    /// The needs that it measures; facts call them by position.
    pub fn needs(&self) -> &[NeedId] {
        &self.needs
    }

    /// The number of an organisation of the folder.
    pub fn organisation(&self, id: &str) -> Option<usize> {
        self.bodies.at(id)
    }

    /// The organisation of a number.
    pub fn organisation_id(&self, at: usize) -> Option<&OrganisationId> {
        self.bodies.id(at)
    }

    /// Whether some clause asks where citizens live.
    pub fn asks_for_homes(&self) -> bool {
        self.rules.iter().any(|ruled| ruled.rule.by() == Attribution::Residence)
    }

    /// Whether some clause asks whose list citizens are on.
    pub fn asks_for_lists(&self) -> bool {
        self.terms.iter().any(|term| term.whose == Whose::Registered)
    }

    /// Whether some clause asks for needs.
    pub fn asks_for_needs(&self) -> bool {
        !self.needs.is_empty()
    }

    /// Whether some clause asks what care cost.
    pub fn asks_for_costs(&self) -> bool {
        let shares = |term: &Term| matches!(term.by, By::Formula(Formula::SharedSavings(_)));
        self.terms.iter().any(shares) || self.asks_for_charges()
    }

    /// The days whose contacts count for something.
    pub fn contact_days(&self) -> Period {
        let episodes =
            |term: &Term| term.counts_episodes().then(|| term.time.from.plus_days(-i32::from(EPISODE_GAP_DAYS)));
        let compared = |term: &Term| term.compared.map(|compared| compared.before.from);
        let from = self.terms.iter().flat_map(|term| [episodes(term), compared(term)]).flatten();
        let from = from.chain(self.rules.iter().filter_map(Ruled::contacts_from));
        Period { from: from.fold(self.time.from, Day::min), to: self.time.to }
    }
}
