//! Activity: a price for each contact, at part of it beyond so many, between a floor and a cap.

use std::sync::Arc;

use super::{PaymentError, fits};
use crate::agreement::{Activity, Price};
use crate::id::{ProfessionId, ServiceKind, SiteId};
use crate::money::{Exact, Minor};

/// So many contacts of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What kind of contact it was.
    pub contact: Option<Arc<str>>,
    /// In which kind of service.
    pub service: Option<ServiceKind>,
    /// With which profession.
    pub profession: Option<ProfessionId>,
    /// Where.
    pub site: Option<SiteId>,
    /// How many.
    pub contacts: u64,
}

/// What an organisation's contacts of a year (or `part_of_year`) are paid, by the clause's prices and those of its tariff.
///
/// Bands of marginal rates count all contacts together, each at the mean price, so that the order in which contacts came
/// does not matter. Floor and cap, and the numbers at which bands begin, are a year's, and go by `part_of_year`.
///
/// # Errors
/// When no price fits a contact or two fit alike, or the sum is too large.
pub fn activity(
    terms: &Activity,
    tariff: &[Price],
    counted: &[Counted],
    part_of_year: Exact,
) -> Result<Minor, PaymentError> {
    let counted = counted.iter().filter(|counted| counted.contacts > 0);
    let at_prices = counted.map(|counted| Ok((price(terms, tariff, counted)?, counted.contacts)));
    activity_at(terms, &at_prices.collect::<Result<Vec<_>, _>>()?, part_of_year)
}

/// As [`activity`], for contacts whose prices are known: each price with how many contacts there were at it.
///
/// # Errors
/// When the sum is too large.
pub fn activity_at(terms: &Activity, at_prices: &[(Minor, u64)], part_of_year: Exact) -> Result<Minor, PaymentError> {
    let (mut value, mut contacts) = (Exact::ZERO, 0_u64);
    for (price, count) in at_prices {
        let step = Exact::from(*price).times(Exact::from(*count)).and_then(|worth| value.plus(worth));
        value = fits(step)?;
        contacts = fits(contacts.checked_add(*count))?;
    }
    if contacts > 0 {
        let paid = fits(paid_contacts(terms, contacts, part_of_year))?;
        value = fits(value.times(paid).and_then(|value| value.over(Exact::from(contacts))))?;
    }
    let yearly = |limit: Minor| fits(Exact::from(limit).times(part_of_year));
    if let Some(floor) = terms.floor {
        value = value.max(yearly(floor)?);
    }
    if let Some(cap) = terms.cap {
        value = value.min(yearly(cap)?);
    }
    fits(value.rounded())
}

/// How many contacts at the full price those of all bands are worth.
fn paid_contacts(terms: &Activity, contacts: u64, part_of_year: Exact) -> Option<Exact> {
    let contacts = Exact::from(contacts);
    let mut bands = vec![(Exact::ZERO, Exact::ONE)];
    for band in &terms.bands {
        bands.push((Exact::from(band.above_contacts).times(part_of_year)?, Exact::percent(band.percent)?));
    }
    // Of bands that begin at once the last counts: one from the first contact on takes the place of the full price.
    bands.sort_by_key(|(begins, _)| *begins);
    let ends = bands.iter().skip(1).map(|(begins, _)| *begins).chain([contacts]);
    bands.iter().zip(ends).try_fold(Exact::ZERO, |paid, ((begins, part), ends)| {
        let within = ends.min(contacts).minus(*begins)?.max(Exact::ZERO);
        paid.plus(within.times(*part)?)
    })
}

/// Of the prices that fit a contact, the one that says most.
///
/// # Errors
/// When none fits, or two that differ say as much.
pub fn price(terms: &Activity, tariff: &[Price], counted: &Counted) -> Result<Minor, PaymentError> {
    let fitting: Vec<&Price> = terms.prices.iter().chain(tariff).filter(|price| fits_contact(price, counted)).collect();
    let said = fitting.iter().map(|price| says(price)).max();
    let mut best = fitting.into_iter().filter(|price| Some(says(price)) == said).map(|price| price.amount);
    let contact = || contact_words(counted);
    let one = best.next().ok_or_else(|| PaymentError::NoPrice { contact: contact() })?;
    match best.find(|other| *other != one) {
        Some(other) => {
            let (one, other) = (one.min(other), one.max(other));
            Err(PaymentError::TwoPrices { contact: contact(), one: one.0, other: other.0 })
        }
        None => Ok(one),
    }
}

/// Whether a price is one of a contact.
pub fn fits_contact(price: &Price, counted: &Counted) -> bool {
    fn same<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
        wanted.is_none() || wanted == found
    }
    same(price.contact.as_ref(), counted.contact.as_ref())
        && same(price.service.as_ref(), counted.service.as_ref())
        && same(price.profession.as_ref(), counted.profession.as_ref())
        && same(price.site.as_ref(), counted.site.as_ref())
}

