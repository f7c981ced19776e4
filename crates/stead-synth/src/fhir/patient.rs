//! The citizen as each source knows them: Patient, EpisodeOfCare, CareTeam.

use stead_rules::{Day, MaritalStatus, Sex};

use super::{BASE, Moment, Page, Text, Writer};
use crate::life::{Home, Record};
use crate::random::scatter;
use crate::vocabulary::Resource;
use crate::world::{HomeArea, NOWHERE};

const GEOLOCATION: &str =
    r#"{"url":"http://hl7.org/fhir/StructureDefinition/geolocation","extension":[{"url":"latitude","valueDecimal":"#;

impl Writer<'_> {
    pub(super) fn patients(&self, page: &mut Page) {
        for (at, record) in self.life.records.iter().enumerate() {
            self.patient_record(page, at as u8, record);
        }
    }

    fn patient_record(&self, page: &mut Page, at: u8, record: &Record) {
        let Some(source) = self.world.source(record.source) else { return };
        let text = page.resource(record.source, Resource::Patient);
        text.raw(r#"{"resourceType":"Patient","id":""#);
        self.patient_id(text, at);
        text.raw(r#"","meta":{"lastUpdated":""#).moment(record.updated, 1170).raw(r#""},"identifier":["#);
        if let Some(number) = record.national_number {
            text.raw(r#"{"system":""#).raw(BASE).raw(r#"/id/national-number","value":""#).number(number).raw("\"},");
        }
        text.raw(r#"{"system":""#).raw(BASE).raw("/id/").raw(&source.id).raw(r#"","value":""#);
        self.patient_id(text, at);
        text.raw(r#""}],"active":"#).raw(if record.replaced_by.is_some() { "false" } else { "true" });
        let name = self.life.name;
        text.raw(r#","name":[{"family":""#).raw(name.family_first).raw(name.family_second);
        text.raw(r#"","given":[""#).raw(name.given).raw(r#""]}],"gender":""#).raw(record.sex.word());
        text.raw(r#"","birthDate":""#).day(record.born).raw("\"");
        if let Some(died) = self.life.died.filter(|_| record.knows_death) {
            text.raw(r#","deceasedDateTime":""#).day(died).raw("\"");
        }
        self.addresses(text, record);
        self.marital(text, record);
        if record.all_homes
            && let Some(now) = self.life.registrations.last().filter(|now| now.record == at && now.to == Day::FOREVER)
            && let Some(offer) = self.world.offer(now.offer)
        {
            text.raw(r#","generalPractitioner":["#).raw(&offer.organisation_reference).raw("]");
        }
        if let Some(replacing) = record.replaced_by {
            text.raw(r#","link":[{"other":{"reference":"Patient/"#);
            self.patient_id(text, replacing);
            text.raw(r#""},"type":"replaced-by"}]"#);
        }
        text.raw("}\n");
    }

    /// A practice knows every home; others the one at the last contact, without since when.
    fn addresses(&self, text: &mut Text, record: &Record) {
        let mut first = true;
        let last = self.life.last_day(self.world);
        let latest = record.updated.max(self.life.homes.first().map_or(record.updated, |home| home.from));
        // A home of no day (somebody moved on at once) has no last day that FHIR could name.
        for home in self.life.homes.iter().filter(|home| home.from <= last && home.from < home.to) {
            if !record.all_homes && (latest < home.from || home.to <= latest) {
                continue;
            }
            text.raw(if first { r#","address":["# } else { "," });
            first = false;
            self.address(text, home, record.all_homes);
        }
        if !first {
            text.raw("]");
        }
    }

    fn address(&self, text: &mut Text, home: &Home, dated: bool) {
        let area = self.world.home(home.area).filter(|_| home.area != NOWHERE);
        match area {
            Some(area) => self.dwelling(text, home, area),
            None => {
                text.raw(r#"{"use":"home","city":"Elsewhere""#);
            }
        }
        if dated {
            text.raw(r#","period":"#).period(home.from, Some(home.to).filter(|&to| to != Day::FOREVER));
        }
        text.raw("}");
    }

    /// Where a dwelling lies, its street and its postcode, follow from its number.
    fn dwelling(&self, text: &mut Text, home: &Home, area: &HomeArea) {
        let bits = scatter(self.world.seed ^ (u64::from(home.area) << 32) ^ u64::from(home.dwelling));
        text.raw(r#"{"extension":[{"url":""#)
            .raw(BASE)
            .raw(r#"/fhir/small-area","valueCode":"#)
            .raw(&area.code)
            .raw("}");
        if let Some((longitude, latitude)) = area.centre {
            let off = |bits: u64| (bits % 600) as i32 - 300;
            text.raw(",").raw(GEOLOCATION).degrees(latitude + off(bits >> 8));
            text.raw(r#"},{"url":"longitude","valueDecimal":"#).degrees(longitude + off(bits >> 24)).raw("}]}");
        }
        text.raw(r#"],"use":"home","line":[""#).number(u64::from(home.dwelling % 180) + 1).raw(" ");
        let street = crate::names::Name::of(scatter((bits / 97) ^ u64::from(home.area)), Sex::Female);
        text.raw(street.family_first).raw(r#" Lane"],"city":"#).raw(&area.town).raw(r#","postalCode":""#);
        postcode(text, home);
        text.raw("\"");
    }

    fn marital(&self, text: &mut Text, record: &Record) {
        let adult = self.life.last_day(self.world) >= self.life.born.plus_years(16);
        if !record.all_homes || !adult {
            return;
        }
        let code = marital_code(self.life.marital_status().unwrap_or(MaritalStatus::Single));
        text.raw(r#","maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":""#);
        text.raw(code).raw(r#""}]}"#);
    }

    pub(super) fn episodes(&self, page: &mut Page) {
        for (at, registration) in self.life.registrations.iter().enumerate() {
            let Some(offer) = self.world.offer(registration.offer) else { continue };
            if registration.from >= registration.to {
                continue;
            }
            let over = registration.to <= self.world.last_day;
            let updated = Moment(if over { registration.to } else { registration.from }, 540);
            let text = self.begin(page, Resource::EpisodeOfCare, registration.record, at, updated);
            text.raw(r#","status":""#).raw(if over { "finished" } else { "active" });
            text.raw(r#"","type":[{"coding":[{"system":""#)
                .raw(BASE)
                .raw(r#"/codes/episode","code":"registration"}]}]"#);
            self.patient(text, "patient", registration.record);
            text.raw(r#","managingOrganization":"#).raw(&offer.organisation_reference);
            text.raw(r#","period":"#).period(registration.from, over.then_some(registration.to)).raw("}\n");
        }
    }

    pub(super) fn coordinator(&self, page: &mut Page) {
        let Some((contact, since)) = self.life.coordinator else { return };
        let Some(contact) = self.life.contacts.get(contact as usize) else { return };
        let professional = contact.professional.and_then(|one| self.world.professional(one));
        let (Some(professional), Some(offer)) = (professional, self.world.offer(contact.offer)) else { return };
        let text = self.begin(page, Resource::CareTeam, contact.record, 0, Moment(since, 1080));
        text.raw(r#","status":"active""#);
        self.patient(text, "subject", contact.record);
        text.raw(r#","period":{"start":""#).day(since);
        text.raw(r#""},"participant":[{"role":[{"coding":[{"system":"http://snomed.info/sct","code":"768820003","display":"Care coordinator"}]}],"member":"#);
        text.raw(&professional.reference).raw(r#","onBehalfOf":"#).raw(&offer.organisation_reference).raw("}]}\n");
    }
}

/// Made-up, of British shape, such as `ZZ3 4KT`; fifteen dwellings share one.
fn postcode(text: &mut Text, home: &Home) {
    const LETTERS: [&str; 20] =
        ["A", "B", "D", "E", "F", "G", "H", "J", "L", "N", "P", "Q", "R", "S", "T", "U", "W", "X", "Y", "Z"];
    let inward = u64::from(home.area / 20) * 64 + u64::from(home.dwelling / 15);
    let letter = |number: u64| LETTERS.get((number % 20) as usize).copied().unwrap_or("A");
    text.raw("ZZ").number(u64::from(home.area % 20) + 1).raw(" ").number(inward / 400 % 10);
    text.raw(letter(inward / 20)).raw(letter(inward));
}

/// HL7 v3 code of a marital status.
pub(super) const fn marital_code(status: MaritalStatus) -> &'static str {
    match status {
        MaritalStatus::Single => "S",
        MaritalStatus::Married => "M",
        MaritalStatus::Partnered => "T",
        MaritalStatus::Separated => "L",
        MaritalStatus::Divorced => "D",
        MaritalStatus::Widowed => "W",
    }
}
