//! Needs: what people of a group need, how often, and who can give it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{CodelistId, GroupId, NeedId, ProfessionId, ServiceKind};

/// A rule: this group needs this kind of service, this often, this near, from any of these professions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Its id: the file's name.
    pub id: NeedId,
    /// Its name, as people say it.
    pub name: Arc<str>,
    /// Whose need it is.
    pub group: GroupId,
    /// How often.
    pub frequency: Frequency,
    /// How long after joining the group it is first due, in days.
    pub first_within_days: u16,
    /// How long before its due date it counts as due rather than met, in days.
    pub due_notice_days: u16,
    /// Longest journey, in minutes.
    pub travel_minutes_max: Option<u16>,
    /// What meets it.
    pub met_by: MetBy,
    /// Who does not have the need although in the group, and why.
    pub not_for: Vec<NotFor>,
    /// Where the need comes from: a guideline and its section.
    pub source: Arc<str>,
    /// The reason in words for the citizen.
    pub why: Option<Arc<str>>,
}

/// How often a need arises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frequency {
    /// Once.
    Once,
    /// Again so many months after it was last met.
    EveryMonths(u16),
}

/// What meets a need, and who may.
///
/// With `codes`, a record with a code of one of these lists meets it, whoever made the record. Without, a contact with one of
/// `services` (by one of `professions`, when any are named) meets it. `services` and `professions` say besides who can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetBy {
    /// Kinds of service that can meet it.
    pub services: Vec<ServiceKind>,
    /// Professions that can meet it; empty: any in the service.
    pub professions: Vec<ProfessionId>,
    /// Lists of codes that show it was met.
    pub codes: Vec<CodelistId>,
}

/// An exception to a need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotFor {
    /// Members of this group do not have the need.
    pub group: GroupId,
    /// The reason, as a clinician would say it.
    pub because: Arc<str>,
}
