//! Who is who.

use crate::testing::{World, columns, of_patient, patient, rows};

const ADA: &str = r#""birthDate":"1976-03-02","gender":"female","name":[{"family":"Lovelace","given":["Ada"]}]"#;

fn linked(world: &World) -> Vec<String> {
    columns(&world.lake(), "link", &["citizen", "source", "record", "rule", "leading"])
}

fn conflicts(world: &World) -> Vec<String> {
    columns(&world.lake(), "conflict", &["kind", "records", "citizens"])
}

fn town(gp: &str, trust: &str) -> World {
    let world = World::new();
    world.file("town/gp/Patient.ndjson", gp).file("town/trust/Patient.ndjson", trust);
    world.import(&["town"]);
    world
}

#[test]
fn records_with_one_number_that_agree_are_one_citizen() {
    let world = town(&patient("a", "9100", ADA), &patient("b", "9100", ADA));
    assert_eq!(linked(&world), ["a gp a shared-identifier true", "a trust b shared-identifier false"]);
    assert_eq!(conflicts(&world), [""; 0]);
}

#[test]
fn a_record_without_a_number_is_alone() {
    let world = town(&patient("a", "9100", ADA), &patient("b", "", ADA));
    assert_eq!(linked(&world), ["a gp a alone true", "b trust b alone true"]);
}

#[test]
fn a_disagreement_within_a_citizen_is_told() {
    let other = ADA.replace("1976-03-02", "1976-02-03");
    let world = town(&patient("a", "9100", ADA), &patient("b", "9100", &other));
    assert_eq!(linked(&world).len(), 2);
    assert_eq!(conflicts(&world), ["birth-date [gp:Patient/a, trust:Patient/b] [a]"]);
    assert_eq!(columns(&world.lake(), "citizen", &["citizen", "born"]), ["a 1976-03-02"]);
}

#[test]
fn two_people_under_one_number_stay_two() {
    let other = r#""birthDate":"2001-01-01","gender":"male","name":[{"family":"Lovelace"}]"#;
    let world = town(&patient("a", "9100", ADA), &patient("b", "9100", other));
    assert_eq!(linked(&world), ["a gp a alone true", "b trust b alone true"]);
    assert_eq!(conflicts(&world), ["two-people-one-number [gp:Patient/a, trust:Patient/b] [a, b]"]);
}

