//! Conflicts: records that disagree about who somebody is.

use std::borrow::Cow;

use super::head::{Born, Head};
use super::{Identity, Rule, name};
use crate::table::Cell;

/// Records that disagree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    pub(crate) kind: &'static str,
    pub(crate) identifier: String,
    pub(crate) detail: String,
    /// Each as `source:Patient/id`.
    pub(crate) records: Vec<String>,
    /// The citizens they became.
    pub(crate) citizens: Vec<String>,
    numbers: Vec<u32>,
}

impl Conflict {
    /// Its row in the table of conflicts.
    pub(crate) fn row(&self) -> Vec<Cell<'_>> {
        let words = |texts: &'_ [String]| Cell::Words(texts.iter().map(|text| Cow::Owned(text.clone())).collect());
        vec![
            Cell::text(self.kind),
            Cell::text(&self.identifier),
            words(&self.records),
            words(&self.citizens),
            Cell::text(&self.detail),
        ]
    }

    pub(super) fn new(kind: &'static str, identifier: &str, numbers: Vec<u32>, detail: String) -> Self {
        let (records, citizens) = (Vec::new(), Vec::new());
        Self { kind, identifier: identifier.to_owned(), detail, records, citizens, numbers }
    }
}

/// Adds what disagrees within each citizen, and names the records and citizens of every conflict.
pub(super) fn complete(identity: &mut Identity, sources: &[String]) {
    let mut conflicts = std::mem::take(&mut identity.conflicts);
    for citizen in identity.citizens.iter().filter(|citizen| citizen.records.len() > 1) {
        within(identity, &citizen.records, sources, &mut conflicts);
    }
    for conflict in &mut conflicts {
        let known = conflict.numbers.iter().filter_map(|&number| identity.heads.get(number as usize));
        conflict.records = known.map(|head| called(head, sources)).collect();
        conflict.records.sort();
        let citizens = conflict.numbers.iter().filter_map(|&number| identity.citizen(number));
        conflict.citizens = citizens.map(|citizen| citizen.id.to_string()).collect();
        conflict.citizens.sort();
        conflict.citizens.dedup();
    }
    conflicts.sort();
    identity.conflicts = conflicts;
}

fn called(head: &Head, sources: &[String]) -> String {
    format!("{}:Patient/{}", name(sources, head.source), head.id)
}

/// What the records of one citizen disagree about: each record against the first one, from the leading one on, that says
/// otherwise. A record that does not know a thing says nothing about it.
fn within(identity: &Identity, records: &[u32], sources: &[String], conflicts: &mut Vec<Conflict>) {
    let known = || records.iter().filter_map(|&number| Some((number, identity.heads.get(number as usize)?)));
    let mut tell = |kind, (first, one): (u32, &Head), (second, other): (u32, &Head), said: (String, String)| {
        let identifier = match identity.rules.get(second as usize) {
            Some(Rule::SharedIdentifier(identifier)) => identifier,
            _ => "",
        };
        let (one, other) = (called(one, sources), called(other, sources));
        let detail = format!("{one} says {}, {other} says {}", said.0, said.1);
        conflicts.push(Conflict::new(kind, identifier, vec![first, second], detail));
    };
    let disagree = |one: &Born, other: &Born| !one.agrees(*other);
    for (one, other, days) in contradictions(known(), |head| head.born, disagree) {
        tell("birth-date", one, other, (days.0.words(), days.1.words()));
    }
    for (one, other, letters) in contradictions(known(), |head| head.sex, |one, other| one != other) {
        tell("sex", one, other, (sex(letters.0).to_owned(), sex(letters.1).to_owned()));
    }
    for (one, other, days) in contradictions(known(), Head::death_date, disagree) {
        tell("death-date", one, other, (days.0.words(), days.1.words()));
    }
}

/// A record that says what another one contradicts, that other one, and what the two say.
type Contradiction<'h, T> = ((u32, &'h Head), (u32, &'h Head), (T, T));

/// Each record that contradicts an earlier one, with the first such.
fn contradictions<'h, T: Copy + PartialEq>(
    records: impl Iterator<Item = (u32, &'h Head)>,
    value: impl Fn(&Head) -> Option<T>,
    disagree: impl Fn(&T, &T) -> bool,
) -> Vec<Contradiction<'h, T>> {
    let (mut said, mut found) = (Vec::<((u32, &Head), T)>::new(), Vec::new());
    for record in records {
        let Some(value) = value(record.1) else { continue };
        if let Some((earlier, other)) = said.iter().find(|(_, other)| disagree(other, &value)) {
            found.push((*earlier, record, (*other, value)));
        }
        if said.iter().all(|(_, other)| *other != value) {
            said.push((record, value));
        }
    }
    found
}

fn sex(letter: char) -> &'static str {
    match letter {
        'f' => "female",
        'm' => "male",
        _ => "other",
    }
}
