//! Published English figures, rounded, that a made-up life is drawn from.
//!
//! Each is named with its source in `docs/made-up-town.md`; what is an assumption is called one there. Arrays of 19 are by
//! five-year age band: 0–4, 5–9 … 85–89, 90 and over.

use stead_rules::Sex;

/// Number of five-year age bands.
pub const BANDS: usize = 19;

/// One figure for each age band.
pub type ByBand = [f64; BANDS];

/// Residents of England in thousands. Source: ONS mid-2020.
pub const PEOPLE_THOUSANDS: ByBand = [
    3239.0, 3539.0, 3435.0, 3116.0, 3472.0, 3771.0, 3825.0, 3738.0, 3476.0, 3639.0, 3875.0, 3761.0, 3196.0, 2784.0,
    2814.0, 2010.0, 1449.0, 885.0, 521.0,
];

/// Share of women. Source: ONS mid-2020.
pub const SHARE_FEMALE: ByBand = [
    0.487, 0.488, 0.488, 0.486, 0.487, 0.495, 0.502, 0.506, 0.504, 0.504, 0.506, 0.506, 0.509, 0.515, 0.518, 0.531,
    0.556, 0.597, 0.672,
];

/// Deaths a year for each 1,000 men. Source: ONS national life tables, England 2018–2020.
const DEATHS_MEN: ByBand =
    [0.95, 0.08, 0.1, 0.3, 0.5, 0.6, 0.8, 1.2, 1.8, 2.7, 3.9, 5.8, 9.0, 14.2, 22.5, 38.0, 68.0, 120.0, 225.0];

/// Deaths a year for each 1,000 women. Source: ONS national life tables, England 2018–2020.
const DEATHS_WOMEN: ByBand =
    [0.8, 0.07, 0.08, 0.15, 0.2, 0.3, 0.4, 0.7, 1.1, 1.7, 2.5, 3.8, 6.0, 9.4, 15.2, 27.0, 50.0, 95.0, 200.0];

/// Deaths a year for each person of an age band and sex.
pub fn deaths_per_year(band: usize, sex: Sex) -> f64 {
    let table = if sex == Sex::Male { &DEATHS_MEN } else { &DEATHS_WOMEN };
    at_band(table, band) / 1000.0
}

/// How many times likelier to die in the most deprived tenth than in the least, at the same age.
pub const DEATH_RATIO: f64 = 1.8;

/// Legal marital status of men by band: single, married, divorced; the rest is widowed. Source: ONS 2020.
const MEN: [[f64; 3]; BANDS] = [
    [1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0],
    [0.98, 0.02, 0.0],
    [0.83, 0.165, 0.005],
    [0.568, 0.423, 0.008],
    [0.398, 0.565, 0.035],
    [0.298, 0.627, 0.072],
    [0.248, 0.639, 0.107],
    [0.198, 0.649, 0.143],
    [0.148, 0.679, 0.158],
    [0.125, 0.69, 0.16],
    [0.09, 0.728, 0.14],
    [0.065, 0.765, 0.105],
    [0.055, 0.765, 0.075],
    [0.05, 0.72, 0.05],
    [0.05, 0.6, 0.035],
    [0.05, 0.42, 0.03],
];

/// The same of women.
const WOMEN: [[f64; 3]; BANDS] = [
    [1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0],
    [0.96, 0.04, 0.0],
    [0.74, 0.25, 0.01],
    [0.468, 0.507, 0.023],
    [0.333, 0.605, 0.058],
    [0.258, 0.64, 0.094],
    [0.213, 0.64, 0.134],
    [0.168, 0.64, 0.169],
    [0.123, 0.657, 0.177],
    [0.105, 0.63, 0.185],
    [0.075, 0.625, 0.17],
    [0.05, 0.61, 0.135],
    [0.04, 0.53, 0.1],
    [0.04, 0.4, 0.07],
    [0.045, 0.235, 0.045],
    [0.06, 0.1, 0.03],
];

/// Shares of single, married and divorced people of an age band and sex; the rest is widowed.
pub fn marital_shares(band: usize, sex: Sex) -> [f64; 3] {
    let table = if sex == Sex::Male { &MEN } else { &WOMEN };
    table.get(band).copied().unwrap_or([1.0, 0.0, 0.0])
}

/// Years since a divorced person's divorce, on average, so that 9 in 1,000 married people divorce in a year. Source: ONS 2021.
pub const YEARS_SINCE_DIVORCE: f64 = 23.0;

