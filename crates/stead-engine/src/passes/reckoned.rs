//! Reckoned: what each payment clause counts for each citizen in a time.
//!
//! citizen
//!   ⟕ stays in places and groups, from the run       whom clauses are about, what members weigh
//!   ⟕ registrations, whom she named, homes           whose a citizen is
//!   ⟕ contacts of the time, in the folder's words    what was done, and for whom at which price
//!   ⟕ costs                                          what was spent
//!   ⟕ needs, from the run                            what is measured
//!   → [`stead_rules::reckoning`]
//!
//! One row a citizen, what was counted nested as `reckoned`. Tables that no clause asks for are not read.

use std::sync::Arc;

use datafusion::common::{Result, ScalarValue, internal_datafusion_err};
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, ident, lit};
use stead_rules::Day;
use stead_rules::reckoning::Reckoning;

use crate::functions::reckoned::{RECKONED, arguments};
use crate::functions::words::is_one_of;
use crate::functions::{Function, translate};
use crate::plan::gather;
use crate::prepared::Prepared;
use crate::records::{in_folder_words, sound};
use crate::tables::Tables;

/// What is counted for the citizens of a bucket, with the records that show it or without.
pub(crate) async fn reckoned(tables: &Tables<'_>, prepared: &Arc<Prepared>, with_records: bool) -> Result<DataFrame> {
    let reckoning = prepared.reckoning.as_ref().ok_or_else(|| internal_datafusion_err!("nothing is settled"))?;
    let citizens = columns(tables.scan("citizen").await?, &["citizen", "born", "died", "dead"])?;
    let mut rows = Vec::new();
    for table in arguments(reckoning) {
        let found = match table {
            "membership" => named(tables, prepared, table, "place", reckoning.places()).await?,
            "group_membership" => named(tables, prepared, table, "group", reckoning.groups()).await?,
            "registration" | "coordinator" => with_whom(tables, prepared, table).await?,
            "residence" => columns(tables.scan(table).await?, &HOME)?,
            "contact" => contacts(tables, prepared, reckoning, with_records).await?,
            "cost" => costs(tables, reckoning).await?,
            _ => needs(tables, prepared, reckoning, with_records).await?,
        };
        rows.push((table, found));
    }
    let asked: Vec<Expr> = ["born", "died", "dead"].into_iter().chain(arguments(reckoning)).map(ident).collect();
    let reckoned = Function::call(&RECKONED, prepared, asked).alias("reckoned");
    gather(citizens, rows)?.select(vec![ident("citizen"), reckoned])
}

const HOME: [&str; 8] = ["citizen", "from", "to", "longitude", "latitude", "small_area", "town", "postcode"];

fn columns(rows: DataFrame, names: &[&str]) -> Result<DataFrame> {
    rows.select(names.iter().copied().map(ident).collect::<Vec<_>>())
}

/// The stays that some clause asks for.
async fn named<Id: AsRef<str>>(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    table: &str,
    column: &str,
    ids: &[Id],
) -> Result<DataFrame> {
    let words: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    let rows = tables.scan(table).await?.filter(is_one_of(prepared, column, &words))?;
    columns(rows, &["citizen", column, "from", "to"])
}

/// Whose list citizens were on, or whom they chose to coordinate their care.
async fn with_whom(tables: &Tables<'_>, prepared: &Arc<Prepared>, table: &str) -> Result<DataFrame> {
    let with = translate::organisation(prepared, ident("organisation")).alias("with");
    let rows = tables.scan(table).await?.filter(ident("organisation").is_not_null())?;
    rows.select(vec![ident("citizen"), ident("from"), ident("to"), with])
}

/// The contacts of the days that count, in the folder's words.
async fn contacts(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    reckoning: &Reckoning,
    with_records: bool,
) -> Result<DataFrame> {
    let days = reckoning.contact_days();
    let here = ident("day").gt_eq(day(days.from)).and(ident("day").lt(day(days.to)));
    let contacts = tables.scan("contact").await?.filter(here)?.filter(sound("contact", prepared))?;
    let contacts = in_folder_words(contacts, prepared)?;
    let kind = ["system", "code", "other_codes"].map(ident).to_vec();
    let contact = translate::contact_kind(prepared, kind).alias("contact");
    let with = translate::organisation(prepared, ident("organisation")).alias("with");
    let mut wanted = ["citizen", "day", "kind", "profession", "site"].map(ident).to_vec();
    wanted.extend([contact, with]);
    if with_records || reckoning.asks_for_costs() {
        wanted.extend(["source", "resource"].map(ident));
    }
    contacts.select(wanted)
}

/// What was asked or paid for contacts; what was decided comes before what was asked.
async fn costs(tables: &Tables<'_>, reckoning: &Reckoning) -> Result<DataFrame> {
    let costs = tables.scan("cost").await?;
    let currency = ident("currency").is_null().or(crate::records::text("currency").eq(lit(reckoning.currency())));
    let costs = costs.filter(ident("contact").is_not_null().and(currency))?;
    columns(costs, &["citizen", "kind", "amount_minor", "contact", "source"])
}

async fn needs(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    reckoning: &Reckoning,
    with_records: bool,
) -> Result<DataFrame> {
    let words: Vec<&str> = reckoning.needs().iter().map(AsRef::as_ref).collect();
    let needs = tables.scan("needs").await?.filter(is_one_of(prepared, "need", &words))?;
    let shown = with_records.then_some("last_resource");
    columns(needs, &["citizen", "need", "status", "last_met"].into_iter().chain(shown).collect::<Vec<_>>())
}

fn day(day: Day) -> Expr {
    lit(ScalarValue::Date32(Some(day.epoch_days())))
}
