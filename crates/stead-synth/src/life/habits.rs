//! Everyday contacts: how often somebody of an age, in a state of health and in an area meets each kind of service.

use stead_rules::{Day, Period, Sex};

use super::care::{Care, Wish};
use super::review::take;
use crate::condition::Condition;
use crate::published::{
    EMERGENCIES, GP_APPOINTMENTS, GP_APPOINTMENTS_PER_CONDITION, SIGHT_TESTS, at_band, band_of, by_deprivation,
};
use crate::vocabulary::{Act, ContactKind, Kind, Measure, Medicine};

/// Every contact that is not a review.
pub fn contacts(care: &mut Care<'_>) {
    let Some(days) = care.days_from(Day::ALWAYS) else { return };
    general_practice(care, days);
    emergencies(care, days);
    sight_tests(care, days);
    for condition in care.life.conditions.clone() {
        let until = condition.to.unwrap_or(Day::FOREVER);
        if let Some(days) = Period::new(condition.from, until).and_then(|having| having.intersect(days)) {
            because_of(care, condition.condition, days);
        }
    }
    for_everybody(care, days);
}

/// Days on which something happens that comes so many times a year.
fn days_of(care: &mut Care<'_>, days: Period, per_year: f64, mut each: impl FnMut(&mut Care<'_>, Day)) {
    if per_year <= 0.0 {
        return;
    }
    let mut at = 0.0;
    loop {
        at += care.random.gap_days(per_year);
        let day = days.from.plus_days(at as i32);
        if day >= days.to {
            return;
        }
        each(care, day);
    }
}

fn middle_age(care: &Care<'_>, days: Period) -> f64 {
    let middle = i32::midpoint(days.from.epoch_days(), days.to.epoch_days());
    care.age(Day::from_epoch_days(middle)).max(0.0)
}

fn long_term_conditions(care: &Care<'_>) -> f64 {
    care.life.conditions.len().min(6) as f64
}

fn general_practice(care: &mut Care<'_>, days: Period) {
    let age = middle_age(care, days);
    let table = if care.life.sex == Sex::Male { GP_APPOINTMENTS.first() } else { GP_APPOINTMENTS.last() };
    let base = table.map_or(4.0, |table| at_band(table, band_of(age as u16)));
    let ill = GP_APPOINTMENTS_PER_CONDITION * long_term_conditions(care);
    let per_year = (base + ill) * by_deprivation(1.15, care.decile);
    let kept = care.world.history.ordinary_share();
    days_of(care, days, per_year, |care, day| appointment(care, day, kept));
}

/// An appointment: with whom, how, and what is measured, given or decided there.
fn appointment(care: &mut Care<'_>, day: Day, ordinary_share: f64) {
    let (age, at) = (care.age(day), care.random.fraction());
    let month = day.ymd().map_or(1, |(_, month, _)| month);
    let flu = age >= 65.0 && matches!(month, 9..=12) && care.random.chance(0.42);
    let checked = age >= 40.0 && care.random.chance(0.07);
    let low = care.life.had(Condition::Depression, day) && care.random.chance(0.08);
    let reviewed = age >= 70.0 && care.random.chance(0.03);
    if !(flu || checked || low || reviewed || care.random.chance(ordinary_share)) {
        return;
    }
    // Shares by mode and profession. Source: NHS Digital, Appointments in General Practice, 2022/23.
    let (what, profession, remote) = match at {
        _ if flu || checked => (ContactKind::NurseAppointment, "practice-nurse", false),
        at if at < 0.30 => (ContactKind::GpAppointment, "gp", false),
        at if at < 0.50 => (ContactKind::Telephone, "gp", true),
        at if at < 0.51 || (age > 85.0 && at < 0.58) => (ContactKind::HomeVisit, "gp", false),
        at if at < 0.74 => (ContactKind::NurseAppointment, "practice-nurse", false),
        at if at < 0.88 => (ContactKind::NurseAppointment, "healthcare-assistant", false),
        at if at < 0.95 => (ContactKind::Telephone, "practice-pharmacist", true),
        _ => (ContactKind::GpAppointment, "gp", true),
    };
    let missed = if flu || checked || low { 0.0 } else { care.missed * 0.57 };
    let wish = Wish { missed, remote, ..Wish::kept(what, 10).by(profession) };
    let Some(contact) = care.meet(Kind::GeneralPractice, day, wish) else { return };
    if flu {
        care.did(contact, Act::FluVaccination);
    }
    if checked {
        take(care, contact, day, Measure::BloodPressure);
        if care.random.chance(0.4) {
            take(care, contact, day, Measure::Smoking);
        }
        if care.random.chance(0.15) {
            take(care, contact, day, Measure::Weight);
        }
    }
    if reviewed && care.attended(contact) {
        care.did(contact, Act::MedicationReview);
    }
    if low && !care.life.prescriptions.iter().any(|one| one.medicine == Medicine::Sertraline) {
        let weeks = 26 + care.random.below(80) as i32;
        care.prescribe(contact, Medicine::Sertraline, Some(day.plus_days(weeks * 7)));
    }
}

