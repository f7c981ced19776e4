//! Several folders put together.

use std::collections::BTreeMap;

use stead_rules::{Code, Mapping, Meaning};

use crate::Reading;
use crate::index::{Named, Spot};
use crate::problem::Problem;
use crate::read::FolderReading;
use crate::thing::Thing;

/// Puts folders together, in order. Of things that two folders define differently, the first stays.
pub(crate) fn merge(folders: Vec<FolderReading>) -> Reading {
    let mut merged = Merge::default();
    for folder in folders {
        merged.add(folder);
    }
    merged.reading
}

#[derive(Default)]
struct Merge {
    reading: Reading,
    spots: BTreeMap<Named, Spot>,
}

impl Merge {
    fn add(&mut self, folder: FolderReading) {
        self.reading.problems.extend(folder.index.problems);
        let new = folder.definitions;
        let old = &mut self.reading.definitions;
        let problems = &mut self.reading.problems;
        let mut join = Join { old: &self.spots, new: &folder.index.defined, problems };
        join.all(Thing::Place, &mut old.places, new.places, |place| place.id.as_str());
        join.all(Thing::Area, &mut old.areas, new.areas, |area| area.id.as_str());
        join.all(Thing::SmallArea, &mut old.small_areas, new.small_areas, |area| area.code.as_ref());
        join.all(Thing::Group, &mut old.groups, new.groups, |group| group.id.as_str());
        join.all(Thing::Need, &mut old.needs, new.needs, |need| need.id.as_str());
        join.all(Thing::Organisation, &mut old.organisations, new.organisations, |organisation| {
            organisation.id.as_str()
        });
        join.all(Thing::Site, &mut old.sites, new.sites, |site| site.id.as_str());
        join.all(Thing::Service, &mut old.services, new.services, |service| service.id.as_str());
        join.all(Thing::Codelist, &mut old.codelists, new.codelists, |list| list.id.as_str());
        join.all(Thing::Category, &mut old.categories, new.categories, |category| category.id.as_str());
        join.all(Thing::Agreement, &mut old.agreements, new.agreements, |agreement| agreement.id.as_str());
        join.all(Thing::Tariff, &mut old.tariffs, new.tariffs, |tariff| tariff.id.as_str());
        join.mappings(&mut old.mappings, new.mappings);
        for (named, spot) in folder.index.defined {
            self.spots.entry(named).or_insert(spot);
        }
    }
}

struct Join<'a> {
    old: &'a BTreeMap<Named, Spot>,
    new: &'a BTreeMap<Named, Spot>,
    problems: &'a mut Vec<Problem>,
}

impl Join<'_> {
    fn all<T: PartialEq>(&mut self, thing: Thing, old: &mut Vec<T>, new: Vec<T>, id: impl Fn(&T) -> &str) {
        let known: BTreeMap<String, usize> =
            old.iter().enumerate().map(|(at, value)| (id(value).to_owned(), at)).collect();
        for value in new {
            match known.get(id(&value)).and_then(|at| old.get(*at)) {
                None => old.push(value),
                Some(first) if thing == Thing::Place || *first != value => self.clash(thing, id(&value)),
                Some(_) => {}
            }
        }
    }

    fn clash(&mut self, thing: Thing, id: &str) {
        let named = (thing, id.to_owned());
        let (Some(first), Some(second)) = (self.old.get(&named), self.new.get(&named)) else { return };
        let (message, help) = if thing == Thing::Place {
            (format!("the place `{id}` is in two folders"), "rename one of the two, or give one folder only")
        } else {
            (
                format!("two folders define the {} `{id}` differently", thing.word()),
                "make them alike, or give one an id of its own",
            )
        };
        let problem = Problem::error("clash", message).help(format!("the other is at {}; {help}", first.words()));
        self.problems.push(second.place(problem));
    }

    fn mappings(&mut self, old: &mut Vec<Mapping>, new: Vec<Mapping>) {
        let known: BTreeMap<(Meaning, Code), Mapping> =
            old.iter().map(|mapping| ((mapping.meaning, mapping.code.clone()), mapping.clone())).collect();
        for mapping in new {
            match known.get(&(mapping.meaning, mapping.code.clone())) {
                None => old.push(mapping),
                Some(first) if first.to == mapping.to => {}
                Some(first) => {
                    let (code, meaning) = (&mapping.code.code, mapping.meaning.word());
                    let (one, other) = (&first.to, &mapping.to);
                    let message =
                        format!("two folders map the {meaning} code `{code}` differently: to `{one}` and to `{other}`");
                    let problem =
                        Problem::error("clash", message).help("make them alike: records are read once for all folders");
                    let named = (Thing::Mapping, mapping_key(&mapping));
                    self.problems.push(match self.new.get(&named) {
                        Some(spot) => spot.place(problem),
                        None => problem,
                    });
                }
            }
        }
    }
}

/// By what a mapping is known: what sort of code, and which.
pub(crate) fn mapping_key(mapping: &Mapping) -> String {
    format!("{} {}", mapping.meaning.word(), mapping.code)
}
