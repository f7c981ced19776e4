//! The quick reader against the general one, on resources that were changed at random.

use proptest::prelude::*;
use serde::Deserialize;

use super::{Quick, quick};
use crate::fhir::resource::{
    Bill, Condition, Contained, Encounter, Episode, HealthcareService, Location, Medication, Medicine, Observation,
    Organization, Patient, Practitioner, PractitionerRole, Procedure, Team,
};

const RESOURCES: [&str; 9] = [
    r#"{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"HbA1c"}],"text":"HbA1c"},"subject":{"reference":"Patient/p"},"encounter":{"reference":"Encounter/e"},"effectiveDateTime":"2020-01-01T10:00:00Z","performer":[{"reference":"Practitioner/1"}],"valueQuantity":{"value":-71.50e+1,"comparator":"<","unit":"mmol\/mol","code":"mmol/mol"},"component":[{"code":{"coding":[]},"valueInteger":0,"valueBoolean":true}],"contained":[{"resourceType":"X","n":null}]}"#,
    r#"{"resourceType":"Encounter","id":"e","text":{"status":"generated","div":"<div>\"a\" \u00e9 \\ é</div>"},"class":{"code":"AMB"},"type":[{"coding":[{"system":"s","code":"c"}]}],"serviceType":{"text":"t"},"participant":[{"individual":{"reference":"Practitioner/1","display":"Dr \u00c9"}}],"period":{"start":"2020","end":null},"location":[{"location":{"reference":"Location/1"}}],"serviceProvider":{"identifier":{"system":"s","value":"v"}},"extension":[{"url":"u","valueReference":{"reference":"HealthcareService/1"}}]}"#,
    r#"{"resourceType":"Claim","id":"c","type":{"coding":[{"code":"pharmacy"}]},"billablePeriod":{"start":"2020-01-01"},"provider":{"reference":"Organization/1"},"insurance":[{"focal":true,"coverage":{"display":"NHS"}}],"total":{"value":129.16,"currency":"GBP"},"payment":{"amount":{"value":1}},"item":[{"sequence":1,"encounter":[{"reference":"Encounter/1"}]}]}"#,
    r#"{"resourceType":"Patient","id":"p","identifier":[{"system":"s","value":"1"}],"name":[{"use":"official","family":"Ward","given":["Ada","B"],"prefix":[]}],"gender":"female","birthDate":"1970-01-01","deceasedBoolean":false,"address":[{"use":"home","city":"Town","postalCode":"P","period":{"start":"2020"},"extension":[{"url":"u","valueCode":"c","extension":[{"url":"longitude","valueDecimal":-1.5}]}]}],"maritalStatus":{"coding":[{"code":"M"}]},"generalPractitioner":[{"reference":"Organization/1"}],"link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]}"#,
    r#"{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","doNotPerform":false,"medicationReference":{"reference":"Medication/1"},"authoredOn":"2020-01-01","requester":{"reference":"Practitioner/1"},"dispenseRequest":{"validityPeriod":{"start":"2020","end":"2021"}},"performer":{"reference":"x"}}"#,
    r#"{"resourceType":"CareTeam","id":"t","status":"active","period":{"start":"2020"},"participant":[{"role":[{"coding":[{"code":"768820003"}]}],"member":{"reference":"Practitioner/1"},"onBehalfOf":{"reference":"Organization/1"}}],"managingOrganization":[{"reference":"Organization/1"}]}"#,
    r#" { "resourceType" : "Condition" , "id":"c", "clinicalStatus" : { "coding" : [ { "code" : "active" } ] }, "code": {"text":"x"}, "onsetPeriod":{"start":"2020"}, "recorder":{"reference":"Practitioner/1"} } "#,
    r#"{"resourceType":"Procedure","status":"completed","vaccineCode":{"coding":[{"code":"1"}]},"performedPeriod":{"start":"2020"},"performer":[{"actor":{"reference":"Practitioner/1"}}],"location":{"reference":"Location/1"},"note":[[],{},[[{"a":[1,2.5,true,false,null]}]]]}"#,
    r#"{"resourceType":"Location","id":"l","name":"Site","identifier":[{"value":"v"}],"position":{"longitude":1.5,"latitude":51},"managingOrganization":{"reference":"Organization/1"},"address":{"city":"Town"}}"#,
];

