//! Conflicts: records that disagree about who somebody is.

use super::head::Head;
use super::{Identity, Rule, name};

/// Records that disagree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Conflict {
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

/// What the records of one citizen disagree about: each record against the leading one, deaths among all that know one.
fn within(identity: &Identity, records: &[u32], sources: &[String], conflicts: &mut Vec<Conflict>) {
    let Some((&leading, others)) = records.split_first() else { return };
    let Some(first) = identity.heads.get(leading as usize) else { return };
    for &number in others {
        let Some(head) = identity.heads.get(number as usize) else { continue };
        let identifier = match identity.rules.get(number as usize) {
            Some(Rule::SharedIdentifier(identifier)) => identifier,
            _ => "",
        };
        let mut disagree = |kind, one: String, other: String| {
            let detail = format!("{} says {one}, {} says {other}", called(first, sources), called(head, sources));
            conflicts.push(Conflict::new(kind, identifier, vec![leading, number], detail));
        };
        if let (Some(one), Some(other)) = (first.born, head.born)
            && !one.agrees(other)
        {
            disagree("birth-date", one.words(), other.words());
        }
        if let (Some(one), Some(other)) = (first.sex, head.sex)
            && one != other
        {
            disagree("sex", sex(one).to_owned(), sex(other).to_owned());
        }
        if let (Some(one), Some(other)) = (first.died_on(), head.died_on())
            && one != other
        {
            disagree("death", day(one), day(other));
        }
    }
}

fn sex(letter: char) -> &'static str {
    match letter {
        'f' => "female",
        'm' => "male",
        _ => "other",
    }
}

fn day(epoch_day: i32) -> String {
    stead_rules::Day::from_epoch_days(epoch_day).to_string()
}
