//! What an agreement says of tables that a party brings, and which of their rows a clause goes by.

use super::{may, must};
use crate::shape::Shape::{self, ClauseRef, Exact, List, Text, Whole};
use crate::shape::{Key, Rule, Table};

const PERCENT: Shape = Exact(0, 100);

/// A table of figures that a party brings.
pub(super) static EVIDENCE: Table = Table {
    name: "evidence",
    doc: "A table of figures that a party brings in place of records: what its columns mean.",
    keys: &[
        must("id", Text, "\"settlement\"", "What clauses call it."),
        must("row", List(&Text), "[\"ACO_ID\"]", "The columns that, together, name a row."),
        must(
            "organisation_column",
            Text,
            "\"ACO_ID\"",
            "The column that names the organisation whose figures they are.",
        )
        .also(&["organisation"]),
        may("year_column", Text, "\"PY\"", "The column with the year; left out: the time that is settled."),
        may("year_begins_in_month", Whole(1, 12), "4", "The month in which such a year begins; 1 when left out."),
        may("empty", List(&Text), "[\"-\"]", "What cells say that hold nothing."),
        may(
            "total",
            List(&Shape::Table(|| &TOTAL)),
            "[{ column = \"Total\", without = [\"deductions\"] }]",
            "Columns that have to be what clauses add up to.",
        )
        .also(&["totals"]),
    ],
    rules: &[],
};

static TOTAL: Table = Table {
    name: "total",
    doc: "A column that has to be what the clauses of the table add up to, row by row.",
    keys: &[
        must("column", Text, "\"Total\"", "The column."),
        may("without", List(&ClauseRef), "[\"deductions\"]", "The clauses that do not count in it."),
    ],
    rules: &[],
};

/// On which rows a clause is settled.
pub(super) static BROUGHT: Table = Table {
    name: "clause_evidence",
    doc: "The table that a clause is settled on, in place of records, and which rows of it.",
    keys: &[must("table", Text, "\"settlement\"", "The `id` of an `[[evidence]]` of the agreement."), WHERE],
    rules: &[],
};

const WHERE: Key = may(
    "where",
    List(&Shape::Table(|| &CELL_TEST)),
    "[{ column = \"Current_Track\", is = [\"A\", \"B\"] }]",
    "What must hold of a row; left out: nothing.",
);

static CELL_TEST: Table = Table {
    name: "cell_test",
    doc: "A cell that must say one of these words.",
    keys: &[
        must("column", Text, "\"Current_Track\"", "In which column."),
        must("is", List(&Text), "[\"A\", \"B\"]", "One of these words."),
        may(
            "otherwise",
            List(&Text),
            "[\"C\"]",
            "What else the cell may say, or nothing: any other word is an error. Left out: any word is taken for a no.",
        ),
    ],
    rules: &[],
};

/// The sum that the evidence states.
pub(super) static STATED: Table = Table {
    name: "stated",
    doc: "The sum that the evidence states; less than nothing is paid back.",
    keys: &[must("column", Text, "\"Global Sum\"", "The column that holds it, in the currency's own unit: 12.50.")],
    rules: &[],
};

/// A share of savings and losses.
pub(super) static SHARED_SAVINGS: Table = Table {
    name: "shared_savings",
    doc: "A share of savings, and where agreed of losses, against a benchmark.",
    keys: &[
        may("benchmark_minor", super::agreement::AMOUNT, "98_000", "The benchmark for each member and year."),
        may("benchmark_column", Text, "\"benchmark\"", "A column of evidence that holds it."),
        may("spend_column", Text, "\"spend\"", "A column of evidence that holds what was spent."),
        may("members_column", Text, "\"members\"", "A column of evidence that holds the number of members."),
        may(
            "savings_min",
            List(&Shape::Table(|| &SAVINGS_RATE)),
            "[{ members = 5000, percent = 3.9 }]",
            "Savings below this count for nothing: by number of members.",
        ),
        may(
            "savings_min_linear",
            Shape::Yes,
            "true",
            "From one number of members to the next the rate goes down evenly.",
        ),
        may("savings_min_column", Text, "\"rate\"", "A column of evidence that holds the least rate, in percent."),
        may(
            "below_min",
            Shape::Table(|| &BELOW_MIN),
            "{ percent = 50, where = [{ column = \"ReducedSS\", is = [\"1\"] }] }",
            "Rows whose savings are shared in part, though they are below the least rate.",
        ),
        may(
            "unshared_where",
            List(&Shape::Table(|| &CELL_TEST)),
            "[{ column = \"Guardrail\", is = [\"1\"] }]",
            "Rows whose savings are not shared at all.",
        ),
        must("sharing_percent", PERCENT, "50", "So many of a hundred of the savings."),
        may("quality_column", Text, "\"quality\"", "A column of evidence that holds quality, in percent."),
        may("quality_gate_percent", PERCENT, "40", "Savings are shared only from this quality on."),
        may("quality_scales", Shape::Yes, "true", "The share is multiplied by quality."),
        may(
            "whole_where",
            List(&Shape::Table(|| &CELL_TEST)),
            "[{ column = \"Met_QPS\", is = [\"1\"] }]",
            "The rows whose quality earns the whole share, where evidence says it.",
        ),
        may(
            "scaled_where",
            List(&Shape::Table(|| &CELL_TEST)),
            "[{ column = \"Met_AltQPS\", is = [\"1\"] }]",
            "The other rows whose quality earns the share times quality; the rest earn nothing.",
        ),
        may("cap_percent", PERCENT, "10", "No more than so many of a hundred of the benchmark."),
        may("loss_percent", PERCENT, "40", "So many of a hundred of losses are borne; left out: none."),
        may(
            "loss_by_quality",
            Shape::Table(|| &LOSS_RANGE),
            "{ percent_min = 40, percent_max = 75 }",
            "What the sharing rate, times quality, leaves of a hundred is borne of losses.",
        ),
        may("loss_relief_column", Text, "\"relief\"", "A column of evidence that holds what is forgiven of a loss."),
        may("loss_cap_percent", PERCENT, "5", "But no more than so many of a hundred of the benchmark."),
        may("sequestration_percent", PERCENT, "2", "So many of a hundred are held back of what is earned."),
    ],
    rules: &[
        Rule::OneOf(&["benchmark_minor", "benchmark_column"]),
        Rule::OneOf(&["savings_min", "savings_min_column"]),
        Rule::NotBoth(&["loss_percent", "loss_by_quality"]),
        Rule::NotBoth(&["quality_gate_percent", "whole_where"]),
    ],
};

static SAVINGS_RATE: Table = Table {
    name: "savings_rate",
    doc: "The least rate of savings that counts, from so many members on.",
    keys: &[
        must("members", Whole(0, u32::MAX as i64), "5000", "From so many members on."),
        must("percent", PERCENT, "3.9", "So many of a hundred of the benchmark."),
    ],
    rules: &[],
};

static BELOW_MIN: Table = Table {
    name: "below_min",
    doc: "Savings below the least rate that are shared in part.",
    keys: &[must("percent", PERCENT, "50", "So many of a hundred of the share."), WHERE],
    rules: &[],
};

static LOSS_RANGE: Table = Table {
    name: "loss_range",
    doc: "Between what the part of losses has to be.",
    keys: &[
        must("percent_min", PERCENT, "40", "At least so many of a hundred."),
        must("percent_max", PERCENT, "75", "At most so many of a hundred."),
    ],
    rules: &[],
};
