//! Rows as a test writes them down, and a small lake made of them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::arrow::ArrowWriter;
use stead_engine::Files;
use stead_engine::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListBuilder, RecordBatch, StringArray,
    StringBuilder, TimestampMillisecondArray,
};
use stead_engine::arrow::compute::cast;
use stead_rules::Day;
use stead_tables::{Kind, Spread};

/// A value of a row.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub enum Cell {
    Text(String),
    Texts(Vec<String>),
    Day(Day),
    Number(f64),
    /// A whole number, a moment or an amount.
    Whole(i64),
    Flag(bool),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for Cell {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<Day> for Cell {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// A row of a lake's table; columns that it does not name are empty.
#[derive(Clone, Default, PartialEq)]
pub struct Row(BTreeMap<&'static str, Cell>);

impl fmt::Debug for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line a row, so that a failing town can be read.
        let cell = |cell: &Cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Texts(texts) => format!("[{}]", texts.join(" ")),
            Cell::Day(day) => day.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Whole(number) => number.to_string(),
            Cell::Flag(flag) => flag.to_string(),
        };
        let cells = self.0.iter().map(|(column, it)| format!("{column}={}", cell(it)));
        write!(out, "{}", cells.collect::<Vec<_>>().join(" "))
    }
}

impl Row {
    /// The same row with a cell filled.
    pub fn with(mut self, column: &'static str, cell: impl Into<Cell>) -> Self {
        self.0.insert(column, cell.into());
        self
    }

    /// The same row with a cell filled when there is something to fill it with.
    pub fn maybe(self, column: &'static str, cell: Option<impl Into<Cell>>) -> Self {
        match cell {
            Some(cell) => self.with(column, cell),
            None => self,
        }
    }

    pub fn get(&self, column: &str) -> Option<&Cell> {
        self.0.get(column)
    }

    pub fn text(&self, column: &str) -> Option<&str> {
        self.get(column).map(|cell| match cell {
            Cell::Text(text) => text.as_str(),
            other => panic!("`{column}` is not text but {other:?}"),
        })
    }

    pub fn texts(&self, column: &str) -> &[String] {
        match self.get(column) {
            Some(Cell::Texts(texts)) => texts,
            _ => &[],
        }
    }

    pub fn day(&self, column: &str) -> Option<Day> {
        self.get(column).map(|cell| match cell {
            Cell::Day(day) => *day,
            other => panic!("`{column}` is not a day but {other:?}"),
        })
    }

    pub fn number(&self, column: &str) -> Option<f64> {
        self.get(column).map(|cell| match cell {
            Cell::Number(number) => *number,
            other => panic!("`{column}` is not a number but {other:?}"),
        })
    }

    pub fn whole(&self, column: &str) -> Option<i64> {
        self.get(column).map(|cell| match cell {
            Cell::Whole(number) => *number,
            other => panic!("`{column}` is not a whole number but {other:?}"),
        })
    }

    pub fn flag(&self, column: &str) -> bool {
        matches!(self.get(column), Some(Cell::Flag(true)))
    }
}

/// A lake in memory: rows by table, and how many buckets there are.
#[derive(Clone, Default, Debug)]
pub struct Lake {
    pub tables: BTreeMap<&'static str, Vec<Row>>,
    /// Which bucket each citizen lies in.
    pub bucket_of: BTreeMap<String, u16>,
    pub buckets: u16,
}

impl Lake {
    pub fn add(&mut self, table: &'static str, row: Row) {
        let known = stead_tables::table(table).unwrap_or_else(|| panic!("no table `{table}`"));
        for column in row.0.keys() {
            assert!(known.columns.iter().any(|it| it.name == *column), "`{table}` has no column `{column}`");
        }
        self.tables.entry(table).or_default().push(row);
    }

