//! What was found, measured, done and prescribed: Condition, Observation, Procedure, MedicationRequest.

use super::{Page, Text, Writer};
use crate::records::{
    Coding, Condition, Observation, PRESSURE_UNIT, Value, conditions, observations, prescriptions, procedures,
};

const UCUM: &str = r#","system":"http://unitsofmeasure.org","code":""#;

fn coding(text: &mut Text, coding: &Coding<'_>) {
    text.raw(r#"{"system":""#).raw(coding.system).raw(r#"","code":""#).raw(coding.code);
    if let Some(term) = coding.term {
        text.raw(r#"","display":""#).raw(term);
    }
    text.raw("\"}");
}

fn concept(text: &mut Text, name: &str, code: &Coding<'_>) {
    text.raw("\"").raw(name).raw(r#"":{"coding":["#);
    coding(text, code);
    text.raw("]}");
}

fn quantity(text: &mut Text, tenths: i32, unit: &str) {
    text.raw(r#","valueQuantity":{"value":"#).tenths(tenths).raw(r#","unit":""#).raw(unit).raw("\"");
    text.raw(UCUM).raw(unit).raw("\"}");
}

impl Writer<'_> {
    pub(super) fn diagnoses(&self, page: &mut Page) {
        conditions(self.life).for_each(|it| self.diagnosis(page, &it));
    }

    fn diagnosis(&self, page: &mut Page, it: &Condition) {
        let text = self.begin(page, &it.about);
        if let Some(status) = it.status {
            text.raw(r#","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":""#);
            text.raw(status).raw("\"}]}");
        }
        text.raw(r#","verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":""#);
        text.raw(it.certainty).raw(r#""}]},"code":{"coding":["#);
        for (at, code) in it.codings.iter().flatten().enumerate() {
            text.raw(if at == 0 { "" } else { "," });
            coding(text, code);
        }
        text.raw(r#"],"text":""#).raw(it.term).raw("\"}");
        self.patient(text, "subject", &it.about);
        if let Some(from) = it.from {
            text.raw(r#","onsetDateTime":""#).day(from).raw("\"");
        }
        if let Some(to) = it.to {
            text.raw(r#","abatementDateTime":""#).day(to).raw("\"");
        }
        text.raw(r#","recordedDate":""#).day(it.recorded).raw("\"}\n");
    }

    pub(super) fn measurements(&self, page: &mut Page) {
        observations(self.world, self.life).for_each(|it| self.measurement(page, &it));
    }

    fn measurement(&self, page: &mut Page, it: &Observation<'_>) {
        let text = self.begin(page, &it.about);
        text.raw(r#","status":""#).raw(it.status).raw("\",");
        concept(text, "code", &it.coding());
        self.patient(text, "subject", &it.about);
        if let Some((contact, _)) = it.contact {
            self.encounter(text, contact);
        }
        text.raw(r#","effectiveDateTime":""#);
        match it.contact {
            Some((_, moment)) => text.moment(moment.0, moment.1).raw("\""),
            None => text.day(it.day).raw("\""),
        };
        if let Some((_, offer)) = it.performer {
            text.raw(r#","performer":["#).raw(&offer.organisation_reference).raw("]");
        }
        value(text, &it.value);
        text.raw("}\n");
    }

    pub(super) fn procedures(&self, page: &mut Page) {
        for it in procedures(self.world, self.life) {
            let text = self.begin(page, &it.about);
            text.raw(r#","status":"completed","#);
            concept(text, "code", &it.coding());
            self.patient(text, "subject", &it.about);
            self.encounter(text, it.contact);
            text.raw(r#","performedDateTime":""#).day(it.day).raw("\"");
            if let Some((_, professional)) = it.professional {
                text.raw(r#","performer":[{"actor":"#).raw(&professional.reference).raw("}]");
            }
            text.raw("}\n");
        }
    }

    pub(super) fn prescriptions(&self, page: &mut Page) {
        for it in prescriptions(self.world, self.life) {
            let text = self.begin(page, &it.about);
            text.raw(r#","status":""#).raw(it.status).raw(r#"","intent":"order","#);
            match it.coding() {
                Some(code) => concept(text, "medicationCodeableConcept", &code),
                None => {
                    text.raw(r#""medicationCodeableConcept":{"text":""#).raw(it.medicine.word()).raw("\"}");
                }
            }
            self.patient(text, "subject", &it.about);
            if let Some(contact) = it.contact {
                self.encounter(text, contact);
            }
            text.raw(r#","authoredOn":""#).day(it.from).raw("\"");
            if let Some((_, professional)) = it.professional {
                text.raw(r#","requester":"#).raw(&professional.reference);
            }
            if let Some(to) = it.to {
                text.raw(r#","dispenseRequest":{"validityPeriod":"#).period(it.from, Some(to)).raw("}");
            }
            text.raw("}\n");
        }
    }
}

fn value(text: &mut Text, value: &Value) {
    match value {
        Value::Number(tenths, unit) => quantity(text, *tenths, unit),
        Value::Two(parts) => {
            text.raw(r#","component":["#);
            for (at, (code, tenths)) in parts.iter().enumerate() {
                text.raw(if at == 0 { "{" } else { ",{" });
                concept(text, "code", code);
                quantity(text, *tenths, PRESSURE_UNIT);
                text.raw("}");
            }
            text.raw("]");
        }
        Value::Coded(code) => {
            text.raw(",");
            concept(text, "valueCodeableConcept", code);
        }
    }
}
