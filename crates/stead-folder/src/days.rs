//! Days that are in the calendar, but hardly in the life of a place.

use stead_rules::Day;

use crate::problem::Problem;

/// Years in which days of places and services lie (both included).
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;

/// What is doubtful about the year of a day, if anything.
pub(crate) fn doubtful_year(name: &str, day: Day) -> Option<Problem> {
    let (year, _, _) = day.ymd()?;
    let help = if year > *YEARS.end() && name == "to" {
        "correct it; what has no end has no `to`"
    } else {
        "correct it, or leave it if it is meant"
    };
    let message = format!("`{name}` is in the year {year}: is the year right?");
    (!YEARS.contains(&year)).then(|| Problem::warning("doubtful-year", message).help(help))
}
