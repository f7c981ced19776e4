//! Numbers of what was looked up among common resources.
//!
//! A lookup has a number that stays the same from import to import. Many records of a citizen ask for the same few
//! organisations and professionals, so the numbers of the latest lookups are remembered.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashSet, FxHasher};
use twox_hash::XxHash64;

use crate::common::Kind;

/// Numbers of lookups.
pub(crate) type Numbers = FxHashSet<u64>;

/// Up to how many lookups are remembered.
const REMEMBERED: usize = 512;

/// What was looked up.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    numbers: Numbers,
    /// Lookups by a digest of what they ask for; empty before the first one.
    latest: Vec<Option<(Lookup, u64)>>,
}

/// A lookup that is remembered: kind, what is asked for, the source as an index, and the text.
#[derive(Debug)]
struct Lookup(Kind, &'static str, u16, Box<str>);

impl Lookups {
    /// The number of a lookup, which is noted; `name` is that of the source.
    pub(crate) fn number(&mut self, kind: Kind, what: &'static str, (source, name): (u16, &str), text: &str) -> u64 {
        let mut hasher = FxHasher::default();
        (kind as u8, what.len(), source, text).hash(&mut hasher);
        if self.latest.is_empty() {
            self.latest.resize_with(REMEMBERED, || None);
        }
        let place = (hasher.finish() >> 7) as usize % REMEMBERED;
        if let Some(Some((Lookup(kind_then, what_then, source_then, text_then), number))) = self.latest.get(place)
            && (*kind_then, *what_then, *source_then, &**text_then) == (kind, what, source, text)
        {
            return *number;
        }
        let number = number(kind, what, name, text);
        self.numbers.insert(number);
        if let Some(latest) = self.latest.get_mut(place) {
            *latest = Some((Lookup(kind, what, source, Box::from(text)), number));
        }
        number
    }

    /// All numbers, sorted.
    pub(crate) fn sorted(self) -> Vec<u64> {
        let mut numbers: Vec<u64> = self.numbers.into_iter().collect();
        numbers.sort_unstable();
        numbers
    }
}

/// The number of a lookup: what of this kind a source (or, without one, anybody) calls so.
pub(crate) fn number(kind: Kind, what: &str, source: &str, text: &str) -> u64 {
    let mut hasher = XxHash64::with_seed(kind as u64);
    for part in [what, source, text] {
        hasher.write(part.as_bytes());
        hasher.write(&[0]);
    }
    hasher.finish()
}
