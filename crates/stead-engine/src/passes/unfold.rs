//! Unfolding: the nested answers of `standing` and `care` as the tables that people read.

use datafusion::common::{Result, UnnestOptions, internal_datafusion_err};
use datafusion::dataframe::DataFrame;
use datafusion::functions::core::expr_ext::FieldAccessor;
use datafusion::logical_expr::{Expr, cast, ident};
use stead_tables::Table;

use crate::tables::Tables;

/// One row for each nested row: the list `part` of the answer `nested`, as result table `table`.
pub(crate) async fn unfold(tables: &Tables<'_>, nested: &str, part: &str, table: &str) -> Result<DataFrame> {
    let table = known(table)?;
    let rows = lists(tables, nested, part).await?;
    rows.select(table.columns.iter().map(|column| column_of(table, column.name)).collect::<Result<Vec<_>>>()?)
}

/// One row a citizen: the row `person` of `standing`, of those alive on the day of the run.
pub(crate) async fn person(tables: &Tables<'_>) -> Result<DataFrame> {
    let table = known("person")?;
    let standing = tables.scan_as("standing", &super::standing::schema()).await?;
    let person = ident("standing").field("person");
    let alive = standing.filter(person.clone().field("alive"))?.select(vec![ident("citizen"), person.alias("row")])?;
    alive.select(table.columns.iter().map(|column| column_of(table, column.name)).collect::<Result<Vec<_>>>()?)
}

/// The nested rows of a part, each beside its citizen, as column `row`.
pub(crate) async fn lists(tables: &Tables<'_>, nested: &str, part: &str) -> Result<DataFrame> {
    let schema = if nested == "standing" { super::standing::schema() } else { super::care::schema() };
    let answers = tables.scan_as(nested, &schema).await?;
    let rows = answers.select(vec![ident("citizen"), ident(nested).field(part).alias("row")])?;
    rows.unnest_columns_with_options(&["row"], UnnestOptions::new().with_preserve_nulls(false))
}

/// A column of a result table, from the column `row` or the citizen beside it.
pub(crate) fn column_of(table: &Table, name: &str) -> Result<Expr> {
    let column = table.columns.iter().find(|column| column.name == name);
    let kind = column.ok_or_else(|| internal_datafusion_err!("no column `{name}` in `{}`", table.name))?.kind;
    let value = if name == "citizen" { ident("citizen") } else { ident("row").field(name) };
    Ok(cast(value, kind.data_type()).alias(name))
}

/// A table that `stead_tables` knows.
pub(crate) fn known(table: &str) -> Result<&'static Table> {
    stead_tables::table(table).ok_or_else(|| internal_datafusion_err!("no table `{table}`"))
}
