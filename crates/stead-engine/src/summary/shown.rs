//! The counts about the people of a place as they may be shown: small ones kept back, and those that would give them away.
//!
//! The counts of members make one table: the parts of each cut add up to the whole, areas to the areas that they lie in,
//! and groups that divide the place to everybody. Each need makes another: for every status the same adds up, and in every
//! part the statuses add up to its members, where the need is everybody's. What one table keeps back, all do: they are
//! gone through until nothing more is.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use stead_rules::disclosure::{Cell, Rule, Shown, Table};
use stead_rules::{Area, AreaCode};

use crate::functions::standing::EVERYONE;
use crate::passes::summary::{CUTS, Cut};

/// The measure of how many people there are.
pub(super) const MEMBERS: &str = "members";

/// So many citizens of a part.
#[derive(Clone, Debug)]
pub(super) struct Count {
    pub(super) group: String,
    pub(super) cut: Cut,
    pub(super) part: String,
    /// The need that the measure is a status of; none for members.
    pub(super) need: Option<String>,
    pub(super) measure: String,
    pub(super) citizens: u64,
}

impl Count {
    pub(super) fn key(&self) -> Key<'_> {
        (&self.group, self.cut, &self.part)
    }
}

/// Whose count it is: group, cut and part.
pub(super) type Key<'a> = (&'a str, Cut, &'a str);

/// Areas that lie in one (or, for `None`, anywhere) and share no home, as far as lists of small areas say.
pub(super) struct Nest {
    within: Option<String>,
    areas: Vec<String>,
}

/// The nests of areas: of each area those in which every one is that lies in it, the largest first.
///
/// Only areas given by small areas alone can be compared.
pub(super) fn nests(areas: &[Area]) -> Vec<Nest> {
    let codes = |area: &Area| -> Option<BTreeSet<String>> {
        let code = |code: &AreaCode| match code {
            AreaCode::SmallArea(code) => Some(code.to_string()),
            AreaCode::Town(_) | AreaCode::Postcode(_) => None,
        };
        let codes: Option<BTreeSet<String>> = area.codes.iter().map(code).collect();
        codes.filter(|codes| area.rings.is_empty() && !codes.is_empty())
    };
    let mut known: Vec<(&str, BTreeSet<String>)> =
        areas.iter().filter_map(|area| Some((area.id.as_str(), codes(area)?))).collect();
    known.sort_by_key(|(id, codes)| (std::cmp::Reverse(codes.len()), *id));
    let wholes = known.iter().enumerate().map(|(at, (id, codes))| (Some((at, codes)), Some((*id).to_owned())));
    let mut nests = Vec::new();
    for (whole, within) in wholes.chain([(None, None)]) {
        // Of two alike the later one lies in the earlier one.
        let inside: Vec<_> = known
            .iter()
            .enumerate()
            .filter(|(at, (_, codes))| whole.is_none_or(|(of, all)| *at > of && codes.is_subset(all)))
            .map(|(_, area)| area)
            .collect();
        let mut families = BTreeSet::new();
        for seed in &inside {
            let (mut family, mut covered) = (vec![seed.0.to_owned()], seed.1.clone());
            for (id, codes) in inside.iter().copied() {
                if codes.is_disjoint(&covered) {
                    covered.extend(codes.iter().cloned());
                    family.push((*id).to_owned());
                }
            }
            family.sort_unstable();
            families.insert(family);
        }
        nests.extend(families.into_iter().map(|areas| Nest { within: within.clone(), areas }));
    }
    nests
}

/// Parts that share nobody, and the whole that they lie in; by position among members.
struct Relation {
    total: usize,
    parts: Vec<usize>,
    /// How many are in the whole and in no part.
    rest: u64,
}

