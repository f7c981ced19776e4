//! A citizen's history, as far as criteria ask for it: one row type for each table, borrowed from wherever the rows lie.

use crate::day::{Day, Period};
use crate::person::{MaritalStatus, Sex};

/// Who the citizen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Birthday.
    pub born: Option<Day>,
    /// Day of death.
    pub died: Option<Day>,
    /// Whether the citizen has died, known day or not.
    pub dead: bool,
    /// Sex.
    pub sex: Sex,
}

impl Person {
    /// The days of the citizen's life; `None` for somebody who died on a day that nobody recorded, of whom no day is sure.
    pub fn life(self) -> Option<Period> {
        if self.dead && self.died.is_none() {
            return None;
        }
        Period::new(self.born.unwrap_or(Day::ALWAYS), self.died.unwrap_or(Day::FOREVER))
    }
}

/// A home over a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residence<'a> {
    /// When.
    pub period: Period,
    /// Code of the small area.
    pub small_area: Option<&'a str>,
    /// Town.
    pub town: Option<&'a str>,
    /// Postcode.
    pub postcode: Option<&'a str>,
    /// Longitude and latitude, degrees.
    pub point: Option<(f64, f64)>,
}

/// Being on an organisation's list over a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration<'a> {
    /// When.
    pub period: Period,
    /// What records call the organisation.
    pub organisation: &'a str,
}

/// A marital status over a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marital {
    /// The status.
    pub status: MaritalStatus,
    /// The day it began, when recorded.
    pub from: Option<Day>,
    /// The day the next one began.
    pub to: Day,
}

/// A coded record: a condition, an observation, a procedure or a medicine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coded<'a> {
    /// Which lists its codes are on: see [`crate::Compiled::lists_of`].
    pub lists: &'a [u8],
    /// Its day; [`Day::ALWAYS`] where none was recorded.
    pub from: Day,
    /// The day it ended; [`Day::FOREVER`] when it has not.
    pub to: Day,
    /// Its order within a day: milliseconds since 1970 where the time is known, or else 0.
    pub at: i64,
    /// Its number.
    pub value: Option<f64>,
    /// `<`, `<=`, `>=` or `>` where the number is a bound.
    pub comparator: Option<&'a str>,
    /// The number's unit.
    pub unit: Option<&'a str>,
}

/// A contact, in the folder's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact<'a> {
    /// The day it began.
    pub day: Day,
    /// The kind of service.
    pub service: Option<&'a str>,
    /// The profession.
    pub profession: Option<&'a str>,
}
