//! Ids that do not exist: which was meant, or what to add.

use crate::index::{Index, Named};
use crate::near::{did_you_mean, listed, nearest};
use crate::problem::Problem;
use crate::thing::Thing;

/// The problem of mentioning a thing that is not defined; without suggestions, no known id is compared with it.
pub(crate) fn problem(index: &Index, (thing, id): &Named, suggest: bool) -> Problem {
    let near = nearest(id, index.ids(*thing).filter(|_| suggest));
    let other =
        other_kind(index, id).map(|other| format!("`{id}` is {}; write {} here", other.a_word(), thing.a_word()));
    match thing {
        Thing::Kind | Thing::Profession => word(*thing, id, near, other),
        Thing::SmallArea => small_area(index, id, near),
        _ => {
            let known = listed(index.ids(*thing), "and");
            let help = match (near, other) {
                (Some(_), _) => format!("correct it, or add {}", thing.home(id)),
                (None, Some(other)) => other,
                (None, None) if known.is_empty() => format!("add {}", thing.home(id)),
                (None, None) => format!("the folder has {known}; write one of these, or add {}", thing.home(id)),
            };
            Problem::error("unknown-id", format!("no {} `{id}`{}", thing.word(), did_you_mean(near))).help(help)
        }
    }
}

/// Kinds of service and professions exist by being offered: one that nobody offers may be meant so.
fn word(thing: Thing, id: &str, near: Option<&str>, other: Option<String>) -> Problem {
    let message = format!("no service offers the {} `{id}`{}", thing.word(), did_you_mean(near));
    match (near, other) {
        (Some(_), _) => Problem::error("unknown-word", message).help(format!("correct it, or add {}", thing.home(id))),
        (None, Some(other)) => Problem::error("unknown-word", message).help(other),
        (None, None) => Problem::warning("not-offered", message)
            .help(format!("add {}; until then nobody can be asked for it", thing.home(id))),
    }
}

/// Homes are found by a small area's code, whether the folder describes it or not.
fn small_area(index: &Index, id: &str, near: Option<&str>) -> Problem {
    let message = format!("`small-areas.csv` has no small area `{id}`{}", did_you_mean(near));
    let help = match range(index, id) {
        Some((first, last)) => {
            format!("a range is not understood: name every small area, separated by `;`, from `{first}` to `{last}`")
        }
        None => format!(
            "correct it, or add {}; unless records write `{id}` of homes, nobody is found to live there",
            Thing::SmallArea.home(id)
        ),
    };
    Problem::warning("unknown-small-area", message).help(help)
}

/// The first and the last of a range of small areas, such as `HB01-HB07`.
fn range<'a>(index: &Index, text: &'a str) -> Option<(&'a str, &'a str)> {
    let known = |id: &str| index.is_defined(Thing::SmallArea, id);
    let cuts = ["-", "–", "..", ":", " to "].into_iter().filter_map(|dash| text.split_once(dash));
    let mut ends = cuts.map(|(first, last)| (first.trim(), last.trim()));
    ends.find(|(first, last)| known(first) && known(last))
}

/// The kind of thing that does have this id.
fn other_kind(index: &Index, id: &str) -> Option<Thing> {
    const KINDS: [Thing; 12] = [
        Thing::Group,
        Thing::Area,
        Thing::Organisation,
        Thing::Codelist,
        Thing::Kind,
        Thing::Profession,
        Thing::Site,
        Thing::Service,
        Thing::Need,
        Thing::Category,
        Thing::Agreement,
        Thing::Tariff,
    ];
    KINDS.into_iter().find(|thing| index.is_defined(*thing, id))
}
