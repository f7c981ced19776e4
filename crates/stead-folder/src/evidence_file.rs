//! A table of figures that a party brings: any columns, the first line names them.
//!
//! Read as strictly as the folder's own tables, so that a figure that is wrong is told by file, line and column.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use stead_rules::settlement::{Cells, Wrong};

use crate::csv_text::{Piece, pieces};
use crate::folder::{Folder, read_limited};
use crate::problem::{Problem, SourceFile};

/// A table that a party brings.
#[derive(Debug)]
pub struct EvidenceFile {
    file: Arc<SourceFile>,
    columns: BTreeMap<String, usize>,
    header: Range<usize>,
    rows: Vec<Vec<(String, Range<usize>)>>,
}

/// A row of it.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceRow<'a> {
    table: &'a EvidenceFile,
    cells: &'a [(String, Range<usize>)],
}

impl EvidenceFile {
    /// Reads a file.
    ///
    /// # Errors
    /// All that keeps it from being a table.
    pub fn load(path: &Path) -> Result<Self, Vec<Problem>> {
        let shown = path.to_string_lossy();
        let bytes = read_limited(path).map_err(|why| {
            let file = Arc::new(SourceFile::new(shown.as_ref(), ""));
            let problem = Problem::error("unreadable", format!("`{shown}` was not read: {why}"));
            vec![problem.within(&file).help("give a CSV file whose first line names its columns")]
        })?;
        Self::read(&shown, &bytes)
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// All that keeps them from being a table.
    pub fn read(shown: &str, bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let mut folder = Folder::new("evidence");
        folder.put_from(shown, "evidence.csv", bytes);
        let Some(file) = folder.file("evidence.csv").filter(|_| folder.problems().is_empty()) else {
            return Err(folder.problems().to_vec());
        };
        let (pieces, errors) = pieces(file.text());
        let mut problems: Vec<Problem> = errors
            .into_iter()
            .map(|error| Problem::error("bad-cell", error.message).at(file, error.span).help(error.help))
            .collect();
        let mut records = pieces.into_iter().filter_map(|piece| match piece {
            Piece::Record(cells) => Some(cells),
            Piece::Comment(_) | Piece::Blank => None,
        });
        let Some(header) = records.next() else {
            let problem = Problem::error("empty-file", "the table has no columns").within(file);
            return Err(vec![problem.help("let the first line name the columns")]);
        };
        let mut columns = BTreeMap::new();
        for (at, cell) in header.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
            if columns.insert(cell.text.to_string(), at).is_some() {
                let problem = Problem::error("duplicate-column", format!("there are two columns `{}`", cell.text));
                problems.push(problem.at(file, cell.span.clone()).help("give each column a name of its own"));
            }
        }
        let mut rows = Vec::new();
        for cells in records {
            if cells.len() != header.len() {
                let (cells_count, columns_count) = (cells.len(), header.len());
                let span =
                    cells.first().map_or(0, |cell| cell.span.start)..cells.last().map_or(0, |cell| cell.span.end);
                let message = format!("the row has {cells_count} cells, and there are {columns_count} columns");
                let help = "put a cell with a comma in it in quotation marks, or fill in the commas that are missing";
                problems.push(Problem::error("ragged-row", message).at(file, span).help(help));
            }
            rows.push(cells.into_iter().map(|cell| (cell.text.into_owned(), cell.span)).collect());
        }
        let header = header.first().map_or(0, |cell| cell.span.start)..header.last().map_or(0, |cell| cell.span.end);
        if problems.is_empty() { Ok(Self { file: Arc::clone(file), columns, header, rows }) } else { Err(problems) }
    }

    /// Whether it has a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// Its rows, in the file's order.
    pub fn rows(&self) -> impl Iterator<Item = EvidenceRow<'_>> {
        self.rows.iter().map(|cells| EvidenceRow { table: self, cells })
    }

    /// Something wrong with the table as a whole: told where it names its columns.
    pub fn problem(&self, message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem::error("evidence", message).at(&self.file, self.header.clone()).help(help)
    }

    /// What is wrong with rows, each once: a column that is not there is missing in every row.
    pub fn problems<'a>(&self, wrong: impl IntoIterator<Item = (EvidenceRow<'a>, Wrong)>) -> Vec<Problem> {
        let mut told = HashSet::new();
        let mut found = Vec::new();
        for (row, wrong) in wrong {
            match &wrong.column {
                Some(column) => found.push(row.problem(column, wrong.message, wrong.help)),
                None if told.insert(wrong.message.clone()) => found.push(self.problem(wrong.message, wrong.help)),
                None => {}
            }
        }
        found
    }
}

impl EvidenceRow<'_> {
    /// `settlement.csv:7`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.table.file.path(), self.line())
    }

    /// The line that it begins in.
    pub fn line(&self) -> usize {
        self.cells.first().map_or(0, |(_, span)| self.table.file.position(span.start).0)
    }

    /// Something wrong with the cell of a column.
    pub fn problem(&self, column: &str, message: impl Into<String>, help: impl Into<String>) -> Problem {
        let cell = self.table.columns.get(column).and_then(|at| self.cells.get(*at));
        let span = cell.map_or_else(|| self.table.header.clone(), |(_, span)| span.clone());
        Problem::error("evidence", message).at(&self.table.file, span).help(help)
    }
}

impl Cells for EvidenceRow<'_> {
    fn cell(&self, column: &str) -> Option<&str> {
        let at = self.table.columns.get(column)?;
        self.cells.get(*at).map(|(text, _)| text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_column_and_told_by_line() {
        let table = EvidenceFile::read("figures.csv", b"\xEF\xBB\xBFid , all\na,\"1,000\"\n\nb, 2\n").unwrap();
        let rows: Vec<_> = table.rows().collect();
        assert_eq!((rows[0].cell("all"), rows[1].cell("id"), rows[1].cell("none")), (Some("1,000"), Some("b"), None));
        assert_eq!(rows[1].place(), "figures.csv:4");
        assert_eq!(rows[1].problem("all", "wrong", "mend").position(), Some((4, 4, 1)));
    }

    #[test]
    fn what_is_no_table_is_told() {
        let told = |text: &str| EvidenceFile::read("f.csv", text.as_bytes()).unwrap_err()[0].to_string();
        assert_eq!(told(""), "the table has no columns");
        assert_eq!(told("a,a\n1,2\n"), "there are two columns `a`");
        assert_eq!(told("a,b\n1\n"), "the row has 1 cells, and there are 2 columns");
        assert_eq!(told("a,b\n\"1,2\n"), "a cell begins with a quotation mark and never ends");
    }
}
