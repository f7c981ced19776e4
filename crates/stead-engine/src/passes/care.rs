//! Care: what each citizen needs, whether it was met, who is around them, and how few visits would do.
//!
//! standing                                          places, groups, registration
//!   ⟕ contacts of the look-back, and those by which a need can be met
//!   ⟕ coded records by which a need can be met
//!   ⟕ the citizen's own choice of coordinator
//!   → [`stead_rules::needs`], [`stead_rules::owner`], [`stead_rules::visits`], [`stead_rules::circle`]
//!
//! One row a citizen, answers nested; `needs`, `visits`, `circle` and `fragmentation` unfold them.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::ident;

use crate::functions::Function;
use crate::functions::care::{ARGUMENTS, CARE};
use crate::prepared::Prepared;

/// Adds the care of each citizen, as `care`; keeps what the tables of a bucket are made from.
pub(crate) fn care(standing: DataFrame, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let care = Function::call(&CARE, prepared, ARGUMENTS.map(ident).to_vec()).alias("care");
    let kept = ["citizen", "standing", "observation", "contacts"];
    standing.select(kept.map(ident).into_iter().chain([care]).collect::<Vec<_>>())
}
