//! What every pass asks of records: which of them stand, and what they say in the folder's words.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, cast, ident, lit, not};

use crate::functions::translate;
use crate::functions::words::is_one_of;
use crate::prepared::Prepared;

/// Whether a record stands: none that says of itself that it is wrong, that nothing happened, or that nobody is sure.
pub(crate) fn sound(table: &str, prepared: &Arc<Prepared>) -> Expr {
    let none_of = |column: &str, words: &[&str]| not(is_one_of(prepared, column, words));
    match table {
        // A diagnosis that is only considered is none.
        "condition" => ident("certainty").is_null().or(is_one_of(prepared, "certainty", &["confirmed"])),
        // A test that was asked for and not done has a record, too, which says why there is no answer.
        "observation" => {
            ident("absent").is_null().and(none_of("status", &["entered-in-error", "cancelled", "registered"]))
        }
        "procedure" => none_of("status", &["entered-in-error", "not-done", "preparation", "on-hold", "stopped"]),
        "medication" => none_of("intent", &["proposal", "plan", "option"]).and(none_of("status", NOT_TAKEN)),
        "contact" => none_of("status", &["entered-in-error", "cancelled", "planned"]),
        _ => lit(true),
    }
}

/// What a medicine's record says when nobody took it, or not yet.
const NOT_TAKEN: &[&str] =
    &["entered-in-error", "cancelled", "declined", "draft", "intended", "not-done", "not-taken", "preparation"];

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
