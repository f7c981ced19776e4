//! Who offers what: sources, organisations, sites, services and the people who work in them.

use std::collections::HashMap;

use stead_rules::{Definitions, OpenTo, Organisation, Period, Service, ServiceStatus};

use super::homes::{CHOICES, HomeArea, distance};
use super::pieces::{concept, is_id, reference};
use crate::TownError;
use crate::names::Name;
use crate::options::TownOptions;
use crate::random::{Random, Stream, scatter};
use crate::vocabulary::Kind;

/// The NHS's code system of treatment functions.
const TREATMENT_FUNCTION: &str = "https://fhir.nhs.uk/CodeSystem/NHSDataModelAndDictionary-treatment-function";

/// An organisation that holds records of its own, with all that are part of it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its id, and the name of its folder.
    pub id: String,
    /// What its patients' ids begin with: `c` in general practice, else its initials and a hyphen.
    pub prefix: String,
    /// Whether general practices are part of it.
    pub general_practice: bool,
    /// Whether it is a hospital, whose records carry ICD-10.
    pub hospital: bool,
    /// Whether it is an optician.
    pub optician: bool,
    /// The number of its leading organisation.
    pub organisation: u32,
}

/// An organisation.
#[derive(Clone, Debug)]
pub struct Body {
    /// The folder's organisation.
    pub organisation: Organisation,
    /// Who holds its records.
    pub source: u16,
}

/// A site.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The folder's site.
    pub site: stead_rules::Site,
    /// Who holds its records.
    pub source: u16,
}

/// A service that runs, with the pieces of JSON that its contacts share.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The folder's service.
    pub service: Service,
    /// Its kind, if the town knows how to use it.
    pub kind: Option<Kind>,
    /// Whose it is.
    pub organisation: u32,
    /// Who holds its records.
    pub source: u16,
    /// Longitude and latitude in hundred-thousandths of a degree.
    pub point: Option<(i32, i32)>,
    /// Cost of a contact, in pence.
    pub cost_pence: u32,
    /// Who works in it.
    pub staff: Vec<Staff>,
    /// `{"reference":"Organization/…"}`
    pub organisation_reference: String,
    /// Whether its contacts say where they took place: where the organisation has several sites.
    pub names_site: bool,
    /// `{"reference":"Location/…"}`
    pub location_reference: String,
    /// The service type of its contacts: system, code and what it is called.
    pub service_coding: (&'static str, String, Option<&'static str>),
    /// The same as JSON.
    pub service_type: String,
}

/// Professionals of one profession in a service.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The profession.
    pub profession: String,
    /// The first of them among the town's professionals.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// Somebody who works in a service.
#[derive(Clone, Debug)]
pub struct Professional {
    /// Id of the practitioner.
    pub id: String,
    /// Name.
    pub name: Name,
    /// Sex.
    pub sex: stead_rules::Sex,
    /// The service.
    pub offer: u32,
    /// The profession.
    pub profession: String,
    /// `{"reference":"Practitioner/…"}`
    pub reference: String,
}

pub struct Staffing {
    pub sources: Vec<Source>,
    pub organisations: Vec<Body>,
    pub sites: Vec<Spot>,
    pub offers: Vec<Offer>,
    pub professionals: Vec<Professional>,
}

