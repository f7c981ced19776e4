//! Unmapped: codes, keys and units in the records that the folder has no word for, counted so that somebody can map them.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::dataframe::DataFrame;
use datafusion::functions::expr_fn::{concat, starts_with};
use datafusion::functions_aggregate::expr_fn::{count, min, sum};
use datafusion::logical_expr::{Expr, cast, ident, lit, when};
use stead_rules::Meaning;
use stead_tables::Kind;

use crate::functions::{translate, units};
use crate::prepared::Prepared;
use crate::records::{in_folder_words, sound, text};
use crate::tables::Tables;

/// The columns of one bucket's counts.
pub(crate) fn schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        text("meaning"),
        text("code"),
        text("term"),
        Field::new("records", DataType::Int64, true),
    ]))
}

/// What the contacts and values of one bucket say that the folder has no word for: a part for each meaning.
pub(crate) async fn unmapped_of_bucket(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<Vec<DataFrame>> {
    let contacts = in_folder_words(sound(tables.scan("contact").await?, "contact")?, prepared)?;
    let contacts = contacts.with_column("with", translate::organisation(prepared, ident("organisation")))?;
    let codes = ["system", "code", "other_codes"].map(ident).to_vec();
    let contacts = contacts.with_column("what", translate::contact_kind(prepared, codes.clone()))?;
    // A code that has a word as a kind of service needs none as a kind of contact, and the other way about.
    let nobody = [lit(ScalarValue::Utf8(None))];
    let by_code = nobody.iter().cloned().chain(codes).chain(nobody.clone()).collect();
    let contacts = contacts.with_column("coded_kind", translate::service_kind(prepared, by_code))?;
    let coded = |system: &str, code: &str| {
        let of_system = concat(vec![text(system), lit("|"), text(code)]);
        when(ident(system).is_null(), text(code)).otherwise(of_system)
    };
    let nothing = || lit(ScalarValue::Utf8(None));
    let wordless = |kind: &str| ident("what").is_null().and(ident(kind).is_null());
    let mut parts = vec![
        part(&contacts, Meaning::Contact.word(), wordless("coded_kind"), coded("system", "code")?, text("term"))?,
        part(&contacts, Meaning::Service.word(), wordless("kind"), coded("system", "code")?, text("term"))?,
        part(
            &contacts,
            Meaning::Profession.word(),
            ident("profession").is_null(),
            coded("profession_system", "profession_code")?,
            nothing(),
        )?,
        part(&contacts, "organisation", starts_with(ident("with"), lit("?")), text("organisation"), nothing())?,
    ];
    if !prepared.compared.is_empty() {
        let values = sound(tables.scan("observation").await?, "observation")?.filter(ident("value").is_not_null())?;
        let unread = units::unread(prepared, ["system", "code", "other_codes", "unit"].map(ident).to_vec());
        let values = values.with_column("unread", unread)?;
        parts.push(part(&values, "unit", lit(true), ident("unread"), text("term"))?);
    }
    Ok(parts)
}

/// Counts the codes of records that are unmapped; where there is no code, there is nothing to map.
fn part(records: &DataFrame, meaning: &str, unmapped: Expr, code: Expr, term: Expr) -> Result<DataFrame> {
    let rows = records.clone().filter(unmapped)?.select(vec![code.alias("code"), term.alias("term")])?;
    let rows = rows.filter(ident("code").is_not_null())?;
    let counted =
        rows.aggregate(vec![ident("code")], vec![min(ident("term")).alias("term"), count(lit(1)).alias("records")])?;
    let records = cast(ident("records"), DataType::Int64).alias("records");
    counted.select(vec![lit(meaning).alias("meaning"), ident("code"), ident("term"), records])
}

/// `unmapped`: the counts of all buckets added up.
pub(crate) async fn unmapped(tables: &Tables<'_>) -> Result<DataFrame> {
    let counts = tables.scan_as("unmapped_of_bucket", &schema()).await?;
    let added = counts.aggregate(
        vec![ident("meaning"), ident("code")],
        vec![min(ident("term")).alias("term"), sum(ident("records")).alias("records")],
    )?;
    let meaning = cast(ident("meaning"), Kind::Word.data_type()).alias("meaning");
    let columns = vec![meaning, ident("code"), ident("term"), ident("records")];
    added.sort_by(vec![ident("meaning"), ident("code")])?.select(columns)
}
