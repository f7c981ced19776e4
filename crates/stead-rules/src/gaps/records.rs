//! Who sees what: records shared with nobody who needs them, needed and not shared, shared against a duty to keep them closed.

use std::collections::BTreeMap;

use super::Gap;
use super::book::{Book, overlap};
use crate::agreement::{Agreement, Clause, Duty, Share, Terms};
use crate::category::Category;
use crate::id::{CategoryId, OrganisationId};
use crate::purpose::Purpose;

pub(super) fn gaps(book: &Book<'_>) -> Vec<Gap> {
    let categories = Categories::new(book.definitions.all_categories());
    let shares: Vec<_> = book
        .clauses()
        .filter_map(|(agreement, clause)| match &clause.terms {
            Terms::Share(share) => Some((agreement, clause, share)),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for (agreement, clause, share) in &shares {
        found.extend(to_or_by_nobody(book, &categories, agreement, clause, share));
        found.extend(contradictions(book, &categories, (agreement, clause), share));
    }
    found.extend(not_shared(book, &categories, &shares));
    found
}

struct Categories(BTreeMap<CategoryId, Category>);

impl Categories {
    fn new(all: Vec<Category>) -> Self {
        Self(all.into_iter().map(|category| (category.id.clone(), category)).collect())
    }

    /// Whether a clause opens a category: by name, as part of one that it names, or with all that are not sensitive.
    fn opens(&self, share: &Share, category: &Category) -> bool {
        let wider = |id: &CategoryId| self.0.get(id).and_then(|category| category.part_of.clone());
        let wholes: Vec<_> = std::iter::successors(Some(category.id.clone()), wider).take(self.0.len()).collect();
        let sensitive = wholes.iter().any(|id| self.0.get(id).is_some_and(|it| it.sensitive));
        match (share.categories.is_empty(), sensitive) {
            (true, sensitive) => !sensitive,
            (false, true) => share.categories.contains(&category.id),
            (false, false) => wholes.iter().any(|id| share.categories.contains(id)),
        }
    }
}

/// Categories that a clause names for care, and that nobody who gets them needs, or nobody who gives them has.
fn to_or_by_nobody(
    book: &Book<'_>,
    categories: &Categories,
    agreement: &Agreement,
    clause: &Clause,
    share: &Share,
) -> Vec<Gap> {
    let for_care = share.purposes.iter().any(|purpose| purpose.is_individual_care());
    let bodies = |ids: &[OrganisationId]| -> Vec<_> {
        book.definitions.organisations.iter().map(|body| &body.id).filter(|id| ids.contains(id)).collect()
    };
    let (from, to) = (bodies(&share.from), bodies(&share.to));
    let mut found = Vec::new();
    for category in share.categories.iter().filter_map(|id| categories.0.get(id)) {
        let needed = category.needed_by.is_empty() || to.iter().any(|id| book.offers(id, &category.needed_by));
        if for_care && !share.asks && !needed {
            found.push(Gap::SharedToNobody { clause: agreement.cite(clause), category: category.id.clone() });
        }
        let by_service_alone = !category.services.is_empty() && category.codelists.is_empty();
        if by_service_alone && !from.iter().any(|id| book.offers(id, &category.services)) {
            found.push(Gap::SharedByNobody { clause: agreement.cite(clause), category: category.id.clone() });
        }
    }
    found
}

/// Duties to keep closed what a clause opens, unless it is said which of the two agreements prevails.
fn contradictions(book: &Book<'_>, categories: &Categories, opens: (&Agreement, &Clause), share: &Share) -> Vec<Gap> {
    let mut found = Vec::new();
    for (agreement, clause) in book.clauses() {
        let Terms::Duty(duty) = &clause.terms else { continue };
        if !overlap(opens, (agreement, clause)) || !same_people(book, share, duty) || prevails(book, opens.0, agreement)
        {
            continue;
        }
        let closed = duty.withholds.iter().filter_map(|id| categories.0.get(id));
        found.extend(closed.filter(|category| categories.opens(share, category)).map(|category| Gap::Contradiction {
            share: opens.0.cite(opens.1),
            duty: agreement.cite(clause),
            category: category.id.clone(),
        }));
    }
    found
}

fn same_people(book: &Book<'_>, share: &Share, duty: &Duty) -> bool {
    let from = share.from.iter().any(|from| book.is_in(&duty.owner, from));
    let to = |to: &OrganisationId| {
        duty.withholds_from.is_empty() && !book.is_in(to, &duty.owner)
            || duty.withholds_from.iter().any(|closed| book.are_related(to, closed))
    };
    from && share.to.iter().any(to)
}

/// Whether some order of precedence names both agreements.
fn prevails(book: &Book<'_>, one: &Agreement, other: &Agreement) -> bool {
    let names =
        |agreement: &Agreement| agreement.precedence.contains(&one.id) && agreement.precedence.contains(&other.id);
    one.id != other.id && book.definitions.agreements.iter().any(names)
}

/// Categories that organisations under an agreement need for their services, that others hold, and that nothing opens to them.
fn not_shared(book: &Book<'_>, categories: &Categories, shares: &[(&Agreement, &Clause, &Share)]) -> Vec<Gap> {
    let bound = book.bound();
    let mut found = Vec::new();
    for category in categories.0.values().filter(|category| !category.needed_by.is_empty()) {
        let holds = |id: &OrganisationId| {
            let services = book.definitions.services.iter().filter(|service| service.organisation == *id);
            let mut services = services.map(|service| &service.kind);
            if category.services.is_empty() || !category.codelists.is_empty() {
                services.next().is_some()
            } else {
                services.any(|kind| category.services.contains(kind))
            }
        };
        let needs = |id: &OrganisationId| {
            let mut services = book.definitions.services.iter();
            services.any(|it| it.organisation == *id && category.needed_by.contains(&it.kind))
        };
        let opened = |to: &OrganisationId| {
            shares.iter().any(|(.., share)| {
                share.purposes.contains(&Purpose::Treatment)
                    && categories.opens(share, category)
                    && share.to.iter().any(|whole| book.is_in(to, whole))
            })
        };
        let organisations: Vec<OrganisationId> = bound
            .iter()
            .filter(|id| needs(id) && !opened(id) && bound.iter().any(|other| other != *id && holds(other)))
            .map(|id| (*id).clone())
            .collect();
        if !organisations.is_empty() {
            found.push(Gap::NotShared { category: category.id.clone(), organisations });
        }
    }
    found
}
