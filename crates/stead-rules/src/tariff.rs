//! Tariffs: tables of prices that are kept for themselves, as others publish them, and that clauses name.
//!
//! A price holds from a day to a day, so a time may have to be settled in parts, in each of which all prices stay.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::agreement::Price;
use crate::day::{Day, Period};
use crate::id::TariffId;

/// A table of prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// Its id: the file's name.
    pub id: TariffId,
    /// Its prices. INVARIANT: no two of the same contacts hold on one day.
    pub rows: Vec<TariffRow>,
}

/// A price, and when it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffRow {
    /// The price.
    pub price: Price,
    /// When it holds.
    pub period: Period,
}

impl Tariff {
    /// The prices that hold on a day.
    pub fn on(&self, day: Day) -> Vec<Price> {
        self.rows.iter().filter(|row| row.period.contains(day)).map(|row| row.price.clone()).collect()
    }

    /// The parts of a time in each of which all prices stay, in order; they add up to it.
    pub fn parts(&self, within: Period) -> Vec<Period> {
        let edges = self.rows.iter().flat_map(|row| [row.period.from, row.period.to]);
        let mut cuts: BTreeSet<Day> = edges.filter(|day| *day > within.from && *day < within.to).collect();
        cuts.insert(within.to);
        let mut from = within.from;
        cuts.into_iter()
            .filter_map(|to| {
                let part = Period::new(from, to);
                from = to;
                part
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Minor;

    fn period(from: &str, to: &str) -> Period {
        Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    fn row(amount: i64, from: &str, to: &str) -> TariffRow {
        let price = Price { contact: None, service: None, profession: None, site: None, amount: Minor(amount) };
        TariffRow { price, period: period(from, to) }
    }

    #[test]
    fn a_year_in_which_prices_rise_is_settled_in_two_parts() {
        let rows = vec![row(100, "2025-04-01", "2026-07-01"), row(110, "2026-07-01", "2027-04-01")];
        let tariff = Tariff { id: "national".into(), rows };
        let year = period("2026-04-01", "2027-04-01");
        let parts = tariff.parts(year);
        assert_eq!(parts, [period("2026-04-01", "2026-07-01"), period("2026-07-01", "2027-04-01")]);
        let paid: Vec<i64> = parts.iter().flat_map(|part| tariff.on(part.from)).map(|price| price.amount.0).collect();
        assert_eq!(paid, [100, 110]);
        assert_eq!(Tariff { id: "none".into(), rows: vec![] }.parts(year), [year]);
    }
}
