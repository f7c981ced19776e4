//! Of several lists that somebody is on at once, the one that counts.

use std::cmp::Reverse;

use crate::day::{Day, Period};

/// Which of several stays counts on each day: the one that began last, and of those that began together the first by name. Who
/// goes on another list has left the old one, though nobody closed it. In order of time; no day is in two of them.
pub(crate) fn latest<Name: Copy + Ord>(stays: &[(Name, Period)]) -> Vec<(Name, Period)> {
    if let [stay] = stays {
        return vec![*stay];
    }
    let mut edges: Vec<Day> = stays.iter().flat_map(|(_, period)| [period.from, period.to]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut found: Vec<(Name, Period)> = Vec::new();
    for (from, to) in edges.iter().zip(edges.iter().skip(1)) {
        let here = stays.iter().filter(|(_, period)| period.contains(*from));
        let Some((name, _)) = here.max_by_key(|(name, period)| (period.from, Reverse(*name))) else { continue };
        match found.last_mut() {
            Some((known, period)) if known == name && period.to == *from => period.to = *to,
            _ => found.extend(Period::new(*from, *to).map(|period| (*name, period))),
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
        let all = [("old", period(0, 100)), ("new", period(40, 60)), ("other", period(80, 90))];
        let wanted = [
            ("old", period(0, 40)),
            ("new", period(40, 60)),
            ("old", period(60, 80)),
            ("other", period(80, 90)),
            ("old", period(90, 100)),
        ];
        assert_eq!(latest(&all), wanted);
        let mut turned = all;
        turned.reverse();
        assert_eq!(latest(&turned), wanted);
    }

    #[test]
    fn of_two_that_began_together_the_first_by_name_counts() {
        let all = [("b", period(0, 10)), ("a", period(0, 5))];
        assert_eq!(latest(&all), [("a", period(0, 5)), ("b", period(5, 10))]);
    }
}
