//! Contacts and what they cost: Encounter, ExplanationOfBenefit, Claim.

use super::{BASE, Moment, Page, Text, Writer};
use crate::life::{Contact, Outcome};
use crate::vocabulary::{ContactKind, Kind, Resource};
use crate::world::Offer;

const CLASS: &str = r#","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":""#;

impl Writer<'_> {
    pub(super) fn contacts(&self, page: &mut Page) {
        for (at, contact) in self.life.contacts.iter().enumerate() {
            if let Some(offer) = self.world.offer(contact.offer) {
                self.contact(page, at, contact, offer);
            }
        }
    }

    fn contact(&self, page: &mut Page, at: usize, contact: &Contact, offer: &Offer) {
        let end = u32::from(contact.minute) + contact.minutes;
        let updated = Moment(contact.day, end + 20);
        let text = self.begin(page, Resource::Encounter, contact.record, at, updated);
        text.raw(r#","status":""#).raw(match contact.outcome {
            Outcome::Attended => "finished",
            Outcome::Missed => "cancelled",
            Outcome::Mistake => "entered-in-error",
        });
        text.raw("\"").raw(CLASS).raw(class(contact));
        text.raw(r#""},"type":[{"coding":[{"system":""#).raw(BASE).raw(r#"/codes/contact","code":""#);
        text.raw(contact.kind.word()).raw(r#""}]}],"serviceType":"#).raw(&offer.service_type);
        self.patient(text, "subject", contact.record);
        if let Some(professional) = contact.professional.and_then(|one| self.world.professional(one)) {
            text.raw(r#","participant":[{"individual":"#).raw(&professional.reference).raw("}]");
        }
        text.raw(r#","period":{"start":""#).moment(contact.day, u32::from(contact.minute));
        text.raw(r#"","end":""#).moment(contact.day, end).raw("\"}");
        if offer.names_site && !contact.remote {
            text.raw(r#","location":[{"location":"#).raw(&offer.location_reference).raw("}]");
        }
        text.raw(r#","serviceProvider":"#).raw(&offer.organisation_reference).raw("}\n");
    }

    /// What each costed contact came to: a claim of a pharmacy or optician, else what the commissioner paid.
    pub(super) fn costs(&self, page: &mut Page) {
        for (at, contact) in self.life.contacts.iter().enumerate() {
            let Some(offer) = self.world.offer(contact.offer) else { continue };
            if contact.cost_pence == 0 || contact.outcome != Outcome::Attended {
                continue;
            }
            let claims = offer.kind.is_some_and(Kind::claims);
            let kind = if claims { Resource::Claim } else { Resource::ExplanationOfBenefit };
            let days = (u32::from(contact.minute) + contact.minutes) / 1440;
            let written = contact.day.plus_days((days + 9) as i32).min(self.world.last_day).max(contact.day);
            let text = self.begin(page, kind, contact.record, at, Moment(written, 360));
            text.raw(r#","status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":""#);
            text.raw(claim_type(offer, contact)).raw(r#""}]},"use":"claim""#);
            self.patient(text, "patient", contact.record);
            text.raw(r#","billablePeriod":{"start":""#).day(contact.day).raw(r#"","end":""#);
            text.day(contact.day.plus_days(days as i32)).raw(r#""},"created":""#).day(written).raw("\"");
            if claims {
                self.claim(text, at, contact, offer);
            } else {
                self.benefit(text, at, contact, offer);
            }
        }
    }

    fn claim(&self, text: &mut Text, at: usize, contact: &Contact, offer: &Offer) {
        text.raw(r#","provider":"#).raw(&offer.organisation_reference);
        text.raw(r#","priority":{"coding":[{"code":"normal"}]},"insurance":[{"sequence":1,"focal":true,"coverage":{"display":"NHS"}}]"#);
        self.item(text, at, contact);
        text.raw(r#","total":{"value":"#).pounds(contact.cost_pence).raw(",\"currency\":\"GBP\"}}\n");
    }

    fn benefit(&self, text: &mut Text, at: usize, contact: &Contact, offer: &Offer) {
        text.raw(r#","insurer":{"display":"NHS commissioner"},"provider":"#).raw(&offer.organisation_reference);
        text.raw(r#","outcome":"complete","insurance":[{"focal":true,"coverage":{"display":"NHS"}}]"#);
        self.item(text, at, contact);
        text.raw(r#","payment":{"amount":{"value":"#).pounds(contact.cost_pence).raw(",\"currency\":\"GBP\"}}}\n");
    }

    fn item(&self, text: &mut Text, at: usize, contact: &Contact) {
        text.raw(r#","item":[{"sequence":1,"productOrService":{"text":""#).raw(contact.kind.word());
        text.raw(r#""},"encounter":[{"reference":"Encounter/"#);
        self.id(text, Resource::Encounter, at);
        text.raw("\"}]}]");
    }
}

fn class(contact: &Contact) -> &'static str {
    match contact.kind {
        _ if contact.remote => "VR",
        ContactKind::HomeVisit => "HH",
        ContactKind::InpatientStay => "IMP",
        ContactKind::EmergencyAttendance => "EMER",
        _ => "AMB",
    }
}

fn claim_type(offer: &Offer, contact: &Contact) -> &'static str {
    match offer.kind {
        Some(Kind::CommunityPharmacy) => "pharmacy",
        Some(Kind::Optometry) => "vision",
        _ if contact.kind == ContactKind::InpatientStay => "institutional",
        _ => "professional",
    }
}
