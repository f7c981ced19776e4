//! Links: of what those around citizens need to see of each other's records, how much is open, what blocks the rest and what
//! one clause would open, by place and group. Counted in each bucket as it is written, and added up over all.
//!
//! Exact counts: [`crate::links`] decides what of them may be shown.

use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::ident;

use crate::outputs::{LINK_TEXTS, links_schema};
use crate::tables::Tables;

/// The counts of all buckets added up.
pub(crate) async fn counts(tables: &Tables<'_>) -> Result<DataFrame> {
    let counts = tables.scan_as("link_count_of_bucket", &links_schema()).await?;
    let sums = ["citizens", "links"].map(|name| sum(ident(name)).alias(name));
    counts.aggregate(LINK_TEXTS.map(ident).to_vec(), sums.to_vec())
}
