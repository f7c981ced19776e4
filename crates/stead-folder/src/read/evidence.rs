//! What an agreement says of tables that a party brings, and the clauses that go by their columns.

use std::ops::Range;
use std::sync::Arc;

use stead_rules::agreement::{
    BelowMin, Benchmark, Brought, CellTest, EvidenceTable, EvidenceTotal, EvidenceYear, Formula, LossRange, Pay,
    SavingsRate, SharedSavings,
};
use stead_rules::{Agreement, Minor, Terms};

use super::clause::ids;
use crate::index::Index;
use crate::near::{did_you_mean, listed, nearest};
use crate::problem::{Problem, SourceFile};
use crate::toml_file::Fields;

/// The tables of an agreement.
pub(super) fn tables(agreement: Fields<'_>) -> Option<Vec<EvidenceTable>> {
    agreement.tables("evidence").into_iter().map(|(fields, _)| table(fields)).collect()
}

fn table(fields: Fields<'_>) -> Option<EvidenceTable> {
    let total = |(total, _): (Fields<'_>, _)| {
        Some(EvidenceTotal { column: total.text("column")?.into(), without: ids(total, "without") })
    };
    let begins_in_month = fields.whole("year_begins_in_month").unwrap_or(1);
    Some(EvidenceTable {
        id: fields.text("id")?.into(),
        row: texts(fields, "row"),
        organisation: fields.text("organisation_column")?.into(),
        year: fields.text("year_column").map(|column| EvidenceYear { column: column.into(), begins_in_month }),
        empty: texts(fields, "empty"),
        totals: fields.tables("total").into_iter().map(total).collect::<Option<_>>()?,
    })
}

fn texts(fields: Fields<'_>, name: &str) -> Vec<Arc<str>> {
    fields.texts(name).into_iter().map(Into::into).collect()
}

/// The rows that a clause is settled on: the outer nothing when what is written cannot be read.
pub(super) fn brought(clause: Fields<'_>) -> Option<Option<Brought>> {
    let Some(fields) = clause.table("evidence") else { return Some(None) };
    Some(Some(Brought { table: fields.text("table")?.into(), rows: tests(fields, "where")? }))
}

fn tests(fields: Fields<'_>, name: &str) -> Option<Vec<CellTest>> {
    let test = |(test, _): (Fields<'_>, _)| {
        let (is, otherwise) = (texts(test, "is"), texts(test, "otherwise"));
        Some(CellTest { column: test.text("column")?.into(), is, otherwise })
    };
    fields.tables(name).into_iter().map(test).collect()
}

pub(super) fn shared_savings(fields: Fields<'_>) -> Option<SharedSavings> {
    let column = |name: &str| fields.text(name).map(Arc::from);
    let rate = |(rate, _): (Fields<'_>, _)| {
        Some(SavingsRate { members: rate.whole("members")?, percent: rate.exact("percent")? })
    };
    let below_min = match fields.table("below_min") {
        Some(below) => Some(BelowMin { percent: below.exact("percent")?, rows: tests(below, "where")? }),
        None => None,
    };
    let loss_by_quality = match fields.table("loss_by_quality") {
        Some(range) => {
            Some(LossRange { percent_min: range.exact("percent_min")?, percent_max: range.exact("percent_max")? })
        }
        None => None,
    };
    let benchmark = fields.whole("benchmark_minor").map(|amount| Benchmark::PerMember(Minor(amount)));
    Some(SharedSavings {
        benchmark: benchmark.or_else(|| column("benchmark_column").map(Benchmark::Column))?,
        spend_column: column("spend_column"),
        members_column: column("members_column"),
        savings_min: fields.tables("savings_min").into_iter().map(rate).collect::<Option<_>>()?,
        savings_min_linear: fields.has("savings_min_linear"),
        savings_min_column: column("savings_min_column"),
        below_min,
        unshared_where: tests(fields, "unshared_where")?,
        sharing_percent: fields.exact("sharing_percent")?,
        quality_column: column("quality_column"),
        quality_gate_percent: fields.exact("quality_gate_percent"),
        quality_scales: fields.has("quality_scales"),
        whole_where: tests(fields, "whole_where")?,
        scaled_where: tests(fields, "scaled_where")?,
        cap_percent: fields.exact("cap_percent"),
        loss_percent: fields.exact("loss_percent"),
        loss_by_quality,
        loss_relief_column: column("loss_relief_column"),
        loss_cap_percent: fields.exact("loss_cap_percent"),
        sequestration_percent: fields.exact("sequestration_percent"),
    })
}

