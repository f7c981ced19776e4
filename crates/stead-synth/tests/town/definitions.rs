//! A small town to live in: twenty small areas, two of each deprivation decile, with people aged as in England.

use std::sync::Arc;

use stead_rules::{
    Area, AreaCode, Day, Definitions, OpenTo, Organisation, Period, Service, ServiceStatus, Site, SmallArea,
};
use stead_synth::{History, Memory, TownOptions, TownReport, World, write_town};

fn organisation(id: &str, kind: &str, part_of: Option<&str>) -> Organisation {
    Organisation {
        id: id.into(),
        name: Arc::from(format!("The \"{id}\"")),
        kind: Arc::from(kind),
        codes: vec![Arc::from(format!("ODS-{id}"))],
        part_of: part_of.map(Into::into),
    }
}

const SERVICES: &[(&str, &str, &[&str])] = &[
    ("quay", "general-practice", &["gp", "practice-nurse", "healthcare-assistant", "practice-pharmacist"]),
    ("hill", "general-practice", &["gp", "practice-nurse"]),
    ("lone", "general-practice", &["gp", "practice-nurse"]),
    ("trust", "diabetes-clinic", &["consultant-diabetologist", "diabetes-specialist-nurse"]),
    ("trust", "ophthalmology", &["ophthalmologist"]),
    ("trust", "emergency", &["emergency-physician"]),
    ("trust", "general-medicine", &["hospital-physician"]),
    ("trust", "cardiology", &["cardiologist"]),
    ("trust", "respiratory-medicine", &["respiratory-physician"]),
    ("trust", "renal-medicine", &["nephrologist"]),
    ("community", "diabetes-specialist-nursing", &["diabetes-specialist-nurse"]),
    ("community", "diabetes-education", &["diabetes-specialist-nurse", "dietitian"]),
    ("community", "dietetics", &["dietitian"]),
    ("community", "retinal-screening", &["retinal-screener"]),
    ("community", "podiatry", &["podiatrist"]),
    ("community", "district-nursing", &["district-nurse"]),
    ("community", "mental-health", &["mental-health-nurse", "psychiatrist"]),
    ("community", "talking-therapy", &["therapist"]),
    ("clinic", "sexual-health", &["sexual-health-nurse"]),
    ("council", "social-care", &["social-worker"]),
    ("team", "safeguarding", &["safeguarding-nurse"]),
    ("charity", "peer-support", &["support-worker"]),
    ("optician", "optometry", &["optometrist"]),
    ("spectacles", "optometry", &["optometrist"]),
    ("pharmacy", "community-pharmacy", &["pharmacist"]),
    ("chemist", "community-pharmacy", &["pharmacist"]),
];

/// The small town.
pub fn small_town() -> Definitions {
    let organisations = vec![
        organisation("federation", "gp-federation", None),
        organisation("quay", "gp-practice", Some("federation")),
        organisation("hill", "gp-practice", Some("federation")),
        organisation("lone", "gp-practice", None),
        organisation("trust", "acute-trust", None),
        organisation("community", "community-trust", None),
        organisation("clinic", "sexual-health-provider", None),
        organisation("council", "council", None),
        organisation("team", "safeguarding-team", Some("council")),
        organisation("charity", "charity", None),
        organisation("optician", "optician", None),
        organisation("spectacles", "optician", None),
        organisation("pharmacy", "pharmacy", None),
        organisation("chemist", "pharmacy", None),
    ];
    let sites = organisations.iter().enumerate().map(|(at, body)| Site {
        id: format!("{}-site", body.id).into(),
        name: body.name.clone(),
        organisation: body.id.clone(),
        longitude: Some(-3.5 + at as f64 * 0.004),
        latitude: Some(50.6),
        small_area: None,
    });
    let services = SERVICES.iter().map(|(organisation, kind, professions)| Service {
        id: format!("{organisation}-{kind}").into(),
        kind: (*kind).into(),
        organisation: (*organisation).into(),
        site: format!("{organisation}-site").into(),
        professions: professions.iter().map(|&profession| profession.into()).collect(),
        status: ServiceStatus::Live,
        period: Period::ALL,
        open_to: if *kind == "general-practice" { OpenTo::Registered } else { OpenTo::Anyone },
        hours: None,
        capacity_per_week: None,
        unit_cost_pence: None,
        codes: vec![],
    });
    let small_areas = (0..20).map(|at| SmallArea {
        code: Arc::from(format!("T{at:02}")),
        name: Arc::from(format!("Small Town {at:03}A")),
        deprivation_decile: Some(at / 2 + 1),
        longitude: Some(-3.5 + f64::from(at % 5) * 0.01),
        latitude: Some(50.6 + f64::from(at / 5) * 0.01),
        population: vec![],
    });
    Definitions {
        areas: vec![Area {
            id: "harbour".into(),
            name: "Harbour".into(),
            codes: vec![AreaCode::SmallArea("T03".into()), AreaCode::SmallArea("T04".into())],
            rings: vec![],
        }],
        small_areas: small_areas.collect(),
        sites: sites.collect(),
        services: services.collect(),
        organisations,
        ..Definitions::default()
    }
}

/// Options for so many citizens.
pub fn options(citizens: u64, history: History) -> TownOptions {
    TownOptions { citizens, history, seed: 7, threads: 2, ..TownOptions::default() }
}

/// The town of these options, in memory.
pub fn made(definitions: &Definitions, options: &TownOptions) -> (Memory, TownReport) {
    let world = World::new(definitions, options).unwrap();
    let mut memory = Memory::default();
    let report = write_town(&world, options, &mut memory, &|_| {}).unwrap();
    (memory, report)
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}
