//! Who came into a place and who left it, on a story that is short enough to be told by hand.

use serde_json::{Value, json};

use crate::testing::Desk;

/// A place for the adults of one town, and six of its people.
fn town() -> Desk {
    let desk = Desk::new();
    desk.file("haven/place.toml", "name = \"Haven\"\nfrom = 2020-01-01\nareas = [\"town\"]\nserves = [\"adults\"]\n")
        .file("haven/areas.csv", "area,name,small_areas,towns,postcodes\ntown,The town,,Town,\n")
        .file("haven/groups/adults.toml", "name = \"Adults\"\n\n[[all]]\nage = { from_years = 18 }\n");
    let ever = [("Town", "1990-01-01", None)];
    let people = [
        person("stays", "1970-02-01", &ever, None),
        person(
            "moves-out",
            "1970-02-01",
            &[("Town", "1990-01-01", Some("2026-05-09")), ("Hill", "2026-05-10", None)],
            None,
        ),
        person(
            "moves-in",
            "1970-02-01",
            &[("Hill", "1990-01-01", Some("2026-05-19")), ("Town", "2026-05-20", None)],
            None,
        ),
        person("comes-of-age", "2008-05-15", &[("Town", "2008-05-15", None)], None),
        person("dies", "1970-02-01", &ever, Some("2026-05-05")),
        person(
            "is-away-for-a-week",
            "1970-02-01",
            &[("Town", "1990-01-01", Some("2026-05-09")), ("Town", "2026-05-17", None)],
            None,
        ),
    ];
    let lines: Vec<String> = people.iter().map(Value::to_string).collect();
    desk.file("people.ndjson", &lines.join("\n"));
    desk.stead("import people.ndjson --lake lake --buckets 3").done();
    desk.stead("run haven --lake lake --on 2026-06-01").done();
    desk
}

fn person(id: &str, born: &str, homes: &[(&str, &str, Option<&str>)], died: Option<&str>) -> Value {
    let homes: Vec<Value> = homes
        .iter()
        .map(|(city, from, to)| {
            let period = to.map_or_else(|| json!({ "start": from }), |to| json!({ "start": from, "end": to }));
            json!({ "use": "home", "city": city, "period": period })
        })
        .collect();
    let mut patient = json!({
        "resourceType": "Patient", "id": id, "birthDate": born, "gender": "female", "address": homes,
    });
    if let Some(died) = died {
        patient["deceasedDateTime"] = json!(died);
    }
    patient
}

#[test]
fn who_moves_grows_up_or_dies_is_found_with_the_day_and_the_reason() {
    let changes = town().stead("changes --lake lake --from 2026-05-01 --to 2026-06-01").done();
    insta::assert_snapshot!(changes.out, @r"
    Between 1 May 2026 and 1 June 2026

    Haven
      2 came
              1  is 18 or over
              1  lives in The town
        2026-05-15  comes-of-age
        2026-05-20  moves-in
      2 left
              1  died
              1  not any more: lives in The town
        2026-05-05  dies
        2026-05-10  moves-out
    ");
}

#[test]
fn changes_name_everybody_to_programs() {
    let changes = town().json("changes --lake lake --from 2026-05-01 --to 2026-06-01");
    let change = |day: &str, citizen: &str, why: &str| json!({ "day": day, "citizen": citizen, "groups": ["adults"], "why": [why] });
    assert_eq!(
        changes["places"],
        json!([{
            "place": "haven",
            "name": "Haven",
            "entered": [
                change("2026-05-15", "comes-of-age", "is 18 or over"),
                change("2026-05-20", "moves-in", "lives in The town"),
            ],
            "left": [
                change("2026-05-05", "dies", "died"),
                change("2026-05-10", "moves-out", "not any more: lives in The town"),
            ],
        }])
    );
}

#[test]
fn between_quiet_days_nothing_changes() {
    let changes = town().json("changes --lake lake --from 2026-05-20 --to 2026-06-01 --place haven");
    assert_eq!(changes["places"][0]["entered"], json!([]));
    assert_eq!(changes["places"][0]["left"], json!([]));
}

#[test]
fn a_citizen_is_told_what_is_still_to_come() {
    let desk = town();
    desk.stead("run haven --lake lake --on 2026-05-01").done();
    let told = desk.stead("explain comes-of-age --lake lake").done();
    assert!(told.out.contains("From 15 May 2026: Haven, as one of: Adults"), "{}", told.out);
    let stay = &desk.json("explain comes-of-age --lake lake")["places"][0];
    assert_eq!((&stay["now"], &stay["later"]), (&false.into(), &true.into()), "{stay}");
}

#[test]
fn a_citizen_is_told_nothing_of_somebody_else_with_the_same_number() {
    let desk = town();
    for (source, born, sex) in [("one", "1970-02-03", "female"), ("other", "1999-07-08", "male")] {
        let number = json!([{ "system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9434765919" }]);
        let mut patient = person(&format!("of-{source}"), born, &[("Town", "1999-07-08", None)], None);
        patient["identifier"] = number;
        patient["gender"] = json!(sex);
        desk.file(&format!("{source}.ndjson"), &patient.to_string());
    }
    desk.stead("import one=one.ndjson other=other.ndjson --lake lake").done();
    desk.stead("run haven --lake lake --on 2026-06-01").done();
    let told = desk.json("explain of-one --lake lake");
    let conflict = &told["conflicts"][0];
    assert_eq!(conflict["citizens"], json!([told["citizen"]]), "{told:#}");
    assert!(!told.to_string().contains("of-other") && !told.to_string().contains("1999-07-08"), "{told:#}");
}
