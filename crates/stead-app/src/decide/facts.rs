//! What a run knows of one citizen on a day: who acts for them, the places and groups they are in.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use stead_engine::query::rows_of_citizen;
use stead_engine::{Files, json};
use stead_lake::{Address, bucket_of};
use stead_rules::{Day, GroupId, OrganisationId, PlaceId};

use crate::error::AppError;
use crate::explain::find;
use crate::query::{addresses, files_in};
use crate::sql::{from_row, is_outdated, latest_run};

/// What the latest run knows of a citizen, as of a day.
#[derive(Clone, Debug)]
pub struct Known {
    /// The citizen's id.
    pub(super) citizen: String,
    /// Who is in their circle: who acts for them, where they are registered, whom they chose.
    pub(super) circle: Vec<OrganisationId>,
    pub(super) places: Vec<PlaceId>,
    pub(super) groups: Vec<GroupId>,
    /// What may not be up to date, in words.
    pub(super) notes: Vec<String>,
}

#[derive(Deserialize)]
struct InCircle {
    organisation: String,
}

#[derive(Deserialize)]
struct Membership {
    place: String,
    #[serde(flatten)]
    days: Days,
}

#[derive(Deserialize)]
struct InGroup {
    group: String,
    #[serde(flatten)]
    days: Days,
}

/// A period as a table has it: days written year first sort as texts.
#[derive(Deserialize)]
struct Days {
    /// Nothing: always was.
    from: Option<String>,
    /// Nothing: has not ended.
    to: Option<String>,
}

impl Days {
    fn contain(&self, day: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from <= day) && self.to.as_deref().is_none_or(|to| day < to)
    }
}

/// What the latest run over a lake knows of a citizen on a day.
pub(super) async fn of(asked: &str, lake: &Address, on: Day) -> Result<Known, AppError> {
    let (lake, run) = latest_run(lake).await?;
    let citizen = find(asked, &lake).await?;
    let bucket = bucket_of(&citizen, lake.buckets());
    let mut files = files_in(&lake);
    for table in ["circle", "membership", "group_membership"] {
        files.insert(table, addresses(run.files(table, bucket)));
    }
    let day = on.to_string();
    let circle: Vec<InCircle> = rows("circle", &citizen, &files).await?;
    let memberships: Vec<Membership> = rows("membership", &citizen, &files).await?;
    let groups: Vec<InGroup> = rows("group_membership", &citizen, &files).await?;
    let circle: BTreeSet<String> = circle.into_iter().map(|row| row.organisation).collect();
    let here = memberships.into_iter().filter(|row| row.days.contain(&day));
    let places: BTreeSet<String> = here.map(|row| row.place).collect();
    let in_it = groups.into_iter().filter(|row| row.days.contain(&day));
    let groups: BTreeSet<String> = in_it.map(|row| row.group).collect();
    let mut notes = Vec::new();
    if run.head().on != day {
        notes.push(format!("who acts for the citizen is known as of {}, the day of the latest run", run.head().on));
    }
    if is_outdated(&lake, &run) {
        notes.push("records have come since the latest run".to_owned());
    }
    Ok(Known {
        citizen,
        circle: circle.into_iter().map(Into::into).collect(),
        places: places.into_iter().map(Into::into).collect(),
        groups: groups.into_iter().map(Into::into).collect(),
        notes,
    })
}

async fn rows<T: DeserializeOwned>(table: &str, citizen: &str, files: &Files) -> Result<Vec<T>, AppError> {
    let mut rows = Vec::new();
    for batch in rows_of_citizen(table, citizen, files).await? {
        for row in json::rows(&batch)? {
            rows.push(from_row(row.into())?);
        }
    }
    Ok(rows)
}
