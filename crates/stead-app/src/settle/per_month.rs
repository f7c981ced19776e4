//! What a member of each group costs a month, by the kind of organisation that was paid. Small numbers are kept back.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;
use stead_engine::Location;
use stead_rules::agreement::Per;
use stead_rules::disclosure::Rule;
use stead_rules::payment::times;
use stead_rules::{Exact, Minor};

use super::records::FromRecords;
use super::written::csv_text;
use crate::error::AppError;
use crate::sql::Asked;

/// The usual rule of summaries: 1 to 7 are kept back, and other numbers are rounded to 5.
const RULE: Rule = Rule { suppress_max: 7, round_to: 5 };

#[derive(Deserialize)]
struct Members {
    group: String,
    members: u64,
}

#[derive(Deserialize)]
struct Paid {
    group: String,
    kind: String,
    /// For how many of the members anything was paid.
    paid_for: u64,
    minor: i64,
}

impl FromRecords {
    /// The table, from the payments of all citizens in a folder.
    pub(super) async fn per_member_month(&self, citizens: &Path) -> Result<String, AppError> {
        let mut asked = Asked::new(&self.lake, Some(&self.run));
        let files = (0..self.sums.len()).map(|bucket| citizens.join(format!("bucket-{bucket:03}.parquet")));
        asked.insert("citizen_payment", files.map(Location::from));
        let members = format!("WITH {} SELECT \"group\", count(*) AS members FROM member GROUP BY 1", self.member());
        let members: Vec<Members> = asked.rows(&members).await?;
        let members: BTreeMap<String, u64> = members.into_iter().map(|row| (row.group, row.members)).collect();
        let paid = format!(
            "WITH {}, kinds (organisation, kind) AS (VALUES {}), \
             paid AS (SELECT p.citizen, k.kind, sum(p.amount_minor) AS minor FROM citizen_payment p \
               JOIN kinds k ON k.organisation = p.organisation GROUP BY 1, 2) \
             SELECT m.\"group\", p.kind, count(*) FILTER (WHERE p.minor <> 0) AS paid_for, sum(p.minor) AS minor \
             FROM member m JOIN paid p ON p.citizen = m.citizen GROUP BY 1, 2 ORDER BY 1, 2",
            self.member(),
            self.kinds()
        );
        let paid: Vec<Paid> = asked.rows(&paid).await?;
        let months = times(Per::Month, self.time(), self.time());
        let months = months.map_err(|error| AppError::NotThere { message: error.to_string() })?;
        let rows = paid.iter().map(|row| {
            let count = members.get(&row.group).copied().unwrap_or(0);
            let shown = RULE.shown(count);
            let each = (shown.value().is_some() && !(1..=RULE.suppress_max).contains(&row.paid_for))
                .then(|| each_month(row.minor, count, months))
                .flatten();
            [
                row.group.clone(),
                row.kind.clone(),
                shown.to_string(),
                each.map_or_else(|| "*".to_owned(), |amount| amount.decimal(&self.settled.currency)),
                self.settled.currency.clone(),
            ]
        });
        csv_text(["group", "kind_of_organisation", "members", "per_member_and_month", "currency"], rows)
    }

    /// Who is in which group on the last day of the time, and alive.
    fn member(&self) -> String {
        let last = self.time().to.plus_days(-1);
        format!(
            "member AS (SELECT DISTINCT g.citizen, g.\"group\" FROM group_membership g JOIN citizen c ON c.citizen = g.citizen \
             WHERE (g.\"from\" IS NULL OR g.\"from\" <= DATE '{last}') AND (g.\"to\" IS NULL OR g.\"to\" > DATE '{last}') \
             AND (NOT c.dead OR c.died > DATE '{last}'))"
        )
    }

    fn kinds(&self) -> String {
        let mut text = String::new();
        for body in &self.definitions.organisations {
            let quoted = |word: &str| word.replace('\'', "''");
            let comma = if text.is_empty() { "" } else { ", " };
            let _ = write!(text, "{comma}('{}', '{}')", quoted(body.id.as_str()), quoted(&body.kind));
        }
        text
    }
}

fn each_month(minor: i64, members: u64, months: Exact) -> Option<Minor> {
    Exact::from(minor).over(Exact::from(members).times(months)?)?.rounded()
}
