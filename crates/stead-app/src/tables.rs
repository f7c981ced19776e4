//! Every table of the lake and of results, described.

use serde::Serialize;
use stead_tables::{LAKE, RESULTS, SETTLED, Spread, Table};

use crate::error::AppError;

/// The version of the description's shape; a reader that knows this number understands every field.
pub const TABLES_VERSION: u32 = 1;

/// A table.
#[derive(Clone, Debug, Serialize)]
pub struct TableView {
    /// Its name.
    pub name: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// `lake`, `results` or `settlement`.
    pub of: &'static str,
    /// Whether a citizen's rows lie in the citizen's bucket; otherwise the table is one file.
    pub by_citizen: bool,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// The columns that rows are sorted by.
    pub order: &'static [&'static str],
}

/// A column.
#[derive(Clone, Debug, Serialize)]
pub struct ColumnView {
    /// Its name.
    pub name: &'static str,
    /// What sort of value, in plain words.
    pub kind: &'static str,
    /// Whether it may be empty.
    pub may_be_empty: bool,
    /// What it says.
    pub about: &'static str,
}

/// The tables of these names; all, when none is named.
///
/// # Errors
/// When there is no table of a name.
pub fn tables(names: &[String]) -> Result<Vec<TableView>, AppError> {
    if let Some(name) = names.iter().find(|name| stead_tables::table(name).is_none()) {
        let all: Vec<&str> = stead_tables::all().map(|table| table.name).collect();
        let message = format!("there is no table `{name}`; there are {}", all.join(", "));
        return Err(AppError::NotThere { message });
    }
    let chosen = |table: &&Table| names.is_empty() || names.iter().any(|name| name == table.name);
    let lake = LAKE.iter().filter(chosen).map(|table| view(table, "lake"));
    let results = RESULTS.iter().filter(chosen).map(|table| view(table, "results"));
    let settled = SETTLED.iter().filter(chosen).map(|table| view(table, "settlement"));
    Ok(lake.chain(results).chain(settled).collect())
}

fn view(table: &Table, of: &'static str) -> TableView {
    let columns = table.columns.iter().map(|column| ColumnView {
        name: column.name,
        kind: column.kind.word(),
        may_be_empty: column.optional,
        about: column.about,
    });
    TableView {
        name: table.name,
        about: table.about,
        of,
        by_citizen: table.spread == Spread::ByCitizen,
        columns: columns.collect(),
        order: table.order,
    }
}
