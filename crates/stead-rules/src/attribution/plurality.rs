//! Plurality: the organisation where most of a citizen's primary care was, whether the clause pays it or not.
//!
//! Source: the Medicare Shared Savings Program, 42 CFR 425.402(b), for performance years from 2019 on: charges allowed for
//! primary care services, first with primary care physicians, nurse practitioners, physician assistants and clinical nurse
//! specialists; for those who saw none of them anywhere, with physicians of other specialties; and at least one such
//! service has to be with a physician of the organisation. Who takes no part in the programme competes for itself. Where
//! two are alike, the later service decides, and after that the name (known ones first), so that the order of records never does.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AttributionRule, Visit};
use crate::agreement::Attribution;
use crate::day::Day;
use crate::id::ProfessionId;

/// In which step a plurality was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Step {
    /// Among contacts with those who give primary care.
    First,
    /// Among contacts with others, as there were none with those.
    Second,
}

/// Where most of it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Most<'a> {
    /// The organisation: one that is paid, or another by its own name.
    pub(super) organisation: &'a str,
    pub(super) step: Step,
    /// So many contacts, or so much charged.
    pub(super) worth: i128,
}

/// Who has most, if somebody has any, and has at least one contact with those who have to be met there.
pub(super) fn most<'a>(rule: &'a AttributionRule, visits: impl Iterator<Item = &'a Visit<'a>>) -> Option<Most<'a>> {
    let care = &rule.primary_care;
    let visits: Vec<_> = visits.filter(|visit| rule.counts(visit.service)).collect();
    let first = |visit: &Visit<'_>| care.professions.is_empty() || is_one(visit, &care.professions);
    let step = if visits.iter().any(|visit| first(visit)) { Step::First } else { Step::Second };
    let counts = |visit: &Visit<'_>| match step {
        Step::First => first(visit),
        Step::Second => is_one(visit, &care.second_step),
    };
    let (mut worth, mut met): (BTreeMap<&str, (i128, Day)>, BTreeSet<&str>) = (BTreeMap::new(), BTreeSet::new());
    for visit in visits {
        let whose = rule.paid(visit.organisation).map_or(visit.organisation, |paid| paid.as_str());
        if is_one(visit, &care.at_least_one) {
            met.insert(whose);
        }
        if counts(visit) {
            let (sum, last) = worth.entry(whose).or_insert((0, visit.day));
            *sum = sum.saturating_add(weight(rule.by, visit));
            *last = visit.day.max(*last);
        }
    }
    // Where worth and day are alike, one whom the folder knows comes before others, and then the first by name.
    let known = |id: &str| rule.bodies.contains_key(id);
    let best = worth.into_iter().max_by_key(|(id, by)| (*by, known(id), Reverse(*id)));
    let (organisation, (worth, _)) = best?;
    (care.at_least_one.is_empty() || met.contains(organisation)).then_some(Most { organisation, step, worth })
}

/// What a contact weighs.
fn weight(by: Attribution, visit: &Visit<'_>) -> i128 {
    match by {
        Attribution::PluralityByCharge => visit.charge.map_or(0, |charge| i128::from(charge.0)),
        _ => 1,
    }
}

fn is_one(visit: &Visit<'_>, professions: &[ProfessionId]) -> bool {
    visit.profession.is_some_and(|profession| professions.iter().any(|it| it.as_str() == profession))
}
