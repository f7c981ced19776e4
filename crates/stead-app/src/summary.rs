//! The latest run's summary: numbers about groups of people, with small ones kept back.

mod sharing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stead_lake::Address;
use stead_rules::Definitions;

use crate::error::AppError;
use crate::sql::{Asked, definitions, is_outdated, latest_run};

pub use sharing::{BlockedBy, LinkCount, OneClause, SharingSummary, WaitsFor};

/// The version of the summary's shape; a reader that knows this number understands every field.
pub const SUMMARY_VERSION: u32 = 1;

/// What a summary can be cut by.
pub const CUTS: [&str; 5] = ["all", "area", "deprivation-fifth", "age-band", "sex"];

/// The group of everybody in a place, whichever group they are in it for.
const EVERYONE: &str = "everyone";

/// Numbers about the people of places on the day of the latest run.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// [`SUMMARY_VERSION`].
    pub version: u32,
    /// The day.
    pub on: String,
    /// Whether records have come since the run.
    pub outdated: bool,
    /// What it is cut by: one of [`CUTS`].
    pub by: String,
    /// Each place, in the folders' order.
    pub places: Vec<PlaceSummary>,
}

/// Numbers about a place.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceSummary {
    /// Its id.
    pub place: String,
    /// Its name.
    pub name: String,
    /// Everybody in it first, then each group that it serves.
    pub groups: Vec<GroupSummary>,
}

/// Numbers about a group of people in a place.
#[derive(Clone, Debug, Serialize)]
pub struct GroupSummary {
    /// Its id, or `everyone`.
    pub group: String,
    /// Its name.
    pub name: String,
    /// The parts that it is cut into.
    pub parts: Vec<PartSummary>,
    /// What those around them may see of each other's records; nothing where there is nothing to share.
    pub sharing: Option<SharingSummary>,
}

/// Numbers about a part of a group. A number that is kept back is `*`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PartSummary {
    /// Its id.
    pub part: String,
    /// Its name.
    pub name: String,
    /// Citizens in it.
    pub members: String,
    /// Organisations that a citizen met in the time looked at, on average.
    pub mean_organisations: Option<String>,
    /// 1 − Bice–Boxerman continuity, on average over those with enough contacts.
    pub mean_fragmentation: Option<String>,
    /// Their needs, in the folders' order.
    pub needs: Vec<NeedSummary>,
}

/// In how many citizens a need stands how. A number that is kept back is `*`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NeedSummary {
    /// Its id.
    pub need: String,
    /// Its name.
    pub name: String,
    /// Met, and not due soon.
    pub met: String,
    /// Met, and due soon; or not met yet, and there is time.
    pub due: String,
    /// Met once, but too long ago.
    pub overdue: String,
    /// Never met, though due.
    pub never: String,
    /// Does not apply.
    pub not_applicable: String,
}

#[derive(Deserialize)]
struct Row {
    place: String,
    group: String,
    part: String,
    measure: String,
    need: Option<String>,
    shown: String,
}

/// The summary of the latest run, of one place or all.
///
/// # Errors
/// When there is no run, or it has no such place or cut.
pub async fn summary(lake: &Address, only: Option<&str>, by: &str) -> Result<Summary, AppError> {
    let (lake, run) = latest_run(lake).await?;
    let definitions = definitions(&run)?;
    let places: Vec<&str> = definitions.places.iter().map(|place| place.id.as_str()).collect();
    let unknown = |what, asked: &str, known: &[&str]| AppError::NotThere {
        message: format!("the latest run has no {what} `{asked}`; it has {}", known.join(", ")),
    };
    if let Some(asked) = only.filter(|asked| !places.contains(asked)) {
        return Err(unknown("place", asked, &places));
    }
    let Some(by) = CUTS.into_iter().find(|cut| *cut == by) else { return Err(unknown("cut", by, &CUTS)) };
    let asked = Asked::new(&lake, Some(&run));
    // INVARIANT: `by` is one of ours, so nobody's text is in the SQL.
    let sql = format!(r#"SELECT place, "group", part, measure, need, shown FROM summary WHERE by = '{by}'"#);
    let mut rows: Vec<Row> = asked.rows(&sql).await?;
    let links = sharing::rows(&asked).await?;
    rows.retain(|row| only.is_none_or(|only| only == row.place));
    let places = definitions.places.iter().filter(|place| only.is_none_or(|only| only == place.id.as_str()));
    let places = places.map(|place| PlaceSummary {
        place: place.id.to_string(),
        name: place.name.to_string(),
        groups: groups(&definitions, place.id.as_str(), &rows, &links),
    });
    Ok(Summary {
        version: SUMMARY_VERSION,
        on: run.head().on.clone(),
        outdated: is_outdated(&lake, &run),
        by: by.to_owned(),
        places: places.collect(),
    })
}

fn groups(definitions: &Definitions, place: &str, rows: &[Row], links: &[sharing::Row]) -> Vec<GroupSummary> {
    let mut by_group: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.place == place) {
        by_group.entry(&row.group).or_default().push(row);
    }
    let everyone = by_group.remove(EVERYONE).map(|rows| (EVERYONE, "Everyone in the place", rows));
    let named = definitions.groups.iter().filter_map(|group| {
        let rows = by_group.remove(group.id.as_str())?;
        Some((group.id.as_str(), &*group.name, rows))
    });
    let group = |(id, name, rows): (&str, &str, Vec<&Row>)| GroupSummary {
        group: id.to_owned(),
        name: name.to_owned(),
        parts: parts(definitions, &rows),
        sharing: sharing::of_group(links, place, id, definitions),
    };
    everyone.into_iter().chain(named).map(group).collect()
}

fn parts(definitions: &Definitions, rows: &[&Row]) -> Vec<PartSummary> {
    let mut parts: BTreeMap<&str, PartSummary> = BTreeMap::new();
    for row in rows {
        let part = parts.entry(&row.part).or_default();
        match (row.measure.as_str(), &row.need) {
            ("members", _) => part.members.clone_from(&row.shown),
            ("mean-organisations", _) => part.mean_organisations = Some(row.shown.clone()),
            ("mean-fragmentation", _) => part.mean_fragmentation = Some(row.shown.clone()),
            _ => {}
        }
    }
    for (id, part) in &mut parts {
        let area = definitions.areas.iter().find(|area| area.id.as_str() == *id);
        part.part = (*id).to_owned();
        part.name = area.map_or_else(|| (*id).to_owned(), |area| area.name.to_string());
        for need in &definitions.needs {
            let mine = |row: &&&Row| row.part == *id && row.need.as_deref() == Some(need.id.as_str());
            let rows: Vec<&Row> = rows.iter().filter(mine).copied().collect();
            if rows.is_empty() {
                continue;
            }
            let shown = |status: &str| {
                let row = rows.iter().find(|row| row.measure == status);
                row.map_or_else(|| "0".to_owned(), |row| row.shown.clone())
            };
            part.needs.push(NeedSummary {
                need: need.id.to_string(),
                name: need.name.to_string(),
                met: shown("met"),
                due: shown("due"),
                overdue: shown("overdue"),
                never: shown("never"),
                not_applicable: shown("not-applicable"),
            });
        }
    }
    parts.into_values().collect()
}
