//! Clauses about money that contradict each other: the same contact paid twice, pools over what is none of theirs, payments
//! that are none.

use std::collections::BTreeSet;

use super::Gap;
use super::book::{Book, both_count};
use crate::agreement::{Activity, Agreement, Clause, ClauseRef, Formula, HandOver, Pay, Per, Pool, Price, Terms};
use crate::id::{OrganisationId, ProfessionId, ServiceKind, SiteId};

type Cited<'a, T> = (&'a Agreement, &'a Clause, &'a T);

pub(super) fn gaps(book: &Book<'_>) -> Vec<Gap> {
    let (mut pays, mut pools) = (Vec::new(), Vec::new());
    for (agreement, clause) in book.clauses() {
        match &clause.terms {
            Terms::Pay(pay) => pays.push((agreement, clause, pay)),
            Terms::Pool(pool) => pools.push((agreement, clause, pool)),
            _ => {}
        }
    }
    let mut found = same_contact(book, &pays);
    for pool in &pools {
        found.extend(pooled(book, pool));
    }
    found.extend(two_pools(&pools));
    found.extend(endless(book));
    found.extend(pays_own(book, &pays));
    found.extend(protected_twice(book));
    found.extend(hand_overs(book));
    found
}

/// Which contacts a clause pays one by one, or all together: what is not named is any.
#[derive(Clone, Copy, Default)]
struct Contacts<'a> {
    contact: Option<&'a str>,
    service: Option<&'a ServiceKind>,
    profession: Option<&'a ProfessionId>,
    site: Option<&'a SiteId>,
}

impl Contacts<'_> {
    /// Whether some contact could be one of both.
    fn meets(&self, other: &Self) -> bool {
        fn both<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        both(self.contact, other.contact)
            && both(self.service, other.service)
            && both(self.profession, other.profession)
            && both(self.site, other.site)
    }
}

/// The contacts that a clause pays for; none where it does not go by contacts, or by those of a table.
fn contacts<'a>(book: &Book<'a>, pay: &'a Pay) -> Vec<Contacts<'a>> {
    if pay.evidence.is_some() {
        return Vec::new();
    }
    match &pay.formula {
        Formula::Activity(activity) => priced(book, pay, activity),
        Formula::Blended(blended) => priced(book, pay, &blended.activity),
        Formula::Bundle(bundle) => {
            bundle.covers.iter().map(|service| Contacts { service: Some(service), ..Contacts::default() }).collect()
        }
        _ => Vec::new(),
    }
}

fn priced<'a>(book: &Book<'a>, pay: &'a Pay, activity: &'a Activity) -> Vec<Contacts<'a>> {
    let mut found = Vec::new();
    for (price, _) in book.prices(activity) {
        let Price { contact, service, profession, site, .. } = price;
        let contact = contact.as_deref();
        let with = |service| Contacts { contact, service, profession: profession.as_ref(), site: site.as_ref() };
        match service {
            Some(service) if pay.services.is_empty() || pay.services.contains(service) => {
                found.push(with(Some(service)))
            }
            Some(_) => {}
            None => {
                let kinds: BTreeSet<&ServiceKind> = book.kinds(&pay.services, &pay.needs).into_iter().collect();
                if kinds.is_empty() {
                    found.push(with(None));
                }
                found.extend(kinds.into_iter().map(|kind| with(Some(kind))));
            }
        }
    }
    found
}

