//! What adds up over everybody: codes without a word, and the summary's exact numbers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stead_rules::mapping::Meaning;
use stead_rules::unit::convert;
use stead_rules::{Criterion, Day, Expression};

use super::row;
use super::standing::days;
use super::story::{Town, codes, is_sound};
use crate::runs::Answer;

/// The rows of `unmapped`.
pub fn unmapped(town: &Town<'_>) -> Vec<Answer> {
    let mut found: BTreeMap<(&str, String), (Option<String>, u64)> = BTreeMap::new();
    for contact in town.lake.rows("contact").into_iter().filter(|row| is_sound("contact", row)) {
        let code = |system: &str, code: &str| {
            let code = contact.text(code)?;
            Some(contact.text(system).map_or_else(|| code.to_owned(), |system| format!("{system}|{code}")))
        };
        let mut count = |meaning: &'static str, code: Option<String>, term: Option<&str>| {
            let Some(code) = code else { return };
            let entry = found.entry((meaning, code)).or_insert((None, 0));
            let lesser = [entry.0.take(), term.map(str::to_owned)].into_iter().flatten().min();
            *entry = (lesser, entry.1 + 1);
        };
        let kind = town.kind(contact);
        let coded = codes(contact).iter().any(|(system, code)| town.word(Meaning::Service, system, code).is_some());
        if town.contact_kind(contact).is_none() && !coded {
            count("contact", code("system", "code"), contact.text("term"));
        }
        if kind.is_none() && town.contact_kind(contact).is_none() {
            count("service", code("system", "code"), contact.text("term"));
        }
        if town.profession(contact, kind.as_deref()).is_none() {
            count("profession", code("profession_system", "profession_code"), None);
        }
        let key = contact.text("organisation").filter(|key| town.organisation(key).starts_with('?'));
        count("organisation", key.map(str::to_owned), None);
    }
    let compared = comparisons(town);
    for value in town.lake.rows("observation").into_iter().filter(|row| is_sound("observation", row)) {
        let unit = value.text("unit").unwrap_or("");
        let lists = town.lists(&codes(value));
        let can_read = |units: &BTreeSet<&str>| units.iter().any(|known| convert(1.0, unit, known).is_some());
        let unread = compared.iter().find(|(list, units)| lists.contains(list) && !can_read(units));
        if let (Some((list, _)), Some(_)) = (unread, value.number("value")) {
            let entry = found.entry(("unit", format!("{list}|{unit}"))).or_insert((None, 0));
            let terms = [entry.0.take(), value.text("term").map(str::to_owned)];
            *entry = (terms.into_iter().flatten().min(), entry.1 + 1);
        }
    }
    found
        .into_iter()
        .map(|((meaning, code), (term, records))| {
            row(json!({ "meaning": meaning, "code": code, "term": term, "records": records }))
        })
        .collect()
}

/// The lists whose values some criterion compares, with the units of the comparisons.
fn comparisons<'a>(town: &Town<'a>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut waiting: Vec<&Expression> = town.definitions.groups.iter().map(|group| &group.members).collect();
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    while let Some(part) = waiting.pop() {
        match part {
            Expression::All(parts) | Expression::Any(parts) | Expression::AtLeast(_, parts) => waiting.extend(parts),
            Expression::Not(part) => waiting.push(part),
            Expression::Is(Criterion::Code { list, value: Some(value), .. }) => {
                found.entry(list.as_str()).or_default().insert(&value.unit);
            }
            Expression::Is(_) => {}
        }
    }
    found
}

/// Counts by place, group, cut, part, measure and need, and the numbers of which means are made.
#[derive(Default)]
pub struct Totals {
    pub counts: BTreeMap<[String; 6], u64>,
    pub values: BTreeMap<[String; 6], Vec<f64>>,
}

/// The summary's numbers, from the rows of the other answers, which other oracles have checked.
pub fn totals(memberships: &[Answer], persons: &[Answer], needs: &[Answer], scatter: &[Answer], on: Day) -> Totals {
    let mut totals = Totals::default();
    let text = |value: &Value| match value {
        Value::Null => "unknown".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    for person in persons {
        let theirs = |row: &&Answer| row["citizen"] == person["citizen"];
        let mut groups: Vec<(String, String)> = Vec::new();
        for membership in memberships.iter().filter(theirs) {
            let (from, to) = days(membership);
            if from <= on && on < to {
                let place = text(&membership["place"]);
                groups.push((place.clone(), text(&membership["group"])));
                groups.push((place, "everyone".to_owned()));
            }
        }
        groups.sort();
        groups.dedup();
        let mut parts = vec![("all", "all".to_owned())];
        parts.extend(person["area"].as_array().unwrap().iter().map(|area| ("area", text(area))));
        parts.push(("deprivation-fifth", text(&person["deprivation_fifth"])));
        parts.push(("age-band", text(&person["age_band"])));
        parts.push(("sex", text(&person["sex"])));
        for ((place, group), (cut, part)) in groups.iter().flat_map(|group| parts.iter().map(move |part| (group, part)))
        {
            let key = |measure: &str, need: &str| {
                [place.as_str(), group.as_str(), cut, part.as_str(), measure, need].map(str::to_owned)
            };
            *totals.counts.entry(key("members", "")).or_default() += 1;
            for need in needs.iter().filter(theirs) {
                *totals.counts.entry(key(&text(&need["status"]), &text(&need["need"]))).or_default() += 1;
            }
            for row in scatter.iter().filter(theirs) {
                let organisations = row["organisations"].as_f64().unwrap();
                totals.values.entry(key("mean-organisations", "")).or_default().push(organisations);
                if let Some(fragmentation) = row["fragmentation"].as_f64() {
                    totals.values.entry(key("mean-fragmentation", "")).or_default().push(fragmentation);
                }
            }
        }
    }
    totals
}

/// The place of a row of the summary among [`Totals`].
pub fn key(row: &Answer) -> [String; 6] {
    ["place", "group", "by", "part", "measure", "need"].map(|column| row[column].as_str().unwrap_or("").to_owned())
}
