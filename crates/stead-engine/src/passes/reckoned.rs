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
//! One row a citizen, what was counted nested as `reckoned`; or, where only sums are asked for, what it is counted from. Tables
//! and columns that no clause asks for are not read.

use std::sync::Arc;

use datafusion::common::{Result, internal_datafusion_err};
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{ident, lit};
use stead_rules::reckoning::{Aspect, Reckoning};

use crate::functions::reckoned::{RECKONED, arguments, tables as asked_tables};
use crate::functions::words::is_one_of;
use crate::functions::{Function, translate};
use crate::plan::gather;
use crate::prepared::Prepared;
use crate::records::{in_folder_words, sound};
use crate::tables::Tables;

/// What is counted for the citizens of a bucket, with the records that show it.
pub(crate) async fn reckoned(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let reckoning = prepared.reckoning.as_ref().ok_or_else(|| internal_datafusion_err!("nothing is settled"))?;
    let counted = Function::call(&RECKONED, prepared, arguments(reckoning).map(ident).collect());
    facts(tables, prepared, true).await?.select(vec![ident("citizen"), counted.alias("reckoned")])
}

/// What the records and the run say of the citizens of a bucket, as [`RECKONED`] asks for it.
pub(crate) async fn facts(tables: &Tables<'_>, prepared: &Arc<Prepared>, with_records: bool) -> Result<DataFrame> {
    let reckoning = prepared.reckoning.as_ref().ok_or_else(|| internal_datafusion_err!("nothing is settled"))?;
    let citizens = columns(tables.scan("citizen").await?, &["citizen", "born", "died", "dead"])?;
    let mut rows = Vec::new();
    for table in asked_tables(reckoning) {
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
    gather(citizens, rows)
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

/// Contacts in the folder's words, as far as clauses ask for them. Each says whether it is sound: leaving rows out here would copy
/// all others.
async fn contacts(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    reckoning: &Reckoning,
    with_records: bool,
) -> Result<DataFrame> {
    let mut contacts = tables.scan("contact").await?;
    let with = translate::organisation(prepared, ident("organisation")).alias("with");
    let mut wanted = vec![ident("citizen"), ident("day"), sound("contact", prepared).alias("sound"), with];
    let words = [(Aspect::Service, "kind"), (Aspect::Profession, "profession"), (Aspect::Site, "site")];
    wanted.extend(words.into_iter().filter(|(aspect, _)| reckoning.asks_for(*aspect)).map(|(_, word)| ident(word)));
    if reckoning.asks_for(Aspect::Service) || reckoning.asks_for(Aspect::Profession) {
        contacts = in_folder_words(contacts, prepared)?;
    }
    if reckoning.asks_for(Aspect::Contact) {
        let kind = ["system", "code", "other_codes"].map(ident).to_vec();
        wanted.push(translate::contact_kind(prepared, kind).alias("contact"));
    }
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
