//! A list of members: who was whose over a time, and who came and left in it.

use super::{Attributed, Why};
use crate::day::Period;
use crate::id::OrganisationId;

/// A citizen on an organisation's list of members, over a time without a break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    /// Whose list.
    pub organisation: &'a OrganisationId,
    /// The part of it, or whoever it was, that made her its; `None`: not known.
    pub provider: Option<&'a str>,
    /// From when to when, within the time that is looked at.
    pub period: Period,
    /// Whether she is the provider's still on the last day.
    pub is_active: bool,
    /// What became of her between the first day and the last.
    pub change: Change,
}

/// What became of a member between two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Was not on the organisation's list on the first day, and is on the last.
    New,
    /// Is not on it on the last day.
    Dropped,
    /// Is on it on both, but not all through, or by another part of it.
    Changed,
    /// Is on it all through.
    Same,
}

/// Everybody's time on lists, in order of organisation and day, from what a citizen counted as within a time.
pub fn listed<'a>(found: &[Attributed<'a>], within: Period) -> Vec<Listed<'a>> {
    let last = within.to.plus_days(-1);
    let on = |organisation: &OrganisationId, day| {
        found.iter().any(|it| it.organisation == organisation && it.days.contains(day))
    };
    let mut listed: Vec<Listed<'a>> = Vec::new();
    for it in found {
        for period in it.days.iter().filter_map(|period| period.intersect(within)) {
            let is_active = period.contains(last);
            let change = match (on(it.organisation, within.from), on(it.organisation, last)) {
                (_, false) => Change::Dropped,
                (false, true) => Change::New,
                (true, true) if period == within => Change::Same,
                (true, true) => Change::Changed,
            };
            let provider = match it.why {
                Why::List(with) | Why::Named(with) => Some(with),
                Why::Home(_) | Why::Member | Why::Plurality { .. } => None,
            };
            listed.push(Listed { organisation: it.organisation, provider, period, is_active, change });
        }
    }
    listed.sort_by(|one, other| {
        (one.organisation, one.period.from, one.provider).cmp(&(other.organisation, other.period.from, other.provider))
    });
    listed
}
