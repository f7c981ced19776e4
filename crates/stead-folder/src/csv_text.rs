//! CSV text cut into records and cells, each with where it stands, comments and blank lines included.
//!
//! Cells are separated by commas; a cell with commas, quotation marks or line breaks stands in quotation marks, which are doubled inside it
//! (RFC 4180). Lines that begin with `#` are comments. Spaces around a cell do not count.

use std::borrow::Cow;
use std::ops::Range;

/// A piece of a CSV file, in the order in which they stand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    /// A line that begins with `#`, without its line ending.
    Comment(&'a str),
    /// A line with nothing in it, or with nothing but commas and spaces.
    Blank,
    /// A line (or several, when a cell holds line breaks) with cells.
    Record(Vec<Cell<'a>>),
}

/// A cell: its text without quotation marks and outer spaces, and where it stands, quotation marks included.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) span: Range<usize>,
    /// Where the text begins within the span; `None` when it does not stand there as it is, for doubled quotation marks.
    begins: Option<usize>,
}

impl Cell<'_> {
    /// Where a part of the cell's text stands; the whole cell where that cannot be told.
    pub(crate) fn part(&self, part: Range<usize>) -> Range<usize> {
        self.begins.map_or(self.span.clone(), |begins| {
            let start = self.span.start + begins;
            start + part.start..start + part.end
        })
    }
}

/// Why a cell cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CellError {
    pub(crate) message: &'static str,
    pub(crate) help: &'static str,
    pub(crate) span: Range<usize>,
}

/// Cuts a text into pieces. Errors name cells that were read as well as could be.
pub(crate) fn pieces(text: &str) -> (Vec<Piece<'_>>, Vec<CellError>) {
    let mut cutter = Cutter { text, at: 0, errors: Vec::new() };
    let mut pieces = Vec::new();
    while cutter.at < text.len() {
        pieces.push(cutter.piece());
    }
    (pieces, cutter.errors)
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
    errors: Vec<CellError>,
}

impl<'a> Cutter<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn piece(&mut self) -> Piece<'a> {
        if self.peek() == Some(b'#') {
            let line = self.until(|byte| byte == b'\n');
            self.at += 1;
            return Piece::Comment(line.trim_end());
        }
        let cells = self.record();
        if cells.iter().all(|cell| cell.text.is_empty()) { Piece::Blank } else { Piece::Record(cells) }
    }

    fn record(&mut self) -> Vec<Cell<'a>> {
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell());
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => {
                    self.line_end();
                    return cells;
                }
            }
        }
    }

    fn line_end(&mut self) {
        self.until(|byte| byte == b'\n');
        self.at = (self.at + 1).min(self.text.len());
    }

    fn cell(&mut self) -> Cell<'a> {
        self.until(|byte| byte != b' ' && byte != b'\t');
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        let start = self.at;
        let whole = self.until(|byte| matches!(byte, b',' | b'\n'));
        let text = whole.trim();
        let start = start + (whole.len() - whole.trim_start().len()).min(whole.trim_end().len());
        Cell { text: Cow::Borrowed(text), span: start..start + text.len(), begins: Some(0) }
    }

    fn quoted(&mut self) -> Cell<'a> {
        let start = self.at;
        self.at += 1;
        let mut text = Cow::Borrowed("");
        loop {
            let part = self.until(|byte| byte == b'"');
            append(&mut text, part);
            if self.peek().is_none() {
                let line = self.text.get(start..).and_then(|rest| rest.lines().next()).map_or(1, str::len);
                self.errors.push(CellError {
                    message: "a cell begins with a quotation mark and never ends",
                    help: "end the cell with a quotation mark; double those that belong to its text",
                    span: start..start + line,
                });
                break;
            }
            self.at += 1;
            if self.peek() != Some(b'"') {
                break;
            }
            append(&mut text, "\"");
            self.at += 1;
        }
        let end = self.at;
        let rest = self.until(|byte| matches!(byte, b',' | b'\n'));
        if !rest.trim().is_empty() {
            self.errors.push(CellError {
                message: "text follows the quotation mark that ends a cell",
                help: "double quotation marks that belong to the text, and put a comma between cells",
                span: end..end + rest.trim_end().len(),
            });
        }
        let (trimmed, begins) = match text {
            Cow::Borrowed(text) => (Cow::Borrowed(text.trim()), Some(1 + text.len() - text.trim_start().len())),
            Cow::Owned(text) => (Cow::Owned(text.trim().to_owned()), None),
        };
        Cell { text: trimmed, span: start..end, begins }
    }

    /// Takes bytes until one is `found` or the text ends. All that is looked for is ASCII, so cuts never split a character.
    fn until(&mut self, found: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or("");
        let length = rest.bytes().position(found).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or("")
    }
}

fn append<'a>(text: &mut Cow<'a, str>, part: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(part);
    } else if !part.is_empty() {
        text.to_mut().push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn records(text: &str) -> Vec<Vec<String>> {
        let cells = |cells: Vec<Cell<'_>>| cells.into_iter().map(|cell| cell.text.into_owned()).collect();
        let records = pieces(text).0.into_iter();
        records.filter_map(|piece| if let Piece::Record(found) = piece { Some(cells(found)) } else { None }).collect()
    }

    #[test]
    fn cells_know_where_they_stand() {
        let text = "a, \"b \"\"c\"\"\" ,d\r\n# note\r\n,,\r\n\"x;y\",é , z";
        let (found, errors) = pieces(text);
        assert_eq!(errors, []);
        let Some(Piece::Record(first)) = found.first() else { panic!("a record") };
        assert_eq!(first[1].text, "b \"c\"");
        assert_eq!(&text[first[1].span.clone()], "\"b \"\"c\"\"\"");
        assert_eq!(first[2].text, "d");
        assert_eq!(found[1], Piece::Comment("# note"));
        assert_eq!(found[2], Piece::Blank);
        let Piece::Record(last) = &found[3] else { panic!("a record") };
        assert_eq!(&text[last[0].part(2..3)], "y");
        assert_eq!(&text[last[1].span.clone()], "é");
        assert_eq!(&text[last[2].span.clone()], "z");
    }

    #[test]
    fn parts_of_a_quoted_cell_stand_where_their_text_stands() {
        for (text, part) in [("\" x;y \"", "y"), ("\" x;é", "é"), ("\"x;\"\"\"", "\"x;\"\"\"")] {
            let (found, _) = pieces(text);
            let Some(Piece::Record(cells)) = found.first() else { panic!("a record") };
            assert_eq!(&text[cells[0].part(2..cells[0].text.len())], part, "{text}");
        }
    }

    #[test]
    fn a_cell_that_never_ends_is_told_where_it_began() {
        let (_, errors) = pieces("a,b\n1,\"2\n3,4\n");
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].span, 6..8);
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_back(
            rows in prop::collection::vec(prop::collection::vec("[a-z\",;\n #é]{0,6}", 3..4), 1..6)
        ) {
            let mut writer = csv::WriterBuilder::new().comment(Some(b'#')).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let trimmed: Vec<Vec<String>> =
                rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect();
            let expected: Vec<Vec<String>> =
                trimmed.into_iter().filter(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty())).collect();
            prop_assert_eq!(records(&text), expected);
        }

        #[test]
        fn any_text_at_all_is_cut_without_losing_the_thread(text in ".{0,60}") {
            for piece in pieces(&text).0 {
                if let Piece::Record(cells) = piece {
                    for cell in cells {
                        prop_assert!(text.get(cell.span.clone()).is_some());
                        prop_assert!(text.get(cell.part(0..cell.text.len())).is_some());
                    }
                }
            }
        }
    }
}
