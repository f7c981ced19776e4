//! TOML that cannot be read, in words for people who have never heard of TOML.

use std::ops::Range;
use std::sync::Arc;

use toml::de::Error;

use crate::index::Index;
use crate::problem::{Problem, SourceFile};

/// Reports what kept a file from being read, at most once a line: what follows on a line is mostly an echo.
pub(crate) fn report(index: &mut Index, file: &Arc<SourceFile>, errors: &[Error]) {
    index.partly_read = true;
    let mut lines = Vec::new();
    for error in errors {
        let span = widened(file, error.span().unwrap_or(0..0));
        let line = file.line_of(span.start);
        if error.message().contains("missing comma") && begins_a_key(file, &span) {
            let help = "end the list with `]`, or the table with `}`, before the next key";
            let problem = Problem::error("toml-syntax", "a list or table that begins further up is not closed");
            index.report(problem.at(file, span).label("before this").help(help));
            return;
        }
        if !lines.contains(&line) {
            lines.push(line);
            index.report(problem(error.message(), file.text().get(span.clone()).unwrap_or("")).at(file, span));
        }
    }
}

fn problem(message: &str, found: &str) -> Problem {
    let (code, message, help) = words(message, found);
    let problem = Problem::error(code, message);
    if help.is_empty() { problem } else { problem.help(help) }
}

fn words(message: &str, found: &str) -> (&'static str, String, &'static str) {
    const SYNTAX: &str = "toml-syntax";
    if looks_like_a_day(found) {
        let message = format!("`{found}` is not a day of the calendar");
        return ("bad-day", message, "write year-month-day, such as 2026-04-01");
    }
    let has = |part: &str| message.contains(part);
    if has("duplicate key") {
        let message = format!("the key `{found}` is given twice");
        return ("duplicate-key", message, "keep one of the two; a second criterion goes under its own `[[all]]`");
    }
    let (message, help) =
        if has("string values must be quoted") || has("invalid value") || has("unexpected key or value") {
            (format!("`{found}` cannot be read as a value"), "put text in \"quotes\"; numbers and days stand without")
        } else if has("invalid basic string") || has("invalid literal string") || has("invalid string") {
            ("text that is not closed".to_owned(), "end the text with the same quotation mark with which it began")
        } else if has("missing comma") {
            ("a comma is missing between two values".to_owned(), "put a comma between them")
        } else if has("extra comma") {
            ("one comma too many".to_owned(), "take it out")
        } else if has("unclosed array table") || has("unclosed table") || has("missing table open") {
            ("a heading that is not closed".to_owned(), "write headings as `[name]`, or `[[name]]` for one of several")
        } else if has("unclosed array") {
            ("a list that is not closed".to_owned(), "end the list with `]`")
        } else if has("unclosed inline table") {
            ("a table that is not closed".to_owned(), "end the table with `}`")
        } else if has("missing assignment") || has("key with no value") {
            (format!("`{found}` has no value"), "write `key = value`")
        } else if has("missing value") {
            ("a value is missing after `=`".to_owned(), "write `key = value`, or take the line out")
        } else if has("extra") || has("unexpected `=`") {
            ("one `=` too many".to_owned(), "put text in \"quotes\", and each key on its own line")
        } else if has("invalid unquoted key") || has("unquoted keys") || has("invalid key-value") {
            (format!("`{found}` cannot be a key"), "keys are words of letters, digits, `_` and `-`")
        } else if has("leading zero") {
            (
                format!("`{found}` begins with a zero"),
                "write the number without it, or put it in \"quotes\" if it is a code",
            )
        } else if has("recurs") {
            (
                "too many brackets inside one another".to_owned(),
                "give the inner parts groups of their own, and refer to them with `in_group`",
            )
        } else if has("unexpected content") {
            (format!("`{found}` was not expected here"), "put each key on its own line")
        } else {
            (format!("this cannot be read: {}", message.split(", expected").next().unwrap_or(message)), "")
        };
    (SYNTAX, message, help)
}

/// Whether a span is the key at the beginning of a line `key = …`.
fn begins_a_key(file: &SourceFile, span: &Range<usize>) -> bool {
    let Some(line) = file.line(file.line_of(span.start)) else { return false };
    let before = file.text().get(line.start..span.start).unwrap_or("");
    let after = file.text().get(span.end..line.end).unwrap_or("");
    before.trim().is_empty() && after.trim_start().starts_with('=')
}

fn looks_like_a_day(found: &str) -> bool {
    let mut parts = found.splitn(3, '-').map(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    found.len() >= 6 && parts.by_ref().take(3).filter(|ok| *ok).count() == 3
}

/// A span of at least one character: an empty one is stretched to the word around it, or to the character before.
fn widened(file: &SourceFile, span: Range<usize>) -> Range<usize> {
    let text = file.text();
    let in_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    let bytes = text.as_bytes();
    let is_word_at = |at: usize| bytes.get(at).copied().is_some_and(in_word);
    let (mut start, mut end) = (span.start.min(text.len()), span.end.min(text.len()));
    if text.get(start..end).is_some_and(|found| found.trim().is_empty() || found.bytes().all(in_word)) {
        while start > 0 && is_word_at(start - 1) {
            start -= 1;
        }
        while is_word_at(end) {
            end += 1;
        }
    }
    if text.get(start..end).is_none_or(|found| found.trim().is_empty()) {
        let line = file.line(file.line_of(start)).unwrap_or(start..start);
        return if line.is_empty() { start..start } else { line };
    }
    start..end
}
