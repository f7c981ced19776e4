//! A column of words that come again and again: each is kept once, and rows say which.

use std::sync::Arc;

use arrow_array::builder::Int32Builder;
use arrow_array::types::Int32Type;
use arrow_array::{DictionaryArray, StringArray};
use arrow_schema::ArrowError;
use rustc_hash::FxHashMap;

/// Builds a column of words. Words stay known from one batch of a file to the next.
#[derive(Default)]
pub(super) struct WordBuilder {
    numbers: Int32Builder,
    known: FxHashMap<Arc<str>, i32>,
    /// All words known, by number.
    words: Vec<Arc<str>>,
    /// The number of the word that came last: it often comes again.
    last: usize,
    values: Option<Arc<StringArray>>,
}

impl WordBuilder {
    pub(super) fn push(&mut self, word: &str) {
        if self.words.get(self.last).is_none_or(|last| **last != *word) {
            self.last = self.number(word);
        }
        self.numbers.append_value(self.last as i32);
    }

    fn number(&mut self, word: &str) -> usize {
        if let Some(&known) = self.known.get(word) {
            return known as usize;
        }
        let number = self.words.len();
        let word: Arc<str> = Arc::from(word);
        self.known.insert(Arc::clone(&word), number as i32);
        self.words.push(word);
        self.values = None;
        number
    }

    pub(super) fn push_empty(&mut self) {
        self.numbers.append_null();
    }

    /// The column of the rows pushed since the last time.
    pub(super) fn finish(&mut self) -> Result<DictionaryArray<Int32Type>, ArrowError> {
        let words = &self.words;
        let values = self.values.get_or_insert_with(|| Arc::new(StringArray::from_iter_values(words)));
        DictionaryArray::try_new(self.numbers.finish(), Arc::clone(values) as _)
    }
}
