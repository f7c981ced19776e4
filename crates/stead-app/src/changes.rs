//! Who came into a place and who left it between two days, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stead_lake::Address;
use stead_rules::Day;

use crate::error::AppError;
use crate::sql::{Asked, definitions, is_outdated, latest_run};

/// The version of the report's shape; a reader that knows this number understands every field.
pub const CHANGES_VERSION: u32 = 1;

/// Who came and who left.
#[derive(Clone, Debug, Serialize)]
pub struct Changes {
    /// [`CHANGES_VERSION`].
    pub version: u32,
    /// The one day.
    pub from: String,
    /// The later day.
    pub to: String,
    /// Whether records have come since the run.
    pub outdated: bool,
    /// What changed in each place, in the folders' order.
    pub places: Vec<PlaceChanges>,
}

/// What changed in a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlaceChanges {
    /// The place's id.
    pub place: String,
    /// Its name.
    pub name: String,
    /// Citizens who are in it on the later day and were not on the earlier, by day and id.
    pub entered: Vec<Change>,
    /// Citizens who were in it on the earlier day and are not on the later, by day and id.
    pub left: Vec<Change>,
}

/// A citizen who came or left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// The first day inside, or the first day outside.
    pub day: String,
    /// Who.
    pub citizen: String,
    /// As one of which groups.
    pub groups: Vec<String>,
    /// The criteria that changed on that day.
    pub why: Vec<String>,
}

/// A citizen in a place as one of a group, over a period.
#[derive(Clone, Debug, Deserialize)]
struct Stay {
    citizen: String,
    place: String,
    group: String,
    from: String,
    to: Option<String>,
    began_by: Vec<String>,
    ended_by: Vec<String>,
}

impl Stay {
    /// Days written year first sort as texts.
    fn covers(&self, day: &str) -> bool {
        self.from.as_str() <= day && self.to.as_deref().is_none_or(|to| day < to)
    }
}

/// What changed in the places of the latest run between two days.
///
/// # Errors
/// When there is no run, it looks at an earlier day than `to`, or it has no such place.
pub async fn changes(lake: &Address, from: Day, to: Day, only: Option<&str>) -> Result<Changes, AppError> {
    let (lake, run) = latest_run(lake).await?;
    let definitions = definitions(&run)?;
    if to.to_string() > run.head().on {
        let message =
            format!("the latest run looks at {}; run again with `--on {to}` to see later changes", run.head().on);
        return Err(AppError::NotThere { message });
    }
    let known: Vec<(&str, &str)> = definitions.places.iter().map(|place| (place.id.as_str(), &*place.name)).collect();
    if let Some(asked) = only.filter(|asked| known.iter().all(|(id, _)| id != asked)) {
        let known: Vec<&str> = known.iter().map(|(id, _)| *id).collect();
        let message = format!("the latest run has no place `{asked}`; it has {}", known.join(", "));
        return Err(AppError::NotThere { message });
    }
    let (from, to) = (from.to_string(), to.to_string());
    let asked = Asked::new(&lake, Some(&run));
    let stays: Vec<Stay> = asked.rows(&moved(&from, &to)).await?;
    let mut found = compare(&stays, &from, &to);
    let named = known.into_iter().filter(|(id, _)| only.is_none_or(|only| only == *id));
    let places = named.map(|(id, name)| {
        let changes = found.remove(id).unwrap_or_default();
        PlaceChanges { place: id.to_owned(), name: name.to_owned(), ..changes }
    });
    let outdated = is_outdated(&lake, &run);
    Ok(Changes { version: CHANGES_VERSION, places: places.collect(), from, to, outdated })
}

