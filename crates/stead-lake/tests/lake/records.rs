//! How records become rows.

use crate::testing::{World, columns, of_patient, patient, resource, rows, told_alike};

#[test]
fn a_contact_knows_its_organisation_site_and_profession() {
    let world = World::new();
    let contact = of_patient(
        "Encounter",
        "e",
        "p",
        r#""status":"finished","class":{"code":"AMB"},"type":[{"coding":[{"system":"https://stead.example/codes/contact","code":"gp-appointment","display":"Appointment"}]}],"serviceType":{"coding":[{"system":"http://snomed.info/sct","code":"408443003"}]},"period":{"start":"2026-01-02T09:00:00Z","end":"2026-01-02T09:10:00Z"},"serviceProvider":{"reference":"https://x.org/fhir/Organization/o"},"location":[{"location":{"reference":"Location/l"}}],"participant":[{"individual":{"reference":"Practitioner?identifier=npi|7"}},{"individual":{"reference":"PractitionerRole/r2"}}]"#,
    );
    let common = [
        resource("Organization", "o", r#""identifier":[{"system":"ods","value":"A81001"}],"name":"High Street""#),
        resource("Location", "l", r#""name":"High Street 1""#),
        resource(
            "Practitioner",
            "d",
            r#""identifier":[{"system":"npi","value":"7"}],"name":[{"family":"Who","prefix":["Dr"]}]"#,
        ),
        resource(
            "PractitionerRole",
            "r1",
            r#""practitioner":{"reference":"Practitioner/d"},"organization":{"reference":"Organization/o"},"code":[{"coding":[{"system":"https://stead.example/codes/profession","code":"gp"}]}]"#,
        ),
        resource(
            "PractitionerRole",
            "r2",
            r#""practitioner":{"identifier":{"system":"npi","value":"8"}},"code":[{"coding":[{"code":"practice-nurse"}]}]"#,
        ),
    ];
    world.file("a.ndjson", patient("p", "", "") + &contact + &common.concat());
    let report = world.import(&["a.ndjson"]);
    told_alike(|| {
        insta::assert_snapshot!(format!("{:#?}", rows(&world.lake(), "contact")));
        insta::assert_snapshot!(format!("{:#?}", rows(&world.lake(), "professional")));
    });
    assert!(report.references_nowhere.is_empty(), "{:?}", report.references_nowhere);
}

#[test]
fn a_blood_pressure_is_a_row_for_the_whole_and_one_for_each_part() {
    let world = World::new();
    let pressure = of_patient(
        "Observation",
        "o",
        "p",
        r#""status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"effectiveDateTime":"2026-01-02","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":131,"code":"mm[Hg]"}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":8.05e1,"comparator":"<","unit":"mm"}}]"#,
    );
    world.file("a.ndjson", patient("p", "", "") + &pressure);
    world.import(&["a.ndjson"]);
    let parts = columns(&world.lake(), "observation", &["part", "system", "code", "value", "unit", "text"]);
    assert_eq!(parts, ["0 loinc 85354-9 - - -", "1 loinc 8480-6 131 mm[Hg] -", "2 loinc 8462-4 80.5 mm <8.05e1"]);
}

#[test]
fn a_marital_status_lasts_until_the_next_and_telling_it_again_changes_nothing() {
    let world = World::new();
    let status = |id: &str, day: &str, code: &str| {
        of_patient(
            "Observation",
            id,
            "p",
            &format!(
                r#""status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"45404-1"}}]}},"effectiveDateTime":"{day}","valueCodeableConcept":{{"coding":[{{"code":"{code}"}}]}}"#
            ),
        )
    };
    let records = [
        patient("p", "", r#""maritalStatus":{"coding":[{"code":"D"}]}"#),
        status("1", "2001-05-01", "M"),
        status("2", "2010-05-01", "M"),
        status("3", "2026-02-01", "D"),
    ];
    world.file("a.ndjson", records.concat());
    world.import(&["a.ndjson"]);
    let statuses = columns(&world.lake(), "marital_status", &["status", "from", "to", "resource"]);
    assert_eq!(statuses, ["divorced 2026-02-01 - Observation/3", "married 2001-05-01 2026-02-01 Observation/1"]);
}

#[test]
fn a_home_ends_on_the_day_after_its_last() {
    let world = World::new();
    let homes = r#""address":[{"extension":[{"url":"https://stead.example/fhir/small-area","valueCode":"E01"},{"url":"http://hl7.org/fhir/StructureDefinition/geolocation","extension":[{"url":"latitude","valueDecimal":50.5},{"url":"longitude","valueDecimal":-3.25}]}],"city":"Harbour","postalCode":"TQ1","period":{"end":"2026-03-09"}},{"city":"Inland","period":{"start":"2026-03-10"}}]"#;
    world.file("a.ndjson", patient("p", "", homes));
    world.import(&["a.ndjson"]);
    let found = columns(&world.lake(), "residence", &["from", "to", "small_area", "town", "longitude", "latitude"]);
    assert_eq!(found, ["- 2026-03-10 E01 Harbour -3.25 50.5", "2026-03-10 - - Inland - -"]);
}

#[test]
fn what_lasted_for_a_period_ends_on_the_day_after_its_last() {
    let world = World::new();
    let of = |kind: &str, id: &str, fields: &str| of_patient(kind, id, "p", fields);
    let records = [
        patient("p", "", ""),
        of("Condition", "c", r#""onsetDateTime":"2026-01-02","abatementPeriod":{"start":"2026-03","end":"2026-04"}"#),
        of("Procedure", "d", r#""performedPeriod":{"start":"2026-01-02","end":"2026-01-05T10:00:00Z"}"#),
        of("MedicationStatement", "e", r#""effectivePeriod":{"start":"2026-01-02","end":"2026-02-28"}"#),
        of(
            "MedicationRequest",
            "f",
            r#""authoredOn":"2026-01-02","dispenseRequest":{"validityPeriod":{"start":"2026-01-02","end":"2026-12-31"}}"#,
        ),
    ];
    world.file("a.ndjson", records.concat());
    world.import(&["a.ndjson"]);
    let found = |table, from| columns(&world.lake(), table, &["resource", from, "to"]);
    assert_eq!(found("condition", "from"), ["Condition/c 2026-01-02 2026-05-01"]);
    assert_eq!(found("procedure", "day"), ["Procedure/d 2026-01-02 2026-01-06"]);
    let medicines = ["MedicationRequest/f 2026-01-02 2027-01-01", "MedicationStatement/e 2026-01-02 2026-03-01"];
    assert_eq!(found("medication", "from"), medicines);
}

#[test]
fn an_illness_over_by_a_day_is_over_on_that_day() {
    let world = World::new();
    let over = |id: &str, abatement: &str| {
        of_patient("Condition", id, "p", &format!(r#""onsetDateTime":"2026-01-02",{abatement}"#))
    };
    let dated = over("c", r#""abatementDateTime":"2026-03-09""#);
    let begun = over("d", r#""abatementPeriod":{"start":"2026-03-09"}"#);
    world.file("a.ndjson", patient("p", "", "") + &dated + &begun);
    world.import(&["a.ndjson"]);
    let found = columns(&world.lake(), "condition", &["resource", "to"]);
    assert_eq!(found, ["Condition/c 2026-03-09", "Condition/d 2026-03-09"]);
}

#[test]
fn the_coordinator_of_her_choice_is_known_with_organisation_and_profession() {
    let world = World::new();
    let team = of_patient(
        "CareTeam",
        "t",
        "p",
        r#""status":"active","period":{"start":"2025-01-01"},"participant":[{"role":[{"coding":[{"system":"http://snomed.info/sct","code":"768820003"}]}],"member":{"reference":"Practitioner/n"},"onBehalfOf":{"reference":"Organization/o"}},{"member":{"reference":"Practitioner/x"}}]"#,
    );
    let common = resource("Organization", "o", "")
        + &resource("Practitioner", "n", "")
        + &resource(
            "PractitionerRole",
            "r",
            r#""practitioner":{"reference":"Practitioner/n"},"organization":{"reference":"Organization/o"},"code":[{"coding":[{"code":"diabetes-specialist-nurse"}]}]"#,
        );
    world.file("a.ndjson", patient("p", "", "") + &team + &common);
    world.import(&["a.ndjson"]);
    let found = columns(&world.lake(), "coordinator", &["from", "organisation", "professional", "profession_code"]);
    assert_eq!(found, ["2025-01-01 o n diabetes-specialist-nurse"]);
}

#[test]
fn money_is_exact_and_a_benefit_is_what_was_paid() {
    let world = World::new();
    let claim = |kind: &str, id: &str, of: &str| {
        resource(
            kind,
            id,
            &format!(
                r#""patient":{{"reference":"Patient/p"}},"billablePeriod":{{"start":"2026-01-02"}},"type":{{"coding":[{{"code":"pharmacy"}}]}},"provider":{{"display":"Pharmacy"}},{of}"#
            ),
        )
    };
    let records = [
        patient("p", "", ""),
        claim("Claim", "c", r#""total":{"value":0.29,"currency":"GBP"},"insurance":[{"coverage":{"display":"NHS"}}]"#),
        claim(
            "ExplanationOfBenefit",
            "b",
            r#""total":[{"category":{"coding":[{"code":"benefit"}]},"amount":{"value":99,"currency":"GBP"}}],"payment":{"amount":{"value":77.496,"currency":"GBP"}},"insurer":{"display":"NHS"}"#,
        ),
        claim(
            "ExplanationOfBenefit",
            "d",
            r#""total":[{"category":{"coding":[{"code":"benefit"}]},"amount":{"value":99,"currency":"JPY"}}]"#,
        ),
    ];
    world.file("a.ndjson", records.concat());
    world.import(&["a.ndjson"]);
    let found = columns(&world.lake(), "cost", &["kind", "use", "amount_minor", "currency", "organisation", "payer"]);
    assert_eq!(
        found,
        [
            "benefit pharmacy 7750 GBP Pharmacy NHS",
            "benefit pharmacy 99 JPY Pharmacy -",
            "claim pharmacy 29 GBP Pharmacy NHS"
        ]
    );
}

#[test]
fn a_bundle_gives_what_is_in_it_however_it_is_written() {
    let bundle = r#"{
  "resourceType": "Bundle", "type": "transaction",
  "entry": [
    { "fullUrl": "urn:uuid:0a", "resource": { "resourceType": "Patient", "id": "p" } },
    { "fullUrl": "urn:uuid:0b", "resource": { "resourceType": "Organization", "identifier": [{ "value": "A81001" }] } },
    { "fullUrl": "urn:uuid:0c", "resource": { "resourceType": "Encounter", "id": "e",
        "period": { "start": "2026-01-02" }, "subject": { "reference": "urn:uuid:0a" },
        "serviceProvider": { "reference": "urn:uuid:0b" } } },
    { "resource": { "resourceType": "Condition", "subject": { "reference": "urn:uuid:0a" } } }
  ]
}"#;
    for (name, content) in [("a.json", bundle.to_owned()), ("a.ndjson", bundle.replace('\n', ""))] {
        let world = World::new();
        world.file(name, content);
        let report = world.import(&[name]);
        assert_eq!(columns(&world.lake(), "contact", &["citizen", "organisation"]), ["p A81001"], "{name}");
        assert_eq!((report.bundles, report.total.read, report.total.quarantined), (1, 4, 1));
        assert!(world.quarantine(&report)[0].ends_with("Condition: no id"));
    }
}

#[test]
fn a_practitioner_inside_the_record_is_found() {
    let world = World::new();
    let observation = of_patient(
        "Observation",
        "o",
        "p",
        r##""contained":[{"resourceType":"Practitioner","id":"x","identifier":[{"system":"npi","value":"9"}],"name":[{"family":"Who"}]}],"effectiveDateTime":"2026-01-02","performer":[{"reference":"#x"}]"##,
    );
    let medicine = of_patient(
        "MedicationRequest",
        "m",
        "p",
        r##""contained":[{"resourceType":"Medication","id":"med","code":{"coding":[{"system":"http://snomed.info/sct","code":"372567009","display":"Metformin"}]}}],"status":"active","intent":"order","medicationReference":{"reference":"#med"},"authoredOn":"2026-01-02","requester":{"display":"Dr Who"}"##,
    );
    world.file("a.ndjson", patient("p", "", "") + &observation + &medicine);
    world.import(&["a.ndjson"]);
    assert_eq!(columns(&world.lake(), "observation", &["professional"]), ["9"]);
    let medicines = columns(&world.lake(), "medication", &["system", "code", "term", "intent", "professional"]);
    assert_eq!(medicines, ["snomed 372567009 Metformin order Dr Who"]);
}

#[test]
fn a_subject_named_by_identifier_is_found_in_any_source() {
    let world = World::new();
    let by_number = r#""subject":{"identifier":{"system":"https://stead.example/id/national-number","value":"9100"}},"onsetDateTime":"2020-01-01""#;
    let nobody = r#""subject":{"reference":"Patient?identifier=https://stead.example/id/national-number|99"}"#;
    world.file("town/gp/Patient.ndjson", patient("p", "9100", r#""gender":"female""#));
    world.file("town/lab/all.ndjson", resource("Condition", "c", by_number) + &resource("Condition", "d", nobody));
    let report = world.import(&["town"]);
    assert_eq!(columns(&world.lake(), "condition", &["citizen", "source"]), ["p lab"]);
    assert_eq!(
        world.quarantine(&report),
        ["all.ndjson:2 Condition: no Patient has the identifier `https://stead.example/id/national-number|99`"]
    );
}

#[test]
fn what_has_no_table_is_kept_whole() {
    let world = World::new();
    let plan = of_patient("CarePlan", "c", "p", r#""status":"active""#);
    let without_day = of_patient("Encounter", "e", "p", r#""status":"planned""#);
    world.file("a.ndjson", patient("p", "", "") + &plan + &without_day + &resource("Group", "g", ""));
    let report = world.import(&["a.ndjson"]);
    assert_eq!((report.total.in_tables, report.total.kept_whole), (1, 3));
    assert_eq!(columns(&world.lake(), "resource", &["type", "id"]), ["CarePlan c", "Encounter e", "Patient p"]);
    assert_eq!(columns(&world.lake(), "common_resource", &["type", "id", "json"]).len(), 1);
}

#[test]
fn a_bound_is_told_from_a_number_and_a_reason_from_a_value() {
    let world = World::new();
    let reason = r#""dataAbsentReason":{"coding":[{"code":"not-performed"}]}"#;
    let of =
        |id: &str, of: &str| of_patient("Observation", id, "p", &format!(r#""effectiveDateTime":"2026-01-02",{of}"#));
    let records = [
        patient("p", "", ""),
        of("a", r#""valueQuantity":{"value":90,"comparator":">"}"#),
        of("b", reason),
        of("c", &format!(r#"{reason},"component":[{{"valueInteger":1}},{{{reason}}}]"#)),
        of("d", &format!(r#"{reason},"valueString":"seen""#)),
        of("e", &format!(r#"{reason},"component":[{{{reason}}}]"#)),
    ];
    world.file("a.ndjson", records.concat());
    world.import(&["a.ndjson"]);
    let found = columns(&world.lake(), "observation", &["resource", "part", "value", "comparator", "absent"]);
    assert_eq!(
        found,
        [
            "Observation/a 0 90 > -",
            "Observation/b 0 - - not-performed",
            "Observation/c 0 - - -",
            "Observation/c 1 1 - -",
            "Observation/c 2 - - not-performed",
            "Observation/d 0 - - -",
            "Observation/e 0 - - not-performed",
            "Observation/e 1 - - not-performed",
        ]
    );
}

#[test]
fn where_letters_and_bills_go_is_no_home() {
    let world = World::new();
    let homes = [
        r#"{"use":"work","city":"Work"}"#,
        r#"{"use":"billing","city":"Billing"}"#,
        r#"{"type":"postal","city":"Postal"}"#,
        r#"{"use":"old","city":"Old"}"#,
        r#"{"use":"old","city":"First","period":{"start":"2001-01-01"}}"#,
        r#"{"use":"old","city":"Second","period":{"start":"2010-01-01","end":"2019-12-31"}}"#,
        r#"{"use":"home","type":"both","city":" Harbour ","postalCode":"TQ1 ","period":{"start":"2020-01-01"}}"#,
        r#"{"use":"old","city":"Last","period":{"start":"2021-01-01"}}"#,
    ];
    let only_post = patient("q", "", r#""address":[{"type":"postal","city":"Postal"}]"#);
    world.file("a.ndjson", patient("p", "", &format!(r#""address":[{}]"#, homes.join(","))) + &only_post);
    world.import(&["a.ndjson"]);
    let found = columns(&world.lake(), "residence", &["citizen", "from", "to", "town", "postcode"]);
    assert_eq!(
        found,
        ["p 2001-01-01 2010-01-01 First -", "p 2010-01-01 2020-01-01 Second -", "p 2020-01-01 - Harbour TQ1"]
    );
}

#[test]
fn an_immunization_is_something_done() {
    let world = World::new();
    let of = |id: &str, of: &str| {
        let code = r#""vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"140"}]}"#;
        resource("Immunization", id, &format!(r#""patient":{{"reference":"Patient/p"}},{code},{of}"#))
    };
    let records = [
        patient("p", "", ""),
        resource("Practitioner", "n", ""),
        of_patient("Encounter", "e", "p", r#""period":{"start":"2026-01-02"},"serviceProvider":{"display":"Surgery"}"#),
        of(
            "a",
            r#""status":"completed","occurrenceDateTime":"2026-01-02T09:00:00Z","encounter":{"reference":"Encounter/e"},"performer":[{"actor":{"reference":"Practitioner/n"}}]"#,
        ),
        of("b", r#""status":"not-done","occurrenceDateTime":"2026-01-03""#),
        of("c", r#""status":"completed","occurrenceString":"as a child""#),
    ];
    world.file("a.ndjson", records.concat());
    let report = world.import(&["a.ndjson"]);
    let found = columns(
        &world.lake(),
        "procedure",
        &["resource", "code", "day", "status", "contact", "organisation", "professional"],
    );
    assert_eq!(
        found,
        [
            "Immunization/a 140 2026-01-02 completed Encounter/e Surgery n",
            "Immunization/b 140 2026-01-03 not-done - - -"
        ]
    );
    assert_eq!((report.types["Immunization"].in_tables, report.types["Immunization"].kept_whole), (2, 1));
}

#[test]
fn a_medicine_not_to_be_given_is_none_that_is_taken() {
    let world = World::new();
    let medicine = |id: &str, not: &str| {
        let of =
            format!(r#""authoredOn":"2026-01-02","doNotPerform":{not},"medicationCodeableConcept":{{"text":"m"}}"#);
        of_patient("MedicationRequest", id, "p", &of)
    };
    world.file(
        "a.ndjson",
        patient("p", "", "") + &medicine("given", "false") + &medicine("not", "true") + &medicine("odd", "7"),
    );
    let report = world.import(&["a.ndjson"]);
    assert_eq!(columns(&world.lake(), "medication", &["resource"]), ["MedicationRequest/given"]);
    let counts = report.types["MedicationRequest"];
    assert_eq!((counts.in_tables, counts.kept_whole, counts.quarantined), (1, 1, 1));
    insta::assert_snapshot!(format!("{:?}", report.remarks), @r#"{"MedicationRequest": {"`doNotPerform`: not to be given: kept whole, not in the table": 1}}"#);
}

#[test]
fn a_conditional_reference_may_be_encoded() {
    let world = World::new();
    let people =
        r#"{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:s","value":"7|7 é"}]}"#.to_owned() + "\n";
    let of = |id: &str, reference: &str| {
        of_patient("Condition", id, "x", "").replace("Patient/x", &format!("Patient?{reference}"))
    };
    let records = [
        of("a", "identifier=urn%3As%7C7%7C7%20%C3%A9"),
        of("b", "identifier=urn%3as|7%7c7%20%c3%a9"),
        of("c", "_format=json&identifier=urn:s|7|7 é"),
        of("d", "identifier=urn:s|7|7 é%"),
    ];
    world.file("a.ndjson", people + &records.concat());
    let report = world.import(&["a.ndjson"]);
    insta::assert_snapshot!(world.quarantine(&report).join("; "), @"a.ndjson:5 Condition: no Patient has the identifier `urn:s|7|7 é%`");
    assert_eq!(report.types["Condition"].quarantined, 1);
}
