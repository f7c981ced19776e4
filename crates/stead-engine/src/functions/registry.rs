//! Every function that plans call, by name: how a plan that came from another machine finds them again.

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::function::{Entry, Function};
use super::{care, lists, reckoned, standing, translate, words};
use crate::prepared::Prepared;

/// The functions, each once.
pub(crate) static FUNCTIONS: [&Entry; 9] = [
    &care::CARE,
    &lists::LISTS,
    &reckoned::RECKONED,
    &standing::STANDING,
    &translate::CONTACT_KIND,
    &translate::ORGANISATION,
    &translate::PROFESSION,
    &translate::SERVICE_KIND,
    &words::ONE_OF,
];

/// The function of that name, with what was prepared for the run; none when there is no such function.
#[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "for the codec that reads plans"))]
pub(crate) fn function(name: &str, prepared: &Arc<Prepared>) -> Option<ScalarUDF> {
    let entry = FUNCTIONS.iter().find(|entry| entry.name == name)?;
    Some(Function::with(entry, prepared))
}
