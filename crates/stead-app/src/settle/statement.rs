//! What one organisation reads: each line with its clause and why, and what it comes to.

use std::fmt::Write;

use serde_json::{Value, json};
use stead_rules::settlement::Line;
use stead_rules::{Minor, OrganisationId};

use super::{SETTLEMENT_VERSION, Settled};

/// The columns of a statement.
pub(super) const COLUMNS: [&str; 10] =
    ["row", "organisation", "from", "to", "clause", "payer", "amount", "currency", "why", "evidence"];

/// A line of a statement as cells. The amount is as the organisation sees it.
pub(super) fn cells(settled: &Settled, line: &Line, place: &str) -> [String; 10] {
    [
        line.row.clone(),
        line.organisation.to_string(),
        line.period.from.to_string(),
        line.period.to.to_string(),
        line.clause.to_string(),
        line.payer.to_string(),
        line.amount.decimal(&settled.currency),
        settled.currency.clone(),
        line.why.clone(),
        place.to_owned(),
    ]
}

/// As text. What an organisation pays others is less than nothing to it.
pub(super) fn text(settled: &Settled, organisation: &OrganisationId, lines: &[&(Line, String)]) -> String {
    let mut text = format!("Statement of {organisation}, in {}\n", settled.currency);
    for (line, place) in lines {
        let amount = seen_by(organisation, line).decimal(&settled.currency);
        let (from, to) = (line.period.from, line.period.to);
        let other = if line.organisation == *organisation { &line.payer } else { &line.organisation };
        let _ = write!(text, "\n{amount:>20}  by {} with {other}\n", line.clause);
        let _ = writeln!(text, "{:22}from {from} to {to}: {}", "", line.why);
        let _ = writeln!(text, "{:22}{place}", "");
    }
    let _ = writeln!(text, "\n{:>20}  in all", balance(settled, organisation).decimal(&settled.currency));
    text
}

/// As JSON.
pub(super) fn value(settled: &Settled, organisation: &OrganisationId, lines: &[&(Line, String)]) -> Value {
    let line = |(line, place): &&(Line, String)| {
        json!({
            "row": line.row,
            "with": if line.organisation == *organisation { &line.payer } else { &line.organisation },
            "from": line.period.from,
            "to": line.period.to,
            "clause": line.clause.to_string(),
            "amount_minor": seen_by(organisation, line).0,
            "why": line.why,
            "evidence": place,
        })
    };
    json!({
        "version": SETTLEMENT_VERSION,
        "organisation": organisation,
        "currency": settled.currency,
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "balance_minor": balance(settled, organisation).0,
    })
}

/// What a line brings an organisation: the payer what it does not bring the other.
pub(super) fn seen_by(organisation: &OrganisationId, line: &Line) -> Minor {
    // An amount without an opposite is never settled: it would have no posting.
    if line.organisation == *organisation { line.amount } else { Minor(line.amount.0.saturating_neg()) }
}

fn balance(settled: &Settled, organisation: &OrganisationId) -> Minor {
    settled.balances.get(organisation).copied().unwrap_or_default()
}
