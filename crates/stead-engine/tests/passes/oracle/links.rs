//! Links counted by place and group, from the rows of `membership` and `sharing` as they stand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stead_rules::Day;

use super::row;
use super::standing::{EVERYONE, days};
use crate::runs::Answer;

/// The rows of `sharing_summary` if no number is kept back or rounded, in no order.
pub fn sharing_summary(memberships: &[Answer], links: &[Answer], on: Day) -> Vec<Answer> {
    let text = |row: &Answer, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let mut members: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for stay in memberships {
        let (from, to) = days(stay);
        if from <= on && on < to {
            for group in [text(stay, "group"), EVERYONE.to_owned()] {
                members.entry((text(stay, "place"), group)).or_default().insert(text(stay, "citizen"));
            }
        }
    }
    let mut rows = Vec::new();
    for ((place, group), citizens) in members {
        let theirs: Vec<&Answer> = links.iter().filter(|link| citizens.contains(&text(link, "citizen"))).collect();
        let mut of: BTreeMap<String, (Value, Vec<&Answer>)> = BTreeMap::new();
        for link in theirs {
            for what in counts_as(link) {
                of.entry(what.to_string()).or_insert_with(|| (what, Vec::new())).1.push(link);
            }
        }
        for (what, links) in of.into_values() {
            let citizens: BTreeSet<String> = links.iter().map(|link| text(link, "citizen")).collect();
            rows.push(row(json!({
                "place": place, "group": group, "measure": what[0], "what": what[1], "from": what[2], "to": what[3],
                "category": what[4], "citizens": citizens.len(), "links": links.len(),
            })));
        }
    }
    rows
}

/// Measure, by what, from whom, to whom, which category.
fn counts_as(link: &Answer) -> Vec<Value> {
    let mut counts = vec![json!(["all", null, null, null, null])];
    if link["open"] == true {
        counts.push(json!(["open", null, null, null, null]));
        return counts;
    }
    counts.push(json!(["blocked", null, null, null, null]));
    counts.push(json!(["blocked-by", link["why"], null, null, null]));
    match link["why"].as_str().unwrap() {
        "objection" | "opt-out" | "permission" => {}
        "not-in-force" => {
            let agreement = link["clause"].as_str().unwrap().split(' ').next();
            counts.push(json!(["signatures", agreement, null, null, null]));
        }
        _ => counts.push(json!(["one-clause", null, link["from"], link["to"], link["category"]])),
    }
    counts
}
