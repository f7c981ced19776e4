//! Prices of one clause that would fit a contact alike, so that nobody could say what it is paid.

use super::Gap;
use super::book::Book;
use crate::agreement::{Agreement, Clause, Formula, Price, Terms};
use crate::id::ServiceKind;
use crate::payment::{Counted, contact_words, fits_contact, says};

pub(super) fn gaps(book: &Book<'_>) -> Vec<Gap> {
    book.clauses().filter_map(|(agreement, clause)| two_prices(book, agreement, clause)).collect()
}

fn two_prices<'a>(book: &Book<'a>, agreement: &'a Agreement, clause: &'a Clause) -> Option<Gap> {
    let Terms::Pay(pay) = &clause.terms else { return None };
    let activity = match &pay.formula {
        Formula::Activity(activity) => activity,
        Formula::Blended(blended) => &blended.activity,
        _ => return None,
    };
    let prices = book.prices(activity);
    let kinds = book.kinds(&pay.services, &pay.needs);
    let pairs = prices.iter().enumerate().flat_map(|(at, one)| prices.iter().skip(at + 1).map(move |it| (one, it)));
    pairs.into_iter().find_map(|(one, other)| {
        let days = one.1.intersect(other.1)?;
        let contact = alike(one.0, other.0)?;
        let contact = undecided(contact, &kinds, |contact| {
            prices.iter().any(|(price, period)| {
                says(price) > says(one.0) && fits_contact(price, contact) && period.intersect(days) == Some(days)
            })
        })?;
        Some(Gap::TwoPrices {
            clause: agreement.cite(clause),
            contact: contact_words(&contact),
            amounts: (one.0.amount.min(other.0.amount), one.0.amount.max(other.0.amount)),
            of_tariff: activity.prices.is_empty(),
        })
    })
}

/// What both prices fit, where they say as much and differ.
fn alike(one: &Price, other: &Price) -> Option<Counted> {
    /// What both allow; `None`: they have nothing in common.
    fn both<T: PartialEq + Clone>(one: Option<&T>, other: Option<&T>) -> Option<Option<T>> {
        match (one, other) {
            (Some(one), Some(other)) if one != other => None,
            _ => Some(one.or(other).cloned()),
        }
    }
    if one.amount == other.amount || says(one) != says(other) {
        return None;
    }
    Some(Counted {
        contact: both(one.contact.as_ref(), other.contact.as_ref())?,
        service: both(one.service.as_ref(), other.service.as_ref())?,
        profession: both(one.profession.as_ref(), other.profession.as_ref())?,
        site: both(one.site.as_ref(), other.site.as_ref())?,
        contacts: 1,
    })
}

/// The contact, in one of the kinds of service that the clause is about (none: any), for which no other price says more.
fn undecided(contact: Counted, kinds: &[&ServiceKind], decided: impl Fn(&Counted) -> bool) -> Option<Counted> {
    let open = |contact: Counted| (!decided(&contact)).then_some(contact);
    match &contact.service {
        Some(service) if !kinds.is_empty() && !kinds.contains(&service) => None,
        None if !kinds.is_empty() => {
            kinds.iter().find_map(|kind| open(Counted { service: Some((*kind).clone()), ..contact.clone() }))
        }
        _ => open(contact),
    }
}
