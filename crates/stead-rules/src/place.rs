//! Places: several geographies, groups of people, professions and organisations at once, over a period.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::day::{Day, Period};
use crate::id::{AgreementId, AreaId, GroupId, OrganisationId, PlaceId, ProfessionId};

/// A place, with its versions: what it was made of, from when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its id: the folder's name, or the file's name under `places/`.
    pub id: PlaceId,
    /// Its name, as people say it.
    pub name: Arc<str>,
    /// From its founding until its end.
    pub period: Period,
    /// The agreement whose signatures make it a place.
    #[serde(default)]
    pub founding: Option<AgreementId>,
    /// What it is made of, oldest first. INVARIANT: not empty; the first begins with the period; each later one begins later.
    pub versions: Vec<PlaceVersion>,
}

/// What a place is made of from a day on, until the next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceVersion {
    /// First day.
    pub from: Day,
    /// Where its citizens live; empty: anywhere.
    pub areas: Vec<AreaId>,
    /// Whom it serves; empty: everybody who lives there.
    pub serves: Vec<GroupId>,
    /// The organisations that are part of it.
    pub organisations: Vec<OrganisationId>,
    /// The professions that are part of it.
    pub professions: Vec<ProfessionId>,
    /// Who coordinates a citizen's care, best first: the first of these professions that is in the citizen's circle.
    pub coordinators: Vec<ProfessionId>,
}

impl Place {
    /// Each version with the days on which it is in force.
    pub fn versions_in_force(&self) -> impl Iterator<Item = (&PlaceVersion, Period)> {
        self.versions.iter().enumerate().filter_map(|(at, version)| {
            let next = self.versions.get(at + 1).map_or(Day::FOREVER, |next| next.from);
            Some((version, Period::new(version.from, next)?.intersect(self.period)?))
        })
    }

    /// The version in force on a day.
    pub fn version_on(&self, day: Day) -> Option<&PlaceVersion> {
        self.versions_in_force().find(|(_, period)| period.contains(day)).map(|(version, _)| version)
    }
}
