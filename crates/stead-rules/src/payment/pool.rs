//! Pool: gains and losses held in common, split as the members agreed.

use super::{PaymentError, fits};
use crate::agreement::{Pool, PoolMember, Split};
use crate::id::OrganisationId;
use crate::money::{Exact, Minor, Ratio, allocate, round_together, shapley};

/// What is known of a member of a pool, for the splits that go by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolFigures {
    /// Who.
    pub organisation: OrganisationId,
    /// How much it did.
    pub activity: Option<u64>,
    /// How well.
    pub performance: Option<Ratio>,
    /// How much those need whom it cares for.
    pub need: Option<Ratio>,
    /// What it gained (above nothing) or lost (below) by the clauses that the pool is about.
    pub result: Option<Minor>,
}

/// What the organisations of a set are worth together; for the Shapley value.
pub type Worth<'a> = &'a dyn Fn(&[&OrganisationId]) -> Option<Minor>;

/// Splits a pool's gain (above nothing) or loss (below): each member's part, which add up to it.
///
/// # Errors
/// When a split goes by what is not known of a member, everybody's share would be nothing, or sums are too large.
pub fn pool(
    terms: &Pool,
    amount: Minor,
    figures: &[PoolFigures],
    worth: Option<Worth<'_>>,
) -> Result<Vec<(OrganisationId, Minor)>, PaymentError> {
    let split = if amount < Minor::ZERO { terms.losses } else { terms.gains };
    let of = |member: &PoolMember| figures.iter().find(|figures| figures.organisation == member.organisation);
    match split {
        Split::LosersFirst => losers_first(terms, amount, figures),
        Split::Shapley => by_shapley(terms, amount, worth),
        Split::Equal => by(terms, amount, "alike", |_| Some(Exact::ONE)),
        Split::Shares => by(terms, amount, "by shares", |member| member.share_percent.map(Exact::from)),
        Split::Budget => by(terms, amount, "by budget", |member| member.budget.map(Exact::from)),
        Split::Activity => by(terms, amount, "by activity", |member| of(member)?.activity.map(Exact::from)),
        Split::Performance => by(terms, amount, "by performance", |member| of(member)?.performance.map(Exact::from)),
        Split::Need => by(terms, amount, "by need", |member| of(member)?.need.map(Exact::from)),
    }
}

fn by(
    terms: &Pool,
    amount: Minor,
    by: &'static str,
    weight: impl Fn(&PoolMember) -> Option<Exact>,
) -> Result<Vec<(OrganisationId, Minor)>, PaymentError> {
    let mut weights = Vec::with_capacity(terms.members.len());
    for member in &terms.members {
        let weight =
            weight(member).ok_or_else(|| PaymentError::NotKnown { by, member: member.organisation.to_string() })?;
        weights.push((member.organisation.clone(), weight));
    }
    allocate(amount, &weights).ok_or(PaymentError::NoShares { by })
}

/// A gain goes to those who lost first, by what they lost, and what is left is split alike; a loss is borne first by those
/// who gained.
///
/// # Errors
/// When the result of a member is not known, or sums are too large.
pub fn losers_first(
    terms: &Pool,
    amount: Minor,
    figures: &[PoolFigures],
) -> Result<Vec<(OrganisationId, Minor)>, PaymentError> {
    let by = "by who lost";
    let sign = amount.0.signum();
    let mut claims = Vec::with_capacity(terms.members.len());
    for member in &terms.members {
        let found = figures.iter().find(|figures| figures.organisation == member.organisation);
        let result = found.and_then(|figures| figures.result);
        let result = result.ok_or_else(|| PaymentError::NotKnown { by, member: member.organisation.to_string() })?;
        let claim = fits(result.0.checked_mul(sign).and_then(i64::checked_neg))?.max(0);
        claims.push((member.organisation.clone(), Exact::from(claim)));
    }
    let all = fits(claims.iter().try_fold(Exact::ZERO, |sum, (_, claim)| sum.plus(*claim)))?;
    let available = fits(amount.0.checked_mul(sign))?;
    if all > Exact::from(available) {
        return allocate(amount, &claims).ok_or(PaymentError::NoShares { by });
    }
    let claimed = fits(all.rounded())?.0;
    let left = fits(available.checked_sub(claimed).and_then(|left| left.checked_mul(sign)))?;
    let alike: Vec<_> = terms.members.iter().map(|member| (member.organisation.clone(), Exact::ONE)).collect();
    let mut shares = allocate(Minor(left), &alike).ok_or(PaymentError::NoShares { by })?;
    for (organisation, share) in &mut shares {
        let claim = claims.iter().find(|(other, _)| other == organisation).map_or(Exact::ZERO, |(_, claim)| *claim);
        let claim = fits(fits(claim.rounded())?.0.checked_mul(sign))?;
        *share = fits(share.plus(Minor(claim)))?;
    }
    Ok(shares)
}

