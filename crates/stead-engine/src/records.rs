//! What every pass asks of records: which of them stand, and what they say in the folder's words.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, cast, ident, lit};

use crate::functions::translate;
use crate::prepared::Prepared;

/// Leaves out records that say of themselves that they are wrong, that nothing happened, or that nobody is sure.
pub(crate) fn sound(records: DataFrame, table: &str) -> Result<DataFrame> {
    let (column, unsound): (_, &[&str]) = match table {
        // A diagnosis that is only considered is none.
        "condition" => return records.filter(ident("certainty").is_null().or(text("certainty").eq(lit("confirmed")))),
        "observation" => ("status", &["entered-in-error", "cancelled", "registered"]),
        "procedure" => ("status", &["entered-in-error", "not-done", "preparation", "on-hold", "stopped"]),
        "medication" => ("status", NOT_TAKEN),
        "contact" => ("status", &["entered-in-error", "cancelled", "planned"]),
        _ => return Ok(records),
    };
    let records = match table {
        // A test that was asked for and not done has a record, too, which says why there is no answer.
        "observation" => records.filter(ident("absent").is_null())?,
        "medication" => records.filter(is_none_of("intent", &["proposal", "plan", "option"]))?,
        _ => records,
    };
    records.filter(is_none_of(column, unsound))
}

/// What a medicine's record says when nobody took it, or not yet.
const NOT_TAKEN: &[&str] =
    &["entered-in-error", "cancelled", "declined", "draft", "intended", "not-done", "not-taken", "preparation"];

fn is_none_of(column: &str, words: &[&str]) -> Expr {
    let words: Vec<Expr> = words.iter().copied().map(lit).collect();
    ident(column).is_null().or(text(column).in_list(words, true))
}

/// Adds `kind` and `profession`, the folder's words, to contacts.
pub(crate) fn in_folder_words(contacts: DataFrame, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let kind = ["service", "system", "code", "other_codes", "organisation"].map(ident).to_vec();
    let contacts = contacts.with_column("kind", translate::service_kind(prepared, kind))?;
    let profession = ["profession_system", "profession_code", "professional", "kind"].map(ident).to_vec();
    contacts.with_column("profession", translate::profession(prepared, profession))
}

/// A dictionary-encoded column as plain text.
pub(crate) fn text(column: &str) -> Expr {
    cast(ident(column), DataType::Utf8)
}
