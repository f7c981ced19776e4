//! `stead members`: whose citizens are by a clause, and lists of them that other programs read.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::testing::Desk;

/// The practices of the federation, as records call them.
const PRACTICES: &str = "'ZZ101', 'ZZ102', 'ZZ103', 'ZZ104', 'ZZ105', 'ZZ106', 'ZZ107', 'ZZ108'";
const TIME: &str = "--from 2026-05-01 --to 2026-11-01";

fn lists(desk: &Desk, file: &str) -> Vec<Value> {
    desk.text(file).lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn members_by_a_clause_are_counted_and_written_as_groups() {
    let desk = Desk::with_run();
    let line = format!("members harbour --lake lake --clause 'pooled-fund 1' {TIME}");
    let told = desk.stead(&format!("{line} --out members.ndjson")).done();
    assert!(
        told.out.contains("Members by `pooled-fund 1` (registered), from 1 May 2026 to 31 October 2026."),
        "{told:?}"
    );
    let counted = desk.json(&line);
    let lists = lists(&desk, "members.ndjson");
    assert_eq!(lists.len(), counted["organisations"].as_array().expect("a list").len());
    for (list, counted) in lists.iter().zip(counted["organisations"].as_array().expect("a list")) {
        assert_eq!((list["resourceType"].as_str(), list["actual"].as_bool()), (Some("Group"), Some(true)));
        assert_eq!(list["managingEntity"]["identifier"]["value"], counted["organisation"]);
        assert_eq!(list["quantity"], counted["members"]);
        let members = list["member"].as_array().expect("members");
        let mut active: BTreeMap<&str, usize> = BTreeMap::new();
        for member in members.iter().filter(|member| member["inactive"] == false) {
            *active.entry(member["entity"]["identifier"]["value"].as_str().expect("an id")).or_default() += 1;
            assert!(member["period"].get("end").is_none(), "{member}");
        }
        assert!(active.values().all(|times| *times == 1), "who is a member is one once");
        assert_eq!(Value::from(active.len()), counted["members"]);
    }
    // As many as SQL finds who are on a list of the federation, in the group and in the place on the last day.
    let last = "DATE '2026-10-31'";
    let on = |from: &str, to: &str| format!("({from} IS NULL OR {from} <= {last}) AND ({to} IS NULL OR {to} > {last})");
    let by_hand = format!(
        r#"SELECT count(DISTINCT r.citizen) AS n FROM registration r
           JOIN group_membership g ON g.citizen = r.citizen AND g."group" = 'people-with-diabetes' AND {}
           JOIN membership m ON m.citizen = r.citizen AND m.place = 'harbour' AND {}
           JOIN citizen c ON c.citizen = r.citizen AND (NOT c.dead OR c.died > {last})
           WHERE r.organisation IN ({PRACTICES}) AND {}"#,
        on(r#"g."from""#, r#"g."to""#),
        on(r#"m."from""#, r#"m."to""#),
        on(r#"r."from""#, r#"r."to""#),
    );
    assert_eq!(desk.rows(&by_hand)[0]["n"], counted["organisations"][0]["members"]);
}

#[test]
fn every_way_of_counting_citizens_finds_somebody_or_says_why_not() {
    let desk = Desk::with_run();
    let file = "harbour/agreements/pooled-fund.toml";
    let terms = desk.text(file);
    let members = |attribution: &str| {
        desk.file(file, &terms.replacen("attribution = \"registered\"", attribution, 1));
        desk.stead(&format!("members harbour --lake lake --clause 'pooled-fund 1' {TIME} --format json"))
    };
    for attribution in [
        "attribution = \"plurality-by-count\"\nprimary_care = { professions = [\"gp\", \"practice-nurse\"], months = 24 }",
        "attribution = \"plurality-by-charge\"",
        "attribution = \"residence\"",
        "attribution = \"membership\"",
    ] {
        let told = members(attribution);
        assert_eq!(told.code, 0, "{attribution}: {told:?}");
        let found: Value = serde_json::from_str(&told.out).expect("JSON");
        assert!(found["organisations"][0]["members"].as_u64() > Some(0), "{attribution}: {found}");
    }
    let told = members("attribution = \"voluntary\"");
    assert_eq!(told.code, 0, "few name an organisation, and perhaps none of these people: {told:?}");
    let told = members("");
    assert!(told.code == 1 && told.err.contains("add `attribution` to it"), "{told:?}");
    desk.file(file, &terms);
    let told = desk.stead(&format!("members harbour --lake lake --clause 'pooled-fund 99' {TIME}"));
    assert!(told.code == 1 && told.err.contains("there is no `pay` clause `pooled-fund 99`"), "{told:?}");
    let told = desk.stead("members harbour --lake lake --clause 'pooled-fund 1' --from 2026-05-01 --to 2027-05-01");
    assert!(told.code == 1 && told.err.contains("the time ends later"), "{told:?}");
}

#[test]
fn who_is_paid_for_citizens_is_paid_for_as_many_days_as_its_list_of_members_has() {
    let desk = Desk::with_run();
    let file = "harbour/agreements/pooled-fund.toml";
    let terms = desk.text(file);
    let primary_care = "primary_care = { professions = [\"gp\", \"practice-nurse\"], months = 24 }";
    let catchment = "catchment = [{ organisation = \"gp-federation\", areas = [\"harbour\", \"hinterland\"] }, \
         { organisation = \"coast-community-trust\", areas = [\"haven\"] }]";
    for (at, attribution) in [
        "attribution = \"registered\"".to_owned(),
        format!("attribution = \"plurality-by-count\"\n{primary_care}"),
        format!("attribution = \"plurality-by-charge\"\n{primary_care}"),
        "attribution = \"voluntary\"".to_owned(),
        "attribution = \"residence\"".to_owned(),
        format!("attribution = \"residence\"\n{catchment}"),
        "attribution = \"membership\"".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let mut clause = terms.replacen("attribution = \"registered\"", attribution, 1);
        if attribution.contains("catchment") {
            clause =
                clause.replacen("to = \"gp-federation\"", "to = [\"gp-federation\", \"coast-community-trust\"]", 1);
        }
        desk.file(file, &clause);
        let members = desk.json(&format!("members harbour --lake lake --clause 'pooled-fund 1' {TIME}"));
        desk.stead(&format!("settle harbour --lake lake {TIME} --out settled-{at}")).done();
        let mut settled: BTreeMap<&str, u64> = BTreeMap::new();
        let lines = crate::settle::rows(&desk.path(&format!("settled-{at}/statements.csv")));
        for line in lines.iter().filter(|line| line["clause"] == "pooled-fund 1") {
            let whole =
                if line["organisation"] == "coast-community-trust" { "coast-community-trust" } else { "gp-federation" };
            let days = line["evidence"].split_once(" member-day");
            *settled.entry(whole).or_default() += days.map_or(0, |(days, _)| days.parse().expect("a number of days"));
        }
        settled.retain(|_, days| *days > 0);
        let listed: BTreeMap<&str, u64> = members["organisations"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|it| (it["organisation"].as_str().expect("an id"), it["person_days"].as_u64().expect("a number")))
            .collect();
        assert_eq!(settled, listed, "{attribution}");
        let few = attribution.contains("voluntary");
        assert!(few || !listed.is_empty(), "{attribution}");
    }
}

#[test]
fn a_list_of_members_names_the_insurance_that_records_hold() {
    let desk = Desk::with_lake();
    // An insurance of somebody whom every list has: from the source of her leading record, and an older one.
    let hers = desk.rows("SELECT source, resource FROM citizen WHERE citizen = 'essay-citizen'")[0].clone();
    let (source, patient) = (hers["source"].as_str().expect("a source"), hers["resource"].as_str().expect("a record"));
    let coverage = |id: &str, status: &str, start: &str| {
        format!(
            r#"{{"resourceType":"Coverage","id":"{id}","status":"{status}","beneficiary":{{"reference":"{patient}"}},"period":{{"start":"{start}"}}}}"#
        )
    };
    let lines = [
        coverage("old", "active", "2020-01-01"),
        coverage("new", "active", "2026-02-01"),
        coverage("no", "cancelled", "2026-03-01"),
    ];
    desk.file(&format!("town/{source}/Coverage.ndjson"), &(lines.join("\n") + "\n"));
    desk.stead("import town --lake insured --buckets 2").done();
    desk.stead("run harbour --lake insured --on 2026-11-01").done();
    desk.stead(&format!("members harbour --lake insured --clause 'pooled-fund 1' {TIME} --out members.ndjson")).done();
    let lists = lists(&desk, "members.ndjson");
    let members = lists.iter().flat_map(|list| list["member"].as_array().expect("members"));
    let named = |member: &Value| {
        let extensions = member["extension"].as_array().expect("extensions");
        let coverage =
            extensions.iter().find(|it| it["url"].as_str().is_some_and(|url| url.ends_with("/ext-coverageReference")));
        coverage.map(|it| it["valueReference"]["reference"].clone())
    };
    let found: Vec<_> =
        members.filter_map(|member| Some((member["entity"]["identifier"]["value"].clone(), named(member)?))).collect();
    assert_eq!(found, [(Value::from("essay-citizen"), Value::from("Coverage/new"))]);
}
