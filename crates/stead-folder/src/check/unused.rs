//! Things that nobody uses.

use std::collections::BTreeSet;

use stead_rules::{Area, AreaCode, Meaning};

use super::Folder;
use crate::index::Named;
use crate::merge::mapping_key;
use crate::near::{did_you_mean, nearest};
use crate::problem::Problem;
use crate::thing::Thing;

pub(super) fn problems(folder: &Folder<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    for named in folder.index.defined.keys() {
        let used = folder.mentions(named).iter().any(|mention| mention.by != *named);
        if !used {
            found.extend(unused(folder, named).map(|problem| folder.at(named.0, &named.1, problem)));
        }
    }
    found.extend(empty_areas(folder));
    found.extend(unused_mappings(folder));
    found
}

fn unused(folder: &Folder<'_>, named: &Named) -> Option<Problem> {
    let id = named.1.as_str();
    match named.0 {
        Thing::Area if !is_inside_used_areas(folder, id) => Some(
            Problem::warning("unused", format!("the area `{id}` is in no place"))
                .help("name it in the `areas` of a place; until then nobody is in a place for living there"),
        ),
        Thing::Group => Some(
            Problem::note("unused", format!("no place, need or other group uses the group `{id}`"))
                .help("it is counted all the same; delete the file if it is not wanted"),
        ),
        Thing::Codelist => Some(
            Problem::note("unused", format!("nobody uses the codelist `{id}`"))
                .help("name it in a group's `code` or a need's `codes`, or delete the file"),
        ),
        Thing::Tariff => Some(
            Problem::note("unused", format!("no clause goes by the tariff `{id}`"))
                .help("name it as the `tariff` of a clause's `activity`, or delete the file"),
        ),
        Thing::Organisation if !is_part(folder, id) => Some(
            Problem::warning(
                "unused",
                format!("the organisation `{id}` has no service, no site and no part in a place"),
            )
            .help("give it a service, name it in the `organisations` of a place, or take it out"),
        ),
        _ => None,
    }
}

/// Whether every code of an area belongs to some area that is used.
fn is_inside_used_areas(folder: &Folder<'_>, id: &str) -> bool {
    let areas = &folder.definitions.areas;
    let used = |area: &&Area| !folder.mentions(&(Thing::Area, area.id.as_str().to_owned())).is_empty();
    let covered: BTreeSet<&AreaCode> = areas.iter().filter(used).flat_map(|area| &area.codes).collect();
    let mut own = areas.iter().filter(|area| area.id.as_str() == id && !area.codes.is_empty());
    own.any(|area| area.codes.iter().all(|code| covered.contains(code)))
}

fn is_part(folder: &Folder<'_>, id: &str) -> bool {
    let mut organisations = folder.definitions.organisations.iter();
    organisations.any(|organisation| organisation.id.as_str() == id && organisation.part_of.is_some())
}

fn empty_areas(folder: &Folder<'_>) -> Vec<Problem> {
    let empty = folder.definitions.areas.iter().filter(|area| area.codes.is_empty() && area.rings.is_empty());
    empty
        .map(|area| {
            let message = format!("nobody can live in the area `{}`: it has no codes and no polygon", area.id);
            let help = "give it small areas, towns or postcodes, or a polygon in `areas.geojson`";
            folder.at(Thing::Area, area.id.as_str(), Problem::warning("nobody", message).help(help))
        })
        .collect()
}

/// Mappings to a kind of service or a profession that the folder never speaks of.
fn unused_mappings(folder: &Folder<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    for mapping in &folder.definitions.mappings {
        let thing = match mapping.meaning {
            Meaning::Service => Thing::Kind,
            Meaning::Profession => Thing::Profession,
            Meaning::Contact => continue,
        };
        let word: Named = (thing, mapping.to.as_ref().to_owned());
        if folder.index.defined.contains_key(&word) || !folder.mentions(&word).is_empty() {
            continue;
        }
        let near = did_you_mean(nearest(&mapping.to, folder.index.ids(thing)));
        let message =
            format!("a code is mapped to the {} `{}`, of which nothing else speaks{near}", thing.word(), mapping.to);
        let problem = Problem::warning("unused", message).help("correct the word, or take the line out");
        found.push(folder.at(Thing::Mapping, &mapping_key(mapping), problem));
    }
    found
}
