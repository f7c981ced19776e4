//! Exact arithmetic wide enough for a nation's accounts: fractions of 128 bits, each step checked.

use std::cmp::Ordering;

use super::{Minor, Ratio};

/// A fraction on the way to an amount. Where a step does not fit any more, it is `None`, never another number.
///
/// INVARIANT: in lowest terms, and the denominator is positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// The whole.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator`; `None` for a denominator of nothing, or where it does not fit.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        let divisor = i128::try_from(divisor(numerator.unsigned_abs(), denominator.unsigned_abs())).ok()?;
        let sign = denominator.signum();
        Some(Self {
            numerator: numerator.checked_div(divisor)?.checked_mul(sign)?,
            denominator: denominator.checked_div(divisor)?.checked_mul(sign)?,
        })
        .filter(|exact| exact.denominator > 0)
    }

    /// So many of a hundred.
    pub fn percent(percent: Ratio) -> Option<Self> {
        Self::from(percent).over(Self::from(100_i64))
    }

    /// The upper number.
    pub const fn numerator(self) -> i128 {
        self.numerator
    }

    /// The lower number.
    pub const fn denominator(self) -> i128 {
        self.denominator
    }

    /// The sum, where it fits.
    pub fn plus(self, other: Self) -> Option<Self> {
        // By the common divisor of the denominators, so that sums over few denominators stay small.
        let common = i128::try_from(divisor(self.denominator.unsigned_abs(), other.denominator.unsigned_abs())).ok()?;
        let (own, theirs) = (self.denominator.checked_div(common)?, other.denominator.checked_div(common)?);
        let numerator = self.numerator.checked_mul(theirs)?.checked_add(other.numerator.checked_mul(own)?)?;
        Self::new(numerator, self.denominator.checked_mul(theirs)?)
    }

    /// The difference, where it fits.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negative()?)
    }

    /// The product, where it fits.
    pub fn times(self, other: Self) -> Option<Self> {
        // Across first: each numerator with the other's denominator.
        let (one, two) = (Self::new(self.numerator, other.denominator)?, Self::new(other.numerator, self.denominator)?);
        let numerator = one.numerator.checked_mul(two.numerator)?;
        Some(Self { numerator, denominator: one.denominator.checked_mul(two.denominator)? })
    }

    /// The quotient; `None` by nothing, or where it does not fit.
    pub fn over(self, other: Self) -> Option<Self> {
        self.times(Self::new(other.denominator, other.numerator)?)
    }

    /// The same below nothing.
    pub fn negative(self) -> Option<Self> {
        Some(Self { numerator: self.numerator.checked_neg()?, ..self })
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// The nearest whole amount; halves go away from nothing, for both sides alike.
    pub fn rounded(self) -> Option<Minor> {
        let twice = self.numerator.unsigned_abs().checked_mul(2)?;
        let denominator = self.denominator.unsigned_abs();
        let whole = twice.checked_add(denominator)?.checked_div(denominator.checked_mul(2)?)?;
        let whole = i64::try_from(whole).ok()?;
        Some(Minor(if self.is_negative() { whole.checked_neg()? } else { whole }))
    }

    /// As a fraction that an agreement could name, where it fits one.
    pub fn ratio(self) -> Option<Ratio> {
        Ratio::new(i64::try_from(self.numerator).ok()?, i64::try_from(self.denominator).ok()?)
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
    }
}

fn divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl From<Ratio> for Exact {
    fn from(ratio: Ratio) -> Self {
        Self { numerator: i128::from(ratio.numerator()), denominator: i128::from(ratio.denominator()) }
    }
}

impl From<Minor> for Exact {
    fn from(amount: Minor) -> Self {
        Self::from(amount.0)
    }
}

impl From<i64> for Exact {
    fn from(whole: i64) -> Self {
        Self { numerator: i128::from(whole), denominator: 1 }
    }
}

impl From<u64> for Exact {
    fn from(whole: u64) -> Self {
        Self { numerator: i128::from(whole), denominator: 1 }
    }
}

impl From<u32> for Exact {
    fn from(whole: u32) -> Self {
        Self { numerator: i128::from(whole), denominator: 1 }
    }
}

impl Ord for Exact {
    /// By whole parts, then by the reciprocals of what is left: nothing is multiplied, so nothing can be too large.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut one, mut two) = (*self, *other);
        let mut turned = false;
        loop {
            let whole = |it: Self| it.numerator.div_euclid(it.denominator.max(1));
            let left = |it: Self| it.numerator.rem_euclid(it.denominator.max(1));
            let order = whole(one).cmp(&whole(two));
            let order = if order == Ordering::Equal && (left(one) == 0 || left(two) == 0) {
                left(one).min(1).cmp(&left(two).min(1))
            } else if order == Ordering::Equal {
                one = Self { numerator: one.denominator, denominator: left(one) };
                two = Self { numerator: two.denominator, denominator: left(two) };
                turned = !turned;
                continue;
            } else {
                order
            };
            return if turned { order.reverse() } else { order };
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_go_away_from_nothing_on_both_sides() {
        let rounded = |numerator, denominator| Exact::new(numerator, denominator).unwrap().rounded().unwrap().0;
        assert_eq!([rounded(5, 2), rounded(-5, 2), rounded(7, 3), rounded(-7, 3)], [3, -3, 2, -2]);
    }

    #[test]
    fn what_does_not_fit_is_nothing_at_all() {
        let large = Exact::from(i64::MAX);
        let larger = large.times(large).unwrap();
        assert_eq!(larger.times(large), None);
        assert_eq!(larger.rounded(), None);
        assert_eq!(Exact::ONE.over(Exact::ZERO), None);
    }

    fn exact() -> impl Strategy<Value = Exact> {
        (-1_000_000_i128..1_000_000, 1_i128..10_000).prop_map(|(a, b)| Exact::new(a, b).unwrap())
    }

    proptest! {
        #[test]
        fn numbers_are_ordered_as_their_difference_says(one in exact(), two in exact()) {
            prop_assert_eq!(one.cmp(&two), one.minus(two).unwrap().numerator().cmp(&0));
        }

        #[test]
        fn what_is_added_can_be_taken_away(one in exact(), two in exact()) {
            prop_assert_eq!(one.plus(two).unwrap().minus(two), Some(one));
        }

        #[test]
        fn what_is_multiplied_can_be_divided(one in exact(), two in exact()) {
            prop_assume!(two != Exact::ZERO);
            prop_assert_eq!(one.times(two).unwrap().over(two), Some(one));
        }

        #[test]
        fn no_pair_of_numbers_however_large_cannot_be_ordered(a: i128, b in 1..i128::MAX, c: i128, d in 1..i128::MAX) {
            let (Some(one), Some(two)) = (Exact::new(a, b), Exact::new(c, d)) else { return Ok(()) };
            prop_assert_eq!(one.cmp(&two), two.cmp(&one).reverse());
        }
    }
}
