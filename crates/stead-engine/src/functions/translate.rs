//! Contacts in the folder's own words.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::Expr;

use stead_rules::Meaning;

use super::{Function, texts_of};
use crate::prepared::Prepared;

/// The kind of service of a contact. Arguments: service, system, code, other codes, organisation.
pub(crate) fn service_kind(prepared: &Arc<Prepared>, args: Vec<Expr>) -> Expr {
    Function::call("stead_service_kind", prepared, args, DataType::Utf8, |prepared, columns, rows| {
        let [service, system, code, others, organisation] = columns else {
            return Err(internal_datafusion_err!("five columns of a contact"));
        };
        let (service, organisation) = (texts_of(service)?, texts_of(organisation)?);
        let (system, code) = (texts_of(system)?, texts_of(code)?);
        let others = others.as_list::<i32>();
        texts(rows, |row| {
            let more = others.is_valid(row).then(|| others.value(row));
            let more: Vec<_> = more.iter().flat_map(|more| more.as_string::<i32>().iter().flatten()).collect();
            let first = system.get(row).zip(code.get(row));
            let codes = first.into_iter().chain(more.iter().filter_map(|token| token.rsplit_once('|')));
            prepared.translator.service_kind(service.get(row), codes, organisation.get(row))
        })
    })
}

/// The kind of contact. Arguments: system, code, other codes.
pub(crate) fn contact_kind(prepared: &Arc<Prepared>, args: Vec<Expr>) -> Expr {
    Function::call("stead_contact_kind", prepared, args, DataType::Utf8, |prepared, columns, rows| {
        let [system, code, others] = columns else {
            return Err(internal_datafusion_err!("three columns of codes"));
        };
        let (system, code, others) = (texts_of(system)?, texts_of(code)?, others.as_list::<i32>());
        texts(rows, |row| {
            let word = |(system, code)| prepared.translator.word(Meaning::Contact, system, code);
            let more = others.is_valid(row).then(|| others.value(row));
            let more: Vec<_> = more.iter().flat_map(|more| more.as_string::<i32>().iter().flatten()).collect();
            let first = system.get(row).zip(code.get(row)).and_then(word);
            first.or_else(|| more.iter().filter_map(|token| token.rsplit_once('|')).find_map(word))
        })
    })
}

/// The profession in a contact. Arguments: profession system, profession code, professional, kind of service.
pub(crate) fn profession(prepared: &Arc<Prepared>, args: Vec<Expr>) -> Expr {
    Function::call("stead_profession", prepared, args, DataType::Utf8, |prepared, columns, rows| {
        let [system, code, professional, kind] = columns else {
            return Err(internal_datafusion_err!("four columns of a contact"));
        };
        let (system, code) = (texts_of(system)?, texts_of(code)?);
        let (professional, kind) = (texts_of(professional)?, texts_of(kind)?);
        texts(rows, |row| {
            let code = system.get(row).zip(code.get(row));
            prepared.translator.profession(code, professional.get(row), kind.get(row))
        })
    })
}

/// The folder's organisation of a record's key, or `?key` when it has none. Argument: organisation.
pub(crate) fn organisation(prepared: &Arc<Prepared>, arg: Expr) -> Expr {
    Function::call("stead_organisation", prepared, vec![arg], DataType::Utf8, |prepared, columns, rows| {
        let [keys] = columns else { return Err(internal_datafusion_err!("one column of organisations")) };
        let keys = texts_of(keys)?;
        let mut result = StringBuilder::new();
        for row in 0..rows {
            match keys.get(row) {
                None => result.append_null(),
                Some(key) => match prepared.translator.organisation(key) {
                    Some(id) => result.append_value(id),
                    None => result.append_value(format!("?{key}")),
                },
            }
        }
        Ok(Arc::new(result.finish()))
    })
}

fn texts<'a>(rows: usize, text: impl Fn(usize) -> Option<&'a str>) -> Result<ArrayRef> {
    let mut result = StringBuilder::new();
    (0..rows).for_each(|row| result.append_option(text(row)));
    Ok(Arc::new(result.finish()))
}
