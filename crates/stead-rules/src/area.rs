//! Areas: the geographies that a place is made of.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::AreaId;

/// A geography: somebody lives in it when any of its codes matches their home, or their home lies in one of its polygons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Its id.
    pub id: AreaId,
    /// Its name, as people say it.
    pub name: Arc<str>,
    /// Small areas, towns and postcodes inside it.
    pub codes: Vec<AreaCode>,
    /// Rings of longitude and latitude (WGS84, degrees), each closed; a point inside an odd number of rings is inside.
    pub rings: Vec<Vec<(f64, f64)>>,
}

/// One way to say that a home lies in an area.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AreaCode {
    /// The code of a small area (in England, an LSOA).
    SmallArea(Arc<str>),
    /// A town, compared without regard to case.
    Town(Arc<str>),
    /// A postcode or the beginning of one (an outward code, a ZIP code), compared without regard to case and spaces.
    Postcode(Arc<str>),
}

impl Area {
    /// Whether a point lies inside the area's rings (even-odd rule; a point on an edge may fall on either side).
    pub fn surrounds(&self, longitude: f64, latitude: f64) -> bool {
        let crossings = self.rings.iter().filter(|ring| ring_surrounds(ring, longitude, latitude)).count();
        crossings % 2 == 1
    }
}

fn ring_surrounds(ring: &[(f64, f64)], x: f64, y: f64) -> bool {
    ring.windows(2).fold(false, |inside, edge| match edge {
        &[(x1, y1), (x2, y2)] if (y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 => !inside,
        _ => inside,
    })
}

/// How far two points lie apart on a straight line over the ground, in metres; longitude and latitude in degrees.
///
/// Great-circle distance by the haversine formula on a sphere of the Earth's mean radius, 6 371 009 m.
pub fn metres_between(one: (f64, f64), other: (f64, f64)) -> u32 {
    let half_sine = |one: f64, other: f64| ((other - one).to_radians() / 2.0).sin().powi(2);
    let (narrow, wide) = (one.1.to_radians().cos(), other.1.to_radians().cos());
    let part = half_sine(one.1, other.1) + narrow * wide * half_sine(one.0, other.0);
    // Within half the Earth's circumference, so it fits.
    (2.0 * 6_371_009.0 * part.sqrt().min(1.0).asin()).round() as u32
}

/// What is known of a small area: where it is, how deprived, how many live there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SmallArea {
    /// Its code.
    pub code: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Deprivation decile, 1 (most deprived) to 10; for England the Index of Multiple Deprivation.
    pub deprivation_decile: Option<u8>,
    /// Longitude of its centre, degrees.
    pub longitude: Option<f64>,
    /// Latitude of its centre, degrees.
    pub latitude: Option<f64>,
    /// Residents by five-year age band: 0–4, 5–9 … 85–89, 90 and over (19 numbers), or empty when not known.
    pub population: Vec<u32>,
}

impl SmallArea {
    /// Deprivation fifth, 1 (most deprived) to 5.
    pub fn deprivation_fifth(&self) -> Option<u8> {
        self.deprivation_decile.map(|decile| decile.div_ceil(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exeter_is_a_quarter_of_a_thousand_kilometres_from_london() {
        let (exeter, london) = ((-3.5275, 50.7236), (-0.1278, 51.5074));
        let apart = metres_between(exeter, london);
        assert!((252_000..255_000).contains(&apart), "{apart}");
        assert_eq!((metres_between(london, exeter), metres_between(london, london)), (apart, 0));
        assert_eq!(metres_between((0.0, 0.0), (0.0, 1.0)), 111_195);
    }

    #[test]
    fn a_hole_in_a_polygon_is_outside() {
        let square = |low: f64, high: f64| vec![(low, low), (high, low), (high, high), (low, high), (low, low)];
        let area = Area {
            id: "ring".into(),
            name: "Ring".into(),
            codes: vec![],
            rings: vec![square(0.0, 10.0), square(4.0, 6.0)],
        };
        assert!(area.surrounds(1.0, 1.0));
        assert!(!area.surrounds(5.0, 5.0));
        assert!(!area.surrounds(11.0, 5.0));
    }
}
