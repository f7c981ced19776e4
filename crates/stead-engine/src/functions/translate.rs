//! Contacts in the folder's own words.

use std::borrow::Cow;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, DictionaryArray, Int32Array, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::Expr;
use rustc_hash::FxHashMap;
use stead_rules::Meaning;
use stead_tables::Kind;

use super::function::Entry;
use super::{ByWords, Function, TextLists, Texts, lists_of_texts, texts_of};
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
        let translator = &prepared.translator;
        let by_first =
            |[service, system, code, _]: [Option<&str>; 4]| translator.service_kind(service, system.zip(code), None);
        let by_other = |system: &str, code: &str| translator.word(Meaning::Service, system, code);
        let by_whom = |[.., organisation]: [Option<&str>; 4]| translator.service_kind(None, None, organisation);
        words_of_codes(columns, rows, &lists_of_texts(others)?, by_first, by_other, by_whom)
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
        let by_code = |system: &str, code: &str| prepared.translator.word(Meaning::Contact, system, code);
        let by_first = |[system, code]: [Option<&str>; 2]| by_code(system?, code?);
        words_of_codes(columns, rows, &lists_of_texts(others)?, by_first, by_code, |_| None)
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
        let profession = |[system, code, professional, kind]: [Option<&str>; 4]| {
            prepared.translator.profession(system.zip(code), professional, kind).map(Cow::Borrowed)
        };
        words(columns, rows, profession)
    },
};

pub(super) static ORGANISATION: Entry = Entry {
    name: "stead_organisation",
    returns: word,
    body: |prepared, columns, rows| {
        let [keys] = columns else { return Err(internal_datafusion_err!("one column of organisations")) };
        let organisation = |[key]: [Option<&str>; 1]| {
            let key = key?;
            let known = prepared.translator.organisation(key);
            Some(known.map_or_else(|| Cow::Owned(format!("?{key}")), Cow::Borrowed))
        };
        words([texts_of(keys)?], rows, organisation)
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

/// A word for each row, found once for each combination of the columns' words.
fn words<'a, 'w, const N: usize>(
    columns: [Texts<'a>; N],
    rows: usize,
    word: impl Fn([Option<&'a str>; N]) -> Option<Cow<'w, str>>,
) -> Result<ArrayRef> {
    let mut words = Words::default();
    let mut known = ByWords::new(columns);
    let keys = (0..rows).map(|row| known.get(row, |of| word(of).map(|word| words.key(&word)))).collect();
    words.finish(keys)
}

/// What the columns of a record with several codes say.
#[derive(Clone, Copy)]
enum Said {
    /// A word, whatever its other codes are.
    Surely(i32),
    /// A word or none, unless another code has one.
    Unless(Option<i32>),
}

/// A word for each row: by its columns, or else by the first of its other codes that has one, or else by its columns after all.
/// Other codes are looked at only where the columns leave it open.
fn words_of_codes<'a, 'w, const N: usize>(
    columns: [Texts<'a>; N],
    rows: usize,
    others: &TextLists<'_>,
    by_first: impl Fn([Option<&'a str>; N]) -> Option<&'w str>,
    by_other: impl Fn(&str, &str) -> Option<&'w str>,
    after_all: impl Fn([Option<&'a str>; N]) -> Option<&'w str>,
) -> Result<ArrayRef> {
    let mut words = Words::default();
    let mut known = ByWords::new(columns);
    let mut keys = Vec::with_capacity(rows);
    for row in 0..rows {
        let said = known.get(row, |of| match by_first(of) {
            Some(word) => Said::Surely(words.key(word)),
            None => Said::Unless(after_all(of).map(|word| words.key(word))),
        });
        keys.push(match said {
            Said::Surely(key) => Some(key),
            Said::Unless(key) => {
                let mut codes = others.get(row).filter_map(|token| token.rsplit_once('|'));
                codes.find_map(|(system, code)| by_other(system, code)).map(|word| words.key(word)).or(key)
            }
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
    fn key(&mut self, word: &str) -> i32 {
        if let Some(known) = self.keys.get(word) {
            return *known;
        }
        let next = i32::try_from(self.keys.len()).unwrap_or(i32::MAX);
        self.values.append_value(word);
        self.keys.insert(word.to_owned(), next);
        next
    }

    fn finish(mut self, keys: Vec<Option<i32>>) -> Result<ArrayRef> {
        let values = Arc::new(self.values.finish());
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), values)?))
    }
}
