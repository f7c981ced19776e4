//! Interval algebra: sets of days, kept as sorted, disjoint, non-touching half-open periods.

use serde::{Deserialize, Serialize};

use crate::day::{Day, Period};

/// A set of days.
///
/// INVARIANT: periods are sorted and neither overlap nor touch, so that equal sets are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Intervals(Vec<Period>);

impl Intervals {
    /// No day.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Every day.
    pub fn all() -> Self {
        Self(vec![Period::ALL])
    }

    /// The days on which at least `depth` of `periods` hold at once. `depth` 1 is their union; 0 is every day.
    ///
    /// Periods may come in any order and overlap. Takes time `n log n`.
    pub fn at_least(depth: u32, periods: impl IntoIterator<Item = Period>) -> Self {
        if depth == 0 {
            return Self::all();
        }
        let mut periods = periods.into_iter();
        let Some(first) = periods.next() else { return Self::none() };
        let Some(second) = periods.next() else { return if depth == 1 { Self::from(first) } else { Self::none() } };
        let periods = [first, second].into_iter().chain(periods);
        let mut edges: Vec<(Day, i32)> = periods.flat_map(|p| [(p.from, 1), (p.to, -1)]).collect();
        edges.sort_unstable();
        let wanted = i64::from(depth);
        let (mut held, mut result, mut open) = (0_i64, Vec::new(), None);
        let mut edges = edges.into_iter().peekable();
        while let Some((day, change)) = edges.next() {
            held += i64::from(change);
            while let Some((_, more)) = edges.next_if(|(next, _)| *next == day) {
                held += i64::from(more);
            }
            match open {
                None if held >= wanted => open = Some(day),
                Some(from) if held < wanted => {
                    result.extend(Period::new(from, day));
                    open = None;
                }
                _ => {}
            }
        }
        Self(result)
    }

    /// The days in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.0.is_empty() {
            return other.clone();
        }
        if other.0.is_empty() {
            return self.clone();
        }
        Self::at_least(1, self.iter().chain(other.iter()))
    }

    /// The days in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return Self::none();
        }
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        let mut both = Vec::new();
        while let (Some(a), Some(b)) = (left.peek().copied(), right.peek().copied()) {
            both.extend(a.intersect(b));
            if a.to <= b.to {
                left.next()
            } else {
                right.next()
            };
        }
        Self(both)
    }

    /// The days that are not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut from = Day::ALWAYS;
        for period in &self.0 {
            gaps.extend(Period::new(from, period.from));
            from = period.to;
        }
        gaps.extend(Period::new(from, Day::FOREVER));
        Self(gaps)
    }

    /// The days in `self` that are not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.intersect(&other.complement())
    }

    /// Whether `day` is in the set.
    pub fn contains(&self, day: Day) -> bool {
        self.at(day).is_some()
    }

    /// The period that `day` lies in.
    pub fn at(&self, day: Day) -> Option<Period> {
        let after = self.0.partition_point(|period| period.from <= day);
        self.0.get(after.checked_sub(1)?).copied().filter(|period| period.contains(day))
    }

    /// Whether it holds no day.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The periods, in order of time.
    pub fn iter(&self) -> impl Iterator<Item = Period> + '_ {
        self.0.iter().copied()
    }

    /// How many days lie both in the set and in `within`, or `None` when that is without end.
    pub fn days_within(&self, within: Period) -> Option<u32> {
        self.iter()
            .filter_map(|period| period.intersect(within))
            .try_fold(0_u32, |sum, period| sum.checked_add(period.days()?))
    }
}

impl From<Period> for Intervals {
    fn from(period: Period) -> Self {
        Self(vec![period])
    }
}

impl FromIterator<Period> for Intervals {
    fn from_iter<I: IntoIterator<Item = Period>>(periods: I) -> Self {
        Self::at_least(1, periods)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAST: i32 = 40;

    fn periods() -> impl Strategy<Value = Vec<Period>> {
        let edge = || {
            prop_oneof![
                1 => Just(Day::ALWAYS),
                8 => (0..LAST).prop_map(Day::from_epoch_days),
                1 => Just(Day::FOREVER),
            ]
        };
        prop::collection::vec((edge(), edge()), 0..8)
            .prop_map(|pairs| pairs.into_iter().filter_map(|(a, b)| Period::new(a.min(b), a.max(b))).collect())
    }

    fn sample_days() -> impl Iterator<Item = Day> {
        (-2..LAST + 2).map(Day::from_epoch_days)
    }

    fn is_normal(set: &Intervals) -> bool {
        set.0.windows(2).all(|pair| matches!(pair, [a, b] if a.to < b.from)) && set.0.iter().all(|p| p.from < p.to)
    }

    proptest! {
        #[test]
        fn at_least_counts_the_periods_of_each_day(periods in periods(), depth in 1_u32..4) {
            let set = Intervals::at_least(depth, periods.iter().copied());
            prop_assert!(is_normal(&set));
            for day in sample_days() {
                let held = periods.iter().filter(|period| period.contains(day)).count();
                prop_assert_eq!(set.contains(day), held >= depth as usize, "on {}", day);
            }
        }

        #[test]
        fn the_algebra_agrees_with_asking_day_by_day(a in periods(), b in periods()) {
            let (a, b): (Intervals, Intervals) = (a.into_iter().collect(), b.into_iter().collect());
            let (union, both, not, minus) = (a.union(&b), a.intersect(&b), a.complement(), a.minus(&b));
            for set in [&union, &both, &not, &minus] {
                prop_assert!(is_normal(set));
            }
            for day in sample_days() {
                let (in_a, in_b) = (a.contains(day), b.contains(day));
                prop_assert_eq!(union.contains(day), in_a || in_b);
                prop_assert_eq!(both.contains(day), in_a && in_b);
                prop_assert_eq!(not.contains(day), !in_a);
                prop_assert_eq!(minus.contains(day), in_a && !in_b);
            }
            prop_assert_eq!(not.complement(), a);
        }
    }

    #[test]
    fn periods_that_touch_are_one() {
        let day = Day::from_epoch_days;
        let set: Intervals = [Period::new(day(0), day(5)), Period::new(day(5), day(9))].into_iter().flatten().collect();
        assert_eq!(set, Intervals::from(Period { from: day(0), to: day(9) }));
        assert_eq!(set.days_within(Period { from: day(4), to: day(100) }), Some(5));
    }
}
