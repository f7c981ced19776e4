//! Two kinds of time: the days that something is about, and the moments between which the registry said so.

use serde::Serialize;
use stead_rules::{Day, Period};

use crate::moment::Moment;

/// Something that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recorded<T> {
    /// What.
    pub what: T,
    /// The days that it is about.
    pub valid: Period,
    /// The moment since which the registry says so.
    pub since: Moment,
    /// The first moment at which it no longer does; [`Moment::FOREVER`] for what still stands.
    pub until: Moment,
}

/// A question about the past: what did the registry say at that moment, about that day?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// What was recorded by then counts, and nothing later.
    pub recorded: Moment,
    /// The day that is asked about; `None`: any day.
    pub valid: Option<Day>,
}

impl AsOf {
    /// What stands now about a day.
    pub const fn known(valid: Day) -> Self {
        Self { recorded: Moment::FOREVER, valid: Some(valid) }
    }

    /// What stands now, about whatever day.
    pub const fn any_day() -> Self {
        Self { recorded: Moment::FOREVER, valid: None }
    }
}
