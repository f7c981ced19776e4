//! CSV files held against their description: columns, cells, and the ids they define and mention.

use std::ops::Range;
use std::sync::Arc;

use stead_rules::{Day, System};

use crate::csv_text::{Cell, Piece, pieces};
use crate::days::doubtful_year;
use crate::index::{Index, Named, Spot};
use crate::near::{did_you_mean, listed, nearest};
use crate::problem::{Problem, SourceFile};
use crate::sheet::{CellShape, Column, Need, Sheet};
use crate::thing::{Thing, is_id};

/// A row whose cells have been checked: an empty cell, or a column that is not there, is `None`.
pub(crate) struct Row<'a> {
    cells: Vec<(&'static Column, Cell<'a>)>,
    /// Where the row begins and ends.
    pub(crate) span: Range<usize>,
    /// What the row defines; the id is empty where rows have none.
    pub(crate) named: Named,
}

impl<'a> Row<'a> {
    pub(crate) fn cell(&self, name: &str) -> Option<&Cell<'a>> {
        self.cells.iter().find(|(column, _)| column.name == name).map(|(_, cell)| cell)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.cell(name).map(|cell| cell.text.as_ref())
    }

    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.cell(name).into_iter().flat_map(|cell| parts(&cell.text)).map(|(text, _)| text)
    }

    pub(crate) fn day(&self, name: &str) -> Option<Day> {
        self.text(name)?.parse().ok()
    }

    pub(crate) fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.text(name)?.parse().ok()
    }
}

/// Reads a table. Rows with errors are left out; the errors are in the index.
///
/// `by` owns the mentions of rows that have no id of their own, and breaks with them.
pub(crate) fn read<'a>(
    index: &mut Index,
    file: &'a Arc<SourceFile>,
    sheet: &'static Sheet,
    by: &Named,
) -> Vec<Row<'a>> {
    let (found, errors) = pieces(file.text());
    if !errors.is_empty() {
        for error in errors {
            index.report(Problem::error("csv-syntax", error.message).at(file, error.span).help(error.help));
        }
        index.break_off(by);
        index.incomplete(sheet.thing);
        return Vec::new();
    }
    let mut records =
        found.into_iter().filter_map(|piece| if let Piece::Record(cells) = piece { Some(cells) } else { None });
    let Some(header) = records.next() else { return Vec::new() };
    let mut reader = Reader { index, file, sheet, by };
    if reader.is_for_the_spreadsheet(&header) {
        return Vec::new();
    }
    let Some(columns) = reader.columns(&header) else { return Vec::new() };
    records.filter_map(|cells| reader.row(&columns, cells)).collect()
}

struct Reader<'r> {
    index: &'r mut Index,
    file: &'r Arc<SourceFile>,
    sheet: &'static Sheet,
    by: &'r Named,
}

