//! Care density: how well the people around a citizen know each other, measured by the patients they share.
//!
//! In: the citizen's distinct providers (each with a profession, for the weighted kinds) and, for a pair of providers,
//! how many patients both saw. Out: shared patients a pair of providers; `None` for fewer than two providers.
//!
//! With n providers, w(a, b) patients shared by a and b, and P = n (n − 1) / 2 pairs:
//!
//! - [`care_density`]: Σ w / P (Pollack et al. 2013, Journal of General Internal Medicine 28(3)).
//! - [`fragmented_care_density`]: Σⱼ βⱼ sⱼ / P, where j runs over pairs of professions and sⱼ is Σ w over the pairs of
//!   providers of those professions (Engels et al. 2024, BMC Medical Research Methodology 24; they estimate β from an
//!   outcome by logistic regression, whose intercept is left out here). All β = 1: [`care_density`].
//! - [`care_density_by_profession`]: Σⱼ vⱼ (sⱼ / Pⱼ) / Σⱼ vⱼ, where Pⱼ is the number of pairs of providers of those
//!   professions: a weighted mean over the pairs of professions that occur. All v = 1: each pair of professions weighs
//!   alike, however many providers of a profession there are. It is the one above with βⱼ = vⱼ P / (Pⱼ Σ v).
//!
//! Pairs that share a single patient are half of all pairs in real networks and say little: pairs that share fewer than
//! `patients_min` count as sharing none. The citizen is one of the shared patients, as in the sources.

use std::collections::BTreeMap;

/// A provider and its profession.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Provider<Id, Profession> {
    /// Who.
    pub id: Id,
    /// What kind of professional; any ordered value (`None` for unknown works, too).
    pub profession: Profession,
}

/// Care density: shared patients for each pair of a citizen's providers. Formula and source: see the module.
///
/// `providers` are distinct; `shared` answers for a pair in either order.
pub fn care_density<Id>(providers: &[Id], patients_min: u32, shared: impl Fn(&Id, &Id) -> u32) -> Option<f64> {
    let (mut pairs, mut sum) = (0_u64, 0_u64);
    for (one, other) in pairs_of(providers) {
        pairs += 1;
        sum += counted(shared(one, other), patients_min);
    }
    (pairs > 0).then(|| sum as f64 / pairs as f64)
}

/// Fragmented care density: [`care_density`] with each pair of professions weighted. Formula and source: see the
/// module.
///
/// `weight` is asked with the lesser profession first.
pub fn fragmented_care_density<Id, Profession: Ord>(
    providers: &[Provider<Id, Profession>],
    patients_min: u32,
    shared: impl Fn(&Id, &Id) -> u32,
    weight: impl Fn(&Profession, &Profession) -> f64,
) -> Option<f64> {
    let strata = strata(providers, patients_min, shared);
    let pairs: u64 = strata.values().map(|stratum| stratum.pairs).sum();
    let sum: f64 = strata.iter().map(|((one, other), stratum)| weight(one, other) * stratum.patients as f64).sum();
    (pairs > 0).then(|| sum / pairs as f64)
}

/// Care density as the weighted mean over pairs of professions; [`alike`] as `weight` gives each the same. Formula: see
/// the module.
///
/// `weight` is asked with the lesser profession first and must not be negative. `None` also when all weights are 0.
pub fn care_density_by_profession<Id, Profession: Ord>(
    providers: &[Provider<Id, Profession>],
    patients_min: u32,
    shared: impl Fn(&Id, &Id) -> u32,
    weight: impl Fn(&Profession, &Profession) -> f64,
) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for ((one, other), stratum) in strata(providers, patients_min, shared) {
        let weight = weight(one, other);
        sum += weight * (stratum.patients as f64 / stratum.pairs as f64);
        weights += weight;
    }
    (weights > 0.0).then(|| sum / weights)
}

/// Each pair of professions weighs alike.
pub fn alike<Profession>(_: &Profession, _: &Profession) -> f64 {
    1.0
}

/// The pairs of providers of one pair of professions.
#[derive(Default)]
struct Stratum {
    pairs: u64,
    patients: u64,
}

fn strata<Id, Profession: Ord>(
    providers: &[Provider<Id, Profession>],
    patients_min: u32,
    shared: impl Fn(&Id, &Id) -> u32,
) -> BTreeMap<(&Profession, &Profession), Stratum> {
    let mut strata = BTreeMap::<_, Stratum>::new();
    for (one, other) in pairs_of(providers) {
        let professions = (Ord::min(&one.profession, &other.profession), Ord::max(&one.profession, &other.profession));
        let stratum = strata.entry(professions).or_default();
        stratum.pairs += 1;
        stratum.patients += counted(shared(&one.id, &other.id), patients_min);
    }
    strata
}

