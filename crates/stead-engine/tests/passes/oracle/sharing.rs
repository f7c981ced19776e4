//! What of a citizen's record is open to those around her: the words of the tables and of `docs`, clause by clause.

use serde_json::{Value, json};
use stead_rules::agreement::{Share, Within};
use stead_rules::{Agreement, Category, Clause, OrganisationId, Period, Terms};

use super::circle::looked_at;
use super::needs::Asked;
use super::row;
use super::standing::{in_group, is_alive, places, registered};
use super::story::{Story, Town};
use crate::folder::BINDING;
use crate::rows::Row;
use crate::runs::Answer;

/// Somebody who wants to see something.
struct Wish<'w> {
    from: &'w str,
    to: &'w str,
    profession: Option<&'w str>,
    category: &'w Category,
}

/// The rows of `sharing`, in no order. `circle` has the citizen's rows of that table.
pub fn sharing(town: &Town<'_>, story: &Story<'_>, asked: Asked, circle: &[Answer]) -> Vec<Answer> {
    if !is_alive(story, asked.on) || places(town, story, asked.on).is_empty() {
        return Vec::new();
    }
    let contacts = looked_at(story, asked);
    let categories = town.definitions.all_categories();
    let mut holders: Vec<String> = contacts.iter().filter_map(|it| it.by.organisation.clone()).collect();
    holders.extend(registered(town, story, asked.on));
    holders.sort();
    holders.dedup();
    let mut wishes = Vec::new();
    for contact in &contacts {
        let (Some(kind), Some(to)) = (&contact.kind, &contact.by.organisation) else { continue };
        for category in categories.iter().filter(|it| it.needed_by.iter().any(|needs| needs.as_str() == kind)) {
            wishes.push((to.clone(), contact.by.profession.clone(), category));
        }
    }
    let mut rows: Vec<Answer> = Vec::new();
    for from in &holders {
        for (to, profession, category) in wishes.iter().filter(|(to, ..)| to != from) {
            let anybody = category.services.is_empty();
            let makers = if anybody { &category.needed_by } else { &category.services };
            let made_there = |kind: &Option<String>| {
                kind.as_ref().is_some_and(|kind| makers.iter().any(|made_in| made_in.as_str() == kind))
            };
            let theirs = || contacts.iter().filter(|it| it.by.organisation.as_ref() == Some(from));
            let is_registered = anybody && registered(town, story, asked.on).as_ref() == Some(from);
            if !is_registered && !theirs().any(|it| made_there(&it.kind)) {
                continue;
            }
            let wish = Wish { from, to, profession: profession.as_deref(), category };
            let (why, clause, choice) = decided(town, story, asked, circle, &wish);
            let answer = row(json!({
                "citizen": story.id, "from": from, "to": to, "profession": profession, "category": category.id.as_str(),
                "open": why == "clause", "why": why, "clause": clause, "choice": choice,
            }));
            if !rows.contains(&answer) {
                rows.push(answer);
            }
        }
    }
    rows
}

