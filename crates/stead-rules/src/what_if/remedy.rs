//! The smallest pool under which nobody loses: which rule of those that a `pool` clause can have needs the least money.
//!
//! The members of the pool are all who are paid. What is in it comes from those who gain, the most first, as few of them as
//! will do; where they do not gain enough, the rest is what those who pay save, or has to come from elsewhere.

use std::collections::BTreeMap;

use super::WhatIf;
use crate::agreement::{Pool, PoolMember, Split};
use crate::id::OrganisationId;
use crate::money::{Exact, Minor};
use crate::payment::{PoolFigures, pool};

/// The rules by which a pool may be split that go by what two settlements say: the one that needs least first, where
/// several need as much.
const RULES: [Split; 4] = [Split::LosersFirst, Split::Shares, Split::Activity, Split::Equal];

/// What a rule needs so that nobody loses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolNeed {
    /// The rule for gains.
    pub rule: Split,
    /// How much has to be in the pool.
    pub amount: Minor,
    /// What each member gets of it.
    pub parts: Vec<(OrganisationId, Minor)>,
}

/// The smallest pool under which nobody loses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Its rule.
    pub need: PoolNeed,
    /// Who gives what into it: some of what they gain.
    pub given: Vec<(OrganisationId, Minor)>,
    /// What those who only pay save, as far as it is needed.
    pub saved: Minor,
    /// What is missing then.
    pub missing: Minor,
    /// What the other rules need, least first; those that cannot be split by are left out.
    pub others: Vec<PoolNeed>,
}

/// What would have to be pooled; `None` where nobody loses, or sums do not fit.
pub fn remedy(what_if: &WhatIf) -> Option<Remedy> {
    let paid: Vec<_> = what_if.organisations.iter().filter(|it| it.is_paid).collect();
    let changes: BTreeMap<&OrganisationId, Minor> = paid.iter().map(|it| (&it.organisation, it.change)).collect();
    let contacts: BTreeMap<&OrganisationId, Option<u64>> =
        paid.iter().map(|it| (&it.organisation, it.contacts)).collect();
    what_if.losers().next()?;
    let mut needs: Vec<PoolNeed> = RULES.iter().filter_map(|rule| need(*rule, &changes, &contacts)).collect();
    needs.sort_by_key(|need| need.amount);
    let least = (!needs.is_empty()).then(|| needs.remove(0))?;
    let (given, left) = given(&changes, &least)?;
    let only_pay = what_if.organisations.iter().filter(|it| !it.is_paid && it.change > Minor::ZERO);
    let spared = only_pay.map(|it| it.change).try_fold(Minor::ZERO, Minor::plus)?;
    let saved = left.min(spared);
    Some(Remedy { need: least, given, saved, missing: left.minus(saved)?, others: needs })
}

/// Who gives what: those who gain most first, no more than they gain with their own part of the pool. And what is left.
fn given(changes: &BTreeMap<&OrganisationId, Minor>, need: &PoolNeed) -> Option<(Vec<(OrganisationId, Minor)>, Minor)> {
    let mut left = need.amount;
    let mut gains: Vec<(&OrganisationId, Minor)> = Vec::new();
    for (organisation, change) in changes {
        let part = need.parts.iter().find(|(id, _)| id == *organisation).map_or(Minor::ZERO, |(_, part)| *part);
        gains.push((organisation, change.plus(part)?));
    }
    gains.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    let mut given = Vec::new();
    for (organisation, gain) in gains.into_iter().filter(|(organisation, gain)| {
        *gain > Minor::ZERO && changes.get(organisation).is_some_and(|change| *change > Minor::ZERO)
    }) {
        let part = gain.min(left);
        if part > Minor::ZERO {
            given.push((organisation.clone(), part));
            left = left.minus(part)?;
        }
    }
    Some((given, left))
}

/// The least that has to be in a pool of a rule; `None` where it cannot be split by that.
fn need(
    rule: Split,
    changes: &BTreeMap<&OrganisationId, Minor>,
    contacts: &BTreeMap<&OrganisationId, Option<u64>>,
) -> Option<PoolNeed> {
    let losses: BTreeMap<&OrganisationId, i64> =
        changes.iter().map(|(id, change)| Some((*id, change.0.min(0).checked_neg()?))).collect::<Option<_>>()?;
    let all = losses.values().try_fold(0_i64, |sum, loss| sum.checked_add(*loss))?;
    let share = |id: &OrganisationId| {
        let loss = losses.get(id).copied().unwrap_or(0);
        Exact::from(loss).times(Exact::from(100_i64))?.over(Exact::from(all))?.ratio()
    };
    let members = changes.keys().map(|id| PoolMember {
        organisation: (*id).clone(),
        budget: None,
        share_percent: (rule == Split::Shares).then(|| share(id)).flatten(),
    });
    let terms = Pool { members: members.collect(), paid_in: None, clauses: Vec::new(), gains: rule, losses: rule };
    let figures: Vec<PoolFigures> = changes
        .iter()
        .map(|(id, change)| PoolFigures {
            organisation: (*id).clone(),
            activity: contacts.get(id).copied().flatten(),
            performance: None,
            need: None,
            result: Some(*change),
        })
        .collect();
    // Everybody's part rises with the pool, but for a unit that rounding gives to one or the other.
    let enough = |amount: Minor| {
        let parts = pool(&terms, amount, &figures, None).ok()?;
        let spared = |(id, part): &(OrganisationId, Minor)| part.0 >= losses.get(id).copied().unwrap_or(0);
        parts.iter().all(spared).then_some(parts)
    };
    let mut most = all;
    while enough(Minor(most)).is_none() {
        most = most.checked_mul(2).filter(|most| *most < MOST)?;
    }
    let mut least = all.saturating_sub(1);
    while least.checked_add(1)? < most {
        let middle = least.checked_add(most.checked_sub(least)?.checked_div(2)?)?;
        if enough(Minor(middle)).is_some() { most = middle } else { least = middle }
    }
    let members = i64::try_from(changes.len()).ok()?;
    let amount = (most.saturating_sub(members).max(all)..=most).find(|amount| enough(Minor(*amount)).is_some())?;
    Some(PoolNeed { rule, amount: Minor(amount), parts: enough(Minor(amount))? })
}

/// More than any pool: a thousand million million of the minor unit.
const MOST: i64 = 1_000_000_000_000_000;
