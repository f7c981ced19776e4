//! Why a citizen is whose, in words.

use super::{Step, Why};
use crate::agreement::Attribution;
use crate::money::Minor;

impl Why<'_> {
    /// In words, where citizens are counted by this; what was charged is in a currency.
    pub fn words(self, by: Attribution, currency: &str) -> String {
        match self {
            Self::List(with) => format!("on the list of `{with}`"),
            Self::Named(with) => format!("by her own word `{with}`'s"),
            Self::Home(area) => format!("lives in `{area}`"),
            Self::Member => "in the place".to_owned(),
            Self::Plurality { step, worth } => {
                let most = match (by, i64::try_from(worth)) {
                    (Attribution::PluralityByCharge, Ok(minor)) => {
                        format!("{} charged", Minor(minor).decimal(currency))
                    }
                    _ if worth == 1 => "1 contact".to_owned(),
                    _ => format!("{worth} contacts"),
                };
                let step = match step {
                    Step::First => "first",
                    Step::Second => "second",
                };
                format!("most of her primary care ({most}, {step} step)")
            }
        }
    }
}
