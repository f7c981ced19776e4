//! Disclosure: numbers about few people are not shown, nor those that would give them away.
//!
//! In: a [`Table`] of counts with its sums (which cells add up to which total). Out: each count as it may be [`Shown`].
//!
//! The [`Rule`] is the NHS's for sub-national hospital figures: 1 to 7 become `*`, every other number is rounded to the
//! nearest 5, 0 is shown (NHS England, Disclosure control methodology for Hospital Episode Statistics, since 2018;
//! there percentages are worked out from the rounded numbers, and a mean of 1 to 7 values is not shown). That method
//! leaves it to rounding to protect `*` from being found by subtraction. Here more is suppressed besides, until
//! [`attacker`] can no longer pin a `*` down to one value: the smallest shown part beside it first (zeros last, then
//! the total).
//!
//! What is not covered: what somebody already knows of a person; tables of the same people published at another time, or
//! with another rule; and counts of people who overlap where the table has no sum that says so: areas that share only
//! some homes or are drawn or named by town or postcode, groups that share members, places that share citizens. Where
//! numbers are not rounded, subtracting such counts may tell of a few people: round them to 5.

use std::fmt;

pub mod attacker;

/// How small numbers are kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Counts from 1 to this are suppressed; 0 suppresses nothing. With 1, a `*` can only be a 1: take at least 2.
    pub suppress_max: u64,
    /// Other counts are rounded to the nearest multiple of this; 0 or 1: not rounded.
    pub round_to: u64,
}

/// The rule for sub-national hospital figures: 1 to 7 suppressed, others to the nearest 5.
impl Default for Rule {
    fn default() -> Self {
        Self { suppress_max: 7, round_to: 5 }
    }
}

/// A count as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// Rounded.
    Number(u64),
    /// Kept back: shown as `*`.
    Suppressed,
}

/// Counts and which of them add up to which, for suppressing what subtraction would give away.
///
/// Put everything into one table that is published about the same people: the same total cut by area and by sex, a
/// numerator and its complement under their denominator, and so for each part. A sum whose parts leave somebody out (no
/// area known) needs a part for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    cells: Vec<u64>,
    hidden: Vec<usize>,
    sums: Vec<Sum>,
}

/// Where a count stands in its [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell(usize);

/// A total and the parts that add up to it, by position.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sum {
    total: usize,
    parts: Vec<usize>,
}

impl Sum {
    fn members(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().copied().chain([self.total])
    }

    fn has(&self, cell: usize) -> bool {
        self.members().any(|member| member == cell)
    }
}

/// A table as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownTable(Vec<Shown>);

impl Shown {
    /// The number, unless suppressed.
    pub const fn value(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Suppressed => None,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => out.pad(&number.to_string()),
            Self::Suppressed => out.pad("*"),
        }
    }
}

impl Table {
    /// Adds a count.
    pub fn cell(&mut self, count: u64) -> Cell {
        self.cells.push(count);
        Cell(self.cells.len() - 1)
    }

    /// Says that a count is kept back whatever its size, because another table keeps it back.
    pub fn hide(&mut self, cell: Cell) {
        self.hidden.push(cell.0);
    }

    /// Says that `parts` add up to `total`.
    pub fn sum(&mut self, total: Cell, parts: &[Cell]) {
        self.sums.push(Sum { total: total.0, parts: parts.iter().map(|part| part.0).collect() });
    }
}

impl ShownTable {
    /// A count as it may be shown; one of another table is kept back.
    pub fn get(&self, cell: Cell) -> Shown {
        self.0.get(cell.0).copied().unwrap_or(Shown::Suppressed)
    }

    /// Every count in the order in which it was added.
    pub fn iter(&self) -> impl Iterator<Item = Shown> + '_ {
        self.0.iter().copied()
    }
}

impl Rule {
    /// A count that stands alone, with no total or parts beside it.
    pub fn shown(&self, count: u64) -> Shown {
        if self.is_small(count) { Shown::Suppressed } else { Shown::Number(self.rounded(count)) }
    }

    /// A table as it may be shown: small counts suppressed, others too where they would give one away, the rest
    /// rounded.
    pub fn table(&self, table: &Table) -> ShownTable {
        let mut stars: Vec<bool> = table.cells.iter().map(|count| self.is_small(*count)).collect();
        table.hidden.iter().for_each(|at| hide(&mut stars, *at));
        self.hide_zeros_of_tiny_totals(table, &mut stars);
        while let Some(found) = attacker::first_pinned(self, &self.with_stars(table, &stars)) {
            let Some(next) = companion(table, &stars, found) else { break };
            for at in next {
                hide(&mut stars, at);
            }
        }
        ShownTable(table.cells.iter().zip(&stars).map(|(count, star)| self.shown_as(*count, *star)).collect())
    }

