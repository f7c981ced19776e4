//! Fragmentation: how scattered each citizen's care is, with care density from the providers' shared citizens.
//!
//! scatter_of_bucket, beside provider_pair → [`stead_rules::density`]
//!
//! The rows are those of the bucket; the density is worked out as they are written, once the pairs are known.

use datafusion::common::Result;
use datafusion::dataframe::DataFrame;

use crate::outputs::scatter_schema;
use crate::tables::Tables;

/// What `fragmentation` is made from: the citizens alive on the day of the run, and what pairs of providers share.
pub(crate) async fn fragmentation(tables: &Tables<'_>) -> Result<(DataFrame, DataFrame)> {
    let scatter = tables.scan_as("scatter_of_bucket", &scatter_schema()).await?;
    Ok((scatter, tables.scan("provider_pair").await?))
}
