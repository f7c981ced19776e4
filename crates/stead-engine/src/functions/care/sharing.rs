//! What of a citizen's record is open to those around her: facts made into what the rule asks for.

use stead_rules::circle::Entry;
use stead_rules::id::{GroupId, OrganisationId, PlaceId};
use stead_rules::sharing::{Around, Link, choice};
use stead_rules::{Choice, ClauseRef, Facts as KnownFacts};

use super::Desk;
use super::read::Facts;
use crate::prepared::Prepared;

/// A link, with what a table says of it.
pub(super) struct LinkAnswer<'a> {
    pub(super) link: Link<'a>,
    /// The clause that opens it, or that comes nearest.
    pub(super) clause: Option<&'a ClauseRef>,
    /// The choice that blocks it.
    pub(super) choice: Option<String>,
}

/// The links among those around a citizen; none about somebody who is in no place.
pub(super) fn links<'f, 'a: 'f>(desk: &Desk<'a>, facts: &'f Facts<'_>, entries: &[Entry<'f>]) -> Vec<LinkAnswer<'f>> {
    let on = desk.prepared.params.on;
    if !facts.memberships.iter().any(|(_, period)| period.contains(on)) {
        return Vec::new();
    }
    let around = Around { citizen: &desk.somebody, entries, registered: facts.registered, on };
    let chosen = facts.choice.map(|chosen| chosen.organisation);
    let acting = entries.iter().map(|entry| entry.organisation).chain(facts.registered).chain(chosen);
    let circle: Vec<OrganisationId> = acting.cloned().collect();
    let here = facts.memberships.iter().filter(|(_, period)| period.contains(on));
    let places: Vec<PlaceId> = here.map(|(place, _)| (*place).clone()).collect();
    let in_it = facts.groups.iter().filter(|(_, period)| period.contains(on));
    let groups: Vec<GroupId> = in_it.filter_map(|(group, _)| desk.groups.get(group).copied().cloned()).collect();
    let choices: Vec<Choice> = facts.sharing_choices.iter().map(|read| read.choice(&desk.somebody)).collect();
    let known = KnownFacts { circle: &circle, places: &places, groups: &groups, choices: &choices };
    let prepared: &'a Prepared = desk.prepared;
    let sharing = &prepared.sharing;
    let links = sharing.links(&around, &known).into_iter();
    links
        .map(|link| LinkAnswer {
            clause: sharing.clause(link.outcome),
            choice: choice(link.outcome).and_then(|at| choices.get(at)).map(|choice| choice.id.to_string()),
            link,
        })
        .collect()
}
