//! Pairs: which providers share citizens. Counted in each bucket, then added up over all.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::functions::core::expr_ext::FieldAccessor;
use datafusion::functions_aggregate::expr_fn::{count, sum};
use datafusion::logical_expr::{JoinType, cast, ident, lit};
use stead_tables::Kind;

use super::unfold::lists;
use crate::tables::Tables;

/// The columns of one bucket's counts.
pub(crate) fn schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![text("first"), text("second"), Field::new("patients", DataType::Int64, true)]))
}

/// Each pair of providers of one bucket's citizens, with how many of these they share.
pub(crate) async fn pairs_of_bucket(tables: &Tables<'_>) -> Result<DataFrame> {
    let pairs = pairs_of_citizens(tables).await?;
    let counted = pairs.aggregate(vec![ident("first"), ident("second")], vec![count(lit(1)).alias("patients")])?;
    counted.select(vec![ident("first"), ident("second"), cast(ident("patients"), DataType::Int64).alias("patients")])
}

/// Each citizen's pairs of providers: citizen, first, second, where first < second.
pub(crate) async fn pairs_of_citizens(tables: &Tables<'_>) -> Result<DataFrame> {
    let providers = lists(tables, "care", "providers").await?;
    let side = |citizen: &str, provider: &str| {
        providers.clone().select(vec![ident("citizen").alias(citizen), ident("row").field("provider").alias(provider)])
    };
    let (one, other) = (side("citizen", "first")?, side("whose", "second")?);
    let pairs = one.join(other, JoinType::Inner, &["citizen"], &["whose"], Some(ident("first").lt(ident("second"))))?;
    pairs.select(vec![ident("citizen"), ident("first"), ident("second")])
}

/// `provider_pair`: the counts of all buckets added up; those that share at least `patients_min`.
pub(crate) async fn pairs(tables: &Tables<'_>, patients_min: u32) -> Result<DataFrame> {
    let counts = tables.scan_as("provider_pair_of_bucket", &schema()).await?;
    let added =
        counts.aggregate(vec![ident("first"), ident("second")], vec![sum(ident("patients")).alias("patients")])?;
    let enough = added.filter(ident("patients").gt_eq(lit(i64::from(patients_min))))?;
    let word = |name: &str| cast(ident(name), Kind::Word.data_type()).alias(name);
    let columns =
        vec![word("first"), word("second"), cast(ident("patients"), Kind::Count.data_type()).alias("patients")];
    enough.sort_by(vec![ident("first"), ident("second")])?.select(columns)
}
