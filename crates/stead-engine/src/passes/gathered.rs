//! Gathered: everything that a bucket's records say of a citizen, beside the citizen.
//!
//! citizen
//!   + homes, registrations, marital statuses, the citizen's own choice of coordinator
//!   + coded records on a list that some criterion or need asks for
//!   + what the citizen permits and objects to
//!   + contacts, in the folder's words
//!
//! One row a citizen, the rows of each table as a list. Each table is read once, whoever asks for its rows.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::dataframe::DataFrame;
use datafusion::functions::expr_fn::starts_with;
use datafusion::logical_expr::{Expr, cast, ident, lit, when};
use stead_rules::Day;

use crate::functions::words::is_one_of;
use crate::functions::{lists, translate};
use crate::plan::gather;
use crate::prepared::Prepared;
use crate::records::{in_folder_words, sound};
use crate::tables::Tables;

/// Every citizen of a bucket, with the rows of each.
pub(crate) async fn gathered(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let citizens = columns(tables, "citizen", &["citizen", "born", "died", "dead", "sex"]).await?;
    let homes = ["citizen", "from", "to", "longitude", "latitude", "small_area", "town", "postcode"];
    let mut rows = vec![
        ("residence", columns(tables, "residence", &homes).await?),
        ("registration", columns(tables, "registration", &["citizen", "from", "to", "organisation"]).await?),
        ("marital_status", columns(tables, "marital_status", &["citizen", "from", "to", "status"]).await?),
    ];
    for (table, from, to) in CODED {
        rows.push((table, coded(tables, prepared, table, from, to).await?));
    }
    rows.push(("contacts", contacts(tables, prepared).await?));
    rows.push(("choices", choices(tables, prepared).await?));
    rows.push(("sharing_choices", sharing_choices(tables, prepared).await?));
    gather(citizens, rows)
}

async fn columns(tables: &Tables<'_>, table: &str, names: &[&str]) -> Result<DataFrame> {
    tables.scan(table).await?.select(names.iter().copied().map(ident).collect::<Vec<_>>())
}

/// The tables of coded records, with the columns that say from when until when.
const CODED: [(&str, &str, Option<&str>); 4] = [
    ("condition", "from", Some("to")),
    ("observation", "day", None),
    ("procedure", "day", None),
    ("medication", "from", Some("to")),
];

/// The records that some criterion or need asks for; what was entered in error, refuted or not done counts for nothing.
async fn coded(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    table: &str,
    from: &str,
    to: Option<&str>,
) -> Result<DataFrame> {
    let lists = lists::lists_of(prepared, ["system", "code", "other_codes"].map(ident).to_vec());
    let records = tables.scan(table).await?.with_column("lists", lists)?;
    let records = records.filter(ident("lists").is_not_null().and(sound(table, prepared)))?;
    let until = match to {
        Some(to) if table == "condition" => condition_end(prepared, ident(from), ident(to))?,
        Some(to) => medicine_end(prepared, ident(from), ident(to))?,
        None => lit(ScalarValue::Date32(None)),
    };
    let measured = ["value", "comparator", "unit", "term"].into_iter().filter(|_| table == "observation");
    let moment = (table == "observation").then(|| cast(ident("at"), DataType::Int64).alias("at"));
    let nothing = || lit(ScalarValue::Utf8(None));
    let profession = translate::profession(prepared, vec![nothing(), nothing(), ident("professional"), nothing()]);
    let with = translate::organisation(prepared, ident("organisation"));
    let mut columns = vec![ident("citizen"), ident("lists"), ident(from).alias("since"), until.alias("until")];
    columns.extend(moment.into_iter().chain(measured.map(ident)));
    columns.extend([with.alias("with"), ident("professional"), profession.alias("profession")]);
    columns.extend([ident("source"), ident("resource")]);
    records.select(columns)
}

/// Until when a condition is active: one that is over, nobody knows since when, ends on the day it began.
fn condition_end(prepared: &Arc<Prepared>, from: Expr, to: Expr) -> Result<Expr> {
    let over = is_one_of(prepared, "status", &["resolved", "inactive", "remission"]);
    when(to.clone().is_null().and(over), on_the_day(from)?).otherwise(to)
}

/// Until when a medicine is active. What was handed out or given without an end counts on its day alone; so does what was
/// prescribed and then stopped, nobody knows when: the end of the prescription lies behind the day asked about, or is no end.
fn medicine_end(prepared: &Arc<Prepared>, from: Expr, to: Expr) -> Result<Expr> {
    let of = |kind: &str| starts_with(ident("resource"), lit(kind));
    let prescribed = of("MedicationRequest/").or(of("MedicationStatement/"));
    let over = is_one_of(prepared, "status", &["stopped", "completed", "ended"]);
    let on = prepared.params.on;
    let open = to.clone().is_null();
    let ended_unseen = when(prescribed, over.and(open.clone().or(to.clone().gt(day(on))))).otherwise(open)?;
    when(ended_unseen, on_the_day(from)?).otherwise(to)
}

/// A record's day, as its end: it was never seen to last.
fn on_the_day(from: Expr) -> Result<Expr> {
    when(from.clone().is_null(), day(Day::ALWAYS)).otherwise(from)
}

/// Contacts as the records have them, and in the folder's words.
async fn contacts(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let contacts = in_folder_words(tables.scan("contact").await?.filter(sound("contact", prepared))?, prepared)?;
    let contacts = contacts.with_column("with", translate::organisation(prepared, ident("organisation")))?;
    let names = ["citizen", "day", "kind", "profession", "with", "professional", "source", "resource"];
    let recorded = ["system", "code", "term", "other_codes", "profession_system", "profession_code", "organisation"];
    contacts.select(names.into_iter().chain(recorded).map(ident).collect::<Vec<_>>())
}

/// Whom citizens chose to coordinate, on the day of the run.
async fn choices(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let choices = tables.scan("coordinator").await?.filter(in_force(prepared))?;
    let nothing = lit(ScalarValue::Utf8(None));
    let args = ["profession_system", "profession_code", "professional"].map(ident).into_iter().chain([nothing]);
    choices.select(vec![
        ident("citizen"),
        ident("from"),
        translate::organisation(prepared, ident("organisation")).alias("with"),
        ident("professional"),
        translate::profession(prepared, args.collect()).alias("profession"),
    ])
}

/// What citizens permit and object to, on the day of the run.
async fn sharing_choices(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let choices = tables.scan("choice").await?.filter(in_force(prepared))?;
    let said = ["citizen", "id", "kind", "organisations", "professions", "categories", "purposes", "from", "to"];
    choices.select(said.map(ident).to_vec())
}

fn in_force(prepared: &Prepared) -> Expr {
    let on = || day(prepared.params.on);
    let begun = ident("from").is_null().or(ident("from").lt_eq(on()));
    begun.and(ident("to").is_null().or(ident("to").gt(on())))
}

fn day(day: Day) -> Expr {
    lit(ScalarValue::Date32(Some(day.epoch_days())))
}
