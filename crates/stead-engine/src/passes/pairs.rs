//! Pairs: which providers share citizens. Counted in each bucket as it is written, and added up over all.

use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::{cast, ident, lit};
use stead_tables::Kind;

use crate::outputs::pairs_schema;
use crate::tables::Tables;

/// `provider_pair`: the counts of all buckets added up; those that share at least `patients_min`.
pub(crate) async fn pairs(tables: &Tables<'_>, patients_min: u32) -> Result<DataFrame> {
    let counts = tables.scan_as("provider_pair_of_bucket", &pairs_schema()).await?;
    let added =
        counts.aggregate(vec![ident("first"), ident("second")], vec![sum(ident("patients")).alias("patients")])?;
    let enough = added.filter(ident("patients").gt_eq(lit(i64::from(patients_min))))?;
    let word = |name: &str| cast(ident(name), Kind::Word.data_type()).alias(name);
    let columns =
        vec![word("first"), word("second"), cast(ident("patients"), Kind::Count.data_type()).alias("patients")];
    // Sorted last, so that the order is known of what comes out, wherever it is computed.
    enough.select(columns)?.sort_by(vec![ident("first"), ident("second")])
}
