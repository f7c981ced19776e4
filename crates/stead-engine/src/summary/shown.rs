//! The counts about one group of people as they may be shown: small ones kept back, and those that would give them away.
//!
//! The counts of members make one table: the parts of each cut add up to the whole. Each need makes another: for every
//! status the parts add up, and in every part the statuses add up to its members, where the need is everybody's. What one
//! table keeps back, all do: they are gone through until nothing more is.

use std::collections::{BTreeMap, BTreeSet};

use stead_rules::disclosure::{Cell, Rule, Shown, Table};

use crate::passes::summary::{CUTS, Cut};

/// The measure of how many people there are.
pub(super) const MEMBERS: &str = "members";

/// Whom a set of counts is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    pub(super) place: String,
    pub(super) group: String,
}

/// So many citizens of a part.
#[derive(Clone, Debug)]
pub(super) struct Count {
    pub(super) cut: Cut,
    pub(super) part: String,
    /// The need that the measure is a status of; none for members.
    pub(super) need: Option<String>,
    pub(super) measure: String,
    pub(super) citizens: u64,
}

/// The counts of a topic, each as it may be shown.
pub(super) fn shown(rule: &Rule, counts: Vec<Count>) -> Vec<(Count, Shown)> {
    let (members, statuses): (Vec<Count>, Vec<Count>) = counts.into_iter().partition(|count| count.need.is_none());
    let mut needs: BTreeMap<Option<String>, Vec<Count>> = BTreeMap::new();
    for count in statuses {
        needs.entry(count.need.clone()).or_default().push(count);
    }
    let mut hidden = BTreeSet::new();
    loop {
        let mut all = judged(rule, &members, &[], &hidden);
        let before = hidden.clone();
        hidden.extend(kept_back(&all));
        for statuses in needs.values() {
            let mut both = judged(rule, &members, statuses, &hidden);
            let statuses = both.split_off(members.len());
            hidden.extend(kept_back(&both));
            all.extend(statuses);
        }
        if hidden == before {
            return all;
        }
    }
}

/// The positions of members that are kept back.
fn kept_back(members: &[(Count, Shown)]) -> impl Iterator<Item = usize> {
    members.iter().enumerate().filter(|(_, (_, shown))| *shown == Shown::Suppressed).map(|(at, _)| at)
}

/// Members and the statuses of one need in one table; the members at `hidden` are kept back whatever their number.
fn judged(rule: &Rule, members: &[Count], statuses: &[Count], hidden: &BTreeSet<usize>) -> Vec<(Count, Shown)> {
    let mut table = Table::default();
    let cells: Vec<(Cell, &Count)> =
        members.iter().chain(statuses).map(|count| (table.cell(count.citizens), count)).collect();
    let (of_members, of_statuses) = cells.split_at(members.len());
    hidden.iter().filter_map(|at| of_members.get(*at)).for_each(|(cell, _)| table.hide(*cell));
    for (total, whole) in cells.iter().filter(|(_, count)| count.cut == Cut::All) {
        for cut in CUTS.into_iter().filter(|cut| *cut != Cut::All) {
            // Areas may overlap or leave somebody out; then they do not add up and give nothing away.
            let same = |count: &Count| count.cut == cut && count.need == whole.need && count.measure == whole.measure;
            add(&mut table, (*total, whole), &cells, same);
        }
    }
    for (total, whole) in of_members {
        // A need of only some of them does not add up to all.
        add(&mut table, (*total, whole), of_statuses, |count| count.cut == whole.cut && count.part == whole.part);
    }
    let shown = rule.table(&table);
    cells.into_iter().map(|(cell, count)| (count.clone(), shown.get(cell))).collect()
}

/// Says that some cells add up to a total, when they do.
fn add(table: &mut Table, total: (Cell, &Count), cells: &[(Cell, &Count)], is_part: impl Fn(&Count) -> bool) {
    let parts = cells.iter().filter(|(_, count)| is_part(count));
    let (parts, numbers): (Vec<Cell>, Vec<u64>) = parts.map(|(cell, count)| (*cell, count.citizens)).unzip();
    if !parts.is_empty() && numbers.iter().sum::<u64>() == total.1.citizens {
        table.sum(total.0, &parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(part: &str, need: Option<&str>, measure: &str, citizens: u64) -> Count {
        let cut = if part == "all" { Cut::All } else { Cut::Sex };
        Count { cut, part: part.to_owned(), need: need.map(ToOwned::to_owned), measure: measure.to_owned(), citizens }
    }

    fn words(rule: Rule, counts: Vec<Count>) -> Vec<String> {
        let word = |(count, shown): (Count, Shown)| format!("{} {} {shown}", count.part, count.measure);
        shown(&rule, counts).into_iter().map(word).collect()
    }

    #[test]
    fn members_do_not_give_away_a_status_that_is_kept_back() {
        let exact = Rule { suppress_max: 7, round_to: 1 };
        let counts = vec![
            count("all", None, MEMBERS, 40),
            count("all", Some("hba1c"), "met", 30),
            count("all", Some("hba1c"), "overdue", 2),
            count("all", Some("hba1c"), "never", 8),
        ];
        let shown = words(exact, counts);
        assert_eq!(shown, ["all members 40", "all met 30", "all overdue *", "all never *"]);
    }

    #[test]
    fn what_one_need_must_keep_back_of_the_members_all_do() {
        let exact = Rule { suppress_max: 7, round_to: 1 };
        let counts = vec![
            count("all", None, MEMBERS, 14),
            count("all", Some("hba1c"), "met", 14),
            // Seven and seven are all that fourteen can be, so their sum cannot be shown.
            count("all", Some("foot"), "met", 7),
            count("all", Some("foot"), "never", 7),
        ];
        let shown = words(exact, counts);
        assert_eq!(shown, ["all members *", "all met *", "all never *", "all met *"]);
    }

    #[test]
    fn a_need_of_only_some_members_is_judged_by_itself() {
        let exact = Rule { suppress_max: 7, round_to: 1 };
        let counts = vec![
            count("all", None, MEMBERS, 40),
            count("all", Some("eyes"), "met", 20),
            count("all", Some("eyes"), "overdue", 3),
        ];
        assert_eq!(words(exact, counts), ["all members 40", "all met 20", "all overdue *"]);
    }
}
