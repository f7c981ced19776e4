//! Reading a folder: every file held against its description, every id looked up, everything wrong told.

mod agreement;
mod attribution;
mod clause;
mod codelist;
mod evidence;
mod geojson;
mod group;
mod impossible;
mod need;
mod payment;
mod place;
mod tables;
mod tariff;

use std::sync::Arc;

use stead_rules::{Category, Definitions};

use crate::files::{FileKind, kind_of};
use crate::folder::Folder;
use crate::index::{Index, Spot};
use crate::problem::{Problem, SourceFile};
use crate::thing::{Thing, is_id};

/// What one folder says: what is right of it, and what is where.
pub(crate) struct FolderReading {
    pub(crate) definitions: Definitions,
    pub(crate) index: Index,
}

/// Reads one folder, as far as it can be read.
pub(crate) fn read_folder(folder: &Folder) -> FolderReading {
    let mut index = Index::default();
    for problem in folder.problems() {
        index.report(problem.clone());
        index.partly_read |= problem.code != "not-utf-8";
    }
    for path in folder.unread() {
        unread(&mut index, folder, path);
    }
    let mut definitions = Definitions::default();
    for (path, file) in folder.files() {
        read_file(&mut index, &mut definitions, folder, path, file);
    }
    built_in_categories(&mut index, folder);
    place_is_there(&mut index, folder);
    crate::circles::report(&mut index);
    index.resolve();
    keep_whole(&index, &mut definitions);
    crate::check::check(&mut index, &definitions);
    index.problems.sort_by(|a, b| position(a).cmp(&position(b)));
    FolderReading { definitions, index }
}

fn position(problem: &Problem) -> (&str, usize) {
    (problem.file.path(), problem.span.as_ref().map_or(0, |span| span.start))
}

fn read_file(index: &mut Index, definitions: &mut Definitions, folder: &Folder, path: &str, file: &Arc<SourceFile>) {
    match kind_of(path) {
        FileKind::Place(id) => {
            let id = if path == "place.toml" { folder.name() } else { id };
            if let Some(by) = own_file(index, Thing::Place, id, file) {
                definitions.places.extend(place::read(index, file, &by));
            }
        }
        FileKind::Group(id) => {
            if let Some(by) = own_file(index, Thing::Group, id, file) {
                definitions.groups.extend(group::read(index, file, &by));
            }
        }
        FileKind::Need(id) => {
            if let Some(by) = own_file(index, Thing::Need, id, file) {
                definitions.needs.extend(need::read(index, file, &by));
            }
        }
        FileKind::Codelist(id) => {
            if let Some(by) = own_file(index, Thing::Codelist, id, file) {
                definitions.codelists.push(codelist::read(index, file, &by));
            }
        }
        FileKind::Areas => {
            definitions.areas = tables::areas(index, file);
            if let Some(shapes) = folder.file("areas.geojson") {
                geojson::read(index, shapes, &mut definitions.areas);
            }
        }
        FileKind::Shapes => {
            if folder.file("areas.csv").is_none() {
                geojson::read(index, file, &mut definitions.areas);
            }
        }
        FileKind::SmallAreas => definitions.small_areas = tables::small_areas(index, file),
        FileKind::Organisations => definitions.organisations = tables::organisations(index, file),
        FileKind::Sites => definitions.sites = tables::sites(index, file),
        FileKind::Services => definitions.services = tables::services(index, file),
        FileKind::Mappings => definitions.mappings = tables::mappings(index, file),
        FileKind::Agreement(id) => {
            if let Some(by) = own_file(index, Thing::Agreement, id, file) {
                definitions.agreements.extend(agreement::read(index, file, &by));
            }
        }
        FileKind::Tariff(id) => {
            if let Some(by) = own_file(index, Thing::Tariff, id, file) {
                definitions.tariffs.push(tariff::read(index, file, &by));
            }
        }
        FileKind::Categories => definitions.categories = tables::categories(index, file),
        FileKind::Silent => {}
        FileKind::Later => {
            let problem = Problem::note("not-read-yet", format!("`{path}` is not read yet"));
            index.report(problem.within(file).help("it is left as it is"));
        }
        FileKind::Stray(help) => {
            let problem =
                Problem::warning("stray-file", format!("`{path}` is not part of a place folder, and is not read"));
            index.report(problem.within(file).help(help));
        }
    }
}

