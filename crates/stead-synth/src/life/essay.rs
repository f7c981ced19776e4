//! The essay's citizen: 50, type 1 diabetes since she was 14, recently divorced, eyesight beginning to fail.
//!
//! Her life is written by hand, in days before the town's last day, so that it is the same in every town. A contact with a kind
//! of service that the town does not have is left out.

use stead_rules::{Day, MaritalStatus, Sex};

use super::care::{Care, Wish};
use super::person::{blank, years_after};
use super::review::take;
use super::{Coding, Diagnosis, Home, Life, Onset};
use crate::condition::Condition;
use crate::names::Name;
use crate::vocabulary::{Act, ContactKind, Kind, Measure, Medicine};
use crate::world::World;

/// Who she is.
pub fn person(world: &World) -> Life {
    let last = world.last_day;
    let before = |days: i32| last.plus_days(-days);
    let born = last.plus_years(-50).plus_days(-232);
    let mut life = blank(world, 0, Sex::Female, born);
    life.name = Name { given: "Marion", family_first: "Tide", family_second: "well" };
    life.marital = vec![(years_after(born, 27.2), MaritalStatus::Married), (before(150), MaritalStatus::Divorced)];
    let (now, earlier) = world.essay_homes;
    life.homes = vec![
        Home { from: years_after(born, 28.0), to: before(170), area: earlier, dwelling: 1 },
        Home { from: before(170), to: Day::FOREVER, area: now, dwelling: 0 },
    ];
    let since = |years: f64, condition| Onset { condition, from: years_after(born, years), to: None };
    life.conditions = vec![
        since(14.1, Condition::Type1Diabetes),
        since(44.4, Condition::Hypertension),
        Onset { condition: Condition::DiabeticRetinopathy, from: before(800), to: None },
        Onset { condition: Condition::DiabeticNeuropathy, from: before(850), to: None },
        Onset { condition: Condition::VisualImpairment, from: before(320), to: None },
        Onset { condition: Condition::Depression, from: before(110), to: None },
    ];
    life
}

/// What happened to her.
pub fn live(care: &mut Care<'_>) {
    care.decile = 2;
    care.body.hba1c = 72.0;
    care.body.mass_index = 26.4;
    care.body.systolic = 134.0;
    care.body.smoking = 1;
    let (now, _) = care.world.essay_homes;
    if let Some(practice) = care.nearest(Kind::GeneralPractice, now).into_iter().flatten().next() {
        let from = care.life.homes.first().map_or(care.from, |home| home.from);
        care.registered(practice, from, Day::FOREVER);
    }
    general_practice(care);
    diabetes_team(care);
    eyes_and_feet(care);
    write_down(care);
}

/// A contact so many days before the last day; nobody, where the history does not go back so far.
fn meet(care: &mut Care<'_>, kind: Kind, days_before: i32, wish: Wish) -> Option<u32> {
    let day = care.world.last_day.plus_days(-days_before);
    if day < care.from { None } else { care.meet(kind, day, wish) }
}

fn general_practice(care: &mut Care<'_>) {
    let nurse = Wish::kept(ContactKind::NurseAppointment, 30).by("practice-nurse");
    let reviews = [95, 470, 840, 1205, 1570, 1950, 2310, 2680, 3040, 3410];
    for (at, days) in reviews.into_iter().enumerate() {
        let Some(contact) = meet(care, Kind::GeneralPractice, days, nurse) else { continue };
        let day = care.world.last_day.plus_days(-days);
        for measure in [Measure::Hba1c, Measure::BloodPressure, Measure::Creatinine, Measure::Smoking] {
            take(care, contact, day, measure);
        }
        if at != 1 {
            take(care, contact, day, Measure::Cholesterol);
            take(care, contact, day, Measure::BodyMassIndex);
        }
        // Her urine was last tested and her feet last looked at in general practice three reviews ago.
        if at >= 2 {
            take(care, contact, day, Measure::UrineAlbumin);
            care.did(contact, Act::FootExamination);
        }
        let medicine = match at {
            2 => Some(Medicine::Ramipril),
            4 => Some(Medicine::Atorvastatin),
            8 => Some(Medicine::InsulinAspart),
            9 => Some(Medicine::InsulinGlargine),
            _ => None,
        };
        // In a slim history what she takes begins with its first review.
        let first = care.world.first_day.plus_days(370) > day;
        if let Some(medicine) = medicine {
            care.prescribe(contact, medicine, None);
        } else if first && at < 8 {
            care.prescribe(contact, Medicine::InsulinGlargine, None);
            care.prescribe(contact, Medicine::InsulinAspart, None);
        }
    }
    for days in [385, 752, 1118, 1480, 1845, 2212, 2578] {
        if let Some(contact) = meet(care, Kind::GeneralPractice, days, nurse) {
            care.did(contact, Act::FluVaccination);
        }
    }
    let gp = Wish::kept(ContactKind::GpAppointment, 10).by("gp");
    for days in [110, 205, 330, 455, 600, 790, 985, 1140, 1390, 1600, 1820, 2090, 2400, 2750, 3100, 3500] {
        let contact = meet(care, Kind::GeneralPractice, days, gp);
        if let Some(contact) = contact.filter(|_| days == 110) {
            care.prescribe(contact, Medicine::Sertraline, None);
        }
    }
    let telephone = Wish { remote: true, ..Wish::kept(ContactKind::Telephone, 10).by("gp") };
    for days in [30, 160, 540, 1300, 2000] {
        meet(care, Kind::GeneralPractice, days, telephone);
    }
    for days in [20, 400, 905, 1700] {
        meet(care, Kind::CommunityPharmacy, days, Wish::kept(ContactKind::PharmacyConsultation, 10));
    }
}

