//! Shared savings and losses: what was spent is held against a benchmark, and the difference is shared when it is large
//! enough to be no accident, and quality good enough.
//!
//! Source: the Medicare Shared Savings Program, 42 CFR part 425, subpart G.

use super::{PaymentError, fits};
use crate::agreement::SharedSavings;
use crate::money::{Exact, Minor};

/// The figures of an organisation and year. Money is in the minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavingsFigures {
    /// What would have been spent.
    pub benchmark: Exact,
    /// What was spent.
    pub spend: Exact,
    /// The least rate of savings that counts, in percent; see [`least_rate`].
    pub least_percent: Exact,
    /// Quality, in percent.
    pub quality_percent: Option<Exact>,
    /// Which share the organisation's quality gives it.
    pub share: ShareOf,
    /// Whether savings are not shared at all.
    pub unshared: bool,
    /// Whether the clause's part of the share is for it when savings are below the least rate.
    pub in_part_below_least: bool,
    /// What is forgiven of a loss, above nothing.
    pub relief: Exact,
}

/// Which share an organisation's quality gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareOf {
    /// As the clause says of its quality: whether it is through the gate, whether quality scales.
    Quality,
    /// The whole share.
    Whole,
    /// The share times quality.
    Scaled,
    /// None.
    Nothing,
}

/// What became of a difference between benchmark and spending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// Savings are shared.
    Savings,
    /// Savings are below the least rate, and shared in part.
    SavingsInPart,
    /// Savings are below the least rate: none are shared.
    BelowLeast,
    /// Savings are not shared with this organisation.
    Unshared,
    /// Quality was too low for a share.
    QualityTooLow,
    /// There is no difference.
    Even,
    /// A loss is borne.
    Loss,
    /// The loss is below the least rate: none is borne.
    LossBelowLeast,
    /// Losses are not shared.
    LossUnshared,
}

/// What is earned (above nothing) or owed (below), and how it came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Savings {
    /// What it comes to.
    pub amount: Minor,
    /// What became of the difference.
    pub shared: Shared,
    /// Benchmark less spending.
    pub difference: Exact,
    /// The part of it that is shared.
    pub part: Exact,
    /// Whether a cap was reached.
    pub capped: bool,
}

/// The least rate of savings that counts for so many members, in percent; nothing where the clause names none.
///
/// # Errors
/// When numbers are too large.
pub fn least_rate(terms: &SharedSavings, members: u64) -> Result<Exact, PaymentError> {
    let mut points: Vec<_> = terms.savings_min.iter().collect();
    points.sort_by_key(|point| point.members);
    let reached = points.partition_point(|point| u64::from(point.members) <= members);
    let (before, after) = (points.get(..reached).and_then(<[_]>::last), points.get(reached));
    match (before, after) {
        (None, None) => Ok(Exact::ZERO),
        (Some(point), None) | (None, Some(point)) => Ok(Exact::from(point.percent)),
        (Some(before), Some(_)) if !terms.savings_min_linear => Ok(Exact::from(before.percent)),
        (Some(before), Some(after)) => {
            let (low, high) = (Exact::from(before.members), Exact::from(after.members));
            let (start, end) = (Exact::from(before.percent), Exact::from(after.percent));
            let between = || {
                let way = Exact::from(members).minus(low)?.over(high.minus(low)?)?;
                start.plus(end.minus(start)?.times(way)?)
            };
            fits(between())
        }
    }
}

/// What an organisation earns or owes.
///
/// # Errors
/// When the clause goes by quality that is not known, or the sum is too large.
pub fn savings(terms: &SharedSavings, figures: &SavingsFigures) -> Result<Savings, PaymentError> {
    let difference = fits(figures.benchmark.minus(figures.spend))?;
    let least = fits(hundredth(figures.least_percent).and_then(|part| figures.benchmark.times(part)))?;
    let settled = |shared, part, (amount, capped): (Exact, bool)| {
        Ok(Savings { amount: fits(amount.rounded())?, shared, difference, part, capped })
    };
    let nothing = |shared| settled(shared, Exact::ZERO, (Exact::ZERO, false));
    if difference == Exact::ZERO {
        return nothing(Shared::Even);
    }
    if difference.is_negative() {
        let lost = fits(difference.negative())?;
        let Some(part) = loss_part(terms, figures)? else { return nothing(Shared::LossUnshared) };
        if lost < least {
            return nothing(Shared::LossBelowLeast);
        }
        return settled(Shared::Loss, part, fits(loss(terms, figures, lost, part))?);
    }
    if figures.unshared {
        return nothing(Shared::Unshared);
    }
    let mut part = sharing_part(terms, figures)?;
    let shared = match &terms.below_min {
        _ if difference >= least => Shared::Savings,
        Some(below) if figures.in_part_below_least => {
            part = fits(Exact::percent(below.percent).and_then(|of| part.times(of)))?;
            Shared::SavingsInPart
        }
        _ => return nothing(Shared::BelowLeast),
    };
    if part == Exact::ZERO {
        return nothing(Shared::QualityTooLow);
    }
    settled(shared, part, fits(gain(terms, figures, difference, part))?)
}