/// How much a price says of its contacts: of those that fit, the one that says most is paid.
pub fn says(price: &Price) -> usize {
    let said = [price.contact.is_some(), price.service.is_some(), price.profession.is_some(), price.site.is_some()];
    said.into_iter().filter(|said| *said).count()
}

/// A contact in words.
pub fn contact_words(counted: &Counted) -> String {
    let parts = [
        counted.contact.as_deref(),
        counted.service.as_ref().map(ServiceKind::as_str),
        counted.profession.as_ref().map(ProfessionId::as_str),
        counted.site.as_ref().map(SiteId::as_str),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "a contact of no kind".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::agreement::Band;

    fn counted(service: &str, contacts: u64) -> Counted {
        Counted { contact: None, service: Some(service.into()), profession: None, site: None, contacts }
    }

    fn price(service: Option<&str>, amount: i64) -> Price {
        let service = service.map(Into::into);
        Price { contact: None, service, profession: None, site: None, amount: Minor(amount) }
    }

    fn terms() -> Activity {
        Activity { prices: vec![price(None, 1_000), price(Some("podiatry"), 5_600)], ..Activity::default() }
    }

    fn paid(terms: &Activity, contacts: &[Counted]) -> i64 {
        activity(terms, &[], contacts, Exact::ONE).unwrap().0
    }

    #[test]
    fn of_the_prices_that_fit_the_one_that_says_most_is_paid() {
        assert_eq!(paid(&terms(), &[counted("podiatry", 2), counted("retina", 3)]), 2 * 5_600 + 3 * 1_000);
    }

    #[test]
    fn above_so_many_contacts_each_is_paid_at_part_of_its_price() {
        let bands = vec![
            Band { above_contacts: 100, percent: "50".parse().unwrap() },
            Band { above_contacts: 150, percent: "10".parse().unwrap() },
        ];
        let terms = Activity { bands, ..terms() };
        assert_eq!(paid(&terms, &[counted("retina", 200)]), 1_000 * (100 + 25 + 5));
        // Half a year: the bands begin at 50 and at 75.
        let half = activity(&terms, &[], &[counted("retina", 100)], Exact::new(1, 2).unwrap());
        assert_eq!(half, Ok(Minor(50_000 + 12_500 + 2_500)));
    }

    #[test]
    fn a_band_from_the_first_contact_on_leaves_nothing_at_the_full_price() {
        let terms = Activity { bands: vec![Band { above_contacts: 0, percent: "50".parse().unwrap() }], ..terms() };
        assert_eq!(paid(&terms, &[counted("retina", 5)]), 2_500);
    }

    #[test]
    fn a_floor_is_paid_to_who_did_nothing_and_a_cap_ends_it() {
        let terms = Activity { floor: Some(Minor(500)), cap: Some(Minor(9_000)), ..terms() };
        assert_eq!(paid(&terms, &[]), 500);
        assert_eq!(paid(&terms, &[counted("podiatry", 2)]), 9_000);
    }

    #[test]
    fn a_contact_without_a_price_or_with_two_is_an_error_and_not_nothing() {
        let two = Activity { prices: vec![price(None, 1), price(None, 2)], ..Activity::default() };
        let told = activity(&two, &[], &[counted("retina", 1)], Exact::ONE).unwrap_err();
        assert_eq!(told.to_string(), "two prices fit `retina` alike: 1 and 2 in the minor unit");
        let told = activity(&Activity::default(), &[], &[counted("retina", 1)], Exact::ONE).unwrap_err();
        assert_eq!(told.to_string(), "no price fits `retina`");
    }

    proptest! {
        #[test]
        fn the_order_of_contacts_does_not_matter(mut numbers in prop::collection::vec(0_u64..2_000_000_000, 1..6)) {
            let terms = Activity { bands: vec![Band { above_contacts: 1_000, percent: "33.3".parse().unwrap() }], ..terms() };
            let kinds = ["podiatry", "retina", "foot", "eye", "gp"];
            let all = |numbers: &[u64]| {
                let counted: Vec<_> = numbers.iter().zip(kinds).map(|(it, kind)| counted(kind, *it)).collect();
                let mut turned = counted.clone();
                turned.reverse();
                (activity(&terms, &[], &counted, Exact::ONE), activity(&terms, &[], &turned, Exact::ONE))
            };
            let (one, other) = all(&numbers);
            prop_assert!(one.is_ok());
            prop_assert_eq!(one, other);
            numbers.push(0);
            prop_assert!(all(&numbers).0.is_ok());
        }
    }
}