pub fn offers(definitions: &Definitions, options: &TownOptions) -> Result<Staffing, TownError> {
    check_ids(definitions)?;
    let numbers: HashMap<&str, usize> =
        definitions.organisations.iter().enumerate().map(|(at, body)| (body.id.as_str(), at)).collect();
    let mut sources: Vec<Source> = Vec::new();
    let mut source_of: HashMap<usize, u16> = HashMap::new();
    let mut organisations = Vec::with_capacity(definitions.organisations.len());
    for at in 0..definitions.organisations.len() {
        let root = root_of(definitions, &numbers, at);
        let source = *source_of.entry(root).or_insert_with(|| {
            sources.push(source(definitions, root));
            (sources.len() - 1) as u16
        });
        if let Some(organisation) = definitions.organisations.get(at) {
            organisations.push(Body { organisation: organisation.clone(), source });
        }
    }
    if sources.is_empty() {
        return Err(TownError::NoOrganisations);
    }
    let source_of_body = |id: &str| numbers.get(id).and_then(|&at| organisations.get(at)).map_or(0, |body| body.source);
    let sites = definitions
        .sites
        .iter()
        .map(|site| Spot { site: site.clone(), source: source_of_body(site.organisation.as_str()) })
        .collect();
    let mut offers: Vec<Offer> = definitions
        .services
        .iter()
        .filter(|service| service.status == ServiceStatus::Live)
        .map(|service| {
            let organisation = numbers.get(service.organisation.as_str()).copied().unwrap_or(0) as u32;
            offer(definitions, service, organisation, source_of_body(service.organisation.as_str()))
        })
        .collect();
    let professionals = staff(&mut offers, options);
    for offer in &offers {
        let (Some(kind), Some(source)) = (offer.kind, sources.get_mut(usize::from(offer.source))) else { continue };
        source.general_practice |= kind == Kind::GeneralPractice;
        source.hospital |= kind.is_hospital();
        source.optician |= kind == Kind::Optometry;
    }
    for source in sources.iter_mut().filter(|source| source.general_practice) {
        source.prefix = "c".to_owned();
    }
    Ok(Staffing { sources, organisations, sites, offers, professionals })
}

fn check_ids(definitions: &Definitions) -> Result<(), TownError> {
    let organisations = definitions.organisations.iter().map(|one| one.id.as_str());
    let sites = definitions.sites.iter().map(|one| one.id.as_str());
    let services = definitions.services.iter().map(|one| one.id.as_str());
    match organisations.chain(sites).chain(services).find(|id| !is_id(id)) {
        Some(id) => Err(TownError::NotAnId { id: id.to_owned() }),
        None => Ok(()),
    }
}

/// The organisation at the top of `part_of`; a circle ends where it is first seen to be long.
fn root_of(definitions: &Definitions, numbers: &HashMap<&str, usize>, start: usize) -> usize {
    let mut at = start;
    for _ in 0..16 {
        let above = definitions.organisations.get(at).and_then(|body| body.part_of.as_ref());
        match above.and_then(|above| numbers.get(above.as_str())) {
            Some(&above) if above != at => at = above,
            _ => break,
        }
    }
    at
}

fn source(definitions: &Definitions, root: usize) -> Source {
    let id = definitions.organisations.get(root).map_or("town", |body| body.id.as_str());
    let initials: String = id.split('-').filter_map(|word| word.chars().next()).collect();
    Source {
        id: id.to_owned(),
        prefix: format!("{initials}-"),
        general_practice: false,
        hospital: false,
        optician: false,
        organisation: root as u32,
    }
}

fn offer(definitions: &Definitions, service: &Service, organisation: u32, source: u16) -> Offer {
    let kind = Kind::of(service.kind.as_str());
    let site = definitions.sites.iter().find(|site| site.id == service.site);
    let point = site.and_then(|site| {
        let own = site.longitude.zip(site.latitude);
        own.or_else(|| {
            let code = site.small_area.as_ref()?;
            let area = definitions.small_areas.iter().find(|area| area.code == *code)?;
            area.longitude.zip(area.latitude)
        })
    });
    let place = |degrees: f64| (degrees * 100_000.0).round() as i32;
    let service_coding = match kind.and_then(Kind::treatment_function) {
        Some((code, name)) => (TREATMENT_FUNCTION, code.to_owned(), Some(name)),
        None => ("https://stead.example/codes/service", service.kind.to_string(), None),
    };
    Offer {
        kind,
        organisation,
        source,
        point: point.map(|(x, y)| (place(x), place(y))),
        cost_pence: service.unit_cost_pence.unwrap_or_else(|| kind.map_or(0, Kind::usual_cost_pence)),
        staff: Vec::new(),
        organisation_reference: reference("Organization", service.organisation.as_str()),
        names_site: definitions.sites.iter().filter(|site| site.organisation == service.organisation).count() > 1,
        location_reference: reference("Location", service.site.as_str()),
        service_type: concept(service_coding.0, &service_coding.1, service_coding.2),
        service_coding,
        service: service.clone(),
    }
}