/// What a change at a place may put there.
const PIECES: [&str; 24] = [
    "",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "1",
    "-",
    "01",
    ".5",
    "e",
    " ",
    "\n",
    "\u{1}",
    "é",
    "\\u12",
    "\"id\":\"x\",",
    "\"status\":null,",
    "\"status\":1,",
];

/// Both readers agree, or the quick one does not read; whether it did.
fn agree<'t, T: Quick<'t> + Deserialize<'t> + PartialEq + std::fmt::Debug>(text: &'t str) -> bool {
    let Some(read) = quick::<T>(text) else { return false };
    assert_eq!(serde_json::from_str::<T>(text).ok().as_ref(), Some(&read), "{text}");
    true
}

fn agree_on_all_types(text: &str) {
    agree::<Observation<'_>>(text);
    agree::<Encounter<'_>>(text);
    agree::<Bill<'_>>(text);
    agree::<Patient<'_>>(text);
    agree::<Medicine<'_>>(text);
    agree::<Team<'_>>(text);
    agree::<Condition<'_>>(text);
    agree::<Procedure<'_>>(text);
    agree::<Location<'_>>(text);
    agree::<Episode<'_>>(text);
    agree::<Organization<'_>>(text);
    agree::<HealthcareService<'_>>(text);
    agree::<Practitioner<'_>>(text);
    agree::<PractitionerRole<'_>>(text);
    agree::<Medication<'_>>(text);
    agree::<Contained<'_>>(text);
}

#[test]
fn resources_as_they_should_be_are_read_quickly() {
    let [observation, encounter, claim, patient, medicine, team, condition, procedure, location] = RESOURCES;
    assert!(agree::<Observation<'_>>(observation));
    assert!(agree::<Encounter<'_>>(encounter));
    assert!(agree::<Bill<'_>>(claim));
    assert!(agree::<Patient<'_>>(patient));
    assert!(agree::<Medicine<'_>>(medicine));
    assert!(agree::<Team<'_>>(team));
    assert!(agree::<Condition<'_>>(condition));
    assert!(agree::<Procedure<'_>>(procedure));
    assert!(agree::<Location<'_>>(location));
}

#[test]
fn what_is_out_of_the_ordinary_is_left_to_the_general_reader() {
    for text in [
        r#"{"status":"a","status":"b"}"#,
        r#"{"status":null,"status":null}"#,
        r#"{"st\u0061tus":"a"}"#,
        r#"{"status":1}"#,
        r#"{"component":null}"#,
        r#"["final"]"#,
        r#"{"status":"a"} x"#,
        r#"{"status":"a",}"#,
        r#"{"other":01}"#,
        r#"{"other":"\x"}"#,
        "{\"other\":\"\n\"}",
        r#"{"status":"a""#,
        "",
    ] {
        assert!(quick::<Observation<'_>>(text).is_none(), "{text}");
    }
    let deep = format!(r#"{{"other":{}1{}}}"#, "[".repeat(300), "]".repeat(300));
    assert!(quick::<Observation<'_>>(&deep).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_quick_reader_reads_what_the_general_one_reads(
        resource in prop::sample::select(&RESOURCES[..]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6, prop::sample::select(&PIECES[..])), 1..4),
    ) {
        let mut text: Vec<char> = resource.chars().collect();
        for (place, gone, piece) in changes {
            let from = place.index(text.len() + 1);
            let to = (from + gone).min(text.len());
            text.splice(from..to, piece.chars());
        }
        agree_on_all_types(&text.into_iter().collect::<String>());
    }

    #[test]
    fn a_value_of_another_type_is_no_matter_for_the_quick_reader(
        resource in prop::sample::select(&RESOURCES[..]),
        place in any::<prop::sample::Index>(),
        value in prop::sample::select(&["null", "1", "\"x\"", "{}", "[]", "[{}]", "[null]", "true"][..]),
    ) {
        // What stands behind a colon, up to the next comma, makes way.
        let colons: Vec<usize> = resource.match_indices(':').map(|(at, _)| at + 1).collect();
        let from = colons[place.index(colons.len())];
        let to = resource[from..].find(',').map_or(resource.len(), |at| from + at);
        agree_on_all_types(&format!("{}{value}{}", &resource[..from], &resource[to..]));
    }
}
