//! How much of what those around a group of people need to see of each other's records is open to them, what blocks the rest,
//! and what one clause would open.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use stead_rules::{Definitions, OrganisationId};

use crate::error::AppError;
use crate::sql::Asked;

/// A link is a category of one citizen's record that somebody around them holds and somebody else around them needs to see.
/// A number that is kept back is `*`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SharingSummary {
    /// Every link.
    pub all: LinkCount,
    /// Those that are open.
    pub open: LinkCount,
    /// Those that are blocked.
    pub blocked: LinkCount,
    /// What blocks them, that of most people first.
    pub blocked_by: Vec<BlockedBy>,
    /// What one share clause would open, that of most people first; what few people have is left out.
    pub one_clause: Vec<OneClause>,
    /// What waits for an agreement to be signed by all, or for its time.
    pub signatures: Vec<WaitsFor>,
}

/// How many links, of how many citizens.
#[derive(Clone, Debug, Serialize)]
pub struct LinkCount {
    /// Citizens who have at least one.
    pub citizens: String,
    /// Links.
    pub links: String,
}

/// Links that something blocks.
#[derive(Clone, Debug, Serialize)]
pub struct BlockedBy {
    /// What, in a word of the table `sharing`.
    pub why: String,
    /// What, in words.
    pub words: String,
    /// How many.
    #[serde(flatten)]
    pub count: LinkCount,
}

/// Links that one clause would open.
#[derive(Clone, Debug, Serialize)]
pub struct OneClause {
    /// Who would share.
    pub from: String,
    /// By name.
    pub from_name: String,
    /// With whom.
    pub to: String,
    /// By name.
    pub to_name: String,
    /// Which category of record.
    pub category: String,
    /// By name.
    pub category_name: String,
    /// Whether the clause has to name it, since it is sensitive.
    pub sensitive: bool,
    /// How many.
    #[serde(flatten)]
    pub count: LinkCount,
}

/// Links that wait for an agreement.
#[derive(Clone, Debug, Serialize)]
pub struct WaitsFor {
    /// Which.
    pub agreement: String,
    /// Its title.
    pub title: String,
    /// How many.
    #[serde(flatten)]
    pub count: LinkCount,
}

impl Default for LinkCount {
    fn default() -> Self {
        Self { citizens: "0".to_owned(), links: "0".to_owned() }
    }
}

/// A row of `sharing_summary`.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    place: String,
    group: String,
    measure: String,
    what: Option<String>,
    from: Option<String>,
    to: Option<String>,
    category: Option<String>,
    citizens: Option<u64>,
    links: Option<u64>,
}

impl Row {
    fn count(&self) -> LinkCount {
        let shown = |number: Option<u64>| number.map_or_else(|| "*".to_owned(), |number| number.to_string());
        LinkCount { citizens: shown(self.citizens), links: shown(self.links) }
    }
}

/// Every row of the latest run.
pub(super) async fn rows(asked: &Asked) -> Result<Vec<Row>, AppError> {
    asked.rows("SELECT * FROM sharing_summary").await
}

/// What is known of a group of a place; nothing where there is nothing to share.
pub(super) fn of_group(rows: &[Row], place: &str, group: &str, definitions: &Definitions) -> Option<SharingSummary> {
    let mut rows: Vec<&Row> = rows.iter().filter(|row| row.place == place && row.group == group).collect();
    if rows.is_empty() {
        return None;
    }
    // What is kept back comes last; of equals the order is that of the table.
    rows.sort_by_key(|row| Reverse((row.citizens, row.links)));
    let one = |measure: &str| rows.iter().find(|row| row.measure == measure).map(|row| row.count()).unwrap_or_default();
    let some = |measure: &'static str| rows.iter().filter(move |row| row.measure == measure);
    let blocked_by = some("blocked-by").map(|row| {
        let why = row.what.clone().unwrap_or_default();
        BlockedBy { words: words(&why).to_owned(), why, count: row.count() }
    });
    let one_clause = some("one-clause").filter(|row| row.citizens.is_some());
    let signatures = some("signatures").map(|row| {
        let agreement = row.what.clone().unwrap_or_default();
        let known = definitions.agreements.iter().find(|it| it.id.as_str() == agreement);
        let title = known.map_or_else(|| agreement.clone(), |it| it.title.to_string());
        WaitsFor { agreement, title, count: row.count() }
    });
    Some(SharingSummary {
        all: one("all"),
        open: one("open"),
        blocked: one("blocked"),
        blocked_by: blocked_by.collect(),
        one_clause: one_clause.filter_map(|row| clause(row, definitions)).collect(),
        signatures: signatures.collect(),
    })
}

fn clause(row: &Row, definitions: &Definitions) -> Option<OneClause> {
    let name = |id: &str| {
        let id = OrganisationId::from(id);
        let known = definitions.organisations.iter().find(|organisation| organisation.id == id);
        known.map_or_else(|| id.to_string(), |organisation| organisation.name.to_string())
    };
    let (from, to, id) = (row.from.clone()?, row.to.clone()?, row.category.clone()?);
    let category = definitions.all_categories().into_iter().find(|category| category.id.as_str() == id);
    Some(OneClause {
        from_name: name(&from),
        to_name: name(&to),
        category_name: category.as_ref().map_or_else(|| id.clone(), |category| category.name.to_string()),
        sensitive: category.is_some_and(|category| category.sensitive),
        from,
        to,
        category: id,
        count: row.count(),
    })
}

/// What blocks a link, in words.
fn words(why: &str) -> &str {
    match why {
        "no-clause" => "no agreement shares it",
        "objection" => "the citizen objects",
        "not-in-force" => "an agreement is not in force",
        "category" => "the nearest clause does not name it",
        "not-by-name" => "it is sensitive, and the nearest clause does not name it",
        "purpose" => "the nearest clause is not for treatment",
        "profession" => "the nearest clause is for other professions",
        "group" => "the nearest clause is about other people",
        "place" => "the nearest clause is about another place",
        "circle" => "the nearest clause is for those who act for the citizen",
        "permission" => "the citizen has not permitted it",
        other => other,
    }
}
