//! What follows from a code, worked out once for each that occurs.

use super::Texts;

/// What follows from the first codings of records. Columns with dictionaries are looked up once for each pair of keys, not
/// for each row.
pub(crate) struct ByCode<'a, T> {
    systems: Texts<'a>,
    codes: Texts<'a>,
    known: Vec<Option<T>>,
    width: usize,
}

/// Beyond this many pairs the memory for remembering them would outweigh looking them up.
const PAIRS_MAX: usize = 1 << 16;

impl<'a, T: Copy> ByCode<'a, T> {
    /// For the codings of these columns.
    pub(crate) fn new(systems: Texts<'a>, codes: Texts<'a>) -> Self {
        let width = codes.distinct().unwrap_or(0);
        let pairs = systems.distinct().unwrap_or(0).saturating_mul(width);
        let known = if pairs <= PAIRS_MAX { vec![None; pairs] } else { Vec::new() };
        Self { systems, codes, known, width }
    }

    /// What follows from the code of a row; `follows` says what, for one that has a system and a code.
    pub(crate) fn get(&mut self, row: usize, follows: impl Fn(&'a str, &'a str) -> T) -> Option<T> {
        let pair = self.systems.key(row).zip(self.codes.key(row)).map(|(system, code)| system * self.width + code);
        if let Some(known) = pair.and_then(|pair| self.known.get(pair)).copied().flatten() {
            return Some(known);
        }
        let found = follows(self.systems.get(row)?, self.codes.get(row)?);
        if let Some(known) = pair.and_then(|pair| self.known.get_mut(pair)) {
            *known = Some(found);
        }
        Some(found)
    }
}
