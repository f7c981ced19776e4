//! Capitation: a sum for each member and time, by the days that each was a member and what each weighs.

use super::{PaymentError, fits, times};
use crate::agreement::Capitation;
use crate::day::Period;
use crate::money::{Exact, Minor, Ratio};

/// The days on which members of one weight were members, all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberDays {
    /// What each weighs: one, or the product of the weights of the groups that they are in.
    pub weight: Ratio,
    /// How many days, of all of them.
    pub days: u64,
}

/// What is paid for a time. Who is a member on every day of it is worth the whole sum times their weight, others the part
/// of their days: so it does not matter how many came and left.
///
/// # Errors
/// When the time has no beginning or no end, or the sum is too large.
pub fn capitation(
    terms: &Capitation,
    members: &[MemberDays],
    whole: Period,
    settled: Period,
) -> Result<Minor, PaymentError> {
    let Some(settled) = settled.intersect(whole) else { return Ok(Minor::ZERO) };
    let times = times(terms.per, whole, settled)?;
    let days = settled.days().ok_or(PaymentError::Endless)?;
    let weighted = members
        .iter()
        .try_fold(Exact::ZERO, |sum, member| sum.plus(Exact::from(member.weight).times(Exact::from(member.days))?));
    let amount = weighted
        .and_then(|weighted| weighted.times(Exact::from(terms.amount))?.times(times)?.over(Exact::from(days)))
        .and_then(Exact::rounded);
    fits(amount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::agreement::Per;

    fn year() -> Period {
        Period::new("2026-04-01".parse().unwrap(), "2027-04-01".parse().unwrap()).unwrap()
    }

    fn terms(amount: i64) -> Capitation {
        Capitation { amount: Minor(amount), per: Per::Month, weights: Vec::new(), weight_column: None }
    }

    fn days(weight: &str, days: u64) -> MemberDays {
        MemberDays { weight: weight.parse().unwrap(), days }
    }

    #[test]
    fn two_who_shared_a_year_are_worth_one_who_stayed() {
        let one = capitation(&terms(950), &[days("1", 365)], year(), year());
        assert_eq!(one, Ok(Minor(950 * 12)));
        assert_eq!(capitation(&terms(950), &[days("1", 100), days("1", 265)], year(), year()), one);
        assert_eq!(capitation(&terms(950), &[days("1.5", 365)], year(), year()), Ok(Minor(950 * 18)));
    }

    proptest! {
        /// A nation of seventy million, each of weights with three digits, for a year.
        #[test]
        fn a_nation_can_be_paid_for(weights in prop::collection::vec((1_i64..5_000, 1_u64..70_000_000), 1..60)) {
            let members: Vec<_> = weights
                .iter()
                .map(|(weight, people)| MemberDays { weight: Ratio::new(*weight, 1_000).unwrap(), days: people * 365 })
                .collect();
            let mut turned = members.clone();
            turned.reverse();
            let paid = capitation(&terms(25_000), &members, year(), year());
            prop_assert!(paid.is_ok());
            prop_assert_eq!(paid, capitation(&terms(25_000), &turned, year(), year()));
        }
    }

    #[test]
    fn what_is_too_large_for_any_nation_is_an_error() {
        let all = [days("1000", u64::MAX)];
        assert_eq!(capitation(&terms(i64::MAX), &all, year(), year()), Err(PaymentError::TooLarge));
    }
}
