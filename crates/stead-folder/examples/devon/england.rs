//! What the public data say about one integrated care board's area, before anything is assumed.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;
use stead_rules::area::Area;

/// A row of a table, by column.
pub(crate) type Row = HashMap<String, String>;

/// Longitude and latitude, degrees.
pub(crate) type Point = (f64, f64);

/// The area's people, its boundaries, and the bodies in it.
pub(crate) struct England {
    /// Small areas, in order of their codes.
    pub(crate) small_areas: Vec<SmallArea>,
    /// Their boundaries.
    pub(crate) shapes: Vec<Shape>,
    /// General practices of the board.
    pub(crate) practices: Vec<Body>,
    /// Pharmacies of the board.
    pub(crate) pharmacies: Vec<Body>,
    /// Opticians inside the boundaries.
    pub(crate) opticians: Vec<Body>,
    /// Hospitals inside the boundaries, as listed.
    pub(crate) hospitals: Vec<Body>,
}

/// A small area (LSOA of 2011).
pub(crate) struct SmallArea {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) district: String,
    pub(crate) decile: u8,
    pub(crate) centre: Point,
    /// People by age band: 0–4, 5–9 … 90 and over.
    pub(crate) ages: Vec<u32>,
}

/// A small area's boundary.
pub(crate) struct Shape {
    pub(crate) small_area: String,
    /// The GeoJSON geometry, as it came.
    pub(crate) geometry: Value,
    rings: Area,
}

/// A practice, pharmacy, optician or hospital.
pub(crate) struct Body {
    pub(crate) code: String,
    pub(crate) name: String,
    /// Where it is and in which small area, when known.
    pub(crate) at: Option<(Point, String)>,
}

impl SmallArea {
    /// The neighbourhood that several small areas share: `Exeter 001` of `Exeter 001A`.
    pub(crate) fn neighbourhood(&self) -> &str {
        self.name.trim_end_matches(|last: char| last.is_ascii_uppercase())
    }
}

impl England {
    /// Reads the files of `docs/real-places.md` and keeps what belongs to the board.
    pub(crate) fn read(data: &Path, board: &str) -> Result<Self, Box<dyn Error>> {
        let small_areas = small_areas(data, board)?;
        let shapes = shapes(data)?;
        let lists = ["practice_points_2014", "hospitals_2014", "clinics_2014", "opticians_2014"];
        let lists: Vec<Vec<Row>> = lists.iter().map(|name| table(data, name)).collect::<Result<_, _>>()?;
        let mut positions: HashMap<String, Point> = HashMap::new();
        for row in lists.iter().flatten() {
            if let Some(point) = point(row) {
                positions.entry(cell(row, "id").to_owned()).or_insert(point);
                positions.entry(postcode(row)).or_insert(point);
            }
        }
        let mut england =
            Self { small_areas, shapes, practices: vec![], pharmacies: vec![], opticians: vec![], hospitals: vec![] };
        let of_board = |name: &str, england: &Self| -> Result<Vec<Body>, Box<dyn Error>> {
            let rows = table(data, name)?;
            let rows = rows.iter().filter(|row| cell(row, "icb_ods") == board);
            Ok(rows.map(|row| england.body(row, "ods", &positions)).collect())
        };
        england.practices = of_board("practices", &england)?;
        england.pharmacies = of_board("pharmacies", &england)?;
        england.opticians = england.inside(lists.get(3));
        england.hospitals = england.inside(lists.get(1));
        Ok(england)
    }

    /// How many people live in all small areas together.
    pub(crate) fn population(&self) -> u32 {
        self.small_areas.iter().flat_map(|area| &area.ages).sum()
    }

    /// The small area around a point.
    fn small_area_at(&self, (longitude, latitude): Point) -> Option<&str> {
        // Most points of a national list are far away: no need to ask every boundary.
        let near = |area: &SmallArea| (area.centre.0 - longitude).abs() < 0.3 && (area.centre.1 - latitude).abs() < 0.3;
        if !self.small_areas.iter().any(near) {
            return None;
        }
        self.shapes.iter().find(|shape| shape.rings.surrounds(longitude, latitude)).map(|shape| &*shape.small_area)
    }

    /// The small area whose centre is nearest, for a point just off the (generalised) coast.
    fn nearest(&self, (longitude, latitude): Point) -> Option<&str> {
        // At this latitude a degree of longitude is 0.64 of a degree of latitude.
        let apart = |area: &SmallArea| ((area.centre.0 - longitude) * 0.64).hypot(area.centre.1 - latitude);
        self.small_areas.iter().min_by(|one, other| apart(one).total_cmp(&apart(other))).map(|area| &*area.code)
    }

    /// A body of the board: positioned by its own code, or else by another body at its postcode.
    fn body(&self, row: &Row, key: &str, positions: &HashMap<String, Point>) -> Body {
        let point = positions.get(cell(row, key)).or_else(|| positions.get(&postcode(row))).copied();
        let at = point.and_then(|point| {
            let small_area = self.small_area_at(point).or_else(|| self.nearest(point))?;
            Some((point, small_area.to_owned()))
        });
        Body { code: cell(row, key).to_owned(), name: readable(cell(row, "name")), at }
    }