/// The stays, on either day, of citizens whose being in a place differs between the two. The days are [`Day`]s written out,
/// so nothing of anybody's can be in this SQL.
fn moved(from: &str, to: &str) -> String {
    let covers = |day: &str| format!(r#"("from" <= DATE '{day}' AND ("to" IS NULL OR "to" > DATE '{day}'))"#);
    let (before, after) = (covers(from), covers(to));
    format!(
        r#"SELECT stay.citizen, stay.place, stay."group", stay."from", stay."to", stay.began_by, stay.ended_by
           FROM membership AS stay
           JOIN (SELECT citizen, place FROM membership GROUP BY citizen, place
                 HAVING bool_or{before} <> bool_or{after}) AS moved
             ON stay.citizen = moved.citizen AND stay.place = moved.place
           WHERE {before} OR {after}"#
    )
}

/// Who came and who left, by place.
fn compare(stays: &[Stay], from: &str, to: &str) -> BTreeMap<String, PlaceChanges> {
    let mut citizens: BTreeMap<(&str, &str), Vec<&Stay>> = BTreeMap::new();
    for stay in stays {
        citizens.entry((&stay.place, &stay.citizen)).or_default().push(stay);
    }
    let mut places: BTreeMap<String, PlaceChanges> = BTreeMap::new();
    for ((place, citizen), stays) in citizens {
        let place = places.entry(place.to_owned()).or_default();
        let before: Vec<&Stay> = stays.iter().copied().filter(|stay| stay.covers(from)).collect();
        let after: Vec<&Stay> = stays.iter().copied().filter(|stay| stay.covers(to)).collect();
        // Whoever is in several groups came with the first of them, and left with the last.
        if before.is_empty() && !after.is_empty() {
            let day = after.iter().map(|stay| stay.from.as_str()).min().unwrap_or_default();
            let then = after.iter().filter(|stay| stay.from == day);
            place.entered.push(change(day, citizen, then.map(|stay| (&stay.group, &stay.began_by))));
        } else if after.is_empty() && !before.is_empty() {
            let day = before.iter().filter_map(|stay| stay.to.as_deref()).max().unwrap_or_default();
            let then = before.iter().filter(|stay| stay.to.as_deref() == Some(day));
            place.left.push(change(day, citizen, then.map(|stay| (&stay.group, &stay.ended_by))));
        }
    }
    for place in places.values_mut() {
        place.entered.sort();
        place.left.sort();
    }
    places
}

fn change<'a>(day: &str, citizen: &str, stays: impl Iterator<Item = (&'a String, &'a Vec<String>)>) -> Change {
    let (groups, reasons): (Vec<&String>, Vec<&Vec<String>>) = stays.unzip();
    let sorted = |mut words: Vec<String>| {
        words.sort();
        words.dedup();
        words
    };
    Change {
        day: day.to_owned(),
        citizen: citizen.to_owned(),
        groups: sorted(groups.into_iter().cloned().collect()),
        why: sorted(reasons.into_iter().flatten().cloned().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(citizen: &str, group: &str, from: &str, to: Option<&str>) -> Stay {
        Stay {
            citizen: citizen.to_owned(),
            place: "harbour".to_owned(),
            group: group.to_owned(),
            from: from.to_owned(),
            to: to.map(ToOwned::to_owned),
            began_by: vec![format!("began {group}")],
            ended_by: to.map(|_| format!("ended {group}")).into_iter().collect(),
        }
    }

    fn compared(stays: &[Stay]) -> PlaceChanges {
        compare(stays, "2026-01-01", "2026-02-01").remove("harbour").unwrap_or_default()
    }

    #[test]
    fn who_came_came_with_the_first_group_and_who_left_left_with_the_last() {
        let changes = compared(&[
            stay("came", "a", "2026-01-10", None),
            stay("came", "b", "2026-01-20", Some("2026-02-02")),
            stay("left", "a", "2025-01-01", Some("2026-01-02")),
            stay("left", "b", "2025-06-01", Some("2026-02-01")),
        ]);
        let entered: Vec<_> = changes.entered.iter().map(|it| (&*it.day, &*it.citizen, it.why.join(","))).collect();
        assert_eq!(entered, [("2026-01-10", "came", "began a".to_owned())]);
        let left: Vec<_> = changes.left.iter().map(|it| (&*it.day, &*it.citizen, it.why.join(","))).collect();
        assert_eq!(left, [("2026-02-01", "left", "ended b".to_owned())]);
    }

    #[test]
    fn who_only_changed_groups_neither_came_nor_left() {
        let stays = [stay("moved", "a", "2020-01-01", Some("2026-01-15")), stay("moved", "b", "2026-01-15", None)];
        assert_eq!(compared(&stays), PlaceChanges::default());
    }

    #[test]
    fn the_first_day_is_inside_and_the_last_is_outside() {
        let changes = compared(&[
            stay("on-the-day", "a", "2026-02-01", None),
            stay("gone", "a", "2020-01-01", Some("2026-01-01")),
        ]);
        assert_eq!(changes.entered.len(), 1);
        assert!(changes.left.is_empty(), "was outside on the first day already");
    }
}
