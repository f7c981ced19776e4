//! The resources that fill tables, each with the fields that end up in a column.

use crate::fhir::element::{
    Address, Coding, Concept, Extension, HumanName, Identifier, Money, Period, Quantity, Reference,
};
use crate::fhir::quick::{Quick, shapes};
use crate::fhir::raw::Raw;
use crate::fhir::text::Text;

/// A resource that fills a table.
pub(crate) trait Resource<'a>: Quick<'a> + serde::Deserialize<'a> {
    /// The fields without which a row would say something wrong: when one cannot be read, the resource is quarantined.
    const ESSENTIAL: &'static [&'static str];
}

macro_rules! resources {
    ($($name:ident [$($essential:literal),*],)*) => {$(
        impl<'a> Resource<'a> for $name<'a> {
            const ESSENTIAL: &'static [&'static str] = &[$($essential),*];
        }
    )*};
}

resources! {
    Encounter ["period", "subject", "id"],
    Condition ["code", "subject", "id", "verificationStatus"],
    Observation ["code", "subject", "id", "status", "component", "effectiveDateTime", "effectivePeriod", "effectiveInstant"],
    Procedure ["code", "vaccineCode", "subject", "patient", "id", "status", "performedDateTime", "performedPeriod", "occurrenceDateTime"],
    Medicine ["medicationCodeableConcept", "medicationReference", "subject", "id", "status", "doNotPerform"],
    Bill ["patient", "id", "total", "payment", "billablePeriod"],
    Episode ["patient", "id", "period", "type"],
    Team ["subject", "id", "participant"],
    Patient ["id", "identifier"],
    Organization ["id", "identifier"],
    Location ["id", "identifier"],
    HealthcareService ["id", "identifier"],
    Practitioner ["id", "identifier"],
    PractitionerRole ["id", "practitioner"],
    Medication ["id"],
}

