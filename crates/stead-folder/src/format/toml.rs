//! TOML: one space around `=`, one blank line before a heading, lists on one line where they fit, comments where they were.
//!
//! Keys stay in the order in which they stand, since a comment often speaks of several keys at once.

use toml_edit::{Array, Decor, DocumentMut, InlineTable, Item, RawString, Table, Value};

use crate::index::Index;
use crate::problem::Problem;

use super::file_of;

/// Columns that a list on one line may take.
const LINE_MAX: usize = 100;
/// What each level of a list that does not fit is indented by.
const INDENT: &str = "    ";

/// A TOML file as `stead fmt` writes it.
///
/// # Errors
///
/// What keeps the file from being read.
pub fn format_toml(path: &str, text: &str) -> Result<String, Vec<Problem>> {
    let file = file_of(path, text);
    let (_, errors) = toml::de::DeTable::parse_recoverable(file.text());
    if !errors.is_empty() {
        let mut index = Index::default();
        crate::toml_syntax::report(&mut index, &file, &errors);
        return Err(index.problems);
    }
    let Ok(mut document) = file.text().parse::<DocumentMut>() else { return Ok(file.text().to_owned()) };
    let trailing = lines_of(document.trailing());
    let has_content = !document.is_empty();
    table(document.as_table_mut(), true);
    document.set_trailing(block(&trailing, if has_content { Before::AsIs } else { Before::Nothing }));
    let mut out = document.to_string();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    // INVARIANT: formatting never changes what a file says.
    let same = file.text().parse::<toml::Table>() == out.parse::<toml::Table>();
    Ok(if same { out } else { file.text().to_owned() })
}

/// What goes between what stands before and a block of comments.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// Nothing: it is the beginning of the file, or of a table.
    Nothing,
    /// A blank line, always.
    Blank,
    /// A blank line if there was one.
    AsIs,
}

fn table(table: &mut Table, mut is_first: bool) {
    for (mut key, item) in table.iter_mut() {
        match item {
            Item::Value(value) => {
                let before = if is_first { Before::Nothing } else { Before::AsIs };
                let prefix = lines_of_decor(key.leaf_decor());
                let name_length = key.get().chars().count() + 3;
                if !is_dotted(value) {
                    key.leaf_decor_mut().set_prefix(block(&prefix, before));
                    key.leaf_decor_mut().set_suffix(" ");
                    let comment = comment_after(value.decor());
                    tidy(value, name_length, 0);
                    *value.decor_mut() = Decor::new(" ", comment);
                }
            }
            Item::Table(inner) if !inner.is_dotted() => heading(inner, is_first),
            Item::ArrayOfTables(tables) => {
                for (nth, inner) in tables.iter_mut().enumerate() {
                    heading(inner, is_first && nth == 0);
                }
            }
            Item::Table(_) | Item::None => {}
        }
        is_first = false;
    }
}

fn heading(inner: &mut Table, is_first: bool) {
    if !inner.is_implicit() {
        let lines = lines_of_decor(inner.decor());
        let comment = comment_after(inner.decor());
        let before = if is_first { Before::Nothing } else { Before::Blank };
        *inner.decor_mut() = Decor::new(block(&lines, before), comment);
    }
    let is_first_inside = !inner.is_implicit() || is_first;
    table(inner, is_first_inside);
}

fn is_dotted(value: &Value) -> bool {
    value.as_inline_table().is_some_and(InlineTable::is_dotted)
}

/// Formats what is inside a value; `used` is how much of the line is taken already.
fn tidy(value: &mut Value, used: usize, depth: usize) {
    match value {
        Value::Array(items) if !has_comments(&items.to_string()) => array(items, used, depth),
        Value::InlineTable(fields) if !has_comments(&fields.to_string()) => inline_table(fields, used, depth),
        _ => {}
    }
}

/// Whether a bracketed value holds comments (or text with a `#`, which is as good a reason to leave it alone).
fn has_comments(text: &str) -> bool {
    text.contains('#')
}

fn array(items: &mut Array, used: usize, depth: usize) {
    for item in items.iter_mut() {
        tidy(item, used + 1, depth + 1);
        *item.decor_mut() = Decor::new("", "");
    }
    items.fmt();
    items.set_trailing("");
    items.set_trailing_comma(false);
    let line = items.to_string();
    if used + line.trim().chars().count() <= LINE_MAX || items.is_empty() {
        return;
    }
    let (inner, outer) = (format!("\n{}", INDENT.repeat(depth + 1)), format!("\n{}", INDENT.repeat(depth)));
    for item in items.iter_mut() {
        tidy(item, INDENT.len() * (depth + 1), depth + 1);
        *item.decor_mut() = Decor::new(inner.as_str(), "");
    }
    items.set_trailing(outer);
    items.set_trailing_comma(true);
}

fn inline_table(fields: &mut InlineTable, used: usize, depth: usize) {
    let dotted = fields.iter().any(|(_, value)| is_dotted(value));
    if dotted {
        return;
    }
    let last = fields.len().saturating_sub(1);
    for (nth, (mut key, value)) in fields.iter_mut().enumerate() {
        *key.leaf_decor_mut() = Decor::new(" ", " ");
        let used = used + key.get().chars().count() + 5;
        tidy(value, used, depth);
        *value.decor_mut() = Decor::new(" ", if nth == last { " " } else { "" });
    }
    fields.set_trailing("");
    fields.set_trailing_comma(false);
}

fn lines_of_decor(decor: &Decor) -> Vec<String> {
    decor.prefix().map(lines_of).unwrap_or_default()
}

/// The comments of a run of whitespace, a blank line as an empty text.
fn lines_of(raw: &RawString) -> Vec<String> {
    let text = raw.as_str().unwrap_or_default();
    let mut lines: Vec<String> = text.split('\n').map(|line| line.trim().to_owned()).collect();
    // What follows the last line break is the beginning of the line on which the key itself stands.
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Comment lines, with at most one blank line between any two.
fn block(lines: &[String], before: Before) -> String {
    let mut out = String::new();
    let mut blank = before == Before::Blank;
    for line in lines {
        if line.is_empty() {
            blank |= !out.is_empty() || before != Before::Nothing;
            continue;
        }
        if blank {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        blank = false;
    }
    if blank {
        out.push('\n');
    }
    out
}

/// The comment at the end of a line, two spaces away.
fn comment_after(decor: &Decor) -> String {
    let comment = decor.suffix().and_then(RawString::as_str).unwrap_or_default().trim();
    if comment.is_empty() { String::new() } else { format!("  {comment}") }
}
