//! Ids: the names that files, tables and clauses call things by. One type each, so that no two can be confused.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Arc::from(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "`{}`", self.0)
            }
        }
    )*};
}

text_ids! {
    /// A citizen, as the lake calls them once their source records are linked.
    CitizenId;
    /// An area of a place folder.
    AreaId;
    /// A people group.
    GroupId;
    /// A need.
    NeedId;
    /// A place.
    PlaceId;
    /// A legal body.
    OrganisationId;
    /// Where care happens.
    SiteId;
    /// What one organisation offers at one site.
    ServiceId;
    /// A kind of service, such as `retinal-screening`; many organisations may offer the same kind.
    ServiceKind;
    /// A type of professional, such as `diabetes-specialist-nurse`.
    ProfessionId;
    /// A list of codes.
    CodelistId;
    /// An agreement: the name of its file.
    AgreementId;
    /// A clause, within its agreement: `4.2`.
    ClauseId;
    /// A category of record, such as `retinal-result`.
    CategoryId;
    /// A table of prices: the name of its file.
    TariffId;
    /// A citizen's permission or objection.
    ChoiceId;
}