/// Her diabetes team: the specialist nurse in spring, the consultant eleven months ago, and a clinic missed in the divorce.
fn diabetes_team(care: &mut Care<'_>) {
    let nurse = Wish::kept(ContactKind::CommunityAppointment, 30).by("diabetes-specialist-nurse");
    for days in [165, 520, 880, 1270, 1640, 2370, 3090] {
        meet(care, Kind::DiabetesSpecialistNursing, days, nurse);
    }
    let consultant = |what, missed| Wish { missed, ..Wish::kept(what, 25).by("consultant-diabetologist") };
    for days in [330, 700, 1080, 1460, 1830, 2560, 3290] {
        let what = if days == 3290 { ContactKind::OutpatientFirst } else { ContactKind::OutpatientFollowUp };
        if let Some(contact) = meet(care, Kind::DiabetesClinic, days, consultant(what, 0.0)) {
            take(care, contact, care.world.last_day.plus_days(-days), Measure::Hba1cPercent);
        }
    }
    meet(care, Kind::DiabetesClinic, 140, consultant(ContactKind::OutpatientFollowUp, 1.0));
    if let Some(contact) = meet(care, Kind::DiabetesEducation, 3320, nurse) {
        care.did(contact, Act::Education);
    }
    // A night of low blood sugar three years ago.
    if meet(care, Kind::Emergency, 1090, Wish::kept(ContactKind::EmergencyAttendance, 200)).is_some() {
        meet(care, Kind::GeneralMedicine, 1090, Wish::kept(ContactKind::InpatientStay, 2 * 1440 + 300));
    }
}

/// Screening found retinopathy more than two years ago; the next was missed, and no ophthalmologist has seen her yet. At the
/// same time the podiatrist found that her feet feel less, and has not seen her since.
fn eyes_and_feet(care: &mut Care<'_>) {
    let screening = Wish::kept(ContactKind::Screening, 20);
    for days in [800, 1280, 1650, 2030, 2400, 2760, 3130, 3500] {
        if let Some(contact) = meet(care, Kind::RetinalScreening, days, screening) {
            care.did(contact, Act::RetinalScreening);
        }
    }
    meet(care, Kind::RetinalScreening, 400, Wish { missed: 1.0, ..screening });
    for days in [320, 1060, 1800, 2600] {
        if let Some(contact) = meet(care, Kind::Optometry, days, Wish::kept(ContactKind::SightTest, 40)) {
            care.did(contact, Act::EyeExamination);
        }
    }
    let podiatrist = Wish::kept(ContactKind::CommunityAppointment, 30).by("podiatrist");
    for days in [850, 1250, 2000] {
        if let Some(contact) = meet(care, Kind::Podiatry, days, podiatrist) {
            care.did(contact, Act::FootExamination);
        }
    }
}

/// Each condition is known where it was found; the optician alone knows that her sight fails.
fn write_down(care: &mut Care<'_>) {
    let holder = |care: &Care<'_>, kind: Kind| {
        let contact = care
            .life
            .contacts
            .iter()
            .find(|contact| care.world.offer(contact.offer).is_some_and(|offer| offer.kind == Some(kind)));
        contact.map(|contact| contact.record)
    };
    let practice = holder(care, Kind::GeneralPractice);
    let known = [
        (practice, Condition::Type1Diabetes, Coding::Snomed),
        (practice, Condition::Hypertension, Coding::Snomed),
        (practice, Condition::Depression, Coding::Snomed),
        (practice, Condition::DiabeticRetinopathy, Coding::Snomed),
        (holder(care, Kind::RetinalScreening), Condition::DiabeticRetinopathy, Coding::Snomed),
        (practice, Condition::DiabeticNeuropathy, Coding::Snomed),
        (holder(care, Kind::Podiatry), Condition::DiabeticNeuropathy, Coding::Snomed),
        (holder(care, Kind::DiabetesClinic), Condition::Type1Diabetes, Coding::Both),
        (holder(care, Kind::Optometry).or(practice), Condition::VisualImpairment, Coding::Snomed),
    ];
    for (record, condition, coding) in known {
        let onset = care.life.conditions.iter().find(|onset| onset.condition == condition).copied();
        let (Some(record), Some(onset)) = (record, onset) else { continue };
        let recorded = onset.from.max(care.life.registrations.first().map_or(care.from, |first| first.from));
        let (from, to) = (Some(onset.from), onset.to);
        care.life.diagnoses.push(Diagnosis { condition, from, to, recorded, coding, mistake: false, record });
    }
}