/// Emergencies, and the stays in hospital that one in four of them ends in, more with age.
fn emergencies(care: &mut Care<'_>, days: Period) {
    let age = middle_age(care, days);
    let ill = 0.82 + 0.16 * long_term_conditions(care);
    let per_year = at_band(&EMERGENCIES, band_of(age as u16)) * ill * by_deprivation(1.9, care.decile);
    days_of(care, days, per_year, |care, day| {
        let wish = Wish::kept(ContactKind::EmergencyAttendance, 90 + care.random.below(240) as u32);
        care.meet(Kind::Emergency, day, wish);
        if care.random.chance(0.12 + age * 0.005) {
            let nights = 1.0 + care.random.gap_days(1.0) / 365.25 * (1.0 + age * 0.05);
            let wish = Wish::kept(ContactKind::InpatientStay, (nights * 1440.0) as u32);
            care.meet(Kind::GeneralMedicine, day, wish);
        }
    });
}

fn sight_tests(care: &mut Care<'_>, days: Period) {
    let age = middle_age(care, days);
    let per_year = at_band(&SIGHT_TESTS, band_of(age as u16)) / by_deprivation(1.5, care.decile);
    days_of(care, days, per_year, |care, day| {
        let wish = Wish { missed: care.missed * 0.4, ..Wish::kept(ContactKind::SightTest, 30) };
        let Some(contact) = care.meet(Kind::Optometry, day, wish) else { return };
        if care.attended(contact) {
            care.did(contact, Act::EyeExamination);
        }
    });
}

/// Contacts of a kind, the first of them a first appointment where it is an outpatient clinic.
fn visits(care: &mut Care<'_>, kind: Kind, per_year: f64, days: Period) {
    days_of(care, days, per_year, |care, day| {
        let clinic = kind.is_hospital();
        let what = match kind {
            _ if clinic && !care.has_met(kind) => ContactKind::OutpatientFirst,
            _ if clinic => ContactKind::OutpatientFollowUp,
            Kind::CommunityPharmacy => ContactKind::PharmacyConsultation,
            Kind::DistrictNursing => ContactKind::HomeVisit,
            _ => ContactKind::CommunityAppointment,
        };
        let missed = match kind {
            Kind::CommunityPharmacy | Kind::DistrictNursing => 0.0,
            _ => care.missed,
        };
        let remote = clinic && care.random.chance(0.18);
        let wish = Wish { missed, remote, ..Wish::kept(what, 20) };
        let Some(contact) = care.meet(kind, day, wish) else { return };
        if !care.attended(contact) {
            return;
        }
        match kind {
            Kind::DiabetesClinic => take(care, contact, day, Measure::Hba1cPercent),
            Kind::DiabetesEducation => care.did(contact, Act::Education),
            Kind::Podiatry if care.random.chance(0.5) && has_diabetes(care, day) => {
                care.did(contact, Act::FootExamination);
            }
            _ => {}
        }
    });
}

fn has_diabetes(care: &Care<'_>, day: Day) -> bool {
    care.life.had(Condition::Type1Diabetes, day) || care.life.had(Condition::Type2Diabetes, day)
}

