//! Stead's words as Cedar's: entities, sets, days.

use std::sync::LazyLock;

use cedar_policy::{EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use stead_rules::{Day, Period};

/// A type of entity.
#[derive(Clone, Copy)]
pub(super) enum Type {
    Organisation,
    Citizen,
    Category,
    Purpose,
    Profession,
    Group,
    Place,
    Agreement,
    Clause,
    Action,
}

macro_rules! types {
    ($($name:ident: $text:literal),*) => {
        impl Type {
            fn name(self) -> &'static Option<EntityTypeName> {
                match self { $(Self::$name => {
                    // Parsing a constant cannot fail; if it did, nothing would be compiled, and so nothing opened.
                    static NAME: LazyLock<Option<EntityTypeName>> = LazyLock::new(|| $text.parse().ok());
                    &NAME
                })* }
            }
        }
    };
}

types!(
    Organisation: "Stead::Organisation",
    Citizen: "Stead::Citizen",
    Category: "Stead::Category",
    Purpose: "Stead::Purpose",
    Profession: "Stead::Profession",
    Group: "Stead::Group",
    Place: "Stead::Place",
    Agreement: "Stead::Agreement",
    Clause: "Stead::Clause",
    Action: "Stead::Action"
);

/// An entity of Cedar's.
pub(super) fn entity(of: Type, id: &str) -> Option<EntityUid> {
    Some(EntityUid::from_type_name_and_id(of.name().clone()?, EntityId::new(id)))
}

/// An entity as a value.
pub(super) fn value(of: Type, id: &str) -> Option<RestrictedExpression> {
    entity(of, id).map(RestrictedExpression::new_entity_uid)
}

/// A set of entities.
pub(super) fn set<I: AsRef<str>>(of: Type, ids: impl IntoIterator<Item = I>) -> Option<RestrictedExpression> {
    let values: Option<Vec<_>> = ids.into_iter().map(|id| value(of, id.as_ref())).collect();
    values.map(RestrictedExpression::new_set)
}

/// A day, as a number of days.
pub(super) fn day(day: Day) -> RestrictedExpression {
    RestrictedExpression::new_long(day.epoch_days().into())
}

/// The first day and the first day outside; of no period, two that nothing lies between.
pub(super) fn days(period: Option<Period>) -> [(String, RestrictedExpression); 2] {
    let (from, until) = period.map_or((Day::FOREVER, Day::ALWAYS), |period| (period.from, period.to));
    [("from".to_owned(), day(from)), ("until".to_owned(), day(until))]
}
