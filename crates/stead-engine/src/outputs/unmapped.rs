//! `unmapped_of_bucket`: what the contacts and values of a bucket say that the folder has no word for.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};
use rustc_hash::FxHashMap;
use stead_rules::Meaning;
use stead_rules::unit::convert;

use super::Output;
use super::unfold::answer_column;
use crate::functions::{ByCode, Texts, lists_of_texts, numbers, rows_of, texts_of};
use crate::prepared::Prepared;

/// The columns of one bucket's counts.
pub(crate) fn schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        text("meaning"),
        text("code"),
        text("term"),
        Field::new("records", DataType::Int64, true),
    ]))
}

/// What is counted, in the order of the meanings below.
const MEANINGS: [&str; 5] =
    [Meaning::Contact.word(), Meaning::Service.word(), Meaning::Profession.word(), "organisation", "unit"];

/// The first term in the alphabet, and in how many records.
type Found = (Option<String>, i64);

pub(super) struct Unmapped {
    prepared: Arc<Prepared>,
    found: [FxHashMap<String, Found>; 5],
    code: String,
}

impl Unmapped {
    pub(super) fn new(prepared: Arc<Prepared>) -> Self {
        Self { prepared, found: Default::default(), code: String::new() }
    }

    /// Counts a record; where there is no code, there is nothing to map.
    fn count(&mut self, meaning: usize, system: Option<&str>, code: Option<&str>, term: Option<&str>) {
        let Some(found) = self.found.get_mut(meaning) else { return };
        self.code.clear();
        match (system, code) {
            (Some(system), code) => {
                self.code.push_str(system);
                self.code.push('|');
                self.code.push_str(code.unwrap_or_default());
            }
            (None, Some(code)) => self.code.push_str(code),
            (None, None) => return,
        }
        let Some((known, records)) = found.get_mut(self.code.as_str()) else {
            found.insert(self.code.clone(), (term.map(ToOwned::to_owned), 1));
            return;
        };
        *records += 1;
        if let Some(term) = term
            && known.as_deref().is_none_or(|known| term < known)
        {
            *known = Some(term.to_owned());
        }
    }

    fn contacts(&mut self, batch: &RecordBatch) -> Result<()> {
        let prepared = Arc::clone(&self.prepared);
        let rows = rows_of(answer_column(batch, "contacts")?)?;
        let text = |name: &str| rows.column(name).and_then(texts_of);
        let (system, code, term) = (text("system")?, text("code")?, text("term")?);
        let (kind, profession, with) = (text("kind")?, text("profession")?, text("with")?);
        let (role_system, role_code) = (text("profession_system")?, text("profession_code")?);
        let organisation = text("organisation")?;
        let others = lists_of_texts(rows.column("other_codes")?)?;
        // Whether a code has a word as a kind of contact, and whether as a kind of service.
        let word = |system: &str, code: &str| {
            let has = |meaning| prepared.translator.word(meaning, system, code).is_some();
            (has(Meaning::Contact), has(Meaning::Service))
        };
        let mut first = ByCode::new(system, code);
        for row in rows.all() {
            let mut has = first.get(row, word).unwrap_or_default();
            for token in others.get(row) {
                let more = token.rsplit_once('|').map(|(system, code)| word(system, code)).unwrap_or_default();
                has = (has.0 || more.0, has.1 || more.1);
            }
            // A code that has a word as a kind of service needs none as a kind of contact, and the other way about.
            if !has.0 {
                if !has.1 {
                    self.count(0, system.get(row), code.get(row), term.get(row));
                }
                if kind.get(row).is_none() {
                    self.count(1, system.get(row), code.get(row), term.get(row));
                }
            }
            if profession.get(row).is_none() {
                self.count(2, role_system.get(row), role_code.get(row), None);
            }
            if with.get(row).is_some_and(|with| with.starts_with('?')) {
                self.count(3, None, organisation.get(row), None);
            }
        }
        Ok(())
    }

    /// Values on a list that criteria compare with numbers, in units that these cannot convert.
    fn values(&mut self, batch: &RecordBatch) -> Result<()> {
        let prepared = Arc::clone(&self.prepared);
        if prepared.compared.is_empty() {
            return Ok(());
        }
        let rows = rows_of(answer_column(batch, "observation")?)?;
        let lists = rows.column("lists")?.as_binary_opt::<i32>();
        let lists = lists.ok_or_else(|| internal_datafusion_err!("lists are not bits"))?;
        let (values, units) = (numbers(rows.column("value")?)?, texts_of(rows.column("unit")?)?);
        let term: Texts<'_> = texts_of(rows.column("term")?)?;
        let mut known: FxHashMap<(&[u8], &str), Option<&str>> = FxHashMap::default();
        for row in rows.all().filter(|&row| values.is_valid(row)) {
            let (bits, unit) = (lists.value(row), units.get(row).unwrap_or(""));
            let unread = *known.entry((bits, unit)).or_insert_with(|| unread(&prepared, bits, unit));
            if let Some(list) = unread {
                self.count(4, Some(list), Some(unit), term.get(row));
            }
        }
        Ok(())
    }
}

/// The first of the lists whose criteria cannot read a value in this unit.
fn unread<'a>(prepared: &'a Prepared, bits: &[u8], unit: &str) -> Option<&'a str> {
    let on = |list: usize| bits.get(list / 8).is_some_and(|byte| byte & (1 << (list % 8)) != 0);
    let (list, _) = prepared
        .compared
        .iter()
        .find(|(list, known)| on(*list) && !known.iter().any(|known| convert(0.0, unit, known).is_some()))?;
    prepared.compiled.lists.get(*list).map(|list| list.as_str())
}

impl Output for Unmapped {
    fn schema(&self) -> SchemaRef {
        schema()
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        self.contacts(batch)?;
        self.values(batch)?;
        Ok(None)
    }

    fn finish(&mut self) -> Result<Option<RecordBatch>> {
        let mut rows: Vec<(&str, &str, &Found)> = Vec::new();
        for (meaning, found) in MEANINGS.iter().zip(&self.found) {
            rows.extend(found.iter().map(|(code, found)| (*meaning, code.as_str(), found)));
        }
        rows.sort_unstable();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(rows.iter().map(|row| Some(row.0)).collect::<StringArray>()),
            Arc::new(rows.iter().map(|row| Some(row.1)).collect::<StringArray>()),
            Arc::new(rows.iter().map(|(.., (term, _))| term.as_deref()).collect::<StringArray>()),
            Arc::new(rows.iter().map(|(.., (_, records))| Some(*records)).collect::<Int64Array>()),
        ];
        Ok(Some(RecordBatch::try_new(schema(), columns)?))
    }
}
