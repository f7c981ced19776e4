//! `--format json`: every command's answer has the shape that `docs/json.md` promises, field by field. The page is the
//! snapshot: a field that comes, goes or changes its kind fails here until the page says so.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::testing::{Desk, ON, root};

/// Kinds of value by path, such as `places[].name`: `text`. Empty lists and objects have the kind `nothing inside`.
type Shape = BTreeMap<String, Vec<&'static str>>;

/// The answers of which an answer is made: what their paths begin with there.
const INCLUDED: [(&str, &str, &str); 5] = [
    ("demo", "demo.import.", "import"),
    ("demo", "demo.run.", "run"),
    ("demo", "demo.settlement.", "settle"),
    ("demo", "summary.", "summary"),
    ("demo", "citizen.", "explain"),
];

/// The tables of `docs/json.md`: by command, the kind of value by path.
fn promised() -> BTreeMap<String, BTreeMap<String, String>> {
    let page = fs::read_to_string(root().join("docs/json.md")).expect("docs/json.md");
    let mut commands: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut command = String::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## `stead ") {
            command = heading.split(['`', ' ']).next().unwrap_or_default().to_owned();
        }
        let cells: Vec<&str> = line.split(" | ").collect();
        if let [path, kind, _] = cells.as_slice()
            && let Some(path) = path.strip_prefix("| `").and_then(|path| path.strip_suffix('`'))
        {
            // What is inside of lists and objects has rows of its own.
            if !["list", "object"].iter().any(|container| kind.starts_with(container)) {
                commands.entry(command.clone()).or_default().insert(path.to_owned(), (*kind).to_owned());
            }
        }
    }
    commands
}

/// Objects whose keys are data: resource types, tables, kinds of conflict, reasons, columns.
fn keys_are_data(path: &str, value: &Value) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    let of_kinds = ["types", "conflicts", "references_nowhere", "remarks", "rows", "rows[]", "schemas"].contains(&last);
    value.is_object() && (of_kinds || path.ends_with("remarks.*") || path == "owes[].clauses")
}

fn shape(path: &str, value: &Value, found: &mut Shape) {
    let mut is = |kind: &'static str| {
        let kinds = found.entry(path.to_owned()).or_default();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    };
    match value {
        Value::Null => is("nothing"),
        Value::Bool(_) => is("yes or no"),
        Value::Number(_) => is("number"),
        Value::String(_) => is("text"),
        Value::Array(items) if items.is_empty() => is("nothing inside"),
        Value::Object(fields) if fields.is_empty() => is("nothing inside"),
        Value::Object(_) if path == "schemas.*" => is("a JSON Schema"),
        Value::Array(items) => items.iter().for_each(|item| shape(&format!("{path}[]"), item, found)),
        Value::Object(fields) => {
            for (key, value_of_key) in fields {
                let key = if keys_are_data(path, value) { "*" } else { key };
                let inside = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                shape(&inside, value_of_key, found);
            }
        }
    }
}

/// Compares answers of a command with the page.
fn compare(command: &str, answers: &[Value]) {
    let all = promised();
    let mut found = Shape::new();
    answers.iter().for_each(|answer| shape("", answer, &mut found));
    let mut promised: BTreeMap<String, String> = all.get(command).cloned().unwrap_or_default();
    for (_, begins, included) in INCLUDED.iter().filter(|(of, _, _)| *of == command) {
        let paths = all.get(*included).into_iter().flatten();
        promised.extend(paths.map(|(path, kind)| (format!("{begins}{path}"), kind.clone())));
    }
    let mut wrong = Vec::new();
    for (path, kinds) in &found {
        // Of what is not there this time the page says more than can be seen.
        let inside = |other: &String| other.starts_with(&format!("{path}.")) || other.starts_with(&format!("{path}["));
        if kinds.iter().all(|kind| ["nothing", "nothing inside"].contains(kind)) && promised.keys().any(inside) {
            continue;
        }
        let Some(kind) = promised.get(path) else {
            let inside_nothing = kinds.contains(&"nothing inside") || kinds.contains(&"nothing");
            if !(inside_nothing && found.keys().any(inside)) {
                wrong.push(format!(
                    "| `{path}` | {} | is printed, and docs/json.md does not say so |",
                    kinds.join(", ")
                ));
            }
            continue;
        };
        for seen in kinds {
            if *seen != "nothing inside" && *kind != "any" && !kind.split(", or ").any(|promised| promised == *seen) {
                wrong.push(format!("`{path}` is promised to be `{kind}`, and is `{seen}`"));
            }
        }
    }
    for path in promised.keys().filter(|path| !found.contains_key(*path)) {
        let before = |other: &&String| path.starts_with(&format!("{other}.")) || path.starts_with(&format!("{other}["));
        let empty = |other: &&String| found[*other].iter().any(|kind| ["nothing", "nothing inside"].contains(kind));
        if !found.keys().filter(before).any(|other| empty(&other)) {
            wrong.push(format!("`{path}` is promised, and not printed"));
        }
    }
    assert!(wrong.is_empty(), "stead {command} --format json:\n{}", wrong.join("\n"));
    let version = &answers[0][if command == "import" { "report_version" } else { "version" }];
    assert_eq!(version, &Value::from(1), "stead {command}");
}

