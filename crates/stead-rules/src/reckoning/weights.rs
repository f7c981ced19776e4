//! What a member weighs on each day: the product of the weights of the groups that she is in.

use rustc_hash::FxHashMap;

use crate::day::{Day, Period};
use crate::intervals::Intervals;
use crate::money::{Exact, Ratio};

/// What weights come to together, by which of them: a bit each, in the clause's order. Few sets of them come up, again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Products(FxHashMap<u64, Option<Ratio>>);

impl Products {
    fn of(&mut self, held: u64, weights: &[(usize, Ratio)]) -> Option<Ratio> {
        *self.0.entry(held).or_insert_with(|| {
            let held = weights.iter().enumerate().filter(|(at, _)| held >> at & 1 == 1);
            held.map(|(_, (_, times))| Exact::from(*times)).try_fold(Exact::ONE, Exact::times)?.ratio()
        })
    }
}

/// The days by what they weigh, each weight once. Groups are by number; a group's periods may overlap.
///
/// `None` where a product does not fit.
pub(super) fn weighed(
    days: &Intervals,
    weights: &[(usize, Ratio)],
    groups: &[(usize, Period)],
    products: &mut Products,
) -> Option<Vec<(Ratio, u32)>> {
    let mut found: Vec<(Ratio, u32)> = Vec::new();
    let mut add = |weight: Ratio, period: Period| {
        let days = period.days()?;
        match found.iter_mut().find(|(known, _)| *known == weight) {
            Some((_, sum)) => *sum = sum.checked_add(days)?,
            None => found.push((weight, days)),
        }
        Some(())
    };
    let weighing = || groups.iter().filter(|(group, _)| weights.iter().any(|(weighed, _)| weighed == group));
    for period in days.iter() {
        let mut edges: Vec<Day> = weighing()
            .flat_map(|(_, group)| [group.from, group.to])
            .filter(|edge| period.from < *edge && *edge < period.to)
            .collect();
        if edges.is_empty() && weighing().next().is_none() {
            add(Ratio::ONE, period)?;
            continue;
        }
        edges.push(period.to);
        edges.sort_unstable();
        let mut from = period.from;
        for to in edges {
            let Some(part) = Period::new(from, to) else { continue };
            add(products.of(held_on(from, weights, groups), weights)?, part)?;
            from = to;
        }
    }
    Some(found)
}

/// Which weights count on a day; a clause has no more than 64.
fn held_on(day: Day, weights: &[(usize, Ratio)], groups: &[(usize, Period)]) -> u64 {
    let inside = |group: usize| groups.iter().any(|(known, period)| *known == group && period.contains(day));
    let held = weights.iter().enumerate().filter(|(_, (group, _))| inside(*group));
    held.fold(0, |held, (at, _)| held | 1 << at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn period(from: i32, to: i32) -> Option<Period> {
        Period::new(Day::from_epoch_days(from.min(to)), Day::from_epoch_days(from.max(to)))
    }

    fn weight_on(day: Day, weights: &[(usize, Ratio)], groups: &[(usize, Period)]) -> Ratio {
        let inside = |group: usize| groups.iter().any(|(known, period)| *known == group && period.contains(day));
        let times = weights.iter().filter(|(group, _)| inside(*group)).map(|(_, times)| Exact::from(*times));
        times.fold(Exact::ONE, |product, times| product.times(times).unwrap()).ratio().unwrap()
    }

    proptest! {
        #[test]
        fn days_weigh_what_they_weigh_one_by_one(
            days in prop::collection::vec((0..60, 0..60), 0..4),
            groups in prop::collection::vec((0_usize..3, -5..65, -5..65), 0..6),
        ) {
            let days: Intervals = days.into_iter().filter_map(|(from, to)| period(from, to)).collect();
            let groups: Vec<_> =
                groups.into_iter().filter_map(|(group, from, to)| Some((group, period(from, to)?))).collect();
            let weights = [(0, "1.4".parse().unwrap()), (1, "1/3".parse().unwrap()), (2, "2".parse().unwrap())];
            let found = weighed(&days, &weights, &groups, &mut Products::default()).unwrap();
            for (weight, count) in &found {
                let by_day = (-5..65).map(Day::from_epoch_days).filter(|day| days.contains(*day));
                let same = by_day.filter(|day| weight_on(*day, &weights, &groups) == *weight);
                prop_assert_eq!(same.count(), *count as usize);
            }
            let all: u32 = found.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(Some(all), days.days_within(period(-5, 65).unwrap()));
        }
    }
}
