//! Criteria: what decides whether somebody belongs to a group, and from when until when.
//!
//! Each criterion yields days, not a yes or no, so that "who was in it on this day" and "for how long this year" are one question.
//! The time anchor of each is written at its variant.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{AreaId, CodelistId, GroupId, OrganisationId, ProfessionId, ServiceKind};
use crate::person::{MaritalStatus, Sex};
use crate::unit;

/// A group of people, by criteria.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its id: the file's name.
    pub id: GroupId,
    /// Its name, as people say it.
    pub name: Arc<str>,
    /// Who belongs.
    pub members: Expression,
    /// Where the definition comes from.
    pub source: Option<Arc<str>>,
}

/// Criteria put together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expression {
    /// Days on which every part holds; with no parts, every day.
    All(Vec<Expression>),
    /// Days on which at least one part holds; with no parts, no day.
    Any(Vec<Expression>),
    /// Days on which at least so many of the parts hold at once.
    AtLeast(u32, Vec<Expression>),
    /// Days on which the part does not hold.
    Not(Box<Expression>),
    /// Days on which the criterion holds.
    Is(Criterion),
}

/// One condition on a citizen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// Lives in any of the areas. From the day of moving in until the day of moving out.
    LivesIn {
        /// The areas.
        areas: Vec<AreaId>,
    },
    /// Registered with any of the organisations; with none named, with any organisation at all. From registration until it ends.
    RegisteredWith {
        /// The organisations.
        organisations: Vec<OrganisationId>,
    },
    /// Aged at least `from_years` and less than `to_years`. From the one birthday until the other.
    Age {
        /// Youngest age, in years.
        from_years: Option<u16>,
        /// First age that is too old, in years.
        to_years: Option<u16>,
    },
    /// Of any of these sexes. Always.
    Sex {
        /// The sexes.
        any_of: Vec<Sex>,
    },
    /// Has any of these marital statuses. From the day it began until it changes; with `changed_in_last_months`, only for that long after it began
    /// (a status whose beginning nobody recorded does not count as changed).
    Marital {
        /// The statuses.
        any_of: Vec<MaritalStatus>,
        /// How long a change counts as recent, in months.
        changed_in_last_months: Option<u16>,
    },
    /// Has a record with a code of the list. When it holds is said by `when`.
    Code {
        /// The list.
        list: CodelistId,
        /// The time anchor.
        when: When,
        /// At least this many records at once (records in the window, for [`When::LastMonths`]); 1 when nothing is said. Not with [`When::Latest`].
        at_least: u32,
        /// Only records whose value compares so.
        value: Option<Comparison>,
    },
    /// Has had at least `at_least` contacts with a kind of service, by a profession (each list: any of; empty: whichever).
    Contact {
        /// Kinds of service.
        services: Vec<ServiceKind>,
        /// Professions.
        professions: Vec<ProfessionId>,
        /// [`When::Ever`] or [`When::LastMonths`], from the day of the contact.
        when: When,
        /// At least this many.
        at_least: u32,
    },
    /// Has died. From the day of death, for ever; with `in_last_months`, for that long.
    Died {
        /// How long it counts, in months.
        in_last_months: Option<u16>,
    },
    /// Is in another group. While in it.
    InGroup {
        /// The group.
        group: GroupId,
    },
}

/// The time anchor of a record that a criterion asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// From the record's day, for ever.
    Ever,
    /// From the record's day for this many months: on each of those days the record lies "in the last N months".
    LastMonths(u16),
    /// From the record's day until the day it ended (a condition's abatement, a medicine's stop); for ever when it has not ended.
    /// A condition that the record calls resolved, inactive or in remission, or a prescribed medicine that it calls stopped,
    /// completed or ended, without saying since when counts on no day: nobody knows until when it was active.
    Active,
    /// From the record's day until the next record of the same list: "her latest HbA1c is above 58". Of several on one day the last in time counts.
    Latest,
}

/// A record's number compared with a number, in a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Greater than, if given.
    pub above: Option<f64>,
    /// At least, if given.
    pub at_least: Option<f64>,
    /// Less than, if given.
    pub below: Option<f64>,
    /// At most, if given.
    pub at_most: Option<f64>,
    /// The unit (UCUM). A record in another unit does not count, unless it can be converted exactly.
    pub unit: Arc<str>,
}

