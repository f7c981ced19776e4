//! Counts of links: of many citizens, how much of what those around them need to see is open, what blocks the rest, and what
//! one clause would open.
//!
//! In: each citizen's links. Out: a [`Count`] for each thing that is [`Counted`], and of these what may be [`shown`]. One
//! citizen counts once, however many of her links are alike; the counts of parts of the people add up.

use std::collections::BTreeMap;

use crate::disclosure::{Cell, Rule, Shown, Table};

/// A citizen's link, as it is counted. `T` is a text, or a number that stands for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<T> {
    /// Who holds it.
    pub from: T,
    /// Who needs to see it.
    pub to: T,
    /// What.
    pub category: T,
    /// What blocks it; `None`: it is open.
    pub blocked: Option<Blocked<T>>,
}

/// What blocks a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked<T> {
    /// In a word: [`crate::decision::Outcome::word`].
    pub why: T,
    /// What would help.
    pub remedy: Remedy<T>,
}

/// What would help where a link is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remedy<T> {
    /// A share clause from who holds it to who needs it, which names the category.
    Clause,
    /// The signatures that an agreement still lacks, or its time.
    Signatures(T),
    /// Nothing that organisations could agree on: the citizen has said no, or has not said yes.
    Citizen,
}

impl Remedy<()> {
    /// What would help against what blocks a link, by its word; which agreement lacks signatures, the clause says.
    pub fn of(why: &str) -> Self {
        match why {
            "objection" | "opt-out" | "permission" => Self::Citizen,
            "not-in-force" => Self::Signatures(()),
            _ => Self::Clause,
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted<T> {
    /// Every link.
    All,
    /// Those that are open.
    Open,
    /// Those that are blocked.
    Blocked,
    /// Those that are blocked by this.
    By(T),
    /// Those that one share clause would open: from whom, to whom, which category.
    OneClause(T, T, T),
    /// Those that wait for an agreement to be signed by all.
    Signatures(T),
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Citizens who have at least one such link.
    pub citizens: u64,
    /// Links.
    pub links: u64,
}

impl<T: Copy + Ord> Seen<T> {
    /// What the link counts as.
    fn counts_as(&self) -> impl Iterator<Item = Counted<T>> {
        let blocked = self.blocked.map(|Blocked { why, remedy }| {
            let remedy = match remedy {
                Remedy::Clause => Some(Counted::OneClause(self.from, self.to, self.category)),
                Remedy::Signatures(agreement) => Some(Counted::Signatures(agreement)),
                Remedy::Citizen => None,
            };
            [Some(Counted::Blocked), Some(Counted::By(why)), remedy]
        });
        let these = blocked.unwrap_or([Some(Counted::Open), None, None]);
        [Counted::All].into_iter().chain(these.into_iter().flatten())
    }
}

/// What one citizen's links count as, once each, with how many there are.
pub fn of_citizen<T: Copy + Ord>(links: impl IntoIterator<Item = Seen<T>>) -> Vec<(Counted<T>, u64)> {
    let mut all: Vec<Counted<T>> = links.into_iter().flat_map(|link| link.counts_as().collect::<Vec<_>>()).collect();
    all.sort_unstable();
    all.chunk_by(PartialEq::eq).filter_map(|same| Some((*same.first()?, same.len() as u64))).collect()
}

/// The counts as they may be shown: `None` where few citizens are behind a number, or would be found by subtraction.
pub fn shown<T: Copy + Ord + AsRef<str>>(
    rule: &Rule,
    counts: &BTreeMap<Counted<T>, Count>,
) -> BTreeMap<Counted<T>, Option<Count>> {
    let citizens = citizens_shown(rule, counts);
    let links = links_shown(rule, counts, &citizens);
    let both = |of: &Counted<T>| {
        let (citizens, links) = (citizens.get(of)?.value()?, links.get(of)?.value()?);
        Some(Count { citizens, links })
    };
    counts.keys().map(|of| (*of, both(of))).collect()
}

/// Citizens: those of a part and those beside it add up to the whole, and few beside it are as few in it.
fn citizens_shown<T: Copy + Ord>(rule: &Rule, counts: &BTreeMap<Counted<T>, Count>) -> BTreeMap<Counted<T>, Shown> {
    let mut table = Table::default();
    let cells: BTreeMap<Counted<T>, (Cell, u64)> =
        counts.iter().map(|(of, count)| (*of, (table.cell(count.citizens), count.citizens))).collect();
    let mut parts = |whole: Counted<T>, part: Counted<T>| {
        let (Some(whole), Some(part)) = (cells.get(&whole), cells.get(&part)) else { return };
        let rest = table.cell(whole.1.saturating_sub(part.1));
        table.sum(whole.0, &[part.0, rest]);
    };
    for of in counts.keys() {
        match of {
            Counted::All => {}
            Counted::Open | Counted::Blocked => parts(Counted::All, *of),
            _ => parts(Counted::Blocked, *of),
        }
    }
    let shown = rule.table(&table);
    cells.into_iter().map(|(of, (cell, _))| (of, shown.get(cell))).collect()
}

/// Links that the same would help: by what blocks them, and by what exactly would help. Both add up to the same.
#[derive(Default)]
struct Helped {
    links: u64,
    by: Vec<Cell>,
    kinds: Vec<Cell>,
    /// Links of the kinds that few citizens have, which are kept back, and how many such kinds there are.
    left_over: u64,
    few: usize,
}

impl Helped {
    fn sums(self, table: &mut Table) {
        if self.by.is_empty() {
            return;
        }
        let all = table.cell(self.links);
        table.sum(all, &self.by);
        let rest = table.cell(self.left_over);
        // Of several kinds together one may know; of the only one, as little as if it stood there.
        if self.few == 1 {
            table.hide(rest);
        }
        table.sum(all, &[&self.kinds[..], &[rest]].concat());
    }
}

/// Links: open and blocked add up to all, what blocks them to those that are blocked, and what would help to what it would
/// help. Those of few citizens are kept back, however many they are.
fn links_shown<T: Copy + Ord + AsRef<str>>(
    rule: &Rule,
    counts: &BTreeMap<Counted<T>, Count>,
    citizens: &BTreeMap<Counted<T>, Shown>,
) -> BTreeMap<Counted<T>, Shown> {
    let mut table = Table::default();
    let few = |of: &Counted<T>| citizens.get(of).is_none_or(|shown| shown.value().is_none());
    let mut cells: BTreeMap<Counted<T>, Cell> = BTreeMap::new();
    let (mut by, mut clause, mut signatures) = (Vec::new(), Helped::default(), Helped::default());
    for (of, count) in counts {
        let kind_of = match of {
            Counted::OneClause(..) => Some(&mut clause),
            Counted::Signatures(_) => Some(&mut signatures),
            _ => None,
        };
        // Kinds of few citizens are many: only together do they count for what can be worked out.
        if let Some(helped) = kind_of {
            if few(of) {
                helped.few += 1;
                helped.left_over += count.links;
                continue;
            }
            let cell = table.cell(count.links);
            helped.kinds.push(cell);
            cells.insert(*of, cell);
            continue;
        }
        let cell = table.cell(count.links);
        if few(of) {
            table.hide(cell);
        }
        cells.insert(*of, cell);
        let Counted::By(why) = of else { continue };
        by.push(cell);
        let helped = match Remedy::of(why.as_ref()) {
            Remedy::Clause => &mut clause,
            Remedy::Signatures(()) => &mut signatures,
            Remedy::Citizen => continue,
        };
        helped.links += count.links;
        helped.by.push(cell);
    }
    let at = |of: Counted<T>| cells.get(&of).copied();
    if let Some(blocked) = at(Counted::Blocked) {
        table.sum(blocked, &by);
    }
    if let (Some(all), Some(open), Some(blocked)) = (at(Counted::All), at(Counted::Open), at(Counted::Blocked)) {
        table.sum(all, &[open, blocked]);
    }
    clause.sums(&mut table);
    signatures.sums(&mut table);
    let shown = rule.table(&table);
    cells.into_iter().map(|(of, cell)| (of, shown.get(cell))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EXACT: Rule = Rule { suppress_max: 7, round_to: 1 };

    fn link(from: &'static str, to: &'static str, why: Option<&'static str>) -> Seen<&'static str> {
        let blocked = why.map(|why| Blocked {
            why,
            remedy: match Remedy::of(why) {
                Remedy::Clause => Remedy::Clause,
                Remedy::Citizen => Remedy::Citizen,
                Remedy::Signatures(()) => Remedy::Signatures("alliance"),
            },
        });
        Seen { from, to, category: "results", blocked }
    }

    fn added(citizens: &[Vec<Seen<&'static str>>]) -> BTreeMap<Counted<&'static str>, Count> {
        let mut counts: BTreeMap<_, Count> = BTreeMap::new();
        for links in citizens {
            for (of, links) in of_citizen(links.iter().copied()) {
                let count = counts.entry(of).or_default();
                count.citizens += 1;
                count.links += links;
            }
        }
        counts
    }

    fn words(counts: &BTreeMap<Counted<&'static str>, Option<Count>>) -> Vec<String> {
        let number = |count: &Option<Count>| {
            count.map_or_else(|| "*".to_owned(), |count| format!("{} of {}", count.links, count.citizens))
        };
        counts.iter().map(|(of, count)| format!("{of:?}: {}", number(count))).collect()
    }

    #[test]
    fn a_citizen_counts_once_and_each_of_her_links_counts() {
        let ada = vec![link("trust", "optician", None), link("trust", "practice", Some("no-clause"))];
        let bea = vec![link("trust", "practice", Some("no-clause")), link("trust", "practice", Some("no-clause"))];
        let cid = vec![link("trust", "practice", Some("not-in-force")), link("trust", "practice", Some("objection"))];
        let counts = added(&[ada, bea, cid]);
        let all = counts.iter().map(|(of, count)| (*of, Some(*count))).collect();
        assert_eq!(
            words(&all),
            [
                "All: 6 of 3",
                "Open: 1 of 1",
                "Blocked: 5 of 3",
                "By(\"no-clause\"): 3 of 2",
                "By(\"not-in-force\"): 1 of 1",
                "By(\"objection\"): 1 of 1",
                "OneClause(\"trust\", \"practice\", \"results\"): 3 of 2",
                "Signatures(\"alliance\"): 1 of 1",
            ]
        );
    }

    #[test]
    fn links_of_few_citizens_are_kept_back_however_many_they_are() {
        let many = || vec![link("trust", "practice", Some("no-clause")), link("trust", "optician", None)];
        let few = || vec![link("trust", "pharmacy", Some("objection")); 20];
        let citizens: Vec<_> = (0..40).map(|_| many()).chain((0..3).map(|_| few())).collect();
        assert_eq!(
            words(&shown(&EXACT, &added(&citizens))),
            [
                // All but three have something open, so neither number may be there beside the other.
                "All: 140 of 43",
                "Open: *",
                "Blocked: *",
                "By(\"no-clause\"): *",
                "By(\"objection\"): *",
                "OneClause(\"trust\", \"practice\", \"results\"): *",
            ]
        );
    }

    /// One agreement waits for signatures: that is all that is not in force, and neither may tell how many the others are.
    #[test]
    fn what_would_help_does_not_give_away_what_blocks_few() {
        let some = |many, links: Vec<Seen<&'static str>>| (0..many).map(move |_| links.clone());
        let waits = || vec![link("trust", "practice", Some("not-in-force")); 12];
        let mut both = waits();
        both.push(link("trust", "optician", Some("no-clause")));
        let counts = added(&some(30, waits()).chain(some(4, both)).collect::<Vec<_>>());
        let told = words(&shown(&EXACT, &counts));
        let hidden = |what: &str| told.iter().any(|line| line.starts_with(what) && line.ends_with('*'));
        assert!(hidden("By(\"no-clause\")") && hidden("By(\"not-in-force\")"), "{told:?}");
        assert!(hidden("Signatures"), "{told:?}");
    }

    #[test]
    fn what_many_have_is_shown_with_what_one_clause_would_open() {
        let some = |many, link: Seen<&'static str>| (0..many).map(move |_| vec![link]);
        let citizens: Vec<_> = some(30, link("trust", "practice", None))
            .chain(some(20, link("trust", "optician", Some("no-clause"))))
            .chain(some(15, link("trust", "pharmacy", Some("not-in-force"))))
            .collect();
        assert_eq!(
            words(&shown(&Rule::default(), &added(&citizens))),
            [
                "All: 65 of 65",
                "Open: 30 of 30",
                "Blocked: 35 of 35",
                "By(\"no-clause\"): 20 of 20",
                "By(\"not-in-force\"): 15 of 15",
                "OneClause(\"trust\", \"optician\", \"results\"): 20 of 20",
                "Signatures(\"alliance\"): 15 of 15",
            ]
        );
    }

    fn links() -> impl Strategy<Value = Vec<Seen<&'static str>>> {
        let why = prop_oneof![
            3 => Just(None),
            2 => Just(Some("no-clause")),
            1 => Just(Some("not-in-force")),
            1 => Just(Some("objection")),
            1 => Just(Some("category")),
        ];
        let to = prop::sample::select(vec!["optician", "practice", "pharmacy"]);
        prop::collection::vec((to, why).prop_map(|(to, why)| link("trust", to, why)), 1..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn no_number_about_few_citizens_is_shown_nor_that_all_others_are_in_it(
            kinds in prop::collection::vec((links(), 1_usize..30), 1..8),
        ) {
            let citizens: Vec<_> = kinds.into_iter().flat_map(|(links, many)| vec![links; many]).collect();
            let counts = added(&citizens);
            let shown = shown(&EXACT, &counts);
            let of = |which: Counted<&'static str>| counts.get(&which).map_or(0, |count| count.citizens);
            let is_shown = |which: Counted<&'static str>| shown.get(&which).is_some_and(Option::is_some);
            for (which, count) in &shown {
                let Some(count) = count else { continue };
                prop_assert!(count.citizens > 7, "{which:?}");
                let whole = match which {
                    Counted::All => continue,
                    Counted::Open | Counted::Blocked => Counted::All,
                    _ => Counted::Blocked,
                };
                let beside = of(whole) - of(*which);
                prop_assert!(!is_shown(whole) || beside == 0 || beside > 7, "{which:?} beside {whole:?}: {beside}");
            }
        }

        #[test]
        fn counts_of_parts_add_up(one in prop::collection::vec(links(), 0..20), other in prop::collection::vec(links(), 0..20)) {
            let together = added(&[&one[..], &other[..]].concat());
            let (one, other) = (added(&one), added(&other));
            for (of, count) in &together {
                let part = |of_part: &BTreeMap<_, Count>| of_part.get(of).copied().unwrap_or_default();
                prop_assert_eq!(count.links, part(&one).links + part(&other).links);
                prop_assert_eq!(count.citizens, part(&one).citizens + part(&other).citizens);
            }
            let links = |of| together.get(&of).map_or(0, |count| count.links);
            prop_assert_eq!(links(Counted::All), links(Counted::Open) + links(Counted::Blocked));
        }
    }
}