#[test]
fn folders_are_written_checked_and_formatted_as_promised() {
    let desk = Desk::new();
    compare("new", &[desk.json("new --harbour harbour")]);
    compare("schema", &[desk.json("schema"), desk.json("schema --out schemas")]);
    desk.file("broken/place.toml", &desk.text("harbour/place.toml").replace("serves", "servse"));
    let broken = |line: &str| serde_json::from_str(&desk.stead(line).out).expect("JSON");
    compare("agreements", &[desk.json("agreements harbour")]);
    compare("check", &[desk.json("check harbour"), broken("check broken --format json")]);
    desk.file(
        "harbour/groups/adults-on-insulin.toml",
        &desk.text("harbour/groups/adults-on-insulin.toml").replace(" = ", "="),
    );
    compare("fmt", &[desk.json("fmt harbour"), broken("fmt broken --format json")]);
}

#[test]
fn keys_signatures_stages_and_choices_are_as_promised() {
    let desk = Desk::with_run();
    let (agreement, party) = ("harbour/agreements/alliance.toml", "--as clear-water --key clear-water.key");
    let made = desk.json("key new clear-water");
    compare("key", &[made, desk.json("key add clear-water clear-water.key.pub --from 2026-01-01")]);
    compare("sign", &[desk.json(&format!("sign {agreement} {party} --on 2026-03-01"))]);
    compare("withdraw", &[desk.json(&format!("withdraw {agreement} {party} --on 2026-03-02"))]);
    let whole = desk.json(&format!("verify {agreement} --on 2026-03-02"));
    desk.file(agreement, &desk.text(agreement).replace("notice_days = 180", "notice_days = 90"));
    let void = serde_json::from_str(&desk.stead(&format!("verify {agreement} --on 2026-03-02 --format json")).out);
    compare("verify", &[whole, void.expect("JSON")]);
    compare("stage", &[desk.json("stage harbour --lake lake"), desk.json("stage harbour")]);
    let object =
        "choice object essay-citizen --organisation clear-water --profession gp --category hiv --purpose TREAT";
    let consent = r#"{"resourceType":"Consent","id":"c","status":"active","patient":{"reference":"Patient/ada"}}"#;
    desk.file("consent.json", consent);
    let imported = serde_json::from_str(&desk.stead("choice import consent.json --format json").out).expect("JSON");
    compare("choice", &[desk.json(object), desk.json("choice show essay-citizen --all"), imported]);
}

#[test]
fn decisions_policies_and_logs_are_as_promised() {
    let desk = Desk::with_run();
    let decide = format!("decide harbour --citizen essay-citizen --on {ON} --lake lake --format json");
    let decided = |asked: &str| serde_json::from_str(&desk.stead(&format!("{decide} {asked}")).out).expect("JSON");
    let who = "--organisation clear-water --profession gp --professional 'Sam Reed' --service gp";
    let answers = [
        decided("--category results --purpose PATRQT"),
        decided(&format!("{who} --category results --purpose TREAT --reason 'to see'")),
    ];
    desk.stead("choice opt-out essay-citizen --from 2026-01-01").done();
    let closed = decided(&format!("{who} --category results --purpose HRESCH"));
    let own = decided(&format!("{who} --holder clear-water --category sexual-health --purpose TREAT"));
    compare("decide", &[&answers[..], &[closed, own]].concat());
    compare("policies", &[desk.json("policies harbour")]);
    compare("log", &[desk.json("log essay-citizen"), desk.json("log emergencies"), desk.json("log verify")]);
}

