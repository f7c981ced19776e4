//! The resources that fill tables, each with the fields that end up in a column.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fhir::element::{
    Address, Coding, Concept, Extension, HumanName, Identifier, Money, Period, Quantity, Reference,
};
use crate::fhir::text::Text;

/// A resource that fills a table.
pub(crate) trait Resource<'a>: Deserialize<'a> {
    /// The fields without which a row would say something wrong: when one cannot be read, the resource is quarantined.
    const ESSENTIAL: &'static [&'static str];
}

macro_rules! resources {
    ($($(#[$doc:meta])* $name:ident [$($essential:literal),*] {
        $($(#[serde($($how:tt)*)])* $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
        pub(crate) struct $name<'a> {
            $(#[serde(default)] $(#[serde($($how)*)])* pub(crate) $field: $type,)*
        }

        impl<'a> Resource<'a> for $name<'a> {
            const ESSENTIAL: &'static [&'static str] = &[$($essential),*];
        }
    )*};
}

resources! {
    /// A part of an encounter: who took part.
    Participant [] {
        individual: Option<Reference<'a>>,
    }
    /// Where an encounter took place.
    Place [] {
        location: Option<Reference<'a>>,
    }
    /// A contact.
    Encounter ["period", "subject", "id"] {
        status: Option<Text<'a>>,
        class: Option<Coding<'a>>,
        #[serde(rename = "type")]
        kind: Vec<Concept<'a>>,
        service_type: Option<Concept<'a>>,
        extension: Vec<Extension<'a>>,
        participant: Vec<Participant<'a>>,
        period: Option<Period<'a>>,
        location: Vec<Place<'a>>,
        service_provider: Option<Reference<'a>>,
        contained: Option<&'a RawValue>,
    }
    /// A condition.
    Condition ["code", "subject", "id", "verificationStatus"] {
        clinical_status: Option<Concept<'a>>,
        verification_status: Option<Concept<'a>>,
        code: Option<Concept<'a>>,
        encounter: Option<Reference<'a>>,
        onset_date_time: Option<Text<'a>>,
        onset_period: Option<Period<'a>>,
        recorded_date: Option<Text<'a>>,
        abatement_date_time: Option<Text<'a>>,
        abatement_period: Option<Period<'a>>,
        recorder: Option<Reference<'a>>,
        asserter: Option<Reference<'a>>,
        contained: Option<&'a RawValue>,
    }
    /// A part of an observation.
    Component [] {
        code: Option<Concept<'a>>,
        value_quantity: Option<Quantity<'a>>,
        value_codeable_concept: Option<Concept<'a>>,
        value_string: Option<Text<'a>>,
        value_integer: Option<&'a RawValue>,
        value_boolean: Option<bool>,
        value_date_time: Option<Text<'a>>,
        data_absent_reason: Option<Concept<'a>>,
    }
    /// An observation.
    Observation ["code", "subject", "id", "status", "component", "effectiveDateTime", "effectivePeriod", "effectiveInstant"] {
        status: Option<Text<'a>>,
        code: Option<Concept<'a>>,
        encounter: Option<Reference<'a>>,
        effective_date_time: Option<Text<'a>>,
        effective_period: Option<Period<'a>>,
        effective_instant: Option<Text<'a>>,
        issued: Option<Text<'a>>,
        performer: Vec<Reference<'a>>,
        value_quantity: Option<Quantity<'a>>,
        value_codeable_concept: Option<Concept<'a>>,
        value_string: Option<Text<'a>>,
        value_integer: Option<&'a RawValue>,
        value_boolean: Option<bool>,
        value_date_time: Option<Text<'a>>,
        data_absent_reason: Option<Concept<'a>>,
        component: Vec<Component<'a>>,
        contained: Option<&'a RawValue>,
    }
    /// Who did a procedure, or gave a medicine.
    Performer [] {
        actor: Option<Reference<'a>>,
        on_behalf_of: Option<Reference<'a>>,
    }
    /// Procedure or Immunization: a vaccination is something done.
    Procedure ["code", "vaccineCode", "subject", "patient", "id", "status", "performedDateTime", "performedPeriod", "occurrenceDateTime"] {
        status: Option<Text<'a>>,
        code: Option<Concept<'a>>,
        vaccine_code: Option<Concept<'a>>,
        encounter: Option<Reference<'a>>,
        performed_date_time: Option<Text<'a>>,
        performed_period: Option<Period<'a>>,
        occurrence_date_time: Option<Text<'a>>,
        performer: Vec<Performer<'a>>,
        location: Option<Reference<'a>>,
        contained: Option<&'a RawValue>,
    }
    /// How long a prescription is valid.
    DispenseRequest [] {
        validity_period: Option<Period<'a>>,
    }
    /// MedicationRequest, MedicationStatement, MedicationAdministration or MedicationDispense.
    Medicine ["medicationCodeableConcept", "medicationReference", "subject", "id", "status", "doNotPerform"] {
        status: Option<Text<'a>>,
        do_not_perform: Option<bool>,
        intent: Option<Text<'a>>,
        medication_codeable_concept: Option<Concept<'a>>,
        medication_reference: Option<Reference<'a>>,
        encounter: Option<Reference<'a>>,
        context: Option<Reference<'a>>,
        authored_on: Option<Text<'a>>,
        effective_date_time: Option<Text<'a>>,
        effective_period: Option<Period<'a>>,
        date_asserted: Option<Text<'a>>,
        when_prepared: Option<Text<'a>>,
        when_handed_over: Option<Text<'a>>,
        dispense_request: Option<DispenseRequest<'a>>,
        requester: Option<Reference<'a>>,
        information_source: Option<Reference<'a>>,
        performer: Option<&'a RawValue>,
        contained: Option<&'a RawValue>,
    }
    /// Who pays.
    Insurance [] {
        focal: Option<bool>,
        coverage: Option<Reference<'a>>,
    }
    /// A line of a bill.
    Item [] {
        encounter: Vec<Reference<'a>>,
    }
    /// A total of a decided bill, by category.
    Total [] {
        category: Option<Concept<'a>>,
        amount: Option<Money<'a>>,
    }
    /// What was paid.
    Payment [] {
        amount: Option<Money<'a>>,
    }
    /// Claim or ExplanationOfBenefit.
    Bill ["patient", "id", "total", "payment", "billablePeriod"] {
        status: Option<Text<'a>>,
        #[serde(rename = "type")]
        kind: Option<Concept<'a>>,
        billable_period: Option<Period<'a>>,
        created: Option<Text<'a>>,
        provider: Option<Reference<'a>>,
        insurer: Option<Reference<'a>>,
        insurance: Vec<Insurance<'a>>,
        total: Option<&'a RawValue>,
        payment: Option<Payment<'a>>,
        item: Vec<Item<'a>>,
        contained: Option<&'a RawValue>,
    }
    /// A spell with an organisation, such as being on a practice's list.
    Episode ["patient", "id", "period", "type"] {
        status: Option<Text<'a>>,
        #[serde(rename = "type")]
        kind: Vec<Concept<'a>>,
        managing_organization: Option<Reference<'a>>,
        period: Option<Period<'a>>,
        care_manager: Option<Reference<'a>>,
        contained: Option<&'a RawValue>,
    }
    /// A member of a care team.
    Member [] {
        role: Vec<Concept<'a>>,
        member: Option<Reference<'a>>,
        on_behalf_of: Option<Reference<'a>>,
        period: Option<Period<'a>>,
    }
    /// A care team.
    Team ["subject", "id", "participant"] {
        status: Option<Text<'a>>,
        period: Option<Period<'a>>,
        participant: Vec<Member<'a>>,
        managing_organization: Vec<Reference<'a>>,
        contained: Option<&'a RawValue>,
    }
    /// A link from one record of a person to another.
    Link [] {
        other: Option<Reference<'a>>,
        #[serde(rename = "type")]
        kind: Option<Text<'a>>,
    }
    /// A citizen, as one source knows them.
    Patient ["id", "identifier"] {
        identifier: Vec<Identifier<'a>>,
        name: Vec<HumanName<'a>>,
        gender: Option<Text<'a>>,
        birth_date: Option<Text<'a>>,
        deceased_boolean: Option<bool>,
        deceased_date_time: Option<Text<'a>>,
        address: Vec<Address<'a>>,
        marital_status: Option<Concept<'a>>,
        general_practitioner: Vec<Reference<'a>>,
        link: Vec<Link<'a>>,
        contained: Option<&'a RawValue>,
    }
    /// A legal body.
    Organization ["id", "identifier"] {
        identifier: Vec<Identifier<'a>>,
        name: Option<Text<'a>>,
        #[serde(rename = "type")]
        kind: Vec<Concept<'a>>,
        part_of: Option<Reference<'a>>,
        address: Vec<Address<'a>>,
    }
    /// Degrees.
    Position [] {
        longitude: Option<&'a RawValue>,
        latitude: Option<&'a RawValue>,
    }
    /// A site.
    Location ["id", "identifier"] {
        identifier: Vec<Identifier<'a>>,
        name: Option<Text<'a>>,
        managing_organization: Option<Reference<'a>>,
        address: Option<Address<'a>>,
        position: Option<Position<'a>>,
    }
    /// What an organisation offers.
    HealthcareService ["id", "identifier"] {
        identifier: Vec<Identifier<'a>>,
        name: Option<Text<'a>>,
        provided_by: Option<Reference<'a>>,
        category: Vec<Concept<'a>>,
        #[serde(rename = "type")]
        kind: Vec<Concept<'a>>,
        location: Vec<Reference<'a>>,
    }
    /// A professional.
    Practitioner ["id", "identifier"] {
        identifier: Vec<Identifier<'a>>,
        name: Vec<HumanName<'a>>,
    }
    /// A professional's role.
    PractitionerRole ["id", "practitioner"] {
        identifier: Vec<Identifier<'a>>,
        practitioner: Option<Reference<'a>>,
        organization: Option<Reference<'a>>,
        code: Vec<Concept<'a>>,
        location: Vec<Reference<'a>>,
        healthcare_service: Vec<Reference<'a>>,
    }
    /// A medicine that others refer to.
    Medication ["id"] {
        identifier: Vec<Identifier<'a>>,
        code: Option<Concept<'a>>,
    }
    /// A resource inside another.
    Contained [] {
        resource_type: Option<Text<'a>>,
        id: Option<Text<'a>>,
        identifier: Option<&'a RawValue>,
        name: Option<&'a RawValue>,
        code: Option<&'a RawValue>,
        practitioner: Option<Reference<'a>>,
        organization: Option<Reference<'a>>,
        payor: Vec<Reference<'a>>,
    }
}
