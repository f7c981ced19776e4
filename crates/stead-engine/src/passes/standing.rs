//! Standing: where each citizen stands, in groups and places over time, and who they are on the day of the run.
//!
//! citizen
//!   ⟕ homes, registrations, marital statuses        gathered by citizen
//!   ⟕ coded records that some criterion asks for
//!   ⟕ contacts, in the folder's words
//!   → [`stead_rules::Sheet`]                          interval algebra
//!
//! One row a citizen, answers nested; `membership`, `group_membership` and `person` unfold them.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::dataframe::DataFrame;
use datafusion::functions::expr_fn::{coalesce, starts_with};
use datafusion::logical_expr::{Expr, cast, ident, lit, when};
use stead_rules::Day;
use stead_rules::compiled::Test;

use crate::functions::standing::{self, CODED_TABLES};
use crate::functions::{Function, lists};
use crate::prepared::Prepared;
use crate::records::{in_folder_words, sound, text};
use crate::tables::{Tables, beside, gather};

/// The columns of standing.
pub(crate) fn schema() -> SchemaRef {
    let citizen = Field::new("citizen", DataType::Utf8, false);
    Arc::new(Schema::new(vec![citizen, Field::new("standing", standing::data_type(), true)]))
}

/// Where each citizen of a bucket stands.
pub(crate) async fn standing(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let mut citizens =
        tables.scan("citizen").await?.select(["citizen", "born", "died", "dead", "sex"].map(ident).to_vec())?;
    citizens = beside(citizens, homes(tables).await?)?;
    citizens = beside(citizens, registrations(tables).await?)?;
    citizens = beside(citizens, marital_statuses(tables).await?)?;
    for (table, from, to) in CODED {
        citizens = beside(citizens, coded(tables, prepared, table, from, to).await?)?;
    }
    citizens = beside(citizens, contacts(tables, prepared).await?)?;
    let names = ["born", "died", "dead", "sex", "homes", "registrations", "marital_statuses"];
    let names = names.into_iter().chain(CODED.map(|(table, ..)| table)).chain(["contacts"]);
    let args: Vec<_> = names.map(ident).collect();
    let standing = Function::call("stead_standing", prepared, args, standing::data_type(), standing::evaluate);
    citizens.select(vec![ident("citizen"), standing.alias("standing")])?.sort_by(vec![ident("citizen")])
}

async fn homes(tables: &Tables<'_>) -> Result<DataFrame> {
    let columns = ["from", "to", "longitude", "latitude"].map(|name| (name, ident(name)));
    let words = ["small_area", "town", "postcode"].map(|name| (name, text(name)));
    gather(tables.scan("residence").await?, "homes", columns.into_iter().chain(words).collect())
}

async fn registrations(tables: &Tables<'_>) -> Result<DataFrame> {
    let columns = vec![("from", ident("from")), ("to", ident("to")), ("organisation", text("organisation"))];
    gather(tables.scan("registration").await?, "registrations", columns)
}

async fn marital_statuses(tables: &Tables<'_>) -> Result<DataFrame> {
    let columns = vec![("from", ident("from")), ("to", ident("to")), ("status", text("status"))];
    gather(tables.scan("marital_status").await?, "marital_statuses", columns)
}

/// The tables of coded records, with the columns that say from when until when.
const CODED: [(&str, &str, Option<&str>); CODED_TABLES] = [
    ("condition", "from", Some("to")),
    ("observation", "day", None),
    ("procedure", "day", None),
    ("medication", "from", Some("to")),
];

/// The records that some criterion asks for; what was entered in error, refuted or not done counts for nothing.
async fn coded(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    table: &str,
    from: &str,
    to: Option<&str>,
) -> Result<DataFrame> {
    let records = sound(tables.scan(table).await?, table)?;
    let lists = lists::criteria_lists(prepared, ["system", "code", "other_codes"].map(ident).to_vec());
    let measured = table == "observation";
    let no_day = lit(ScalarValue::Date32(None));
    let (at, value, comparator, unit) = if measured {
        (cast(ident("at"), DataType::Int64), ident("value"), text("comparator"), text("unit"))
    } else {
        let nothing = || lit(ScalarValue::Utf8(None));
        (lit(0_i64), lit(ScalarValue::Float64(None)), nothing(), nothing())
    };
    let until = match to {
        Some(to) if table == "condition" => condition_end(ident(from), ident(to))?,
        Some(to) => medicine_end(ident(from), ident(to), prepared.params.on)?,
        None => no_day,
    };
    let records = records.select(vec![
        ident("citizen"),
        lists.alias("lists"),
        ident(from).alias("since"),
        until.alias("until"),
        at.alias("at"),
        value.alias("value"),
        comparator.alias("comparator"),
        unit.alias("unit"),
    ])?;
    let asked_for = records.filter(ident("lists").is_not_null())?;
    gather(
        asked_for,
        table,
        ["lists", "since", "until", "at", "value", "comparator", "unit"].map(|name| (name, ident(name))).to_vec(),
    )
}

/// Until when a condition is active: one that is over, nobody knows since when, ends on the day it began.
fn condition_end(from: Expr, to: Expr) -> Result<Expr> {
    let over = text("status").in_list(["resolved", "inactive", "remission"].map(lit).to_vec(), false);
    when(to.clone().is_null().and(over), on_the_day(from)).otherwise(to)
}

/// Until when a medicine is active. What was handed out or given without an end counts on its day alone; so does what was
/// prescribed and then stopped, nobody knows when: the end of the prescription lies behind the day asked about, or is no end.
fn medicine_end(from: Expr, to: Expr, on: Day) -> Result<Expr> {
    let of = |kind: &str| starts_with(text("resource"), lit(kind));
    let prescribed = of("MedicationRequest/").or(of("MedicationStatement/"));
    let over = text("status").in_list(["stopped", "completed", "ended"].map(lit).to_vec(), false);
    let on = cast(lit(ScalarValue::Date32(Some(on.epoch_days()))), DataType::Date32);
    let open = to.clone().is_null();
    let ended_unseen = when(prescribed, over.and(open.clone().or(to.clone().gt(on)))).otherwise(open)?;
    when(ended_unseen, on_the_day(from)).otherwise(to)
}

/// A record's day, as its end: it was never seen to last.
fn on_the_day(from: Expr) -> Expr {
    coalesce(vec![from, cast(lit(ScalarValue::Date32(Some(Day::ALWAYS.epoch_days()))), DataType::Date32)])
}

async fn contacts(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let contacts = tables.scan("contact").await?;
    let asked = prepared.compiled.leaves.iter().any(|leaf| matches!(leaf.test, Test::Contact));
    let contacts = if asked { sound(contacts, "contact")? } else { contacts.filter(lit(false))? };
    let kinds = in_folder_words(contacts, prepared)?;
    gather(kinds, "contacts", ["day", "kind", "profession"].map(|name| (name, ident(name))).to_vec())
}
