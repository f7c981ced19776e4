//! What the caller chooses about a town.

use stead_rules::Day;

/// How many citizens a made-up town has, from which seed, how long their histories are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TownOptions {
    /// How many citizens, one or more; the essay's citizen is the first of them.
    pub citizens: u64,
    /// Another seed makes another town of the same kind.
    pub seed: u64,
    /// How long and how thick histories are.
    pub history: History,
    /// The last day of the histories.
    pub last_day: Day,
    /// How many threads make it; 0: as many as the machine has. The result is the same.
    pub threads: usize,
    /// How many citizens a thread makes at a time; 0: the usual number. The result is the same.
    pub block_citizens: u64,
}

/// 2026-11-01.
const LAST_DAY: Day = Day::from_epoch_days(20_758);

impl Default for TownOptions {
    fn default() -> Self {
        Self { citizens: 100_000, seed: 1, history: History::Full, last_day: LAST_DAY, threads: 0, block_citizens: 0 }
    }
}

/// How long and how thick histories are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum History {
    /// Ten years, every contact.
    #[default]
    Full,
    /// Three years, and of ordinary general-practice appointments one in four: for load tests.
    Slim,
}

impl History {
    /// How many years it goes back.
    pub const fn years(self) -> u16 {
        match self {
            Self::Full => 10,
            Self::Slim => 3,
        }
    }

    /// The share of ordinary general-practice appointments (those at which nothing is measured or decided) that is kept.
    pub const fn ordinary_share(self) -> f64 {
        match self {
            Self::Full => 1.0,
            Self::Slim => 0.25,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_ends_on_the_first_of_november_2026_unless_told_otherwise() {
        assert_eq!(TownOptions::default().last_day.to_string(), "2026-11-01");
    }
}
