//! The domain of Stead: who is in a place, what they need, and who is around them.
//!
//! Everything here is a pure function over typed values: no I/O, no async, no Arrow, and "today" is always a parameter.
//! Read it in this order:
//!
//! 1. [`Day`], [`Period`], [`Intervals`]: time, half-open and in whole days.
//! 2. [`Criterion`] and [`Group`]: who belongs, as a tree of dated conditions.
//! 3. [`Place`], [`Need`], [`Service`], gathered in [`Definitions`]: what a place folder says.
//! 4. [`Compiled`] and [`membership`]: the definitions turned into interval algebra over one citizen's history.
//! 5. [`needs`], [`owner`], [`visits`], [`circle`]: what follows for a citizen on a day.
//! 6. [`Agreement`], [`Purpose`], [`Category`], [`Choice`]: what organisations promise each other, and what a citizen says to it.
//! 7. [`Gate`]: who may see what, by which clause.
//! 8. [`sharing`]: what of her record is open to those around her, and what is blocked.
//! 9. [`Minor`], [`attribution`], [`payment`], [`posting`], [`settlement`]: whose citizens, what a clause pays, and the accounts; [`reckoning`]: by records.
//! 10. [`what_if`]: what other clauses would change, for whom.
//! 11. [`continuity`], [`density`], [`disclosure`]: numbers about care, and which of them may be shown.

#![cfg_attr(
    test,
    expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests may fail loudly")
)]

pub mod agreement;
pub mod area;
pub mod attribution;
mod bodies;
pub mod category;
pub mod choice;
pub mod circle;
pub mod code;
pub mod compiled;
pub mod continuity;
pub mod criterion;
pub mod day;
pub mod decision;
pub mod definitions;
pub mod density;
pub mod disclosure;
pub mod gaps;
pub mod history;
pub mod id;
pub mod intervals;
pub mod mapping;
pub mod membership;
pub mod money;
pub mod need;
pub mod needs;
pub mod organisation;
pub mod owner;
pub mod payment;
pub mod person;
pub mod place;
pub mod posting;
pub mod promises;
pub mod purpose;
pub mod reckoning;
pub mod settlement;
pub mod sharing;
pub mod tariff;
pub mod translate;
pub mod unit;
pub mod visits;
pub mod what_if;
pub mod words;

pub use agreement::{
    Agreement, AgreementStanding, Clause, ClauseRef, Digest, Party, Signature, Stage, Terms, Withdrawal,
};
pub use area::{Area, AreaCode, SmallArea};
pub use category::{Category, Confidentiality};
pub use choice::{Choice, ChoiceKind};
pub use code::{Code, Codelist, System};
pub use compiled::{CompileError, Compiled};
pub use criterion::{Comparison, Criterion, Expression, Group, When};
pub use day::{Day, DayError, Period};
pub use decision::{Actor, Decision, Facts, Gate, Outcome, Request};
pub use definitions::Definitions;
pub use id::{
    AgreementId, AreaId, CategoryId, ChoiceId, CitizenId, ClauseId, CodelistId, GroupId, NeedId, OrganisationId,
    PlaceId, ProfessionId, ServiceId, ServiceKind, SiteId, TariffId,
};
pub use intervals::Intervals;
pub use mapping::{Mapping, Meaning};
pub use membership::{Membership, Reason, Sheet, Standing};
pub use money::{Exact, Minor, Ratio};
pub use need::{Frequency, MetBy, Need, NotFor};
pub use needs::{Assessment, LastMet, NeedStatus};
pub use organisation::{OpenTo, Organisation, Service, ServiceStatus, Site};
pub use owner::{Lineages, Offer, Owner, OwnerWhy};
pub use person::{MaritalStatus, Sex};
pub use place::{Place, PlaceVersion};
pub use posting::{Posting, balances};
pub use purpose::Purpose;
pub use tariff::{Tariff, TariffRow};
pub use translate::{Directory, Translator};
