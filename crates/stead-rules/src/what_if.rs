//! What if: two settlements of the same records by different agreements, held against each other.
//!
//! In: the lines of both. Out: for everybody who pays or is paid, what changes, by which clause and why; and, where somebody
//! loses, the smallest pool under which nobody does. What one gets more another pays more, so all changes add up to nothing.
//!
//! 1. [`what_if`]: who gains and who loses. 2. `reasons`: why a clause's amount changed. 3. `remedy`: the smallest pool.

mod reasons;
mod remedy;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::agreement::{ClauseRef, TermsKind};
use crate::id::OrganisationId;
use crate::money::Minor;
use crate::person::worded;
use crate::settlement::{Figures, Line};

use reasons::Counted;
pub use remedy::{PoolNeed, Remedy, remedy};

worded! {
    /// Why an amount changed.
    Reason {
        /// What one contact or member is worth.
        Price = "price",
        /// How many contacts there were.
        Volume = "volume",
        /// Whose citizens they were.
        Attribution = "attribution",
        /// How well it was done.
        Quality = "quality",
        /// What is held in common, and how it is split.
        Pool = "pool",
        /// What is spared to who hands over.
        Protection = "protection",
        /// There was no such clause before, or is none now.
        Terms = "terms",
    }
}

/// What changes for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// Each organisation that pays or is paid, by id.
    pub organisations: Vec<Changed>,
}

/// What changes for an organisation: what it is paid less what it pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub organisation: OrganisationId,
    /// What it had by the old agreements.
    pub before: Minor,
    /// What it has by the new ones.
    pub after: Minor,
    /// The difference.
    pub change: Minor,
    /// Whether it is paid by any clause, and does not only pay.
    pub is_paid: bool,
    /// Contacts that it is paid for by the new agreements, where they are counted.
    pub contacts: Option<u64>,
    /// The difference by reason; what does not change is left out.
    pub why: BTreeMap<Reason, Minor>,
    /// The clauses that bring it more or less, in order.
    pub clauses: Vec<ClauseChange>,
}

/// What a clause brings an organisation more or less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseChange {
    /// By which clause.
    pub clause: ClauseRef,
    /// With whom: who pays it, or whom it pays.
    pub with: OrganisationId,
    /// What it brought.
    pub before: Minor,
    /// What it brings.
    pub after: Minor,
    /// The difference by reason.
    pub why: BTreeMap<Reason, Minor>,
}

/// A clause between who is paid and who pays.
type Key = (ClauseRef, OrganisationId, OrganisationId);

/// Holds two settlements against each other. `kind` says what sort of promise a clause is, in either set of agreements.
/// `None` where a sum does not fit.
pub fn what_if<'a>(
    old: impl IntoIterator<Item = &'a Line>,
    new: impl IntoIterator<Item = &'a Line>,
    kind: &dyn Fn(&ClauseRef) -> Option<TermsKind>,
) -> Option<WhatIf> {
    let (old, new) = (sums(old)?, sums(new)?);
    let clauses =
        |sums: &BTreeMap<Key, Counted>| sums.keys().map(|(clause, ..)| clause.clone()).collect::<BTreeSet<_>>();
    let (old_clauses, new_clauses) = (clauses(&old), clauses(&new));
    let mut found: BTreeMap<OrganisationId, Changed> = BTreeMap::new();
    let keys: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
    for key @ (clause, organisation, payer) in keys {
        let stays = old_clauses.contains(clause) && new_clauses.contains(clause);
        let (before, after) = (old.get(key), new.get(key));
        let why = reasons::why(before, after, stays, kind(clause))?;
        let amount = |side: Option<&Counted>| side.map_or(Minor::ZERO, |it| it.amount);
        let contacts = after.and_then(|it| it.figures.contacts);
        let change = ClauseChange {
            clause: clause.clone(),
            with: payer.clone(),
            before: amount(before),
            after: amount(after),
            why,
        };
        let turned = turned(&change, organisation)?;
        for (whose, change, is_paid, contacts) in [(organisation, change, true, contacts), (payer, turned, false, None)]
        {
            let changed = found.entry(whose.clone()).or_insert_with(|| Changed::none(whose));
            changed.add(change)?;
            changed.is_paid |= is_paid;
            if let Some(more) = contacts {
                changed.contacts = Some(changed.contacts.unwrap_or(0).checked_add(more)?);
            }
        }
    }
    Some(WhatIf { organisations: found.into_values().collect() })
}

/// What each clause pays whom, all lines together. Who would pay themselves is not posted, and not counted.
fn sums<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Option<BTreeMap<Key, Counted>> {
    let mut sums: BTreeMap<Key, Counted> = BTreeMap::new();
    for line in lines.into_iter().filter(|line| line.organisation != line.payer) {
        let key = (line.clause.clone(), line.organisation.clone(), line.payer.clone());
        match sums.get_mut(&key) {
            None => {
                sums.insert(key, Counted { amount: line.amount, figures: line.figures });
            }
            Some(sum) => {
                let figures = sum.figures.plus(line.figures);
                *sum = Counted { amount: sum.amount.plus(line.amount)?, figures };
            }
        }
    }
    Some(sums)
}

/// The change as the payer sees it.
fn turned(change: &ClauseChange, organisation: &OrganisationId) -> Option<ClauseChange> {
    let negative = |amount: Minor| Minor::ZERO.minus(amount);
    let why = change.why.iter().map(|(reason, amount)| Some((*reason, negative(*amount)?)));
    Some(ClauseChange {
        clause: change.clause.clone(),
        with: organisation.clone(),
        before: negative(change.before)?,
        after: negative(change.after)?,
        why: why.collect::<Option<_>>()?,
    })
}

impl Changed {
    fn none(organisation: &OrganisationId) -> Self {
        Self {
            organisation: organisation.clone(),
            before: Minor::ZERO,
            after: Minor::ZERO,
            change: Minor::ZERO,
            is_paid: false,
            contacts: None,
            why: BTreeMap::new(),
            clauses: Vec::new(),
        }
    }

    fn add(&mut self, change: ClauseChange) -> Option<()> {
        self.before = self.before.plus(change.before)?;
        self.after = self.after.plus(change.after)?;
        self.change = self.after.minus(self.before)?;
        for (reason, amount) in &change.why {
            let sum = self.why.entry(*reason).or_default();
            *sum = sum.plus(*amount)?;
        }
        self.why.retain(|_, amount| *amount != Minor::ZERO);
        if change.before != change.after {
            self.clauses.push(change);
        }
        Some(())
    }
}

impl WhatIf {
    /// All changes together: nothing.
    pub fn sum(&self) -> Option<Minor> {
        self.organisations.iter().map(|it| it.change).try_fold(Minor::ZERO, Minor::plus)
    }

    /// Those who are paid, and have less than before.
    pub fn losers(&self) -> impl Iterator<Item = &Changed> {
        self.organisations.iter().filter(|it| it.is_paid && it.change < Minor::ZERO)
    }
}

impl Figures {
    /// Those of two rows together: what is not known of one is not known of both.
    fn plus(self, other: Self) -> Self {
        Self {
            members: self.members.zip(other.members).and_then(|(one, other)| one.plus(other)),
            contacts: self.contacts.zip(other.contacts).and_then(|(one, other)| u64::checked_add(one, other)),
            quality: self.quality.zip(other.quality).filter(|(one, other)| one == other).map(|(one, _)| one),
        }
    }
}
