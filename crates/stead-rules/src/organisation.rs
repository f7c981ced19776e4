//! Organisations, their sites, and the services they offer there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::day::Period;
use crate::id::{GroupId, OrganisationId, ProfessionId, ServiceId, ServiceKind, SiteId};
use crate::person::worded;

/// A legal body: practice, trust, council, charity, pharmacy, optician.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: Arc<str>,
    /// What kind of body: `gp-practice`, `acute-trust`, `council`, `charity` …
    pub kind: Arc<str>,
    /// What records call it: an identifier (in England, the ODS code), possibly several.
    pub codes: Vec<Arc<str>>,
    /// The organisation it belongs to: a practice to its federation.
    pub part_of: Option<OrganisationId>,
}

/// Where care happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its name.
    pub name: Arc<str>,
    /// Who runs it.
    pub organisation: OrganisationId,
    /// Degrees.
    pub longitude: Option<f64>,
    /// Degrees.
    pub latitude: Option<f64>,
    /// The small area it lies in.
    pub small_area: Option<Arc<str>>,
}

/// What an organisation offers at a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// What kind of service.
    pub kind: ServiceKind,
    /// Who offers it.
    pub organisation: OrganisationId,
    /// Where.
    pub site: SiteId,
    /// The professions that work in it.
    pub professions: Vec<ProfessionId>,
    /// Whether it exists or is planned.
    pub status: ServiceStatus,
    /// When it is offered.
    pub period: Period,
    /// Who may use it.
    pub open_to: OpenTo,
    /// Opening hours, as people write them.
    pub hours: Option<Arc<str>>,
    /// Contacts a week that it has room for.
    pub capacity_per_week: Option<u32>,
    /// Cost of a contact, in pence (the minor unit of the place's currency).
    pub unit_cost_pence: Option<u32>,
    /// What records call it: identifiers, possibly several.
    pub codes: Vec<Arc<str>>,
}

worded! {
    /// Whether a service exists.
    ServiceStatus {
        /// People can use it.
        Live = "live",
        /// It is planned.
        Proposed = "proposed",
    }
}

/// Who may use a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenTo {
    /// Anybody.
    Anyone,
    /// Citizens registered with the organisation (or with one it is part of).
    Registered,
    /// Members of a group.
    Group(GroupId),
}
