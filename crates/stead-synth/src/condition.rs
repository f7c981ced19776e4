//! Conditions: how common each is in England, in whom, and what records call it.

use stead_rules::Sex;

use crate::published::{BANDS, ByBand, PEOPLE_THOUSANDS, SHARE_FEMALE, at_band, by_deprivation};

/// A long-term condition that a citizen may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is named by its term in the table below")]
pub enum Condition {
    Type1Diabetes,
    Type2Diabetes,
    Hypertension,
    CoronaryHeartDisease,
    HeartFailure,
    AtrialFibrillation,
    Stroke,
    Asthma,
    Copd,
    ChronicKidneyDisease,
    Depression,
    Dementia,
    SeriousMentalIllness,
    Cancer,
    Epilepsy,
    Obesity,
    RheumatoidArthritis,
    Osteoarthritis,
    Hypothyroidism,
    DiabeticRetinopathy,
    DiabeticNeuropathy,
    DiabeticFootUlcer,
    VisualImpairment,
    Blindness,
}

/// What is known of a condition in England and how records write it.
#[derive(Debug)]
pub struct Facts {
    /// Which condition.
    pub condition: Condition,
    /// SNOMED CT code.
    pub snomed: &'static str,
    /// The words for it.
    pub term: &'static str,
    /// ICD-10 code.
    pub icd10: &'static str,
    /// Share of people aged `from_years` and over who have it; 0 for what follows from another condition.
    pub prevalence: f64,
    /// The age from which the share counts.
    pub from_years: u16,
    /// How much commoner it is in men than in women at the same age.
    pub men_to_women: f64,
    /// How many times commoner it is in the most deprived tenth than in the least, at the same age.
    pub deprivation_ratio: f64,
    /// How common it is by age, in any unit.
    pub shape: ByBand,
}

const NONE: ByBand = [0.0; BANDS];
const LATE: ByBand = [0., 0., 0., 0., 0., 0., 0.1, 0.3, 0.7, 1.5, 3., 5., 8., 12., 16., 20., 24., 26., 26.];
const VERY_LATE: ByBand = [0., 0., 0., 0., 0., 0., 0., 0., 0.1, 0.2, 0.5, 1., 2., 4., 8., 13., 20., 27., 33.];
const ADULT: ByBand = [0., 0., 0.2, 3., 7., 10., 12., 13.5, 14.5, 15., 15.5, 15., 14., 12.5, 12., 12., 12., 12., 11.];

#[expect(clippy::too_many_arguments, reason = "one line a condition, read as a table")]
const fn row(
    condition: Condition,
    snomed: &'static str,
    term: &'static str,
    icd10: &'static str,
    prevalence: f64,
    from_years: u16,
    men_to_women: f64,
    deprivation_ratio: f64,
    shape: ByBand,
) -> Facts {
    Facts { condition, snomed, term, icd10, prevalence, from_years, men_to_women, deprivation_ratio, shape }
}

