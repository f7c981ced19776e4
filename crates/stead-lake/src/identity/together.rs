//! Which of the records that numbers lead together are one person, without a guess.
//!
//! The likest come first: records that are the same in all, then those that differ in nothing, then those that differ in
//! one thing. At each step, whoever fits two groups that cannot be one person joins neither, and stays out; a chain whose
//! ends cannot be one person is not closed. So nobody is put together with a record that disagrees, and the answer follows
//! from what the records say: neither their order nor their names matter.

use std::collections::BTreeSet;

use super::agree::{Likeness, disagree, likeness};
use super::forest::Forest;
use super::head::Head;

/// Records that say the same: one stands for all of them.
pub(super) struct Node<'h> {
    pub(super) head: &'h Head,
    /// The numbers that may link it, in ascending order.
    pub(super) numbers: Vec<&'h str>,
    /// Nodes of one unit are one citizen already, by somebody's decision.
    pub(super) unit: u32,
}

/// What was found; nodes are indices.
#[derive(Default)]
pub(super) struct Together<'h> {
    /// Pairs of nodes that a number links.
    pub(super) links: Vec<(usize, usize, &'h str)>,
    /// Nodes whose numbers lead to different people, and those they lead to.
    pub(super) torn: Vec<(usize, Vec<usize>)>,
}

/// Nodes that are one citizen so far.
#[derive(Default)]
struct Group<'h> {
    nodes: Vec<usize>,
    numbers: BTreeSet<&'h str>,
    /// Whether it fitted several others, so that it stays as it is.
    unclear: bool,
}

/// Puts together which nodes are one person.
pub(super) fn together<'h>(nodes: &[Node<'h>]) -> Together<'h> {
    let mut units = std::collections::BTreeMap::<u32, Group<'h>>::new();
    for (number, node) in nodes.iter().enumerate() {
        let group = units.entry(node.unit).or_default();
        group.nodes.push(number);
        group.numbers.extend(&node.numbers);
    }
    let mut found = Together { links: Vec::new(), torn: torn(nodes, &units) };
    let out: BTreeSet<usize> = found.torn.iter().map(|(node, _)| *node).collect();
    let mut groups: Vec<Group<'h>> = units.into_values().collect();
    for level in Likeness::ALL {
        groups = step(nodes, groups, level, &out, &mut found.links);
    }
    found
}

/// The nodes that agree with two others which have no number in common: two people, as far as numbers tell.
fn torn<'h>(nodes: &[Node<'h>], units: &std::collections::BTreeMap<u32, Group<'h>>) -> Vec<(usize, Vec<usize>)> {
    let mut torn = Vec::new();
    for (number, node) in nodes.iter().enumerate().filter(|(_, node)| node.numbers.len() > 1) {
        let reached: Vec<(usize, &Group<'h>)> = nodes
            .iter()
            .enumerate()
            .filter(|(_, other)| other.unit != node.unit && common(node, other).is_some())
            .filter(|(_, other)| likeness(node.head, other.head).is_some())
            .filter_map(|(other, reached)| Some((other, units.get(&reached.unit)?)))
            .collect();
        let have_one_in_common =
            node.numbers.iter().any(|number| reached.iter().all(|(_, group)| group.numbers.contains(number)));
        if have_one_in_common {
            continue;
        }
        if reached.iter().any(|(_, one)| reached.iter().any(|(_, other)| one.numbers.is_disjoint(&other.numbers))) {
            torn.push((number, reached.into_iter().map(|(other, _)| other).collect()));
        }
    }
    torn
}

/// One step: joins groups with records that are at least so much alike.
fn step<'h>(
    nodes: &[Node<'h>],
    mut groups: Vec<Group<'h>>,
    level: Likeness,
    out: &BTreeSet<usize>,
    links: &mut Vec<(usize, usize, &'h str)>,
) -> Vec<Group<'h>> {
    let (mut apart, mut near) = (BTreeSet::new(), vec![Vec::new(); groups.len()]);
    let mut edges = Vec::new();
    for (first, one) in groups.iter().enumerate() {
        for (second, other) in groups.iter().enumerate().skip(first + 1) {
            if are_two_people(nodes, one, other) {
                apart.insert((first, second));
            } else if let Some(link) = link(nodes, one, other, level, out) {
                edges.push((first, second, link));
                for (from, to) in [(first, second), (second, first)] {
                    near.get_mut(from).into_iter().for_each(|near: &mut Vec<usize>| near.push(to));
                }
            }
        }
    }
    let any_apart = |members: &[usize]| {
        let pairs = members.iter().enumerate().filter(|_| !apart.is_empty());
        pairs.flat_map(|(at, one)| members.iter().skip(at + 1).map(move |other| (*one, *other))).any(|pair| {
            let (one, other) = pair;
            apart.contains(&(one.min(other), one.max(other)))
        })
    };
    for (group, near) in groups.iter_mut().zip(&near) {
        group.unclear |= any_apart(near);
    }
    let clear = |group: usize| groups.get(group).is_some_and(|group| !group.unclear);
    edges.retain(|&(one, other, _)| clear(one) && clear(other));
    let mut forest = Forest::of(groups.len());
    for &(one, other, _) in &edges {
        forest.join(one as u32, other as u32);
    }
    for set in forest.sets() {
        let members: Vec<usize> = set.iter().map(|&group| group as usize).collect();
        if any_apart(&members) {
            continue;
        }
        let of_set = edges.iter().filter(|(one, _, _)| members.contains(one));
        links.extend(of_set.map(|(_, _, link)| *link));
        let mut whole = Group::default();
        for &member in &members {
            let part = groups.get_mut(member).map(std::mem::take).unwrap_or_default();
            whole.nodes.extend(part.nodes);
            whole.numbers.extend(part.numbers);
        }
        groups.push(whole);
    }
    groups.retain(|group| !group.nodes.is_empty());
    groups
}

/// Whether two groups cannot be one person: records of theirs disagree, or they have numbers, but none in common.
fn are_two_people(nodes: &[Node<'_>], one: &Group<'_>, other: &Group<'_>) -> bool {
    let numbered = !one.numbers.is_empty() && !other.numbers.is_empty();
    numbered && one.numbers.is_disjoint(&other.numbers)
        || pairs(nodes, one, other).any(|(_, one, _, other)| disagree(one.head, other.head))
}

/// What links two groups, if anything does.
fn link<'h>(
    nodes: &[Node<'h>],
    one: &Group<'_>,
    other: &Group<'_>,
    level: Likeness,
    out: &BTreeSet<usize>,
) -> Option<(usize, usize, &'h str)> {
    let mut pairs =
        pairs(nodes, one, other).filter(|(first, _, second, _)| !out.contains(first) && !out.contains(second));
    pairs.find_map(|(first, one, second, other)| {
        likeness(one.head, other.head).filter(|found| *found <= level)?;
        Some((first, second, common(one, other)?))
    })
}

fn pairs<'n, 'h>(
    nodes: &'n [Node<'h>],
    one: &'n Group<'_>,
    other: &'n Group<'_>,
) -> impl Iterator<Item = (usize, &'n Node<'h>, usize, &'n Node<'h>)> {
    one.nodes.iter().flat_map(move |&first| {
        other.nodes.iter().filter_map(move |&second| Some((first, nodes.get(first)?, second, nodes.get(second)?)))
    })
}

/// The first number that two nodes both have.
fn common<'h>(one: &Node<'h>, other: &Node<'h>) -> Option<&'h str> {
    one.numbers.iter().copied().find(|number| other.numbers.contains(number))
}
