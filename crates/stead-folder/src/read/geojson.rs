//! `areas.geojson`: the polygons of areas.

use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use stead_rules::Area;

use crate::index::{Index, Spot};
use crate::near::{did_you_mean, listed, nearest};
use crate::problem::{Problem, SourceFile};
use crate::thing::Thing;

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(borrow, default)]
    features: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(borrow, default)]
    properties: Option<Properties<'a>>,
    #[serde(borrow, default)]
    geometry: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Properties<'a> {
    #[serde(borrow, default)]
    area: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Geometry<'a> {
    #[serde(borrow, rename = "type")]
    kind: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    coordinates: Option<&'a RawValue>,
}

/// Adds the polygons of the file to the areas that they name.
pub(crate) fn read(index: &mut Index, file: &Arc<SourceFile>, areas: &mut [Area]) {
    let collection: Collection<'_> = match serde_json::from_str(file.text()) {
        Ok(collection) => collection,
        Err(error) => return index.report(not_json(file, &error)),
    };
    let mut reader = Reader { index, file, areas };
    if collection.features.is_empty() {
        reader.report(
            "geojson",
            "the file has no features".to_owned(),
            None,
            "write a FeatureCollection whose features have a property `area`",
        );
    }
    for raw in collection.features {
        reader.feature(raw);
    }
}

fn not_json(file: &Arc<SourceFile>, error: &serde_json::Error) -> Problem {
    let start = file.line(error.line().saturating_sub(1)).map_or(0, |line| line.start);
    let mut at = (start + error.column().saturating_sub(1)).min(file.text().len());
    while !file.text().is_char_boundary(at) {
        at -= 1;
    }
    let width = file.text().get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let problem = Problem::error("geojson", "this cannot be read as GeoJSON").at(file, at..at + width);
    problem.label("here").help("export the areas again, as a GeoJSON FeatureCollection in WGS84")
}

struct Reader<'a> {
    index: &'a mut Index,
    file: &'a Arc<SourceFile>,
    areas: &'a mut [Area],
}

impl Reader<'_> {
    fn feature(&mut self, raw: &RawValue) {
        let whole = first_line(self.file, self.span(raw.get()));
        let Ok(feature) = serde_json::from_str::<Feature<'_>>(raw.get()) else {
            return self.report(
                "geojson",
                "this is not a feature".to_owned(),
                Some(whole),
                "a feature has `properties` and a `geometry`",
            );
        };
        let area = feature.properties.and_then(|properties| properties.area);
        let Some((named, id)) = area.and_then(|area| Some((area, serde_json::from_str::<String>(area.get()).ok()?)))
        else {
            return self.report(
                "geojson",
                "this feature has no property `area`".to_owned(),
                Some(whole),
                "give it the id of an area in `areas.csv`",
            );
        };
        let named = self.span(named.get());
        if self.index.is_incomplete(Thing::Area) && !self.index.is_defined(Thing::Area, &id) {
            return;
        }
        if !self.index.is_defined(Thing::Area, &id) {
            let near = nearest(&id, self.index.ids(Thing::Area));
            let known = listed(self.index.ids(Thing::Area), "and");
            let help = if known.is_empty() {
                format!("add a row for `{id}` to `areas.csv`, which has none")
            } else {
                format!("`areas.csv` has {known}")
            };
            let message = format!("no area `{id}`{}", did_you_mean(near));
            return self.report("unknown-id", message, Some(named), &help);
        }
        let Some(rings) = feature.geometry.and_then(|geometry| self.rings(geometry)) else {
            let message = format!("the area `{id}` has no polygon that can be read");
            return self.report(
                "geojson",
                message,
                Some(whole),
                "its `geometry` is a Polygon or MultiPolygon of pairs of longitude and latitude",
            );
        };
        for ring in &rings {
            if let Some((message, help)) = ring_fault(&id, ring) {
                return self.report("geojson", message, Some(named), help);
            }
        }
        if let Some(area) = self.areas.iter_mut().find(|area| area.id.as_str() == id) {
            area.rings.extend(rings);
        }
    }

    fn rings(&self, geometry: &RawValue) -> Option<Vec<Vec<(f64, f64)>>> {
        type Ring = Vec<Vec<f64>>;
        let geometry: Geometry<'_> = serde_json::from_str(geometry.get()).ok()?;
        let coordinates = geometry.coordinates?.get();
        let rings: Vec<Ring> = match geometry.kind.as_ref() {
            "Polygon" => serde_json::from_str(coordinates).ok()?,
            "MultiPolygon" => serde_json::from_str::<Vec<Vec<Ring>>>(coordinates).ok()?.into_iter().flatten().collect(),
            _ => return None,
        };
        let point = |point: Vec<f64>| Some((*point.first()?, *point.get(1)?));
        rings.into_iter().map(|ring| ring.into_iter().map(point).collect()).collect()
    }

    /// Where a piece of the file's text stands in it.
    fn span(&self, piece: &str) -> Range<usize> {
        let start = (piece.as_ptr() as usize).saturating_sub(self.file.text().as_ptr() as usize);
        start..start + piece.len()
    }

    fn report(&mut self, code: &'static str, message: String, span: Option<Range<usize>>, help: &str) {
        let spot = Spot { file: Arc::clone(self.file), span };
        self.index.report(spot.place(Problem::error(code, message).help(help)));
    }
}

/// The first line of a span, so that a feature of a thousand lines is not underlined whole.
fn first_line(file: &SourceFile, span: Range<usize>) -> Range<usize> {
    let length = file.text().get(span.clone()).and_then(|text| text.lines().next()).map_or(0, str::len);
    span.start..span.start + length.min(40)
}

fn ring_fault(id: &str, ring: &[(f64, f64)]) -> Option<(String, &'static str)> {
    if let Some((x, y)) = ring.iter().find(|(x, y)| x.abs() > 360.0 || y.abs() > 360.0) {
        let message = format!("the corners of `{id}` are not degrees: {x}, {y}");
        return Some((
            message,
            "these look like metres of a national grid: export the areas again in WGS84 (EPSG:4326)",
        ));
    }
    if let Some((x, y)) = ring.iter().find(|(x, y)| x.abs() > 180.0 || y.abs() > 90.0) {
        let message = format!("no point on earth has the longitude {x} and the latitude {y} (a corner of `{id}`)");
        return Some((message, "longitude comes first; are they swapped?"));
    }
    if ring.len() < 4 {
        return Some((
            format!("a ring of `{id}` has only {} corners", ring.len()),
            "a ring has at least four, the last the same as the first",
        ));
    }
    if ring.first() != ring.last() {
        return Some((format!("a ring of `{id}` is not closed"), "repeat the first corner as the last"));
    }
    None
}
