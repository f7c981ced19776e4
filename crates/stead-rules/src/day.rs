//! Days and periods: the calendar that every rule is written in.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A day of the civil calendar, as days since 1970-01-01 (as in Arrow's `Date32`).
///
/// A day is the date as it was written down where the thing happened; there are no time zones in rules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// Why a text is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a day: write year-month-day, such as 2026-04-01")]
pub struct DayError {
    /// What was written.
    pub text: String,
}

const EPOCH: Date = Date::constant(1970, 1, 1);

impl Day {
    /// Before every day: the start of a period whose beginning nobody recorded.
    pub const ALWAYS: Self = Self(i32::MIN);
    /// After every day: the end of a period that has not ended.
    pub const FOREVER: Self = Self(i32::MAX);

    /// The day that lies `days` after 1970-01-01.
    pub const fn from_epoch_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01; `i32::MIN` and `i32::MAX` for [`Day::ALWAYS`] and [`Day::FOREVER`].
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// The day of a calendar date, if there is such a date (no 31 February).
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().and_then(Self::from_date)
    }

    fn from_date(date: Date) -> Option<Self> {
        EPOCH.until(date).ok().map(|span| Self(span.get_days()))
    }

    fn date(self) -> Option<Date> {
        (self.is_finite()).then(|| EPOCH.checked_add(Span::new().try_days(self.0).ok()?).ok()).flatten()
    }

    /// Whether this is a real day rather than [`Day::ALWAYS`] or [`Day::FOREVER`].
    pub const fn is_finite(self) -> bool {
        self.0 != i32::MIN && self.0 != i32::MAX
    }

    /// The same day of the month `months` later, or the month's last day where it is shorter (31 January + 1 = 28 February).
    ///
    /// The ends of time stay where they are; so does a result that would lie beyond the calendar.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let Some(date) = self.date() else { return self };
        let end = if months < 0 { Self::ALWAYS } else { Self::FOREVER };
        let Ok(span) = Span::new().try_months(months) else { return end };
        date.checked_add(span).ok().and_then(Self::from_date).unwrap_or(end)
    }

    /// `days` later (or earlier, when negative). The ends of time stay where they are.
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Self {
        if self.is_finite() { Self(self.0.saturating_add(days)) } else { self }
    }

    /// The birthday on which somebody born on this day turns `years`; born on 29 February, it is 28 February in other years.
    #[must_use]
    pub fn plus_years(self, years: i32) -> Self {
        self.plus_months(years.saturating_mul(12))
    }

    /// Whole years from `born` to this day, or `None` before birth or for an end of time.
    pub fn age_years(self, born: Self) -> Option<u16> {
        let (today, birth) = (self.date()?, born.date()?);
        if today < birth {
            return None;
        }
        let years = i32::from(today.year()) - i32::from(birth.year());
        let reached = born.plus_years(years) <= self;
        u16::try_from(if reached { years } else { years - 1 }).ok()
    }

    /// Year, month and day; `None` for an end of time.
    pub fn ymd(self) -> Option<(i16, i8, i8)> {
        self.date().map(|date| (date.year(), date.month(), date.day()))
    }

    /// The day in words a citizen reads: `3 March 2026`, `always` or `now`.
    pub fn words(self) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        match self.ymd() {
            Some((year, month, day)) => {
                let name = usize::try_from(month).ok().and_then(|month| MONTHS.get(month - 1)).copied().unwrap_or("?");
                format!("{day} {name} {year}")
            }
            None if self == Self::ALWAYS => "always".to_owned(),
            None => "now".to_owned(),
        }
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let error = || DayError { text: text.to_owned() };
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes
                .iter()
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
        let date: Date = if shaped { text.parse().map_err(|_| error())? } else { return Err(error()) };
        Self::from_date(date).ok_or_else(error)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => out.pad(&date.to_string()),
            None if *self == Self::ALWAYS => out.pad("always"),
            None => out.pad("forever"),
        }
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.is_finite() {
            to.collect_str(self)
        } else {
            to.serialize_str(if *self == Self::ALWAYS { "always" } else { "forever" })
        }
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        match text.as_ref() {
            "always" => Ok(Self::ALWAYS),
            "forever" => Ok(Self::FOREVER),
            other => other.parse().map_err(de::Error::custom),
        }
    }
}

/// A half-open run of days: `from` is in it, `to` is not. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// First day inside.
    pub from: Day,
    /// First day after.
    pub to: Day,
}

impl Period {
    /// All of time.
    pub const ALL: Self = Self { from: Day::ALWAYS, to: Day::FOREVER };

    /// The period from `from` up to, not including, `to`; `None` when that holds no day.
    pub fn new(from: Day, to: Day) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    /// Whether `day` lies inside.
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day < self.to
    }

    /// The days that both periods have.
    #[must_use]
    pub fn intersect(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// How many days it has, or `None` when it is open at an end.
    pub fn days(self) -> Option<u32> {
        let finite = self.from.is_finite() && self.to.is_finite();
        finite.then(|| u32::try_from(i64::from(self.to.0) - i64::from(self.from.0)).ok()).flatten()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}..{}", self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn a_month_after_the_31st_is_the_last_day_of_a_shorter_month() {
        assert_eq!(day("2026-01-31").plus_months(1), day("2026-02-28"));
        assert_eq!(day("2024-01-31").plus_months(1), day("2024-02-29"));
        assert_eq!(day("2026-03-31").plus_months(-1), day("2026-02-28"));
    }

    #[test]
    fn a_leap_day_child_turns_one_on_28_february() {
        let born = day("2024-02-29");
        assert_eq!(born.plus_years(1), day("2025-02-28"));
        assert_eq!(day("2025-02-28").age_years(born), Some(1));
        assert_eq!(day("2025-02-27").age_years(born), Some(0));
        assert_eq!(day("2024-02-28").age_years(born), None);
    }

    #[test]
    fn the_31st_of_february_is_not_a_day() {
        assert!("2026-02-31".parse::<Day>().is_err());
        assert!("26-02-01".parse::<Day>().is_err());
        assert!("2026-2-1".parse::<Day>().is_err());
    }

    #[test]
    fn the_ends_of_time_do_not_move() {
        assert_eq!(Day::FOREVER.plus_months(-5), Day::FOREVER);
        assert_eq!(Day::ALWAYS.plus_days(1), Day::ALWAYS);
        assert_eq!(Day::ALWAYS.to_string(), "always");
    }

    #[test]
    fn days_count_from_1970() {
        assert_eq!(day("1970-01-01").epoch_days(), 0);
        assert_eq!(day("2000-03-01").epoch_days(), 11_017);
        assert_eq!(Day::from_epoch_days(11_017).to_string(), "2000-03-01");
        assert_eq!(day("2000-03-01").words(), "1 March 2000");
    }
}
