//! Care: what each citizen needs, whether it was met, who is around them, and how few visits would do.
//!
//! standing                                          places, groups, registration
//!   ⟕ contacts of the look-back, and those by which a need can be met
//!   ⟕ coded records by which a need can be met
//!   ⟕ the citizen's own choice of coordinator
//!   → [`stead_rules::needs`], [`stead_rules::owner`], [`stead_rules::visits`], [`stead_rules::circle`]
//!
//! One row a citizen, answers nested; `needs`, `visits`, `circle` and `fragmentation` unfold them.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::dataframe::DataFrame;
use datafusion::functions::core::expr_ext::FieldAccessor;
use datafusion::logical_expr::{Expr, cast, ident, lit};
use stead_rules::Day;

use crate::functions::{Function, care, lists, translate};
use crate::prepared::Prepared;
use crate::records::{in_folder_words, sound, text};
use crate::tables::{Tables, beside, gather};

/// The columns of care.
pub(crate) fn schema() -> SchemaRef {
    let citizen = Field::new("citizen", DataType::Utf8, false);
    Arc::new(Schema::new(vec![citizen, Field::new("care", care::data_type(), true)]))
}

/// The care of each citizen of a bucket.
pub(crate) async fn care(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let standing = tables.scan_as("standing", &super::standing::schema()).await?;
    let mut citizens = standing.select(vec![
        ident("citizen"),
        ident("standing").field("groups").alias("groups"),
        ident("standing").field("memberships").alias("memberships"),
        ident("standing").field("person").alias("person"),
    ])?;
    citizens = beside(citizens, contacts(tables, prepared).await?)?;
    for (table, day) in [("condition", "from"), ("observation", "day"), ("procedure", "day"), ("medication", "from")] {
        citizens = beside(citizens, evidence(tables, prepared, table, day).await?)?;
    }
    citizens = beside(citizens, choices(tables, prepared).await?)?;
    let args = [
        "groups",
        "memberships",
        "person",
        "contacts",
        "condition",
        "observation",
        "procedure",
        "medication",
        "choices",
    ];
    let care = Function::call("stead_care", prepared, args.map(ident).to_vec(), care::data_type(), care::evaluate);
    citizens.select(vec![ident("citizen"), care.alias("care")])?.sort_by(vec![ident("citizen")])
}

/// Contacts up to the day of the run: those in the look-back, and any by which a need without codes can be met.
async fn contacts(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let on = prepared.params.on;
    let contacts = sound(tables.scan("contact").await?, "contact")?.filter(ident("day").lt_eq(day(on)))?;
    let contacts = in_folder_words(contacts, prepared)?;
    let by_contact = prepared.definitions.needs.iter().filter(|need| need.met_by.codes.is_empty());
    let kinds: BTreeSet<_> = by_contact.flat_map(|need| &need.met_by.services).collect();
    let kinds = kinds.into_iter().map(|kind| lit(kind.as_str())).collect();
    let recent = ident("day").gt_eq(day(prepared.params.look_back()));
    let contacts = contacts.filter(recent.or(ident("kind").in_list(kinds, false)))?;
    let contacts = contacts.with_column("with", translate::organisation(prepared, ident("organisation")))?;
    let columns = vec![
        ("day", ident("day")),
        ("organisation", ident("with")),
        ("kind", ident("kind")),
        ("professional", text("professional")),
        ("profession", ident("profession")),
        ("source", text("source")),
        ("resource", ident("resource")),
    ];
    gather(contacts, "contacts", columns)
}

/// Records up to the day of the run that are on a list by which some need is met.
async fn evidence(tables: &Tables<'_>, prepared: &Arc<Prepared>, table: &str, on: &str) -> Result<DataFrame> {
    let records = sound(tables.scan(table).await?, table)?.filter(ident(on).lt_eq(day(prepared.params.on)))?;
    let lists = lists::need_lists(prepared, ["system", "code", "other_codes"].map(ident).to_vec());
    let nothing = || lit(ScalarValue::Utf8(None));
    let profession = translate::profession(prepared, vec![nothing(), nothing(), ident("professional"), nothing()]);
    let records = records.select(vec![
        ident("citizen"),
        lists.alias("lists"),
        ident(on).alias("met"),
        ident("organisation"),
        text("professional").alias("professional"),
        profession.alias("profession"),
        text("source").alias("source"),
        ident("resource"),
    ])?;
    let records = records.filter(ident("lists").is_not_null())?;
    let records = records.with_column("with", translate::organisation(prepared, ident("organisation")))?;
    let columns = ["lists", "met", "professional", "profession", "source", "resource"].map(|name| (name, ident(name)));
    gather(records, table, columns.into_iter().chain([("organisation", ident("with"))]).collect())
}

/// Whom citizens chose to coordinate, on the day of the run.
async fn choices(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let on = || day(prepared.params.on);
    let begun = ident("from").is_null().or(ident("from").lt_eq(on()));
    let not_ended = ident("to").is_null().or(ident("to").gt(on()));
    let choices = tables.scan("coordinator").await?.filter(begun.and(not_ended))?;
    let args =
        vec![ident("profession_system"), ident("profession_code"), ident("professional"), lit(ScalarValue::Utf8(None))];
    let choices = choices.with_column("profession", translate::profession(prepared, args))?;
    let choices = choices.with_column("with", translate::organisation(prepared, ident("organisation")))?;
    let columns = vec![
        ("from", ident("from")),
        ("organisation", ident("with")),
        ("professional", text("professional")),
        ("profession", ident("profession")),
    ];
    gather(choices, "choices", columns)
}

fn day(day: Day) -> Expr {
    cast(lit(ScalarValue::Date32(Some(day.epoch_days()))), DataType::Date32)
}
