//! Points that lie far from all others, because longitude and latitude are swapped.

use super::Folder;
use crate::problem::Problem;
use crate::thing::Thing;

/// A point further than this from the middle of the others is far away, in degrees.
const FAR_DEGREES: f64 = 20.0;
/// A point nearer than this lies among the others.
const NEAR_DEGREES: f64 = 5.0;

pub(super) fn problems(folder: &Folder<'_>) -> Vec<Problem> {
    let definitions = folder.definitions;
    let sites = definitions.sites.iter().map(|site| (Thing::Site, site.id.as_str(), site.longitude, site.latitude));
    let areas = definitions
        .small_areas
        .iter()
        .map(|area| (Thing::SmallArea, area.code.as_ref(), area.longitude, area.latitude));
    let points: Vec<(Thing, &str, f64, f64)> =
        sites.chain(areas).filter_map(|(thing, id, x, y)| Some((thing, id, x?, y?))).collect();
    let (Some(x), Some(y)) = (middle(points.iter().map(|point| point.2)), middle(points.iter().map(|point| point.3)))
    else {
        return Vec::new();
    };
    let distance = |longitude: f64, latitude: f64| (longitude - x).abs().max((latitude - y).abs());
    let swapped = points.iter().filter(|(_, _, longitude, latitude)| {
        distance(*longitude, *latitude) > FAR_DEGREES && distance(*latitude, *longitude) < NEAR_DEGREES
    });
    swapped
        .map(|(thing, id, longitude, latitude)| {
            let message =
                format!("`{id}` lies far from everything else, at longitude {longitude} and latitude {latitude}");
            let problem = Problem::warning("swapped", message).help("longitude and latitude are probably swapped");
            folder.at(*thing, id, problem)
        })
        .collect()
}

/// The median, of at least three.
fn middle(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().filter(|_| values.len() >= 3)
}