/// Two clauses in force at once that pay the same organisation for the same contact.
///
/// What a bundle covers is taken out of clauses that name no kind of service, and, where the bundle is for a group, out of
/// clauses for everybody: that is no contradiction. Two payers may share the price of a contact.
fn same_contact(book: &Book<'_>, pays: &[Cited<'_, Pay>]) -> Vec<Gap> {
    let counted: Vec<_> = pays.iter().map(|it| (*it, contacts(book, it.2))).filter(|(_, it)| !it.is_empty()).collect();
    let mut found = Vec::new();
    for (at, (one, own)) in counted.iter().enumerate() {
        for (other, theirs) in counted.iter().skip(at + 1) {
            let Some(organisation) = one.2.to.iter().find(|to| other.2.to.iter().any(|its| book.are_related(to, its)))
            else {
                continue;
            };
            if !both_count((one.0, one.1), (other.0, other.1)) {
                continue;
            }
            let both = own.iter().flat_map(|own| theirs.iter().map(move |its| (own, its)));
            let mut both = both.filter(|(own, its)| own.meets(its) && clash(book, (one.2, own), (other.2, its)));
            if let Some((own, its)) = both.next() {
                found.push(Gap::SameContact {
                    first: one.0.cite(one.1),
                    second: other.0.cite(other.1),
                    organisation: organisation.clone(),
                    service: own.service.or(its.service).cloned(),
                    bundled: is_bundle(one.2) != is_bundle(other.2),
                });
            }
        }
    }
    found
}

const fn is_bundle(pay: &Pay) -> bool {
    matches!(pay.formula, Formula::Bundle(_))
}

/// Whether two clauses that both pay for a contact cannot both be meant.
fn clash(book: &Book<'_>, one: (&Pay, &Contacts<'_>), other: (&Pay, &Contacts<'_>)) -> bool {
    let (bundle, activity) = match (is_bundle(one.0), is_bundle(other.0)) {
        (true, false) => (one.0, other),
        (false, true) => (other.0, one),
        _ => {
            let apart = one.0.group.is_some() && other.0.group.is_some() && one.0.group != other.0.group;
            let one_payer = book.are_related(&one.0.from, &other.0.from);
            return one_payer && !apart;
        }
    };
    activity.1.service.is_some() && (bundle.group.is_none() || bundle.group == activity.0.group)
}

fn cited<'a>(book: &Book<'a>, on: &ClauseRef) -> Option<(&'a Agreement, &'a Clause)> {
    book.clauses().find(|(agreement, clause)| agreement.id == on.agreement && clause.id == on.clause)
}

/// What a pool holds that cannot be in it.
fn pooled(book: &Book<'_>, (agreement, clause, pool): &Cited<'_, Pool>) -> Vec<Gap> {
    let mut found = Vec::new();
    for on in &pool.clauses {
        let Some((whose, which)) = cited(book, on) else { continue };
        let (pool_clause, on) = (agreement.cite(clause), on.clone());
        let Terms::Pay(pay) = &which.terms else {
            found.push(Gap::PaysNothing { clause: pool_clause, on });
            continue;
        };
        if pay.evidence.is_some() {
            found.push(Gap::PoolOnTable { clause: pool_clause, on });
            continue;
        }
        if whose.currency != agreement.currency {
            let (own, other) = (agreement.currency.to_string(), whose.currency.to_string());
            found.push(Gap::OtherCurrency { clause: pool_clause, on, own, other });
            continue;
        }
        let is_member =
            |id: &OrganisationId| pool.members.iter().any(|member| book.are_related(&member.organisation, id));
        if !is_member(&pay.from) && !pay.to.iter().any(is_member) {
            found.push(Gap::PoolOfOthers { clause: pool_clause, on });
        }
    }
    let ids = || pool.members.iter().map(|member| &member.organisation);
    found.extend(ids().filter_map(|member| {
        let whole = ids().find(|whole| *whole != member && book.is_in(member, whole))?;
        Some(Gap::MemberTwice { clause: agreement.cite(clause), member: member.clone(), whole: whole.clone() })
    }));
    found
}

fn pays_own(book: &Book<'_>, pays: &[Cited<'_, Pay>]) -> Vec<Gap> {
    let own = |(agreement, clause, pay): &Cited<'_, Pay>| {
        let part = pay.to.iter().find(|to| **to != pay.from && book.is_in(to, &pay.from))?;
        Some(Gap::PaysOwn { clause: agreement.cite(clause), part: part.clone(), whole: pay.from.clone() })
    };
    pays.iter().filter_map(own).collect()
}