    fn is_small(&self, count: u64) -> bool {
        (1..=self.suppress_max).contains(&count)
    }

    /// To the nearest multiple; a tie goes up, and what is not 0 never becomes 0.
    fn rounded(&self, count: u64) -> u64 {
        let step = self.round_to.max(1);
        let nearest = (count + step / 2) / step * step;
        if count == 0 { 0 } else { nearest.max(step) }
    }

    fn shown_as(&self, count: u64, star: bool) -> Shown {
        if star { Shown::Suppressed } else { Shown::Number(self.rounded(count)) }
    }

    fn with_stars<'a>(&self, table: &'a Table, stars: &[bool]) -> attacker::View<'a> {
        let cells = table.cells.iter().zip(stars).map(|(count, star)| self.shown_as(*count, *star).value());
        attacker::View { cells: cells.collect(), sums: &table.sums }
    }

    /// Seven people in seven parts are one in each: where a small total has nearly as many parts as people may be in
    /// it, zeros are hidden too, so that nobody knows in how many parts the people are.
    fn hide_zeros_of_tiny_totals(&self, table: &Table, stars: &mut [bool]) {
        let count = |at: usize| table.cells.get(at).copied().unwrap_or(0);
        for sum in table.sums.iter().filter(|sum| self.is_small(count(sum.total))) {
            let filled = sum.parts.iter().filter(|part| count(**part) > 0).count() as u64;
            if filled + 1 >= self.suppress_max {
                sum.parts.iter().for_each(|part| hide(stars, *part));
            }
        }
    }
}

fn hide(stars: &mut [bool], at: usize) {
    if let Some(star) = stars.get_mut(at) {
        *star = true;
    }
}

/// What to hide next so that a pinned number cannot be found: in the sum that gives it away (or any it belongs to) the
/// smallest shown part that is not 0; if there is none the zeros, then a total; and if all of these are hidden already,
/// the smallest number shown anywhere.
///
/// Before its size it counts in how many other sums a part would be the only `*`, since each of these needs another one
/// in turn.
fn companion(table: &Table, stars: &[bool], pinned: attacker::Pinned) -> Option<Vec<usize>> {
    let count = |at: &usize| table.cells.get(*at).copied().unwrap_or(0);
    let is_shown = |at: &usize| stars.get(*at).is_some_and(|star| !star);
    let sums = || {
        let with = |(position, sum): &(usize, &Sum)| pinned.sum.map_or(sum.has(pinned.cell), |one| one == *position);
        table.sums.iter().enumerate().filter(with).map(|(_, sum)| sum)
    };
    let alone = |at: &usize| {
        let star_free = |sum: &&Sum| sum.members().all(|member| is_shown(&member));
        table.sums.iter().filter(|sum| sum.has(*at)).filter(star_free).count()
    };
    let best = |of: &mut dyn Iterator<Item = usize>| of.min_by_key(|at| (alone(at), count(at), *at)).map(|at| vec![at]);
    let parts: Vec<usize> = sums().flat_map(|sum| sum.parts.iter().copied()).filter(is_shown).collect();
    best(&mut parts.iter().copied().filter(|at| count(at) > 0))
        .or_else(|| Some(parts).filter(|zeros| !zeros.is_empty()))
        .or_else(|| best(&mut sums().map(|sum| sum.total).filter(is_shown)))
        .or_else(|| best(&mut (0..table.cells.len()).filter(is_shown)))
}

/// A percentage, worked out from counts as they are shown; `complement` is the denominator without the numerator.
///
/// `None` when any of the three is suppressed or the denominator is 0. The three belong into one [`Table`], with the
/// first and second adding up to the third.
pub fn percentage(numerator: Shown, complement: Shown, denominator: Shown) -> Option<f64> {
    let (numerator, _, denominator) = (numerator.value()?, complement.value()?, denominator.value()?);
    (denominator > 0).then(|| (100.0 * numerator as f64 / denominator as f64).min(100.0))
}

