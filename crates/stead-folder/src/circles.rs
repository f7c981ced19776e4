//! Groups that refer to each other in a circle: nobody could say who belongs.

use std::collections::{BTreeMap, BTreeSet};

use crate::index::Index;
use crate::problem::Problem;
use crate::thing::Thing;

/// A group's references to others: the other group, and which mention it is.
type References<'a> = BTreeMap<&'a str, Vec<(&'a str, usize)>>;

/// Reports each circle once, at the reference that closes it, and breaks its groups off.
pub(crate) fn report(index: &mut Index) {
    for (names, closing) in circles(&references(index)) {
        let Some(spot) = index.mentions.get(closing).map(|mention| mention.spot.clone()) else { continue };
        let circle: Vec<String> = names.iter().chain(names.first()).map(|name| format!("`{name}`")).collect();
        let message = format!("groups refer to each other in a circle: {}", circle.join(" → "));
        let help = "take one of the references out: say by criteria who belongs to one of the groups";
        index.report(spot.place(Problem::error("circle", message).label("this closes the circle").help(help)));
        for name in names {
            index.break_off(&(Thing::Group, name));
        }
    }
}

fn references(index: &Index) -> References<'_> {
    let mut references = References::new();
    for (at, mention) in index.mentions.iter().enumerate() {
        if mention.by.0 == Thing::Group && mention.of.0 == Thing::Group {
            references.entry(mention.by.1.as_str()).or_default().push((mention.of.1.as_str(), at));
        }
    }
    references
}

/// Walks depth first, without recursion, so that a chain of thousands of groups is no danger.
fn circles(references: &References<'_>) -> Vec<(Vec<String>, usize)> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for start in references.keys() {
        if done.contains(start) {
            continue;
        }
        let mut path: Vec<(&str, usize)> = vec![(*start, 0)];
        while let Some((group, next)) = path.last_mut() {
            let reference = references.get(group).and_then(|all| all.get(*next)).copied();
            *next += 1;
            match reference {
                None => {
                    done.insert(*group);
                    path.pop();
                }
                Some((to, at)) => match path.iter().position(|(known, _)| *known == to) {
                    Some(first) => {
                        found.push((path.iter().skip(first).map(|(name, _)| (*name).to_owned()).collect(), at));
                    }
                    None if done.contains(to) => {}
                    None => path.push((to, 0)),
                },
            }
        }
    }
    found
}
