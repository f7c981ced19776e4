//! What follows from the words of several columns, worked out once for each combination that occurs.

use std::convert::Infallible;

use rustc_hash::FxHashMap;

use super::Texts;

/// What follows from the words of `N` columns. Columns with dictionaries are looked up once for each combination of keys, not
/// for each row.
pub(crate) struct ByWords<'a, T, const N: usize> {
    columns: [Texts<'a>; N],
    known: Known<T, N>,
}

/// What is known, by combination.
enum Known<T, const N: usize> {
    /// Few combinations: each column's key is a digit of one number, 0 where there is no word.
    Few([usize; N], Vec<Option<T>>),
    /// So many that there had better be room only for those that occur.
    Many(FxHashMap<[Option<usize>; N], T>),
    /// A column without a dictionary has no keys to know its words by.
    Nothing,
}

/// Beyond this many combinations the memory for remembering them would outweigh looking them up.
const COMBINATIONS_MAX: usize = 1 << 14;

impl<'a, T: Copy, const N: usize> ByWords<'a, T, N> {
    /// For these columns.
    pub(crate) fn new(columns: [Texts<'a>; N]) -> Self {
        let mut bases = [0; N];
        let mut combinations = Some(1_usize);
        for (base, column) in bases.iter_mut().zip(&columns) {
            *base = column.distinct().unwrap_or(0) + 1;
            combinations = combinations.and_then(|count| count.checked_mul(*base)).filter(|it| *it <= COMBINATIONS_MAX);
        }
        let known = match combinations {
            _ if columns.iter().any(|column| column.distinct().is_none()) => Known::Nothing,
            Some(count) => Known::Few(bases, vec![None; count]),
            None => Known::Many(FxHashMap::default()),
        };
        Self { columns, known }
    }

    /// What follows from the words of a row; `follows` says what.
    pub(crate) fn get(&mut self, row: usize, follows: impl FnOnce([Option<&'a str>; N]) -> T) -> T {
        match self.try_get(row, |words| Ok::<T, Infallible>(follows(words))) {
            Ok(found) => found,
        }
    }

    /// As [`Self::get`], where it may fail.
    pub(crate) fn try_get<E>(
        &mut self,
        row: usize,
        follows: impl FnOnce([Option<&'a str>; N]) -> Result<T, E>,
    ) -> Result<T, E> {
        let columns = &self.columns;
        let fresh = || follows(columns.each_ref().map(|column| column.get(row)));
        match &mut self.known {
            Known::Few(bases, known) => {
                let digits = columns.iter().zip(bases);
                let at = digits.fold(0, |at, (column, base)| at * *base + column.key(row).map_or(0, |key| key + 1));
                let Some(known) = known.get_mut(at) else { return fresh() };
                if let Some(found) = known {
                    return Ok(*found);
                }
                Ok(*known.insert(fresh()?))
            }
            Known::Many(known) => {
                let keys = columns.each_ref().map(|column| column.key(row));
                if let Some(found) = known.get(&keys) {
                    return Ok(*found);
                }
                let found = fresh()?;
                known.insert(keys, found);
                Ok(found)
            }
            Known::Nothing => fresh(),
        }
    }
}

/// What follows from the first codings of records.
pub(crate) struct ByCode<'a, T>(ByWords<'a, Option<T>, 2>);

impl<'a, T: Copy> ByCode<'a, T> {
    /// For the codings of these columns.
    pub(crate) fn new(systems: Texts<'a>, codes: Texts<'a>) -> Self {
        Self(ByWords::new([systems, codes]))
    }

    /// What follows from the code of a row; `follows` says what, for one that has a system and a code.
    pub(crate) fn get(&mut self, row: usize, follows: impl Fn(&'a str, &'a str) -> T) -> Option<T> {
        self.0.get(row, |[system, code]| Some(follows(system?, code?)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, DictionaryArray, StringArray};
    use datafusion::arrow::datatypes::Int32Type;
    use proptest::prelude::*;

    use super::*;
    use crate::functions::texts_of;

    fn column(words: &[Option<u16>], dictionary: bool) -> ArrayRef {
        let words: Vec<Option<String>> = words.iter().map(|word| word.map(|word| word.to_string())).collect();
        let words = words.iter().map(Option::as_deref);
        if dictionary {
            Arc::new(words.collect::<DictionaryArray<Int32Type>>())
        } else {
            Arc::new(words.collect::<StringArray>())
        }
    }

    fn texts(column: &ArrayRef) -> Result<Texts<'_>, TestCaseError> {
        texts_of(column).map_err(|error| TestCaseError::fail(error.to_string()))
    }

    fn words(distinct: u16) -> impl Strategy<Value = Vec<Option<u16>>> {
        prop::collection::vec(prop::option::weighted(0.9, 0..distinct), 600)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        /// Some have so few combinations that each has its place, some have more, some have no dictionary.
        #[test]
        fn what_is_remembered_is_what_follows_from_each_row(
            (one, other, third) in prop_oneof![Just(3), Just(400)].prop_flat_map(|most| (words(most), words(most), words(3))),
            dictionary in any::<bool>(),
        ) {
            let columns = [column(&one, true), column(&other, dictionary), column(&third, true)];
            let [one, other, third] = &columns;
            let texts = [texts(one)?, texts(other)?, texts(third)?];
            let mut remembered = ByWords::new(texts);
            for row in 0..600 {
                let all = texts.each_ref().map(|column| column.get(row));
                prop_assert_eq!(remembered.get(row, |words| words), all);
            }
        }
    }
}
