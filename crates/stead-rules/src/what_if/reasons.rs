//! Why a clause's amount changed: by price, volume, attribution and quality, each so much of the difference.
//!
//! An amount is how many contacts or members there were, times how well it was done, times what one was worth on average.
//! How much of a difference each of these made is its Shapley value: its part, averaged over every order in which they could
//! have changed one after the other. So parts add up to the difference, and no reason is favoured for being told first.

use std::collections::BTreeMap;

use super::Reason;
use crate::agreement::TermsKind;
use crate::money::{Exact, Minor, round_together, shapley};
use crate::settlement::Figures;

/// What a clause pays somebody, and on which figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    pub(super) amount: Minor,
    pub(super) figures: Figures,
}

/// The difference by reason; nothing for what did not change. `None` where a sum does not fit.
pub(super) fn why(
    before: Option<&Counted>,
    after: Option<&Counted>,
    stays: bool,
    kind: Option<TermsKind>,
) -> Option<BTreeMap<Reason, Minor>> {
    let amount = |side: Option<&Counted>| side.map_or(Minor::ZERO, |it| it.amount);
    let change = amount(after).minus(amount(before))?;
    if change == Minor::ZERO {
        return Some(BTreeMap::new());
    }
    let all = |reason| Some(BTreeMap::from([(reason, change)]));
    match (kind, before, after) {
        (Some(TermsKind::Pool), ..) => all(Reason::Pool),
        (Some(TermsKind::HandOver), ..) => all(Reason::Protection),
        _ if !stays => all(Reason::Terms),
        (_, Some(before), Some(after)) => parts(*before, *after, change),
        // The clause stays, and it is for somebody who had nothing by it before, or has nothing now.
        (_, Some(only), None) | (_, None, Some(only)) => all(match only.figures {
            Figures { contacts: Some(_), .. } => Reason::Volume,
            Figures { members: Some(_), .. } => Reason::Attribution,
            _ => Reason::Terms,
        }),
        (_, None, None) => Some(BTreeMap::new()),
    }
}

/// A factor of the amount, before and after.
struct Factor {
    reason: Reason,
    before: Exact,
    after: Exact,
}

fn parts(before: Counted, after: Counted, change: Minor) -> Option<BTreeMap<Reason, Minor>> {
    let mut factors = Vec::new();
    let mut add = |reason, before: Option<Exact>, after: Option<Exact>| {
        let (Some(before), Some(after)) = (before, after) else { return };
        // What was nothing cannot have been a factor of something.
        if before != after && before != Exact::ZERO && after != Exact::ZERO {
            factors.push(Factor { reason, before, after });
        }
    };
    add(Reason::Volume, before.figures.contacts.map(Exact::from), after.figures.contacts.map(Exact::from));
    add(Reason::Attribution, before.figures.members, after.figures.members);
    add(Reason::Quality, before.figures.quality, after.figures.quality);
    let unit = |amount: Minor, side: &dyn Fn(&Factor) -> Exact| {
        factors.iter().try_fold(Exact::from(amount), |rest, factor| rest.over(side(factor)))
    };
    let (one, other) = (unit(before.amount, &|it| it.before), unit(after.amount, &|it| it.after));
    let (Some(one), Some(other)) = (one, other) else {
        // Too fine to be told apart: then it is said to be the price, which is what is left over anyhow.
        return Some(BTreeMap::from([(Reason::Price, change)]));
    };
    factors.push(Factor { reason: Reason::Price, before: one, after: other });
    let values = shapley(u32::try_from(factors.len()).ok()?, |set| {
        let changed = (0_u32..).zip(&factors);
        let mut product = changed.map(|(at, it)| if set & (1 << at) == 0 { it.before } else { it.after });
        product.try_fold(Exact::ONE, Exact::times)?.minus(Exact::from(before.amount))
    });
    let Some(values) = values else { return Some(BTreeMap::from([(Reason::Price, change)])) };
    let named: Vec<_> = factors.iter().map(|it| it.reason).zip(values).collect();
    let found = round_together(&named)?;
    Some(found.into_iter().filter(|(_, amount)| *amount != Minor::ZERO).collect())
}
