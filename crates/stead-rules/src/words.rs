//! Criteria in words: what a citizen reads when asking why.

use crate::criterion::{Comparison, Criterion, When};
use crate::definitions::Definitions;

/// A criterion in words, with the names that the folder gives things: "lives in Harbour", "is 18 or over".
pub fn criterion_words(criterion: &Criterion, definitions: &Definitions) -> String {
    match criterion {
        Criterion::LivesIn { areas } => {
            let names = areas.iter().map(|id| {
                let found = definitions.areas.iter().find(|area| area.id == *id);
                found.map_or_else(|| id.to_string(), |area| area.name.to_string())
            });
            format!("lives in {}", one_of(names))
        }
        Criterion::RegisteredWith { organisations } if organisations.is_empty() => {
            "is registered with a practice".to_owned()
        }
        Criterion::RegisteredWith { organisations } => {
            let names = organisations.iter().map(|id| {
                let found = definitions.organisations.iter().find(|body| body.id == *id);
                found.map_or_else(|| id.to_string(), |body| body.name.to_string())
            });
            format!("is registered with {}", one_of(names))
        }
        Criterion::Age { from_years: Some(from), to_years: Some(to) } => format!("is {from} or over and under {to}"),
        Criterion::Age { from_years: Some(from), to_years: None } => format!("is {from} or over"),
        Criterion::Age { from_years: None, to_years: Some(to) } => format!("is under {to}"),
        Criterion::Age { from_years: None, to_years: None } => "was born".to_owned(),
        Criterion::Sex { any_of } => format!("is {}", one_of(any_of.iter().map(|sex| sex.word().to_owned()))),
        Criterion::Marital { any_of, changed_in_last_months } => {
            let statuses = one_of(any_of.iter().map(|status| status.word().to_owned()));
            match changed_in_last_months {
                Some(months) => format!("became {statuses} in the last {months} months"),
                None => format!("is {statuses}"),
            }
        }
        Criterion::Code { list, when, at_least, value } => {
            let list = list.as_str().replace('-', " ");
            let value =
                value.as_ref().map_or_else(String::new, |comparison| format!(" {}", comparison_words(comparison)));
            match (when, at_least) {
                (When::Latest, _) => format!("latest {list}{value}"),
                (_, 0 | 1) => format!("has {list}{value} on record{}", when_words(*when)),
                (_, count) => format!("has {list}{value} on record at least {count} times{}", when_words(*when)),
            }
        }
        Criterion::Contact { services, professions, when, at_least } => {
            let service = (!services.is_empty())
                .then(|| format!(" with {}", one_of(services.iter().map(|kind| kind.as_str().replace('-', " ")))));
            let profession = (!professions.is_empty())
                .then(|| format!(" by {}", one_of(professions.iter().map(|who| who.as_str().replace('-', " ")))));
            let count = if *at_least > 1 { format!("at least {at_least} contacts") } else { "a contact".to_owned() };
            let with = format!("{}{}", service.unwrap_or_default(), profession.unwrap_or_default());
            format!("had {count}{with}{}", when_words(*when))
        }
        Criterion::Died { in_last_months: Some(months) } => format!("died in the last {months} months"),
        Criterion::Died { in_last_months: None } => "has died".to_owned(),
        Criterion::InGroup { group } => {
            let found = definitions.groups.iter().find(|known| known.id == *group);
            format!("is one of: {}", found.map_or_else(|| group.to_string(), |known| known.name.to_string()))
        }
    }
}

fn when_words(when: When) -> String {
    match when {
        When::Ever | When::Latest => String::new(),
        When::Active => " and not ended".to_owned(),
        When::LastMonths(months) => format!(" in the last {months} months"),
    }
}

fn comparison_words(comparison: &Comparison) -> String {
    let limits = [
        (comparison.above, "above"),
        (comparison.at_least, "at least"),
        (comparison.below, "below"),
        (comparison.at_most, "at most"),
    ];
    let words: Vec<_> =
        limits.iter().filter_map(|(limit, word)| limit.map(|limit| format!("{word} {limit}"))).collect();
    format!("{} {}", words.join(" and "), comparison.unit)
}

fn one_of(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<_> = names.collect();
    match (names.pop(), names.len()) {
        (None, _) => "nothing".to_owned(),
        (Some(last), 0) => last,
        (Some(last), _) => format!("{} or {last}", names.join(", ")),
    }
}
