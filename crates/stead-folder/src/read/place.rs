//! `place.toml` and `places/*.toml`.

use std::sync::Arc;

use stead_rules::{Day, Period, Place, PlaceVersion};

use crate::index::{Index, Named};
use crate::problem::{Problem, SourceFile};
use crate::shapes;
use crate::toml_file::{self, Fields};

/// The place that a file describes; `None`, and the place broken off, when the file has errors.
pub(crate) fn read(index: &mut Index, file: &Arc<SourceFile>, by: &Named) -> Option<Place> {
    let place = try_read(index, file, by);
    if place.is_none() {
        index.break_off(by);
    }
    place
}

fn try_read(index: &mut Index, file: &Arc<SourceFile>, by: &Named) -> Option<Place> {
    let table = toml_file::read(index, file, &shapes::PLACE, by)?;
    let fields = Fields(&table);
    let from = fields.day("from")?;
    let to = fields.day("to").unwrap_or(Day::FOREVER);
    let Some(period) = Period::new(from, to) else {
        let message = format!("the place ends on {to}, but begins on {from}");
        let problem = Problem::error("from-after-to", message).help("`to` is the first day outside, later than `from`");
        index.report(problem.at(file, fields.span("to")?));
        return None;
    };
    let first = PlaceVersion {
        from,
        areas: ids(fields, "areas"),
        serves: ids(fields, "serves"),
        organisations: ids(fields, "organisations"),
        professions: ids(fields, "professions"),
        coordinators: ids(fields, "coordinators"),
    };
    let mut versions = vec![first];
    for (later, _) in fields.tables("version") {
        let before = versions.last()?;
        let version = version(later, before)?;
        let message = if version.from <= before.from {
            Some(format!("this version begins on {}, not after the one before ({})", version.from, before.from))
        } else if version.from >= to {
            Some(format!("this version begins on {}, when the place has ended ({to})", version.from))
        } else {
            None
        };
        if let Some(message) = message {
            let problem = Problem::error("versions-out-of-order", message);
            let help =
                "put versions in the order of their days, each later than the one before and within the place's time";
            index.report(problem.at(file, later.span("from")?).help(help));
            return None;
        }
        versions.push(version);
    }
    Some(Place {
        id: by.1.as_str().into(),
        name: fields.text("name")?.into(),
        period,
        founding: fields.text("founding").map(Into::into),
        versions,
    })
}

/// A later version: keys left out stay as they were.
fn version(fields: Fields<'_>, before: &PlaceVersion) -> Option<PlaceVersion> {
    Some(PlaceVersion {
        from: fields.day("from")?,
        areas: if fields.has("areas") { ids(fields, "areas") } else { before.areas.clone() },
        serves: if fields.has("serves") { ids(fields, "serves") } else { before.serves.clone() },
        organisations: if fields.has("organisations") {
            ids(fields, "organisations")
        } else {
            before.organisations.clone()
        },
        professions: if fields.has("professions") { ids(fields, "professions") } else { before.professions.clone() },
        coordinators: if fields.has("coordinators") {
            ids(fields, "coordinators")
        } else {
            before.coordinators.clone()
        },
    })
}

fn ids<T: for<'a> From<&'a str>>(fields: Fields<'_>, name: &str) -> Vec<T> {
    fields.texts(name).into_iter().map(T::from).collect()
}