/// By what each adds. Where all together are not worth the pool, the values are taken in proportion.
fn by_shapley(
    terms: &Pool,
    amount: Minor,
    worth: Option<Worth<'_>>,
) -> Result<Vec<(OrganisationId, Minor)>, PaymentError> {
    let by = "by what each adds";
    let worth = worth.ok_or(PaymentError::NotKnown { by, member: "each set of members".to_owned() })?;
    let players = fits(u32::try_from(terms.members.len()).ok())?;
    let of_set = |set: u32| {
        let members = (0_u32..).zip(&terms.members).filter(|(at, _)| set & (1 << at) != 0);
        let members: Vec<&OrganisationId> = members.map(|(_, member)| &member.organisation).collect();
        worth(&members).map(Exact::from)
    };
    let values = fits(shapley(players, of_set))?;
    let all = fits(values.iter().try_fold(Exact::ZERO, |sum, value| sum.plus(*value)))?;
    if all == Exact::ZERO {
        return Err(PaymentError::NoShares { by });
    }
    let values = terms
        .members
        .iter()
        .zip(values)
        .map(|(member, value)| Some((member.organisation.clone(), value.times(Exact::from(amount))?.over(all)?)));
    fits(values.collect::<Option<Vec<_>>>().and_then(|values| round_together(&values)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(split: Split, names: &[&str]) -> Pool {
        let member = |name: &&str| PoolMember { organisation: (*name).into(), budget: None, share_percent: None };
        let members = names.iter().map(member).collect();
        Pool { members, paid_in: None, clauses: Vec::new(), gains: split, losses: split }
    }

    fn figures(name: &str, result: i64) -> PoolFigures {
        PoolFigures {
            organisation: name.into(),
            activity: Some(result.unsigned_abs()),
            performance: None,
            need: None,
            result: Some(Minor(result)),
        }
    }

    fn parts(split: Split, amount: i64, results: &[(&str, i64)]) -> Vec<i64> {
        let names: Vec<&str> = results.iter().map(|(name, _)| *name).collect();
        let figures: Vec<_> = results.iter().map(|(name, result)| figures(name, *result)).collect();
        let parts = pool(&terms(split, &names), Minor(amount), &figures, None).unwrap();
        parts.into_iter().map(|(_, part)| part.0).collect()
    }

    #[test]
    fn who_lost_is_made_good_before_anybody_gains() {
        let results = [("a", -60), ("b", 100), ("c", -20)];
        assert_eq!(parts(Split::LosersFirst, 110, &results), [70, 10, 30]);
        assert_eq!(parts(Split::LosersFirst, 40, &results), [30, 0, 10]);
        assert_eq!(parts(Split::LosersFirst, -40, &results), [0, -40, 0]);
        assert_eq!(parts(Split::LosersFirst, -130, &results), [-10, -110, -10]);
    }

    #[test]
    fn by_activity_and_alike_the_odd_penny_goes_to_the_first_by_name() {
        assert_eq!(parts(Split::Equal, 100, &[("c", 0), ("a", 0), ("b", 0)]), [34, 33, 33]);
        assert_eq!(parts(Split::Activity, 5, &[("a", 7), ("b", 3)]), [4, 1]);
    }

    #[test]
    fn the_airport_game_splits_a_loss_too() {
        let needs = [("a", 8), ("b", 11), ("c", 13), ("d", 18)];
        let worth = |set: &[&OrganisationId]| {
            let costs = needs.iter().filter(|(name, _)| set.iter().any(|member| member.as_str() == *name));
            Some(Minor(-costs.map(|(_, cost)| *cost).max().unwrap_or(0)))
        };
        let parts = pool(&terms(Split::Shapley, &["a", "b", "c", "d"]), Minor(-18), &[], Some(&worth)).unwrap();
        assert_eq!(parts.into_iter().map(|(_, part)| part.0).collect::<Vec<_>>(), [-2, -3, -4, -9]);
    }

    #[test]
    fn what_is_not_known_of_a_member_is_said() {
        let told = pool(&terms(Split::Need, &["a"]), Minor(1), &[figures("a", 1)], None).unwrap_err();
        assert_eq!(told.to_string(), "the pool cannot be split by need: it is not known of `a`");
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_pool(
            amount in -1_000_000_000_000_i64..1_000_000_000_000,
            results in prop::collection::vec(-1_000_000_000_i64..1_000_000_000, 3)
        ) {
            prop_assume!(results.iter().any(|result| *result != 0));
            let results: Vec<_> = ["a", "b", "c"].into_iter().zip(results).collect();
            for split in [Split::Equal, Split::Activity, Split::LosersFirst] {
                prop_assert_eq!(parts(split, amount, &results).into_iter().sum::<i64>(), amount);
                let mut turned = results.clone();
                turned.reverse();
                prop_assert_eq!(parts(split, amount, &results), parts(split, amount, &turned));
            }
        }

        #[test]
        fn nobody_who_lost_is_left_worse_off_than_before_by_a_gain(
            amount in 0_i64..1_000_000, results in prop::collection::vec(-1_000_i64..1_000, 3)
        ) {
            let results: Vec<_> = ["a", "b", "c"].into_iter().zip(results).collect();
            prop_assert!(parts(Split::LosersFirst, amount, &results).iter().all(|part| *part >= 0));
        }
    }
}
