//! Between numbers here and numbers in a database, which knows no unsigned ones.

use stead_rules::{Day, Period};

use crate::error::RegistryError;

/// A count as it is kept.
pub(crate) fn kept(what: &'static str, number: u64) -> Result<i64, RegistryError> {
    i64::try_from(number).map_err(|_| RegistryError::Unusable { what })
}

/// A count as it is used.
pub(crate) fn counted(what: &'static str, number: i64) -> Result<u64, RegistryError> {
    u64::try_from(number).map_err(|_| unreadable(what, format!("{number} is below zero")))
}

/// A period as it was kept.
pub(crate) fn period(what: &'static str, from: i64, to: i64) -> Result<Period, RegistryError> {
    let day = |days: i64| i32::try_from(days).ok().map(Day::from_epoch_days);
    let period = day(from).zip(day(to)).and_then(|(from, to)| Period::new(from, to));
    period.ok_or_else(|| unreadable(what, "its days are no period".to_owned()))
}

/// A day as it is kept.
pub(crate) fn days(day: Day) -> i64 {
    i64::from(day.epoch_days())
}

pub(crate) fn unreadable(what: &'static str, why: String) -> RegistryError {
    RegistryError::Unreadable { what, why }
}
