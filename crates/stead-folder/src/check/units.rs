//! Comparisons of values that no record passes, or every one, because the unit cannot be meant.

use std::collections::{BTreeMap, BTreeSet};

use stead_rules::unit::{convert, is_known_unit};
use stead_rules::{Codelist, Comparison, Criterion, Expression};

use super::Folder;
use crate::problem::Problem;
use crate::thing::Thing;

/// No HbA1c is above so many per cent. The highest that are measured are about 20 %.
const HBA1C_PER_CENT_MAX: f64 = 20.0;
/// No HbA1c is below so many mmol/mol: 15 are 3.5 %.
const HBA1C_MMOL_PER_MOL_MIN: f64 = 15.0;

pub(super) fn problems(folder: &Folder<'_>) -> Vec<Problem> {
    let lists: BTreeMap<&str, &Codelist> =
        folder.definitions.codelists.iter().map(|list| (list.id.as_str(), list)).collect();
    let mut by_list: BTreeMap<&str, Vec<Compared<'_>>> = BTreeMap::new();
    for group in &folder.definitions.groups {
        compared(&group.members, &mut |list, value| {
            if is_known_unit(&value.unit) {
                by_list.entry(list).or_default().push(Compared { group: group.id.as_str(), value });
            }
        });
    }
    let mut found = Vec::new();
    for (list, all) in by_list {
        let doubts =
            if lists.get(list).is_some_and(|list| is_hba1c(list)) { no_hba1c(&all) } else { odd_units(list, &all) };
        let mut told = BTreeSet::new();
        for (group, problem) in doubts {
            if told.insert(group) {
                found.push(folder.where_mentioned((Thing::Group, group), (Thing::Codelist, list), problem));
            }
        }
    }
    found
}

/// A comparison of the values of a codelist, and whose it is.
struct Compared<'a> {
    group: &'a str,
    value: &'a Comparison,
}

impl Compared<'_> {
    fn unit(&self) -> &str {
        &self.value.unit
    }
}

fn compared<'a>(expression: &'a Expression, tell: &mut impl FnMut(&'a str, &'a Comparison)) {
    match expression {
        Expression::All(parts) | Expression::Any(parts) | Expression::AtLeast(_, parts) => {
            parts.iter().for_each(|part| compared(part, tell));
        }
        Expression::Not(part) => compared(part, tell),
        Expression::Is(Criterion::Code { list, value: Some(value), .. }) => tell(list.as_str(), value),
        Expression::Is(_) => {}
    }
}

/// Whether a list is of HbA1c, by what it and its codes are called.
fn is_hba1c(list: &Codelist) -> bool {
    let says_so = |text: &str| {
        let text = text.to_lowercase();
        ["a1c", "glycated h", "glycosylated h"].iter().any(|word| text.contains(word))
    };
    says_so(list.id.as_str()) || list.codes.iter().any(|(_, term)| says_so(term))
}

/// Comparisons of HbA1c in a unit that it is not measured in, or with a number that belongs to its other unit.
fn no_hba1c<'a>(all: &[Compared<'a>]) -> Vec<(&'a str, Problem)> {
    let doubt = |compared: &Compared<'a>| {
        let (value, unit) = (compared.value, compared.unit());
        let mut limits = [value.above, value.at_least, value.below, value.at_most].into_iter().flatten();
        let (message, meant) = if unit == "%" {
            let limit = limits.find(|limit| *limit > HBA1C_PER_CENT_MAX)?;
            (format!("no HbA1c is {limit} %; did you mean `mmol/mol`?"), "mmol/mol")
        } else if unit == "mmol/mol" {
            let limit = limits.find(|limit| *limit > 0.0 && *limit < HBA1C_MMOL_PER_MOL_MIN)?;
            (format!("no HbA1c is {limit} mmol/mol; did you mean `%`?"), "%")
        } else if convert(1.0, unit, "mmol/mol").is_none() {
            (format!("HbA1c is not measured in `{unit}`; did you mean `mmol/mol`?"), "mmol/mol")
        } else {
            return None;
        };
        let help =
            format!("write `unit = \"{meant}\"`, or correct the number; every record or none passes this comparison");
        Some((compared.group, Problem::warning("doubtful-unit", message).help(help)))
    };
    all.iter().filter_map(doubt).collect()
}

/// Groups that compare in a unit into which the unit of most others, who compare the same codes, cannot be converted. When one group itself
/// compares in both, both are meant.
fn odd_units<'a>(list: &str, all: &[Compared<'a>]) -> Vec<(&'a str, Problem)> {
    let mut units: BTreeMap<&str, BTreeSet<&'a str>> = BTreeMap::new();
    for one in all {
        units.entry(one.unit()).or_default().insert(one.group);
    }
    let fits = |one: &str, other: &str| convert(1.0, one, other).is_some();
    let apart = |one: &str, other: &str| units.get(one).zip(units.get(other)).is_none_or(|(a, b)| a.is_disjoint(b));
    if units.keys().any(|one| units.keys().any(|other| !fits(one, other) && !apart(one, other))) {
        return Vec::new();
    }
    let alike = |unit: &str| units.iter().filter(|(other, _)| fits(unit, other)).map(|(_, groups)| groups.len()).sum();
    let most: usize = units.keys().map(|unit| alike(unit)).max().unwrap_or(0);
    let common: BTreeSet<&str> = units.keys().copied().filter(|unit| alike(unit) == most).collect();
    let Some(usual) = all.iter().find(|one| common.contains(one.unit())) else { return Vec::new() };
    let odd = all.iter().filter(|one| !fits(usual.unit(), one.unit()));
    odd.map(|one| {
        let (unit, other) = (one.unit(), usual.unit());
        let message = format!("`{list}` is compared in `{unit}` here, but in `{other}` by the group `{}`", usual.group);
        let help = format!(
            "these cannot be converted into each other, and a value in the other unit passes no comparison: write the \
             unit that records have of `{list}`"
        );
        (one.group, Problem::warning("doubtful-unit", message).help(help))
    })
    .collect()
}