fn staff(offers: &mut [Offer], options: &TownOptions) -> Vec<Professional> {
    let mut of_kind: HashMap<Option<Kind>, u64> = HashMap::new();
    for offer in offers.iter() {
        *of_kind.entry(offer.kind).or_default() += 1;
    }
    let mut professionals: Vec<Professional> = Vec::new();
    let mut numbers: HashMap<(u16, String), u32> = HashMap::new();
    for (at, offer) in offers.iter_mut().enumerate() {
        let services = of_kind.get(&offer.kind).copied().unwrap_or(1);
        let per_100_000 = u64::from(offer.kind.map_or(2, Kind::professionals_per_100_000));
        let count = (options.citizens * per_100_000).div_ceil(100_000 * services).clamp(1, 200) as u32;
        for profession in &offer.service.professions {
            offer.staff.push(Staff { profession: profession.to_string(), first: professionals.len() as u32, count });
            for _ in 0..count {
                let number = numbers.entry((offer.source, profession.to_string())).or_default();
                *number += 1;
                let mut random = Random::new(options.seed, professionals.len() as u64, Stream::Town);
                let sex = if random.chance(0.6) { stead_rules::Sex::Female } else { stead_rules::Sex::Male };
                let id = professional_id(profession.as_str(), *number);
                professionals.push(Professional {
                    reference: reference("Practitioner", &id),
                    id,
                    name: Name::of(random.bits(), sex),
                    sex,
                    offer: at as u32,
                    profession: profession.to_string(),
                });
            }
        }
    }
    professionals
}

/// Such as `gp-0012`; professions whose word FHIR cannot carry are numbered without it.
fn professional_id(profession: &str, number: u32) -> String {
    if profession.len() <= 40 && is_id(profession) {
        format!("{profession}-{number:04}")
    } else {
        let hash = profession.bytes().fold(0_u64, |hash, byte| scatter(hash ^ u64::from(byte)));
        format!("p{:08x}-{number:04}", hash >> 32)
    }
}

/// Finds the nearest services of each kind for every home area.
///
/// Services whose place is not known come last, in an order that differs from area to area.
pub fn nearest(homes: &mut [HomeArea], offers: &[Offer]) {
    for (number, kind) in Kind::ALL.iter().enumerate() {
        let of_kind: Vec<(u32, &Offer)> = offers
            .iter()
            .enumerate()
            .filter(|(_, offer)| offer.kind == Some(*kind) && may_come(*kind, offer))
            .map(|(at, offer)| (at as u32, offer))
            .collect();
        for (at, home) in homes.iter_mut().enumerate() {
            let mut best = [(i64::MAX, None); CHOICES];
            for &(offer, facts) in &of_kind {
                let away = match (home.centre, facts.point) {
                    (Some(home), Some(site)) => distance(home, site),
                    _ => (i64::MAX / 2) + (scatter(u64::from(offer) ^ ((at as u64) << 32)) >> 4) as i64,
                };
                if best.last().is_some_and(|last| away < last.0) {
                    if let Some(last) = best.last_mut() {
                        *last = (away, Some(offer));
                    }
                    best.sort_by_key(|choice| choice.0);
                }
            }
            if let Some(slot) = home.nearest.get_mut(number) {
                *slot = best.map(|(_, offer)| offer);
            }
        }
    }
}

/// Whether anybody may use it: general practices take those they register; others only when they are open to all or a group.
fn may_come(kind: Kind, offer: &Offer) -> bool {
    kind == Kind::GeneralPractice || offer.service.open_to != OpenTo::Registered
}

impl Offer {
    /// Whether it runs on every day of the period or only from or until some day within.
    pub const fn period(&self) -> Period {
        self.service.period
    }

    /// Those of a profession.
    pub fn staff_of(&self, profession: &str) -> Option<&Staff> {
        self.staff.iter().find(|staff| staff.profession == profession)
    }
}