/// Notes what a file would define that nobody can read, so that it is not called unknown.
fn unread(index: &mut Index, folder: &Folder, path: &str) {
    let kind = kind_of(path);
    index.partly_read |= !matches!(kind, FileKind::Silent | FileKind::Later | FileKind::Stray(_));
    let (thing, id) = match kind {
        FileKind::Group(id) => (Thing::Group, id),
        FileKind::Need(id) => (Thing::Need, id),
        FileKind::Codelist(id) => (Thing::Codelist, id),
        FileKind::Tariff(id) => (Thing::Tariff, id),
        FileKind::Agreement(id) => {
            index.incomplete(Thing::Clause);
            (Thing::Agreement, id)
        }
        FileKind::Categories => return index.incomplete(Thing::Category),
        FileKind::Areas => return index.incomplete(Thing::Area),
        FileKind::SmallAreas => return index.incomplete(Thing::SmallArea),
        FileKind::Organisations => return index.incomplete(Thing::Organisation),
        FileKind::Sites => return index.incomplete(Thing::Site),
        FileKind::Services => return index.incomplete(Thing::Service),
        FileKind::Stray(_) => return unread_folder(index, path),
        FileKind::Place(_) | FileKind::Shapes | FileKind::Mappings | FileKind::Silent | FileKind::Later => return,
    };
    let spot = Spot::file(&folder.missing(path));
    if index.define(thing, id, &spot) {
        index.break_off(&(thing, id.to_owned()));
    }
}

/// Notes what a folder (or a link to one) would define that nobody can read.
fn unread_folder(index: &mut Index, path: &str) {
    let things = match path.trim_end_matches('/') {
        "" => &[
            Thing::Area,
            Thing::Group,
            Thing::Organisation,
            Thing::Site,
            Thing::Service,
            Thing::Codelist,
            Thing::Tariff,
        ][..],
        "groups" => &[Thing::Group],
        "codelists" => &[Thing::Codelist],
        "tariffs" => &[Thing::Tariff],
        "agreements" => &[Thing::Agreement, Thing::Clause],
        _ => &[],
    };
    things.iter().for_each(|thing| index.incomplete(*thing));
}

/// Defines a thing that has a file of its own.
fn own_file(index: &mut Index, thing: Thing, id: &str, file: &Arc<SourceFile>) -> Option<(Thing, String)> {
    let spot = Spot::file(file);
    if thing == Thing::Place && !is_id(id) {
        let meant = crate::thing::id_of(id);
        let problem = Problem::error("bad-id", format!("the folder's name `{id}` cannot be the id of its place"));
        index
            .report(spot.place(problem.help(format!("call the folder `{meant}`: lower-case words joined by hyphens"))));
        return None;
    }
    index.define(thing, id, &spot).then(|| (thing, id.to_owned()))
}

/// The categories of record that every place has, unless the folder describes one of them itself.
fn built_in_categories(index: &mut Index, folder: &Folder) {
    let spot = Spot::file(&folder.missing("categories.csv"));
    for category in Category::built_in() {
        index.define_word(Thing::Category, category.id.as_str(), &spot);
    }
}

fn place_is_there(index: &mut Index, folder: &Folder) {
    let paths = folder.files().map(|(path, _)| path).chain(folder.unread().iter().map(String::as_str));
    let has_place = paths.map(kind_of).any(|kind| matches!(kind, FileKind::Place(_)));
    if !has_place && !folder.problems().iter().any(|problem| problem.code == "no-folder") {
        let problem = Problem::error("no-place", "the folder has no `place.toml`");
        let file = folder.missing("");
        // Whatever lies in a folder that is no place is not worth telling file by file.
        index.problems.retain(|problem| problem.code != "stray-file");
        index.report(problem.within(&file).help("is this a place folder? `stead new DIR` starts one"));
    }
}

/// Leaves out whatever is broken, so that every id that is mentioned in what is given back exists.
fn keep_whole(index: &Index, definitions: &mut Definitions) {
    let whole = |thing: Thing, id: &str| !index.broken.contains(&(thing, id.to_owned()));
    definitions.places.retain(|place| whole(Thing::Place, place.id.as_str()));
    definitions.areas.retain(|area| whole(Thing::Area, area.id.as_str()));
    definitions.groups.retain(|group| whole(Thing::Group, group.id.as_str()));
    definitions.needs.retain(|need| whole(Thing::Need, need.id.as_str()));
    definitions.organisations.retain(|organisation| whole(Thing::Organisation, organisation.id.as_str()));
    definitions.sites.retain(|site| whole(Thing::Site, site.id.as_str()));
    definitions.services.retain(|service| whole(Thing::Service, service.id.as_str()));
    definitions.categories.retain(|category| whole(Thing::Category, category.id.as_str()));
    definitions.agreements.retain(|agreement| whole(Thing::Agreement, agreement.id.as_str()));
    definitions.tariffs.retain(|tariff| whole(Thing::Tariff, tariff.id.as_str()));
    definitions.codelists.retain(|list| whole(Thing::Codelist, list.id.as_str()));
}