impl Reader<'_> {
    /// Whether the first line is one by which a spreadsheet program tells itself how cells are separated: an error.
    fn is_for_the_spreadsheet(&mut self, header: &[Cell<'_>]) -> bool {
        let first = header.first().filter(|cell| cell.text.starts_with("sep=") && header.len() <= 2);
        if first.is_some() {
            let message = "the first line is one of the spreadsheet program's own, not the names of the columns";
            let help = "take the line out, and separate cells by commas";
            self.error("csv-syntax", message.to_owned(), whole_record(header), help);
            self.index.break_off(self.by);
            self.index.incomplete(self.sheet.thing);
        }
        first.is_some()
    }

    /// The columns that the first line names, each in its place; `None` when the table cannot be read by them.
    fn columns(&mut self, header: &[Cell<'_>]) -> Option<Vec<Option<&'static Column>>> {
        if let [only] = header
            && only.text.contains([';', '\t'])
        {
            let help = "separate cells by commas (in a spreadsheet program, save as \"CSV UTF-8\" with commas)";
            self.error("csv-syntax", "the columns are not separated by commas".to_owned(), only.span.clone(), help);
            self.index.incomplete(self.sheet.thing);
            return None;
        }
        let mut columns: Vec<Option<&'static Column>> = Vec::new();
        for cell in header {
            let column = self.sheet.columns.iter().find(|column| column.name == cell.text);
            match column {
                Some(column) if columns.iter().flatten().any(|known| known.name == column.name) => {
                    let message = format!("the column `{}` is there twice", column.name);
                    self.error("duplicate-column", message, cell.span.clone(), "take one out");
                    columns.push(None);
                }
                Some(column) => columns.push(Some(column)),
                None if cell.text.is_empty() => columns.push(None),
                None => {
                    let meant = self.unknown_column(cell, header);
                    columns.push(meant.filter(|meant| !columns.iter().flatten().any(|known| known.name == meant.name)));
                }
            }
        }
        let missing: Vec<&Column> = self
            .sheet
            .columns
            .iter()
            .filter(|column| column.need != Need::Optional)
            .filter(|column| !columns.iter().flatten().any(|known| known.name == column.name))
            .collect();
        for column in &missing {
            let message = format!("the column `{}` is missing", column.name);
            let span = whole_record(header);
            let help = format!("the columns are {}; the first line names them", listed(self.sheet.names(), "and"));
            self.error("missing-column", message, span, &help);
        }
        if !missing.is_empty() {
            self.index.incomplete(self.sheet.thing);
        }
        missing.is_empty().then_some(columns)
    }

    /// Reports a column that the table cannot have; gives back the one that was probably meant.
    fn unknown_column(&mut self, cell: &Cell<'_>, header: &[Cell<'_>]) -> Option<&'static Column> {
        let word = cell.text.as_ref();
        let near = self
            .sheet
            .columns
            .iter()
            .find(|column| column.also.contains(&word))
            .map(|column| column.name)
            .or_else(|| nearest(word, self.sheet.names()));
        let message = format!("unknown column `{word}`{}", did_you_mean(near));
        let help = format!("the columns are {}", listed(self.sheet.names(), "and"));
        let meant = self.sheet.columns.iter().find(|column| Some(column.name) == near);
        let missing =
            meant.filter(|meant| meant.need != Need::Optional && header.iter().all(|cell| cell.text != meant.name));
        let problem = Problem::error("unknown-column", message).at(self.file, cell.span.clone()).help(help);
        self.index.report(match missing {
            Some(missing) => problem.label(format!("the column `{}` is missing", missing.name)),
            None => problem,
        });
        meant
    }

    fn row<'a>(&mut self, columns: &[Option<&'static Column>], cells: Vec<Cell<'a>>) -> Option<Row<'a>> {
        let span = whole_record(&cells);
        let named = self.name_of(columns, &cells);
        let before = self.index.errors();
        if !self.count_fits(columns, &cells, &span) {
            self.index.partly_read = true;
            if self.sheet.thing == Thing::Service {
                self.index.incomplete(Thing::Kind);
            }
            self.index.break_off(&named);
            return None;
        }
        let cells: Vec<(&'static Column, Cell<'a>)> =
            columns.iter().zip(cells).filter_map(|(column, cell)| Some(((*column)?, cell))).collect();
        for (column, cell) in &cells {
            self.cell(column, cell, &named);
        }
        for column in self.sheet.columns.iter().filter(|column| column.need == Need::Full) {
            if let Some((_, cell)) =
                cells.iter().find(|(known, cell)| known.name == column.name && cell.text.is_empty())
            {
                let message = format!("`{}` is empty", column.name);
                let at = if cell.span.is_empty() { span.clone() } else { cell.span.clone() };
                let problem = Problem::error("empty", message).label(format!("this row needs a `{}`", column.name));
                self.index.report(problem.at(self.file, at));
            }
        }
        if self.index.errors() > before {
            self.index.break_off(&named);
            return None;
        }
        Some(Row { cells: cells.into_iter().filter(|(_, cell)| !cell.text.is_empty()).collect(), span, named })
    }

    fn name_of(&self, columns: &[Option<&'static Column>], cells: &[Cell<'_>]) -> Named {
        let own = columns
            .iter()
            .zip(cells)
            .find(|(column, _)| column.is_some_and(|column| matches!(column.cell, CellShape::Own | CellShape::OwnKey)));
        own.map_or_else(|| self.by.clone(), |(_, cell)| (self.sheet.thing, cell.text.as_ref().to_owned()))
    }

    fn count_fits(&mut self, columns: &[Option<&'static Column>], cells: &[Cell<'_>], span: &Range<usize>) -> bool {
        let extra = cells.get(columns.len()..).unwrap_or(&[]);
        if let Some(first) = extra.first() {
            let first = extra.iter().find(|cell| !cell.text.is_empty()).unwrap_or(first);
            let message = format!("this row has {} cells, but there are {} columns", cells.len(), columns.len());
            let help = "put a cell that holds commas in quotation marks; separate several values by `;`";
            let at = if first.span.is_empty() { span.clone() } else { first.span.clone() };
            self.error("cells", message, at, help);
            return false;
        }
        if cells.len() < columns.len() {
            let message = format!("this row has {} cells, but there are {} columns", cells.len(), columns.len());
            self.error("cells", message, span.clone(), "leave a cell empty by two commas in a row");
            return false;
        }
        true
    }

    fn cell(&mut self, column: &'static Column, cell: &Cell<'_>, named: &Named) {
        let text = cell.text.as_ref();
        if text.is_empty() {
            return;
        }
        let name = column.name;
        let spot = Spot::new(self.file, cell.span.clone());
        match &column.cell {
            CellShape::Own => {
                self.index.define(self.sheet.thing, text, &spot);
            }
            CellShape::OwnKey => {
                self.index.define_key(self.sheet.thing, text, &spot);
            }
            CellShape::Text => {}
            CellShape::Texts => {
                let doubts: Vec<Problem> =
                    parts(text).filter_map(|part| self.comma(name, Problem::warning, cell, part)).collect();
                doubts.into_iter().for_each(|doubt| self.index.report(doubt));
            }
            CellShape::Id(thing) => self.mention(*thing, text, spot, named),
            CellShape::Keys(thing) => {
                for (key, part) in parts(text) {
                    match self.comma(name, Problem::error, cell, (key, part.clone())) {
                        Some(problem) => self.index.report(problem),
                        None => self.index.mention(named, *thing, key, Spot::new(self.file, cell.part(part))),
                    }
                }
            }
            CellShape::Word(thing) => self.index.define_word(*thing, text, &spot),
            CellShape::Words(thing) => {
                for (word, part) in parts(text) {
                    let spot = Spot::new(self.file, cell.part(part.clone()));
                    match self.comma(name, Problem::error, cell, (word, part)) {
                        Some(problem) => {
                            self.index.report(problem);
                            let meant = word.split(',').map(str::trim).filter(|word| is_id(word));
                            meant.for_each(|word| self.index.define_word(*thing, word, &spot));
                        }
                        None => self.index.define_word(*thing, word, &spot),
                    }
                }
            }
            CellShape::Day => match text.parse::<Day>() {
                Err(error) => self.error("bad-day", error.to_string(), cell.span.clone(), day_help(text)),
                Ok(day) => {
                    if let Some(problem) = doubtful_year(name, day) {
                        self.index.report(problem.at(self.file, cell.span.clone()));
                    }
                }
            },
            CellShape::Whole(low, high) => self.whole(name, *low, *high, cell),
            CellShape::Degrees(most) => self.degrees(name, *most, cell),
            CellShape::OneOf(words) => self.one_of(name, &words(), cell),
            CellShape::OpenTo => match text.strip_prefix("group:") {
                Some(group) => {
                    let group = group.trim();
                    let start = text.len() - group.len();
                    self.mention(Thing::Group, group, Spot::new(self.file, cell.part(start..text.len())), named);
                }
                None => self.one_of(name, &["anyone", "registered", "group:ID"], cell),
            },
            CellShape::System => self.system(cell),
        }
    }

    /// A value with a comma in it, where several values were probably meant.
    fn comma(
        &self,
        name: &str,
        problem: fn(&'static str, String) -> Problem,
        cell: &Cell<'_>,
        (value, at): (&str, Range<usize>),
    ) -> Option<Problem> {
        let values: Vec<&str> = value.split(',').map(str::trim).filter(|value| !value.is_empty()).collect();
        value.contains(',').then(|| {
            problem("comma", format!("`{value}` in `{name}` counts as one value"))
                .at(self.file, cell.part(at))
                .help(format!("separate several values by `;`, not by commas: `{}`", values.join(";")))
        })
    }

    fn mention(&mut self, thing: Thing, id: &str, spot: Spot, named: &Named) {
        if self.index.check_id(thing, id, &spot) {
            self.index.mention(named, thing, id, spot);
        }
    }

    fn whole(&mut self, name: &str, low: i64, high: i64, cell: &Cell<'_>) {
        match cell.text.parse::<i64>() {
            Ok(number) if (low..=high).contains(&number) => {}
            Ok(_) if high == i64::from(u32::MAX) => {
                self.error(
                    "out-of-range",
                    format!("`{name}` cannot be `{}`", cell.text),
                    cell.span.clone(),
                    "write a whole number, 0 or more",
                );
            }
            Ok(_) => {
                let message = format!("`{name}` must be between {low} and {high}");
                self.error("out-of-range", message, cell.span.clone(), "");
            }
            Err(_) => {
                let message = format!("`{name}` is `{}`; write a whole number", cell.text);
                self.error(
                    "wrong-type",
                    message,
                    cell.span.clone(),
                    "without a decimal point, thousands separators or units",
                );
            }
        }
    }

    fn degrees(&mut self, name: &str, most: f64, cell: &Cell<'_>) {
        match cell.text.parse::<f64>() {
            Ok(number) if number.abs() <= most => {}
            Ok(number) if number.is_finite() => {
                let message = format!("`{name}` must be between -{most} and {most} degrees");
                let help = if number.abs() > 360.0 {
                    "these look like metres of a national grid; write longitude and latitude (WGS84)"
                } else {
                    "are longitude and latitude swapped?"
                };
                self.error("out-of-range", message, cell.span.clone(), help);
            }
            _ => {
                let message = format!("`{name}` is `{}`; write degrees, such as -3.53", cell.text);
                self.error("wrong-type", message, cell.span.clone(), "");
            }
        }
    }

    fn one_of(&mut self, name: &str, words: &[&str], cell: &Cell<'_>) {
        if words.contains(&cell.text.as_ref()) && cell.text != "group:ID" {
            return;
        }
        let near = did_you_mean(nearest(&cell.text, words.iter().copied()));
        let help = format!("write {}", listed(words.iter().copied(), "or"));
        self.error("unknown-word", format!("`{name}` cannot be `{}`{near}", cell.text), cell.span.clone(), &help);
    }

    fn system(&mut self, cell: &Cell<'_>) {
        let text = cell.text.as_ref();
        if System::short_names().any(|known| known == text) || text.contains(':') {
            return;
        }
        let squeezed: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let near = System::short_names()
            .find(|known| squeezed == *known || squeezed == format!("{known}ct") || squeezed == format!("sct{known}"))
            .or_else(|| nearest(&squeezed, System::short_names()));
        let message = format!("unknown system `{text}`{}", did_you_mean(near));
        let help = format!("write {}, or the system's URI", listed(System::short_names(), "or"));
        self.error("unknown-system", message, cell.span.clone(), &help);
    }

    fn error(&mut self, code: &'static str, message: String, span: Range<usize>, help: &str) {
        let problem = Problem::error(code, message).at(self.file, span);
        self.index.report(if help.is_empty() { problem } else { problem.help(help) });
    }
}

/// The values of a cell that holds several, each with where in the cell's text it stands.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = 0;
    text.split(';').filter_map(move |part| {
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        let part = part.trim();
        (!part.is_empty()).then(|| (part, start..start + part.len()))
    })
}

fn whole_record(cells: &[Cell<'_>]) -> Range<usize> {
    let start = cells.first().map_or(0, |cell| cell.span.start);
    start..cells.last().map_or(start, |cell| cell.span.end)
}

fn day_help(text: &str) -> &'static str {
    if text.contains('/') {
        "a spreadsheet program has rewritten the day; format the column as text, and write year-month-day"
    } else {
        ""
    }
}
