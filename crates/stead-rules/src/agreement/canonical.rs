//! The canonical text of an agreement: what is signed.
//!
//! The same promises give the same text, however the file is laid out, commented and ordered; any other word gives another.
//! `docs/agreements.md` describes the form, so that others can make the text and check a signature without Stead.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::clause::{Clause, Terms};
use super::{Agreement, CellTest, EvidenceTable, Formula};

/// The name and version of the form, the first thing in every text.
pub const CANONICAL_FORMAT: &str = "stead-agreement-1";

/// The text that parties sign: JSON as RFC 8785 has it (no spaces, keys in order, no floats), lists sorted where their
/// order means nothing, and runs of blanks in prose made one.
pub fn canonical(agreement: &Agreement) -> String {
    let value = serde_json::to_value(normal(agreement)).unwrap_or(Value::Null);
    let mut text = String::with_capacity(4096);
    text.push_str("{\"agreement\":");
    write(&value, &mut text);
    text.push_str(",\"format\":\"");
    text.push_str(CANONICAL_FORMAT);
    text.push_str("\"}");
    text
}

/// Writes JSON with its keys in order, however the map keeps them.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(values) => {
            text.push('[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(value, text);
            }
            text.push(']');
        }
        Value::Object(fields) => write_fields(fields, text),
        // Numbers are whole, and texts are escaped as RFC 8785 has it: only what must be.
        plain => text.push_str(&plain.to_string()),
    }
}

fn write_fields(fields: &Map<String, Value>, text: &mut String) {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    text.push('{');
    for (at, (name, value)) in sorted.into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        write(value, text);
    }
    text.push('}');
}

/// The agreement with everything that means nothing taken out: order of lists, repeated entries, layout of prose.
fn normal(agreement: &Agreement) -> Agreement {
    let mut normal = agreement.clone();
    prose(&mut normal.title);
    normal.law.iter_mut().for_each(prose);
    normal.subject_to.iter_mut().for_each(prose);
    sort(&mut normal.subject_to);
    sort(&mut normal.places);
    for party in &mut normal.parties {
        sort(&mut party.signatories);
    }
    sort(&mut normal.parties);
    for amendment in &mut normal.amends {
        sort(&mut amendment.clauses);
    }
    sort(&mut normal.amends);
    normal.evidence.iter_mut().for_each(evidence);
    sort(&mut normal.evidence);
    normal.clauses.iter_mut().for_each(clause);
    normal.clauses.sort_by(|one, other| one.id.cmp(&other.id));
    normal
}

fn evidence(table: &mut EvidenceTable) {
    sort(&mut table.empty);
    for total in &mut table.totals {
        sort(&mut total.without);
    }
    sort(&mut table.totals);
}

fn tests(rows: &mut Vec<CellTest>) {
    for test in rows.iter_mut() {
        sort(&mut test.is);
        sort(&mut test.otherwise);
    }
    sort(rows);
}

fn clause(clause: &mut Clause) {
    prose(&mut clause.text);
    match &mut clause.terms {
        Terms::Share(share) => {
            sort(&mut share.from);
            sort(&mut share.to);
            sort(&mut share.categories);
            sort(&mut share.purposes);
            sort(&mut share.professions);
            share.what_for.iter_mut().for_each(prose);
        }
        Terms::Deliver(deliver) => {
            sort(&mut deliver.from);
            sort(&mut deliver.to);
            sort(&mut deliver.needs);
            sort(&mut deliver.services);
        }
        Terms::HandOver(hand_over) => {
            sort(&mut hand_over.services);
            sort(&mut hand_over.needs);
            sort(&mut hand_over.to);
            sort(&mut hand_over.professions);
            sort(&mut hand_over.paid_by);
            hand_over.competence.iter_mut().for_each(prose);
        }
        Terms::Lead(lead) => {
            sort(&mut lead.needs);
            sort(&mut lead.services);
            lead.role.iter_mut().for_each(prose);
            lead.person.iter_mut().for_each(prose);
        }
        Terms::Pay(pay) => {
            sort(&mut pay.to);
            sort(&mut pay.services);
            sort(&mut pay.needs);
            if let Some(care) = &mut pay.primary_care {
                sort(&mut care.services);
                sort(&mut care.professions);
                sort(&mut care.second_step);
                sort(&mut care.at_least_one);
            }
            for catchment in &mut pay.catchment {
                sort(&mut catchment.areas);
            }
            sort(&mut pay.catchment);
            if let Some(brought) = &mut pay.evidence {
                tests(&mut brought.rows);
            }
            formula(&mut pay.formula);
        }
        Terms::Pool(pool) => {
            sort(&mut pool.members);
            sort(&mut pool.clauses);
        }
        Terms::Duty(duty) => {
            sort(&mut duty.withholds);
            sort(&mut duty.withholds_from);
        }
    }
}

fn formula(formula: &mut Formula) {
    match formula {
        Formula::Activity(activity) => {
            sort(&mut activity.prices);
            sort(&mut activity.bands);
        }
        Formula::Blended(blended) => {
            sort(&mut blended.activity.prices);
            sort(&mut blended.activity.bands);
        }
        Formula::Capitation(capitation) => sort(&mut capitation.weights),
        Formula::Bundle(bundle) => sort(&mut bundle.covers),
        Formula::SharedSavings(savings) => {
            sort(&mut savings.savings_min);
            tests(&mut savings.unshared_where);
            tests(&mut savings.whole_where);
            tests(&mut savings.scaled_where);
            savings.below_min.iter_mut().for_each(|below| tests(&mut below.rows));
        }
        Formula::Stated { .. } | Formula::Block { .. } | Formula::Incentive(_) => {}
    }
}

fn sort<T: Ord>(values: &mut Vec<T>) {
    values.sort_unstable();
    values.dedup();
}

/// Prose without its layout: blanks at the ends away, runs of blanks and line breaks as one blank.
fn prose(text: &mut Arc<str>) {
    *text = text.split_whitespace().collect::<Vec<_>>().join(" ").into();
}