fn under_one_number(records: &[(&str, &str, &str)]) -> World {
    let of = |(id, born, family): &(&str, &str, &str)| {
        let particulars = format!(r#""birthDate":"{born}","gender":"female","name":[{{"family":"{family}"}}]"#);
        patient(id, "9100", &particulars)
    };
    let world = World::new();
    world.file("gp/Patient.ndjson", records.iter().map(of).collect::<String>());
    world.import(&["gp"]);
    world
}

#[test]
fn a_record_between_two_people_does_not_make_them_one() {
    let (a, b, c) = (("a", "1960-01-01", "Smith"), ("b", "1990-05-05", "Smith"), ("c", "1990-05-05", "Jones"));
    for records in [[a, b, c], [c, b, a], [b, a, c]] {
        let world = under_one_number(&records);
        assert_eq!(linked(&world), ["a gp a alone true", "b gp b alone true", "c gp c alone true"]);
        assert_eq!(conflicts(&world), ["two-people-one-number [gp:Patient/a, gp:Patient/b, gp:Patient/c] [a, b, c]"]);
    }
}

#[test]
fn the_likest_records_are_linked_first() {
    let (a, b) = (("a", "1960-01-01", "Smith"), ("b", "1990-05-05", "Smith"));
    let (c, d) = (("c", "1990-05-05", "Jones"), ("d", "1990", "Jones"));
    let world = under_one_number(&[a, b, c, d]);
    let expected =
        ["a gp a alone true", "b gp b alone true", "c gp c shared-identifier true", "c gp d shared-identifier false"];
    assert_eq!(linked(&world), expected);
}

#[test]
fn a_chain_through_a_link_file_adds_nobody_who_disagrees() {
    let mut world = World::new();
    let (smith, jones) = (
        r#""birthDate":"1990-05-05","gender":"female","name":[{"family":"Smith"}]"#,
        r#""birthDate":"1990-05-05","gender":"female","name":[{"family":"Jones"}]"#,
    );
    let other = r#""birthDate":"1960-01-01","gender":"female","name":[{"family":"Smith"}]"#;
    world.file("town/gp/Patient.ndjson", patient("a", "", other) + &patient("b", "9100", smith));
    world.file("town/trust/Patient.ndjson", patient("c", "9100", jones));
    world.file("links.csv", "gp,a,1\ngp,b,1\n");
    world.options.links = Some(world.path("links.csv"));
    world.import(&["town"]);
    assert_eq!(linked(&world), ["a gp a link-file true", "a gp b link-file false", "c trust c alone true"]);
    let expected =
        ["birth-date [gp:Patient/a, gp:Patient/b] [a]", "two-people-one-number [gp:Patient/b, trust:Patient/c] [a, c]"];
    assert_eq!(conflicts(&world), expected);
}

#[test]
fn nothing_but_a_number_links_nobody() {
    let world = town(&patient("a", "9100", ""), &patient("b", "9100", ""));
    assert_eq!(linked(&world).len(), 2);
    assert_eq!(conflicts(&world).len(), 1);
}

#[test]
fn a_year_agrees_with_a_day_in_it() {
    let world = town(&patient("a", "9100", ADA), &patient("b", "9100", r#""birthDate":"1976""#));
    assert_eq!(linked(&world), ["a gp a shared-identifier true", "a trust b shared-identifier false"]);
}

#[test]
fn a_record_with_two_numbers_of_two_people_links_neither() {
    let bob = r#""birthDate":"1976-03-02","gender":"male","name":[{"family":"Lovelace"}]"#;
    let system = "https://stead.example/id/national-number";
    let both = format!(
        r#"{ADA},"identifier":[{{"system":"{system}","value":"9100"}},{{"system":"{system}","value":"9200"}}]"#
    );
    let world = town(&(patient("a", "9100", ADA) + &patient("b", "9200", bob)), &patient("c", "", &both));
    assert_eq!(linked(&world), ["a gp a alone true", "b gp b alone true", "c trust c alone true"]);
    let kinds: Vec<String> = columns(&world.lake(), "conflict", &["kind"]);
    assert!(kinds.contains(&"one-record-two-numbers".to_owned()), "{kinds:?}");
}

#[test]
fn the_record_with_a_practice_leads() {
    let with_practice = format!(r#"{ADA},"generalPractitioner":[{{"reference":"Organization/p"}}]"#);
    let world = town(&patient("a", "9100", ADA), &patient("b", "9100", &with_practice));
    assert_eq!(linked(&world), ["b gp a shared-identifier false", "b trust b shared-identifier true"]);
}

#[test]
fn a_registration_leads_as_well() {
    let world = World::new();
    let registration = r#"{"resourceType":"EpisodeOfCare","id":"e","status":"active","patient":{"reference":"Patient/b"},"managingOrganization":{"reference":"Organization/p"},"type":[{"coding":[{"system":"https://stead.example/codes/episode","code":"registration"}]}],"period":{"start":"2020-01-01","end":"2021-01-31"}}"#;
    world.file("town/a/Patient.ndjson", patient("a", "9100", ADA));
    world.file("town/b/Patient.ndjson", patient("b", "9100", ADA)).file("town/b/EpisodeOfCare.ndjson", registration);
    world.import(&["town"]);
    assert_eq!(columns(&world.lake(), "citizen", &["citizen"]), ["b"]);
    let registrations = columns(&world.lake(), "registration", &["citizen", "organisation", "from", "to"]);
    assert_eq!(registrations, ["b p 2020-01-01 2021-02-01"]);
}

#[test]
fn two_citizens_of_one_id_are_called_by_their_sources() {
    let world = town(&patient("1", "9100", ADA), &patient("1", "9200", ADA));
    assert_eq!(columns(&world.lake(), "citizen", &["citizen"]), ["gp:1", "trust:1"]);
}

#[test]
fn a_record_that_was_replaced_follows_the_one_that_took_its_place() {
    let old = r#""active":false,"link":[{"other":{"reference":"Patient/z"},"type":"replaced-by"}]"#;
    let world = town(&(patient("a", "", old) + &patient("z", "", ADA)), &patient("t", "", ADA));
    assert_eq!(linked(&world), ["t trust t alone true", "z gp a replaced-by false", "z gp z replaced-by true"]);
}

#[test]
fn a_link_file_is_followed_and_its_mistakes_are_told() {
    let mut world = World::new();
    world
        .file("town/gp/Patient.ndjson", patient("a", "", ADA))
        .file("town/trust/Patient.ndjson", patient("b", "", ADA));
    world.file("links.csv", "source,record,citizen\ngp,a,1,0.99\ntrust,b,1,0.97\ntrust,c,1\ngp,x\ngp,y,2,likely\n");
    world.options.links = Some(world.path("links.csv"));
    let report = world.import(&["town"]);
    assert_eq!(linked(&world), ["a gp a link-file true", "a trust b link-file false"]);
    let faults: Vec<String> =
        report.link_file_faults.iter().map(|fault| format!("{}: {}", fault.line, fault.reason)).collect();
    insta::assert_snapshot!(faults.join("\n"), @"
    5: `citizen_or_group` is missing; a row is source,record,citizen_or_group and may have a probability
    6: `likely` is not a probability: write a number from 0 to 1
    0: no record `c` of source `trust` is in the lake
    ");
}

#[test]
fn the_earliest_death_stands_and_another_is_told() {
    let first = format!(r#"{ADA},"deceasedDateTime":"2025-05-02""#);
    let second = format!(r#"{ADA},"deceasedDateTime":"2025-05-01""#);
    let world = town(&patient("a", "9100", &first), &patient("b", "9100", &second));
    assert_eq!(columns(&world.lake(), "citizen", &["citizen", "died", "dead"]), ["a 2025-05-01 true"]);
    assert_eq!(conflicts(&world), ["death-date [gp:Patient/a, trust:Patient/b] [a]"]);
}

#[test]
fn a_later_record_may_give_a_citizen_another_id() {
    let world = World::new();
    let condition = of_patient("Condition", "c1", "b", r#""onsetDateTime":"2020-01-01""#);
    world.file("town/trust/Patient.ndjson", patient("b", "9100", ADA)).file("town/trust/Condition.ndjson", condition);
    world.import(&["town"]);
    assert_eq!(columns(&world.lake(), "condition", &["citizen"]), ["b"]);
    world.file("town/gp/Patient.ndjson", patient("a", "9100", ADA));
    world.import(&["gp=town/gp"]);
    assert_eq!(columns(&world.lake(), "condition", &["citizen", "source", "resource"]), ["a trust Condition/c1"]);
    assert_eq!(rows(&world.lake(), "resource").len(), 3);
    assert_eq!(linked(&world).len(), 2);
}

#[test]
fn a_national_number_is_the_same_with_blanks_and_hyphens() {
    let number = |value: &str| {
        format!(r#""identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{value}"}}],{ADA}"#)
    };
    let world = town(&patient("a", "", &number("943 476 5919")), &patient("b", "", &number("943-476-5919")));
    world.file("lab.ndjson", crate::testing::resource("Condition", "c", r#""subject":{"identifier":{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}},"onsetDateTime":"2020-01-01""#));
    world.import(&["lab.ndjson"]);
    assert_eq!(linked(&world), ["a gp a shared-identifier true", "a trust b shared-identifier false"]);
    let shown = columns(&world.lake(), "link", &["identifier"]);
    assert_eq!(
        shown,
        ["https://fhir.nhs.uk/Id/nhs-number|943 476 5919", "https://fhir.nhs.uk/Id/nhs-number|943-476-5919"]
    );
    assert_eq!(columns(&world.lake(), "condition", &["citizen"]), ["a"]);
}

#[test]
fn a_placeholder_links_nobody_and_finds_nobody() {
    let nhs = "https://fhir.nhs.uk/Id/nhs-number";
    for value in ["0000000000", "999 999 9999", "1234567890", "UNKNOWN", "N/A", "12345"] {
        let number = format!(r#""identifier":[{{"system":"{nhs}","value":"{value}"}}],{ADA}"#);
        let world = town(&patient("a", "", &number), &patient("b", "", &number));
        assert_eq!(linked(&world), ["a gp a alone true", "b trust b alone true"], "{value}");
        assert_eq!(conflicts(&world), [""; 0], "{value}");
    }
    let number = format!(r#""identifier":[{{"system":"{nhs}","value":"0000000000"}}],{ADA}"#);
    let by_number = format!(r#""subject":{{"identifier":{{"system":"{nhs}","value":"0000000000"}}}}"#);
    let world = World::new();
    world.file("town/gp/Patient.ndjson", patient("a", "", &number));
    world.file("town/lab/all.ndjson", crate::testing::resource("Condition", "c", &by_number));
    let report = world.import(&["town"]);
    let expected = format!("all.ndjson:1 Condition: no Patient has the identifier `{nhs}|0000000000`");
    assert_eq!(world.quarantine(&report), [expected]);
}

/// The conflicts of three records of one citizen that say this of their deaths, `a` leading.
fn of_deaths(deaths: [&str; 3]) -> Vec<String> {
    let records = ["a", "b", "c"].iter().zip(deaths).map(|(id, death)| {
        let comma = if death.is_empty() { "" } else { "," };
        patient(id, "9100", &format!("{ADA}{comma}{death}"))
    });
    let world = World::new();
    world.file("gp/Patient.ndjson", records.collect::<String>());
    world.import(&["gp"]);
    assert_eq!(world.lake().rows("citizen"), 1);
    columns(&world.lake(), "conflict", &["kind", "detail"])
}

#[test]
fn two_days_of_death_are_told_even_where_the_leading_record_knows_none() {
    let expected = ["death-date gp:Patient/b says 2025-05-02, gp:Patient/c says 2025-05-01"];
    let (first, second) = (r#""deceasedDateTime":"2025-05-02""#, r#""deceasedDateTime":"2025-05-01T10:00:00Z""#);
    assert_eq!(of_deaths(["", first, second]), expected);
    assert_eq!(of_deaths([r#""deceasedBoolean":true"#, first, second]), expected);
}

#[test]
fn who_does_not_know_the_day_of_death_contradicts_nobody() {
    let day = r#""deceasedDateTime":"2025-05-02""#;
    assert_eq!(of_deaths(["", r#""deceasedBoolean":true"#, day]), [""; 0]);
    assert_eq!(of_deaths([day, r#""deceasedDateTime":"2025-05""#, r#""deceasedDateTime":"2025""#]), [""; 0]);
    let april = r#""deceasedDateTime":"2025-04""#;
    assert_eq!(of_deaths([day, "", april]), ["death-date gp:Patient/a says 2025-05-02, gp:Patient/c says 2025-04"]);
}

#[test]
fn two_birthdays_are_told_even_where_the_leading_record_knows_none() {
    let of = |id: &str, born: &str| {
        patient(id, "9100", &format!(r#""gender":"female","name":[{{"family":"Lovelace"}}]{born}"#))
    };
    let world = World::new();
    let records = of("a", "") + &of("b", r#","birthDate":"1976-03-02""#) + &of("c", r#","birthDate":"1976-02-03""#);
    world.file("gp/Patient.ndjson", records);
    world.import(&["gp"]);
    assert_eq!(conflicts(&world), ["birth-date [gp:Patient/b, gp:Patient/c] [a]"]);
}
