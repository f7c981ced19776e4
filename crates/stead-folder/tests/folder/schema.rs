//! The JSON Schemas say what the reader says.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;
use stead_folder::{Folder, Severity, read, schemas, template};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_committed_schemas_are_up_to_date() {
    for (name, schema) in schemas() {
        let path = root().join("schemas").join(name);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "schemas/{name} is stale: write it anew with `stead schema --out schemas`");
    }
}

/// The schema that a file of a folder must fit, if it is a TOML file.
fn schema_of(path: &str) -> Option<Value> {
    let name = match path.split('/').next()? {
        "place.toml" | "places" => "place.schema.json",
        "groups" => "group.schema.json",
        "needs" => "need.schema.json",
        "agreements" => "agreement.schema.json",
        _ => return None,
    };
    schemas().into_iter().find(|(known, _)| *known == name).map(|(_, schema)| schema)
}

/// Whether a value fits a schema; if not, why.
fn fits(schema: Value, value: &Value) -> Result<(), String> {
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("schema.json", schema).unwrap();
    let schema = compiler.compile("schema.json", &mut schemas).unwrap();
    schemas.validate(value, schema).map_err(|error| format!("{error:#}"))
}

fn json_of(text: &str) -> Value {
    fn json(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(when) => Value::String(when.to_string()),
            toml::Value::Array(items) => Value::Array(items.into_iter().map(json).collect()),
            toml::Value::Table(fields) => {
                Value::Object(fields.into_iter().map(|(key, value)| (key, json(value))).collect())
            }
            toml::Value::String(text) => Value::String(text),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(yes) => yes.into(),
        }
    }
    json(toml::Value::Table(text.parse().unwrap()))
}

#[test]
fn every_toml_file_of_the_examples_fits_its_schema() {
    let mut folders = vec![Folder::of("harbour", template("Harbour"))];
    folders.extend(
        ["places/harbour", "fixtures/kansas", "fixtures/massachusetts"].map(|path| Folder::load(&root().join(path))),
    );
    for (path, file) in folders.iter().flat_map(Folder::files) {
        if let Some(schema) = schema_of(path) {
            let fits = fits(schema, &json_of(file.text()));
            assert_eq!(fits, Ok(()), "{}", file.path());
        }
    }
}

