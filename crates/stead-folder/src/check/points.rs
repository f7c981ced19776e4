//! Points that lie far from all others, because longitude and latitude are swapped, or have the wrong sign.

use super::Folder;
use crate::problem::Problem;
use crate::thing::Thing;

/// A point further than this from the middle of the others is far away, in degrees.
const FAR_DEGREES: f64 = 20.0;
/// A point nearer than this lies among the others.
const NEAR_DEGREES: f64 = 5.0;
/// A point further than this from the middle of the others is far away, in kilometres.
const FAR_KILOMETRES: f64 = 300.0;
/// So many times further away than half of the points are, one is far away in a place of any size.
const FAR_TIMES: f64 = 5.0;
/// The mean radius of the earth.
const EARTH_KILOMETRES: f64 = 6371.0;

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
    let far = far_away(&points, (x, y));
    let distance = |longitude: f64, latitude: f64| (longitude - x).abs().max((latitude - y).abs());
    let found = points.iter().filter_map(|(thing, id, longitude, latitude)| {
        let where_it_lies = format!("at longitude {longitude} and latitude {latitude}");
        let kilometres = kilometres((*longitude, *latitude), (x, y));
        let problem = if distance(*longitude, *latitude) > FAR_DEGREES && distance(*latitude, *longitude) < NEAR_DEGREES
        {
            let message = format!("`{id}` lies far from everything else, {where_it_lies}");
            Problem::warning("swapped", message).help("longitude and latitude are probably swapped")
        } else if kilometres > far {
            let message = format!("`{id}` lies about {kilometres:.0} km from everything else, {where_it_lies}");
            Problem::warning("far-away", message).help(sign_help((*longitude, *latitude), (x, y), far))
        } else {
            return None;
        };
        Some(folder.at(*thing, id, problem))
    });
    found.collect()
}

/// How many kilometres from the middle are far: more than [`FAR_KILOMETRES`], and in a place that is itself as large, many times more than
/// from the middle to half of the points.
fn far_away(points: &[(Thing, &str, f64, f64)], middle_point: (f64, f64)) -> f64 {
    let usual = middle(points.iter().map(|point| kilometres((point.2, point.3), middle_point)));
    FAR_KILOMETRES.max(usual.unwrap_or(0.0) * FAR_TIMES)
}

fn sign_help((longitude, latitude): (f64, f64), middle_point: (f64, f64), far: f64) -> String {
    if kilometres((-longitude, latitude), middle_point) < far {
        let side =
            if longitude > 0.0 { "west of Greenwich it has a minus" } else { "east of Greenwich it has no minus" };
        format!("is the sign of the longitude right? {side}")
    } else if kilometres((longitude, -latitude), middle_point) < far {
        let side =
            if latitude > 0.0 { "south of the equator it has a minus" } else { "north of the equator it has no minus" };
        format!("is the sign of the latitude right? {side}")
    } else {
        "check its longitude and latitude; everybody is a long way from it".to_owned()
    }
}

/// Along a great circle, by the haversine formula.
fn kilometres(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (longitude, latitude) = ((to.0 - from.0).to_radians() / 2.0, (to.1 - from.1).to_radians() / 2.0);
    let square =
        longitude.sin().powi(2).mul_add(from.1.to_radians().cos() * to.1.to_radians().cos(), latitude.sin().powi(2));
    2.0 * EARTH_KILOMETRES * square.sqrt().min(1.0).asin()
}

/// The median, of at least three.
fn middle(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().filter(|_| values.len() >= 3)
}
