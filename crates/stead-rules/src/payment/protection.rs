//! Transition protection: who hands over a task loses no more than was agreed, for a time.

use super::{PaymentError, fits};
use crate::agreement::Protection;
use crate::money::{Exact, Minor};

/// What the organisation that handed over is paid back in a year (the first is 0), when the task brought it `before` a
/// year and brings it `after` now.
///
/// # Errors
/// When the sum is too large.
pub fn protection(terms: &Protection, year: u8, before: Minor, after: Minor) -> Result<Minor, PaymentError> {
    if year >= terms.years || before <= Minor::ZERO {
        return Ok(Minor::ZERO);
    }
    let taper = if terms.taper_percent.is_empty() {
        Exact::ONE
    } else {
        match terms.taper_percent.get(usize::from(year)) {
            Some(percent) => fits(Exact::percent(*percent))?,
            None => Exact::ZERO,
        }
    };
    let borne = fits(Exact::percent(terms.stop_loss_percent).and_then(|part| Exact::from(before).times(part)))?;
    let lost = fits(Exact::from(before).minus(Exact::from(after)))?;
    let beyond = fits(lost.minus(borne))?.max(Exact::ZERO);
    fits(beyond.times(taper).and_then(Exact::rounded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_beyond_the_limit_is_paid_back_less_each_year() {
        let terms = Protection {
            stop_loss_percent: "2.5".parse().unwrap(),
            years: 3,
            taper_percent: ["100", "60", "30"].map(|it| it.parse().unwrap()).to_vec(),
        };
        let paid = |year, after| protection(&terms, year, Minor(100_000), Minor(after)).unwrap().0;
        assert_eq!([paid(0, 80_000), paid(1, 80_000), paid(2, 80_000), paid(3, 80_000)], [17_500, 10_500, 5_250, 0]);
        assert_eq!([paid(0, 97_500), paid(0, 120_000)], [0, 0]);
    }
}
