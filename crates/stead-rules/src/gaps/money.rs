//! Who is paid: deliveries without pay, hand-overs whose payment goes elsewhere, and what is paid for twice.

use super::Gap;
use super::book::{Book, both_count, overlap};
use crate::agreement::{Agreement, Clause, Deliver, Formula, HandOver, Pay, Terms};
use crate::id::{NeedId, OrganisationId, ServiceKind};

type PayClause<'a> = (&'a Agreement, &'a Clause, &'a Pay);

pub(super) fn gaps(book: &Book<'_>) -> Vec<Gap> {
    let pays: Vec<PayClause<'_>> = book
        .clauses()
        .filter_map(|(agreement, clause)| match &clause.terms {
            Terms::Pay(pay) => Some((agreement, clause, pay)),
            _ => None,
        })
        .collect();
    let mut found = twice(book, &pays);
    for (agreement, clause) in book.clauses() {
        match &clause.terms {
            Terms::Deliver(deliver) => found.extend(unpaid(book, &pays, agreement, clause, deliver)),
            Terms::HandOver(task) => found.extend(hand_over_unpaid(book, &pays, agreement, clause, task)),
            _ => {}
        }
    }
    found
}

impl Pay {
    /// The kinds of service that it names: by themselves, or as what a bundle covers.
    fn kinds(&self) -> impl Iterator<Item = &ServiceKind> {
        let covered = match &self.formula {
            Formula::Bundle(bundle) => bundle.covers.as_slice(),
            _ => &[],
        };
        self.services.iter().chain(covered)
    }

    /// Whether it pays for the work itself, and not only for quality or savings on top.
    const fn is_for_work(&self) -> bool {
        !matches!(self.formula, Formula::Incentive(_) | Formula::SharedSavings(_))
    }

    pub(super) fn pays_for(&self, needs: &[NeedId], kinds: &[ServiceKind]) -> bool {
        let anything = self.needs.is_empty() && self.kinds().next().is_none();
        anything || self.needs.iter().any(|need| needs.contains(need)) || self.kinds().any(|kind| kinds.contains(kind))
    }
}

/// Deliveries for which nobody pays. Who pays others pays for its own work itself.
fn unpaid(
    book: &Book<'_>,
    pays: &[PayClause<'_>],
    agreement: &Agreement,
    clause: &Clause,
    deliver: &Deliver,
) -> Vec<Gap> {
    let mut found = Vec::new();
    for organisation in &deliver.from {
        if pays.iter().any(|(.., pay)| book.are_related(&pay.from, organisation)) {
            continue;
        }
        let theirs = || {
            pays.iter().filter(|(whose, which, pay)| {
                pay.to.iter().any(|to| book.are_related(to, organisation))
                    && overlap((agreement, clause), (*whose, *which))
            })
        };
        let is_paid = |needs: &[NeedId], kinds: &[ServiceKind]| theirs().any(|(.., pay)| pay.pays_for(needs, kinds));
        let needs: Vec<NeedId> = deliver
            .needs
            .iter()
            .filter(|need| {
                let kinds: Vec<_> = book.kinds_for(need).iter().chain(&deliver.services).cloned().collect();
                !is_paid(std::slice::from_ref(*need), &kinds)
            })
            .cloned()
            .collect();
        let services_unpaid = deliver.needs.is_empty() && !is_paid(&[], &deliver.services);
        if services_unpaid || !needs.is_empty() {
            let all = services_unpaid || needs.len() == deliver.needs.len();
            found.push(Gap::Unpaid {
                clause: agreement.cite(clause),
                organisation: organisation.clone(),
                needs: if all { Vec::new() } else { needs },
            });
        }
    }
    found
}

fn hand_over_unpaid(
    book: &Book<'_>,
    pays: &[PayClause<'_>],
    agreement: &Agreement,
    clause: &Clause,
    task: &HandOver,
) -> Vec<Gap> {
    let cited = || pays.iter().filter(|(whose, which, _)| task.paid_by.contains(&whose.cite(which)));
    let pays_itself = |id: &OrganisationId| pays.iter().any(|(.., pay)| book.are_related(&pay.from, id));
    let paid = |id: &OrganisationId| cited().any(|(.., pay)| pay.to.iter().any(|to| book.are_related(to, id)));
    let unpaid = task.to.iter().filter(|organisation| !paid(organisation) && !pays_itself(organisation));
    unpaid
        .map(|organisation| Gap::HandOverUnpaid { clause: agreement.cite(clause), organisation: organisation.clone() })
        .collect()
}

/// Two clauses that pay the same organisation for the same work at the same time.
fn twice(book: &Book<'_>, pays: &[PayClause<'_>]) -> Vec<Gap> {
    let mut found = Vec::new();
    let work: Vec<_> = pays.iter().filter(|(.., pay)| pay.is_for_work()).collect();
    for (at, (agreement, clause, pay)) in work.iter().enumerate() {
        for (whose, which, other) in work.iter().skip(at + 1) {
            // Of two different groups nobody knows whether they have people in common.
            let apart = pay.group.is_some() && other.group.is_some() && pay.group != other.group;
            let organisation = pay.to.iter().find(|to| other.to.iter().any(|its| book.are_related(to, its)));
            let need = pay.needs.iter().find(|need| other.needs.contains(need)).map(NeedId::as_str);
            let kind = || pay.kinds().find(|kind| other.kinds().any(|its| its == *kind)).map(ServiceKind::as_str);
            let (Some(organisation), Some(what)) = (organisation, need.or_else(kind)) else { continue };
            if !apart && both_count((agreement, clause), (whose, which)) {
                found.push(Gap::PaidTwice {
                    first: agreement.cite(clause),
                    second: whose.cite(which),
                    organisation: organisation.clone(),
                    what: what.to_owned(),
                });
            }
        }
    }
    found
}
