//! The tables of a folder, except codelists.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use stead_rules::{
    Area, AreaCode, Category, Code, Confidentiality, Day, Mapping, Meaning, OpenTo, Organisation, Period, Service,
    ServiceStatus, Site, SmallArea,
};

use crate::index::{Index, Named, Spot};
use crate::merge::mapping_key;
use crate::problem::{Problem, Severity, SourceFile};
use crate::rows::{self, Row};
use crate::sheet;
use crate::thing::{Thing, is_id};

/// `areas.csv`.
pub(crate) fn areas(index: &mut Index, file: &Arc<SourceFile>) -> Vec<Area> {
    let rows = rows::read(index, file, &sheet::AREAS, &whole_file(file));
    rows.iter().filter_map(area).collect()
}

fn area(row: &Row<'_>) -> Option<Area> {
    let small_areas = row.texts("small_areas").map(|code| AreaCode::SmallArea(code.into()));
    let towns = row.texts("towns").map(|town| AreaCode::Town(town.into()));
    let postcodes = row.texts("postcodes").map(|postcode| AreaCode::Postcode(postcode.into()));
    Some(Area {
        id: row.text("area")?.into(),
        name: row.text("name")?.into(),
        codes: small_areas.chain(towns).chain(postcodes).collect(),
        rings: Vec::new(),
    })
}

/// `small-areas.csv`.
pub(crate) fn small_areas(index: &mut Index, file: &Arc<SourceFile>) -> Vec<SmallArea> {
    let rows = rows::read(index, file, &sheet::SMALL_AREAS, &whole_file(file));
    rows.iter().filter_map(|row| small_area(index, file, row)).collect()
}

fn small_area(index: &mut Index, file: &Arc<SourceFile>, row: &Row<'_>) -> Option<SmallArea> {
    let code: Arc<str> = row.text("small_area")?.into();
    let population: Vec<u32> = sheet::AGE_BANDS.iter().filter_map(|band| row.number(band)).collect();
    if !population.is_empty() && population.len() < sheet::AGE_BANDS.len() {
        let message = format!("{} of the {} age bands are filled in", population.len(), sheet::AGE_BANDS.len());
        let problem = Problem::error("age-bands", message).help("fill in all of them (0 where nobody lives), or none");
        index.report(problem.at(file, row.span.clone()));
        return None;
    }
    let (longitude, latitude) = point(index, file, row)?;
    Some(SmallArea {
        name: row.text("name").map_or_else(|| Arc::clone(&code), Arc::from),
        code,
        deprivation_decile: row.number("deprivation_decile"),
        longitude,
        latitude,
        population,
    })
}

/// Longitude and latitude: both or neither.
fn point(index: &mut Index, file: &Arc<SourceFile>, row: &Row<'_>) -> Option<(Option<f64>, Option<f64>)> {
    let (longitude, latitude) = (row.number("longitude"), row.number("latitude"));
    if longitude.is_some() != latitude.is_some() {
        let problem = Problem::error("half-a-point", "longitude and latitude stand together: one of them is empty");
        let problem = problem.help("fill in both, in degrees (WGS84), or neither");
        index.report(problem.at(file, row.span.clone()));
        index.break_off(&row.named);
        return None;
    }
    Some((longitude, latitude))
}

/// `organisations.csv`.
pub(crate) fn organisations(index: &mut Index, file: &Arc<SourceFile>) -> Vec<Organisation> {
    let rows = rows::read(index, file, &sheet::ORGANISATIONS, &whole_file(file));
    report_shared_codes(index, file, &rows);
    let organisations: Vec<Organisation> = rows.iter().filter_map(organisation).collect();
    report_parts_in_a_circle(index, file, &rows, &organisations);
    organisations
}

fn organisation(row: &Row<'_>) -> Option<Organisation> {
    Some(Organisation {
        id: row.text("organisation")?.into(),
        name: row.text("name")?.into(),
        kind: row.text("kind")?.into(),
        codes: row.texts("codes").map(Arc::from).collect(),
        part_of: row.text("part_of").map(Into::into),
    })
}