/// Tasks that one organisation hands over by two clauses at once, each of which makes good what it loses.
fn protected_twice(book: &Book<'_>) -> Vec<Gap> {
    let protected = book.clauses().filter_map(|(agreement, clause)| match &clause.terms {
        Terms::HandOver(task) if task.protection.is_some() => Some((agreement, clause, task)),
        _ => None,
    });
    let protected: Vec<Cited<'_, HandOver>> = protected.collect();
    let mut found = Vec::new();
    for (at, one) in protected.iter().enumerate() {
        for other in protected.iter().skip(at + 1) {
            let same = book.are_related(&one.2.from, &other.2.from)
                && book.tasks_of(one.2).iter().any(|kind| book.tasks_of(other.2).contains(kind));
            if same && both_count((one.0, one.1), (other.0, other.1)) {
                let (first, second) = (one.0.cite(one.1), other.0.cite(other.1));
                found.push(Gap::ProtectedTwice { first, second, organisation: other.2.from.clone() });
            }
        }
    }
    found
}

/// Sums for all of a clause's time, where that has no end: no part of it would be anything.
fn endless(book: &Book<'_>) -> Vec<Gap> {
    let by_period = |terms: &Terms| match terms {
        Terms::Pool(pool) => pool.paid_in.as_ref().is_some_and(|paid_in| paid_in.per == Per::Period),
        Terms::Pay(pay) => match &pay.formula {
            Formula::Block { per, .. } => *per == Per::Period,
            Formula::Capitation(capitation) => capitation.per == Per::Period,
            Formula::Blended(blended) => blended.per == Per::Period,
            _ => false,
        },
        _ => false,
    };
    let clauses = book.clauses().filter(|(_, clause)| by_period(&clause.terms));
    let open =
        clauses.filter(|(agreement, clause)| agreement.clause_period(clause).is_some_and(|own| !own.to.is_finite()));
    open.map(|(agreement, clause)| Gap::Endless { clause: agreement.cite(clause) }).collect()
}

/// Clauses whose gains go into two pools at once.
fn two_pools(pools: &[Cited<'_, Pool>]) -> Vec<Gap> {
    let mut found = Vec::new();
    for (at, one) in pools.iter().enumerate() {
        for other in pools.iter().skip(at + 1) {
            if both_count((one.0, one.1), (other.0, other.1)) {
                let both = one.2.clauses.iter().filter(|on| other.2.clauses.contains(on));
                found.extend(both.map(|on| Gap::InTwoPools {
                    first: one.0.cite(one.1),
                    second: other.0.cite(other.1),
                    on: on.clone(),
                }));
            }
        }
    }
    found
}

/// Hand-overs that name clauses by which they are not paid.
fn hand_overs(book: &Book<'_>) -> Vec<Gap> {
    let mut found = Vec::new();
    for (agreement, clause) in book.clauses() {
        let Terms::HandOver(task) = &clause.terms else { continue };
        let kinds = book.tasks_of(task);
        for on in &task.paid_by {
            let Some((_, which)) = cited(book, on) else { continue };
            let (by, on) = (agreement.cite(clause), on.clone());
            match &which.terms {
                Terms::Pay(pay) => {
                    let counts = contacts(book, pay);
                    let by_contact = counts.iter().any(|it| it.service.is_none_or(|kind| kinds.contains(kind)));
                    if !pay.pays_for(&task.needs, &kinds) && !by_contact {
                        found.push(Gap::PaidByOther { clause: by, on });
                    }
                }
                // Protection and gains may come out of a pool; everything else pays nothing.
                Terms::Pool(_) => {}
                _ => found.push(Gap::PaysNothing { clause: by, on }),
            }
        }
    }
    found
}
