//! Continuity: how far a citizen sees the same people, by the measures that studies use.
//!
//! In: how many contacts the citizen had with each provider (or, for [`sequential`], the providers in order of time).
//! Out: a number from 0 to 1, or `None` where the measure is not defined.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// Contacts below which [`fragmentation`] is not given: with fewer, one contact more or less swings it.
pub const FRAGMENTATION_CONTACTS_MIN: u64 = 4;

/// Usual provider index: the share of contacts that were with the provider seen most, above 0 and up to 1.
///
/// `contacts` holds the number of contacts with each provider. `None` without contacts.
/// Source: Breslau & Reeb 1975, Journal of Medical Education 50(10).
pub fn usual_provider(contacts: &[u32]) -> Option<f64> {
    let total = total(contacts);
    let most = contacts.iter().copied().max()?;
    (total > 0).then(|| f64::from(most) / total as f64)
}

/// Bice–Boxerman continuity of care: 0 when every contact was with somebody else, 1 when all were with one provider.
///
/// (Σ nᵢ² − N) / (N (N − 1)). `contacts` holds the number of contacts with each provider. `None` below two contacts,
/// where it is undefined. Source: Bice & Boxerman 1977, Medical Care 15(4).
pub fn continuity(contacts: &[u32]) -> Option<f64> {
    let total = u128::from(total(contacts));
    let pairs = total * total.checked_sub(1)?;
    let same: u128 = contacts.iter().map(|&count| u128::from(count) * u128::from(count)).sum();
    (pairs > 0).then(|| (same - total) as f64 / pairs as f64)
}

/// Sequential continuity: the share of contacts that were with the same provider as the one before, 0 to 1.
///
/// `providers` are those of the contacts in order of time. `None` below two contacts.
/// Source: Steinwachs 1979, Medical Care 17(6).
pub fn sequential<Provider: PartialEq>(providers: &[Provider]) -> Option<f64> {
    let steps = providers.len().checked_sub(1).filter(|&steps| steps > 0)?;
    let same = providers.iter().zip(providers.iter().skip(1)).filter(|(before, after)| before == after).count();
    Some(same as f64 / steps as f64)
}

/// Fragmentation of care: 1 − [`continuity`], for at least [`FRAGMENTATION_CONTACTS_MIN`] contacts.
///
/// Source: Liu, Einstadter & Cebul 2010, American Journal of Managed Care 16(6).
pub fn fragmentation(contacts: &[u32]) -> Option<f64> {
    if total(contacts) < FRAGMENTATION_CONTACTS_MIN {
        return None;
    }
    continuity(contacts).map(|same| 1.0 - same)
}

/// How many contacts there were with each provider, in order of the first contact with each.
pub fn contacts_by_provider<Provider: Eq + Hash>(providers: &[Provider]) -> Vec<u32> {
    let (mut counts, mut seen) = (Vec::<u32>::new(), FxHashMap::default());
    for provider in providers {
        let at = *seen.entry(provider).or_insert(counts.len());
        match counts.get_mut(at) {
            Some(count) => *count = count.saturating_add(1),
            None => counts.push(1),
        }
    }
    counts
}

fn total(contacts: &[u32]) -> u64 {
    contacts.iter().map(|&count| u64::from(count)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Ten contacts with three providers: 6, 3 and 1.
    const SIX_THREE_ONE: [u32; 3] = [6, 3, 1];

    fn near(found: Option<f64>, wanted: f64) {
        let found = found.expect("defined");
        assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
    }

    #[test]
    fn ten_contacts_with_three_providers() {
        near(usual_provider(&SIX_THREE_ONE), 0.6);
        near(continuity(&SIX_THREE_ONE), 36.0 / 90.0);
        near(fragmentation(&SIX_THREE_ONE), 54.0 / 90.0);
        near(sequential(&["a", "a", "b", "a", "a", "b", "b", "c", "a", "a"]), 4.0 / 9.0);
    }

    #[test]
    fn one_provider_is_all_continuity_and_always_somebody_else_is_none() {
        near(continuity(&[7]), 1.0);
        near(continuity(&[1; 7]), 0.0);
        near(usual_provider(&[1; 4]), 0.25);
        near(sequential(&["a", "b", "a", "b"]), 0.0);
    }

    #[test]
    fn too_few_contacts_have_no_measure() {
        assert_eq!(usual_provider(&[]), None);
        assert_eq!(usual_provider(&[0]), None);
        assert_eq!(continuity(&[1]), None);
        assert_eq!(continuity(&[]), None);
        assert_eq!(sequential(&["a"]), None);
        assert_eq!(fragmentation(&[2, 1]), None);
        near(fragmentation(&[2, 2]), 1.0 - 4.0 / 12.0);
    }

    proptest! {
        #[test]
        fn the_order_of_contacts_only_matters_to_the_sequence(
            providers in prop::collection::vec(0_u8..6, 2..40).prop_shuffle(), turn in 0_usize..40
        ) {
            let mut turned = providers.clone();
            turned.rotate_left(turn % providers.len());
            let (one, other) = (contacts_by_provider(&providers), contacts_by_provider(&turned));
            prop_assert_eq!(usual_provider(&one), usual_provider(&other));
            prop_assert_eq!(continuity(&one), continuity(&other));
            prop_assert_eq!(fragmentation(&one), fragmentation(&other));
        }

        #[test]
        fn every_measure_lies_between_0_and_1(providers in prop::collection::vec(0_u8..6, 0..40)) {
            let counts = contacts_by_provider(&providers);
            prop_assert_eq!(counts.iter().sum::<u32>() as usize, providers.len());
            let measures = [usual_provider(&counts), continuity(&counts), sequential(&providers), fragmentation(&counts)];
            for measure in measures.into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&measure));
            }
        }

        #[test]
        fn continuity_is_the_share_of_pairs_of_contacts_with_one_provider(providers in prop::collection::vec(0_u8..6, 2..20)) {
            let pairs = |same: bool| {
                let all = (0..providers.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
                all.filter(|&(a, b)| !same || providers[a] == providers[b]).count() as f64
            };
            let found = continuity(&contacts_by_provider(&providers)).unwrap_or(f64::NAN);
            prop_assert!((found - pairs(true) / pairs(false)).abs() < 1e-12);
        }
    }
}
