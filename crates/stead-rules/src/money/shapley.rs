//! What each adds, averaged over every order in which they could have joined.

use super::Exact;

/// The most who can share: beyond, there are more orders than can be counted exactly.
pub const PLAYERS_MAX: u32 = 16;

/// The Shapley value of each of `players`. `worth` says what a set of them is worth together; a set is a number whose bit
/// `n` stands for player `n`. The values add up to what all are worth. `None` for too many, or where sums do not fit.
///
/// Source: Shapley 1953, *A value for n-person games*.
pub fn shapley(players: u32, worth: impl Fn(u32) -> Option<Exact>) -> Option<Vec<Exact>> {
    if players > PLAYERS_MAX {
        return None;
    }
    let worths: Vec<Exact> = (0..1_u32 << players).map(worth).collect::<Option<_>>()?;
    let mut values = Vec::new();
    for player in 0..players {
        let mut value = Exact::ZERO;
        for (set, without) in (0_u32..).zip(&worths).filter(|(set, _)| set & (1 << player) == 0) {
            let with = worths.get(usize::try_from(set | (1 << player)).ok()?)?;
            value = value.plus(with.minus(*without)?.times(part_of_orders(players, set.count_ones())?)?)?;
        }
        values.push(value);
    }
    Some(values)
}

/// In which part of all orders exactly so many come before somebody, and these: `before! (players - before - 1)! / players!`.
fn part_of_orders(players: u32, before: u32) -> Option<Exact> {
    let factorial = |n: u32| (1..=i128::from(n)).try_fold(1_i128, i128::checked_mul);
    let after = players.checked_sub(before)?.checked_sub(1)?;
    Exact::new(factorial(before)?.checked_mul(factorial(after)?)?, factorial(players)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A runway has to be as long as the largest aircraft needs: 8, 11, 13, 18 (the airport game of Littlechild & Owen 1973).
    #[test]
    fn a_runway_is_paid_by_those_who_need_each_part_of_it() {
        let needs = [8_i64, 11, 13, 18];
        let longest = |set: u32| {
            let needs = needs.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, need)| *need);
            Some(Exact::from(needs.max().unwrap_or(0)))
        };
        assert_eq!(shapley(4, longest).unwrap(), [2_i64, 3, 4, 9].map(Exact::from));
    }

    proptest! {
        #[test]
        fn values_add_up_to_what_all_are_worth_and_who_adds_nothing_gets_nothing(
            worths in prop::collection::vec(-1_000_i64..1_000, 16)
        ) {
            // The third of four adds nothing to any set; a set of nobody is worth nothing.
            let worth = |set: u32| Some(Exact::from(if set & 0b1011 == 0 { 0 } else { worths[(set & 0b1011) as usize] }));
            let values = shapley(4, worth).unwrap();
            let sum = values.iter().fold(Exact::ZERO, |sum, value| sum.plus(*value).unwrap());
            prop_assert_eq!(sum, worth(0b1111).unwrap());
            prop_assert_eq!(values[2], Exact::ZERO);
        }
    }
}
