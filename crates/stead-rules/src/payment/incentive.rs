//! Incentive: points for quality between two thresholds, worth more where the list is longer or the condition more common.

use super::{PaymentError, fits};
use crate::agreement::Incentive;
use crate::money::{Exact, Minor, Ratio};

/// What an organisation achieved, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Achieved {
    /// So many of a hundred.
    pub percent: Ratio,
    /// How many are on its list; over a time, on average.
    pub list_size: Exact,
    /// How common the condition is on its list, in percent; `None`: not adjusted for.
    pub prevalence_percent: Option<Ratio>,
}

/// Points × worth of a point × list over the usual list × prevalence over the usual prevalence.
///
/// Source: Quality and Outcomes Framework, Statement of Financial Entitlements, sections 5 and annex D.
///
/// # Errors
/// When a usual list or prevalence is nothing, or the sum is too large.
pub fn incentive(terms: &Incentive, achieved: Achieved) -> Result<Minor, PaymentError> {
    let nothing = |what| move || PaymentError::Nothing { what };
    let lower = Exact::from(terms.lower_percent);
    let range = fits(Exact::from(terms.upper_percent).minus(lower))?;
    if range <= Exact::ZERO {
        return Err(PaymentError::Nothing { what: "the way from the lower threshold to the upper" });
    }
    let above = fits(Exact::from(achieved.percent).minus(lower))?;
    let part = fits(above.over(range))?.clamp(Exact::ZERO, Exact::ONE);
    let mut amount = fits(Exact::from(terms.points).times(part))?;
    amount = fits(amount.times(Exact::from(terms.amount_per_point)))?;
    if let Some(usual) = terms.list_size {
        let times = achieved.list_size.over(Exact::from(usual));
        amount = fits(amount.times(times.ok_or_else(nothing("the usual list size"))?))?;
    }
    if let (Some(usual), Some(own)) = (terms.prevalence_percent, achieved.prevalence_percent) {
        let times = Exact::from(own).over(Exact::from(usual));
        amount = fits(amount.times(times.ok_or_else(nothing("the usual prevalence"))?))?;
    }
    fits(amount.rounded())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(points: &str, lower: &str, upper: &str) -> Incentive {
        Incentive {
            measure: "flu-vaccination".into(),
            points: points.parse().unwrap(),
            amount_per_point: Minor(20_116),
            lower_percent: lower.parse().unwrap(),
            upper_percent: upper.parse().unwrap(),
            list_size: Some(8_000),
            prevalence_percent: Some("4".parse().unwrap()),
        }
    }

    fn paid(terms: &Incentive, percent: &str, list_size: u32, prevalence: &str) -> i64 {
        let list_size = Exact::from(list_size);
        let prevalence_percent = Some(prevalence.parse().unwrap());
        incentive(terms, Achieved { percent: percent.parse().unwrap(), list_size, prevalence_percent }).unwrap().0
    }

    /// £201.16 a point (England, 2022/23): 74 points at the average list come to £14,885.84.
    #[test]
    fn seventy_four_points_at_the_average_list() {
        let terms = terms("74", "40", "90");
        assert_eq!(paid(&terms, "90", 8_000, "4"), 1_488_584);
        assert_eq!(paid(&terms, "99", 8_000, "4"), 1_488_584);
        assert_eq!(paid(&terms, "40", 8_000, "4"), 0);
        assert_eq!(paid(&terms, "65", 8_000, "4"), 744_292);
    }

    #[test]
    fn twice_the_list_or_twice_as_common_is_twice_as_much() {
        let terms = terms("74", "40", "90");
        assert_eq!(paid(&terms, "90", 16_000, "4"), 2 * 1_488_584);
        assert_eq!(paid(&terms, "90", 8_000, "8"), 2 * 1_488_584);
    }
}
