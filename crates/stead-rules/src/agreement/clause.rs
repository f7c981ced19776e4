//! Clauses: one promise each. What is promised is typed, so that it can be checked, decided by and settled.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ClauseRef;
use super::pay::{Pay, Pool};
use crate::day::{Day, Period};
use crate::id::{CategoryId, ClauseId, GroupId, NeedId, OrganisationId, ProfessionId, ServiceKind};
use crate::money::Ratio;
use crate::person::worded;
use crate::purpose::Purpose;

/// A promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Its number or name within the agreement.
    pub id: ClauseId,
    /// What it says, in the words that were agreed.
    pub text: Arc<str>,
    /// When it is in force, where that differs from the agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// What it promises.
    pub terms: Terms,
}

/// What a clause promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Terms {
    /// Records are opened.
    Share(Share),
    /// A service is delivered.
    Deliver(Deliver),
    /// A task goes from one organisation to another.
    HandOver(HandOver),
    /// Somebody leads.
    Lead(Lead),
    /// Money goes from one organisation to another.
    Pay(Pay),
    /// Gains and losses are held in common.
    Pool(Pool),
    /// Anything else that somebody has to do.
    Duty(Duty),
}

worded! {
    /// What sort of promise a clause is.
    TermsKind {
        /// Records are opened.
        Share = "share",
        /// A service is delivered.
        Deliver = "deliver",
        /// A task goes from one organisation to another.
        HandOver = "hand-over",
        /// Somebody leads.
        Lead = "lead",
        /// Money goes from one organisation to another.
        Pay = "pay",
        /// Gains and losses are held in common.
        Pool = "pool",
        /// Anything else that somebody has to do.
        Duty = "duty",
    }
}

impl Terms {
    /// What sort of promise it is.
    pub const fn kind(&self) -> TermsKind {
        match self {
            Self::Share(_) => TermsKind::Share,
            Self::Deliver(_) => TermsKind::Deliver,
            Self::HandOver(_) => TermsKind::HandOver,
            Self::Lead(_) => TermsKind::Lead,
            Self::Pay(_) => TermsKind::Pay,
            Self::Pool(_) => TermsKind::Pool,
            Self::Duty(_) => TermsKind::Duty,
        }
    }
}

/// Records of `from` are opened to `to`. Naming an organisation means it and its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Who holds the records.
    pub from: Vec<OrganisationId>,
    /// Who may see them.
    pub to: Vec<OrganisationId>,
    /// Which; empty: all that are not sensitive. A sensitive category is open only when it is named here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryId>,
    /// For these purposes and those under them.
    pub purposes: Vec<Purpose>,
    /// Of whom; `None`: of any citizen that the agreement is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// What they are needed for, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what_for: Option<Arc<str>>,
    /// How close to the citizen one has to be.
    pub within: Within,
    /// Which professions may look; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub professions: Vec<ProfessionId>,
    /// Whether the citizen must have permitted it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub asks: bool,
}

worded! {
    /// How close to the citizen an organisation has to be to see her record.
    Within {
        /// It acts for the citizen on that day.
        Circle = "circle",
        /// Being a party is enough.
        Agreement = "agreement",
    }
}

/// A service that is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliver {
    /// Who owes it: each of them, to its own citizens.
    pub from: Vec<OrganisationId>,
    /// To which organisations it is owed; empty: to all parties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<OrganisationId>,
    /// The needs that are met by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<NeedId>,
    /// The kinds of service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceKind>,
    /// For whom; `None`: for everybody with the need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// How soon, for how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<ServiceLevel>,
}

/// How soon a service has to come, for how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevel {
    /// Within so many days of being due.
    pub within_days: u16,
    /// For so many of a hundred.
    pub percent: Ratio,
}

/// A task that one organisation had and others get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Kinds of service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceKind>,
    /// Needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<NeedId>,
    /// Who had it.
    pub from: OrganisationId,
    /// Who gets it.
    pub to: Vec<OrganisationId>,
    /// Whether it moves, or is shared from now on.
    pub mode: HandOverMode,
    /// The professions that may do it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub professions: Vec<ProfessionId>,
    /// What they must have learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competence: Option<Arc<str>>,
    /// Who answers for it when it goes wrong.
    pub liability: OrganisationId,
    /// The clauses by which it is paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid_by: Vec<ClauseRef>,
    /// What the organisation that loses it is spared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
}

worded! {
    /// What becomes of a task that is handed over.
    HandOverMode {
        /// Only those who get it do it from now on.
        Moves = "moves",
        /// Both do it.
        Shared = "shared",
    }
}

/// Transition protection: the loss of the organisation that hands over is limited for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// It loses no more than so many of a hundred of what the task brought it.
    pub stop_loss_percent: Ratio,
    /// For so many years.
    pub years: u8,
    /// How much of the protection stays in each of those years, in percent; empty: all of it until the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taper_percent: Vec<Ratio>,
}

/// Who leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// Of which organisation.
    pub organisation: OrganisationId,
    /// Of which profession.
    pub profession: ProfessionId,
    /// Whether a clinician.
    #[serde(default, skip_serializing_if = "is_false")]
    pub clinician: bool,
    /// What the office is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Arc<str>>,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Arc<str>>,
    /// Of which needs they lead the care; empty, with no services either: of all that the agreement is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<NeedId>,
    /// Of which kinds of service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceKind>,
}

/// Anything else that somebody has to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Who has to.
    pub owner: OrganisationId,
    /// By when.
    pub due: Day,
    /// And then again every so many months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_months: Option<u16>,
    /// The categories of record that the owner has to keep closed by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withholds: Vec<CategoryId>,
    /// To whom they are closed; empty: to everybody else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withholds_from: Vec<OrganisationId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
