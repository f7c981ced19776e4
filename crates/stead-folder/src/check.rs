//! What is well written and yet cannot be meant: needs that nobody can meet, groups that nobody can be in, things that nobody uses.
//!
//! Warnings say what happens if they are ignored. What looks for something that is missing waits until the errors are mended: what is
//! broken off would only be missed again from everywhere else.

mod contracts;
mod needs;
mod nobody;
mod points;
mod typos;
mod units;
mod unused;

use std::collections::BTreeMap;

use stead_rules::{Definitions, OpenTo, Organisation};

use crate::index::{Index, Mention, Named};
use crate::problem::Problem;
use crate::thing::Thing;

/// Checks the meaning of a folder whose files have been read.
pub(crate) fn check(index: &mut Index, definitions: &Definitions) {
    if index.partly_read {
        return;
    }
    let found = {
        let whole = index.errors() == 0;
        let folder = Folder { index, definitions, mentioned: index.mentioned() };
        let mut found = nobody::problems(&folder);
        found.extend(points::problems(&folder));
        found.extend(units::problems(&folder));
        if whole {
            found.extend(unused::problems(&folder));
            found.extend(needs::problems(&folder));
            found.extend(typos::problems(&folder));
            found.extend(contracts::problems(&folder));
            found.extend(registered_problems(&folder));
        }
        found
    };
    for problem in found {
        index.report(problem);
    }
}

/// A folder that has been read, as the checks ask about it.
struct Folder<'a> {
    index: &'a Index,
    definitions: &'a Definitions,
    mentioned: BTreeMap<&'a Named, Vec<&'a Mention>>,
}

impl<'a> Folder<'a> {
    /// Where a thing is mentioned.
    fn mentions(&self, named: &Named) -> &[&'a Mention] {
        self.mentioned.get(named).map_or(&[], Vec::as_slice)
    }

    /// A problem, where a thing is defined.
    fn at(&self, thing: Thing, id: &str, problem: Problem) -> Problem {
        match self.index.defined.get(&(thing, id.to_owned())) {
            Some(spot) => spot.place(problem),
            None => problem,
        }
    }

    /// A problem, where one thing first mentions another; else where the first is defined.
    fn where_mentioned(&self, by: (Thing, &str), of: (Thing, &str), problem: Problem) -> Problem {
        let named = (of.0, of.1.to_owned());
        match self.mentions(&named).iter().find(|mention| mention.by.0 == by.0 && mention.by.1 == by.1) {
            Some(mention) => mention.spot.place(problem),
            None => self.at(by.0, by.1, problem),
        }
    }
}

/// Services for those registered with an organisation that no record can name.
fn registered_problems(folder: &Folder<'_>) -> Vec<Problem> {
    let organisations: BTreeMap<&str, &Organisation> =
        folder.definitions.organisations.iter().map(|organisation| (organisation.id.as_str(), organisation)).collect();
    let parent = |organisation: &Organisation| {
        organisation.part_of.as_ref().and_then(|parent| organisations.get(parent.as_str()).copied())
    };
    let can_register = |id: &str| {
        let above = std::iter::successors(organisations.get(id).copied(), |organisation| parent(organisation));
        let mut parts = organisations.values().filter(|part| part.part_of.as_ref().is_some_and(|of| of.as_str() == id));
        above.take(organisations.len()).any(|organisation| !organisation.codes.is_empty())
            || parts.any(|part| !part.codes.is_empty())
    };
    let services = folder.definitions.services.iter().filter(|service| service.open_to == OpenTo::Registered);
    services
        .filter(|service| !can_register(service.organisation.as_str()))
        .map(|service| {
            let (id, organisation) = (&service.id, &service.organisation);
            let message = format!("`{id}` is open to those registered with `{organisation}`, but nobody can be");
            let help =
                format!("give `{organisation}` the `codes` by which records name it, or open the service to anyone");
            folder.at(Thing::Service, id.as_str(), Problem::warning("nobody-registered", message).help(help))
        })
        .collect()
}
