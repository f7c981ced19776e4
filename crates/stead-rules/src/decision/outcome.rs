//! What a decision comes to: short, for passes over millions; and in full, for one that somebody reads.

use serde::{Deserialize, Serialize};

use crate::agreement::ClauseRef;
use crate::id::{CategoryId, ChoiceId, GroupId, OrganisationId, PlaceId, ProfessionId};
use crate::purpose::Purpose;

/// What a decision comes to, in a few bytes. [`super::Gate`] says what the numbers stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Yes.
    Permit(Permit),
    /// No.
    Deny(Block),
}

/// Why yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// The citizen asks for her own record.
    Herself,
    /// The organisation's own records, for care.
    Own,
    /// A share clause: the first in force that opens it. [`super::Gate::clause`] cites it.
    Clause(u32),
    /// Emergency treatment with a reason, where nothing else opens the record.
    BreakGlass,
}

/// Why no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// An objection, by its position among the citizen's choices.
    Objection(usize),
    /// The national opt-out, by its position among the citizen's choices.
    OptOut(usize),
    /// The citizen asks for something other than her own request.
    NotHerRequest,
    /// Nobody knows such a category.
    UnknownCategory,
    /// No share clause goes from the holder to who asks.
    NoClause,
    /// The nearest clause (see [`super::Gate::clause`]) lacks something.
    Lacks(u32, Lack),
}

/// What keeps a clause from opening a record; several may at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lack(u16);

impl Lack {
    /// Its agreement is not in force on that day.
    pub const IN_FORCE: Self = Self(1);
    /// It does not open this category.
    pub const CATEGORY: Self = Self(1 << 1);
    /// The category is sensitive, and it does not open it by name.
    pub const BY_NAME: Self = Self(1 << 2);
    /// It does not open it for this purpose.
    pub const PURPOSE: Self = Self(1 << 3);
    /// Not for this profession.
    pub const PROFESSION: Self = Self(1 << 4);
    /// The citizen is not in its group.
    pub const GROUP: Self = Self(1 << 5);
    /// The citizen is in none of its places.
    pub const PLACE: Self = Self(1 << 6);
    /// Who asks does not act for the citizen on that day.
    pub const CIRCLE: Self = Self(1 << 7);
    /// The citizen has not permitted it.
    pub const PERMISSION: Self = Self(1 << 8);

    /// Each lack with a word for it, in the order in which one would see to them.
    pub const WORDS: &[(&str, Self)] = &[
        ("not-in-force", Self::IN_FORCE),
        ("category", Self::CATEGORY),
        ("not-by-name", Self::BY_NAME),
        ("purpose", Self::PURPOSE),
        ("profession", Self::PROFESSION),
        ("group", Self::GROUP),
        ("place", Self::PLACE),
        ("circle", Self::CIRCLE),
        ("permission", Self::PERMISSION),
    ];

    /// Nothing is lacking.
    pub const fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// Whether this is among what is lacking.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// How many things are lacking.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Adds what is lacking where it is.
    #[must_use]
    pub(super) const fn with(self, other: Self, lacking: bool) -> Self {
        if lacking { Self(self.0 | other.0) } else { self }
    }

    /// The word of the first thing that is lacking.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, lack)| self.has(*lack)).map_or("nothing", |(word, _)| word)
    }
}

impl Outcome {
    /// Whether it is a yes.
    pub const fn is_permit(self) -> bool {
        matches!(self, Self::Permit(_))
    }

    /// Why, in a word for tables: `clause`, `own`, `objection`, `circle` …
    pub fn word(self) -> &'static str {
        match self {
            Self::Permit(Permit::Herself) => "herself",
            Self::Permit(Permit::Own) => "own",
            Self::Permit(Permit::Clause(_)) => "clause",
            Self::Permit(Permit::BreakGlass) => "break-glass",
            Self::Deny(Block::Objection(_)) => "objection",
            Self::Deny(Block::OptOut(_)) => "opt-out",
            Self::Deny(Block::NotHerRequest) => "not-her-request",
            Self::Deny(Block::UnknownCategory) => "unknown-category",
            Self::Deny(Block::NoClause) => "no-clause",
            Self::Deny(Block::Lacks(_, lack)) => lack.word(),
        }
    }
}

