//! Linking: which records are one citizen.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::conflict::Conflict;
use super::forest::Forest;
use super::head::{Born, Head};
use super::together::{Node, together};
use super::{Rule, name};

/// A number under which more different particulars than this stand is nobody's.
const PARTICULARS_MAX: usize = 64;

/// Where numbers lead more different records together than this, only those that are the same in all are linked.
const TOGETHER_MAX: usize = 256;

/// Records put together.
pub(super) struct Clusters {
    /// The records of each citizen, as indices.
    pub(super) members: Vec<Vec<u32>>,
    pub(super) rules: Vec<Rule>,
    pub(super) conflicts: Vec<Conflict>,
}

impl Clusters {
    pub(super) fn of(heads: &[Head], sources: &[String]) -> Self {
        let mut linker = Linker {
            heads,
            sources,
            linked: Forest::of(heads.len()),
            rules: vec![Rule::Alone; heads.len()],
            conflicts: Vec::new(),
        };
        let mut decided = linker.by_link_file();
        decided.extend(linker.by_replacement());
        // Decisions come first, so that numbers add nobody who disagrees with a record that was decided on.
        for (one, other, _) in &decided {
            linker.linked.join(*one, *other);
        }
        linker.by_number(&decided);
        for (one, other, rule) in &decided {
            linker.link(*one, *other, rule);
        }
        linker.finish()
    }
}

struct Linker<'h> {
    heads: &'h [Head],
    sources: &'h [String],
    linked: Forest,
    rules: Vec<Rule>,
    conflicts: Vec<Conflict>,
}

/// Two records that somebody decided are one person.
type Decision = (u32, u32, Rule);

/// What records are told apart by; the first is the unit that decisions put them in.
type Particulars<'h> = (Option<u32>, &'h [Box<str>], Option<Born>, Option<char>, Option<&'h str>);

impl<'h> Linker<'h> {
    fn link(&mut self, one: u32, other: u32, rule: &Rule) {
        self.linked.join(one, other);
        for record in [one, other] {
            if let Some(slot) = self.rules.get_mut(record as usize).filter(|slot| **slot == Rule::Alone) {
                *slot = rule.clone();
            }
        }
    }