/// What lies in what, as far as the numbers of members and the definitions say.
fn relations(members: &[Count], nests: &[Nest]) -> Vec<Relation> {
    let at: HashMap<Key<'_>, usize> = members.iter().enumerate().map(|(at, count)| (count.key(), at)).collect();
    let mut relations = Vec::new();
    let mut add = |total: usize, parts: Vec<usize>, whole: bool| {
        let citizens = |at: &usize| members.get(*at).map_or(0, |count| count.citizens);
        let rest = citizens(&total).checked_sub(parts.iter().map(citizens).sum());
        if let Some(rest) = rest.filter(|rest| !parts.is_empty() && (*rest == 0 || !whole)) {
            relations.push(Relation { total, parts, rest });
        }
    };
    let all = || members.iter().enumerate().filter(|(_, count)| count.cut == Cut::All);
    for (total, whole) in all() {
        let of = |cut: Cut| {
            let parts = members.iter().enumerate().filter(move |(_, it)| it.cut == cut && it.group == whole.group);
            parts.map(|(at, _)| at).collect::<Vec<_>>()
        };
        // Areas may overlap or leave somebody out; then they do not add up.
        CUTS.into_iter().filter(|cut| *cut != Cut::All).for_each(|cut| add(total, of(cut), true));
        for nest in nests {
            let within = nest
                .within
                .as_deref()
                .map_or(Some(total), |within| at.get(&(whole.group.as_str(), Cut::Area, within)).copied());
            let parts = nest.areas.iter().filter_map(|area| at.get(&(whole.group.as_str(), Cut::Area, area)).copied());
            within.into_iter().for_each(|within| add(within, parts.clone().collect(), false));
        }
    }
    if divides(members) {
        for (total, whole) in members.iter().enumerate().filter(|(_, count)| count.group == EVERYONE) {
            let same = |it: &Count| it.group != EVERYONE && it.cut == whole.cut && it.part == whole.part;
            let parts = members.iter().enumerate().filter(|(_, it)| same(it)).map(|(at, _)| at);
            add(total, parts.collect(), true);
        }
    }
    relations
}

/// Whether several groups divide a place: together they are everybody, and nobody is in two.
fn divides(members: &[Count]) -> bool {
    let all = || members.iter().filter(|count| count.cut == Cut::All);
    let (everyone, groups): (Vec<&Count>, Vec<&Count>) = all().partition(|count| count.group == EVERYONE);
    let sum = |counts: &[&Count]| counts.iter().map(|count| count.citizens).sum::<u64>();
    groups.len() > 1 && sum(&everyone) == sum(&groups)
}

/// The counts of a place, each as it may be shown.
pub(super) fn shown(rule: &Rule, counts: Vec<Count>, nests: &[Nest]) -> Vec<(Count, Shown)> {
    let members: Vec<Count> = counts.iter().filter(|count| count.need.is_none()).cloned().collect();
    if divides(&members) {
        return together(rule, counts, nests);
    }
    let mut groups: BTreeMap<String, Vec<Count>> = BTreeMap::new();
    for count in counts {
        groups.entry(count.group.clone()).or_default().push(count);
    }
    groups.into_values().flat_map(|counts| together(rule, counts, nests)).collect()
}

