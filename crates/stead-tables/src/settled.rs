//! Settlements: what `stead settle --citizens` writes beside the accounts, a file a bucket.

use crate::table::{Kind, Spread, Table, may, must};

/// The tables of a settlement.
pub static SETTLED: &[Table] = &[Table {
    name: "citizen_payment",
    about: "what an organisation was paid for a citizen by a clause, in a settlement; all rows of a clause and organisation add up to what was paid",
    spread: Spread::ByCitizen,
    columns: &[
        must("citizen", Kind::Text, "for whom"),
        must("clause", Kind::Word, "by which clause, as agreement clause"),
        must("organisation", Kind::Word, "who was paid"),
        must("payer", Kind::Word, "who paid"),
        must("from", Kind::Day, "first day of the time"),
        must("to", Kind::Day, "first day after"),
        must("counted", Kind::Text, "what of her records counted, in words"),
        must("amount_minor", Kind::Minor, "how much, in the minor unit; less than nothing is owed"),
        must("currency", Kind::Word, "ISO 4217"),
        may("records", Kind::Words, "the records that show it, each as source:Type/id"),
        may("why", Kind::Words, "why she counts as theirs, and on which days, where it is paid by the head"),
    ],
    order: &["citizen", "clause", "organisation"],
}];