    /// A table's rows, sorted as its files are.
    pub fn rows(&self, table: &str) -> Vec<&Row> {
        let known = stead_tables::table(table).unwrap_or_else(|| panic!("no table `{table}`"));
        let mut rows: Vec<&Row> = self.tables.get(table).into_iter().flatten().collect();
        rows.sort_by(|a, b| {
            let keys = |row: &Row| known.order.iter().map(|&column| row.get(column).cloned()).collect::<Vec<_>>();
            keys(a).partial_cmp(&keys(b)).expect("no cell of the order is without order")
        });
        rows
    }

    /// A citizen's rows of a table.
    pub fn of(&self, table: &str, citizen: &str) -> Vec<&Row> {
        let mut rows = self.rows(table);
        rows.retain(|row| row.text("citizen") == Some(citizen));
        rows
    }

    /// Writes the tables below a folder; gives the files of each bucket. A table of a bucket without rows has no file.
    pub fn write(&self, folder: &Path) -> Vec<Files> {
        let mut all = vec![Files::default(); usize::from(self.buckets)];
        for &table in self.tables.keys() {
            let known = stead_tables::table(table).expect("a known table");
            let rows = self.rows(table);
            if known.spread == Spread::Whole {
                let file = folder.join(format!("{table}.parquet"));
                write(&file, known, &rows);
                all.iter_mut().for_each(|files| files.insert(table, vec![file.clone()]));
                continue;
            }
            for (bucket, files) in (0..).zip(&mut all) {
                let here =
                    |row: &&&Row| row.text("citizen").is_some_and(|who| self.bucket_of.get(who) == Some(&bucket));
                let rows: Vec<&Row> = rows.iter().filter(here).copied().collect();
                if !rows.is_empty() {
                    let file = folder.join(format!("{table}-{bucket}.parquet"));
                    write(&file, known, &rows);
                    files.insert(table, vec![file]);
                }
            }
        }
        all
    }
}

fn write(file: &Path, table: &stead_tables::Table, rows: &[&Row]) {
    let column = |column: &stead_tables::Column| -> ArrayRef {
        let cells = || rows.iter().map(|row| row.get(column.name));
        let text = |cell: Option<&Cell>| {
            cell.map(|cell| match cell {
                Cell::Text(text) => text.clone(),
                other => panic!("`{}` is text, not {other:?}", column.name),
            })
        };
        let whole = |cell: Option<&Cell>| {
            cell.map(|cell| match cell {
                Cell::Whole(number) => *number,
                other => panic!("`{}` is a whole number, not {other:?}", column.name),
            })
        };
        let array: ArrayRef = match column.kind {
            Kind::Text | Kind::Word => Arc::new(cells().map(text).collect::<StringArray>()),
            Kind::Words => {
                let mut lists = ListBuilder::new(StringBuilder::new());
                for cell in cells() {
                    let Some(Cell::Texts(texts)) = cell else {
                        lists.append(false);
                        continue;
                    };
                    texts.iter().for_each(|text| lists.values().append_value(text));
                    lists.append(true);
                }
                Arc::new(lists.finish())
            }
            Kind::Day => {
                Arc::new(rows.iter().map(|row| Some(row.day(column.name)?.epoch_days())).collect::<Date32Array>())
            }
            Kind::Moment => Arc::new(cells().map(whole).collect::<TimestampMillisecondArray>().with_timezone("UTC")),
            Kind::Count => {
                Arc::new(cells().map(|cell| whole(cell).map(|it| i32::try_from(it).unwrap())).collect::<Int32Array>())
            }
            Kind::Minor => Arc::new(cells().map(whole).collect::<Int64Array>()),
            Kind::Number => Arc::new(rows.iter().map(|row| row.number(column.name)).collect::<Float64Array>()),
            Kind::Flag => Arc::new(rows.iter().map(|row| Some(row.flag(column.name))).collect::<BooleanArray>()),
        };
        cast(&array, &column.kind.data_type()).unwrap()
    };
    let schema = table.schema();
    let columns = table.columns.iter().map(column).collect();
    let batch = RecordBatch::try_new(schema.clone(), columns).unwrap_or_else(|error| panic!("{}: {error}", table.name));
    let mut writer = ArrowWriter::try_new(File::create(file).unwrap(), schema, None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}