/// A mean (or median, or other figure) over as many people as `count` says: shown only where the count is shown, and
/// not 0.
pub fn mean(count: Shown, mean: f64) -> Option<f64> {
    count.value().filter(|count| *count > 0).map(|_| mean)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A total cut several ways; every cell as shown, cut by cut, the total last.
    fn cut(rule: Rule, cuts: &[&[u64]]) -> String {
        let mut table = Table::default();
        let total = table.cell(cuts[0].iter().sum());
        let cells: Vec<Vec<Cell>> =
            cuts.iter().map(|parts| parts.iter().map(|part| table.cell(*part)).collect()).collect();
        cells.iter().for_each(|parts| table.sum(total, parts));
        let shown = rule.table(&table);
        let words =
            |cells: &[Cell]| cells.iter().map(|cell| shown.get(*cell).to_string()).collect::<Vec<_>>().join(" ");
        cells.iter().map(|cells| words(cells)).chain([words(&[total])]).collect::<Vec<_>>().join(" | ")
    }

    const EXACT: Rule = Rule { suppress_max: 7, round_to: 1 };

    #[test]
    fn one_to_seven_are_suppressed_and_others_go_to_the_nearest_five() {
        let rule = Rule::default();
        let shown: Vec<String> = [0, 1, 7, 8, 12, 13, 1_002].map(|count| rule.shown(count).to_string()).into();
        assert_eq!(shown, ["0", "*", "*", "10", "10", "15", "1000"]);
        assert_eq!(format!("{:>4}", rule.shown(3)), "   *");
        let coarse = Rule { suppress_max: 2, round_to: 10 };
        assert_eq!(coarse.shown(3), Shown::Number(10), "what is not 0 never looks like 0");
    }

    #[test]
    fn a_single_small_part_takes_the_next_smallest_with_it() {
        assert_eq!(cut(Rule::default(), &[&[3, 20, 40, 0]]), "* * 40 0 | 65");
        assert_eq!(cut(EXACT, &[&[3, 20, 40, 0]]), "* * 40 0 | 63");
        assert_eq!(cut(Rule::default(), &[&[30, 20, 40, 0]]), "30 20 40 0 | 90");
    }

    #[test]
    fn each_cut_is_kept_by_itself() {
        assert_eq!(cut(Rule::default(), &[&[3, 20, 40], &[30, 33]]), "* * 40 | 30 35 | 65");
    }

    #[test]
    fn two_small_parts_that_can_only_be_one_person_each_take_another_with_them() {
        assert_eq!(cut(EXACT, &[&[1, 1, 20, 9]]), "* * 20 * | 31");
        assert_eq!(cut(EXACT, &[&[7, 7, 20, 30]]), "* * * 30 | 64");
        assert_eq!(cut(EXACT, &[&[2, 3, 20, 30]]), "* * 20 30 | 55");
    }

    #[test]
    fn nothing_is_broken_down_that_a_small_total_would_give_away() {
        assert_eq!(cut(Rule::default(), &[&[2, 0, 1]]), "* 0 * | *");
        assert_eq!(cut(Rule::default(), &[&[1, 1, 1, 1, 1, 1, 0]]), "* * * * * * * | *");
        assert_eq!(cut(Rule::default(), &[&[1, 1, 1, 1, 1, 1, 1]]), "* * * * * * * | *");
    }

    #[test]
    fn where_only_a_zero_is_left_it_is_hidden() {
        assert_eq!(cut(EXACT, &[&[1, 1, 1, 1, 1, 1, 1, 1, 0]]), "* * * * * * * * * | 8");
    }

    #[test]
    fn a_small_number_in_a_table_of_rows_and_columns_hides_three_more() {
        let rows = [[3, 30, 50], [40, 25, 60], [90, 80, 70]];
        let mut table = Table::default();
        let cells = rows.map(|row| row.map(|count| table.cell(count)));
        for row in cells {
            let total = table.cell(row.iter().map(|cell| table.cells[cell.0]).sum());
            table.sum(total, &row);
        }
        for at in 0..3 {
            let column = cells.map(|row| row[at]);
            let total = table.cell(column.iter().map(|cell| table.cells[cell.0]).sum());
            table.sum(total, &column);
        }
        let shown = Rule::default().table(&table);
        let words = cells.map(|row| row.map(|cell| shown.get(cell).to_string()).join(" "));
        assert_eq!(words, ["* * 50", "* * 60", "90 80 70"]);
    }

    #[test]
    fn a_small_complement_hides_the_percentage() {
        let mut table = Table::default();
        let (all, done, open) = (table.cell(100), table.cell(97), table.cell(3));
        table.sum(all, &[done, open]);
        let shown = Rule::default().table(&table);
        assert_eq!(percentage(shown.get(done), shown.get(open), shown.get(all)), None);
        let number = Shown::Number;
        assert_eq!(percentage(number(75), number(25), number(100)), Some(75.0));
        assert_eq!(percentage(number(0), number(0), number(0)), None);
        assert_eq!(
            (mean(number(10), 4.2), mean(number(0), 4.2), mean(Shown::Suppressed, 4.2)),
            (Some(4.2), None, None)
        );
    }

    /// Random people in areas by status: every count is a sum of others, in both directions, and sex cuts the total
    /// besides.
    fn tables() -> impl Strategy<Value = Table> {
        let count = prop_oneof![2 => Just(0_u64), 5 => 1_u64..9, 3 => 8_u64..60];
        (1_usize..5, 1_usize..5)
            .prop_flat_map(move |(areas, statuses)| {
                (prop::collection::vec(prop::collection::vec(count.clone(), statuses), areas), 0.0..1.0)
            })
            .prop_map(|(counts, women): (Vec<Vec<u64>>, f64)| {
                let mut table = Table::default();
                let inner: Vec<Vec<Cell>> =
                    counts.iter().map(|row| row.iter().map(|count| table.cell(*count)).collect()).collect();
                let areas: Vec<Cell> = counts.iter().map(|row| table.cell(row.iter().sum())).collect();
                let statuses: Vec<Cell> =
                    (0..counts[0].len()).map(|at| table.cell(counts.iter().map(|row| row[at]).sum())).collect();
                let people: u64 = counts.iter().flatten().sum();
                let female = (people as f64 * women) as u64;
                let (all, sexes) = (table.cell(people), [table.cell(female), table.cell(people - female)]);
                areas.iter().zip(&inner).for_each(|(area, row)| table.sum(*area, row));
                for (at, status) in statuses.iter().enumerate() {
                    table.sum(*status, &inner.iter().map(|row| row[at]).collect::<Vec<_>>());
                }
                [&areas[..], &statuses, &sexes].iter().for_each(|parts| table.sum(all, parts));
                table
            })
    }

    fn rules() -> impl Strategy<Value = Rule> {
        (2_u64..8, prop_oneof![Just(1_u64), Just(5), Just(10)])
            .prop_map(|(suppress_max, round_to)| Rule { suppress_max, round_to })
    }

    /// The plain attacker of the rule: takes every shown number as it stands and subtracts, knowing that a `*` is at
    /// least 1.
    fn found_by_subtraction(table: &Table, shown: &ShownTable) -> Option<usize> {
        let value = |at: &usize| shown.0[*at].value();
        table.sums.iter().find_map(|sum| {
            let hidden: Vec<usize> = sum.parts.iter().copied().filter(|part| value(part).is_none()).collect();
            let rest: u64 = sum.parts.iter().filter_map(value).sum();
            match (value(&sum.total), &hidden[..]) {
                (None, []) => Some(sum.total),
                (Some(_), [only]) => Some(*only),
                (Some(total), several) if several.len() < sum.parts.len() => {
                    several.first().copied().filter(|_| total == rest + several.len() as u64)
                }
                _ => None,
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn nobody_finds_a_suppressed_number_by_subtraction(table in tables(), rule in rules()) {
            let shown = rule.table(&table);
            let view = attacker::View { cells: shown.iter().map(Shown::value).collect(), sums: &table.sums };
            if shown.iter().any(|cell| cell != Shown::Suppressed) {
                prop_assert_eq!(found_by_subtraction(&table, &shown), None, "{:?}", shown);
                prop_assert_eq!(attacker::first_pinned(&rule, &view), None, "{:?}", shown);
            }
            for (count, cell) in table.cells.iter().zip(shown.iter()) {
                match cell {
                    Shown::Suppressed => {}
                    Shown::Number(number) => {
                        prop_assert!(!rule.is_small(*count));
                        prop_assert!(number.abs_diff(*count) <= rule.round_to);
                    }
                }
            }
        }

        #[test]
        fn a_table_without_small_numbers_is_shown_whole(counts in prop::collection::vec(8_u64..500, 1..8)) {
            let mut table = Table::default();
            let total = table.cell(counts.iter().sum());
            let parts: Vec<Cell> = counts.iter().map(|count| table.cell(*count)).collect();
            table.sum(total, &parts);
            prop_assert!(Rule::default().table(&table).iter().all(|cell| cell != Shown::Suppressed));
        }

        #[test]
        fn rates_of_small_groups_and_of_all_but_a_few_are_not_shown(all in 0_u64..60, share in 0.0..1.0) {
            let done = (all as f64 * share) as u64;
            let mut table = Table::default();
            let cells = [done, all - done, all].map(|count| table.cell(count));
            table.sum(cells[2], &cells[..2]);
            let shown = Rule::default().table(&table);
            let [numerator, complement, denominator] = cells.map(|cell| shown.get(cell));
            let small = [done, all - done, all].iter().any(|count| (1..=7).contains(count));
            prop_assert_eq!(percentage(numerator, complement, denominator).is_none(), small || all == 0);
        }
    }
}
