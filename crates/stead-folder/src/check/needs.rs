//! Needs that no place has, or that no service can meet.

use std::collections::{BTreeMap, BTreeSet};

use stead_rules::{Need, ServiceStatus};

use super::Folder;
use crate::index::Named;
use crate::near::listed;
use crate::problem::Problem;
use crate::thing::Thing;

pub(super) fn problems(folder: &Folder<'_>) -> Vec<Problem> {
    let reach = Reach::new(folder);
    let needs = &folder.definitions.needs;
    needs
        .iter()
        .flat_map(|need| [not_served(folder, &reach, need), excluded(folder, need), unmet(folder, need)])
        .flatten()
        .collect()
}

/// Groups and codelists that a group stands on.
struct Reach<'a> {
    mentioned_by: BTreeMap<&'a Named, Vec<&'a Named>>,
}

impl<'a> Reach<'a> {
    fn new(folder: &Folder<'a>) -> Self {
        let mut mentioned_by: BTreeMap<&Named, Vec<&Named>> = BTreeMap::new();
        for mention in folder.index.mentions.iter().filter(|mention| mention.by.0 == Thing::Group) {
            mentioned_by.entry(&mention.by).or_default().push(&mention.of);
        }
        Self { mentioned_by }
    }

    fn of(&self, group: &str) -> BTreeSet<Named> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![(Thing::Group, group.to_owned())];
        while let Some(named) = waiting.pop() {
            for next in self.mentioned_by.get(&named).into_iter().flatten() {
                if matches!(next.0, Thing::Group | Thing::Codelist) && !reached.contains(*next) {
                    waiting.push((*next).clone());
                }
            }
            reached.insert(named);
        }
        reached
    }
}

/// A need whose group has nothing to do with any group that a place serves.
fn not_served(folder: &Folder<'_>, reach: &Reach<'_>, need: &Need) -> Option<Problem> {
    let versions = folder.definitions.places.iter().flat_map(|place| &place.versions);
    let own = reach.of(need.group.as_str());
    let has_codes = |reached: &BTreeSet<Named>| reached.iter().any(|named| named.0 == Thing::Codelist);
    for version in versions {
        let serves_everybody = version.serves.is_empty();
        let overlaps = version.serves.iter().any(|served| {
            let served = reach.of(served.as_str());
            !served.is_disjoint(&own) || !has_codes(&served) || !has_codes(&own)
        });
        if serves_everybody || overlaps {
            return None;
        }
    }
    let message =
        format!("no place serves `{}` or anybody like them, so nobody has the need `{}`", need.group, need.id);
    let problem = Problem::warning("not-served", message).help("name the group in the `serves` of a place");
    Some(folder.where_mentioned((Thing::Need, need.id.as_str()), (Thing::Group, need.group.as_str()), problem))
}

/// A need that all of its own group are excepted from.
fn excluded(folder: &Folder<'_>, need: &Need) -> Option<Problem> {
    let own = need.not_for.iter().find(|not_for| not_for.group == need.group)?;
    let message = format!("nobody has the need `{}`: all of `{}` are excepted by `not_for`", need.id, own.group);
    let problem = Problem::warning("nobody", message).help("name a smaller group in `not_for`");
    Some(folder.where_mentioned((Thing::Need, need.id.as_str()), (Thing::Group, need.group.as_str()), problem))
}

/// A need that no live service can meet: none of the kinds, or none of them with one of the professions.
fn unmet(folder: &Folder<'_>, need: &Need) -> Option<Problem> {
    let kinds = &need.met_by.services;
    let is_known = |thing: Thing, id: &str| folder.index.defined.contains_key(&(thing, id.to_owned()));
    if !kinds.iter().any(|kind| is_known(Thing::Kind, kind.as_str())) {
        return None;
    }
    let of_kind: Vec<_> = folder.definitions.services.iter().filter(|service| kinds.contains(&service.kind)).collect();
    let live: Vec<_> = of_kind.iter().filter(|service| service.status == ServiceStatus::Live).collect();
    let wanted = &need.met_by.professions;
    let can = |professions: &[_]| wanted.is_empty() || wanted.iter().any(|wanted| professions.contains(wanted));
    if live.iter().any(|service| can(&service.professions)) {
        return None;
    }
    let kinds_listed = listed(kinds.iter().map(|kind| kind.as_str()), "or");
    let (label, help) = if live.is_empty() {
        (
            "every service of this kind is only proposed".to_owned(),
            format!("make a service of the kind {kinds_listed} live in `services.csv`, or name another kind"),
        )
    } else {
        let working: BTreeSet<&str> =
            live.iter().flat_map(|service| &service.professions).map(|profession| profession.as_str()).collect();
        let wanted = listed(wanted.iter().map(|wanted| wanted.as_str()), "or");
        let found = match working.len() {
            0 => "nobody works".to_owned(),
            1 => format!("{} works", listed(working, "and")),
            _ => format!("{} work", listed(working, "and")),
        };
        (
            format!("{found} there, not {wanted}"),
            "add the profession to a service, or name one that works there".to_owned(),
        )
    };
    let problem = Problem::warning("unmet-need", format!("no live service can meet the need `{}`", need.id))
        .label(label)
        .help(help);
    let kind = kinds.iter().find(|kind| is_known(Thing::Kind, kind.as_str())).map_or("", |kind| kind.as_str());
    Some(folder.where_mentioned((Thing::Need, need.id.as_str()), (Thing::Kind, kind), problem))
}
