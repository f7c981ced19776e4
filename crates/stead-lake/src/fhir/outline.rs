//! The outline of a resource, found without reading all of it: its type, its id, whose it is and when it was last changed.
//!
//! One walk over the text that skips what it does not need. It checks that brackets close and that nothing lies too deep; the
//! full reading later checks the rest.

use std::borrow::Cow;

use memchr::memchr2;

/// Where the top-level values of a resource stand in its text that say what it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outline<'t> {
    pub(crate) resource_type: Option<&'t str>,
    pub(crate) id: Option<&'t str>,
    pub(crate) meta: Option<&'t str>,
    /// `subject`, `patient`, `beneficiary`, `individual` or `for`: the reference that says whose it is.
    pub(crate) subject: Option<&'t str>,
    /// The whole object, without blanks around it.
    pub(crate) text: &'t str,
    /// What follows the object: another one, when a line's end is missing between two.
    pub(crate) rest: &'t str,
}

/// Why a text is not a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It ends before it is complete.
    Half,
    /// It is not a JSON object.
    NotAnObject,
    /// Objects and arrays lie too deep in one another.
    Deep,
}

impl Broken {
    /// In words, for the quarantine.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Half => "half a record: the text ends before the record does",
            Self::NotAnObject => "not a JSON object",
            Self::Deep => "objects and lists lie too deep in one another",
        }
    }
}

/// The outline of the resource in `text`.
pub(crate) fn outline(text: &str, depth_max: usize) -> Result<Outline<'_>, Broken> {
    let bytes = text.as_bytes();
    let start = blanks(bytes, 0);
    if bytes.get(start) != Some(&b'{') {
        return Err(if start == bytes.len() { Broken::Half } else { Broken::NotAnObject });
    }
    let mut found = Outline::default();
    let mut at = blanks(bytes, start + 1);
    if bytes.get(at) == Some(&b'}') {
        return finish(found, text, start, at + 1);
    }
    loop {
        if bytes.get(at) != Some(&b'"') {
            return Err(if at >= bytes.len() { Broken::Half } else { Broken::NotAnObject });
        }
        let key_end = string(bytes, at)?;
        let key = text.get(at + 1..key_end - 1).unwrap_or("");
        at = blanks(bytes, key_end);
        if bytes.get(at) != Some(&b':') {
            return Err(if at >= bytes.len() { Broken::Half } else { Broken::NotAnObject });
        }
        let from = blanks(bytes, at + 1);
        let to = value(bytes, from, depth_max)?;
        keep(&mut found, key, text.get(from..to));
        at = blanks(bytes, to);
        match bytes.get(at) {
            Some(b',') => at = blanks(bytes, at + 1),
            Some(b'}') => return finish(found, text, start, at + 1),
            Some(_) => return Err(Broken::NotAnObject),
            None => return Err(Broken::Half),
        }
    }
}

/// The complete entries of a part of a Bundle.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    /// Where each begins and ends.
    pub(crate) places: Vec<(usize, usize)>,
    /// Where what is not complete begins, or what follows the list.
    pub(crate) rest: usize,
    /// Whether the list of entries ends here.
    pub(crate) ended: bool,
}

/// Where the list of entries begins in the text of a Bundle that may be cut short.
pub(crate) fn entries_begin(bytes: &[u8]) -> Option<usize> {
    let mut at = blanks(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    loop {
        at = blanks(bytes, at + 1);
        let key_end = string(bytes, at).ok().filter(|_| bytes.get(at) == Some(&b'"'))?;
        let from = blanks(bytes, blanks(bytes, key_end) + 1);
        let key = bytes.get(at..key_end)?;
        if key == b"\"entry\"" && bytes.get(from) == Some(&b'[') {
            return Some(from + 1);
        }
        let to = value(bytes, from, usize::MAX).ok()?;
        if key == b"\"resourceType\"" && bytes.get(from..to) != Some(b"\"Bundle\"") {
            return None;
        }
        at = blanks(bytes, to);
        if bytes.get(at) != Some(&b',') {
            return None;
        }
    }
}

/// The complete entries from `at` on, which stands in the list of entries.
pub(crate) fn entries(bytes: &[u8], mut at: usize) -> Entries {
    let mut found = Entries { rest: at, ..Entries::default() };
    loop {
        at = blanks(bytes, at);
        match bytes.get(at) {
            Some(b',') => at += 1,
            // An entry is an object; what is written in its place is told by who reads it.
            Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b'n' | b't' | b'f') => {
                let Ok(end) = value(bytes, at, usize::MAX) else { return found };
                found.places.push((at, end));
                at = end;
                found.rest = end;
            }
            Some(b']') => {
                found.ended = true;
                found.rest = at;
                return found;
            }
            _ => return found,
        }
    }
}