/// Moves of house a year by age band; about one in ten people moves in a year. Source: English Housing Survey and census 2021.
pub const MOVES_PER_YEAR: ByBand =
    [0.14, 0.10, 0.08, 0.16, 0.26, 0.24, 0.17, 0.12, 0.09, 0.07, 0.06, 0.05, 0.04, 0.04, 0.03, 0.03, 0.04, 0.05, 0.06];

/// General-practice appointments a year beside reviews of long-term conditions, for somebody with none, men and women.
/// With [`GP_APPOINTMENTS_PER_CONDITION`] and the reviews these come to about 5.6 for each person. Source: NHS Digital.
pub const GP_APPOINTMENTS: [ByBand; 2] = [
    [5.2, 2.5, 2.1, 2.3, 2.5, 2.7, 2.9, 3.2, 3.4, 3.6, 4.1, 4.5, 5.0, 5.6, 6.3, 7.2, 7.9, 8.4, 8.6],
    [5.0, 2.4, 2.4, 4.5, 5.6, 6.1, 6.1, 5.9, 5.4, 5.4, 5.6, 5.5, 5.5, 5.9, 6.3, 7.0, 7.7, 8.1, 8.4],
];

/// Further appointments a year for each long-term condition.
pub const GP_APPOINTMENTS_PER_CONDITION: f64 = 0.9;

/// Attendances at an emergency department a year by age band; about 0.4 for each person. Source: NHS Digital 2022/23.
pub const EMERGENCIES: ByBand =
    [0.62, 0.30, 0.30, 0.36, 0.44, 0.40, 0.36, 0.33, 0.31, 0.31, 0.31, 0.32, 0.33, 0.36, 0.42, 0.52, 0.66, 0.82, 0.95];

/// Sight tests a year by age band; about 0.3 for each person. Source: College of Optometrists and NHS Digital (assumption by age).
pub const SIGHT_TESTS: ByBand =
    [0.06, 0.28, 0.30, 0.26, 0.20, 0.20, 0.20, 0.20, 0.24, 0.32, 0.36, 0.38, 0.42, 0.46, 0.50, 0.52, 0.50, 0.44, 0.34];

/// The value of a table for a band (the last one for bands beyond).
pub fn at_band(table: &ByBand, band: usize) -> f64 {
    table.get(band).or(table.last()).copied().unwrap_or(0.0)
}

/// The band of an age in years.
pub const fn band_of(years: u16) -> usize {
    let band = (years / 5) as usize;
    if band < BANDS { band } else { BANDS - 1 }
}

/// A factor that falls evenly from the most to the least deprived tenth, is `ratio` times larger there, and averages about 1.
pub fn by_deprivation(ratio: f64, decile: u8) -> f64 {
    let low = 2.0 / (1.0 + ratio);
    let step = (ratio * low - low) / 9.0;
    low + step * f64::from(10_u8.saturating_sub(decile.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(of: impl Fn(usize, Sex) -> f64) -> f64 {
        let total: f64 = PEOPLE_THOUSANDS.iter().sum();
        PEOPLE_THOUSANDS
            .iter()
            .enumerate()
            .map(|(band, people)| {
                let women = SHARE_FEMALE[band];
                people / total * (women * of(band, Sex::Female) + (1.0 - women) * of(band, Sex::Male))
            })
            .sum()
    }

    #[test]
    fn the_tables_come_to_the_published_totals() {
        assert!((mean(|_, sex| f64::from(u8::from(sex == Sex::Female))) - 0.506).abs() < 0.002);
        let deaths = mean(deaths_per_year);
        assert!((0.0088..0.0102).contains(&deaths), "{deaths}");
        let moves = mean(|band, _| MOVES_PER_YEAR[band]);
        assert!((0.09..0.115).contains(&moves), "{moves}");
        let emergencies = mean(|band, _| EMERGENCIES[band]);
        assert!((0.36..0.42).contains(&emergencies), "{emergencies}");
        let sight = mean(|band, _| SIGHT_TESTS[band]);
        assert!((0.27..0.33).contains(&sight), "{sight}");
    }

    #[test]
    fn a_deprivation_factor_averages_one_and_has_its_ratio() {
        let factors: Vec<f64> = (1..=10).map(|decile| by_deprivation(1.8, decile)).collect();
        assert!((factors.iter().sum::<f64>() / 10.0 - 1.0).abs() < 1e-9);
        assert!((factors[0] / factors[9] - 1.8).abs() < 1e-9);
    }
}
