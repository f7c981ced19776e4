//! Contacts in the folder's own words.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, DictionaryArray, Int32Array, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::Expr;
use rustc_hash::FxHashMap;
use stead_rules::Meaning;
use stead_tables::Kind;

use super::function::Entry;
use super::{Function, Texts, lists_of_texts, texts_of};
use crate::prepared::Prepared;

fn word() -> DataType {
    Kind::Word.data_type()
}

pub(super) static SERVICE_KIND: Entry = Entry {
    name: "stead_service_kind",
    returns: word,
    body: |prepared, columns, rows| {
        let [service, system, code, others, organisation] = columns else {
            return Err(internal_datafusion_err!("five columns of a contact"));
        };
        let columns = [texts_of(service)?, texts_of(system)?, texts_of(code)?, texts_of(organisation)?];
        let others = lists_of_texts(others)?;
        let kind = |[service, system, code, organisation]: [Option<&str>; 4], row| {
            let codes = system.zip(code).into_iter();
            let codes = codes.chain(others.get(row).filter_map(|token| token.rsplit_once('|')));
            prepared.translator.service_kind(service, codes, organisation).map(Into::into)
        };
        words(&columns, rows, |row| others.is_empty(row), kind)
    },
};

pub(super) static CONTACT_KIND: Entry = Entry {
    name: "stead_contact_kind",
    returns: word,
    body: |prepared, columns, rows| {
        let [system, code, others] = columns else {
            return Err(internal_datafusion_err!("three columns of a contact"));
        };
        let columns = [texts_of(system)?, texts_of(code)?];
        let others = lists_of_texts(others)?;
        let kind = |[system, code]: [Option<&str>; 2], row| {
            let codes = system.zip(code).into_iter();
            let mut codes = codes.chain(others.get(row).filter_map(|token| token.rsplit_once('|')));
            codes.find_map(|(system, code)| prepared.translator.word(Meaning::Contact, system, code)).map(Into::into)
        };
        words(&columns, rows, |row| others.is_empty(row), kind)
    },
};

pub(super) static PROFESSION: Entry = Entry {
    name: "stead_profession",
    returns: word,
    body: |prepared, columns, rows| {
        let [system, code, professional, kind] = columns else {
            return Err(internal_datafusion_err!("four columns of a contact"));
        };
        let columns = [texts_of(system)?, texts_of(code)?, texts_of(professional)?, texts_of(kind)?];
        let profession = |[system, code, professional, kind]: [Option<&str>; 4], _| {
            prepared.translator.profession(system.zip(code), professional, kind).map(Into::into)
        };
        words(&columns, rows, |_| true, profession)
    },
};

pub(super) static ORGANISATION: Entry = Entry {
    name: "stead_organisation",
    returns: word,
    body: |prepared, columns, rows| {
        let [keys] = columns else { return Err(internal_datafusion_err!("one column of organisations")) };
        let organisation = |[key]: [Option<&str>; 1], _| {
            let key = key?;
            let known = prepared.translator.organisation(key);
            Some(known.map_or_else(|| format!("?{key}"), ToOwned::to_owned))
        };
        words(&[texts_of(keys)?], rows, |_| true, organisation)
    },
};

/// The kind of service of a contact. Arguments: service, system, code, other codes, organisation.
pub(crate) fn service_kind(prepared: &Arc<Prepared>, args: Vec<Expr>) -> Expr {
    Function::call(&SERVICE_KIND, prepared, args)
}

/// The kind of a contact, by the first of its codes that is mapped. Arguments: system, code, other codes.
pub(crate) fn contact_kind(prepared: &Arc<Prepared>, args: Vec<Expr>) -> Expr {
    Function::call(&CONTACT_KIND, prepared, args)
}

/// The profession in a contact. Arguments: profession system, profession code, professional, kind of service.
pub(crate) fn profession(prepared: &Arc<Prepared>, args: Vec<Expr>) -> Expr {
    Function::call(&PROFESSION, prepared, args)
}

/// The folder's organisation of a record's key, or `?key` when it has none. Argument: organisation.
pub(crate) fn organisation(prepared: &Arc<Prepared>, arg: Expr) -> Expr {
    Function::call(&ORGANISATION, prepared, vec![arg])
}

/// A word for each row, found once for each combination of the columns' values; for rows that are not `plain`, in which
/// something else counts besides, each time.
fn words<'a, const N: usize>(
    columns: &[Texts<'a>; N],
    rows: usize,
    plain: impl Fn(usize) -> bool,
    word: impl Fn([Option<&'a str>; N], usize) -> Option<String>,
) -> Result<ArrayRef> {
    let mut words = Words::default();
    let mut known: FxHashMap<[Option<usize>; N], Option<i32>> = FxHashMap::default();
    let mut keys = Vec::with_capacity(rows);
    for row in 0..rows {
        let fresh =
            |words: &mut Words| word(columns.each_ref().map(|column| column.get(row)), row).map(|it| words.key(it));
        // A column without a dictionary has no keys to know its values by.
        let remembered = plain(row) && columns.iter().all(|column| column.distinct().is_some());
        keys.push(if remembered {
            *known.entry(columns.each_ref().map(|column| column.key(row))).or_insert_with(|| fresh(&mut words))
        } else {
            fresh(&mut words)
        });
    }
    words.finish(keys)
}

/// Words, each with a key.
#[derive(Default)]
struct Words {
    keys: FxHashMap<String, i32>,
    values: StringBuilder,
}

impl Words {
    fn key(&mut self, word: String) -> i32 {
        let next = i32::try_from(self.keys.len()).unwrap_or(i32::MAX);
        let values = &mut self.values;
        *self.keys.entry(word).or_insert_with_key(|word| {
            values.append_value(word);
            next
        })
    }

    fn finish(mut self, keys: Vec<Option<i32>>) -> Result<ArrayRef> {
        let values = Arc::new(self.values.finish());
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), values)?))
    }
}