/// The counts of groups that are judged together.
fn together(rule: &Rule, counts: Vec<Count>, nests: &[Nest]) -> Vec<(Count, Shown)> {
    let (members, statuses): (Vec<Count>, Vec<Count>) = counts.into_iter().partition(|count| count.need.is_none());
    let relations = relations(&members, nests);
    let mut needs: BTreeMap<Option<String>, Vec<Count>> = BTreeMap::new();
    for count in statuses {
        needs.entry(count.need.clone()).or_default().push(count);
    }
    let mut hidden = BTreeSet::new();
    loop {
        let mut all = judged(rule, &members, &[], &relations, &hidden);
        let before = hidden.clone();
        hidden.extend(kept_back(&all));
        for statuses in needs.values() {
            let mut both = judged(rule, &members, statuses, &relations, &hidden);
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
fn judged(
    rule: &Rule,
    members: &[Count],
    statuses: &[Count],
    relations: &[Relation],
    hidden: &BTreeSet<usize>,
) -> Vec<(Count, Shown)> {
    let mut table = Table::default();
    let cells: Vec<(Cell, &Count)> =
        members.iter().chain(statuses).map(|count| (table.cell(count.citizens), count)).collect();
    let (of_members, of_statuses) = cells.split_at(members.len());
    hidden.iter().filter_map(|at| of_members.get(*at)).for_each(|(cell, _)| table.hide(*cell));
    let known: HashMap<(Key<'_>, &str), (Cell, u64)> =
        cells.iter().map(|(cell, it)| ((it.key(), it.measure.as_str()), (*cell, it.citizens))).collect();
    let measures: BTreeSet<&str> = cells.iter().map(|(_, count)| count.measure.as_str()).collect();
    for relation in relations {
        for measure in &measures {
            let cell = |at: &usize| known.get(&(members.get(*at)?.key(), *measure)).copied();
            let Some(total) = cell(&relation.total) else { continue };
            let (mut parts, numbers): (Vec<Cell>, Vec<u64>) = relation.parts.iter().filter_map(cell).unzip();
            let Some(rest) = total.1.checked_sub(numbers.iter().sum()).filter(|_| !parts.is_empty()) else { continue };
            // Nobody is told of the rest, and yet it can be worked out.
            if rest > 0 {
                parts.push(table.cell(rest));
            }
            table.sum(total.0, &parts);
        }
    }
    let mut by_member: HashMap<Key<'_>, (Vec<Cell>, u64)> = HashMap::new();
    for (cell, count) in of_statuses {
        let (cells, citizens) = by_member.entry(count.key()).or_default();
        cells.push(*cell);
        *citizens += count.citizens;
    }
    for (total, whole) in of_members {
        // A need of only some of them does not add up to all.
        if let Some((parts, _)) = by_member.get(&whole.key()).filter(|(_, citizens)| *citizens == whole.citizens) {
            table.sum(*total, parts);
        }
    }
    let shown = rule.table(&table);
    cells.into_iter().map(|(cell, count)| (count.clone(), shown.get(cell))).collect()
}

/// Whose means are kept back: those of `scarce` (the mean is over few people), those whose members are, and those beside
/// which another part is kept back, since the whole's mean and the other parts' would tell that part's.
pub(super) fn means_kept_back<'a>(
    rule: &Rule,
    judged: &'a [(Count, Shown)],
    scarce: &HashSet<Key<'a>>,
    nests: &[Nest],
) -> HashSet<Key<'a>> {
    let of_members = || judged.iter().filter(|(count, _)| count.need.is_none());
    let members: Vec<Count> = of_members().map(|(count, _)| count.clone()).collect();
    let keys: Vec<Key<'a>> = of_members().map(|(count, _)| count.key()).collect();
    let few = |(count, shown): &&(Count, Shown)| *shown == Shown::Suppressed || scarce.contains(&count.key());
    let mut hidden: HashSet<Key<'a>> = of_members().filter(few).map(|(count, _)| count.key()).collect();
    let relations = relations(&members, nests);
    loop {
        let before = hidden.len();
        for Relation { total, parts, rest } in &relations {
            let is_hidden = |at: &usize| keys.get(*at).is_some_and(|key| hidden.contains(key));
            if rule.shown(*rest) == Shown::Suppressed || is_hidden(total) || parts.iter().any(is_hidden) {
                hidden.extend(parts.iter().filter_map(|at| keys.get(*at).copied()));
            }
        }
        if hidden.len() == before {
            return hidden;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(part: &str, need: Option<&str>, measure: &str, citizens: u64) -> Count {
        let cut = if part == "all" { Cut::All } else { Cut::Sex };
        Count {
            group: "people".to_owned(),
            cut,
            part: part.to_owned(),
            need: need.map(ToOwned::to_owned),
            measure: measure.to_owned(),
            citizens,
        }
    }

    fn words(rule: Rule, counts: Vec<Count>) -> Vec<String> {
        let word = |(count, shown): (Count, Shown)| format!("{} {} {shown}", count.part, count.measure);
        shown(&rule, counts, &[]).into_iter().map(word).collect()
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

    #[test]
    fn areas_nest_by_their_small_areas() {
        let area = |id: &str, codes: &[&str]| Area {
            id: id.into(),
            name: id.into(),
            codes: codes.iter().map(|code| AreaCode::SmallArea((*code).into())).collect(),
            rings: Vec::new(),
        };
        let areas =
            [area("a", &["1"]), area("b", &["2"]), area("ab", &["1", "2"]), area("bc", &["2", "3"]), area("d", &["9"])];
        let words = |nest: &Nest| format!("{}: {}", nest.within.as_deref().unwrap_or("all"), nest.areas.join(" "));
        let found: Vec<String> = nests(&areas).iter().map(words).collect();
        assert_eq!(found, ["ab: a b", "bc: b", "all: a b d", "all: a bc d", "all: ab d"]);
    }

    #[test]
    fn who_is_left_over_between_an_area_and_its_parts_is_not_given_away() {
        let exact = Rule { suppress_max: 7, round_to: 1 };
        let area = |part: &str, citizens| Count { cut: Cut::Area, ..count(part, None, MEMBERS, citizens) };
        let counts = vec![count("all", None, MEMBERS, 90), area("town", 60), area("one", 38), area("two", 20)];
        let nest = |within: Option<&str>, areas: &[&str]| Nest {
            within: within.map(str::to_owned),
            areas: areas.iter().map(|id| (*id).to_owned()).collect(),
        };
        let nests = [nest(Some("town"), &["one", "two"]), nest(None, &["town"])];
        let shown: Vec<String> = shown(&exact, counts, &nests).iter().map(|(_, shown)| shown.to_string()).collect();
        assert_eq!(shown, ["90", "60", "38", "*"], "two are in neither");
    }
}
