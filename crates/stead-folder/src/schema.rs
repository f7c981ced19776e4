//! JSON Schemas (draft 2020-12) of the TOML files, so that editors complete keys, show what they mean, and underline mistakes.
//!
//! They are made from the same descriptions that the reader uses, so the two cannot drift apart.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::shape::{Key, Rule, Shape, Table};
use crate::shapes;

/// The file names and schemas of the kinds of TOML file: a place, a group, a need, an agreement.
///
/// They are committed under `schemas/`; `stead schema --out schemas` writes them anew.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("place.schema.json", schema(&shapes::PLACE, "place.toml and places/*.toml")),
        ("group.schema.json", schema(&shapes::GROUP, "groups/*.toml")),
        ("need.schema.json", schema(&shapes::NEED, "needs/*.toml")),
        ("agreement.schema.json", schema(&shapes::AGREEMENT, "agreements/*.toml")),
    ]
}

fn schema(table: &'static Table, files: &str) -> Value {
    let mut tables = BTreeMap::new();
    collect(table, &mut tables);
    tables.remove(table.name);
    let definitions: Map<String, Value> =
        tables.into_iter().map(|(name, table)| (name.to_owned(), Value::Object(object(table)))).collect();
    let mut schema = object(table);
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(format!("Stead: {files}")));
    if !definitions.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    sorted(schema)
}

/// Keys in order, whichever features other packages ask of `serde_json`.
fn sorted(object: Map<String, Value>) -> Value {
    let mut value = Value::Object(object);
    value.sort_all_objects();
    value
}

/// All tables that a table refers to, directly or through others.
fn collect(table: &'static Table, into: &mut BTreeMap<&'static str, &'static Table>) {
    if into.insert(table.name, table).is_none() {
        for key in table.keys {
            collect_shape(&key.shape, into);
        }
    }
}

fn collect_shape(shape: &'static Shape, into: &mut BTreeMap<&'static str, &'static Table>) {
    match shape {
        Shape::Table(table) => collect(table(), into),
        Shape::ByKey(_, tables) => tables().iter().for_each(|(_, table)| collect(table, into)),
        Shape::List(of) | Shape::ListOrLeftOut(of, _) | Shape::ListOrNone(of) => collect_shape(of, into),
        Shape::Either(one, other) => {
            collect_shape(one, into);
            collect_shape(other, into);
        }
        _ => {}
    }
}

fn object(table: &Table) -> Map<String, Value> {
    let properties: Map<String, Value> = table.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut object = Map::new();
    object.insert("description".to_owned(), json!(table.doc));
    object.insert("type".to_owned(), json!("object"));
    object.insert("additionalProperties".to_owned(), json!(false));
    object.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    if !table.rules.is_empty() {
        object.insert("allOf".to_owned(), Value::Array(table.rules.iter().map(rule).collect()));
    }
    object
}

fn rule(rule: &Rule) -> Value {
    let each = |keys: &[&str]| keys.iter().map(|key| json!({ "required": [key] })).collect::<Vec<Value>>();
    match rule {
        Rule::OneOf(keys) => json!({ "oneOf": each(keys) }),
        Rule::SomeOf(keys) => json!({ "anyOf": each(keys) }),
        Rule::NotBoth(keys) => {
            let mut choices = each(keys);
            choices.push(json!({ "not": { "anyOf": each(keys) } }));
            json!({ "oneOf": choices })
        }
    }
}

fn property(key: &Key) -> Value {
    let mut property = value(&key.shape);
    if let Value::Object(fields) = &mut property {
        fields.insert("description".to_owned(), json!(key.doc));
        fields.insert("examples".to_owned(), json!([example(key.example)]));
    }
    property
}

fn value(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": "string", "pattern": "\\S" }),
        Shape::Day => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Shape::Whole(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Exact(low, high) => json!({ "anyOf": [
            { "type": "number", "minimum": low, "maximum": high },
            { "type": "string", "pattern": "^-?[0-9]+([.][0-9]+|/[0-9]+)?$" },
        ] }),
        Shape::ClauseKey | Shape::ClauseOf(_) => {
            json!({ "type": "string", "pattern": "^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$" })
        }
        Shape::ClauseRef => json!({ "type": "string", "pattern": "^([a-z0-9-]+ )?[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$" }),
        Shape::ByKey(_, tables) => {
            let refs: Vec<Value> =
                tables().iter().map(|(_, table)| json!({ "$ref": format!("#/$defs/{}", table.name) })).collect();
            json!({ "oneOf": refs })
        }
        Shape::Yes => json!({ "const": true }),
        Shape::Word(words) => json!({ "enum": words() }),
        Shape::Id(_) => json!({ "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" }),
        Shape::List(of) | Shape::ListOrLeftOut(of, _) => {
            json!({ "type": "array", "items": value(of), "minItems": 1 })
        }
        Shape::ListOrNone(of) => json!({ "type": "array", "items": value(of) }),
        Shape::Table(table) => json!({ "$ref": format!("#/$defs/{}", table().name) }),
        Shape::Either(one, other) => json!({ "anyOf": [value(one), value(other)] }),
    }
}

/// An example as JSON: days become text, as editors see them.
fn example(text: &str) -> Value {
    let parsed = format!("example = {text}").parse::<toml::Table>();
    parsed.ok().and_then(|mut table| table.remove("example")).map_or(Value::Null, json_of)
}

fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(yes) => json!(yes),
        toml::Value::Datetime(when) => json!(when.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(json_of).collect()),
        toml::Value::Table(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, json_of(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_can_be_read_as_what_it_is_an_example_of() {
        fn check(schema: &Value, defs: &Value, path: &str) {
            if let Some(example) = schema.pointer("/examples/0") {
                let mut alone = schema.clone();
                alone["$defs"] = defs.clone();
                assert!(!example.is_null(), "{path} has an example that is not TOML");
                let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
                compiler.add_resource("alone.json", alone).unwrap();
                let alone = compiler.compile("alone.json", &mut schemas).unwrap();
                assert!(schemas.validate(example, alone).is_ok(), "{path}: {example}");
            }
            if let Some(fields) = schema.get("properties").and_then(Value::as_object) {
                fields.iter().for_each(|(name, field)| check(field, defs, &format!("{path}.{name}")));
            }
        }
        for (name, schema) in schemas() {
            check(&schema, &schema["$defs"], name);
            for (table, inner) in schema["$defs"].as_object().unwrap() {
                check(inner, &schema["$defs"], &format!("{name} {table}"));
            }
        }
    }
}
