//! What those around a group of people may see of each other's records, and what one clause would open.

use stead_app::summary::{GroupSummary, LinkCount, PlaceSummary, SharingSummary};

use crate::output::{Output, shortened};

/// How many clauses are told of; all are in the JSON.
const CLAUSES: usize = 5;

/// Columns of what blocks links, and of a name.
const WHY: usize = 56;
const NAME: usize = 19;

/// Prints the group's links: people first, then links.
pub fn shown(place: &PlaceSummary, group: &GroupSummary, output: &Output) -> std::io::Result<()> {
    let Some(sharing) = &group.sharing else { return Ok(()) };
    output.heading(&format!("{}: {}: who sees their records", place.name, group.name))?;
    let row = |what: &str, count: &LinkCount| vec![shortened(what, WHY), count.citizens.clone(), count.links.clone()];
    let mut rows = vec![
        row("needed by somebody around them, held by somebody else", &sharing.all),
        row("open", &sharing.open),
        row("blocked", &sharing.blocked),
    ];
    rows.extend(sharing.blocked_by.iter().map(|by| row(&format!("· {}", by.words), &by.count)));
    rows.extend(sharing.signatures.iter().map(|by| row(&format!("· waits for `{}`", by.agreement), &by.count)));
    output.table(&["", "people", "links"], &rows)?;
    clauses(sharing, output)
}

fn clauses(sharing: &SharingSummary, output: &Output) -> std::io::Result<()> {
    if sharing.one_clause.is_empty() {
        return Ok(());
    }
    output.line("One clause would open, of most people first:")?;
    let rows: Vec<Vec<String>> = sharing
        .one_clause
        .iter()
        .take(CLAUSES)
        .map(|clause| {
            let names = [&clause.from_name, &clause.to_name, &clause.category_name].map(|name| shortened(name, NAME));
            names.into_iter().chain([clause.count.citizens.clone(), clause.count.links.clone()]).collect()
        })
        .collect();
    output.table(&["from", "to", "what", "people", "links"], &rows)
}
