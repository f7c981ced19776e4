//! `agreements/*.toml`.

use std::sync::Arc;

use stead_rules::agreement::Amendment;
use stead_rules::{Agreement, Day, Party, Period};

use super::{clause, evidence};
use crate::index::{Index, Named};
use crate::problem::{Problem, SourceFile};
use crate::shapes;
use crate::thing::Thing;
use crate::toml_file::{self, Fields};

/// The currency of an agreement that names none.
const CURRENCY: &str = "GBP";

/// The agreement that a file describes; `None`, and the agreement broken off, when the file has errors.
pub(crate) fn read(index: &mut Index, file: &Arc<SourceFile>, by: &Named) -> Option<Agreement> {
    let table = toml_file::read(index, file, &shapes::AGREEMENT, by);
    let agreement = table.as_ref().and_then(|table| build(index, file, by, Fields(table)));
    if agreement.is_none() {
        index.break_off(by);
        // Clauses that could not be read are not to be called unknown where they are cited.
        index.incomplete(Thing::Clause);
    }
    agreement
}

fn build(index: &mut Index, file: &Arc<SourceFile>, by: &Named, fields: Fields<'_>) -> Option<Agreement> {
    let period = period(index, file, fields, ("from", "to"))?;
    let parties: Vec<Party> = fields.texts_or_tables("parties").into_iter().map(party).collect::<Option<_>>()?;
    for (at, party) in parties.iter().enumerate() {
        if parties.iter().skip(at + 1).any(|other| other.organisation == party.organisation) {
            let message = format!("`{}` is a party twice", party.organisation);
            let problem = Problem::error("named-twice", message).help("name each party once");
            index.report(problem.at(file, fields.span("parties")?));
            return None;
        }
    }
    let currency = fields.text("currency").unwrap_or(CURRENCY);
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        let problem = Problem::error("bad-currency", format!("`{currency}` is no currency"));
        index.report(problem.at(file, fields.span("currency")?).help("write its three letters (ISO 4217): \"GBP\""));
        return None;
    }
    let mut clauses = Vec::new();
    for (clause, span) in fields.tables("clause") {
        let own = own_period(index, file, clause, period)?;
        clauses.push(clause::clause(index, file, clause, (own, span), by.1.as_str())?);
    }
    let agreement = Agreement {
        id: by.1.as_str().into(),
        title: fields.text("title")?.into(),
        period,
        notice_days: fields.whole("notice_days")?,
        law: fields.text("law").map(Into::into),
        currency: currency.into(),
        precedence: fields.texts("precedence").into_iter().map(Into::into).collect(),
        subject_to: fields.texts("subject_to").into_iter().map(Into::into).collect(),
        places: fields.texts("places").into_iter().map(Into::into).collect(),
        parties,
        amends: fields.tables("amends").into_iter().map(|(amends, _)| amendment(amends)).collect::<Option<_>>()?,
        evidence: evidence::tables(fields)?,
        clauses,
    };
    evidence::check(index, file, fields, &agreement).then_some(agreement)
}

fn party(party: Result<&str, Fields<'_>>) -> Option<Party> {
    Some(match party {
        Ok(organisation) => Party { organisation: organisation.into(), signatories: Vec::new() },
        Err(fields) => Party {
            organisation: fields.text("organisation")?.into(),
            signatories: fields.texts("signatories").into_iter().map(Into::into).collect(),
        },
    })
}

fn amendment(fields: Fields<'_>) -> Option<Amendment> {
    Some(Amendment {
        agreement: fields.text("agreement")?.into(),
        clauses: fields.texts("clauses").into_iter().map(Into::into).collect(),
    })
}

/// A period by two keys, the second of which may be left out.
fn period(index: &mut Index, file: &Arc<SourceFile>, fields: Fields<'_>, keys: (&str, &str)) -> Option<Period> {
    let (from, to) = (fields.day(keys.0)?, fields.day(keys.1).unwrap_or(Day::FOREVER));
    let period = Period::new(from, to);
    if period.is_none() {
        let message = format!("the agreement ends on {to}, but begins on {from}");
        let help = format!("`{}` is the first day outside, later than `{}`", keys.1, keys.0);
        index.report(Problem::error("from-after-to", message).at(file, fields.span(keys.1)?).help(help));
    }
    period
}

/// The clause's own days, where it names any: within the agreement's.
fn own_period(index: &mut Index, file: &Arc<SourceFile>, clause: Fields<'_>, whole: Period) -> Option<Option<Period>> {
    if !clause.has("starts") && !clause.has("ends") {
        return Some(None);
    }
    let from = clause.day("starts").unwrap_or(whole.from);
    let to = clause.day("ends").unwrap_or(whole.to);
    let own = Period::new(from, to).filter(|own| own.intersect(whole) == Some(*own));
    if own.is_none() {
        let message = format!("the clause runs from {from} to {to}, the agreement from {} to {}", whole.from, whole.to);
        let help = "let it start before it ends, and keep it within the agreement's time";
        let span = clause.span("starts").or_else(|| clause.span("ends"))?;
        index.report(Problem::error("outside-agreement", message).at(file, span).help(help));
        return None;
    }
    Some(own)
}
