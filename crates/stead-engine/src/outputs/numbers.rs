//! Texts, each with a number, in the order in which they come up: what is counted by number need not be copied.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

#[derive(Default)]
pub(super) struct Numbers {
    numbers: FxHashMap<String, u32>,
}

impl Numbers {
    /// The number of a text, which is given one where it has none.
    pub(super) fn of(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.to_owned(), number);
        number
    }

    /// The number of a text; `None` where it has none.
    pub(super) fn get(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// All texts, by number.
    pub(super) fn texts(&self) -> BTreeMap<u32, &str> {
        self.numbers.iter().map(|(text, number)| (*number, text.as_str())).collect()
    }
}
