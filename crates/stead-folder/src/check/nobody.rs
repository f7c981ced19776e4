//! Groups that nobody can be in, because their criteria contradict one another.

use std::collections::BTreeMap;

use stead_rules::{Codelist, Criterion, Expression, Group, MaritalStatus, Sex};

use super::Folder;
use crate::problem::Problem;
use crate::thing::Thing;

/// How many groups deep a contradiction is looked for.
const DEPTH_MAX: usize = 32;

pub(super) fn problems(folder: &Folder<'_>) -> Vec<Problem> {
    let definitions = folder.definitions;
    let known = Known {
        groups: definitions.groups.iter().map(|group| (group.id.as_str(), group)).collect(),
        lists: definitions.codelists.iter().map(|list| (list.id.as_str(), list)).collect(),
    };
    let groups = definitions.groups.iter();
    groups
        .filter_map(|group| Some((group, known.contradiction(&group.members, 0)?)))
        .map(|(group, why)| {
            let message = format!("nobody can be in the group `{}`: {why}", group.id);
            let help = "change the criteria; until then the group is empty, and so is every need of it";
            folder.at(Thing::Group, group.id.as_str(), Problem::warning("nobody", message).help(help))
        })
        .collect()
}

struct Known<'a> {
    groups: BTreeMap<&'a str, &'a Group>,
    lists: BTreeMap<&'a str, &'a Codelist>,
}

impl<'a> Known<'a> {
    /// Why an expression never holds, if that can be told. What cannot be told counts as possible.
    fn contradiction(&self, expression: &'a Expression, depth: usize) -> Option<String> {
        if depth > DEPTH_MAX {
            return None;
        }
        let within =
            |parts: &'a [Expression]| parts.iter().map(|part| self.contradiction(part, depth + 1)).collect::<Vec<_>>();
        match expression {
            Expression::All(parts) => within(parts).into_iter().flatten().next().or_else(|| self.clash(parts, depth)),
            Expression::Any(parts) => {
                let found: Option<Vec<String>> = within(parts).into_iter().collect();
                found.and_then(|found| found.into_iter().next())
            }
            Expression::AtLeast(count, parts) => {
                let found = within(parts);
                let possible = found.iter().filter(|contradiction| contradiction.is_none()).count();
                found.into_iter().flatten().next().filter(|_| possible < *count as usize)
            }
            Expression::Not(_) => None,
            Expression::Is(criterion) => self.impossible(criterion, depth),
        }
    }

    fn impossible(&self, criterion: &'a Criterion, depth: usize) -> Option<String> {
        match criterion {
            Criterion::Code { list, .. } => {
                let empty = self.lists.get(list.as_str()).is_some_and(|list| list.codes.is_empty());
                empty.then(|| format!("the codelist `{list}` is empty"))
            }
            Criterion::InGroup { group } => {
                let other = self.groups.get(group.as_str())?;
                self.contradiction(&other.members, depth + 1).map(|_| format!("nobody can be in `{group}`"))
            }
            _ => None,
        }
    }

    /// Parts that can never hold on the same day.
    fn clash(&self, parts: &'a [Expression], depth: usize) -> Option<String> {
        let mut all = Vec::new();
        self.spread(parts, depth, &mut all);
        let denied =
            all.iter().filter_map(|part| if let Expression::Not(denied) = part { Some(denied.as_ref()) } else { None });
        for part in denied {
            if all.contains(&part) {
                return Some("a part of it is also denied by `not`".to_owned());
            }
        }
        let criteria: Vec<&Criterion> = all
            .iter()
            .filter_map(|part| if let Expression::Is(criterion) = part { Some(criterion) } else { None })
            .collect();
        ages_clash(&criteria).or_else(|| sexes_clash(&criteria)).or_else(|| marital_clash(&criteria))
    }

    /// All that must hold at once: parts of `all` inside `all`, and of groups that are all of their parts.
    fn spread(&self, parts: &'a [Expression], depth: usize, into: &mut Vec<&'a Expression>) {
        for part in parts {
            into.push(part);
            let inner = match part {
                Expression::Is(Criterion::InGroup { group }) => {
                    self.groups.get(group.as_str()).map(|group| &group.members)
                }
                Expression::All(_) => Some(part),
                _ => None,
            };
            if let (Some(Expression::All(inner)), true) = (inner, depth < DEPTH_MAX) {
                self.spread(inner, depth + 1, into);
            }
        }
    }
}

fn ages_clash(criteria: &[&Criterion]) -> Option<String> {
    let mut from = 0;
    let mut to = u16::MAX;
    for criterion in criteria {
        if let Criterion::Age { from_years, to_years } = criterion {
            from = from.max(from_years.unwrap_or(0));
            to = to.min(to_years.unwrap_or(u16::MAX));
        }
    }
    (from >= to).then(|| format!("its parts ask for an age of at least {from} and of less than {to}"))
}

fn sexes_clash(criteria: &[&Criterion]) -> Option<String> {
    let wanted = criteria
        .iter()
        .filter_map(|criterion| if let Criterion::Sex { any_of } = criterion { Some(any_of) } else { None });
    none_left(Sex::WORDS, wanted).then(|| "its parts ask for different sexes".to_owned())
}

fn marital_clash(criteria: &[&Criterion]) -> Option<String> {
    let wanted = criteria
        .iter()
        .filter_map(|criterion| if let Criterion::Marital { any_of, .. } = criterion { Some(any_of) } else { None });
    none_left(MaritalStatus::WORDS, wanted).then(|| "its parts ask for different marital statuses".to_owned())
}

fn none_left<'a, T: PartialEq + 'a>(words: &[(&str, T)], wanted: impl Iterator<Item = &'a Vec<T>>) -> bool {
    let wanted: Vec<&Vec<T>> = wanted.collect();
    !words.iter().any(|(_, value)| wanted.iter().all(|any_of| any_of.contains(value)))
}
