//! What was found, measured, done and prescribed: Condition, Observation, Procedure, MedicationRequest.

use stead_rules::MaritalStatus;

use super::patient::marital_code;
use super::{Moment, Page, Text, Writer};
use crate::life::{Coding, Diagnosis, Measurement};
use crate::vocabulary::{Measure, Resource};

const SNOMED: &str = r#"{"system":"http://snomed.info/sct","code":""#;
const UCUM: &str = r#","system":"http://unitsofmeasure.org","code":""#;

fn concept(text: &mut Text, name: &str, code: &str, term: &str) {
    text.raw(",\"")
        .raw(name)
        .raw(r#"":{"coding":["#)
        .raw(SNOMED)
        .raw(code)
        .raw(r#"","display":""#)
        .raw(term)
        .raw("\"}]}");
}

fn loinc(text: &mut Text, measure: Measure) {
    let (code, term, _) = measure.loinc();
    text.raw(r#""code":{"coding":[{"system":"http://loinc.org","code":""#).raw(code);
    text.raw(r#"","display":""#).raw(term).raw("\"}]}");
}

fn quantity(text: &mut Text, tenths: i32, unit: &str) {
    text.raw(r#","valueQuantity":{"value":"#).tenths(tenths).raw(r#","unit":""#).raw(unit).raw("\"");
    text.raw(UCUM).raw(unit).raw("\"}");
}

impl Writer<'_> {
    pub(super) fn diagnoses(&self, page: &mut Page) {
        for (at, diagnosis) in self.life.diagnoses.iter().enumerate() {
            self.diagnosis(page, at, diagnosis);
        }
    }

    fn diagnosis(&self, page: &mut Page, at: usize, diagnosis: &Diagnosis) {
        let facts = diagnosis.condition.facts();
        let updated = diagnosis.to.unwrap_or(diagnosis.recorded);
        let text = self.begin(page, Resource::Condition, diagnosis.record, at, Moment(updated, 1080));
        if !diagnosis.mistake {
            let status = if diagnosis.to.is_some() { "resolved" } else { "active" };
            text.raw(r#","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":""#);
            text.raw(status).raw("\"}]}");
        }
        let certainty = if diagnosis.mistake { "entered-in-error" } else { "confirmed" };
        text.raw(r#","verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":""#);
        text.raw(certainty).raw(r#""}]},"code":{"coding":["#);
        if diagnosis.coding != Coding::Icd10 {
            text.raw(SNOMED).raw(facts.snomed).raw(r#"","display":""#).raw(facts.term).raw("\"}");
        }
        if diagnosis.coding != Coding::Snomed {
            text.raw(if diagnosis.coding == Coding::Both { "," } else { "" });
            text.raw(r#"{"system":"http://hl7.org/fhir/sid/icd-10","code":""#).raw(facts.icd10).raw("\"}");
        }
        text.raw(r#"],"text":""#).raw(facts.term).raw("\"}");
        self.patient(text, "subject", diagnosis.record);
        if let Some(from) = diagnosis.from {
            text.raw(r#","onsetDateTime":""#).day(from).raw("\"");
        }
        if let Some(to) = diagnosis.to {
            text.raw(r#","abatementDateTime":""#).day(to).raw("\"");
        }
        text.raw(r#","recordedDate":""#).day(diagnosis.recorded).raw("\"}\n");
    }

    pub(super) fn measurements(&self, page: &mut Page) {
        for (at, one) in self.life.measurements.iter().enumerate() {
            self.measurement(page, at, one);
        }
    }

    fn measurement(&self, page: &mut Page, at: usize, one: &Measurement) {
        let text = self.begin(page, Resource::Observation, one.record, at, Moment(one.day, 1110));
        text.raw(r#","status":""#).raw(if one.mistake { "entered-in-error" } else { "final" }).raw("\",");
        loinc(text, one.measure);
        self.patient(text, "subject", one.record);
        let contact = one.contact.and_then(|at| Some((at, self.life.contacts.get(at as usize)?)));
        if let Some((at, _)) = contact {
            self.encounter(text, at);
        }
        text.raw(r#","effectiveDateTime":""#);
        match contact {
            Some((_, contact)) => text.moment(one.day, u32::from(contact.minute)).raw("\""),
            None => text.day(one.day).raw("\""),
        };
        if let Some(offer) = contact.and_then(|(_, contact)| self.world.offer(contact.offer)) {
            text.raw(r#","performer":["#).raw(&offer.organisation_reference).raw("]");
        }
        self.value(text, one);
        text.raw("}\n");
    }

    fn value(&self, text: &mut Text, one: &Measurement) {
        match one.measure {
            Measure::BloodPressure => {
                let parts = [
                    ("8480-6", "Systolic blood pressure", one.tenths),
                    ("8462-4", "Diastolic blood pressure", one.second_tenths),
                ];
                text.raw(r#","component":["#);
                for (at, (code, term, tenths)) in parts.into_iter().enumerate() {
                    text.raw(if at == 0 { "{" } else { ",{" });
                    text.raw(r#""code":{"coding":[{"system":"http://loinc.org","code":""#).raw(code);
                    text.raw(r#"","display":""#).raw(term).raw("\"}]}");
                    quantity(text, tenths, "mm[Hg]");
                    text.raw("}");
                }
                text.raw("]");
            }
            Measure::Smoking => {
                let (code, term) = match one.tenths {
                    0 => ("266919005", "Never smoked tobacco"),
                    1 => ("8517006", "Ex-smoker"),
                    _ => ("77176002", "Smoker"),
                };
                concept(text, "valueCodeableConcept", code, term);
            }
            Measure::Marital => {
                let answer = usize::try_from(one.tenths).ok().and_then(|at| MaritalStatus::WORDS.get(at));
                let code = marital_code(answer.map_or(MaritalStatus::Single, |(_, status)| *status));
                text.raw(r#","valueCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":""#);
                text.raw(code).raw("\"}]}");
            }
            measure => quantity(text, one.tenths, measure.loinc().2),
        }
    }

    pub(super) fn procedures(&self, page: &mut Page) {
        for (at, one) in self.life.procedures.iter().enumerate() {
            let text = self.begin(page, Resource::Procedure, one.record, at, Moment(one.day, 1110));
            text.raw(r#","status":"completed""#);
            concept(text, "code", one.act.snomed(), one.act.word());
            self.patient(text, "subject", one.record);
            self.encounter(text, one.contact);
            text.raw(r#","performedDateTime":""#).day(one.day).raw("\"");
            let contact = self.life.contacts.get(one.contact as usize);
            if let Some(professional) = contact.and_then(|contact| self.world.professional(contact.professional?)) {
                text.raw(r#","performer":[{"actor":"#).raw(&professional.reference).raw("}]");
            }
            text.raw("}\n");
        }
    }

    pub(super) fn prescriptions(&self, page: &mut Page) {
        for (at, one) in self.life.prescriptions.iter().enumerate() {
            let updated = Moment(one.to.unwrap_or(one.from), 1120);
            let text = self.begin(page, Resource::MedicationRequest, one.record, at, updated);
            text.raw(r#","status":""#)
                .raw(if one.to.is_some() { "stopped" } else { "active" })
                .raw(r#"","intent":"order""#);
            if one.words_only {
                text.raw(r#","medicationCodeableConcept":{"text":""#).raw(one.medicine.word()).raw("\"}");
            } else {
                concept(text, "medicationCodeableConcept", one.medicine.snomed(), one.medicine.word());
            }
            self.patient(text, "subject", one.record);
            let contact = one.contact.and_then(|at| Some((at, self.life.contacts.get(at as usize)?)));
            if let Some((at, _)) = contact {
                self.encounter(text, at);
            }
            text.raw(r#","authoredOn":""#).day(one.from).raw("\"");
            if let Some(professional) = contact.and_then(|(_, contact)| self.world.professional(contact.professional?))
            {
                text.raw(r#","requester":"#).raw(&professional.reference);
            }
            if let Some(to) = one.to {
                text.raw(r#","dispenseRequest":{"validityPeriod":"#).period(one.from, Some(to)).raw("}");
            }
            text.raw("}\n");
        }
    }
}
