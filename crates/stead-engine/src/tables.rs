//! The tables that a plan reads: one bucket's files, or whole tables.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::{DFSchema, Result, internal_datafusion_err};
use datafusion::dataframe::DataFrame;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{EmptyRelation, LogicalPlan, SortExpr, ident};
use datafusion::object_store::ObjectStore;
use datafusion::prelude::{ParquetReadOptions, SessionContext};

use crate::location::Location;

/// Which files hold which table.
#[derive(Clone, Default)]
pub struct Files {
    tables: BTreeMap<String, Vec<Location>>,
    stores: Vec<(String, Arc<dyn ObjectStore>)>,
}

impl Files {
    /// Says that these files hold a table.
    pub fn insert<L: Into<Location>>(&mut self, table: &str, files: impl IntoIterator<Item = L>) {
        self.tables.insert(table.to_owned(), files.into_iter().map(Into::into).collect());
    }

    /// The files of a table; none when it has no rows.
    pub fn of(&self, table: &str) -> &[Location] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// All files, by table.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Location> {
        self.tables.values().flatten()
    }

    /// Says how the files at addresses that begin so (`s3://lakes`) are reached; those of this machine always are.
    pub fn reach(&mut self, address: &str, store: Arc<dyn ObjectStore>) {
        self.stores.push((address.to_owned(), store));
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.tables, out)
    }
}

/// The tables of one plan.
pub(crate) struct Tables<'a> {
    context: &'a SessionContext,
    files: &'a Files,
}

impl<'a> Tables<'a> {
    /// The tables that files hold, to be read by plans of `context`.
    pub(crate) fn new(context: &'a SessionContext, files: &'a Files) -> Result<Self> {
        for (address, store) in &files.stores {
            context.register_object_store(ObjectStoreUrl::parse(address)?.as_ref(), Arc::clone(store));
        }
        Ok(Self { context, files })
    }

    /// A table as it lies in its files; empty when it has none.
    pub(crate) async fn scan(&self, table: &str) -> Result<DataFrame> {
        let known = stead_tables::table(table).ok_or_else(|| internal_datafusion_err!("no table `{table}`"))?;
        self.scan_as(table, &known.schema()).await
    }

    /// A table that passes hand to each other, with these columns.
    pub(crate) async fn scan_as(&self, table: &str, schema: &SchemaRef) -> Result<DataFrame> {
        let urls = self.files.of(table).iter().map(Location::url).collect::<Result<Vec<_>>>()?;
        if urls.is_empty() {
            let schema = Arc::new(DFSchema::try_from(schema.as_ref().clone())?);
            let nothing = LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema });
            return Ok(DataFrame::new(self.context.state(), nothing));
        }
        // Every file is sorted by citizen first, so what follows citizens in order need not sort.
        let in_order = schema.index_of("citizen").is_ok_and(|at| at == 0) && urls.len() == 1;
        let order = in_order.then(|| vec![SortExpr::new(ident("citizen"), true, false)]);
        let options = ParquetReadOptions::default().schema(schema).file_sort_order(order.into_iter().collect());
        self.context.read_parquet(urls, options).await
    }
}
