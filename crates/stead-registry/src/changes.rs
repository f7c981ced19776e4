//! Whether anything about agreements has changed: what whoever keeps answers made from them has to ask before each use.

use sqlx::AssertSqlSafe;

use crate::moment::Moment;
use crate::registry::Registry;
use crate::statements::{STANDS, Table};
use crate::wait::Wait;

/// What decides which agreements bind.
const ABOUT_AGREEMENTS: [Table; 3] = [Table::Signature, Table::Withdrawal, Table::OrganisationKey];

impl Registry {
    /// The moment of the latest signature, notice or key that was recorded, ended or taken back.
    ///
    /// INVARIANT: when it is what it was, so are all of them. Moments are given out in the order in which changes become
    /// visible, so a change that is seen later has a later one.
    pub fn agreements_changed(&self) -> Wait<'_, Moment> {
        Box::pin(async move {
            let edges: Vec<String> = ABOUT_AGREEMENTS.iter().map(|table| edges(*table)).collect();
            let latest = format!("SELECT coalesce(max(at), 0) FROM ({}) AS edges", edges.join(" UNION ALL "));
            let micros: i64 = sqlx::query_scalar(AssertSqlSafe(latest)).fetch_one(self.reading()).await?;
            Ok(Moment::from_micros(micros))
        })
    }
}

/// When a table's rows were last begun, and last closed.
fn edges(table: Table) -> String {
    let table = table.name();
    format!(
        "SELECT max(recorded_from) AS at FROM {table} \
         UNION ALL SELECT max(recorded_to) FROM {table} WHERE recorded_to <> {STANDS}"
    )
}
