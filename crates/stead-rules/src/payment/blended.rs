//! Blended: a fixed sum for the activity that was expected, and a part of the price of what is more or less.

use super::{PaymentError, fits, times};
use crate::agreement::Blended;
use crate::day::Period;
use crate::money::{Exact, Minor};

/// What is paid for a time, for activity that was worth `value` at the tariff in it.
///
/// Source: the aligned payment and incentive of the NHS Payment Scheme, with its threshold around what was expected.
///
/// # Errors
/// When the time has no beginning or no end, or the sum is too large.
pub fn blended(terms: &Blended, value: Minor, whole: Period, settled: Period) -> Result<Minor, PaymentError> {
    let Some(settled) = settled.intersect(whole) else { return Ok(Minor::ZERO) };
    let times = times(terms.per, whole, settled)?;
    fits(exact(terms, value, times).and_then(Exact::rounded))
}

fn exact(terms: &Blended, value: Minor, times: Exact) -> Option<Exact> {
    let expected = Exact::from(terms.expected).times(times)?;
    let fixed = Exact::from(terms.fixed).times(times)?;
    let nothing_changes = expected.times(Exact::percent(terms.threshold_percent)?)?;
    let more = Exact::from(value).minus(expected)?;
    let variable = if more > nothing_changes {
        more.minus(nothing_changes)?.times(Exact::percent(terms.above_percent)?)?
    } else if more < nothing_changes.negative()? {
        more.plus(nothing_changes)?.times(Exact::percent(terms.below_percent)?)?
    } else {
        Exact::ZERO
    };
    fixed.plus(variable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::{Activity, Per};

    #[test]
    fn only_what_is_beyond_the_threshold_changes_the_fixed_sum() {
        let year = Period::new("2026-04-01".parse().unwrap(), "2027-04-01".parse().unwrap()).unwrap();
        let terms = Blended {
            fixed: Minor(90_000),
            per: Per::Year,
            expected: Minor(100_000),
            activity: Activity::default(),
            threshold_percent: "2".parse().unwrap(),
            above_percent: "75".parse().unwrap(),
            below_percent: "50".parse().unwrap(),
        };
        let paid = |value| blended(&terms, Minor(value), year, year).unwrap().0;
        assert_eq!([paid(100_000), paid(102_000), paid(98_000)], [90_000; 3]);
        assert_eq!(paid(112_000), 90_000 + 7_500);
        assert_eq!(paid(88_000), 90_000 - 5_000);
    }
}