fn hundredth(percent: Exact) -> Option<Exact> {
    percent.over(Exact::from(100_i64))
}

/// The part of savings that is shared, by quality.
fn sharing_part(terms: &SharedSavings, figures: &SavingsFigures) -> Result<Exact, PaymentError> {
    let whole = fits(Exact::percent(terms.sharing_percent))?;
    let scaled = || fits(hundredth(quality(figures)?).and_then(|quality| whole.times(quality)));
    match figures.share {
        ShareOf::Whole => Ok(whole),
        ShareOf::Scaled => scaled(),
        ShareOf::Nothing => Ok(Exact::ZERO),
        ShareOf::Quality => match terms.quality_gate_percent {
            Some(gate) if quality(figures)? < Exact::from(gate) => Ok(Exact::ZERO),
            _ if terms.quality_scales => scaled(),
            _ => Ok(whole),
        },
    }
}

/// The part of losses that is borne, where any is.
fn loss_part(terms: &SharedSavings, figures: &SavingsFigures) -> Result<Option<Exact>, PaymentError> {
    let Some(range) = terms.loss_by_quality else {
        return terms.loss_percent.map(|percent| fits(Exact::percent(percent))).transpose();
    };
    let (least, most) = (fits(Exact::percent(range.percent_min))?, fits(Exact::percent(range.percent_max))?);
    let quality = quality(figures)?;
    let left = || Exact::ONE.minus(Exact::percent(terms.sharing_percent)?.times(hundredth(quality)?)?);
    Ok(Some(fits(left())?.min(most).max(least)))
}

fn quality(figures: &SavingsFigures) -> Result<Exact, PaymentError> {
    figures.quality_percent.ok_or(PaymentError::QualityNotKnown)
}

fn gain(terms: &SharedSavings, figures: &SavingsFigures, saved: Exact, part: Exact) -> Option<(Exact, bool)> {
    let mut amount = saved.times(part)?;
    let mut capped = false;
    if let Some(cap) = terms.cap_percent {
        let cap = figures.benchmark.times(Exact::percent(cap)?)?;
        capped = amount > cap;
        amount = amount.min(cap);
    }
    if let Some(held_back) = terms.sequestration_percent {
        amount = amount.times(Exact::ONE.minus(Exact::percent(held_back)?)?)?;
    }
    Some((amount, capped))
}