/// Every condition, in the order of [`Condition`].
///
/// Prevalence: Quality and Outcomes Framework 2022/23 and National Diabetes Audit; shapes by age and ratios by sex and
/// deprivation are assumptions after the surveys named in `docs/made-up-town.md`.
#[rustfmt::skip]
pub static CONDITIONS: &[Facts] = &[
    row(Condition::Type1Diabetes, "46635009", "Type 1 diabetes mellitus", "E10.9", 0.006, 17, 1.25, 1.1,
        [0.03, 0.12, 0.25, 0.4, 0.48, 0.54, 0.6, 0.63, 0.65, 0.66, 0.66, 0.64, 0.6, 0.52, 0.45, 0.36, 0.28, 0.2, 0.12]),
    row(Condition::Type2Diabetes, "44054006", "Type 2 diabetes mellitus", "E11.9", 0.069, 17, 1.35, 2.0,
        [0., 0., 0., 0.05, 0.15, 0.4, 0.9, 1.8, 3.3, 5.4, 7.8, 10.2, 12.7, 14.8, 16.6, 18., 18., 16.5, 13.]),
    row(Condition::Hypertension, "38341003", "Hypertension", "I10", 0.144, 0, 1.05, 1.2,
        [0., 0., 0., 0.1, 0.3, 0.8, 2., 4., 7.5, 12., 18., 24., 31., 38., 45., 51., 55., 56., 53.]),
    row(Condition::CoronaryHeartDisease, "53741008", "Coronary heart disease", "I25.9", 0.030, 0, 2.0, 1.6, LATE),
    row(Condition::HeartFailure, "84114007", "Heart failure", "I50.9", 0.010, 0, 1.4, 1.5, VERY_LATE),
    row(Condition::AtrialFibrillation, "49436004", "Atrial fibrillation", "I48.9", 0.021, 0, 1.4, 1.0, VERY_LATE),
    row(Condition::Stroke, "230690007", "Stroke", "I64", 0.019, 0, 1.2, 1.5, LATE),
    row(Condition::Asthma, "195967001", "Asthma", "J45.9", 0.065, 0, 0.8, 1.3,
        [0.3, 3., 5., 5.6, 6., 6.3, 6.6, 6.8, 7., 7.2, 7.4, 7.6, 7.8, 8., 8., 8., 7.5, 7., 6.]),
    row(Condition::Copd, "13645005", "Chronic obstructive pulmonary disease", "J44.9", 0.019, 0, 1.1, 3.0,
        [0., 0., 0., 0., 0., 0., 0.05, 0.2, 0.5, 1.1, 2., 3.4, 5.2, 7., 8.6, 9.6, 9.6, 8.5, 6.5]),
    row(Condition::ChronicKidneyDisease, "709044004", "Chronic kidney disease", "N18.9", 0.040, 18, 0.8, 1.2, VERY_LATE),
    row(Condition::Depression, "35489007", "Depressive disorder", "F32.9", 0.130, 18, 0.6, 1.7, ADULT),
    row(Condition::Dementia, "52448006", "Dementia", "F03", 0.007, 0, 0.75, 1.2,
        [0., 0., 0., 0., 0., 0., 0., 0., 0., 0.02, 0.05, 0.1, 0.3, 0.8, 2., 5., 10., 16., 22.]),
    row(Condition::SeriousMentalIllness, "391193001", "Serious mental illness", "F29", 0.010, 0, 1.1, 3.0, ADULT),
    row(Condition::Cancer, "363346000", "Malignant neoplastic disease", "C80.9", 0.035, 0, 0.9, 0.9,
        [0.05, 0.05, 0.1, 0.15, 0.2, 0.4, 0.7, 1.1, 1.8, 2.8, 4., 5.5, 7.5, 10., 12.5, 14.5, 15.5, 15., 13.]),
    row(Condition::Epilepsy, "84757009", "Epilepsy", "G40.9", 0.008, 18, 1.1, 1.8,
        [0.1, 0.3, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.85, 0.85, 0.9, 0.9, 0.95, 0.95, 0.9, 0.8]),
    row(Condition::Obesity, "414916001", "Obesity", "E66.9", 0.114, 18, 0.8, 1.6,
        [0., 0., 0., 1., 4., 7., 9., 11., 12.5, 13.5, 14.5, 15., 15., 14.5, 13., 10.5, 7.5, 4.5, 2.5]),
    row(Condition::RheumatoidArthritis, "69896004", "Rheumatoid arthritis", "M06.9", 0.008, 16, 0.45, 1.1, LATE),
    row(Condition::Osteoarthritis, "396275006", "Osteoarthritis", "M19.9", 0.070, 16, 0.6, 1.3, LATE),
    row(Condition::Hypothyroidism, "40930008", "Hypothyroidism", "E03.9", 0.036, 0, 0.22, 1.0,
        [0., 0.05, 0.1, 0.3, 0.7, 1.2, 1.9, 2.7, 3.5, 4.3, 5., 5.7, 6.5, 7.2, 8., 9., 9.5, 10., 10.]),
    row(Condition::DiabeticRetinopathy, "4855003", "Diabetic retinopathy", "H36.0", 0.0, 0, 1.0, 1.0, NONE),
    row(Condition::DiabeticNeuropathy, "230572002", "Diabetic neuropathy", "G63.2", 0.0, 0, 1.0, 1.0, NONE),
    row(Condition::DiabeticFootUlcer, "371087003", "Diabetic foot ulcer", "E14.5", 0.0, 0, 1.0, 1.0, NONE),
    row(Condition::VisualImpairment, "397540003", "Visual impairment", "H54.9", 0.0, 0, 1.0, 1.0, NONE),
    row(Condition::Blindness, "193699007", "Blindness of both eyes", "H54.0", 0.0, 0, 1.0, 1.0, NONE),
];