/// A decision in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Yes or no.
    pub permit: bool,
    /// Whether the glass was broken.
    pub break_glass: bool,
    /// What decided it; every clause that opens it.
    pub reasons: Vec<Reason>,
    /// Of a no: the changes that together would make it a yes.
    pub would_open: Vec<Reason>,
}

/// Something that decides, or that would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Reason {
    /// The citizen asks for her own record.
    Herself,
    /// The organisation's own records.
    Own {
        /// Which.
        organisation: OrganisationId,
    },
    /// A clause opens it.
    Clause {
        /// Which.
        clause: ClauseRef,
        /// Whether because the organisation acts for the citizen.
        circle: bool,
        /// The citizen's permission that it asks for.
        permission: Option<ChoiceId>,
    },
    /// Emergency treatment.
    BreakGlass {
        /// The reason given; in what would open: none yet.
        because: Option<String>,
    },
    /// The citizen objects.
    Objection {
        /// Which choice.
        choice: ChoiceId,
    },
    /// The citizen opted out.
    OptOut {
        /// Which choice.
        choice: ChoiceId,
    },
    /// The citizen asks for something other than her own request.
    NotHerRequest,
    /// Nobody knows such a category.
    UnknownCategory {
        /// What was asked for.
        category: CategoryId,
    },
    /// No share clause goes from the holder to who asks.
    NoClause {
        /// Who holds the record.
        from: OrganisationId,
        /// Who asks.
        to: OrganisationId,
    },
    /// The agreement of the nearest clause is not in force.
    NotInForce {
        /// The clause.
        clause: ClauseRef,
    },
    /// The nearest clause does not open this category.
    Category {
        /// The clause.
        clause: ClauseRef,
        /// The category.
        category: CategoryId,
        /// Whether it is sensitive, so that it would have to be named.
        sensitive: bool,
    },
    /// The nearest clause is not for this purpose.
    Purpose {
        /// The clause.
        clause: ClauseRef,
        /// The purpose.
        purpose: Purpose,
    },
    /// The nearest clause is not for this profession.
    Profession {
        /// The clause.
        clause: ClauseRef,
        /// The profession that asked, where it is known.
        profession: Option<ProfessionId>,
    },
    /// The citizen is not in the clause's group.
    Group {
        /// The clause.
        clause: ClauseRef,
        /// The group.
        group: GroupId,
    },
    /// The citizen is in none of the agreement's places.
    Place {
        /// The clause.
        clause: ClauseRef,
        /// The places.
        places: Vec<PlaceId>,
    },
    /// Who asks does not act for the citizen on that day.
    Circle {
        /// The clause.
        clause: ClauseRef,
        /// Who asks.
        organisation: OrganisationId,
    },
    /// The citizen has not permitted it.
    Permission {
        /// The clause that asks for it.
        clause: ClauseRef,
    },
}

impl Reason {
    /// The reason in a word; of the first reason of a decision, the word that [`Outcome::word`] has for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Herself => "herself",
            Self::Own { .. } => "own",
            Self::Clause { .. } => "clause",
            Self::BreakGlass { .. } => "break-glass",
            Self::Objection { .. } => "objection",
            Self::OptOut { .. } => "opt-out",
            Self::NotHerRequest => "not-her-request",
            Self::UnknownCategory { .. } => "unknown-category",
            Self::NoClause { .. } => "no-clause",
            Self::NotInForce { .. } => "not-in-force",
            Self::Category { sensitive: false, .. } => "category",
            Self::Category { sensitive: true, .. } => "not-by-name",
            Self::Purpose { .. } => "purpose",
            Self::Profession { .. } => "profession",
            Self::Group { .. } => "group",
            Self::Place { .. } => "place",
            Self::Circle { .. } => "circle",
            Self::Permission { .. } => "permission",
        }
    }
}