shapes! {
    /// A part of an encounter: who took part.
    Participant {
        "individual" individual: Option<Reference<'a>>,
    }
    /// Where an encounter took place.
    Place {
        "location" location: Option<Reference<'a>>,
    }
    /// A contact.
    Encounter {
        "status" status: Option<Text<'a>>,
        "class" class: Option<Coding<'a>>,
        "type" kind: Vec<Concept<'a>>,
        "serviceType" service_type: Option<Concept<'a>>,
        "extension" extension: Vec<Extension<'a>>,
        "participant" participant: Vec<Participant<'a>>,
        "period" period: Option<Period<'a>>,
        "location" location: Vec<Place<'a>>,
        "serviceProvider" service_provider: Option<Reference<'a>>,
        "contained" contained: Option<Raw<'a>>,
    }
    /// A condition.
    Condition {
        "clinicalStatus" clinical_status: Option<Concept<'a>>,
        "verificationStatus" verification_status: Option<Concept<'a>>,
        "code" code: Option<Concept<'a>>,
        "encounter" encounter: Option<Reference<'a>>,
        "onsetDateTime" onset_date_time: Option<Text<'a>>,
        "onsetPeriod" onset_period: Option<Period<'a>>,
        "recordedDate" recorded_date: Option<Text<'a>>,
        "abatementDateTime" abatement_date_time: Option<Text<'a>>,
        "abatementPeriod" abatement_period: Option<Period<'a>>,
        "recorder" recorder: Option<Reference<'a>>,
        "asserter" asserter: Option<Reference<'a>>,
        "contained" contained: Option<Raw<'a>>,
    }
    /// A part of an observation.
    Component {
        "code" code: Option<Concept<'a>>,
        "valueQuantity" value_quantity: Option<Quantity<'a>>,
        "valueCodeableConcept" value_codeable_concept: Option<Concept<'a>>,
        "valueString" value_string: Option<Text<'a>>,
        "valueInteger" value_integer: Option<Raw<'a>>,
        "valueBoolean" value_boolean: Option<bool>,
        "valueDateTime" value_date_time: Option<Text<'a>>,
        "dataAbsentReason" data_absent_reason: Option<Concept<'a>>,
    }
    /// An observation.
    Observation {
        "status" status: Option<Text<'a>>,
        "code" code: Option<Concept<'a>>,
        "encounter" encounter: Option<Reference<'a>>,
        "effectiveDateTime" effective_date_time: Option<Text<'a>>,
        "effectivePeriod" effective_period: Option<Period<'a>>,
        "effectiveInstant" effective_instant: Option<Text<'a>>,
        "issued" issued: Option<Text<'a>>,
        "performer" performer: Vec<Reference<'a>>,
        "valueQuantity" value_quantity: Option<Quantity<'a>>,
        "valueCodeableConcept" value_codeable_concept: Option<Concept<'a>>,
        "valueString" value_string: Option<Text<'a>>,
        "valueInteger" value_integer: Option<Raw<'a>>,
        "valueBoolean" value_boolean: Option<bool>,
        "valueDateTime" value_date_time: Option<Text<'a>>,
        "dataAbsentReason" data_absent_reason: Option<Concept<'a>>,
        "component" component: Vec<Component<'a>>,
        "contained" contained: Option<Raw<'a>>,
    }
    /// Who did a procedure, or gave a medicine.
    Performer {
        "actor" actor: Option<Reference<'a>>,
        "onBehalfOf" on_behalf_of: Option<Reference<'a>>,
    }
    /// Procedure or Immunization: a vaccination is something done.
    Procedure {
        "status" status: Option<Text<'a>>,
        "code" code: Option<Concept<'a>>,
        "vaccineCode" vaccine_code: Option<Concept<'a>>,
        "encounter" encounter: Option<Reference<'a>>,
        "performedDateTime" performed_date_time: Option<Text<'a>>,
        "performedPeriod" performed_period: Option<Period<'a>>,
        "occurrenceDateTime" occurrence_date_time: Option<Text<'a>>,
        "performer" performer: Vec<Performer<'a>>,
        "location" location: Option<Reference<'a>>,
        "contained" contained: Option<Raw<'a>>,
    }
    /// How long a prescription is valid.
    DispenseRequest {
        "validityPeriod" validity_period: Option<Period<'a>>,
    }
    /// MedicationRequest, MedicationStatement, MedicationAdministration or MedicationDispense.
    Medicine {
        "status" status: Option<Text<'a>>,
        "doNotPerform" do_not_perform: Option<bool>,
        "intent" intent: Option<Text<'a>>,
        "medicationCodeableConcept" medication_codeable_concept: Option<Concept<'a>>,
        "medicationReference" medication_reference: Option<Reference<'a>>,
        "encounter" encounter: Option<Reference<'a>>,
        "context" context: Option<Reference<'a>>,
        "authoredOn" authored_on: Option<Text<'a>>,
        "effectiveDateTime" effective_date_time: Option<Text<'a>>,
        "effectivePeriod" effective_period: Option<Period<'a>>,
        "dateAsserted" date_asserted: Option<Text<'a>>,
        "whenPrepared" when_prepared: Option<Text<'a>>,
        "whenHandedOver" when_handed_over: Option<Text<'a>>,
        "dispenseRequest" dispense_request: Option<DispenseRequest<'a>>,
        "requester" requester: Option<Reference<'a>>,
        "informationSource" information_source: Option<Reference<'a>>,
        "performer" performer: Option<Raw<'a>>,
        "contained" contained: Option<Raw<'a>>,
    }
    /// Who pays.
    Insurance {
        "focal" focal: Option<bool>,
        "coverage" coverage: Option<Reference<'a>>,
    }
    /// A line of a bill.
    Item {
        "encounter" encounter: Vec<Reference<'a>>,
    }
    /// A total of a decided bill, by category.
    Total {
        "category" category: Option<Concept<'a>>,
        "amount" amount: Option<Money<'a>>,
    }
    /// What was paid.
    Payment {
        "amount" amount: Option<Money<'a>>,
    }
    /// Claim or ExplanationOfBenefit.
    Bill {
        "status" status: Option<Text<'a>>,
        "type" kind: Option<Concept<'a>>,
        "billablePeriod" billable_period: Option<Period<'a>>,
        "created" created: Option<Text<'a>>,
        "provider" provider: Option<Reference<'a>>,
        "insurer" insurer: Option<Reference<'a>>,
        "insurance" insurance: Vec<Insurance<'a>>,
        "total" total: Option<Raw<'a>>,
        "payment" payment: Option<Payment<'a>>,
        "item" item: Vec<Item<'a>>,
        "contained" contained: Option<Raw<'a>>,
    }
    /// A spell with an organisation, such as being on a practice's list.
    Episode {
        "status" status: Option<Text<'a>>,
        "type" kind: Vec<Concept<'a>>,
        "managingOrganization" managing_organization: Option<Reference<'a>>,
        "period" period: Option<Period<'a>>,
        "careManager" care_manager: Option<Reference<'a>>,
        "contained" contained: Option<Raw<'a>>,
    }
    /// A member of a care team.
    Member {
        "role" role: Vec<Concept<'a>>,
        "member" member: Option<Reference<'a>>,
        "onBehalfOf" on_behalf_of: Option<Reference<'a>>,
        "period" period: Option<Period<'a>>,
    }
    /// A care team.
    Team {
        "status" status: Option<Text<'a>>,
        "period" period: Option<Period<'a>>,
        "participant" participant: Vec<Member<'a>>,
        "managingOrganization" managing_organization: Vec<Reference<'a>>,
        "contained" contained: Option<Raw<'a>>,
    }
    /// A link from one record of a person to another.
    Link {
        "other" other: Option<Reference<'a>>,
        "type" kind: Option<Text<'a>>,
    }
    /// A citizen, as one source knows them.
    Patient {
        "identifier" identifier: Vec<Identifier<'a>>,
        "name" name: Vec<HumanName<'a>>,
        "gender" gender: Option<Text<'a>>,
        "birthDate" birth_date: Option<Text<'a>>,
        "deceasedBoolean" deceased_boolean: Option<bool>,
        "deceasedDateTime" deceased_date_time: Option<Text<'a>>,
        "address" address: Vec<Address<'a>>,
        "maritalStatus" marital_status: Option<Concept<'a>>,
        "generalPractitioner" general_practitioner: Vec<Reference<'a>>,
        "link" link: Vec<Link<'a>>,
        "contained" contained: Option<Raw<'a>>,
    }
    /// A legal body.
    Organization {
        "identifier" identifier: Vec<Identifier<'a>>,
        "name" name: Option<Text<'a>>,
        "type" kind: Vec<Concept<'a>>,
        "partOf" part_of: Option<Reference<'a>>,
        "address" address: Vec<Address<'a>>,
    }
    /// Degrees.
    Position {
        "longitude" longitude: Option<Raw<'a>>,
        "latitude" latitude: Option<Raw<'a>>,
    }
    /// A site.
    Location {
        "identifier" identifier: Vec<Identifier<'a>>,
        "name" name: Option<Text<'a>>,
        "managingOrganization" managing_organization: Option<Reference<'a>>,
        "address" address: Option<Address<'a>>,
        "position" position: Option<Position<'a>>,
    }
    /// What an organisation offers.
    HealthcareService {
        "identifier" identifier: Vec<Identifier<'a>>,
        "name" name: Option<Text<'a>>,
        "providedBy" provided_by: Option<Reference<'a>>,
        "category" category: Vec<Concept<'a>>,
        "type" kind: Vec<Concept<'a>>,
        "location" location: Vec<Reference<'a>>,
    }
    /// A professional.
    Practitioner {
        "identifier" identifier: Vec<Identifier<'a>>,
        "name" name: Vec<HumanName<'a>>,
    }
    /// A professional's role.
    PractitionerRole {
        "identifier" identifier: Vec<Identifier<'a>>,
        "practitioner" practitioner: Option<Reference<'a>>,
        "organization" organization: Option<Reference<'a>>,
        "code" code: Vec<Concept<'a>>,
        "location" location: Vec<Reference<'a>>,
        "healthcareService" healthcare_service: Vec<Reference<'a>>,
    }
    /// A medicine that others refer to.
    Medication {
        "identifier" identifier: Vec<Identifier<'a>>,
        "code" code: Option<Concept<'a>>,
    }
    /// A resource inside another.
    Contained {
        "resourceType" resource_type: Option<Text<'a>>,
        "id" id: Option<Text<'a>>,
        "identifier" identifier: Option<Raw<'a>>,
        "name" name: Option<Raw<'a>>,
        "code" code: Option<Raw<'a>>,
        "practitioner" practitioner: Option<Reference<'a>>,
        "organization" organization: Option<Reference<'a>>,
        "payor" payor: Vec<Reference<'a>>,
    }
}