    fn head(&self, record: u32) -> Option<&'h Head> {
        self.heads.get(record as usize)
    }

    fn by_number(&mut self, decided: &[Decision]) {
        let mut holders: BTreeMap<&'h str, Vec<u32>> = BTreeMap::new();
        let heads = self.heads;
        for (record, head) in heads.iter().enumerate() {
            for number in &head.shared {
                holders.entry(number).or_default().push(record as u32);
            }
        }
        holders.retain(|_, records| records.len() > 1);
        let nobodys: FxHashSet<&str> =
            holders.iter().filter(|(_, records)| self.is_nobodys(records)).map(|(number, _)| *number).collect();
        let mut reach = self.linked.clone();
        for (_, records) in holders.iter().filter(|(number, _)| !nobodys.contains(*number)) {
            for pair in records.windows(2) {
                if let [one, other] = pair {
                    reach.join(*one, *other);
                }
            }
        }
        let decided: FxHashSet<u32> = decided.iter().flat_map(|(one, other, _)| [*one, *other]).collect();
        for records in reach.sets() {
            self.link_reached(&records, &decided, &nobodys);
        }
        for (number, records) in &holders {
            self.report_apart(number, records);
        }
    }

    fn is_nobodys(&self, records: &[u32]) -> bool {
        if records.len() <= PARTICULARS_MAX {
            return false;
        }
        let heads = records.iter().filter_map(|&record| self.head(record));
        heads.map(|head| (head.born, head.sex, &head.family)).collect::<BTreeSet<_>>().len() > PARTICULARS_MAX
    }

    /// Links those among records that numbers and decisions lead together who are one person.
    fn link_reached(&mut self, records: &[u32], decided: &FxHashSet<u32>, nobodys: &FxHashSet<&str>) {
        let mut alike: BTreeMap<Particulars<'h>, Vec<u32>> = BTreeMap::new();
        for &record in records {
            let Some(head) = self.head(record) else { continue };
            let unit = decided.contains(&record).then(|| self.linked.root(record));
            let particulars = (unit, &*head.shared, head.born, head.sex, head.family.as_deref());
            alike.entry(particulars).or_default().push(record);
        }
        let (mut nodes, mut of_node) = (Vec::new(), Vec::new());
        for ((unit, numbers, born, sex, family), records) in alike {
            let Some((&first, others)) = records.split_first() else { continue };
            let Some(head) = self.head(first) else { continue };
            let numbers: Vec<&'h str> =
                numbers.iter().map(|number| &**number).filter(|it| !nobodys.contains(it)).collect();
            let is_known = born.is_some() || sex.is_some() || family.is_some();
            if let Some(&number) = numbers.first().filter(|_| is_known) {
                let rule = Rule::SharedIdentifier(Box::from(number));
                others.iter().for_each(|&other| self.link(first, other, &rule));
            }
            nodes.push(Node { head, numbers, unit: unit.unwrap_or(first) });
            of_node.push(records);
        }
        if nodes.len() < 2 || nodes.len() > TOGETHER_MAX {
            return;
        }
        let found = together(&nodes);
        let first = |node: usize| of_node.get(node).and_then(|records| records.first()).copied();
        for (one, other, number) in found.links {
            if let Some((one, other)) = first(one).zip(first(other)) {
                self.link(one, other, &Rule::SharedIdentifier(Box::from(number)));
            }
        }
        for (torn, others) in found.torn {
            let others: Vec<u32> = others.into_iter().filter_map(first).collect();
            for &record in of_node.get(torn).into_iter().flatten() {
                self.report_torn(record, &others);
            }
        }
    }

    /// A record with several numbers that lead to different people.
    fn report_torn(&mut self, record: u32, others: &[u32]) {
        let Some(head) = self.head(record) else { return };
        let records: Vec<u32> = std::iter::once(record).chain(others.iter().copied()).collect();
        let numbers = head.shared.iter().map(|number| format!("`{number}`")).collect::<Vec<_>>().join(" and ");
        let detail = format!("{} has {numbers}, which belong to different citizens", self.called(record));
        self.conflicts.push(Conflict::new("one-record-two-numbers", &head.shared.join(" "), records, detail));
    }

    fn report_apart(&mut self, number: &str, records: &[u32]) {
        let mut people: BTreeMap<u32, u32> = BTreeMap::new();
        for &record in records {
            let root = self.linked.root(record);
            people.entry(root).or_insert(record);
        }
        if people.len() > 1 {
            let who: Vec<String> = people.values().map(|&record| self.particulars(record)).collect();
            let detail = format!("one number, but {}", who.join("; "));
            self.conflicts.push(Conflict::new("two-people-one-number", number, records.to_vec(), detail));
        }
    }

    fn called(&self, record: u32) -> String {
        self.head(record)
            .map_or_else(String::new, |head| format!("{}:Patient/{}", name(self.sources, head.source), head.id))
    }

    fn particulars(&self, record: u32) -> String {
        let Some(head) = self.head(record) else { return String::new() };
        let born = head.born.map_or_else(|| "birthday unknown".to_owned(), |born| format!("born {}", born.words()));
        let sex = match head.sex {
            Some('f') => "female",
            Some('m') => "male",
            Some(_) => "other",
            None => "sex unknown",
        };
        format!("{} is {born}, {sex}", self.called(record))
    }

    fn by_link_file(&self) -> Vec<Decision> {
        let mut groups: BTreeMap<&'h str, Vec<u32>> = BTreeMap::new();
        for (record, head) in self.heads.iter().enumerate() {
            if let Some(group) = head.group.as_deref().filter(|_| head.record) {
                groups.entry(group).or_default().push(record as u32);
            }
        }
        let pairs = groups.values().flat_map(|records| records.iter().zip(records.iter().skip(1)));
        pairs.map(|(&one, &other)| (one, other, Rule::LinkFile)).collect()
    }

    fn by_replacement(&self) -> Vec<Decision> {
        let heads = self.heads;
        if heads.iter().all(|head| head.replaced_by.is_none()) {
            return Vec::new();
        }
        let index: FxHashMap<(u16, &str), u32> =
            heads.iter().enumerate().map(|(record, head)| ((head.source, &*head.id), record as u32)).collect();
        let replaced = heads.iter().enumerate().filter_map(|(record, head)| {
            let &target = index.get(&(head.source, head.replaced_by.as_deref()?))?;
            self.head(target).filter(|head| head.record)?;
            Some((target, record as u32, Rule::ReplacedBy))
        });
        replaced.collect()
    }

    fn finish(mut self) -> Clusters {
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for record in 0..self.heads.len() as u32 {
            let root = self.linked.root(record);
            members.entry(root).or_default().push(record);
        }
        Clusters { members: members.into_values().collect(), rules: self.rules, conflicts: self.conflicts }
    }
}
