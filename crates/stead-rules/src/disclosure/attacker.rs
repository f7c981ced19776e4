//! The attacker: somebody who has the published table and tries to work out a suppressed number.
//!
//! A `*` falls when the attacker can pin it down to one value, in any of these ways:
//!
//! - **algebra**: taking shown numbers as exact, the sums determine the `*` whatever the other `*` are;
//! - **bounds within a sum**: taking shown numbers as they stand, or as what they may have been before rounding, and a
//!   `*` as at least 1, or (guessing that it is a small number) as 1 to the rule's limit;
//! - **bounds through all sums together**, with what shown numbers may have been before rounding and a `*` as at least
//!   1.
//!
//! Where all parts of a sum are suppressed, zeros may be among them, and the attacker cannot count on at least 1.

use super::{Rule, Sum};

/// A table as the attacker sees it.
pub(super) struct View<'a> {
    /// The numbers shown; `None`: a `*`.
    pub(super) cells: Vec<Option<u64>>,
    /// What adds up to what.
    pub(super) sums: &'a [Sum],
}

/// Least and most that a number may be.
type Bounds = (i64, i64);

const MANY: i64 = 1 << 40;

/// How often bounds go through all sums before the attacker tires; each time costs as much as reading the table.
const ROUNDS_MAX: u32 = 64;

/// A suppressed number that an attacker can pin down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pinned {
    /// Its position.
    pub(super) cell: usize,
    /// The sum that gives it away, where one does so alone.
    pub(super) sum: Option<usize>,
}

/// The first suppressed number that an attacker can pin down.
pub(super) fn first_pinned(rule: &Rule, view: &View<'_>) -> Option<Pinned> {
    if view.cells.iter().all(Option::is_some) {
        return None;
    }
    let together = |cell| Pinned { cell, sum: None };
    within_a_sum(rule, view)
        .or_else(|| by_algebra(view).map(together))
        .or_else(|| through_all_sums(rule, view).map(together))
}

fn within_a_sum(rule: &Rule, view: &View<'_>) -> Option<Pinned> {
    let small = i64::try_from(rule.suppress_max).unwrap_or(MANY);
    let beliefs = [(false, MANY), (true, MANY), (false, small), (true, small)];
    beliefs.into_iter().filter(|(_, star_max)| *star_max > 1).find_map(|(knows_rounding, star_max)| {
        let believed = bounds(rule, view, knows_rounding, (1, star_max));
        view.sums.iter().enumerate().find_map(|(position, sum)| {
            let stars: Vec<usize> = sum.members().filter(|at| is_star(view, *at)).collect();
            let pinned = match &stars[..] {
                [] => None,
                [only] => Some(*only),
                several => {
                    let mut within = believed.clone();
                    allow_zeros(sum, view, &mut within);
                    tighten(sum, &mut within).and_then(|_| several.iter().copied().find(|at| is_pinned(&within, *at)))
                }
            };
            pinned.map(|cell| Pinned { cell, sum: Some(position) })
        })
    })
}

fn through_all_sums(rule: &Rule, view: &View<'_>) -> Option<usize> {
    let mut bounds = bounds(rule, view, true, (1, MANY));
    view.sums.iter().for_each(|sum| allow_zeros(sum, view, &mut bounds));
    for _ in 0..ROUNDS_MAX {
        let mut changed = false;
        for sum in view.sums {
            changed |= tighten(sum, &mut bounds)?;
        }
        if !changed {
            break;
        }
    }
    (0..view.cells.len()).find(|at| is_star(view, *at) && is_pinned(&bounds, *at))
}

fn is_star(view: &View<'_>, at: usize) -> bool {
    view.cells.get(at).is_some_and(Option::is_none)
}

fn is_pinned(bounds: &[Bounds], at: usize) -> bool {
    bounds.get(at).is_some_and(|(least, most)| least == most)
}

fn bounds(rule: &Rule, view: &View<'_>, knows_rounding: bool, star: Bounds) -> Vec<Bounds> {
    let bound = |cell: &Option<u64>| match *cell {
        None => star,
        Some(number) if knows_rounding => before_rounding(rule, number),
        Some(number) => (signed(number), signed(number)),
    };
    view.cells.iter().map(bound).collect()
}

/// Where all parts of a sum are suppressed, zeros may be among them.
fn allow_zeros(sum: &Sum, view: &View<'_>, bounds: &mut [Bounds]) {
    if sum.parts.iter().all(|part| is_star(view, *part)) {
        for part in &sum.parts {
            if let Some(bound) = bounds.get_mut(*part) {
                bound.0 = 0;
            }
        }
    }
}

/// The counts that are shown as `number`.
fn before_rounding(rule: &Rule, number: u64) -> Bounds {
    let step = rule.round_to.max(1);
    if number == 0 {
        return (0, 0);
    }
    // What would round to 0 is shown as one step.
    let least = if number == step { 0 } else { number.saturating_sub(step / 2) };
    (signed(least.max(rule.suppress_max + 1)), signed(number + (step - 1) / 2))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(MANY).min(MANY)
}

