//! What one organisation reads: each line with its clause and why, and what it comes to.

use std::fmt::Write;

use serde_json::{Value, json};
use stead_rules::settlement::Line;
use stead_rules::{Minor, OrganisationId, Posting};

use super::{SETTLEMENT_VERSION, Settled, Standing};

/// A line with its number, and where its figures stand.
pub(super) type Entry<'a> = (usize, &'a (Line, String));

/// The columns of a statement.
pub(super) const COLUMNS: [&str; 10] =
    ["row", "organisation", "from", "to", "clause", "payer", "amount", "currency", "why", "evidence"];

/// A line of a statement as cells. The amount is as the organisation sees it.
pub(super) fn cells(settled: &Settled, at: usize, line: &Line, place: &str) -> [String; 10] {
    let disputed = settled.disputes.get(&at).map(|why| format!("in dispute ({why}); ")).unwrap_or_default();
    [
        line.row.clone(),
        line.organisation.to_string(),
        line.period.from.to_string(),
        line.period.to.to_string(),
        line.clause.to_string(),
        line.payer.to_string(),
        line.amount.decimal(&settled.currency),
        settled.currency.clone(),
        disputed + &line.why,
        place.to_owned(),
    ]
}

/// As text, with what was posted for the organisation after an earlier settlement. What it pays others is less than
/// nothing to it.
pub(super) fn text(
    settled: &Settled,
    organisation: &OrganisationId,
    lines: &[Entry<'_>],
    corrections: &[Posting],
) -> String {
    let of = match settled.standing {
        Some(Standing::Provisional) => "Provisional statement of",
        Some(Standing::Final) => "Final statement of",
        None => "Statement of",
    };
    let mut text = format!("{of} {organisation}, in {}\n", settled.currency);
    for (at, (line, place)) in lines {
        let amount = seen_by(organisation, line).decimal(&settled.currency);
        let (from, last) = (line.period.from, line.period.to.plus_days(-1));
        let other = if line.organisation == *organisation { &line.payer } else { &line.organisation };
        let _ = write!(text, "\n{amount:>20}  by {} with {other}\n", line.clause);
        wrapped(&mut text, &format!("from {from} to {last}: {}", line.why));
        if let Some(why) = settled.disputes.get(at) {
            wrapped(&mut text, &format!("in dispute, {why}"));
        }
        wrapped(&mut text, place);
    }
    let _ = writeln!(text, "\n{:>20}  in all", balance(settled, organisation).decimal(&settled.currency));
    if let Some(disputed) = settled.disputed.get(organisation) {
        let _ = writeln!(text, "{:>20}  in dispute, and not in all", disputed.decimal(&settled.currency));
    }
    added(&mut text, settled, organisation, corrections);
    text
}

/// Words below an amount, in lines of 80 columns.
fn wrapped(text: &mut String, words: &str) {
    let indent = " ".repeat(22);
    let options = textwrap::Options::new(80).initial_indent(&indent).subsequent_indent(&indent).break_words(false);
    for line in textwrap::wrap(words, options) {
        let _ = writeln!(text, "{line}");
    }
}

/// What was added to an earlier settlement.
fn added(text: &mut String, settled: &Settled, organisation: &OrganisationId, corrections: &[Posting]) {
    if corrections.is_empty() {
        return;
    }
    text.push_str("\nSince the settlement before:\n");
    for posting in corrections {
        let amount =
            if posting.credit == *organisation { posting.amount } else { Minor(posting.amount.0.saturating_neg()) };
        let what = match (posting.reverses, posting.disputed.is_some()) {
            (true, false) => "taken back",
            (true, true) => "taken out of dispute",
            (false, false) => "new",
            (false, true) => "new, in dispute",
        };
        let (amount, clause) = (amount.decimal(&settled.currency), &posting.clause);
        let (from, last) = (posting.period.from, posting.period.to.plus_days(-1));
        let _ = writeln!(text, "{amount:>20}  {what}, by {clause}, from {from} to {last}");
    }
}

/// As JSON.
pub(super) fn value(settled: &Settled, organisation: &OrganisationId, lines: &[Entry<'_>]) -> Value {
    let line = |(at, (line, place)): &Entry<'_>| {
        json!({
            "row": line.row,
            "with": if line.organisation == *organisation { &line.payer } else { &line.organisation },
            "from": line.period.from,
            "to": line.period.to,
            "clause": line.clause.to_string(),
            "amount_minor": seen_by(organisation, line).0,
            "why": line.why,
            "disputed": settled.disputes.get(at),
            "evidence": place,
        })
    };
    json!({
        "version": SETTLEMENT_VERSION,
        "organisation": organisation,
        "currency": settled.currency,
        "standing": settled.standing.map(Standing::word),
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "balance_minor": balance(settled, organisation).0,
        "disputed_minor": settled.disputed.get(organisation).copied().unwrap_or_default().0,
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
