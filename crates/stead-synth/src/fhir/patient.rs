//! The citizen as each source knows them: Patient, EpisodeOfCare, CareTeam.

use super::{BASE, Page, Text, Writer, write_patient_id};
use crate::records::{
    Address, COORDINATOR, ELSEWHERE, MARITAL, NATIONAL_NUMBER, Patient, Postcode, SNOMED, Where, marital_code,
    patients, registrations, team,
};
use crate::vocabulary::Resource;

const GEOLOCATION: &str =
    r#"{"url":"http://hl7.org/fhir/StructureDefinition/geolocation","extension":[{"url":"latitude","valueDecimal":"#;

impl Writer<'_> {
    pub(super) fn patients(&self, page: &mut Page) {
        patients(self.world, self.life).for_each(|it| patient(page, &it));
    }

    pub(super) fn episodes(&self, page: &mut Page) {
        for it in registrations(self.world, self.life) {
            let text = self.begin(page, &it.about);
            text.raw(r#","status":""#).raw(it.status);
            text.raw(r#"","type":[{"coding":[{"system":""#)
                .raw(BASE)
                .raw(r#"/codes/episode","code":"registration"}]}]"#);
            self.patient(text, "patient", &it.about);
            text.raw(r#","managingOrganization":"#).raw(&it.offer.organisation_reference);
            text.raw(r#","period":"#).period(it.from, it.to).raw("}\n");
        }
    }

    pub(super) fn coordinator(&self, page: &mut Page) {
        let Some(it) = team(self.world, self.life) else { return };
        let text = self.begin(page, &it.about);
        text.raw(r#","status":"active""#);
        self.patient(text, "subject", &it.about);
        text.raw(r#","period":{"start":""#).day(it.since);
        text.raw(r#""},"participant":[{"role":[{"coding":[{"system":""#).raw(SNOMED);
        text.raw(r#"","code":""#).raw(COORDINATOR).raw(r#"","display":"Care coordinator"}]}],"member":"#);
        text.raw(&it.professional.1.reference).raw(r#","onBehalfOf":"#);
        text.raw(&it.offer.1.organisation_reference).raw("}]}\n");
    }
}

fn patient(page: &mut Page, it: &Patient<'_>) {
    let text = page.resource(it.own.source, Resource::Patient);
    text.raw(r#"{"resourceType":"Patient","id":""#);
    write_patient_id(text, it.id);
    text.raw(r#"","meta":{"lastUpdated":""#).moment(it.updated.0, it.updated.1).raw(r#""},"identifier":["#);
    if let Some(number) = it.own.national_number {
        text.raw(r#"{"system":""#).raw(NATIONAL_NUMBER).raw(r#"","value":""#).number(number).raw("\"},");
    }
    text.raw(r#"{"system":""#).raw(BASE).raw("/id/").raw(&it.source.id).raw(r#"","value":""#);
    write_patient_id(text, it.id);
    let replaced_by = it.replaced_by();
    text.raw(r#""}],"active":"#).raw(if replaced_by.is_some() { "false" } else { "true" });
    text.raw(r#","name":[{"family":""#).raw(it.name.family_first).raw(it.name.family_second);
    text.raw(r#"","given":[""#).raw(it.name.given).raw(r#""]}],"gender":""#).raw(it.sex().word());
    text.raw(r#"","birthDate":""#).day(it.own.born).raw("\"");
    if let Some(died) = it.died {
        text.raw(r#","deceasedDateTime":""#).day(died).raw("\"");
    }
    addresses(text, it);
    if let Some(status) = it.marital() {
        text.raw(r#","maritalStatus":{"coding":[{"system":""#).raw(MARITAL).raw(r#"","code":""#);
        text.raw(marital_code(status)).raw(r#""}]}"#);
    }
    if let Some(offer) = it.practice() {
        text.raw(r#","generalPractitioner":["#).raw(&offer.organisation_reference).raw("]");
    }
    if let Some(replacing) = replaced_by {
        text.raw(r#","link":[{"other":{"reference":"Patient/"#);
        write_patient_id(text, replacing);
        text.raw(r#""},"type":"replaced-by"}]"#);
    }
    text.raw("}\n");
}

fn addresses(text: &mut Text, it: &Patient<'_>) {
    let mut first = true;
    for one in it.addresses() {
        text.raw(if first { r#","address":["# } else { "," });
        first = false;
        address(text, &one);
    }
    if !first {
        text.raw("]");
    }
}

fn address(text: &mut Text, it: &Address<'_>) {
    match &it.place {
        Some(place) => dwelling(text, place),
        None => {
            text.raw(r#"{"use":"home","city":""#).raw(ELSEWHERE).raw("\"");
        }
    }
    if let Some((from, to)) = it.period {
        text.raw(r#","period":"#).period(from, to);
    }
    text.raw("}");
}

fn dwelling(text: &mut Text, it: &Where<'_>) {
    text.raw(r#"{"extension":[{"url":""#)
        .raw(BASE)
        .raw(r#"/fhir/small-area","valueCode":"#)
        .raw(&it.area.code)
        .raw("}");
    if let Some((longitude, latitude)) = it.degrees {
        text.raw(",").raw(GEOLOCATION).degrees(latitude);
        text.raw(r#"},{"url":"longitude","valueDecimal":"#).degrees(longitude).raw("}]}");
    }
    text.raw(r#"],"use":"home","line":[""#).number(u64::from(it.number)).raw(" ");
    text.raw(it.street).raw(r#" Lane"],"city":"#).raw(&it.area.town).raw(r#","postalCode":""#);
    postcode(text, &it.postcode);
    text.raw("\"");
}

fn postcode(text: &mut Text, it: &Postcode) {
    let [first, second] = it.unit;
    text.raw("ZZ").number(u64::from(it.district)).raw(" ").number(it.sector).raw(first).raw(second);
}