fn keep<'t>(found: &mut Outline<'t>, key: &str, value: Option<&'t str>) {
    let slot = match key {
        "resourceType" => &mut found.resource_type,
        "id" => &mut found.id,
        "meta" => &mut found.meta,
        "subject" | "patient" | "beneficiary" | "individual" | "for" => &mut found.subject,
        _ => return,
    };
    *slot = value;
}

fn finish<'t>(mut found: Outline<'t>, text: &'t str, start: usize, end: usize) -> Result<Outline<'t>, Broken> {
    found.text = text.get(start..end).unwrap_or("");
    found.rest = text.get(blanks(text.as_bytes(), end)..).unwrap_or("");
    Ok(found)
}

/// The first place from `at` on that is no blank.
fn blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// The end of the string that begins at `at`.
fn string(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let mut at = at + 1;
    loop {
        at = special(bytes, at).ok_or(Broken::Half)?;
        if bytes.get(at) == Some(&b'"') {
            return Ok(at + 1);
        }
        at += 2;
    }
}

/// The next quotation mark or backslash from `at` on. Most strings are short, so the first bytes are looked at here.
fn special(bytes: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xff;
    let mut rest = bytes.get(at..)?;
    for _ in 0..4 {
        let Some((eight, following)) = rest.split_first_chunk::<8>() else { break };
        // The lowest bit set is right; those above it need not be.
        let eight = u64::from_le_bytes(*eight);
        let is = |byte: u8| {
            let other = eight ^ (ONES * u64::from(byte));
            other.wrapping_sub(ONES) & !other
        };
        let found = (is(b'"') | is(b'\\')) & (ONES << 7);
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        rest = following;
        at += 8;
    }
    memchr2(b'"', b'\\', rest).map(|found| at + found)
}

/// The end of the value that begins at `at`.
fn value(bytes: &[u8], mut at: usize, depth_max: usize) -> Result<usize, Broken> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at) {
            None => return Err(Broken::Half),
            Some(b'"') => {
                at = string(bytes, at)?;
                if depth == 0 {
                    return Ok(at);
                }
                continue;
            }
            Some(b'{' | b'[') => {
                depth += 1;
                // The object that holds this value is one level, too.
                if depth >= depth_max {
                    return Err(Broken::Deep);
                }
            }
            Some(b'}' | b']') if depth == 0 => return Ok(at),
            Some(b'}' | b']') => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            Some(b',' | b' ' | b'\t' | b'\r' | b'\n') if depth == 0 => return Ok(at),
            Some(_) => {}
        }
        at += 1;
    }
}

/// The text of a JSON string as it stands in a document, quotes and all; `None` when it is no string.
pub(crate) fn unquoted(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(json).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_is_found_wherever_the_fields_stand() {
        let text =
            r#" {"a":{"id":"no","b":["}",{"\"":1}]},"id":"1","subject":{"reference":"Patient/2"},"resourceType":"X"} "#;
        let found = outline(text, 64).expect("an outline");
        assert_eq!(found.resource_type, Some("\"X\""));
        assert_eq!(found.id, Some("\"1\""));
        assert_eq!(found.subject, Some(r#"{"reference":"Patient/2"}"#));
        assert_eq!(found.text, text.trim());
    }

    #[test]
    fn what_follows_a_record_is_not_lost() {
        let found = outline(r#"{"a":1} {"b":2} "#, 6).expect("an outline");
        assert_eq!((found.text, found.rest), (r#"{"a":1}"#, r#"{"b":2} "#));
    }

    #[test]
    fn what_is_broken_is_told_apart() {
        for (text, expected) in [
            (r#"{"a":"b"#, Broken::Half),
            (r#"{"a":[1,2"#, Broken::Half),
            (r#"{"a":1"#, Broken::Half),
            ("", Broken::Half),
            ("[1]", Broken::NotAnObject),
            ("id,name", Broken::NotAnObject),
            (r#"{"a":[[[[[[1]]]]]]}"#, Broken::Deep),
        ] {
            assert_eq!(outline(text, 6).err(), Some(expected), "{text}");
        }
    }
}
