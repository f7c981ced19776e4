//! What clauses pay: a pure function for each formula, from figures to an amount, exact until it is rounded once.
//!
//! Figures are counted elsewhere (from records, or from evidence that a party brings); terms are those of the clause.
//! None of it depends on the order of figures, and a sum that cannot be counted is an error, never another sum.
//!
//! 1. `activity`, `bundle`: for contacts and episodes. 2. `block`, `blended`, `capitation`: for time and members.
//! 3. `incentive`, `savings`: for what came of it. 4. `pool`, `protection`: what is borne together.

mod activity;
mod blended;
mod block;
mod bundle;
mod capitation;
mod incentive;
mod pool;
mod protection;
mod savings;

pub use activity::{Counted, activity, activity_at, price};
pub(crate) use activity::{contact_words, fits_contact, says};
pub use blended::blended;
pub use block::{block, times};
pub use bundle::{bundle, covered, episodes};
pub use capitation::{MemberDays, capitation};
pub use incentive::{Achieved, incentive};
pub use pool::{PoolFigures, Worth, losers_first, pool};
pub use protection::protection;
pub use savings::{Savings, SavingsFigures, ShareOf, Shared, least_rate, savings};

/// Why a clause cannot be settled on its figures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// A sum does not fit.
    #[error("the amount is larger than can be counted")]
    TooLarge,
    /// Several prices say as much of a contact, and different amounts.
    #[error("two prices fit `{contact}` alike: {one} and {other} in the minor unit")]
    TwoPrices {
        /// The contact.
        contact: String,
        /// A price.
        one: i64,
        /// Another.
        other: i64,
    },
    /// No price fits a contact.
    #[error("no price fits `{contact}`")]
    NoPrice {
        /// The contact.
        contact: String,
    },
    /// A sum is for a time that has no end.
    #[error("the time that is settled has no beginning or no end")]
    Endless,
    /// A share goes by quality, and nobody knows it.
    #[error("the clause goes by quality, and it is not known")]
    QualityNotKnown,
    /// Everybody's share is nothing.
    #[error("the pool cannot be split {by}: everybody's share would be nothing, or one would be less")]
    NoShares {
        /// By what.
        by: &'static str,
    },
    /// What a split goes by is not known of a member.
    #[error("the pool cannot be split {by}: it is not known of `{member}`")]
    NotKnown {
        /// By what.
        by: &'static str,
        /// Of whom.
        member: String,
    },
    /// Something that the formula is made of is nothing, and cannot be divided by.
    #[error("{what} is 0, and cannot be")]
    Nothing {
        /// What.
        what: &'static str,
    },
}

use PaymentError::TooLarge;

/// A step of exact arithmetic, or the error that it does not fit.
fn fits<T>(step: Option<T>) -> Result<T, PaymentError> {
    step.ok_or(TooLarge)
}
