//! What of an amount was for whom: by what each citizen's records counted for it.

use super::{By, Entry, Key, Reckoning, Term, Unit};
use crate::agreement::{BundleSpan, Formula};
use crate::money::{Exact, Minor, Ratio};

/// How much of what a clause is split by among citizens an entry is; `None`: it does not count for that.
///
/// Activity and blended sums go by contacts at their price, a block by the contacts of its work, capitation by weighed days,
/// a bundle by days or episodes, an incentive by who had the need met, a share of savings by days.
pub fn share_weight(term: &Term, key: Key, count: i128) -> Option<Exact> {
    let By::Formula(formula) = &term.by else { return None };
    let counted = Exact::new(count, 1)?;
    match (formula, key.unit) {
        (Formula::Activity(_) | Formula::Blended(_), Unit::Contacts(price)) => Exact::from(price).times(counted),
        (Formula::Block { .. }, Unit::Unpriced) | (Formula::Incentive(_), Unit::Met) => Some(counted),
        (Formula::Capitation(_) | Formula::SharedSavings(_), Unit::Days(weight)) => Exact::from(weight).times(counted),
        (Formula::Bundle(bundle), Unit::Days(_)) if bundle.span == BundleSpan::Year => Some(counted),
        (Formula::Bundle(_), Unit::Episodes) => Some(counted),
        _ => None,
    }
}

impl Reckoning {
    /// What was counted for a citizen by one clause and organisation, in words.
    pub fn words<'a>(&self, entries: impl Iterator<Item = &'a Entry>) -> String {
        let count =
            |count: i64, one: &str, several: &str| format!("{count} {}", if count == 1 { one } else { several });
        let (mut words, mut met, mut wanted) = (Vec::new(), 0, 0);
        for entry in entries {
            match entry.key.unit {
                Unit::Contacts(price) => {
                    words.push(format!("{} at {}", count(entry.count, "contact", "contacts"), self.money(price)));
                }
                Unit::Unpriced if self.is_block(entry) => words.push(count(entry.count, "contact", "contacts")),
                Unit::Unpriced => {
                    words.push(format!("{} without a price", count(entry.count, "contact", "contacts")));
                }
                Unit::Days(Ratio::ONE) => words.push(count(entry.count, "day", "days")),
                Unit::Days(weight) => words.push(format!("{} weighing {weight}", count(entry.count, "day", "days"))),
                Unit::Episodes => words.push(count(entry.count, "episode", "episodes")),
                Unit::Wanted => wanted += entry.count,
                Unit::Met => met += entry.count,
                Unit::Spent => words.push(format!("{} spent", self.money(Minor(entry.count)))),
                Unit::Uncosted => {
                    words.push(format!("{} of unknown cost", count(entry.count, "contact", "contacts")));
                }
                Unit::Listed | Unit::Before(_) | Unit::Since(..) => {}
            }
        }
        if wanted > 0 {
            words.push(format!("{met} of {} met", count(wanted, "need", "needs")));
        }
        words.join(", ")
    }

    fn is_block(&self, entry: &Entry) -> bool {
        let term = self.terms.get(entry.key.term);
        term.is_some_and(|term| matches!(term.by, By::Formula(Formula::Block { .. })))
    }
}
