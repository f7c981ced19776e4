//! FHIR's dates: a year, a month, a day or a moment, as somebody wrote it.

use crate::fhir::text::Text;

const MS_A_DAY: i64 = 86_400_000;

/// How much of a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Precision {
    Year,
    Month,
    Day,
    Moment,
}

/// A date as written: its (first) day, how exact it is, and the moment when a time stands with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct When {
    /// Days since 1970-01-01; the 1st where only month or year is known.
    pub(crate) day: i32,
    pub(crate) precision: Precision,
    /// Milliseconds since 1970-01-01 UTC; a time without an offset counts as UTC.
    pub(crate) moment: Option<i64>,
    /// Whether the time as written is midnight.
    midnight: bool,
}

impl When {
    /// Reads `2026`, `2026-04`, `2026-04-01` or `2026-04-01T10:00:00(.000)(Z|+01:00)`; `None` for anything else, 31 February too.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let bytes = text.trim().as_bytes();
        let year = i32::try_from(digits(bytes, 0, 4)?).ok()?;
        let (precision, month, day) = match bytes.len() {
            4 => (Precision::Year, 1, 1),
            7 if bytes.get(4) == Some(&b'-') => (Precision::Month, digits(bytes, 5, 2)?, 1),
            10.. if bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') => {
                (Precision::Day, digits(bytes, 5, 2)?, digits(bytes, 8, 2)?)
            }
            _ => return None,
        };
        let day = epoch_day(year, month, day)?;
        let date = Self { day, precision, moment: None, midnight: false };
        if bytes.len() <= 10 {
            return Some(date);
        }
        let (of_day_ms, offset_ms) = time(bytes.get(10..)?)?;
        let moment = i64::from(day) * MS_A_DAY + of_day_ms - offset_ms;
        Some(Self { precision: Precision::Moment, moment: Some(moment), midnight: of_day_ms == 0, ..date })
    }

    /// The first day after, when this is the end of a period: FHIR's ends are part of their period.
    pub(crate) fn day_after(self) -> i32 {
        match self.precision {
            Precision::Year => first_of_next(self.day, 366),
            Precision::Month => first_of_next(self.day, 31),
            Precision::Day => self.day.saturating_add(1),
            Precision::Moment if self.midnight => self.day,
            Precision::Moment => self.day.saturating_add(1),
        }
    }
}

/// The first of the month in which the day lies that comes `days` after a first of a month or year.
fn first_of_next(first: i32, days: i32) -> i32 {
    let (_, _, day) = civil(first + days);
    first + days - (day - 1)
}

/// Year, month and day of a day since 1970-01-01 (proleptic Gregorian calendar, in eras of 400 years from 1 March).
pub(crate) fn civil(epoch_day: i32) -> (i32, i32, i32) {
    let shifted = i64::from(epoch_day) + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as i32, day as i32)
}

/// The day since 1970-01-01 of a calendar date, if there is such a date.
fn epoch_day(year: i32, month: u32, day: u32) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if day == 0 || day > length || year == 0 {
        return None;
    }
    let (month, day) = (i32::try_from(month).ok()?, i32::try_from(day).ok()?);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let year = year - i32::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The time of the day and its offset from UTC, in milliseconds, of `T10:00:00.000+01:00`.
fn time(bytes: &[u8]) -> Option<(i64, i64)> {
    if bytes.first() != Some(&b'T') || bytes.get(3) != Some(&b':') {
        return None;
    }
    let (hours, minutes) = (digits(bytes, 1, 2)?, digits(bytes, 4, 2)?);
    let (mut at, mut seconds, mut ms) = (6, 0, 0);
    if bytes.get(6) == Some(&b':') {
        seconds = digits(bytes, 7, 2)?;
        at = 9;
        if bytes.get(9) == Some(&b'.') {
            at = 10;
            let mut weight = 100;
            while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                ms += u32::from(digit - b'0') * weight;
                weight /= 10;
                at += 1;
            }
        }
    }
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let of_day = (i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds)) * 1000 + i64::from(ms);
    Some((of_day, offset(bytes.get(at..)?)?))
}

fn offset(bytes: &[u8]) -> Option<i64> {
    let sign = match bytes.first() {
        None => return Some(0),
        Some(b'Z') => return (bytes.len() == 1).then_some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    if bytes.len() != 6 || bytes.get(3) != Some(&b':') {
        return None;
    }
    let (hours, minutes) = (digits(bytes, 1, 2)?, digits(bytes, 4, 2)?);
    (hours <= 14 && minutes <= 59).then(|| sign * (i64::from(hours) * 60 + i64::from(minutes)) * 60_000)
}

fn digits(bytes: &[u8], from: usize, count: usize) -> Option<u32> {
    bytes
        .get(from..from + count)?
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
}

/// A date of a resource: absent, unreadable, or read.
pub(crate) fn read(text: Option<&Text<'_>>) -> Result<Option<When>, ()> {
    text.map_or(Ok(None), |text| When::of(text).map(Some).ok_or(()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stead_rules::Day;

    use super::*;

    #[test]
    fn a_date_is_read_to_the_precision_it_was_written_in() {
        for (text, day, precision) in [
            ("2026", "2026-01-01", Precision::Year),
            ("2026-04", "2026-04-01", Precision::Month),
            ("2026-04-30", "2026-04-30", Precision::Day),
            ("1991-06-07T23:37:54-05:00", "1991-06-07", Precision::Moment),
        ] {
            let when = When::of(text).expect(text);
            assert_eq!(Day::from_epoch_days(when.day).to_string(), day);
            assert_eq!(when.precision, precision);
        }
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for text in
            ["2026-02-31", "2026-13-01", "26-01-01", "2026-1-1", "soon", "", "2026-04-01T25:00:00Z", "2026-04-01X"]
        {
            assert_eq!(When::of(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_is_kept_in_utc() {
        assert_eq!(When::of("1970-01-01T01:00:00.5+01:00").and_then(|when| when.moment), Some(500));
        assert_eq!(When::of("1970-01-01T00:00:00Z").and_then(|when| when.moment), Some(0));
    }

    #[test]
    fn the_end_of_a_period_is_part_of_it() {
        for (end, after) in [
            ("2026-03-09", "2026-03-10"),
            ("2026-02", "2026-03-01"),
            ("2026-12", "2027-01-01"),
            ("2024", "2025-01-01"),
            ("2023", "2024-01-01"),
            ("2026-03-09T00:00:00Z", "2026-03-09"),
            ("2026-03-09T10:00:00Z", "2026-03-10"),
        ] {
            let when = When::of(end).expect(end);
            assert_eq!(Day::from_epoch_days(when.day_after()).to_string(), after, "{end}");
        }
    }

    proptest! {
        #[test]
        fn days_are_those_of_the_calendar(year in 1i16..4000, month in 0i8..14, day in 0i8..33) {
            let ours = When::of(&format!("{year:04}-{month:02}-{day:02}")).map(|when| when.day);
            prop_assert_eq!(ours, Day::from_ymd(year, month, day).map(Day::epoch_days));
            if let Some(days) = ours {
                prop_assert_eq!(civil(days), (i32::from(year), i32::from(month), i32::from(day)));
            }
        }
    }
}
