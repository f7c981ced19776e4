//! Organisations, sites, services and professionals of several sources: which are one, and which only seem so.

use crate::testing::{World, columns, of_patient, patient, resource, rows};

fn visit(id: &str, patient: &str, of: &str) -> String {
    of_patient("Encounter", id, patient, &format!(r#""period":{{"start":"2026-01-02"}},{of}"#))
}

fn source(name: &str, number: &str, system: &str) -> String {
    let identifier =
        format!(r#""identifier":[{{"system":"{system}","value":"{number}"}}],"name":[{{"family":"{name}"}}]"#);
    let common = resource("Practitioner", "d", &identifier)
        + &resource("Practitioner", "same", &format!(r#""name":[{{"family":"Same {name}"}}]"#))
        + &resource(
            "PractitionerRole",
            "r",
            r#""practitioner":{"reference":"Practitioner/d"},"organization":{"reference":"Organization/1"},"code":[{"coding":[{"code":"gp"}]}]"#,
        )
        + &resource("Organization", "1", &format!(r#""name":"{name}""#));
    common
        + &patient(name, "", "")
        + &visit(
            &format!("e{name}"),
            name,
            r#""serviceProvider":{"reference":"Organization/1"},"participant":[{"individual":{"reference":"Practitioner/d"}},{"individual":{"reference":"Practitioner/same"}}]"#,
        )
}

const CONTACT: [&str; 5] = ["source", "organisation", "professional", "profession_code", "other_professionals"];

#[test]
fn a_number_of_one_source_means_nothing_in_another() {
    let world = World::new();
    world.file("x.ndjson", source("x", "1", "urn:local-x")).file("y.ndjson", source("y", "1", "urn:local-y"));
    world.import(&["x.ndjson", "y.ndjson"]);
    let lake = world.lake();
    assert_eq!(columns(&lake, "contact", &CONTACT), ["x x:1 x:1 gp [x:same]", "y y:1 y:1 gp [y:same]"]);
    assert_eq!(columns(&lake, "organisation", &["organisation", "name"]), ["x:1 x", "y:1 y"]);
    let professionals = columns(&lake, "professional", &["professional", "name", "organisation"]);
    assert_eq!(professionals, ["x:1 x x:1", "x:same Same x -", "y:1 y y:1", "y:same Same y -"]);
}

#[test]
fn a_number_that_sources_share_is_one_professional() {
    for system in ["http://hl7.org/fhir/sid/us-npi", "https://fhir.nhs.uk/Id/sds-user-id"] {
        let world = World::new();
        world.file("x.ndjson", source("x", "7", system)).file("y.ndjson", source("y", "7", system));
        world.import(&["x.ndjson", "y.ndjson"]);
        assert_eq!(columns(&world.lake(), "contact", &["professional"]), ["7", "7"]);
    }
}

#[test]
fn names_of_actors_do_not_depend_on_the_order_of_imports() {
    let files = [("x.ndjson", "urn:local-x"), ("y.ndjson", "urn:local-y"), ("z.ndjson", "urn:local-z")];
    let world = World::new();
    for (file, system) in files {
        world.file(file, source(&file[..1], "1", system));
    }
    world.import_into("one", &["x.ndjson", "y.ndjson", "z.ndjson"]).unwrap();
    let expected = crate::testing::content(&stead_lake::Lake::open(world.at("one")).unwrap());
    for (number, order) in [["x", "y", "z"], ["z", "x", "y"], ["y", "z", "x"]].iter().enumerate() {
        let name = format!("lake{number}");
        for file in order {
            world.import_into(&name, &[format!("{file}.ndjson").as_str()]).unwrap();
        }
        let found = crate::testing::content(&stead_lake::Lake::open(world.at(&name)).unwrap());
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        assert!(found == expected, "{order:?}");
    }
}

#[test]
fn who_is_nowhere_is_not_taken_for_somebody_of_another_source() {
    let world = World::new();
    let nowhere = r#""participant":[{"individual":{"reference":"Practitioner/same"}}]"#;
    world.file("y.ndjson", patient("q", "", "") + &visit("e", "q", nowhere));
    world.import(&["y.ndjson"]);
    assert_eq!(columns(&world.lake(), "contact", &["professional"]), ["same"]);
    world.file("x.ndjson", source("x", "1", "urn:local-x"));
    world.import(&["x.ndjson"]);
    let found = columns(&world.lake(), "contact", &["source", "professional", "other_professionals"]);
    assert_eq!(found, ["x 1 [same]", "y y:same -"]);
}

#[test]
fn two_of_one_source_under_one_value_stay_two() {
    let world = World::new();
    let numbered = |id: &str, system: &str| {
        resource("Organization", id, &format!(r#""identifier":[{{"system":"{system}","value":"1"}}],"name":"{id}""#))
    };
    world.file("x.ndjson", numbered("a", "urn:a") + &numbered("b", "urn:b") + &numbered("c", "urn:b"));
    world.import(&["x.ndjson"]);
    assert_eq!(
        columns(&world.lake(), "organisation", &["name", "organisation"]),
        ["a x:urn:a|1", "b x:urn:b|1", "c x:urn:b|1"]
    );
    assert_eq!(rows(&world.lake(), "organisation").len(), 3);
}

#[test]
fn a_system_named_at_import_is_shared() {
    let mut world = World::new();
    world.options.shared_systems = Some(vec!["urn:town".into()]);
    world.file("x.ndjson", source("x", "1", "urn:town")).file("y.ndjson", source("y", "1", "urn:town"));
    world.import(&["x.ndjson", "y.ndjson"]);
    assert_eq!(columns(&world.lake(), "contact", &["professional"]), ["1", "1"]);
}
