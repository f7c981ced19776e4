//! Yearly reviews of long-term conditions in general practice, and the care that follows from them.

use stead_rules::Day;

use super::care::{Care, Wish};
use crate::condition::Condition;
use crate::random::normal_quantile;
use crate::vocabulary::{Act, ContactKind, Kind, Measure, Medicine};

/// The National Diabetes Audit's eight care processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Process {
    Measured(Measure),
    Foot,
}

/// How many people with type 1 and with type 2 diabetes have each at a year's review, were they of middle age and engagement: set
/// so that all eight within a year come to what the audit publishes for 2022/23 (about 40 % and 55 to 60 %), urine albumin least.
/// Reviews fall up to some weeks early or late, so that a calendar year shows less.
const PROCESSES: [(Process, f64, f64); 8] = [
    (Process::Measured(Measure::Hba1c), 0.92, 0.96),
    (Process::Measured(Measure::BloodPressure), 0.92, 0.95),
    (Process::Measured(Measure::Cholesterol), 0.88, 0.92),
    (Process::Measured(Measure::Creatinine), 0.90, 0.94),
    (Process::Measured(Measure::UrineAlbumin), 0.62, 0.64),
    (Process::Foot, 0.81, 0.84),
    (Process::Measured(Measure::BodyMassIndex), 0.89, 0.92),
    (Process::Measured(Measure::Smoking), 0.92, 0.96),
];

/// How much of whether a process is done lies in the citizen and the year rather than in the process (an assumption).
const SHARED: f64 = 0.72;

/// Every review, screening and prescription of the history.
pub fn reviews(care: &mut Care<'_>) {
    let conditions = care.life.conditions.clone();
    let diabetes = conditions.iter().find(|onset| onset.condition.is_diabetes()).copied();
    let first = conditions.iter().filter(|onset| onset.condition.is_reviewed_yearly()).map(|onset| onset.from).min();
    let Some(first) = first else { return };
    settle_body(care, diabetes.map(|onset| onset.condition));
    let anniversary = care.random.below(365) as i32;
    let mut started: u16 = 0;
    for year in 0..i32::from(care.world.history.years()) {
        let jitter = (care.random.normal() * 25.0) as i32;
        let day = care.world.first_day.plus_days(year * 365 + anniversary + jitter);
        if day < first || day < care.from || day > care.to {
            continue;
        }
        // What the year is like for the citizen: engagement half from the person, half from the year.
        let mood = (care.engagement + care.random.normal()) * std::f64::consts::FRAC_1_SQRT_2 + by_age(care.age(day));
        match diabetes.filter(|onset| onset.from <= day) {
            Some(onset) => {
                diabetes_review(care, day, mood, onset.condition == Condition::Type1Diabetes, &mut started);
                retinal_screening(care, day, mood);
            }
            None if mood > -0.9 => general_review(care, day, &mut started),
            None => {}
        }
    }
}

/// Younger people have less of their care done (National Diabetes Audit; the size is an assumption).
fn by_age(years: f64) -> f64 {
    match years {
        young if young < 40.0 => -0.30,
        middle if middle < 65.0 => 0.0,
        _ => 0.10,
    }
}

fn settle_body(care: &mut Care<'_>, diabetes: Option<Condition>) {
    let random = &mut care.random;
    care.body.hba1c = match diabetes {
        Some(Condition::Type1Diabetes) => 67.0 + 12.0 * random.normal(),
        _ => 55.0 + 12.0 * random.normal(),
    }
    .max(38.0);
    if diabetes == Some(Condition::Type2Diabetes) {
        care.body.mass_index += 4.0;
    }
    let last = care.to;
    if care.life.had(Condition::Obesity, last) {
        care.body.mass_index = care.body.mass_index.max(30.5) + 2.0;
    }
    if care.life.had(Condition::ChronicKidneyDisease, last) {
        care.body.creatinine += 45.0;
    }
    if care.life.had(Condition::Hypertension, last) {
        care.body.systolic += 10.0;
    }
}

fn diabetes_review(care: &mut Care<'_>, day: Day, mood: f64, type_1: bool, started: &mut u16) {
    let mut done = [false; 8];
    for (slot, (_, first, second)) in done.iter_mut().zip(PROCESSES) {
        let own = care.random.normal();
        let reached = SHARED.sqrt() * mood + (1.0 - SHARED).sqrt() * own;
        *slot = reached > -normal_quantile(if type_1 { first } else { second });
    }
    if !done.contains(&true) {
        return;
    }
    let wish = Wish::kept(ContactKind::NurseAppointment, 30).by("practice-nurse");
    let Some(contact) = care.meet(Kind::GeneralPractice, day, wish) else { return };
    for (done, (process, _, _)) in done.into_iter().zip(PROCESSES) {
        match process {
            _ if !done => {}
            Process::Measured(measure) => take(care, contact, day, measure),
            Process::Foot => care.did(contact, Act::FootExamination),
        }
    }
    start_medicines(care, contact, day, started);
}

