//! The areas of Devon and the places in it. Districts and neighbourhoods are facts; that they are places is made up.

use std::collections::BTreeMap;
use std::error::Error;

use serde_json::json;

use crate::Files;
use crate::england::{England, SmallArea, csv_text, id};
use crate::services::Offers;

/// How many of the poorest neighbourhoods get a place of their own.
const NEIGHBOURHOODS: usize = 5;

/// Writes `areas.csv`, `areas.geojson`, `place.toml` and `places/*.toml`.
pub(crate) fn write(england: &England, offers: &Offers, files: &mut Files) -> Result<(), Box<dyn Error>> {
    let districts = grouped(england, |area| &area.district);
    let neighbourhoods = grouped(england, SmallArea::neighbourhood);
    files.insert("areas.csv".into(), areas_csv(&districts, &neighbourhoods)?);
    files.insert("areas.geojson".into(), areas_geojson(england)?);
    files.insert("place.toml".into(), county(&districts, offers));
    for (name, areas) in &districts {
        files.insert(format!("places/{}.toml", id(name)), local(name, "district", areas, "2024-04-01", offers));
    }
    let mut poorest: Vec<_> = neighbourhoods.iter().collect();
    poorest.sort_by(|one, other| mean_decile(one.1).total_cmp(&mean_decile(other.1)));
    for (name, areas) in poorest.into_iter().take(NEIGHBOURHOODS) {
        files.insert(format!("places/{}.toml", id(name)), local(name, "neighbourhood", areas, "2025-04-01", offers));
    }
    Ok(())
}

type Grouped<'e> = BTreeMap<&'e str, Vec<&'e SmallArea>>;

fn grouped<'e>(england: &'e England, by: impl Fn(&'e SmallArea) -> &'e str) -> Grouped<'e> {
    let mut found = Grouped::new();
    for area in &england.small_areas {
        found.entry(by(area)).or_default().push(area);
    }
    found
}

fn mean_decile(areas: &[&SmallArea]) -> f64 {
    let deciles: f64 = areas.iter().map(|area| f64::from(area.decile)).sum();
    deciles / f64::from(u32::try_from(areas.len()).unwrap_or(u32::MAX))
}

fn areas_csv(districts: &Grouped<'_>, neighbourhoods: &Grouped<'_>) -> Result<String, Box<dyn Error>> {
    let rows = districts.iter().chain(neighbourhoods).map(|(name, areas)| {
        let codes: Vec<&str> = areas.iter().map(|area| area.code.as_str()).collect();
        [id(name), (*name).to_owned(), codes.join(";")]
    });
    csv_text(["area", "name", "small_areas"].map(String::from), rows)
}

/// Each small area's boundary as a part of its neighbourhood's.
fn areas_geojson(england: &England) -> Result<String, Box<dyn Error>> {
    let by_code: BTreeMap<&str, &SmallArea> =
        england.small_areas.iter().map(|area| (area.code.as_str(), area)).collect();
    let features: Vec<_> = england
        .shapes
        .iter()
        .filter_map(|shape| {
            let area = by_code.get(shape.small_area.as_str())?;
            let properties = json!({ "area": id(area.neighbourhood()), "small_area": area.code, "name": area.name });
            Some(json!({ "type": "Feature", "properties": properties, "geometry": shape.geometry }))
        })
        .collect();
    Ok(serde_json::to_string(&json!({ "type": "FeatureCollection", "features": features }))?)
}

fn county(districts: &Grouped<'_>, offers: &Offers) -> String {
    let areas: Vec<String> = districts.keys().map(|name| id(name)).collect();
    let members = offers.organisations.iter().filter(|body| body.kind.ends_with("-trust") || body.kind == "optician");
    let organisations: Vec<String> = members.map(|body| body.id.clone()).collect();
    format!(
        "# Made up, over real areas and bodies: nobody has agreed to any of this.\n\
         name = \"Devon diabetes eye-care place\"\n\
         from = 2024-04-01\n\
         areas = {}\n\
         serves = [\"people-with-diabetes-from-12\"]\n\
         organisations = {}\n\
         professions = [\"retinal-screener\", \"optometrist\", \"ophthalmologist\", \"diabetes-specialist-nurse\", \"gp\", \"practice-nurse\"]\n\
         coordinators = [\"diabetes-specialist-nurse\", \"practice-nurse\", \"gp\"]\n",
        list(&areas),
        list(&organisations)
    )
}

/// A place for everybody who lives in some small areas, with the practices and pharmacies there.
fn local(name: &str, kind: &str, areas: &[&SmallArea], from: &str, offers: &Offers) -> String {
    let here = offers.by_small_area();
    let bodies = areas.iter().filter_map(|area| here.get(area.code.as_str())).flatten();
    let near = bodies.filter(|body| matches!(body.kind, "gp-practice" | "pharmacy"));
    let organisations: Vec<String> = near.map(|body| body.id.clone()).collect();
    format!(
        "# Made up, over real areas and bodies: nobody has agreed to any of this.\n\
         name = \"{name} {kind}\"\n\
         from = {from}\n\
         areas = [\"{}\"]\n\
         organisations = {}\n\
         professions = [\"gp\", \"practice-nurse\", \"pharmacist\", \"district-nurse\"]\n\
         coordinators = [\"practice-nurse\", \"gp\", \"district-nurse\"]\n",
        id(name),
        list(&organisations)
    )
}

/// A TOML array of ids, one a line when there are many.
fn list(ids: &[String]) -> String {
    let quoted: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    if quoted.len() < 6 { format!("[{}]", quoted.join(", ")) } else { format!("[\n  {},\n]", quoted.join(",\n  ")) }
}
