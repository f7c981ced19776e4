//! Contacts and what they cost: Encounter, ExplanationOfBenefit, Claim.

use super::{Page, Text, Writer};
use crate::records::{Bill, COMMISSIONER, CURRENCY, Encounter, INSURER, bills, encounters};

const CLASS: &str = r#","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":""#;

impl Writer<'_> {
    pub(super) fn contacts(&self, page: &mut Page) {
        encounters(self.world, self.life).for_each(|it| self.contact(page, &it));
    }

    fn contact(&self, page: &mut Page, it: &Encounter<'_>) {
        let text = self.begin(page, &it.about);
        text.raw(r#","status":""#).raw(it.status).raw("\"").raw(CLASS).raw(it.class);
        let coding = it.coding();
        text.raw(r#""},"type":[{"coding":[{"system":""#).raw(coding.system).raw(r#"","code":""#);
        text.raw(coding.code).raw(r#""}]}],"serviceType":"#).raw(&it.offer.service_type);
        self.patient(text, "subject", &it.about);
        if let Some((_, professional)) = it.professional {
            text.raw(r#","participant":[{"individual":"#).raw(&professional.reference).raw("}]");
        }
        text.raw(r#","period":{"start":""#).moment(it.from.0, it.from.1);
        text.raw(r#"","end":""#).moment(it.to.0, it.to.1).raw("\"}");
        if it.names_site {
            text.raw(r#","location":[{"location":"#).raw(&it.offer.location_reference).raw("}]");
        }
        text.raw(r#","serviceProvider":"#).raw(&it.offer.organisation_reference).raw("}\n");
    }

    /// What each costed contact came to.
    pub(super) fn costs(&self, page: &mut Page) {
        for bill in bills(self.world, self.life) {
            let text = self.begin(page, &bill.about);
            text.raw(r#","status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":""#);
            text.raw(bill.kind).raw(r#""}]},"use":"claim""#);
            self.patient(text, "patient", &bill.about);
            text.raw(r#","billablePeriod":{"start":""#).day(bill.days.0).raw(r#"","end":""#);
            text.day(bill.days.1).raw(r#""},"created":""#).day(bill.written).raw("\"");
            if bill.is_claim() {
                self.claim(text, &bill);
            } else {
                self.benefit(text, &bill);
            }
        }
    }

    fn claim(&self, text: &mut Text, bill: &Bill<'_>) {
        text.raw(r#","provider":"#).raw(&bill.offer.organisation_reference);
        text.raw(r#","priority":{"coding":[{"code":"normal"}]},"insurance":[{"sequence":1,"focal":true,"coverage":{"display":""#);
        text.raw(INSURER).raw(r#""}}]"#);
        self.item(text, bill);
        text.raw(r#","total":{"value":"#).pounds(bill.pence).raw(r#","currency":""#).raw(CURRENCY).raw("\"}}\n");
    }

    fn benefit(&self, text: &mut Text, bill: &Bill<'_>) {
        text.raw(r#","insurer":{"display":""#).raw(COMMISSIONER).raw(r#""},"provider":"#);
        text.raw(&bill.offer.organisation_reference);
        text.raw(r#","outcome":"complete","insurance":[{"focal":true,"coverage":{"display":""#)
            .raw(INSURER)
            .raw(r#""}}]"#);
        self.item(text, bill);
        text.raw(r#","payment":{"amount":{"value":"#).pounds(bill.pence);
        text.raw(r#","currency":""#).raw(CURRENCY).raw("\"}}}\n");
    }

    fn item(&self, text: &mut Text, bill: &Bill<'_>) {
        text.raw(r#","item":[{"sequence":1,"productOrService":{"text":""#).raw(bill.contact_kind.word());
        text.raw(r#""},"encounter":[{"reference":"Encounter/"#);
        self.contact_id(text, bill.contact);
        text.raw("\"}]}]");
    }
}
