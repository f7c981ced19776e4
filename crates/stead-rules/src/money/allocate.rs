//! An amount split into parts that add up to it.

use super::{Exact, Minor};

/// Splits an amount by weights, by the method of the largest remainder: everybody gets the whole units that are theirs,
/// and what is left goes a unit each to those with the largest part of a unit; where those are equal, to the first by name.
///
/// The parts come in the order of names, whatever the order of the weights. Less than nothing is split as the same above
/// nothing is. `None` when all weights are nothing, one is less, or they do not fit.
pub fn allocate<K: Clone + Ord>(amount: Minor, weights: &[(K, Exact)]) -> Option<Vec<(K, Minor)>> {
    let weights = whole(weights)?;
    let total = weights.iter().try_fold(0_u128, |sum, (_, weight)| sum.checked_add(*weight)).filter(|sum| *sum > 0)?;
    let all = u128::from(amount.0.unsigned_abs());
    let mut parts = Vec::with_capacity(weights.len());
    for (name, weight) in weights {
        let share = all.checked_mul(weight)?;
        parts.push((name, share.checked_div(total)?, share.checked_rem(total)?));
    }
    let given = parts.iter().try_fold(0_u128, |sum, (_, part, _)| sum.checked_add(*part))?;
    let left = usize::try_from(all.checked_sub(given)?).ok()?;
    parts.sort_by(|one, other| other.2.cmp(&one.2).then_with(|| one.0.cmp(&other.0)));
    let mut shares = Vec::with_capacity(parts.len());
    for (at, (name, part, _)) in parts.into_iter().enumerate() {
        let part = i64::try_from(part.checked_add(u128::from(at < left))?).ok()?;
        shares.push((name, Minor(part.checked_mul(amount.0.signum())?)));
    }
    shares.sort_by(|one, other| one.0.cmp(&other.0));
    Some(shares)
}

/// Rounds amounts that add up to a whole one so that they still do: each is rounded down, and the units that are then
/// missing go to those who lost most by it; where that is equal, to the first by name. They come in the order of names.
pub fn round_together<K: Clone + Ord>(amounts: &[(K, Exact)]) -> Option<Vec<(K, Minor)>> {
    let total = amounts.iter().try_fold(Exact::ZERO, |sum, (_, amount)| sum.plus(*amount))?.rounded()?;
    let mut parts = Vec::with_capacity(amounts.len());
    for (name, amount) in amounts {
        let down = amount.numerator().checked_div_euclid(amount.denominator())?;
        let left = amount.numerator().checked_rem_euclid(amount.denominator())?;
        parts.push((name.clone(), down, Exact::new(left, amount.denominator())?));
    }
    let given = parts.iter().try_fold(0_i128, |sum, (_, part, _)| sum.checked_add(*part))?;
    let left = usize::try_from(i128::from(total.0).checked_sub(given)?).ok()?;
    parts.sort_by(|one, other| other.2.cmp(&one.2).then_with(|| one.0.cmp(&other.0)));
    let mut shares = Vec::with_capacity(parts.len());
    for (at, (name, part, _)) in parts.into_iter().enumerate() {
        shares.push((name, Minor(i64::try_from(part.checked_add(i128::from(at < left))?).ok()?)));
    }
    shares.sort_by(|one, other| one.0.cmp(&other.0));
    Some(shares)
}

/// The weights as whole numbers in the same proportion, as small as they can be.
fn whole<K: Clone>(weights: &[(K, Exact)]) -> Option<Vec<(K, u128)>> {
    let multiple = weights.iter().try_fold(1_i128, |multiple, (_, weight)| {
        let own = weight.denominator();
        // Reduced, the denominator of own / multiple is what is missing to the least common multiple.
        Exact::new(own, multiple)?.numerator().checked_mul(multiple)
    })?;
    let scaled = weights.iter().map(|(name, weight)| {
        let times = multiple.checked_div(weight.denominator())?;
        Some((name.clone(), u128::try_from(weight.numerator().checked_mul(times)?).ok()?))
    });
    let scaled: Vec<(K, u128)> = scaled.collect::<Option<_>>()?;
    let common = scaled.iter().fold(0, |common, (_, weight)| divisor(common, *weight)).max(1);
    Some(scaled.into_iter().map(|(name, weight)| (name, weight / common)).collect())
}

