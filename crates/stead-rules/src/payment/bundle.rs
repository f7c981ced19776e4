//! Bundle: one sum for an episode or a year of a pathway; what it covers is not paid by activity, too.

use super::{Counted, PaymentError, fits};
use crate::agreement::Bundle;
use crate::day::{Day, Period};
use crate::money::{Exact, Minor};

/// What so many episodes, or years of citizens (parts of years count in part), are paid.
///
/// # Errors
/// When the sum is too large.
pub fn bundle(terms: &Bundle, episodes_or_years: Exact) -> Result<Minor, PaymentError> {
    fits(Exact::from(terms.amount).times(episodes_or_years).and_then(Exact::rounded))
}

/// Whether a contact is paid for by a bundle already.
pub fn covered(bundles: &[Bundle], counted: &Counted) -> bool {
    let Some(service) = &counted.service else { return false };
    bundles.iter().any(|bundle| bundle.covers.contains(service))
}

/// A citizen's episodes: from a first contact until `gap_days` have passed without one. The order of days does not matter.
pub fn episodes(contacts: &[Day], gap_days: u16) -> Vec<Period> {
    let mut days = contacts.to_vec();
    days.sort_unstable();
    let mut found: Vec<Period> = Vec::new();
    for day in days {
        let after = day.plus_days(i32::from(gap_days.max(1)));
        match found.last_mut() {
            Some(last) if last.contains(day) => last.to = after,
            _ => found.extend(Period::new(day, after)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::BundleSpan;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_pause_that_is_long_enough_begins_another_episode() {
        let contacts = [day("2026-06-01"), day("2026-01-10"), day("2026-02-01")];
        let found: Vec<_> = episodes(&contacts, 90).iter().map(|episode| episode.from).collect();
        assert_eq!(found, [day("2026-01-10"), day("2026-06-01")]);
    }

    #[test]
    fn a_bundle_pays_for_what_it_covers_and_nothing_else() {
        let bundle_terms = Bundle { amount: Minor(31_000), span: BundleSpan::Year, covers: vec!["podiatry".into()] };
        let counted = |service: &str| Counted {
            contact: None,
            service: Some(service.into()),
            profession: None,
            site: None,
            contacts: 1,
        };
        let bundles = [bundle_terms];
        assert!(covered(&bundles, &counted("podiatry")));
        assert!(!covered(&bundles, &counted("retina")));
        assert_eq!(bundle(&bundles[0], Exact::new(5, 2).unwrap()), Ok(Minor(77_500)));
    }
}