#[test]
fn a_broken_folder_is_told_the_same_way_whoever_reads_it() {
    let desk = Desk::with_lake();
    desk.file("broken/place.toml", &desk.text("harbour/place.toml").replace("serves", "servse"));
    let checked = desk.stead("check broken --format json");
    for line in [
        format!("run broken --lake lake --on {ON} --format json"),
        "synth --place broken --out elsewhere --format json".to_owned(),
    ] {
        let told = desk.stead(&line);
        assert_eq!((told.code, &told.out), (1, &checked.out), "{line}: {}", told.err);
    }
}

#[test]
fn towns_lakes_runs_and_what_is_asked_of_them_are_as_promised() {
    let desk = Desk::with_harbour();
    let direct = desk.json("synth --citizens 30 --slim --lake direct");
    compare("synth", &[desk.json("synth --citizens 300 --slim --out town"), direct]);
    desk.file("town/broken.ndjson", "{\"resourceType\":\"Patient\"\nnothing\n{\"resourceType\":\"Basic\",\"id\":\"b\"}\n")
        .file("town/odd.ndjson", "{\"resourceType\":\"Condition\",\"id\":\"c\",\"onsetDateTime\":\"2026-02-31\",\"subject\":{\"reference\":\"Patient/nobody\"}}\n")
        .file("town/notes.txt", "not records")
        .file("links.csv", "source,record,citizen_or_group\nnobody,nothing,somebody\n");
    compare("import", &[desk.json("import town --lake lake --buckets 2 --links links.csv")]);
    compare("run", &[desk.json(&format!("run harbour --lake lake --on {ON}"))]);
    compare("summary", &[desk.json("summary --lake lake"), desk.json("summary --lake lake --by sex --place harbour")]);
    compare("changes", &[desk.json("changes --lake lake --from 2025-11-01 --to 2026-11-01")]);
    compare("tables", &[desk.json("tables")]);
    compare("query", &[desk.json("query 'SELECT status, count(*) AS needs FROM needs GROUP BY status' --lake lake")]);
    let about = |citizen: &str| desk.json(&format!("explain {citizen} --lake lake"));
    let citizens = |sql: &str| -> Vec<Value> {
        desk.rows(sql).iter().filter_map(|row| row["citizen"].as_str()).map(about).collect()
    };
    let mut explained = vec![about("essay-citizen")];
    explained.extend(citizens("SELECT citizen FROM citizen WHERE died IS NOT NULL LIMIT 1"));
    explained.extend(citizens("SELECT citizens[1] AS citizen FROM conflict LIMIT 1"));
    explained.extend(citizens("SELECT citizen FROM citizen ORDER BY citizen LIMIT 12"));
    compare("explain", &explained);
}

#[test]
fn settlements_are_as_promised() {
    let desk = Desk::new();
    crate::settle::with_settlement(&desk);
    let again = "settle places/mssp --evidence settlement.csv --final --after settled --out again";
    let on_figures = [desk.json("settle places/mssp --evidence settlement.csv --out settled"), desk.json(again)];
    let lists = "members harbour --lake lake --clause 'pooled-fund 1' --from 2026-05-01 --to 2026-11-01";
    compare("members", &[Desk::with_run().json(lists)]);
    compare("compare", &[desk.json("compare places/mssp plans/mssp --evidence settlement.csv")]);
    let desk = Desk::with_run();
    let time = "--from 2026-04-01 --to 2026-11-01";
    let on_records = desk.json(&format!("settle harbour --lake lake {time} --out settled --citizen essay-citizen"));
    let [first, again] = on_figures;
    compare("settle", &[first, again, on_records]);
}

#[test]
fn the_demo_is_as_promised() {
    let desk = Desk::new();
    compare("demo", &[desk.json("demo --citizens 30 --dir demo")]);
}

#[test]
fn tables_come_out_as_csv_and_parquet_too() {
    let desk = Desk::with_run();
    let sql = "SELECT citizen, places FROM person WHERE citizen = 'essay-citizen'";
    let csv = desk.program(&["query", sql, "--lake", "lake", "--format", "csv"].map(ToOwned::to_owned), &[]);
    insta::assert_snapshot!(csv.done().out, @r"
    citizen,places
    essay-citizen,harbour|open-door|quayside-neighbourhood|several-conditions
    ");
    desk.stead("query 'SELECT * FROM needs' --lake lake --format parquet --out needs.parquet").done();
    let bytes = fs::read(desk.path("needs.parquet")).expect("a file");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
}
