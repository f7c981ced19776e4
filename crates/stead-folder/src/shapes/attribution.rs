//! By what citizens count as whose: what primary care is, and whose which areas are.

use super::{may, must};
use crate::shape::Shape::{Id, List, Whole};
use crate::shape::Table;
use crate::thing::Thing;

/// What primary care is.
pub(super) static PRIMARY_CARE: Table = Table {
    name: "primary_care",
    doc: "Which contacts are primary care, for `attribution` by where most of it was.",
    keys: &[
        may(
            "services",
            List(&Id(Thing::Kind)),
            "[\"general-practice\"]",
            "The kinds of service; left out: those that are open to people on a list (`open_to` is `registered`).",
        )
        .also(&["service"]),
        may(
            "professions",
            List(&Id(Thing::Profession)),
            "[\"gp\", \"practice-nurse\"]",
            "Contacts with these count; left out: with anybody.",
        )
        .also(&["profession", "first_step"]),
        may(
            "second_step",
            List(&Id(Thing::Profession)),
            "[\"consultant-diabetologist\"]",
            "For citizens who met none of those anywhere, contacts with these count; left out: none do.",
        ),
        may(
            "at_least_one",
            List(&Id(Thing::Profession)),
            "[\"gp\"]",
            "A citizen has to have met one of these at the organisation; left out: anybody will do.",
        ),
        may(
            "months",
            Whole(1, super::MONTHS_MAX),
            "12",
            "Contacts of so many months before the end of what is settled count; left out: those of the time itself.",
        ),
    ],
    rules: &[],
};

/// Whose which areas are.
pub(super) static CATCHMENT: Table = Table {
    name: "catchment",
    doc: "The areas that are an organisation's, for `attribution = \"residence\"`.",
    keys: &[
        must("organisation", Id(Thing::Organisation), "\"quay-street-surgery\"", "Whose: one of those who are paid.")
            .also(&["organization"]),
        must("areas", List(&Id(Thing::Area)), "[\"quayside\"]", "Who lives in one of them is its.").also(&["area"]),
    ],
    rules: &[],
};
