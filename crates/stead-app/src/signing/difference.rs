//! What has changed between the text that was signed and the text as it is, in words.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Each change, in the order of the text; lists with ids (clauses, parties) by what changed in which.
pub(super) fn between(signed: &str, now: &str) -> Vec<String> {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok()?.get("agreement").cloned();
    match (read(signed), read(now)) {
        (Some(Value::Object(signed)), Some(Value::Object(now))) => fields("", &signed, &now),
        _ => vec!["the text was written in another form; it has to be signed again".to_owned()],
    }
}

fn fields(of: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().flat_map(|name| field(of, name, before.get(name), after.get(name))).collect()
}

fn field(of: &str, name: &str, before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    match (before, after) {
        (before, after) if before == after => Vec::new(),
        (Some(Value::Array(before)), Some(Value::Array(after))) if named(before) && named(after) => {
            things(name, before, after)
        }
        (Some(Value::Object(before)), Some(Value::Object(after))) => fields(&within(of, name), before, after),
        (Some(before), Some(after)) => vec![format!("{of}`{name}` was {}, and is {}", shown(before), shown(after))],
        (None, Some(after)) => vec![format!("{of}`{name}` is new: {}", shown(after))],
        (Some(before), None) => vec![format!("{of}`{name}` is gone; it was {}", shown(before))],
        (None, None) => Vec::new(),
    }
}

/// Where in the text: what a clause promises is the clause itself, as people write it.
fn within(of: &str, name: &str) -> String {
    if name == "terms" { of.to_owned() } else { format!("{of}`{name}`: ") }
}

/// What in a list of things with ids is new, gone or changed.
fn things(list: &str, before: &[Value], after: &[Value]) -> Vec<String> {
    let one = match list {
        "clauses" => "clause",
        "parties" => "party",
        "amends" => "amendment of",
        other => other,
    };
    let by_id = |values: &[Value]| -> BTreeMap<String, Value> {
        values.iter().filter_map(|value| Some((id(value)?.to_owned(), value.clone()))).collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let gone = before.keys().filter(|id| !after.contains_key(*id)).map(|id| format!("{one} {id} is gone"));
    let new_or_changed = after.iter().flat_map(|(id, after)| match before.get(id) {
        None => vec![format!("{one} {id} is new")],
        Some(before) => match (before, after) {
            (Value::Object(before), Value::Object(after)) => fields(&format!("{one} {id}: "), before, after),
            _ => Vec::new(),
        },
    });
    gone.chain(new_or_changed).collect()
}

fn named(values: &[Value]) -> bool {
    values.iter().all(|value| id(value).is_some())
}

fn id(value: &Value) -> Option<&str> {
    ["id", "organisation", "agreement"].iter().find_map(|key| value.get(key)?.as_str())
}

/// A value as people read it; long ones are cut.
fn shown(value: &Value) -> String {
    const CHARACTERS: usize = 120;
    let text = match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    };
    if text.chars().count() <= CHARACTERS {
        return text;
    }
    text.chars().take(CHARACTERS).chain("…`".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreement(fields: &str) -> String {
        format!(r#"{{"agreement":{{{fields}}},"format":"stead-agreement-1"}}"#)
    }

    #[test]
    fn the_word_that_changed_is_named_with_its_clause() {
        let before =
            agreement(r#""clauses":[{"id":"4.2","text":"within 14 days"},{"id":"5","text":"x"}],"notice_days":180"#);
        let after =
            agreement(r#""clauses":[{"id":"4.2","text":"within 28 days"},{"id":"6","text":"y"}],"notice_days":90"#);
        assert_eq!(
            between(&before, &after),
            [
                "clause 5 is gone",
                "clause 4.2: `text` was `within 14 days`, and is `within 28 days`",
                "clause 6 is new",
                "`notice_days` was `180`, and is `90`",
            ]
        );
    }

    #[test]
    fn the_same_text_has_no_changes() {
        let text = agreement(r#""notice_days":180"#);
        assert_eq!(between(&text, &text), [""; 0]);
    }

    #[test]
    fn a_party_that_came_or_left_is_named() {
        let before = agreement(r#""parties":[{"organisation":"council","signatories":["chair"]}]"#);
        let after = agreement(r#""parties":[{"organisation":"council"},{"organisation":"trust"}]"#);
        assert_eq!(
            between(&before, &after),
            [r#"party council: `signatories` is gone; it was `["chair"]`"#, "party trust is new"]
        );
    }
}
