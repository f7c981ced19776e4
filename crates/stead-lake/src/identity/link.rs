//! Linking: which records are one citizen.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::conflict::Conflict;
use super::head::Head;
use super::{Rule, name};

/// Above so many records under one number each is compared with one of every citizen found so far, not with every record.
const PAIRS_MAX: usize = 64;

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
            parents: (0..heads.len() as u32).collect(),
            rules: vec![Rule::Alone; heads.len()],
            conflicts: Vec::new(),
        };
        linker.by_number();
        linker.by_link_file();
        linker.by_replacement();
        linker.finish()
    }
}

struct Linker<'h> {
    heads: &'h [Head],
    sources: &'h [String],
    parents: Vec<u32>,
    rules: Vec<Rule>,
    conflicts: Vec<Conflict>,
}

impl<'h> Linker<'h> {
    fn root(&mut self, mut record: u32) -> u32 {
        loop {
            let parent = self.parents.get(record as usize).copied().unwrap_or(record);
            if parent == record {
                return record;
            }
            let grandparent = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(record as usize) {
                *slot = grandparent;
            }
            record = grandparent;
        }
    }

    fn link(&mut self, one: u32, other: u32, rule: &Rule) {
        let (first, second) = (self.root(one), self.root(other));
        if let Some(slot) = self.parents.get_mut(first.max(second) as usize) {
            *slot = first.min(second);
        }
        for record in [one, other] {
            if let Some(slot) = self.rules.get_mut(record as usize).filter(|slot| **slot == Rule::Alone) {
                *slot = rule.clone();
            }
        }
    }

    fn head(&self, record: u32) -> Option<&'h Head> {
        self.heads.get(record as usize)
    }

    fn by_number(&mut self) {
        let mut groups: BTreeMap<&'h str, Vec<u32>> = BTreeMap::new();
        let heads = self.heads;
        for (record, head) in heads.iter().enumerate() {
            for number in &head.shared {
                groups.entry(number).or_default().push(record as u32);
            }
        }
        groups.retain(|_, records| records.len() > 1);
        for (number, records) in &groups {
            let single: Vec<u32> = records
                .iter()
                .copied()
                .filter(|&record| self.head(record).is_some_and(|h| h.shared.len() == 1))
                .collect();
            self.link_agreeing(number, &single);
        }
        for (record, head) in heads.iter().enumerate().filter(|(_, head)| head.shared.len() > 1) {
            self.link_several(record as u32, head, &groups);
        }
        for (number, records) in &groups {
            self.report_apart(number, records);
        }
    }

    fn link_agreeing(&mut self, number: &str, records: &[u32]) {
        let rule = Rule::SharedIdentifier(Box::from(number));
        let mut found: Vec<u32> = Vec::new();
        for &record in records {
            let Some(head) = self.head(record) else { continue };
            let mut linked = false;
            for other in found.clone() {
                if self.head(other).is_some_and(|other| agree(head, other)) {
                    self.link(other, record, &rule);
                    linked = true;
                }
            }
            if !linked || records.len() <= PAIRS_MAX {
                found.push(record);
            }
        }
    }

    /// A record with several numbers joins the citizen they lead to, or none when they lead to several.
    fn link_several(&mut self, record: u32, head: &Head, groups: &BTreeMap<&str, Vec<u32>>) {
        let mut reached: BTreeMap<u32, (u32, &str)> = BTreeMap::new();
        for number in &head.shared {
            for &other in groups.get(&**number).into_iter().flatten() {
                let several = self.head(other).is_some_and(|other| other.shared.len() > 1);
                // Others with several numbers count only once they have had their turn.
                if other == record || several && other > record {
                    continue;
                }
                if self.head(other).is_some_and(|other| agree(head, other)) {
                    let root = self.root(other);
                    reached.entry(root).or_insert((other, number));
                }
            }
        }
        if reached.len() > 1 {
            let others = reached.values().map(|&(other, _)| other);
            let records: Vec<u32> = std::iter::once(record).chain(others).collect();
            let numbers = head.shared.iter().map(|number| format!("`{number}`")).collect::<Vec<_>>().join(" and ");
            let detail = format!("{} has {numbers}, which belong to different citizens", self.called(record));
            self.conflicts.push(Conflict::new("one-record-two-numbers", &head.shared.join(" "), records, detail));
        } else if let Some((_, &(other, number))) = reached.first_key_value() {
            self.link(other, record, &Rule::SharedIdentifier(Box::from(number)));
        }
    }

    fn report_apart(&mut self, number: &str, records: &[u32]) {
        let mut people: BTreeMap<u32, u32> = BTreeMap::new();
        for &record in records {
            let root = self.root(record);
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

    fn by_link_file(&mut self) {
        let mut groups: BTreeMap<&'h str, Vec<u32>> = BTreeMap::new();
        let heads = self.heads;
        for (record, head) in heads.iter().enumerate() {
            if let Some(group) = head.group.as_deref().filter(|_| head.record) {
                groups.entry(group).or_default().push(record as u32);
            }
        }
        for records in groups.values() {
            for pair in records.windows(2) {
                if let [one, other] = pair {
                    self.link(*one, *other, &Rule::LinkFile);
                }
            }
        }
    }

    fn by_replacement(&mut self) {
        let heads = self.heads;
        if heads.iter().all(|head| head.replaced_by.is_none()) {
            return;
        }
        let index: FxHashMap<(u16, &str), u32> =
            heads.iter().enumerate().map(|(record, head)| ((head.source, &*head.id), record as u32)).collect();
        for (record, head) in heads.iter().enumerate() {
            let target = head.replaced_by.as_deref().and_then(|target| index.get(&(head.source, target)));
            if let Some(&target) = target.filter(|&&target| self.head(target).is_some_and(|head| head.record)) {
                self.link(target, record as u32, &Rule::ReplacedBy);
            }
        }
    }

    fn finish(mut self) -> Clusters {
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for record in 0..self.heads.len() as u32 {
            let root = self.root(record);
            members.entry(root).or_default().push(record);
        }
        Clusters { members: members.into_values().collect(), rules: self.rules, conflicts: self.conflicts }
    }
}

/// Whether two records with one number may be one person.
fn agree(one: &Head, other: &Head) -> bool {
    let parts = [
        both(one.born, other.born, |one, other| one.agrees(*other)),
        both(one.sex, other.sex, |one, other| one == other),
        both(one.family.as_deref(), other.family.as_deref(), |one, other| one == other),
    ];
    let against = parts.iter().filter(|part| **part == Some(false)).count();
    against <= 1 && parts.contains(&Some(true))
}

/// Whether two values agree; `None` when one is absent.
fn both<T>(one: Option<T>, other: Option<T>, same: impl Fn(&T, &T) -> bool) -> Option<bool> {
    one.zip(other).map(|(one, other)| same(&one, &other))
}
