//! Block: a fixed sum for a time, settled in any parts of it without losing a penny.

use super::{PaymentError, fits};
use crate::agreement::Per;
use crate::day::{Day, Period};
use crate::money::{Exact, Minor};

/// What a fixed sum comes to from one day to another, within the `whole` time of the clause.
///
/// What is due is rounded once for all that went before, so that twelve months settled one by one add up to the year.
///
/// # Errors
/// When the time has no beginning or no end, or the sum is too large.
pub fn block(amount: Minor, per: Per, whole: Period, settled: Period) -> Result<Minor, PaymentError> {
    let due = |to: Day| match Period::new(whole.from, to) {
        None => Ok(Minor::ZERO),
        Some(period) => fits(Exact::from(amount).times(times(per, whole, period)?).and_then(Exact::rounded)),
    };
    let Some(settled) = settled.intersect(whole) else { return Ok(Minor::ZERO) };
    fits(due(settled.to)?.minus(due(settled.from)?))
}

/// How often the time that a sum is for fits into a period: days as they are, months each by its own length, a year as
/// twelve months, and the whole period of a clause by its days.
///
/// # Errors
/// When the period, or for `Per::Period` the whole, has no beginning or no end.
pub fn times(per: Per, whole: Period, period: Period) -> Result<Exact, PaymentError> {
    let days = |period: Period| period.days().map(Exact::from).ok_or(PaymentError::Endless);
    match per {
        Per::Day => days(period),
        Per::Month => months(period),
        Per::Year => fits(months(period)?.over(Exact::from(12_i64))),
        Per::Period => fits(days(period)?.over(days(whole)?)),
    }
}

/// Months of the calendar, those at the ends by the days of them.
fn months(period: Period) -> Result<Exact, PaymentError> {
    let (Some(from), Some(to)) = (into_month(period.from), into_month(period.to)) else {
        return Err(PaymentError::Endless);
    };
    let whole = Exact::from(to.0.saturating_sub(from.0));
    fits(whole.plus(fits(to.1.minus(from.1))?))
}

/// The number of the month of a day, and the part of the month that lies before it.
fn into_month(day: Day) -> Option<(i64, Exact)> {
    let (year, month, of_month) = day.ymd()?;
    let first = Day::from_ymd(year, month, 1)?;
    let length = Period::new(first, first.plus_months(1))?.days()?;
    let before = Exact::new(i128::from(of_month).checked_sub(1)?, i128::from(length))?;
    Some((i64::from(year).checked_mul(12)?.checked_add(i64::from(month))?, before))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_year_is_twelve_months_in_a_leap_year_too() {
        let whole = period("2024-04-01", "2027-04-01");
        assert_eq!(block(Minor(1_000), Per::Year, whole, period("2024-04-01", "2025-04-01")), Ok(Minor(1_000)));
        assert_eq!(block(Minor(1_000), Per::Year, whole, whole), Ok(Minor(3_000)));
        assert_eq!(times(Per::Month, whole, period("2025-02-15", "2025-03-01")).unwrap(), Exact::new(1, 2).unwrap());
        assert_eq!(block(Minor(1_000), Per::Period, whole, whole), Ok(Minor(1_000)));
    }

    #[test]
    fn outside_its_time_a_clause_pays_nothing() {
        let whole = period("2024-04-01", "2025-04-01");
        assert_eq!(block(Minor(1_000), Per::Day, whole, period("2025-04-01", "2026-04-01")), Ok(Minor(0)));
    }

    proptest! {
        #[test]
        fn what_is_settled_in_parts_adds_up(amount in -1_000_000_000_i64..1_000_000_000, mut cuts in prop::collection::vec(0_i32..730, 0..12)) {
            let whole = period("2024-04-01", "2026-04-01");
            cuts.extend([0, 730]);
            cuts.sort_unstable();
            cuts.dedup();
            for per in [Per::Day, Per::Month, Per::Year, Per::Period] {
                let parts = cuts.windows(2).map(|pair| {
                    let part = Period::new(whole.from.plus_days(pair[0]), whole.from.plus_days(pair[1])).unwrap();
                    block(Minor(amount), per, whole, part).unwrap().0
                });
                prop_assert_eq!(parts.sum::<i64>(), block(Minor(amount), per, whole, whole).unwrap().0);
            }
        }
    }
}
