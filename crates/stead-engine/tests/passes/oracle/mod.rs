//! The oracles: what the place folder's pages and the tables' descriptions say, in plain loops over rows.
//!
//! They use the types of `stead_rules` and its calendar, and none of its algorithms, save the words of an
//! explanation and what a formula of payment comes to.

pub mod circle;
pub mod links;
pub mod needs;
pub mod payments;
pub mod sharing;
pub mod standing;
pub mod story;
pub mod totals;

use serde_json::Value;
use stead_rules::Day;

use crate::runs::Answer;

/// A row of an answer.
pub fn row(value: Value) -> Answer {
    match value {
        Value::Object(row) => row,
        other => panic!("not a row: {other}"),
    }
}

/// A day as answers write it; the ends of time are nothing.
pub fn day(day: Option<Day>) -> Option<String> {
    day.filter(|day| day.is_finite()).map(|day| day.to_string())
}