    /// The bodies of a national list that lie inside the boundaries, each once.
    fn inside(&self, rows: Option<&Vec<Row>>) -> Vec<Body> {
        let mut seen = HashSet::new();
        let mut bodies: Vec<Body> = Vec::new();
        for row in rows.into_iter().flatten() {
            let Some(point) = point(row) else { continue };
            if let Some(small_area) = self.small_area_at(point)
                && seen.insert(cell(row, "id"))
            {
                let at = Some((point, small_area.to_owned()));
                bodies.push(Body { code: cell(row, "id").to_owned(), name: readable(cell(row, "name")), at });
            }
        }
        bodies.sort_by(|one, other| one.code.cmp(&other.code));
        bodies
    }

    /// `small-areas.csv`.
    pub(crate) fn small_areas_csv(&self) -> Result<String, Box<dyn Error>> {
        let mut head: Vec<String> =
            ["small_area", "name", "deprivation_decile", "longitude", "latitude"].map(String::from).into();
        head.extend((0..18).map(|band| format!("age_{}_{}", 5 * band, 5 * band + 4)));
        head.push("age_90_over".into());
        csv_text(
            head,
            self.small_areas.iter().map(|area| {
                let mut row = vec![area.code.clone(), area.name.clone(), area.decile.to_string()];
                row.extend([area.centre.0.to_string(), area.centre.1.to_string()]);
                row.extend(area.ages.iter().map(u32::to_string));
                row
            }),
        )
    }
}

fn small_areas(data: &Path, board: &str) -> Result<Vec<SmallArea>, Box<dyn Error>> {
    let packed = open(data, "small_areas.csv.zst")?;
    let text = zstd::stream::decode_all(packed.as_slice())?;
    let mut areas = Vec::new();
    for row in rows(&text)?.iter().filter(|row| cell(row, "icb22_ods") == board) {
        let bands = (0..18).map(|band| format!("age_{}_{}", 5 * band, 5 * band + 4)).chain(["age_90_plus".into()]);
        areas.push(SmallArea {
            code: cell(row, "lsoa11").to_owned(),
            name: cell(row, "name").to_owned(),
            district: cell(row, "lad22_name").to_owned(),
            decile: cell(row, "imd2019_decile").parse()?,
            centre: point(row).ok_or("a small area without longitude and latitude")?,
            ages: bands.map(|band| cell(row, &band).parse()).collect::<Result<_, _>>()?,
        });
    }
    areas.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(areas)
}

fn shapes(data: &Path) -> Result<Vec<Shape>, Box<dyn Error>> {
    let collection: Value = serde_json::from_slice(&open(data, "devon_small_areas.geojson")?)?;
    let features = collection.get("features").and_then(Value::as_array).ok_or("no `features` in the boundaries")?;
    let mut shapes = Vec::new();
    for feature in features {
        let code =
            feature.pointer("/properties/lsoa11").and_then(Value::as_str).ok_or("a boundary without `lsoa11`")?;
        let geometry = feature.get("geometry").cloned().unwrap_or_default();
        let mut rings = Vec::new();
        collect_rings(geometry.get("coordinates").unwrap_or(&Value::Null), &mut rings);
        let rings = Area { id: code.into(), name: code.into(), codes: vec![], rings };
        shapes.push(Shape { small_area: code.to_owned(), geometry, rings });
    }
    Ok(shapes)
}

/// Every ring in nested coordinates: an array whose first entry is a position is a ring.
fn collect_rings(coordinates: &Value, rings: &mut Vec<Vec<Point>>) {
    let Some(entries) = coordinates.as_array() else { return };
    let position = |entry: &Value| Some((entry.get(0)?.as_f64()?, entry.get(1)?.as_f64()?));
    match entries.iter().map(position).collect::<Option<Vec<Point>>>() {
        Some(ring) if !ring.is_empty() => rings.push(ring),
        _ => entries.iter().for_each(|entry| collect_rings(entry, rings)),
    }
}

fn open(data: &Path, name: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let path = data.join(name);
    fs::read(&path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()).into())
}

fn table(data: &Path, name: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    rows(&open(data, &format!("{name}.csv"))?)
}

pub(crate) fn rows(text: &[u8]) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text);
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

/// A cell of a row; empty when there is no such column.
pub(crate) fn cell<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", |text| text.trim())
}

fn point(row: &Row) -> Option<Point> {
    Some((cell(row, "longitude").parse().ok()?, cell(row, "latitude").parse().ok()?))
}

fn postcode(row: &Row) -> String {
    cell(row, "postcode").replace(' ', "")
}

/// `THE DENSHAM SURGERY` as people write it: `The Densham Surgery`. Names that are not all capitals stay.
fn readable(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_string() + &letters.as_str().to_lowercase())
    };
    name.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// An id of a name: lower-case words joined by hyphens.
pub(crate) fn id(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// A table as text.
pub(crate) fn csv_text<R: IntoIterator<Item = String>>(
    head: impl IntoIterator<Item = String>,
    rows: impl IntoIterator<Item = R>,
) -> Result<String, Box<dyn Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head)?;
    for row in rows {
        writer.write_record(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}
