//! A settlement as a journal that hledger reads: a transaction a posting, an account an organisation.

use std::collections::BTreeSet;
use std::fmt::Write;

use stead_rules::{Minor, OrganisationId, Posting};

use super::{Settled, Standing, coded};

/// The journal's text.
pub(super) fn journal(settled: &Settled) -> String {
    let currency = &settled.currency;
    let mut text = String::from("; Written by Stead: what was settled, a transaction a posting.\n");
    let sample = Minor(100_000).decimal(currency);
    // Where there are no digits after it, hledger wants the point all the same.
    let point = if sample.contains('.') { "" } else { "." };
    let _ = writeln!(text, "commodity {currency} {sample}{point}\n");
    let book = settled.book();
    let sides = book.iter().map(|it| &it.posting).flat_map(|it| [side(it, &it.debit), side(it, &it.credit)]);
    for account in sides.collect::<BTreeSet<_>>() {
        let _ = writeln!(text, "account {account}");
    }
    for booked in &book {
        // What a final settlement lets stand is final, whichever settlement it comes from.
        let standing = settled.standing.filter(|standing| *standing == Standing::Final).or(booked.standing);
        transaction(&mut text, currency, &booked.posting, standing);
    }
    text
}

fn transaction(text: &mut String, currency: &str, posting: &Posting, standing: Option<Standing>) {
    // The last day of the time that it is for.
    let date = posting.period.to.plus_days(-1);
    let taken_back = if posting.reverses { " taken back" } else { "" };
    let (debit, credit) = (side(posting, &posting.debit), side(posting, &posting.credit));
    // hledger's own marks: pending, and cleared.
    let mark = match standing {
        Some(Standing::Provisional) => "! ",
        Some(Standing::Final) => "* ",
        None => "",
    };
    let amount = posting.amount.decimal(currency);
    let _ = writeln!(
        text,
        "\n{date} {mark}({}) {}{taken_back}",
        plain(&posting.clause.to_string()),
        plain(posting.credit.as_str())
    );
    let (from, to) = (posting.period.from, posting.period.to);
    let _ = writeln!(text, "    ; from {from} to {to}, by {}", plain(&posting.evidence));
    if let Some(why) = &posting.disputed {
        let _ = writeln!(text, "    ; in dispute, {}", plain(why));
    }
    let _ = writeln!(text, "    {debit}  {currency} -{amount}");
    let _ = writeln!(text, "    {credit}  {currency} {amount}");
}

/// The account of one side of a posting: what is in dispute has accounts of its own.
fn side(posting: &Posting, organisation: &OrganisationId) -> String {
    if posting.disputed.is_some() { format!("disputed:{}", name(organisation)) } else { account(organisation) }
}

/// An account's name: below `organisations`, without what means something in a journal.
pub(super) fn account(organisation: &OrganisationId) -> String {
    format!("organisations:{}", name(organisation))
}

/// An organisation's name in an account's, one for each: what would end it or begin a comment is written as its code.
fn name(organisation: &OrganisationId) -> String {
    let mut after_blank = true;
    coded(organisation.as_str(), |letter| {
        let lone_blank = letter == ' ' && !after_blank;
        after_blank = letter.is_whitespace();
        lone_blank || !(letter.is_control() || letter.is_whitespace() || ";|:()[]\"%".contains(letter))
    })
}

/// Text without what begins a comment or ends a line.
fn plain(text: &str) -> String {
    let safe: String =
        text.chars().map(|it| if it.is_control() || ";|:()[]\"".contains(it) { '_' } else { it }).collect();
    safe.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_an_account_or_begin_a_comment() {
        assert_eq!(account(&"a  b;c:d\n".into()), "organisations:a %20b%3Bc%3Ad%0A");
        assert_ne!(account(&"AB;C".into()), account(&"AB_C".into()));
        assert_eq!(account(&"A1001".into()), "organisations:A1001");
    }
}
