//! Unmapped: codes, keys and units in the records that the folder has no word for, counted so that somebody can map them.
//! Counted in each bucket as it is written, and added up over all.

use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::expr_fn::{min, sum};
use datafusion::logical_expr::{cast, ident};
use stead_tables::Kind;

use crate::outputs::unmapped_schema;
use crate::tables::Tables;

/// `unmapped`: the counts of all buckets added up.
pub(crate) async fn unmapped(tables: &Tables<'_>) -> Result<DataFrame> {
    let counts = tables.scan_as("unmapped_of_bucket", &unmapped_schema()).await?;
    let added = counts.aggregate(
        vec![ident("meaning"), ident("code")],
        vec![min(ident("term")).alias("term"), sum(ident("records")).alias("records")],
    )?;
    let meaning = cast(ident("meaning"), Kind::Word.data_type()).alias("meaning");
    let columns = vec![meaning, ident("code"), ident("term"), ident("records")];
    added.select(columns)?.sort_by(vec![ident("meaning"), ident("code")])
}