/// Narrows the bounds of a sum's members by each other; whether any changed, or `None` when nothing fits.
fn tighten(sum: &Sum, bounds: &mut [Bounds]) -> Option<bool> {
    let of = |bounds: &[Bounds], at: usize| bounds.get(at).copied().unwrap_or((0, MANY));
    let (mut least, mut most) = (0, 0);
    for part in &sum.parts {
        let (low, high) = of(bounds, *part);
        (least, most) = (least + low, most + high);
    }
    let total = of(bounds, sum.total);
    let mut changed = narrow(bounds, sum.total, (least, most))?;
    for part in &sum.parts {
        let (low, high) = of(bounds, *part);
        changed |= narrow(bounds, *part, (total.0 - (most - high), total.1 - (least - low)))?;
    }
    Some(changed)
}

fn narrow(bounds: &mut [Bounds], at: usize, to: Bounds) -> Option<bool> {
    let bound = bounds.get_mut(at)?;
    let narrowed = (bound.0.max(to.0), bound.1.min(to.1));
    let changed = narrowed != *bound;
    *bound = narrowed;
    (narrowed.0 <= narrowed.1).then_some(changed)
}

/// Solves the sums for the suppressed numbers (Gauss–Jordan, modulo a prime, which is exact enough for coefficients of
/// ±1): a row with a single unknown determines it.
fn by_algebra(view: &View<'_>) -> Option<usize> {
    let stars: Vec<usize> = (0..view.cells.len()).filter(|at| is_star(view, *at)).collect();
    let row = |sum: &Sum| -> Vec<u64> { stars.iter().map(|star| coefficient(sum, *star)).collect() };
    let mut open: Vec<Vec<u64>> = view.sums.iter().map(row).collect();
    let mut solved: Vec<Vec<u64>> = Vec::new();
    for column in 0..stars.len() {
        let at = |row: &[u64]| row.get(column).copied().unwrap_or(0);
        let Some(found) = open.iter().position(|row| at(row) != 0) else { continue };
        let mut pivot = open.swap_remove(found);
        let inverse = power(at(&pivot), PRIME - 2);
        pivot.iter_mut().for_each(|value| *value = *value * inverse % PRIME);
        for row in open.iter_mut().chain(solved.iter_mut()) {
            let factor = at(row);
            if factor != 0 {
                row.iter_mut().zip(&pivot).for_each(|(value, by)| *value = (*value + (PRIME - factor) * by) % PRIME);
            }
        }
        solved.push(pivot);
    }
    solved.iter().find_map(|row| {
        let mut unknowns = stars.iter().zip(row).filter(|(_, factor)| **factor != 0);
        let (only, _) = unknowns.next()?;
        unknowns.next().is_none().then_some(*only)
    })
}

/// The largest prime below 2³¹, so that products fit.
const PRIME: u64 = (1 << 31) - 1;

fn coefficient(sum: &Sum, star: usize) -> u64 {
    let parts = sum.parts.iter().filter(|part| **part == star).count() as u64;
    if sum.total == star { (parts + PRIME - 1) % PRIME } else { parts }
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(total: usize, parts: &[usize]) -> Sum {
        Sum { total, parts: parts.to_vec() }
    }

    #[test]
    fn algebra_finds_the_bridge_between_two_squares_of_stars() {
        // Cells 0 to 7 are two squares of stars, 8 the star between them: each sum has at least two stars, yet 8 is
        // determined.
        let mut cells = vec![None; 9];
        cells.resize(17, Some(100));
        let sums = [
            sum(9, &[0, 1]),
            sum(10, &[2, 3, 8]),
            sum(11, &[0, 2]),
            sum(12, &[1, 3]),
            sum(13, &[4, 5]),
            sum(14, &[6, 7]),
            sum(15, &[4, 6, 8]),
            sum(16, &[5, 7]),
        ];
        assert_eq!(by_algebra(&View { cells, sums: &sums }), Some(8));
    }

    #[test]
    fn a_number_shown_as_ten_was_eight_to_twelve() {
        let rule = Rule::default();
        assert_eq!(before_rounding(&rule, 10), (8, 12));
        assert_eq!(before_rounding(&rule, 15), (13, 17));
        assert_eq!(before_rounding(&rule, 0), (0, 0));
        assert_eq!(before_rounding(&Rule { suppress_max: 2, round_to: 10 }, 10), (3, 14));
        for count in 8..200 {
            let (least, most) = before_rounding(&rule, rule.rounded(count));
            assert!((least..=most).contains(&signed(count)));
        }
    }

    #[test]
    fn bounds_through_several_sums_pin_what_one_sum_leaves_open() {
        // 0 + 1 = 20, 1 + 2 = 2 (so both are 1), hence 0 is 19.
        let view = View {
            cells: vec![None, None, None, Some(20), Some(2), Some(0)],
            sums: &[sum(3, &[0, 1, 5]), sum(4, &[1, 2, 5])],
        };
        let exact = Rule { suppress_max: 0, round_to: 1 };
        assert_eq!(through_all_sums(&exact, &view), Some(0));
    }
}