/// Why it is open or blocked, the clause, and the choice.
fn decided(
    town: &Town<'_>,
    story: &Story<'_>,
    asked: Asked,
    circle: &[Answer],
    wish: &Wish<'_>,
) -> (&'static str, Value, Value) {
    let said: Vec<&Row> = town.lake.of("choice", story.id).into_iter().filter(|row| in_force(row, asked)).collect();
    let about = |row: &&&Row| is_about(town, row, wish);
    if let Some(objection) = said.iter().filter(|row| row.text("kind") == Some("objection")).find(about) {
        return ("objection", Value::Null, json!(objection.text("id")));
    }
    let permitted =
        said.iter().filter(|row| row.text("kind") == Some("permission")).any(|row| is_about(town, row, wish));
    let mut nearest: Option<(usize, &'static str, String)> = None;
    let mut agreements: Vec<&Agreement> = town.definitions.agreements.iter().collect();
    agreements.sort_by_key(|agreement| agreement.id.to_string());
    for agreement in agreements {
        for clause in &agreement.clauses {
            let Terms::Share(share) = &clause.terms else { continue };
            if !wholes(town, wish.from).iter().any(|id| share.from.contains(id))
                || !wholes(town, wish.to).iter().any(|id| share.to.contains(id))
            {
                continue;
            }
            let cite = format!("{} {}", agreement.id, clause.id);
            let lacks = lacks(town, story, asked, circle, wish, agreement, clause, share, permitted);
            match lacks.first() {
                None => return ("clause", json!(cite), Value::Null),
                Some(first) if nearest.as_ref().is_none_or(|(count, ..)| lacks.len() < *count) => {
                    nearest = Some((lacks.len(), first, cite));
                }
                Some(_) => {}
            }
        }
    }
    nearest.map_or(("no-clause", Value::Null, Value::Null), |(_, why, cite)| (why, json!(cite), Value::Null))
}

/// What a clause lacks to open it, first what one would see to first.
#[expect(clippy::too_many_arguments, reason = "all that is known")]
fn lacks(
    town: &Town<'_>,
    story: &Story<'_>,
    asked: Asked,
    circle: &[Answer],
    wish: &Wish<'_>,
    agreement: &Agreement,
    clause: &Clause,
    share: &Share,
    permitted: bool,
) -> Vec<&'static str> {
    let named = |id: &str| share.categories.iter().any(|category| category.as_str() == id);
    let (id, sensitive) = (wish.category.id.as_str(), wish.category.sensitive);
    let opens = match (share.categories.is_empty(), sensitive) {
        (true, _) => !sensitive,
        (false, true) => named(id),
        (false, false) => named(id) || wish.category.part_of.as_ref().is_some_and(|whole| named(whole.as_str())),
    };
    let binds = BINDING.iter().any(|(bound, from, to)| {
        let (from, to): (stead_rules::Day, stead_rules::Day) = (from.parse().unwrap(), to.parse().unwrap());
        *bound == agreement.id.as_str() && from <= asked.on && asked.on < to
    });
    let in_period = |period: Period| period.from <= asked.on && asked.on < period.to;
    let in_force = binds && in_period(agreement.period) && clause.period.is_none_or(in_period);
    let theirs = places(town, story, asked.on);
    let is_around = || circle.iter().any(|row| row["organisation"] == wish.to);
    [
        ("not-in-force", !in_force),
        ("category", !opens && !sensitive),
        ("not-by-name", !opens && sensitive),
        ("purpose", !share.purposes.iter().any(|purpose| purpose.code() == "TREAT")),
        (
            "profession",
            !share.professions.is_empty() && !share.professions.iter().any(|it| Some(it.as_str()) == wish.profession),
        ),
        ("group", share.group.as_ref().is_some_and(|group| !in_group(group, town, story, asked.on))),
        ("place", !agreement.places.is_empty() && !agreement.places.iter().any(|it| theirs.contains(&it.to_string()))),
        ("circle", share.within == Within::Circle && !is_around()),
        ("permission", share.asks && !permitted),
    ]
    .into_iter()
    .filter_map(|(word, lacking)| lacking.then_some(word))
    .collect()
}

fn in_force(choice: &Row, asked: Asked) -> bool {
    choice.day("from").is_none_or(|from| from <= asked.on) && choice.day("to").is_none_or(|to| asked.on < to)
}

/// Whether a choice is about somebody who wants to see something for treatment.
fn is_about(town: &Town<'_>, choice: &Row, wish: &Wish<'_>) -> bool {
    let said = |column: &str| choice.texts(column);
    let any = |column: &str, of: &[&str]| said(column).is_empty() || said(column).iter().any(|it| of.contains(&&**it));
    let wholes: Vec<String> = wholes(town, wish.to).iter().map(ToString::to_string).collect();
    let to: Vec<&str> = wholes.iter().map(String::as_str).chain([wish.to]).collect();
    let unknown = wish.profession.is_none() && choice.text("kind") == Some("objection");
    let whole = wish.category.part_of.as_ref().map_or("", |id| id.as_str());
    any("organisations", &to)
        && (unknown || any("professions", &wish.profession.into_iter().collect::<Vec<_>>()))
        && any("categories", &[wish.category.id.as_str(), whole])
        && any("purposes", &["TREAT"])
}

/// An organisation of the folder with those that it is a part of.
fn wholes(town: &Town<'_>, id: &str) -> Vec<OrganisationId> {
    let mut found = Vec::new();
    let mut next = Some(OrganisationId::from(id));
    while let Some(body) = next.and_then(|id| town.definitions.organisations.iter().find(|body| body.id == id)) {
        found.push(body.id.clone());
        next = body.part_of.clone();
    }
    found
}