/// Two rows that records call the same: nobody could tell which is meant.
fn report_shared_codes(index: &mut Index, file: &Arc<SourceFile>, rows: &[Row<'_>]) {
    let mut owners: BTreeMap<&str, &Row<'_>> = BTreeMap::new();
    for row in rows {
        for code in row.texts("codes") {
            match owners.get(code) {
                Some(first) if first.named != row.named => {
                    let message = format!("`{}` and `{}` have the same code `{code}`", first.named.1, row.named.1);
                    let help = "records with this code could mean either; leave it to one of them";
                    let span = row.cell("codes").map_or(row.span.clone(), |cell| cell.span.clone());
                    index.report(Problem::error("shared-code", message).at(file, span).help(help));
                    index.break_off(&row.named);
                }
                Some(_) => {}
                None => {
                    owners.insert(code, row);
                }
            }
        }
    }
}

fn report_parts_in_a_circle(
    index: &mut Index,
    file: &Arc<SourceFile>,
    rows: &[Row<'_>],
    organisations: &[Organisation],
) {
    let parent: BTreeMap<&str, &str> = organisations
        .iter()
        .filter_map(|organisation| Some((organisation.id.as_str(), organisation.part_of.as_ref()?.as_str())))
        .collect();
    for row in rows {
        let own = row.named.1.as_str();
        let above = std::iter::successors(parent.get(own).copied(), |at| parent.get(at).copied());
        if above.take(organisations.len()).any(|at| at == own) {
            let message = format!("`{own}` is part of itself, directly or through others");
            let span = row.cell("part_of").map_or(row.span.clone(), |cell| cell.span.clone());
            let help = "an organisation is part of a larger one, never the other way round as well";
            index.report(Problem::error("circle", message).at(file, span).help(help));
            index.break_off(&row.named);
        }
    }
}

/// `sites.csv`.
pub(crate) fn sites(index: &mut Index, file: &Arc<SourceFile>) -> Vec<Site> {
    let rows = rows::read(index, file, &sheet::SITES, &whole_file(file));
    rows.iter().filter_map(|row| site(index, file, row)).collect()
}

fn site(index: &mut Index, file: &Arc<SourceFile>, row: &Row<'_>) -> Option<Site> {
    let (longitude, latitude) = point(index, file, row)?;
    Some(Site {
        id: row.text("site")?.into(),
        name: row.text("name")?.into(),
        organisation: row.text("organisation")?.into(),
        longitude,
        latitude,
        small_area: row.text("small_area").map(Arc::from),
    })
}

/// `services.csv`.
pub(crate) fn services(index: &mut Index, file: &Arc<SourceFile>) -> Vec<Service> {
    let rows = rows::read(index, file, &sheet::SERVICES, &whole_file(file));
    report_shared_codes(index, file, &rows);
    rows.iter().filter_map(|row| service(index, file, row)).collect()
}

fn service(index: &mut Index, file: &Arc<SourceFile>, row: &Row<'_>) -> Option<Service> {
    let (from, to) = (row.day("from").unwrap_or(Day::ALWAYS), row.day("to").unwrap_or(Day::FOREVER));
    let Some(period) = Period::new(from, to) else {
        let message = format!("the service ends on {to}, but begins on {from}");
        let problem = Problem::error("from-after-to", message).help("`to` is the first day outside, later than `from`");
        index.report(problem.at(file, row.cell("to").map_or(row.span.clone(), |cell| cell.span.clone())));
        index.break_off(&row.named);
        return None;
    };
    let status = row.text("status").and_then(ServiceStatus::of).unwrap_or(ServiceStatus::Live);
    let professions: Vec<_> = row.texts("professions").map(Into::into).collect();
    if professions.is_empty() && status == ServiceStatus::Live {
        let message = format!("nobody works in the live service `{}`", row.named.1);
        let problem = Problem::warning("no-professions", message);
        let problem = problem.help("name its `professions`; until then it can meet no need that asks for one");
        index.report(problem.at(file, row.span.clone()));
    }
    Some(Service {
        id: row.text("service")?.into(),
        kind: row.text("kind")?.into(),
        organisation: row.text("organisation")?.into(),
        site: row.text("site")?.into(),
        professions,
        status,
        period,
        open_to: match row.text("open_to") {
            Some("registered") => OpenTo::Registered,
            Some(text) => {
                text.strip_prefix("group:").map_or(OpenTo::Anyone, |group| OpenTo::Group(group.trim().into()))
            }
            None => OpenTo::Anyone,
        },
        hours: row.text("hours").map(Arc::from),
        capacity_per_week: row.number("capacity_per_week"),
        unit_cost_pence: row.number("unit_cost_pence"),
        codes: row.texts("codes").map(Arc::from).collect(),
    })
}

/// `categories.csv`.
pub(crate) fn categories(index: &mut Index, file: &Arc<SourceFile>) -> Vec<Category> {
    let rows = rows::read(index, file, &sheet::CATEGORIES, &whole_file(file));
    rows.iter().filter_map(|row| category(index, file, row)).collect()
}

fn category(index: &mut Index, file: &Arc<SourceFile>, row: &Row<'_>) -> Option<Category> {
    let known = Category::built_in().into_iter().find(|category| category.id.as_str() == row.named.1);
    let usual = known.as_ref().map_or(Confidentiality::Normal, |category| category.confidentiality);
    let confidentiality = row.text("confidentiality").and_then(Confidentiality::of).unwrap_or(usual);
    if confidentiality < usual {
        let message =
            format!("`{}` is {} everywhere, and cannot be made {}", row.named.1, usual.word(), confidentiality.word());
        let problem = Problem::error("less-confidential", message);
        let help = "leave the cell empty; open it to those who need it by a `share` clause that names it";
        let span = row.cell("confidentiality").map_or(row.span.clone(), |cell| cell.span.clone());
        index.report(problem.at(file, span).help(help));
        index.break_off(&row.named);
        return None;
    }
    let category = Category {
        id: row.text("category")?.into(),
        name: row.text("name")?.into(),
        part_of: row.text("part_of").map(Into::into),
        sensitive: confidentiality > Confidentiality::Normal,
        confidentiality,
        resources: row.texts("resources").map(Arc::from).collect(),
        services: row.texts("services").map(Into::into).collect(),
        codelists: row.texts("codelists").map(Into::into).collect(),
        labels: row.texts("labels").map(Arc::from).collect(),
        needed_by: row.texts("needed_by").map(Into::into).collect(),
    };
    let signs = [category.services.len(), category.codelists.len(), category.labels.len(), category.resources.len()];
    if signs.iter().all(|signs| *signs == 0) {
        let problem = Problem::warning("nothing-in-it", format!("no record falls into the category `{}`", category.id));
        let help = "name the `resources`, `services`, `codelists` or `labels` by which its records are known";
        index.report(problem.at(file, row.span.clone()).help(help));
    }
    Some(category)
}

/// `mappings.csv`.
pub(crate) fn mappings(index: &mut Index, file: &Arc<SourceFile>) -> Vec<Mapping> {
    let rows = rows::read(index, file, &sheet::MAPPINGS, &whole_file(file));
    let mut known: BTreeMap<(Meaning, Code), (Arc<str>, Range<usize>)> = BTreeMap::new();
    let mut mappings = Vec::new();
    for row in &rows {
        let Some(mapping) = mapping(index, file, row) else { continue };
        let key = (mapping.meaning, mapping.code.clone());
        if let Some((to, first)) = known.get(&key) {
            let first = Spot::new(file, first.clone()).words();
            let problem = if *to == mapping.to {
                let message = format!("the {} code `{}` is mapped twice", mapping.meaning.word(), mapping.code.code);
                Problem::warning("named-twice", message).help(format!("the first is at {first}; leave one out"))
            } else {
                let (code, other) = (&mapping.code.code, &mapping.to);
                let message = format!("the {} code `{code}` means both `{to}` and `{other}`", mapping.meaning.word());
                Problem::error("duplicate-id", message).help(format!("the other is at {first}; keep the right one"))
            };
            index.report(problem.at(file, row.span.clone()));
            continue;
        }
        let spot = Spot::new(file, row.span.clone());
        index.defined.insert((Thing::Mapping, mapping_key(&mapping)), spot);
        known.insert(key, (Arc::clone(&mapping.to), row.span.clone()));
        mappings.push(mapping);
    }
    mappings
}

fn mapping(index: &mut Index, file: &Arc<SourceFile>, row: &Row<'_>) -> Option<Mapping> {
    let to = row.cell("to")?;
    let spot = Spot::new(file, to.span.clone());
    let meaning = Meaning::of(row.text("meaning")?)?;
    let word = match meaning {
        Meaning::Service => Thing::Kind,
        Meaning::Profession => Thing::Profession,
        Meaning::Contact => Thing::Mapping,
    };
    if word == Thing::Mapping && !is_id(&to.text) {
        let meant = crate::thing::id_of(&to.text);
        let message = format!("`{}` is not a word for a kind of contact", to.text);
        let help = format!("write `{meant}`: lower-case words joined by hyphens");
        index.report(spot.place(Problem::error("bad-id", message).help(help)));
        return None;
    }
    if word != Thing::Mapping && !index.check_id(word, &to.text, &spot) {
        return None;
    }
    let cell = row.cell("code")?;
    let code = Code::new(row.text("system")?, &cell.text);
    if let Some(problem) = crate::codes::doubt(&code) {
        let is_damaged = problem.severity == Severity::Error;
        index.report(problem.at(file, cell.span.clone()));
        if is_damaged {
            return None;
        }
    }
    Some(Mapping { meaning, code, to: to.text.as_ref().into() })
}

/// Who owns what is wrong with a table as a whole: nobody that is mentioned.
fn whole_file(file: &Arc<SourceFile>) -> Named {
    (Thing::Mapping, file.path().to_owned())
}