fn divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(amount: i64, weights: &[&str]) -> Vec<i64> {
        let weights: Vec<_> = weights
            .iter()
            .enumerate()
            .map(|(at, it)| (at, Exact::from(it.parse::<super::super::Ratio>().unwrap())))
            .collect();
        allocate(Minor(amount), &weights).unwrap().into_iter().map(|(_, part)| part.0).collect()
    }

    /// The cases that moneyphp/money publishes for `Money::allocate`. Below nothing, it gives the odd unit to the second.
    #[test]
    fn moneyphps_published_cases() {
        assert_eq!(split(100, &["1", "1", "1"]), [34, 33, 33]);
        assert_eq!(split(101, &["1", "1", "1"]), [34, 34, 33]);
        assert_eq!(split(5, &["3", "7"]), [2, 3]);
        assert_eq!(split(5, &["7", "3"]), [4, 1]);
        assert_eq!(split(5, &["7", "3", "0"]), [4, 1, 0]);
        assert_eq!(split(5, &["7", "0", "3"]), [4, 0, 1]);
        assert_eq!(split(5, &["0", "7", "3"]), [0, 4, 1]);
        assert_eq!(split(5, &["0", "0", "1"]), [0, 0, 5]);
        assert_eq!(split(0, &["0", "0", "1"]), [0, 0, 0]);
        assert_eq!(split(2, &["1", "1", "1"]), [1, 1, 0]);
        assert_eq!(split(1, &["1", "1"]), [1, 0]);
        assert_eq!(split(1, &["0.33", "0.66"]), [0, 1]);
        assert_eq!(split(101, &["3", "7"]), [30, 71]);
        assert_eq!(split(101, &["7", "3"]), [71, 30]);
    }

    /// The cases of RubyMoney's `Money#allocate` and `Money#split`.
    #[test]
    fn rubymoneys_published_cases() {
        assert_eq!(split(100, &["0.333333", "0.333333", "0.333333"]), [34, 33, 33]);
        assert_eq!(split(5, &["0.5", "0.5"]), [3, 2]);
        assert_eq!(split(5, &["0.75", "0.25"]), [4, 1]);
        assert_eq!(split(800, &["1", "1", "1"]), [267, 267, 266]);
    }

    #[test]
    fn less_than_nothing_is_split_as_the_same_above_nothing() {
        assert_eq!(split(-5, &["7", "3"]), [-4, -1]);
    }

    #[test]
    fn by_nothing_or_less_nothing_can_be_split() {
        assert_eq!(allocate(Minor(5), &[("a", Exact::ZERO)]), None);
        assert_eq!(allocate(Minor(5), &[("a", Exact::from(-1_i64)), ("b", Exact::ONE)]), None);
        assert_eq!(allocate::<&str>(Minor(5), &[]), None);
    }

    #[test]
    fn amounts_that_add_up_still_do_when_they_are_rounded() {
        let third = Exact::new(1, 3).unwrap();
        let amounts = [("b", third), ("a", third), ("c", third.minus(Exact::from(2_i64)).unwrap())];
        assert_eq!(round_together(&amounts), Some(vec![("a", Minor(1)), ("b", Minor(0)), ("c", Minor(-2))]));
    }

    fn weights() -> impl Strategy<Value = Vec<(usize, Exact)>> {
        let weight = (0_i128..1_000, 1_i128..20).prop_map(|(a, b)| Exact::new(a, b).unwrap());
        prop::collection::vec(weight, 1..8).prop_map(|weights| weights.into_iter().enumerate().collect())
    }

    proptest! {
        #[test]
        fn shares_add_up_and_none_is_a_unit_off(amount: i64, weights in weights()) {
            let total = weights.iter().fold(Exact::ZERO, |sum, (_, weight)| sum.plus(*weight).unwrap());
            prop_assume!(total > Exact::ZERO && amount != i64::MIN);
            let shares = allocate(Minor(amount), &weights).unwrap();
            prop_assert_eq!(shares.iter().map(|(_, share)| i128::from(share.0)).sum::<i128>(), i128::from(amount));
            for ((_, share), (_, weight)) in shares.iter().zip(&weights) {
                let fair = weight.times(Exact::from(amount)).unwrap().over(total).unwrap();
                let off = Exact::from(*share).minus(fair).unwrap();
                prop_assert!(off < Exact::ONE && off > Exact::from(-1_i64));
            }
        }

        #[test]
        fn the_order_of_those_who_share_does_not_matter(amount in -10_000_i64..10_000, mut weights in weights()) {
            let one = allocate(Minor(amount), &weights);
            weights.reverse();
            prop_assert_eq!(one, allocate(Minor(amount), &weights));
        }
    }
}
