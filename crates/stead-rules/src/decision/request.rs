//! What is asked, and what is known when it is.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::choice::Choice;
use crate::day::Day;
use crate::id::{CategoryId, CitizenId, GroupId, OrganisationId, PlaceId, ProfessionId, ServiceKind};
use crate::purpose::Purpose;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The citizen herself (or who may act for her).
    Citizen,
    /// Somebody of an organisation.
    Professional {
        /// Of which organisation.
        organisation: OrganisationId,
        /// Of which profession, where that is known.
        profession: Option<ProfessionId>,
        /// In person, where that is known.
        professional: Option<Arc<str>>,
    },
}

/// One use of one category of one citizen's record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// Whose record.
    pub citizen: CitizenId,
    /// Who asks.
    pub actor: Actor,
    /// In which kind of service, where that is known. It is written down with the decision and changes nothing.
    pub service: Option<ServiceKind>,
    /// Who holds the record.
    pub holder: OrganisationId,
    /// What it is.
    pub category: CategoryId,
    /// What for.
    pub purpose: Purpose,
    /// When.
    pub on: Day,
    /// Why, in words: needed for emergency treatment.
    pub reason: Option<Arc<str>>,
}

/// What is known of the citizen on the day of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// The organisations that act for the citizen on that day.
    pub circle: &'a [OrganisationId],
    /// The places the citizen is in.
    pub places: &'a [PlaceId],
    /// The groups the citizen is in.
    pub groups: &'a [GroupId],
    /// The citizen's choices; those of other days may be among them.
    pub choices: &'a [Choice],
}
