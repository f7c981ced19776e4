//! Standard output: plain when it is not a terminal, readable at 80 columns, without colour when `NO_COLOR` is set.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::arguments::Format;

/// What is said where an answer does not follow from all records.
pub const OUTDATED: &str = "Records have come since this was worked out: `stead run` works it out again.";

/// Columns that text is written for.
pub const WIDTH: usize = 80;

/// Where and how data is printed.
#[derive(Debug)]
pub struct Output {
    /// How.
    pub format: Format,
    colour: bool,
}

impl Output {
    /// Standard output in a format.
    pub fn new(format: Format) -> Self {
        let colour =
            std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { format, colour }
    }

    /// Prints a line.
    pub fn line(&self, text: impl AsRef<str>) -> std::io::Result<()> {
        writeln!(std::io::stdout().lock(), "{}", harmless(text.as_ref()))
    }

    /// Prints a heading, after an empty line.
    pub fn heading(&self, text: &str) -> std::io::Result<()> {
        self.line("")?;
        self.strong(text)
    }

    /// Prints something that matters more than what is around it.
    pub fn strong(&self, text: &str) -> std::io::Result<()> {
        let (before, after) = if self.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let mut out = std::io::stdout().lock();
        textwrap::wrap(text, WIDTH).iter().try_for_each(|line| writeln!(out, "{before}{}{after}", harmless(line)))
    }

    /// Prints text, wrapped, with the first line after `first` and the others indented alike.
    pub fn wrapped(&self, first: &str, text: &str) -> std::io::Result<()> {
        let indent = " ".repeat(textwrap::core::display_width(first));
        let options = textwrap::Options::new(WIDTH).initial_indent(first).subsequent_indent(&indent);
        textwrap::wrap(text, options).iter().try_for_each(|line| self.line(line))
    }

    /// Prints a value as JSON.
    pub fn json<T: Serialize>(&self, value: &T) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, value)?;
        writeln!(out)
    }

    /// Prints rows as a table; columns are as wide as what is in them, numbers to the right.
    pub fn table(&self, heads: &[&str], rows: &[Vec<String>]) -> std::io::Result<()> {
        let width = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| textwrap::core::display_width(cell));
            cells.chain(heads.get(at).map(|head| textwrap::core::display_width(head))).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let number = |cell: &str| !cell.is_empty() && cell.chars().all(|c| c.is_ascii_digit() || ".,-*%".contains(c));
        let right = |at: usize| rows.iter().all(|row| row.get(at).is_none_or(|cell| cell.is_empty() || number(cell)));
        let line = |cells: Vec<&str>| {
            let cells = cells.into_iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
                let gap = " ".repeat(width.saturating_sub(textwrap::core::display_width(cell)));
                if right(at) { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.line(line(heads.to_vec()))?;
        rows.iter().try_for_each(|row| self.line(line(row.iter().map(String::as_str).collect())))
    }
}

/// Text without what would command a terminal: names and words of records may hold anything.
fn harmless(text: &str) -> Cow<'_, str> {
    let commands = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    if text.contains(commands) { Cow::Owned(text.replace(commands, "�")) } else { Cow::Borrowed(text) }
}

/// A name in so many columns: its end is left out when it is longer.
pub fn shortened(name: &str, columns: usize) -> String {
    if name.chars().count() <= columns {
        return name.to_owned();
    }
    name.chars().take(columns.saturating_sub(1)).chain(['…']).collect()
}

/// Text whose first letter is a capital one.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// So many of something: 1 record, 2 records.
pub fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A number with thousands apart: 1,234,567.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in the unit that people say: 1.4 GB.
pub fn bytes(number: u64) -> String {
    let number = number as f64;
    match number {
        number if number >= 1e9 => format!("{:.1} GB", number / 1e9),
        number if number >= 1e6 => format!("{:.0} MB", number / 1e6),
        number => format!("{:.0} kB", (number / 1e3).ceil()),
    }
}
