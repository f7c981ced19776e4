//! Problems as plain text of at most 80 columns, for terminals without colours, logs and tests.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::problem::{Problem, Severity};

/// Columns that a picture may take.
const WIDTH: usize = 80;
/// The longest underlined run that is shown in full.
const UNDERLINE_MAX: usize = 40;

/// All problems as plain text, one after the other, with a line that counts them at the end.
pub fn render(problems: &[Problem]) -> String {
    let mut out = String::new();
    for problem in problems {
        out.push_str(&render_one(problem));
        out.push('\n');
    }
    out.push_str(&count(problems));
    out.push('\n');
    out
}

/// At most so many problems of each sort in each file, and how many were left out.
///
/// A table whose every row has the same mistake is mended once; ten thousand pictures of it help nobody.
pub fn abridge(problems: &[Problem], each_max: usize) -> (Vec<Problem>, usize) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for problem in problems {
        let count = counts.entry((problem.code, problem.file.path())).or_default();
        *count += 1;
        if *count <= each_max {
            kept.push(problem.clone());
        }
    }
    let left_out = problems.len() - kept.len();
    (kept, left_out)
}

/// `2 errors, 1 warning`, or `no problems`.
pub fn count(problems: &[Problem]) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (severity.word(), problems.iter().filter(|problem| problem.severity == severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if counts.is_empty() { "no problems".to_owned() } else { counts.join(", ") }
}

/// One problem: what, where with the line underlined, and how to mend it.
pub fn render_one(problem: &Problem) -> String {
    let mut out = String::new();
    let sign = match problem.severity {
        Severity::Error => '×',
        Severity::Warning => '⚠',
        Severity::Note => '·',
    };
    let message = format!("{} [{}]", problem.message, problem.code);
    wrapped(&mut out, &format!("  {sign} "), "    ", &message);
    picture(&mut out, problem);
    if let Some(help) = &problem.help {
        wrapped(&mut out, "  help: ", "        ", help);
    }
    out
}

fn picture(out: &mut String, problem: &Problem) {
    let path = problem.file.path();
    let Some((line, column, length)) = problem.position() else {
        if !path.is_empty() {
            let _ = writeln!(out, "   ╭─[{path}]\n   ╰────");
        }
        return;
    };
    let margin = line.to_string().len().max(2);
    let text = problem.file.line(line - 1).and_then(|range| problem.file.text().get(range)).unwrap_or("");
    let shown = Excerpt::new(text, column - 1, length, WIDTH - margin - 4);
    let pad = " ".repeat(margin + 1);
    let _ = writeln!(out, "{pad}╭─[{path}:{line}:{column}]");
    let _ = writeln!(out, "{line:>margin$} │ {}", shown.text);
    let before = " ".repeat(shown.start);
    match &problem.label {
        None => {
            let _ = writeln!(out, "{pad}· {before}{}", "─".repeat(shown.length));
        }
        Some(label) => {
            let middle = shown.length / 2;
            let (left, right) = ("─".repeat(middle), "─".repeat(shown.length - middle - 1));
            let _ = writeln!(out, "{pad}· {before}{left}┬{right}");
            let indent = " ".repeat(shown.start + middle);
            let first = format!("{pad}· {indent}╰── ");
            let rest = format!("{pad}· {indent}    ");
            if first.chars().count() + 24 > WIDTH {
                wrapped(out, &format!("{pad}· {}╰── ", " ".repeat(shown.start)), &format!("{pad}·     "), label);
            } else {
                wrapped(out, &first, &rest, label);
            }
        }
    }
    let _ = writeln!(out, "{pad}╰────");
}

/// The part of a line that is shown, and where in it the underlining goes (in characters).
struct Excerpt {
    text: String,
    start: usize,
    length: usize,
}

impl Excerpt {
    fn new(line: &str, start: usize, length: usize, room: usize) -> Self {
        let plain: Vec<char> = line.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
        let start = start.min(plain.len());
        let length = length.min(plain.len() - start).max(1);
        if plain.len() <= room {
            return Self { text: plain.into_iter().collect(), start, length };
        }
        let length = length.min(UNDERLINE_MAX);
        let first = (start + length / 2).saturating_sub(room / 2).min(plain.len().saturating_sub(room));
        let mut text: String = plain.iter().skip(first).take(room).collect();
        if first > 0 {
            text = format!("…{}", text.chars().skip(1).collect::<String>());
        }
        if first + room < plain.len() {
            text = format!("{}…", text.chars().take(room - 1).collect::<String>());
        }
        Self { text, start: start - first, length }
    }
}

/// Writes `text` in lines of at most [`WIDTH`] columns, the first after `first`, the others after `rest`.
fn wrapped(out: &mut String, first: &str, rest: &str, text: &str) {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            rest.clone_into(&mut line);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}