/// Contacts a year because of a condition: assumptions, of the size of English outpatient and community activity.
fn because_of(care: &mut Care<'_>, condition: Condition, days: Period) {
    let few = |care: &mut Care<'_>, share: f64| care.random.chance(share);
    match condition {
        Condition::Type1Diabetes => {
            if few(care, 0.75) {
                visits(care, Kind::DiabetesClinic, 1.1, days);
            }
            visits(care, Kind::DiabetesSpecialistNursing, 0.8, days);
            visits(care, Kind::Dietetics, 0.12, days);
            visits(care, Kind::DiabetesEducation, 0.05, days);
            visits(care, Kind::Podiatry, 0.25, days);
        }
        Condition::Type2Diabetes => {
            if few(care, 0.1) {
                visits(care, Kind::DiabetesClinic, 0.8, days);
                visits(care, Kind::DiabetesSpecialistNursing, 0.8, days);
            }
            visits(care, Kind::Dietetics, 0.05, days);
            visits(care, Kind::Podiatry, 0.15, days);
            let first_year = Period { from: days.from, to: days.to.min(days.from.plus_days(365)) };
            if days.from > care.from && few(care, 0.3) {
                visits(care, Kind::DiabetesEducation, 1.0, first_year);
            }
        }
        Condition::DiabeticRetinopathy if few(care, 0.35) => visits(care, Kind::Ophthalmology, 1.4, days),
        Condition::DiabeticNeuropathy => visits(care, Kind::Podiatry, 1.0, days),
        Condition::DiabeticFootUlcer => {
            visits(care, Kind::Podiatry, 3.0, days);
            visits(care, Kind::DistrictNursing, 2.0, days);
        }
        Condition::VisualImpairment => visits(care, Kind::Ophthalmology, 1.0, days),
        Condition::CoronaryHeartDisease => visits(care, Kind::Cardiology, 0.3, days),
        Condition::HeartFailure => visits(care, Kind::Cardiology, 0.9, days),
        Condition::AtrialFibrillation => visits(care, Kind::Cardiology, 0.4, days),
        Condition::Copd => visits(care, Kind::RespiratoryMedicine, 0.35, days),
        Condition::Asthma => visits(care, Kind::RespiratoryMedicine, 0.04, days),
        Condition::ChronicKidneyDisease => visits(care, Kind::RenalMedicine, 0.2, days),
        Condition::Depression if few(care, 0.3) => {
            visits(care, Kind::TalkingTherapy, 0.8, days);
            visits(care, Kind::PeerSupport, 0.15, days);
        }
        Condition::SeriousMentalIllness => {
            visits(care, Kind::MentalHealth, 4.0, days);
            visits(care, Kind::PeerSupport, 0.5, days);
        }
        Condition::Dementia => {
            visits(care, Kind::SocialCare, 1.0, days);
            visits(care, Kind::MentalHealth, 0.5, days);
            visits(care, Kind::DistrictNursing, 1.0, days);
        }
        _ => {}
    }
}

/// Contacts that do not hang on a condition.
fn for_everybody(care: &mut Care<'_>, days: Period) {
    let age = middle_age(care, days);
    let deprived = by_deprivation(2.0, care.decile);
    visits(care, Kind::CommunityPharmacy, 0.06 + 0.04 * long_term_conditions(care), days);
    if (15.0..45.0).contains(&age) {
        visits(care, Kind::SexualHealth, if age < 30.0 { 0.12 } else { 0.04 }, days);
    }
    if age >= 60.0 {
        visits(care, Kind::Ophthalmology, 0.10, days);
        visits(care, Kind::Podiatry, 0.06, days);
    }
    if age >= 80.0 {
        visits(care, Kind::DistrictNursing, 0.9, days);
        visits(care, Kind::SocialCare, 0.35 * deprived, days);
    } else {
        visits(care, Kind::SocialCare, 0.015 * deprived, days);
    }
    if care.random.chance(0.006 * deprived) {
        visits(care, Kind::Safeguarding, 0.5, days);
    }
}