/// Reports clauses that go by a table that the agreement does not have, and totals without clauses that are not there.
/// Whether all is well.
pub(super) fn check(index: &mut Index, file: &Arc<SourceFile>, fields: Fields<'_>, agreement: &Agreement) -> bool {
    let before = index.errors();
    for (clause, (fields, span)) in agreement.clauses.iter().zip(fields.tables("clause")) {
        if let Terms::Pay(pay) = &clause.terms {
            let span = fields.span("evidence").unwrap_or(span);
            check_pay(index, (file, span), agreement, pay);
        }
    }
    for (at, (table, (_, span))) in (1..).zip(agreement.evidence.iter().zip(fields.tables("evidence"))) {
        if agreement.evidence.iter().skip(at).any(|other| other.id == table.id) {
            let problem =
                Problem::error("duplicate-id", format!("there are two tables of evidence called `{}`", table.id));
            index.report(problem.at(file, span.clone()).help("give each a name of its own"));
        }
        for clause in table.totals.iter().flat_map(|total| &total.without) {
            // Clauses that are not there at all are told where everything is that is mentioned.
            if clause.as_str().contains(' ') {
                let problem =
                    Problem::error("other-agreement", format!("`{clause}` is not a clause of this agreement"));
                index.report(problem.at(file, span.clone()).help("`without` names clauses of this agreement"));
            }
        }
    }
    index.errors() == before
}

fn check_pay(index: &mut Index, (file, span): (&Arc<SourceFile>, Range<usize>), agreement: &Agreement, pay: &Pay) {
    let mut report = |code, message: String, help: String| {
        index.report(Problem::error(code, message).at(file, span.clone()).help(help));
    };
    let names = || agreement.evidence.iter().map(|table| table.id.as_ref());
    match &pay.evidence {
        Some(brought) if names().all(|name| name != brought.table.as_ref()) => {
            let near = did_you_mean(nearest(&brought.table, names()));
            let help = match agreement.evidence.as_slice() {
                [] => format!("add `[[evidence]]` with `id = \"{}\"` to the agreement", brought.table),
                _ => format!("write {}", listed(names(), "or")),
            };
            report("unknown-id", format!("the agreement has no evidence `{}`{near}", brought.table), help);
        }
        None if !pay.formula.columns().is_empty() => report(
            "no-evidence",
            "the clause goes by columns, and does not say of which table".to_owned(),
            "add `evidence = { table = … }` with the `id` of an `[[evidence]]` of the agreement".to_owned(),
        ),
        Some(_) => {
            if let Some((message, help)) = not_by_columns(&pay.formula) {
                report("no-column", message, help.to_owned());
            }
        }
        None => {}
    }
}

/// What a formula lacks to be computed from a table, with what to do about it.
fn not_by_columns(formula: &Formula) -> Option<(String, &'static str)> {
    match formula {
        Formula::Stated { .. } => None,
        Formula::Capitation(capitation) if capitation.weight_column.is_some() => None,
        Formula::SharedSavings(savings) => {
            let by_size = savings.savings_min_column.is_none() || matches!(savings.benchmark, Benchmark::PerMember(_));
            let by_quality = savings.goes_by_quality() && savings.whole_where.is_empty();
            let needed = [
                (true, &savings.spend_column, "`spend_column`", "what was spent"),
                (by_size, &savings.members_column, "`members_column`", "how many members there are"),
                (by_quality, &savings.quality_column, "`quality_column`", "how well it was done"),
            ];
            let (.., key, what) = needed.into_iter().find(|(needed, column, ..)| *needed && column.is_none())?;
            Some((
                format!("the clause does not say in which column to find {what}: it has no {key}"),
                "name the column that the table has for it",
            ))
        }
        _ => Some((
            "the clause goes by a table, and its formula by records".to_owned(),
            "take `evidence` out, or let it be paid by `stated`, `shared_savings`, or `capitation` with a `weight_column`",
        )),
    }
}