impl Comparison {
    /// Whether a value in `unit` satisfies the comparison.
    ///
    /// With a `comparator` (`<`, `<=`, `>=` or `>`) the value is a bound, and every number within it must satisfy the
    /// comparison: `>90` is above 60, and nobody knows whether it is below 100. Any other comparator decides nothing.
    pub fn accepts(&self, comparator: Option<&str>, value: f64, unit: &str) -> bool {
        let Some(value) = unit::convert(value, unit, &self.unit) else { return false };
        let (or_more, or_less, itself) = match comparator {
            None => (true, true, true),
            Some(">") => (true, false, false),
            Some(">=") => (true, false, true),
            Some("<") => (false, true, false),
            Some("<=") => (false, true, true),
            Some(_) => return false,
        };
        // `>58` is above 58 although 58 itself is not.
        let above = |limit: f64| or_more && (value > limit || (!itself && value >= limit));
        let below = |limit: f64| or_less && (value < limit || (!itself && value <= limit));
        self.above.is_none_or(above)
            && self.at_least.is_none_or(|limit| or_more && value >= limit)
            && self.below.is_none_or(below)
            && self.at_most.is_none_or(|limit| or_less && value <= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hba1c_compares_across_its_two_units() {
        let above_58 =
            Comparison { above: Some(58.0), at_least: None, below: None, at_most: None, unit: "mmol/mol".into() };
        assert!(above_58.accepts(None, 59.0, "mmol/mol"));
        assert!(!above_58.accepts(None, 58.0, "mmol/mol"));
        assert!(above_58.accepts(None, 7.6, "%"));
        assert!(!above_58.accepts(None, 7.4, "%"));
        assert!(!above_58.accepts(None, 100.0, "mm[Hg]"));
    }

    fn limits(above: Option<f64>, at_least: Option<f64>, below: Option<f64>, at_most: Option<f64>) -> Comparison {
        Comparison { above, at_least, below, at_most, unit: "kg".into() }
    }

    #[test]
    fn a_bound_satisfies_only_what_every_number_within_it_does() {
        let above = |limit| limits(Some(limit), None, None, None);
        let below = |limit| limits(None, None, Some(limit), None);
        assert!(!above(58.0).accepts(Some("<"), 60.0, "kg"));
        assert!(above(60.0).accepts(Some(">"), 90.0, "kg"));
        assert!(!below(100.0).accepts(Some(">"), 90.0, "kg"));
        assert!(above(58.0).accepts(Some(">"), 58.0, "kg"));
        assert!(!above(58.0).accepts(Some(">="), 58.0, "kg"));
        assert!(below(58.0).accepts(Some("<"), 58.0, "kg"));
        assert!(!below(58.0).accepts(Some("<="), 58.0, "kg"));
        assert!(limits(None, Some(58.0), None, None).accepts(Some(">="), 58.0, "kg"));
        assert!(limits(None, None, None, Some(58.0)).accepts(Some("<="), 58.0, "kg"));
        assert!(!limits(None, Some(20.0), None, Some(60.0)).accepts(Some("<"), 50.0, "kg"));
        assert!(!above(58.0).accepts(Some("ad"), 90.0, "kg"));
    }

    proptest::proptest! {
        #[test]
        fn a_bound_agrees_with_the_numbers_within_it(
            above in proptest::option::of(0_i32..9), at_least in proptest::option::of(0_i32..9),
            below in proptest::option::of(0_i32..9), at_most in proptest::option::of(0_i32..9),
            bound in 0_i32..9, comparator in proptest::sample::select(&["<", "<=", ">=", ">"]),
        ) {
            let limits = limits(above.map(f64::from), at_least.map(f64::from), below.map(f64::from), at_most.map(f64::from));
            let bound = f64::from(bound);
            // Close to the bound, and beyond every limit.
            let numbers = (-40..=800).map(|at| f64::from(at) / 40.0).filter(|number| match comparator {
                "<" => *number < bound,
                "<=" => *number <= bound,
                ">=" => *number >= bound,
                _ => *number > bound,
            });
            let all = numbers.into_iter().all(|number| limits.accepts(None, number, "kg"));
            proptest::prop_assert_eq!(limits.accepts(Some(comparator), bound, "kg"), all);
        }
    }
}
