//! Pieces of JSON that many records share, written once.

use std::fmt::Write as _;

/// A text as JSON, with quotation marks.
pub fn json_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if (control as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

/// Whether FHIR accepts it as an id and a folder can be named by it: up to 64 letters, digits, hyphens and points, no point first.
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

/// A reference such as `{"reference":"Organization/harbour-trust"}`.
pub fn reference(kind: &str, id: &str) -> String {
    format!(r#"{{"reference":"{kind}/{id}"}}"#)
}

/// A codeable concept with one coding.
pub fn concept(system: &str, code: &str, display: Option<&str>) -> String {
    match display {
        Some(display) => format!(
            r#"{{"coding":[{{"system":"{system}","code":{},"display":{}}}]}}"#,
            json_text(code),
            json_text(display)
        ),
        None => format!(r#"{{"coding":[{{"system":"{system}","code":{}}}]}}"#, json_text(code)),
    }
}