#[test]
fn the_examples_of_the_documentation_fit_their_schemas() {
    let page = fs::read_to_string(root().join("docs/place-folder.md")).unwrap();
    let mut seen = 0;
    for section in page.split("\n## ") {
        let kind = ["place.toml", "groups/", "needs/", "agreements/"]
            .into_iter()
            .find(|kind| section.starts_with(&format!("`{kind}")));
        let Some(kind) = kind else { continue };
        for block in section.split("```toml\n").skip(1) {
            let text = block.split("```").next().unwrap();
            assert_eq!(fits(schema_of(kind).unwrap(), &json_of(text)), Ok(()), "{kind}");
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}

const PLACE: &str = r#"
name = "Harbour"
from = 2026-04-01
areas = ["town"]
[[version]]
from = 2027-04-01
serves = ["adults-with-diabetes"]
"#;

const NEED: &str = r#"
name = "Check"
group = "adults-with-diabetes"
every_months = 12
travel_minutes_max = 30
met_by = { services = ["general-practice"], professions = ["gp"], codes = "diabetes" }
source = "NICE"
[[not_for]]
group = "adults-with-diabetes"
because = "reason"
"#;

const GROUP: &str = r#"
name = "Everything"
[[any]]
lives_in = { area = "town" }
[[any]]
all = [{ registered_with = {} }, { not = { died = { in_last_months = 3 } } }]
[[any]]
at_least_of = { count = 1, parts = [{ sex = { any_of = ["female"] } }, { age = { from_years = 18, to_years = 65 } }] }
[[any]]
marital_status = { any_of = ["divorced"], changed_in_last_months = 12 }
[[any]]
code = { list = "diabetes", when = { last_months = 12 }, at_least = 2, value = { above = 58, unit = "mmol/mol" } }
[[any]]
contact = { services = ["general-practice"], professions = ["gp"], when = "ever" }
"#;

/// The tables inside a value, each by the steps that lead to it.
fn tables(value: &toml::Value, at: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    match value {
        toml::Value::Table(fields) => {
            found.push(at.clone());
            for (key, inner) in fields {
                at.push(Step::Key(key.clone()));
                tables(inner, at, found);
                at.pop();
            }
        }
        toml::Value::Array(items) => {
            for (nth, inner) in items.iter().enumerate() {
                at.push(Step::Item(nth));
                tables(inner, at, found);
                at.pop();
            }
        }
        _ => {}
    }
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Item(usize),
}

/// What to do to a key of a table.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Replace(toml::Value),
    Add(&'static str, toml::Value),
}

/// Values of all sorts, except days: JSON cannot tell those from text.
fn some_value() -> impl Strategy<Value = toml::Value> {
    let texts = [
        "[]",
        "{}",
        "0",
        "-1",
        "7",
        "100000",
        "1.5",
        "true",
        "false",
        "\"\"",
        "\" \"",
        "\"gp\"",
        "\"Not An Id\"",
        "\"ever\"",
        "\"female\"",
        "[\"gp\"]",
        "[1]",
        "[{}]",
        "{ last_months = 6 }",
        "{ last_months = 0 }",
        "[\"\"]",
    ];
    prop::sample::select(texts.to_vec())
        .prop_map(|text| format!("x = {text}").parse::<toml::Table>().unwrap()["x"].clone())
}

fn change() -> impl Strategy<Value = Change> {
    let names = [
        "name",
        "nmae",
        "all",
        "age",
        "area",
        "areas",
        "once",
        "to",
        "at_least",
        "organisation",
        "organisations",
        "below",
        "when",
        "to_years",
    ];
    prop_oneof![
        Just(Change::Remove),
        some_value().prop_map(Change::Replace),
        (prop::sample::select(names.to_vec()), some_value()).prop_map(|(name, value)| Change::Add(name, value)),
    ]
}

fn apply(document: &mut toml::Value, table: usize, key: usize, change: Change) {
    let mut found = Vec::new();
    tables(document, &mut Vec::new(), &mut found);
    let steps = &found[table % found.len()];
    let inner = steps.iter().fold(document, |value, step| match step {
        Step::Key(key) => value.get_mut(key).unwrap(),
        Step::Item(nth) => value.get_mut(nth).unwrap(),
    });
    let fields = inner.as_table_mut().unwrap();
    let keys: Vec<String> = fields.keys().cloned().collect();
    match (change, keys.get(key % keys.len().max(1))) {
        (Change::Remove, Some(key)) => {
            fields.remove(key);
        }
        (Change::Replace(value), Some(key)) => {
            fields.insert(key.clone(), value);
        }
        (Change::Add(name, value), _) => {
            fields.insert(name.to_owned(), value);
        }
        (_, None) => {}
    }
}

/// What the schema can tell as well as the reader.
const STRUCTURE: [&str; 7] = ["unknown-key", "missing-key", "several-keys", "wrong-type", "empty", "bad-id", "bad-day"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn whatever_is_changed_in_a_file_reader_and_schema_agree(
        (path, text) in prop::sample::select(vec![("place.toml", PLACE), ("groups/x.toml", GROUP), ("needs/x.toml", NEED)]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), change()), 0..3),
    ) {
        let mut document = toml::Value::Table(text.parse().unwrap());
        for (table, key, change) in changes {
            apply(&mut document, table.index(64), key.index(64), change);
        }
        let text = document.as_table().unwrap().to_string();
        let fits = fits(schema_of(path).unwrap(), &json_of(&text)).is_ok();
        let reading = read(&[Folder::of("harbour", template("Harbour")).with(path, &text)]);
        let own: Vec<_> = reading.problems.iter().filter(|problem| problem.file.path().ends_with(path)).collect();
        let errors: Vec<&str> = own.iter().filter(|problem| problem.severity == Severity::Error).map(|problem| problem.code).collect();
        if fits {
            prop_assert!(!errors.iter().any(|code| STRUCTURE.contains(code)), "the schema takes what the reader refuses ({errors:?}):\n{text}");
        } else {
            prop_assert!(!errors.is_empty(), "the reader takes what the schema refuses:\n{text}");
        }
    }
}
