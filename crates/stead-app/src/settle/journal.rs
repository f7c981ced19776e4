//! A settlement as a journal that hledger reads: a transaction a posting, an account an organisation.

use std::fmt::Write;

use stead_rules::{Minor, OrganisationId, Posting};

use super::Settled;

/// The journal's text.
pub(super) fn journal(settled: &Settled) -> String {
    let currency = &settled.currency;
    let mut text = String::from("; Written by Stead: what was settled, a transaction a posting.\n");
    let _ = writeln!(text, "commodity {currency} {}\n", Minor(100_000).decimal(currency));
    for organisation in settled.balances.keys() {
        let _ = writeln!(text, "account {}", account(organisation));
    }
    for posting in &settled.postings {
        transaction(&mut text, currency, posting);
    }
    text
}

fn transaction(text: &mut String, currency: &str, posting: &Posting) {
    // The last day of the time that it is for.
    let date = posting.period.to.plus_days(-1);
    let taken_back = if posting.reverses { " taken back" } else { "" };
    let (debit, credit) = (account(&posting.debit), account(&posting.credit));
    let amount = posting.amount.decimal(currency);
    let _ = writeln!(
        text,
        "\n{date} ({}) {}{taken_back}",
        plain(&posting.clause.to_string()),
        plain(posting.credit.as_str())
    );
    let (from, to) = (posting.period.from, posting.period.to);
    let _ = writeln!(text, "    ; from {from} to {to}, by {}", plain(&posting.evidence));
    let _ = writeln!(text, "    {debit}  {currency} -{amount}");
    let _ = writeln!(text, "    {credit}  {currency} {amount}");
}

/// An account's name: below `organisations`, without what means something in a journal.
pub(super) fn account(organisation: &OrganisationId) -> String {
    format!("organisations:{}", plain(organisation.as_str()))
}

/// Text without what ends a name or begins a comment; two blanks end an account's name.
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
        assert_eq!(account(&"a  b;c:d\n".into()), "organisations:a b_c_d_");
        assert_eq!(account(&"A1001".into()), "organisations:A1001");
    }
}
