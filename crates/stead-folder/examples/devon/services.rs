//! Who offers what in Devon. The bodies are facts; what each offers is an assumption, and all of them stand in this file.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use crate::england::{Body, England, csv_text, id};
use crate::taken_over::Harbour;

/// The four acute hospitals of the county.
const ACUTE: [&str; 4] = ["RA901", "RBZ12", "RH801", "RK950"];

/// Assumed: what an acute hospital offers.
const ACUTE_KINDS: [&str; 10] = [
    "emergency",
    "general-medicine",
    "cardiology",
    "respiratory-medicine",
    "renal-medicine",
    "diabetes-clinic",
    "diabetes-education",
    "dietetics",
    "ophthalmology",
    "sexual-health",
];

/// Assumed: what an NHS community hospital offers.
const COMMUNITY_KINDS: [&str; 4] = ["podiatry", "retinal-screening", "diabetes-specialist-nursing", "district-nursing"];

/// Assumed: what a site of the mental health trust offers.
const MENTAL_HEALTH_KINDS: [&str; 2] = ["mental-health", "talking-therapy"];

/// NHS trusts by the first three letters of their sites' codes, with their names of 2014, when the list was made.
const TRUSTS: [(&str, &str, &str); 6] = [
    ("R1G", "community-trust", "Torbay and Southern Devon Health and Care NHS Trust"),
    ("RA9", "acute-trust", "South Devon Healthcare NHS Foundation Trust"),
    ("RBZ", "acute-trust", "Northern Devon Healthcare NHS Trust"),
    ("RH8", "acute-trust", "Royal Devon and Exeter NHS Foundation Trust"),
    ("RK9", "acute-trust", "Plymouth Hospitals NHS Trust"),
    ("RWV", "mental-health-trust", "Devon Partnership NHS Trust"),
];

/// The mental health trust.
const MENTAL_HEALTH: &str = "RWV";

/// Organisations, sites and services.
pub(crate) struct Offers {
    pub(crate) organisations: Vec<Organisation>,
    sites: Vec<Site>,
    services: Vec<Service>,
    /// How many hospitals became sites.
    pub(crate) hospitals: usize,
    /// How many listed hospitals did not.
    pub(crate) hospitals_left_out: usize,
}

/// A legal body.
pub(crate) struct Organisation {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    /// The small area of its site; `None` for a trust with many.
    pub(crate) small_area: Option<String>,
    name: String,
    code: String,
}

struct Site {
    id: String,
    name: String,
    organisation: String,
    longitude: f64,
    latitude: f64,
    small_area: String,
}

struct Service {
    site: String,
    organisation: String,
    kind: &'static str,
    professions: String,
    open_to: &'static str,
    unit_cost_pence: String,
}

impl Offers {
    /// Every body with a known position, and what it offers. Professions and costs are harbour's.
    pub(crate) fn new(england: &England, harbour: &Harbour) -> Result<Self, Box<dyn Error>> {
        let mut offers =
            Self { organisations: vec![], sites: vec![], services: vec![], hospitals: 0, hospitals_left_out: 0 };
        for (bodies, prefix, organisation, kind, open_to) in [
            (&england.practices, "practice", "gp-practice", "general-practice", "registered"),
            (&england.pharmacies, "pharmacy", "pharmacy", "community-pharmacy", "anyone"),
            (&england.opticians, "optician", "optician", "optometry", "anyone"),
        ] {
            for body in bodies {
                offers.single(body, prefix, organisation, (kind, open_to), harbour)?;
            }
        }
        offers.hospitals(england, harbour)?;
        Ok(offers)
    }

    /// A body with one site and one service.
    fn single(
        &mut self,
        body: &Body,
        prefix: &str,
        organisation: &'static str,
        (kind, open_to): (&'static str, &'static str),
        harbour: &Harbour,
    ) -> Result<(), Box<dyn Error>> {
        let key = format!("{prefix}-{}", id(&body.code));
        if self.site(&key, body, &key) {
            let small_area = body.at.as_ref().map(|(_, small_area)| small_area.clone());
            let (name, code) = (body.name.clone(), body.code.clone());
            self.organisations.push(Organisation { id: key.clone(), name, kind: organisation, code, small_area });
            self.offer(&key, &key, &[kind], open_to, harbour)?;
        }
        Ok(())
    }

