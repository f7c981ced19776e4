//! Where people may live: small areas with their people, deprivation and dwellings.

use std::collections::HashMap;
use std::sync::Arc;

use stead_rules::{AreaCode, Definitions, Sex, SmallArea};

use super::pieces::json_text;
use crate::TownError;
use crate::published::{BANDS, ByBand, PEOPLE_THOUSANDS, SHARE_FEMALE, at_band};
use crate::vocabulary::Kind;

/// The area of a home outside the town.
pub const NOWHERE: u32 = u32::MAX;

/// How many of the nearest services of a kind somebody chooses from.
pub(crate) const CHOICES: usize = 3;

/// People in a household on average. Source: ONS, census 2021 (2.4).
const PEOPLE_PER_DWELLING: f64 = 2.4;

/// A small area as the town uses it.
#[derive(Clone, Debug)]
pub struct HomeArea {
    /// Its code.
    pub code: String,
    /// The town of its addresses, as JSON text with quotation marks.
    pub town: String,
    /// Deprivation decile, 1 (most deprived) to 10; 5 where none is given.
    pub decile: u8,
    /// Longitude and latitude of its centre in hundred-thousandths of a degree, where given.
    pub centre: Option<(i32, i32)>,
    /// How many live there, by age band, in any unit.
    pub(crate) people: ByBand,
    /// How many dwellings the town's citizens share there.
    pub(crate) dwellings: u32,
    /// The nearest services of each kind (by number of the kind), nearest first; fewer than three are filled up with none.
    pub(crate) nearest: Vec<[Option<u32>; CHOICES]>,
    /// Other small areas nearby, to move to.
    pub(crate) neighbours: [u32; 8],
}

/// The share of people of an age band who are of a sex.
pub fn share(band: usize, sex: Sex) -> f64 {
    let women = at_band(&SHARE_FEMALE, band);
    if sex == Sex::Male { 1.0 - women } else { women }
}

pub fn homes(definitions: &Definitions, citizens: u64) -> Result<Vec<HomeArea>, TownError> {
    if definitions.small_areas.is_empty() {
        return Err(TownError::NoSmallAreas);
    }
    // No table of areas can name a code with a semicolon: there it stands between two.
    if let Some(area) = definitions.small_areas.iter().find(|area| area.code.contains(';')) {
        return Err(TownError::SeveralSmallAreas { code: area.code.to_string() });
    }
    let known: Vec<f64> = definitions.small_areas.iter().filter_map(counted).collect();
    let usual = if known.is_empty() { 1500.0 } else { known.iter().sum::<f64>() / known.len() as f64 };
    let mut homes: Vec<HomeArea> = definitions.small_areas.iter().map(|area| home(area, usual)).collect();
    for (home, town) in homes.iter_mut().zip(towns(definitions)) {
        if let Some(town) = town {
            home.town = json_text(&town);
        }
    }
    let total: f64 = homes.iter().flat_map(|home| home.people).sum();
    for home in &mut homes {
        let expected = home.people.iter().sum::<f64>() / total * citizens as f64;
        home.dwellings = ((expected / PEOPLE_PER_DWELLING) as u32).max(1);
    }
    let neighbours: Vec<[u32; 8]> = (0..homes.len()).map(|at| neighbours(&homes, at)).collect();
    for (home, neighbours) in homes.iter_mut().zip(neighbours) {
        home.neighbours = neighbours;
    }
    Ok(homes)
}

fn counted(area: &SmallArea) -> Option<f64> {
    (area.population.len() == BANDS).then(|| area.population.iter().map(|&people| f64::from(people)).sum())
}

fn home(area: &SmallArea, usual: f64) -> HomeArea {
    let england: f64 = PEOPLE_THOUSANDS.iter().sum();
    let mut people = PEOPLE_THOUSANDS.map(|people| people / england * usual);
    if counted(area).is_some() {
        for (to, &from) in people.iter_mut().zip(&area.population) {
            *to = f64::from(from);
        }
    }
    let place = |degrees: f64| (degrees * 100_000.0).round() as i32;
    HomeArea {
        code: json_text(&area.code),
        town: json_text(town_of(&area.name)),
        decile: area.deprivation_decile.unwrap_or(5).clamp(1, 10),
        centre: area.longitude.zip(area.latitude).map(|(x, y)| (place(x), place(y))),
        people,
        dwellings: 1,
        nearest: vec![[None; CHOICES]; Kind::ALL.len()],
        neighbours: [NOWHERE; 8],
    }
}

/// The town of each small area, where an area of the folder names both.
fn towns(definitions: &Definitions) -> Vec<Option<Arc<str>>> {
    let mut of_code: HashMap<&str, &Arc<str>> = HashMap::new();
    for area in &definitions.areas {
        let town = area.codes.iter().find_map(|code| match code {
            AreaCode::Town(town) => Some(town),
            AreaCode::SmallArea(_) | AreaCode::Postcode(_) => None,
        });
        for code in &area.codes {
            if let (AreaCode::SmallArea(code), Some(town)) = (code, town) {
                of_code.entry(code).or_insert(town);
            }
        }
    }
    definitions.small_areas.iter().map(|area| of_code.get(&*area.code).copied().cloned()).collect()
}

/// The town in a small area's name: `East Devon 012B` lies in East Devon.
fn town_of(name: &str) -> &str {
    match name.rsplit_once(' ') {
        Some((town, number)) if number.starts_with(|first: char| first.is_ascii_digit()) => town,
        _ => name,
    }
}

/// Eight areas nearby: those listed next to it (lists of small areas run along the ground), nearest of these first.
fn neighbours(homes: &[HomeArea], at: usize) -> [u32; 8] {
    let around = at.saturating_sub(12)..(at + 13).min(homes.len());
    let mut near: Vec<(i64, u32)> = around
        .filter(|&other| other != at)
        .map(|other| (between(homes.get(at), homes.get(other)), other as u32))
        .collect();
    near.sort_unstable();
    let mut found = [at as u32; 8];
    for (slot, (_, other)) in found.iter_mut().zip(near) {
        *slot = other;
    }
    found
}

fn between(one: Option<&HomeArea>, other: Option<&HomeArea>) -> i64 {
    match (one.and_then(|home| home.centre), other.and_then(|home| home.centre)) {
        (Some(one), Some(other)) => distance(one, other),
        _ => 0,
    }
}

/// The square of a distance, good enough to compare: a degree of longitude counts 0.6 of one of latitude, as in England.
pub(crate) fn distance(one: (i32, i32), other: (i32, i32)) -> i64 {
    let across = (i64::from(one.0) - i64::from(other.0)) * 6 / 10;
    let along = i64::from(one.1) - i64::from(other.1);
    across * across + along * along
}

/// Where the essay's citizen lives now and lived before her divorce: in the first area that is named for a harbour, else anywhere.
pub fn essay_homes(definitions: &Definitions) -> (u32, u32) {
    let number = |code: &AreaCode| match code {
        AreaCode::SmallArea(code) => definitions.small_areas.iter().position(|area| area.code == *code),
        AreaCode::Town(_) | AreaCode::Postcode(_) => None,
    };
    let named = |exactly: bool| {
        let fits = move |id: &str| if exactly { id == "harbour" } else { id.contains("harbour") };
        definitions.areas.iter().find(|area| fits(area.id.as_str()))
    };
    let area = named(true).or_else(|| named(false));
    let mut inside = area.into_iter().flat_map(|area| area.codes.iter().filter_map(number));
    let now = inside.next().unwrap_or(0);
    let before = inside.next().unwrap_or(now);
    (now as u32, before as u32)
}
