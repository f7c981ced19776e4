//! What a run knows of one citizen on a day: who acts for them, the places and groups they are in.

use std::collections::BTreeSet;

use serde::Deserialize;
use stead_engine::json;
use stead_engine::query::rows_of_citizen;
use stead_lake::{Address, bucket_of};
use stead_rules::{Day, GroupId, OrganisationId, PlaceId};

use crate::error::AppError;
use crate::explain::find;
use crate::query::{addresses, files_in};
use crate::sql::{from_row, is_outdated, latest_run};

/// What is known of a citizen.
pub(super) struct Found {
    /// The citizen's id.
    pub(super) citizen: String,
    /// Who acts for them.
    pub(super) circle: Vec<OrganisationId>,
    pub(super) places: Vec<PlaceId>,
    pub(super) groups: Vec<GroupId>,
    /// What may not be up to date, in words.
    pub(super) notes: Vec<String>,
}

#[derive(Deserialize)]
struct InCircle {
    organisation: String,
    role: String,
}

#[derive(Deserialize)]
struct Membership {
    place: String,
    group: String,
    from: String,
    to: Option<String>,
}

/// What the latest run over a lake knows of a citizen on a day.
pub(super) async fn of(asked: &str, lake: &Address, on: Day) -> Result<Found, AppError> {
    let (lake, run) = latest_run(lake).await?;
    let citizen = find(asked, &lake).await?;
    let bucket = bucket_of(&citizen, lake.buckets());
    let mut files = files_in(&lake);
    for table in ["circle", "membership"] {
        files.insert(table, addresses(run.files(table, bucket)));
    }
    let mut circle = BTreeSet::new();
    for batch in rows_of_citizen("circle", &citizen, &files).await? {
        for row in json::rows(&batch)? {
            let row: InCircle = from_row(row.into())?;
            if row.role == "acting" {
                circle.insert(row.organisation);
            }
        }
    }
    let (mut places, mut groups) = (BTreeSet::new(), BTreeSet::new());
    let day = on.to_string();
    for batch in rows_of_citizen("membership", &citizen, &files).await? {
        for row in json::rows(&batch)? {
            let row: Membership = from_row(row.into())?;
            // Days written year first sort as texts.
            if row.from <= day && row.to.is_none_or(|to| day < to) {
                places.insert(row.place);
                groups.insert(row.group);
            }
        }
    }
    let mut notes = Vec::new();
    if run.head().on != day {
        notes.push(format!("who acts for the citizen is known as of {}, the day of the latest run", run.head().on));
    }
    if is_outdated(&lake, &run) {
        notes.push("records have come since the latest run".to_owned());
    }
    Ok(Found {
        citizen,
        circle: circle.into_iter().map(Into::into).collect(),
        places: places.into_iter().map(Into::into).collect(),
        groups: groups.into_iter().map(Into::into).collect(),
        notes,
    })
}
