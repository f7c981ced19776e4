//! The tables that a plan reads: one bucket's files, or whole tables.

use std::collections::BTreeMap;
use std::path::PathBuf;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::dataframe::DataFrame;
use datafusion::functions::expr_fn::named_struct;
use datafusion::functions_aggregate::array_agg::array_agg;
use datafusion::logical_expr::{Expr, JoinType, ident, lit};
use datafusion::prelude::{ParquetReadOptions, SessionContext};

/// Which files hold which table.
#[derive(Clone, Debug, Default)]
pub struct Files(BTreeMap<String, Vec<PathBuf>>);

impl Files {
    /// Says that these files hold a table.
    pub fn insert(&mut self, table: &str, files: Vec<PathBuf>) {
        self.0.insert(table.to_owned(), files);
    }

    /// The files of a table; none when it has no rows.
    pub fn of(&self, table: &str) -> &[PathBuf] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }
}

/// The tables of one plan.
pub(crate) struct Tables<'a> {
    pub(crate) context: &'a SessionContext,
    pub(crate) files: &'a Files,
}

impl Tables<'_> {
    /// A table as it lies in its files; empty when it has none.
    pub(crate) async fn scan(&self, table: &str) -> Result<DataFrame> {
        let known = stead_tables::table(table).ok_or_else(|| internal_datafusion_err!("no table `{table}`"))?;
        self.scan_as(table, &known.schema()).await
    }

    /// A table that passes hand to each other, whose rows are nested.
    pub(crate) async fn scan_as(
        &self,
        table: &str,
        schema: &datafusion::arrow::datatypes::SchemaRef,
    ) -> Result<DataFrame> {
        let paths: Vec<String> = self.files.of(table).iter().map(|path| path.to_string_lossy().into_owned()).collect();
        if paths.is_empty() {
            return self.context.read_batch(RecordBatch::new_empty(schema.clone()));
        }
        self.context.read_parquet(paths, ParquetReadOptions::default().schema(schema)).await
    }
}

/// Gathers a citizen's rows: one row a citizen, the named columns of the others as a list of rows called `name`.
pub(crate) fn gather(rows: DataFrame, name: &str, columns: Vec<(&str, Expr)>) -> Result<DataFrame> {
    let cells = columns.into_iter().flat_map(|(column, value)| [lit(column), value]).collect();
    rows.aggregate(vec![ident("citizen")], vec![array_agg(named_struct(cells)).alias(name)])
}

/// Lays gathered rows beside the citizens they belong to; a citizen without any has nothing there.
pub(crate) fn beside(citizens: DataFrame, gathered: DataFrame) -> Result<DataFrame> {
    let gathered = gathered.with_column_renamed("citizen", "whose")?;
    citizens.join(gathered, JoinType::Left, &["citizen"], &["whose"], None)?.drop_columns(&["whose"])
}