/// How frail somebody is besides age, sex and deprivation, with the share of people for whom it holds; averages 1.
/// It multiplies the chance of every condition, which is why conditions come together (an assumption).
pub const FRAILTY: [(f64, f64); 3] = [(0.5, 0.40), (1.0, 0.35), (1.8, 0.25)];

/// Nobody's chance of a condition is above this.
const CHANCE_MAX: f64 = 0.92;

impl Condition {
    /// What is known of it.
    pub fn facts(self) -> &'static Facts {
        // INVARIANT: the table is in the order of the enumeration and never empty (tested).
        CONDITIONS.get(self as usize).unwrap_or(&FALLBACK)
    }

    /// Whether it is either type of diabetes.
    pub const fn is_diabetes(self) -> bool {
        matches!(self, Self::Type1Diabetes | Self::Type2Diabetes)
    }

    /// Whether a general practice reviews it every year.
    pub const fn is_reviewed_yearly(self) -> bool {
        matches!(
            self,
            Self::Type1Diabetes
                | Self::Type2Diabetes
                | Self::Hypertension
                | Self::CoronaryHeartDisease
                | Self::HeartFailure
                | Self::AtrialFibrillation
                | Self::Stroke
                | Self::Asthma
                | Self::Copd
                | Self::ChronicKidneyDisease
                | Self::Dementia
                | Self::SeriousMentalIllness
        )
    }
}

static FALLBACK: Facts = row(Condition::Hypertension, "38341003", "Hypertension", "I10", 0.0, 0, 1.0, 1.0, NONE);

/// The chance of each condition by age, sex, deprivation and frailty, so set that in a population like England's as many
/// have it as published.
#[derive(Clone, Debug)]
pub struct Prevalence {
    levels: Vec<f64>,
}

impl Prevalence {
    /// Levels that give the published prevalences among people aged as in England.
    pub fn england() -> Self {
        Self { levels: CONDITIONS.iter().map(level).collect() }
    }

    /// The chance that somebody has it.
    pub fn chance(&self, facts: &Facts, band: usize, sex: Sex, decile: u8, frailty: f64) -> f64 {
        let level = self.levels.get(facts.condition as usize).copied().unwrap_or(0.0);
        chance(facts, level, band, sex, decile, frailty)
    }
}

fn chance(facts: &Facts, level: f64, band: usize, sex: Sex, decile: u8, frailty: f64) -> f64 {
    let sexed = if sex == Sex::Male { facts.men_to_women.sqrt() } else { 1.0 / facts.men_to_women.sqrt() };
    let raw = level * at_band(&facts.shape, band) * sexed * by_deprivation(facts.deprivation_ratio, decile) * frailty;
    raw.min(CHANCE_MAX)
}

/// Finds the level by repeated proportion; chances are cut at a maximum, so one step is not enough.
fn level(facts: &Facts) -> f64 {
    if facts.prevalence == 0.0 {
        return 0.0;
    }
    let mut level = 0.01;
    for _ in 0..30 {
        level *= facts.prevalence / expected(facts, level);
    }
    level
}

fn expected(facts: &Facts, level: f64) -> f64 {
    let (mut people, mut with) = (0.0, 0.0);
    for (band, (thousands, women)) in PEOPLE_THOUSANDS.iter().zip(SHARE_FEMALE).enumerate() {
        let first = f64::from(facts.from_years) - band as f64 * 5.0;
        let counted = thousands * (1.0 - (first / 5.0).clamp(0.0, 1.0));
        people += counted;
        for (sex, share) in [(Sex::Female, women), (Sex::Male, 1.0 - women)] {
            for decile in 1..=10 {
                for (frailty, frail) in FRAILTY {
                    with += counted * share * 0.1 * frail * chance(facts, level, band, sex, decile, frailty);
                }
            }
        }
    }
    with / people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_conditions() {
        for (at, facts) in CONDITIONS.iter().enumerate() {
            assert_eq!(facts.condition as usize, at);
        }
        assert_eq!(CONDITIONS.len(), Condition::Blindness as usize + 1);
    }

    #[test]
    fn the_levels_give_the_published_prevalence() {
        let prevalence = Prevalence::england();
        for facts in CONDITIONS.iter().filter(|facts| facts.prevalence > 0.0) {
            let got = expected(facts, prevalence.levels[facts.condition as usize]);
            assert!((got / facts.prevalence - 1.0).abs() < 1e-3, "{}: {got}", facts.term);
        }
    }
}