    /// NHS hospitals, the acute ones first, each spot once: the list names some under two trusts.
    fn hospitals(&mut self, england: &England, harbour: &Harbour) -> Result<(), Box<dyn Error>> {
        let mut hospitals: Vec<&Body> = england.hospitals.iter().collect();
        hospitals.sort_by_key(|body| !ACUTE.contains(&body.code.as_str()));
        let mut spots = Vec::new();
        for body in hospitals {
            let trust = TRUSTS.iter().find(|(code, _, _)| body.code.starts_with(code));
            let here = body.at.as_ref().map(|(point, _)| *point).unwrap_or_default();
            // The mental health trust works beside other hospitals, not instead of them.
            let taken = !body.code.starts_with(MENTAL_HEALTH)
                && spots.iter().any(|&(x, y): &(f64, f64)| (x - here.0).abs() < 0.003 && (y - here.1).abs() < 0.002);
            let (Some(&(code, kind, name)), Some(kinds), false) = (trust, hospital_kinds(body), taken) else {
                self.hospitals_left_out += 1;
                continue;
            };
            let organisation = format!("trust-{}", id(code));
            if !self.organisations.iter().any(|known| known.id == organisation) {
                let (name, code, small_area) = (name.to_owned(), code.to_owned(), None);
                self.organisations.push(Organisation { id: organisation.clone(), name, kind, code, small_area });
            }
            let site = format!("hospital-{}", id(&body.code));
            self.site(&site, body, &organisation);
            self.offer(&site, &organisation, kinds, "anyone", harbour)?;
            self.hospitals += 1;
            spots.push(here);
        }
        Ok(())
    }

    /// Adds the body's site when its position is known.
    fn site(&mut self, site: &str, body: &Body, organisation: &str) -> bool {
        let Some(((longitude, latitude), small_area)) = body.at.clone() else { return false };
        let (id, name, organisation) = (site.to_owned(), body.name.clone(), organisation.to_owned());
        self.sites.push(Site { id, name, organisation, longitude, latitude, small_area });
        true
    }

    fn offer(
        &mut self,
        site: &str,
        organisation: &str,
        kinds: &[&'static str],
        open_to: &'static str,
        harbour: &Harbour,
    ) -> Result<(), Box<dyn Error>> {
        for &kind in kinds {
            let (professions, cost) =
                harbour.service(kind).ok_or_else(|| format!("places/harbour offers no `{kind}` to take over"))?;
            self.services.push(Service {
                site: site.to_owned(),
                organisation: organisation.to_owned(),
                kind,
                professions: professions.to_owned(),
                open_to,
                unit_cost_pence: cost.to_owned(),
            });
        }
        Ok(())
    }

    /// The kinds of service that somebody offers.
    pub(crate) fn kinds(&self) -> BTreeSet<&str> {
        self.services.iter().map(|service| service.kind).collect()
    }

    /// The professions that somebody works in.
    pub(crate) fn professions(&self) -> BTreeSet<&str> {
        self.services.iter().flat_map(|service| service.professions.split(';')).collect()
    }

    /// The organisations in each small area.
    pub(crate) fn by_small_area(&self) -> BTreeMap<&str, Vec<&Organisation>> {
        let mut found: BTreeMap<&str, Vec<&Organisation>> = BTreeMap::new();
        for organisation in &self.organisations {
            if let Some(small_area) = &organisation.small_area {
                found.entry(small_area).or_default().push(organisation);
            }
        }
        found
    }

    /// `organisations.csv`.
    pub(crate) fn organisations_csv(&self) -> Result<String, Box<dyn Error>> {
        let rows = self
            .organisations
            .iter()
            .map(|body| [body.id.as_str(), &body.name, body.kind, &body.code].map(String::from));
        csv_text(["organisation", "name", "kind", "codes"].map(String::from), rows)
    }

    /// `sites.csv`.
    pub(crate) fn sites_csv(&self) -> Result<String, Box<dyn Error>> {
        let rows = self.sites.iter().map(|site| {
            let (longitude, latitude) = (format!("{:.5}", site.longitude), format!("{:.5}", site.latitude));
            [&site.id, &site.name, &site.organisation, &longitude, &latitude, &site.small_area].map(String::from)
        });
        csv_text(["site", "name", "organisation", "longitude", "latitude", "small_area"].map(String::from), rows)
    }

    /// `services.csv`.
    pub(crate) fn services_csv(&self) -> Result<String, Box<dyn Error>> {
        let head = ["service", "kind", "organisation", "site", "professions", "status", "open_to", "unit_cost_pence"];
        let rows = self.services.iter().map(|service| {
            let id = format!("{}-{}", service.site, service.kind);
            let Service { site, organisation, kind, professions, open_to, unit_cost_pence } = service;
            [id.as_str(), *kind, organisation, site, professions, "live", *open_to, unit_cost_pence].map(String::from)
        });
        csv_text(head.map(String::from), rows)
    }
}

/// Assumed: what an NHS hospital offers, by its code and name; `None` for what is no hospital, or not the NHS's.
fn hospital_kinds(body: &Body) -> Option<&'static [&'static str]> {
    if ACUTE.contains(&body.code.as_str()) {
        Some(&ACUTE_KINDS)
    } else if body.code.starts_with(MENTAL_HEALTH) {
        Some(&MENTAL_HEALTH_KINDS)
    } else if body.name.contains("Eye") {
        Some(&["ophthalmology"])
    } else if body.name.contains("Hospital") {
        Some(&COMMUNITY_KINDS)
    } else {
        None
    }
}
