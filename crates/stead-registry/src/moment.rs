//! Moments: when something was recorded, to the microsecond.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use stead_rules::Day;

/// A point in time, as microseconds since 1970-01-01T00:00:00Z.
///
/// Record time only: when the registry was told. What a choice or a signature is *about* is told in days.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// Why a text is not a moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a moment: write it like 2026-03-01T12:00:00Z, or a day, such as 2026-03-01, for its end")]
pub struct MomentError {
    /// What was written.
    pub text: String,
}

const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

impl Moment {
    /// After every moment: the end of what still stands.
    pub const FOREVER: Self = Self(i64::MAX);

    /// The moment so many microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// What this machine's clock says.
    pub fn now() -> Self {
        Self(Timestamp::now().as_microsecond())
    }

    /// The day in Coordinated Universal Time.
    pub fn day(self) -> Day {
        i32::try_from(self.0.div_euclid(DAY_MICROS)).map_or(Day::FOREVER, Day::from_epoch_days)
    }

    /// The last moment of a day, in Coordinated Universal Time: what was known when that day was over.
    pub fn end_of(day: Day) -> Self {
        if !day.is_finite() {
            return if day == Day::FOREVER { Self::FOREVER } else { Self(i64::MIN) };
        }
        Self(i64::from(day.epoch_days()).saturating_add(1).saturating_mul(DAY_MICROS).saturating_sub(1))
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        if let Ok(day) = text.parse::<Day>() {
            return Ok(Self::end_of(day));
        }
        let instant: Timestamp = text.parse().map_err(|_| MomentError { text: text.to_owned() })?;
        Ok(Self(instant.as_microsecond()))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_microsecond(self.0) {
            Ok(instant) => out.pad(&instant.to_string()),
            Err(_) => out.pad(if *self == Self::FOREVER { "forever" } else { "always" }),
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        match text.as_ref() {
            "forever" => Ok(Self::FOREVER),
            other => other.parse().map_err(de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_it_was_written() {
        let moment: Moment = "2026-03-01T12:00:00.000001Z".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-03-01T12:00:00.000001Z");
        assert_eq!(Moment::FOREVER.to_string(), "forever");
    }

    #[test]
    fn a_day_stands_for_its_end() {
        assert_eq!("2026-03-01".parse::<Moment>().unwrap().to_string(), "2026-03-01T23:59:59.999999Z");
        assert_eq!("2026-03-01".parse::<Moment>().unwrap().day().to_string(), "2026-03-01");
        assert!("yesterday".parse::<Moment>().is_err());
    }
}