fn pairs_of<T>(all: &[T]) -> impl Iterator<Item = (&T, &T)> {
    all.iter().enumerate().flat_map(|(at, one)| all.iter().skip(at + 1).map(move |other| (one, other)))
}

fn counted(patients: u32, patients_min: u32) -> u64 {
    if patients < patients_min { 0 } else { u64::from(patients) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Providers by patient: the published example.
    const SEEN: [&[char]; 5] = [&['A', 'C', 'D'], &['A', 'D'], &['A', 'D'], &['D'], &['C']];

    fn shared(one: &char, other: &char) -> u32 {
        SEEN.iter().filter(|seen| seen.contains(one) && seen.contains(other)).count() as u32
    }

    fn near(found: Option<f64>, wanted: f64) {
        let found = found.expect("defined");
        assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
    }

    fn with_professions(providers: &[char]) -> Vec<Provider<char, &'static str>> {
        let profession = |id| if id == 'D' { "nurse" } else { "gp" };
        providers.iter().map(|&id| Provider { id, profession: profession(id) }).collect()
    }

    #[test]
    fn five_patients_and_three_providers() {
        let found = SEEN.map(|providers| care_density(providers, 1, shared));
        near(found[0], 5.0 / 3.0);
        near(found[1], 3.0);
        near(found[2], 3.0);
        assert_eq!(&found[3..], [None, None]);
    }

    #[test]
    fn pairs_that_share_too_few_patients_count_none() {
        near(care_density(SEEN[0], 2, shared), 1.0);
        near(care_density(SEEN[1], 4, shared), 0.0);
    }

    #[test]
    fn each_pair_of_professions_weighs_alike() {
        // A and C are GPs who share 1; with the nurse D they share 3 and 1, so 2 on average: (1 + 2) / 2.
        let providers = with_professions(SEEN[0]);
        near(care_density_by_profession(&providers, 1, shared, alike), 1.5);
        let only_across = |one: &&str, other: &&str| f64::from(u8::from(one != other));
        near(care_density_by_profession(&providers, 1, shared, only_across), 2.0);
        near(fragmented_care_density(&providers, 1, shared, only_across), 4.0 / 3.0);
        assert_eq!(care_density_by_profession(&with_professions(SEEN[3]), 1, shared, alike), None);
        assert_eq!(fragmented_care_density(&with_professions(SEEN[3]), 1, shared, alike), None);
    }

    fn network() -> impl Strategy<Value = Vec<Provider<u32, u8>>> {
        prop::collection::vec(0_u8..4, 0..9).prop_map(|professions| {
            (0..).zip(professions).map(|(id, profession)| Provider { id, profession }).collect()
        })
    }

    fn mixed(one: &u32, other: &u32) -> u32 {
        (one * 7 + other * 7 + one * other) % 5
    }

    proptest! {
        #[test]
        fn weights_of_one_give_the_plain_density(providers in network()) {
            let ids: Vec<_> = providers.iter().map(|provider| provider.id).collect();
            let (plain, weighted) =
                (care_density(&ids, 1, mixed), fragmented_care_density(&providers, 1, mixed, alike));
            prop_assert_eq!(plain.is_some(), weighted.is_some());
            prop_assert!((plain.unwrap_or(0.0) - weighted.unwrap_or(0.0)).abs() < 1e-9);
        }

        #[test]
        fn the_mean_over_professions_lies_within_what_pairs_share(providers in network()) {
            if let Some(found) = care_density_by_profession(&providers, 1, mixed, alike) {
                let shared: Vec<u32> = pairs_of(&providers).map(|(one, other)| mixed(&one.id, &other.id)).collect();
                let least = shared.iter().copied().min().map_or(f64::NAN, f64::from);
                let most = shared.iter().copied().max().map_or(f64::NAN, f64::from);
                prop_assert!(least - 1e-9 <= found && found <= most + 1e-9);
            }
        }

        #[test]
        fn the_order_of_providers_does_not_matter(providers in network(), turn in 0_usize..9) {
            let mut turned = providers.clone();
            if !turned.is_empty() {
                let by = turn % turned.len();
                turned.rotate_left(by);
            }
            let both = [&providers, &turned].map(|list| care_density_by_profession(list, 1, mixed, alike));
            prop_assert!((both[0].unwrap_or(0.0) - both[1].unwrap_or(0.0)).abs() < 1e-9);
        }
    }
}
