//! Standing: where each citizen stands, in groups and places over time, and who they are on the day of the run.
//!
//! gathered → [`stead_rules::Sheet`]                   interval algebra
//!
//! One row a citizen, answers nested; `membership`, `group_membership` and `person` unfold them.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::ident;

use crate::functions::Function;
use crate::functions::standing::{ARGUMENTS, STANDING};
use crate::prepared::Prepared;

/// Adds where each citizen stands, as `standing`.
pub(crate) fn standing(gathered: DataFrame, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let standing = Function::call(&STANDING, prepared, ARGUMENTS.map(ident).to_vec()).alias("standing");
    let records = ["condition", "observation", "procedure", "medication", "contacts", "choices", "sharing_choices"];
    let kept = ["citizen"].into_iter().chain(records);
    gathered.select(kept.map(ident).chain([standing]).collect::<Vec<_>>())
}