fn loss(terms: &SharedSavings, figures: &SavingsFigures, lost: Exact, part: Exact) -> Option<(Exact, bool)> {
    let mut owed = lost.times(part)?;
    let mut capped = false;
    if let Some(cap) = terms.loss_cap_percent {
        let cap = figures.benchmark.times(Exact::percent(cap)?)?;
        capped = owed > cap;
        owed = owed.min(cap);
    }
    // What is forgiven can make a loss nothing, never a gain.
    let owed = owed.minus(figures.relief)?.max(Exact::ZERO);
    Some((owed.negative()?, capped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::{BelowMin, Benchmark, LossRange, SavingsRate};
    use crate::money::Ratio;

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    fn terms() -> SharedSavings {
        let point = |members, percent| SavingsRate { members, percent: ratio(percent) };
        SharedSavings {
            benchmark: Benchmark::PerMember(Minor(1)),
            spend_column: None,
            members_column: None,
            savings_min: vec![point(6_000, "3.6"), point(5_000, "3.9"), point(60_000, "2.0")],
            savings_min_linear: true,
            savings_min_column: None,
            below_min: None,
            unshared_where: Vec::new(),
            sharing_percent: ratio("75"),
            quality_column: None,
            quality_gate_percent: Some(ratio("40")),
            quality_scales: false,
            whole_where: Vec::new(),
            scaled_where: Vec::new(),
            cap_percent: Some(ratio("20")),
            loss_percent: None,
            loss_by_quality: Some(LossRange { percent_min: ratio("40"), percent_max: ratio("75") }),
            loss_relief_column: None,
            loss_cap_percent: Some(ratio("15")),
            sequestration_percent: Some(ratio("2")),
        }
    }

    fn figures(benchmark: i64, spend: i64) -> SavingsFigures {
        SavingsFigures {
            benchmark: Exact::from(benchmark),
            spend: Exact::from(spend),
            least_percent: Exact::from(2_i64),
            quality_percent: Some(Exact::from(80_i64)),
            share: ShareOf::Quality,
            unshared: false,
            in_part_below_least: false,
            relief: Exact::ZERO,
        }
    }

    fn settled(terms: &SharedSavings, figures: &SavingsFigures) -> (i64, Shared) {
        let savings = savings(terms, figures).unwrap();
        (savings.amount.0, savings.shared)
    }

    #[test]
    fn savings_are_shared_from_the_least_rate_on_up_to_the_cap() {
        let terms = terms();
        assert_eq!(settled(&terms, &figures(100_000, 98_001)), (0, Shared::BelowLeast));
        assert_eq!(settled(&terms, &figures(100_000, 98_000)), (1_470, Shared::Savings));
        assert_eq!(settled(&terms, &figures(100_000, 50_000)), (19_600, Shared::Savings));
        assert_eq!(settled(&terms, &figures(100_000, 100_000)), (0, Shared::Even));
    }

    #[test]
    fn losses_are_borne_by_what_quality_leaves_of_them_up_to_the_cap() {
        let terms = terms();
        assert_eq!(settled(&terms, &figures(100_000, 101_999)), (0, Shared::LossBelowLeast));
        assert_eq!(settled(&terms, &figures(100_000, 110_000)), (-4_000, Shared::Loss));
        let poor = SavingsFigures { quality_percent: Some(Exact::from(50_i64)), ..figures(100_000, 110_000) };
        assert_eq!(settled(&terms, &poor), (-6_250, Shared::Loss));
        assert_eq!(settled(&terms, &figures(100_000, 200_000)), (-15_000, Shared::Loss));
        let forgiven = SavingsFigures { relief: Exact::from(9_000_i64), ..figures(100_000, 110_000) };
        assert_eq!(settled(&terms, &forgiven), (0, Shared::Loss));
        let one_sided = SharedSavings { loss_by_quality: None, ..terms };
        assert_eq!(settled(&one_sided, &figures(100_000, 110_000)), (0, Shared::LossUnshared));
    }

    #[test]
    fn who_is_not_good_enough_gets_nothing_and_some_get_a_part() {
        let terms = terms();
        let poor = SavingsFigures { quality_percent: Some(Exact::from(39_i64)), ..figures(100_000, 90_000) };
        assert_eq!(settled(&terms, &poor), (0, Shared::QualityTooLow));
        let scaled = SavingsFigures { share: ShareOf::Scaled, ..figures(100_000, 90_000) };
        assert_eq!(settled(&terms, &scaled), (5_880, Shared::Savings));
        let unshared = SavingsFigures { unshared: true, ..figures(100_000, 90_000) };
        assert_eq!(settled(&terms, &unshared), (0, Shared::Unshared));
        let lenient = SharedSavings { below_min: Some(BelowMin { rows: Vec::new(), percent: ratio("50") }), ..terms };
        let small = SavingsFigures { in_part_below_least: true, ..figures(100_000, 99_000) };
        // 1,000 × 75 % × half, less 2 %: 367.5.
        assert_eq!(settled(&lenient, &small), (368, Shared::SavingsInPart));
    }

    #[test]
    fn quality_that_nobody_knows_is_an_error() {
        let unknown = SavingsFigures { quality_percent: None, ..figures(100_000, 90_000) };
        assert_eq!(savings(&terms(), &unknown), Err(PaymentError::QualityNotKnown));
    }

    #[test]
    fn the_least_rate_goes_down_evenly_or_in_steps() {
        let linear = terms();
        let rate = |terms: &SharedSavings, members| least_rate(terms, members).unwrap().ratio().unwrap().to_string();
        assert_eq!(rate(&linear, 5_500), "3.75");
        assert_eq!(rate(&linear, 100), "3.9");
        assert_eq!(rate(&linear, 1_000_000), "2");
        let steps = SharedSavings { savings_min_linear: false, ..terms() };
        assert_eq!(rate(&steps, 5_999), "3.9");
    }
}
