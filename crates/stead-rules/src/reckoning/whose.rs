//! Whose a citizen is, day by day, when clauses go by lists.

use std::cmp::Reverse;

use crate::day::{Day, Period};

/// On whose list a citizen is on each day. Where two organisations have her at once, the list that began last counts, and of
/// those that began together the first by number, as [`crate::attribution`] has it: no day is anybody's twice.
///
/// Lists of organisations that nobody knows (`None`) count as well: she is on theirs then, and not on an older one.
pub(super) fn lists(all: &[(Option<usize>, Period)]) -> Vec<(usize, Period)> {
    if let [(organisation, period)] = all {
        return organisation.map(|organisation| (organisation, *period)).into_iter().collect();
    }
    let mut edges: Vec<Day> = all.iter().flat_map(|(_, period)| [period.from, period.to]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut found: Vec<(usize, Period)> = Vec::new();
    for (from, to) in edges.iter().zip(edges.iter().skip(1)) {
        let here = all.iter().filter(|(_, period)| period.contains(*from));
        let last =
            here.max_by_key(|(organisation, period)| (period.from, organisation.is_some(), Reverse(*organisation)));
        let Some((Some(organisation), _)) = last else { continue };
        match found.last_mut() {
            Some((known, period)) if known == organisation && period.to == *from => period.to = *to,
            _ => found.extend(Period::new(*from, *to).map(|period| (*organisation, period))),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: i32, to: i32) -> Period {
        Period::new(Day::from_epoch_days(from), Day::from_epoch_days(to)).unwrap()
    }

    #[test]
    fn of_two_lists_at_once_the_one_that_began_last_counts() {
        let all = [(Some(1), period(0, 100)), (Some(2), period(40, 60)), (None, period(80, 90))];
        assert_eq!(lists(&all), [(1, period(0, 40)), (2, period(40, 60)), (1, period(60, 80)), (1, period(90, 100))]);
        let mut turned = all;
        turned.reverse();
        assert_eq!(lists(&turned), lists(&all));
    }
}
