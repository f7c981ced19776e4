//! Who owes what: needs without an owner or with two, hand-overs that cannot work, notice that is too short.

use std::collections::{BTreeMap, BTreeSet};

use super::Gap;
use super::book::{Book, overlap};
use crate::agreement::{Agreement, Clause, ClauseRef, HandOver, HandOverMode, Lead, Terms};
use crate::id::{NeedId, OrganisationId, ServiceKind};

pub(super) fn gaps(book: &Book<'_>) -> Vec<Gap> {
    let mut found = owners(book);
    for (agreement, clause) in book.clauses() {
        match &clause.terms {
            Terms::HandOver(task) => found.extend(without_profession(book, agreement.cite(clause), task)),
            Terms::Deliver(deliver) => {
                let level = deliver.level.filter(|level| level.within_days > agreement.notice_days);
                found.extend(level.map(|level| Gap::NoticeTooShort {
                    clause: agreement.cite(clause),
                    notice_days: agreement.notice_days,
                    within_days: level.within_days,
                }));
            }
            _ => {}
        }
    }
    found.extend(circles(book));
    found
}

/// Somebody who is obliged to meet a need, by a clause.
#[derive(Clone, Copy)]
struct Owner<'a> {
    agreement: &'a Agreement,
    clause: &'a Clause,
    organisation: &'a OrganisationId,
}

fn owners(book: &Book<'_>) -> Vec<Gap> {
    let mut found = Vec::new();
    for need in &book.definitions.needs {
        let kinds = book.kinds_for(&need.id);
        let owners = owners_of(book, &need.id, kinds);
        let Some(first) = owners.first() else {
            found.push(Gap::NoOwner { need: need.id.clone() });
            continue;
        };
        let second = owners.iter().find(|other| {
            other.clause.id != first.clause.id
                && !book.are_related(other.organisation, first.organisation)
                && overlap((first.agreement, first.clause), (other.agreement, other.clause))
        });
        let Some(second) = second.filter(|_| !is_led(book, &need.id, kinds, &owners)) else { continue };
        let cite = |owner: &Owner<'_>| (owner.agreement.cite(owner.clause), owner.organisation.clone());
        found.push(Gap::TwoOwners { need: need.id.clone(), first: cite(first), second: cite(second) });
    }
    found
}

/// Who is obliged to meet a need. What moves away from somebody is no longer theirs.
fn owners_of<'a>(book: &Book<'a>, need: &NeedId, kinds: &[ServiceKind]) -> Vec<Owner<'a>> {
    let names = |needs: &[NeedId], services: &[ServiceKind]| {
        needs.contains(need) || services.iter().any(|kind| kinds.contains(kind))
    };
    let moved: BTreeSet<&OrganisationId> = book
        .clauses()
        .filter_map(|(_, clause)| match &clause.terms {
            Terms::HandOver(task) if task.mode == HandOverMode::Moves && names(&task.needs, &task.services) => {
                Some(&task.from)
            }
            _ => None,
        })
        .collect();
    let mut owners = Vec::new();
    for (agreement, clause) in book.clauses() {
        let by: &[OrganisationId] = match &clause.terms {
            Terms::Deliver(deliver) if names(&deliver.needs, &deliver.services) => &deliver.from,
            Terms::HandOver(task) if names(&task.needs, &task.services) => &task.to,
            _ => &[],
        };
        let by = by.iter().filter(|organisation| !moved.contains(organisation));
        owners.extend(by.map(|organisation| Owner { agreement, clause, organisation }));
    }
    owners
}

/// Whether somebody leads the care that a need is about: by a clause that names it, or all of an agreement that it stands in.
fn is_led(book: &Book<'_>, need: &NeedId, kinds: &[ServiceKind], owners: &[Owner<'_>]) -> bool {
    let leads = |agreement: &Agreement, lead: &Lead| {
        let all = lead.needs.is_empty() && lead.services.is_empty();
        let named = lead.needs.contains(need) || lead.services.iter().any(|kind| kinds.contains(kind));
        named || (all && owners.iter().any(|owner| owner.agreement.id == agreement.id))
    };
    book.clauses().any(|(agreement, clause)| matches!(&clause.terms, Terms::Lead(lead) if leads(agreement, lead)))
}

fn without_profession(book: &Book<'_>, clause: ClauseRef, task: &HandOver) -> Vec<Gap> {
    let lacking = task.to.iter().filter(|organisation| {
        let services = book.definitions.organisations.iter().find(|body| body.id == **organisation);
        !task.professions.is_empty() && !services.is_some_and(|body| book.employs(&body.id, &task.professions))
    });
    lacking
        .map(|organisation| Gap::NoProfession {
            clause: clause.clone(),
            organisation: organisation.clone(),
            professions: task.professions.clone(),
        })
        .collect()
}

/// Tasks that are handed round in a circle: for each need and kind of service, from whom to whom.
fn circles(book: &Book<'_>) -> Vec<Gap> {
    let mut edges: BTreeMap<&str, Vec<(ClauseRef, &HandOver)>> = BTreeMap::new();
    for (agreement, clause) in book.clauses() {
        let Terms::HandOver(task) = &clause.terms else { continue };
        let tasks = task.needs.iter().map(NeedId::as_str).chain(task.services.iter().map(ServiceKind::as_str));
        for what in tasks {
            edges.entry(what).or_default().push((agreement.cite(clause), task));
        }
    }
    let mut found = Vec::new();
    let mut told: BTreeSet<BTreeSet<ClauseRef>> = BTreeSet::new();
    for (what, tasks) in &edges {
        for start in tasks {
            let Some(clauses) = circle_from(start, tasks) else { continue };
            if told.insert(clauses.iter().cloned().collect()) {
                found.push(Gap::Circle { clauses, what: (*what).to_owned() });
            }
        }
    }
    found
}

/// The way from a hand-over back to who handed it on first, if there is one; the shortest.
fn circle_from(start: &(ClauseRef, &HandOver), tasks: &[(ClauseRef, &HandOver)]) -> Option<Vec<ClauseRef>> {
    let mut ways = vec![(start.1, vec![start.0.clone()])];
    let mut seen: BTreeSet<ClauseRef> = BTreeSet::from([start.0.clone()]);
    while !ways.is_empty() {
        let mut further = Vec::new();
        for (task, way) in ways {
            if task.to.contains(&start.1.from) {
                return Some(way);
            }
            for (cite, next) in tasks.iter().filter(|(_, next)| task.to.contains(&next.from)) {
                if seen.insert(cite.clone()) {
                    further.push((*next, way.iter().cloned().chain([cite.clone()]).collect()));
                }
            }
        }
        ways = further;
    }
    None
}
