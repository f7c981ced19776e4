//! What a task brings since it was handed over, held against the year before, and what that spares who gave it away.

use super::amounts::Counted;
use super::{Reckoning, Term};
use crate::agreement::Protection;
use crate::day::Period;
use crate::money::{Exact, Minor};
use crate::payment::{PaymentError, protection};

/// What is paid, why, and what of it was gained or lost.
pub(super) struct Spared {
    pub(super) amount: Minor,
    pub(super) why: String,
    pub(super) result: Exact,
}

impl Reckoning {
    /// What contacts since are worth more (or less, below nothing) than those of as many days of the year before were.
    pub(super) fn changed(&self, term: &Term, counted: &Counted) -> Option<Exact> {
        let compared = term.compared?;
        let settled = Period::new(compared.since, term.time.to).and_then(|since| since.intersect(term.time));
        let Some(settled) = settled else { return Some(Exact::ZERO) };
        let since = counted.since.iter().try_fold(Exact::ZERO, |sum, (_, worth)| sum.plus(*worth))?;
        since.minus(part_of(counted.before, compared.before, settled)?)
    }

    /// What who handed a task over is paid back: year by year since then, each by its own part of the protection.
    pub(super) fn spared(&self, term: &Term, terms: &Protection, counted: &Counted) -> Result<Spared, PaymentError> {
        let (mut amount, mut before_all, mut since_all) = (Minor::ZERO, Exact::ZERO, Exact::ZERO);
        let too_large = PaymentError::TooLarge;
        if let Some(compared) = term.compared {
            for year in 0..terms.years {
                let years = |years: u8| compared.since.plus_years(i32::from(years));
                let whole = Period::new(years(year), years(year.saturating_add(1)));
                let Some(settled) = whole.and_then(|whole| whole.intersect(term.time)) else { continue };
                let before = part_of(counted.before, compared.before, settled).ok_or(too_large.clone())?;
                let here = counted.since.iter().filter(|(known, _)| *known == year);
                let since =
                    here.map(|(_, worth)| *worth).try_fold(Exact::ZERO, Exact::plus).ok_or(too_large.clone())?;
                let rounded = |exact: Exact| exact.rounded().ok_or(too_large.clone());
                let spared = protection(terms, year, rounded(before)?, rounded(since)?)?;
                amount = amount.plus(spared).ok_or(too_large.clone())?;
                before_all = before_all.plus(before).ok_or(too_large.clone())?;
                since_all = since_all.plus(since).ok_or(too_large.clone())?;
            }
        }
        let why = format!(
            "the task handed over brought {}, and would have brought {} as in the year before: losses beyond {} % are paid back",
            self.rounded(since_all),
            self.rounded(before_all),
            terms.stop_loss_percent
        );
        Ok(Spared { amount, why, result: Exact::ZERO })
    }
}

/// The part of a year's worth that belongs to so many days.
fn part_of(worth: Exact, year: Period, days: Period) -> Option<Exact> {
    worth.times(Exact::from(days.days()?))?.over(Exact::from(year.days()?))
}