fn general_review(care: &mut Care<'_>, day: Day, started: &mut u16) {
    let wish = Wish::kept(ContactKind::NurseAppointment, 20);
    let wish = wish.by(if care.random.chance(0.6) { "practice-nurse" } else { "healthcare-assistant" });
    let Some(contact) = care.meet(Kind::GeneralPractice, day, wish) else { return };
    take(care, contact, day, Measure::BloodPressure);
    if care.random.chance(0.35) {
        take(care, contact, day, Measure::Smoking);
    }
    if care.random.chance(0.2) {
        take(care, contact, day, Measure::BodyMassIndex);
    }
    if care.random.chance(0.3) {
        take(care, contact, day, Measure::Cholesterol);
    }
    if care.life.had(Condition::ChronicKidneyDisease, day) {
        take(care, contact, day, Measure::Egfr);
    }
    start_medicines(care, contact, day, started);
}

/// Measures something around what is usual for the citizen.
pub fn take(care: &mut Care<'_>, contact: u32, day: Day, measure: Measure) {
    let body = care.body;
    let noise = care.random.normal();
    let age = care.age(day);
    let value = match measure {
        Measure::Hba1c => (body.hba1c + 5.0 * noise).clamp(32.0, 140.0).floor(),
        // IFCC to NGSP: per cent = 0.0915 × mmol/mol + 2.15. Source: International HbA1c Consensus, 2010.
        Measure::Hba1cPercent => (0.0915 * (body.hba1c + 5.0 * noise) + 2.15).clamp(4.5, 15.0),
        Measure::BloodPressure => {
            let systolic = (body.systolic + (age - 50.0) * 0.2 + 8.0 * noise).clamp(85.0, 210.0).floor();
            let diastolic = (systolic * 0.55 + 5.0 + 4.0 * care.random.normal()).clamp(45.0, 120.0).floor();
            return care.measure_two(contact, measure, systolic, diastolic);
        }
        Measure::Cholesterol => (body.cholesterol + 0.4 * noise).clamp(2.0, 9.9),
        Measure::Creatinine => (body.creatinine + 6.0 * noise).clamp(35.0, 600.0).floor(),
        Measure::UrineAlbumin => {
            let high = care.life.had(Condition::ChronicKidneyDisease, day);
            (if high { 9.0 } else { 1.6 } + 1.2 * noise.abs() * noise.abs()).max(0.3)
        }
        Measure::BodyMassIndex => (body.mass_index + 0.6 * noise).clamp(15.0, 60.0),
        Measure::Weight => (body.mass_index * 2.85 + 1.5 * noise).clamp(35.0, 190.0),
        Measure::Egfr => (48.0 + 8.0 * noise).clamp(8.0, 90.0).floor(),
        // One smoker in twenty stops in a year (an assumption).
        Measure::Smoking => {
            if body.smoking == 2 && care.random.chance(0.05) {
                care.body.smoking = 1;
            }
            f64::from(care.body.smoking) / 10.0
        }
        Measure::Marital => return,
    };
    care.measure(contact, measure, value);
}

/// Each medicine is written once, at the first review at which its condition is there; one in eight is stopped later.
fn start_medicines(care: &mut Care<'_>, contact: u32, day: Day, started: &mut u16) {
    const USUAL: [(Condition, Medicine, f64); 11] = [
        (Condition::Type1Diabetes, Medicine::InsulinGlargine, 1.0),
        (Condition::Type1Diabetes, Medicine::InsulinAspart, 0.97),
        (Condition::Type2Diabetes, Medicine::Metformin, 0.75),
        (Condition::Type2Diabetes, Medicine::Atorvastatin, 0.6),
        (Condition::Hypertension, Medicine::Amlodipine, 0.5),
        (Condition::Hypertension, Medicine::Ramipril, 0.45),
        (Condition::CoronaryHeartDisease, Medicine::Atorvastatin, 0.85),
        (Condition::Stroke, Medicine::Atorvastatin, 0.8),
        (Condition::HeartFailure, Medicine::Ramipril, 0.7),
        (Condition::Asthma, Medicine::Salbutamol, 0.8),
        (Condition::Copd, Medicine::Salbutamol, 0.85),
    ];
    for (at, (condition, medicine, chance)) in USUAL.into_iter().enumerate() {
        let bit = 1 << at;
        if *started & bit != 0 || !care.life.had(condition, day) {
            continue;
        }
        *started |= bit;
        let had = care.life.prescriptions.iter().any(|one| one.medicine == medicine);
        if had || !care.random.chance(chance) {
            continue;
        }
        let stopped = care.random.chance(0.12).then(|| day.plus_days(60 + care.random.below(900) as i32));
        care.prescribe(contact, medicine, stopped.filter(|&to| to <= care.to));
    }
}

/// Screening of the eyes: about four in five a year, fewer among the deprived and the young (NHS diabetic eye screening).
fn retinal_screening(care: &mut Care<'_>, review: Day, mood: f64) {
    let day = review.plus_days(20 + care.random.below(90) as i32);
    if day > care.to || care.life.had(Condition::Blindness, day) {
        return;
    }
    let reached = 0.7 * mood + 0.714 * care.random.normal();
    let comes = reached > -normal_quantile(0.81);
    if !comes && care.random.chance(0.4) {
        return;
    }
    let missed = if comes { 0.0 } else { 1.0 };
    let wish = Wish { missed, ..Wish::kept(ContactKind::Screening, 20) };
    let Some(contact) = care.meet(Kind::RetinalScreening, day, wish) else { return };
    if comes {
        care.did(contact, Act::RetinalScreening);
    }
}
