//! Reading a resource, fast when it is as it should be and patiently when it is not.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::fhir::quick::{Quick, quick};
use crate::fhir::resource::Resource;

/// A resource whose text had to lose fields that cannot be read.
pub(crate) struct Mended {
    /// The text without them.
    pub(crate) text: String,
    /// The fields that were left out.
    pub(crate) left_out: Vec<String>,
}

/// The resource in `text`, or `None` when a field of it cannot be read (see [`mend`]).
pub(crate) fn read<'a, R: Resource<'a>>(text: &'a str) -> Option<R> {
    part(text)
}

/// The part of a resource that `text` is, or `None` when it cannot be read.
pub(crate) fn part<'a, P: Quick<'a> + Deserialize<'a>>(text: &'a str) -> Option<P> {
    quick(text).or_else(|| serde_json::from_str(text).ok())
}

/// Leaves out the fields of a resource that cannot be read; the reason in words when one of them is essential or the text
/// is no JSON.
///
/// The slow way, for the few resources that need it.
pub(crate) fn mend(text: &str, reads: fn(&str) -> bool, essential: &[&str]) -> Result<Mended, String> {
    let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let mut kept = Map::new();
    let mut left_out = Vec::new();
    for (key, value) in fields {
        let alone = Value::Object(Map::from_iter([(key.clone(), value.clone())])).to_string();
        if reads(&alone) {
            kept.insert(key, value);
        } else if essential.contains(&key.as_str()) {
            return Err(format!("`{key}` cannot be read: it has the wrong type"));
        } else {
            left_out.push(key);
        }
    }
    Ok(Mended { text: Value::Object(kept).to_string(), left_out })
}

/// Why a text is no JSON, without the parser's own words for places.
pub(crate) fn not_json(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "half a record: the text ends before the record does".to_owned();
    }
    if error.is_data() {
        return "a field has the wrong type".to_owned();
    }
    format!("not JSON: {} (at character {})", plain(&error.to_string()), error.column())
}

fn plain(message: &str) -> Cow<'_, str> {
    message.split_once(" at line ").map_or(Cow::Borrowed(message), |(words, _)| Cow::Borrowed(words))
}
