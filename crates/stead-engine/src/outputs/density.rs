//! `fragmentation`: what `scatter_of_bucket` says of each citizen, with care density by what pairs of providers share over
//! all buckets, which must be known before.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Builder, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Int32Type, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::density::{Provider, alike, care_density, care_density_by_profession};
use stead_tables::Table;

use super::Output;
use super::numbers::Numbers;
use super::unfold::answer_column;
use crate::functions::{Texts, lists_of_texts, texts_of};
use crate::prepared::Prepared;

pub(super) struct Density {
    schema: SchemaRef,
    prepared: Arc<Prepared>,
    /// A number for each provider who shares citizens with another.
    numbers: Numbers,
    /// Of the first and of the second of each pair: the texts that were numbered last, which many batches have in common.
    numbered: [Option<Numbered>; 2],
    shared: Shared,
}

/// The texts of a dictionary, and their numbers by key.
struct Numbered {
    texts: StringArray,
    numbers: Arc<[u32]>,
}

impl Density {
    pub(super) fn new(table: &Table, prepared: Arc<Prepared>) -> Self {
        let (numbers, numbered, shared) = (Numbers::default(), [None, None], Shared::default());
        Self { schema: table.schema(), prepared, numbers, numbered, shared }
    }

    /// The numbers of a column's providers, by key. `which` of a pair they are.
    fn numbers_of(&mut self, which: usize, column: &Texts<'_>) -> Arc<[u32]> {
        let Texts::Dictionary(_, texts) = column else { return Arc::default() };
        if let Some(Some(known)) = self.numbered.get(which)
            && known.texts.to_data().ptr_eq(&texts.to_data())
        {
            return Arc::clone(&known.numbers);
        }
        let numbers: Arc<[u32]> = texts.iter().map(|provider| self.numbers.of(provider.unwrap_or_default())).collect();
        if let Some(known) = self.numbered.get_mut(which) {
            *known = Some(Numbered { texts: (*texts).clone(), numbers: Arc::clone(&numbers) });
        }
        numbers
    }

    /// Densities of each citizen's providers, plain and by profession.
    fn densities(&self, batch: &RecordBatch) -> Result<[ArrayRef; 2]> {
        let around = lists_of_texts(answer_column(batch, "around")?)?;
        let professions = lists_of_texts(answer_column(batch, "around_professions")?)?;
        let patients_min = self.prepared.params.pair_patients_min;
        let (mut plain, mut by_profession) = (Float64Builder::new(), Float64Builder::new());
        let (mut ids, mut between) = (Vec::new(), Vec::new());
        for row in 0..batch.num_rows() {
            ids.clear();
            ids.extend(around.get(row).map(|id| self.numbers.get(id)));
            // Both densities ask for each pair: it is looked up once.
            between.clear();
            between.extend(ids.iter().enumerate().flat_map(|(at, one)| {
                let before = ids.iter().take(at);
                before.map(move |other| one.zip(*other).map_or(0, |pair| self.shared.by(pair)))
            }));
            let pair = |one: &usize, other: &usize| {
                let (lesser, greater) = (*one.min(other), *one.max(other));
                between.get(greater * greater.saturating_sub(1) / 2 + lesser).copied().unwrap_or(0)
            };
            let places: Vec<usize> = (0..ids.len()).collect();
            let providers: Vec<Provider<usize, &str>> =
                places.iter().zip(professions.get(row)).map(|(&id, profession)| Provider { id, profession }).collect();
            plain.append_option(care_density(&places, patients_min, pair));
            by_profession.append_option(care_density_by_profession(&providers, patients_min, pair, alike));
        }
        Ok([Arc::new(plain.finish()), Arc::new(by_profession.finish())])
    }
}

impl Output for Density {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    fn know(&mut self, pairs: &RecordBatch) -> Result<()> {
        let (first, second) = (answer_column(pairs, "first")?, answer_column(pairs, "second")?);
        let (first, second) = (texts_of(first)?, texts_of(second)?);
        let patients = answer_column(pairs, "patients")?.as_primitive_opt::<Int32Type>();
        let patients = patients.ok_or_else(|| internal_datafusion_err!("no numbers of patients"))?;
        let (firsts, seconds) = (self.numbers_of(0, &first), self.numbers_of(1, &second));
        for (row, patients) in patients.iter().enumerate() {
            let patients = patients.and_then(|count| u32::try_from(count).ok());
            let number = |column: &Texts<'_>, known: &[u32]| column.key(row).and_then(|key| known.get(key)).copied();
            let pair = number(&first, &firsts).zip(number(&second, &seconds));
            let (Some(pair), Some(patients)) = (pair, patients) else { continue };
            self.shared.insert(pair, patients);
        }
        Ok(())
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        self.shared.sort();
        let [plain, by_profession] = self.densities(batch)?;
        let column = |name: &str| match name {
            "care_density" => Ok(Arc::clone(&plain)),
            "care_density_by_profession" => Ok(Arc::clone(&by_profession)),
            _ => answer_column(batch, name).cloned(),
        };
        let columns = self.schema.fields().iter().map(|field| column(field.name())).collect::<Result<_>>()?;
        Ok(Some(RecordBatch::try_new(self.schema(), columns)?))
    }
}

/// How many citizens two providers share.
///
/// Millions of pairs are read for each bucket, and few of them asked for: sorting them costs a fraction of hashing them.
#[derive(Default)]
struct Shared {
    /// Providers, the lesser number first, and how many citizens they share.
    pairs: Vec<((u32, u32), u32)>,
    /// Where the pairs of each lesser number begin, and where the last ones end; empty until they are sorted.
    begins: Vec<usize>,
}

impl Shared {
    fn insert(&mut self, (one, other): (u32, u32), patients: u32) {
        self.begins.clear();
        self.pairs.push(((one.min(other), one.max(other)), patients));
    }

    /// Makes pairs ready to be asked for.
    fn sort(&mut self) {
        if !self.begins.is_empty() {
            return;
        }
        self.pairs.sort_unstable();
        self.begins.push(0);
        for (at, ((lesser, _), _)) in self.pairs.iter().enumerate() {
            let lesser = usize::try_from(*lesser).unwrap_or(usize::MAX);
            while self.begins.len() <= lesser {
                self.begins.push(at);
            }
        }
        self.begins.push(self.pairs.len());
    }

    fn by(&self, (one, other): (u32, u32)) -> u32 {
        let (lesser, greater) = (one.min(other), one.max(other));
        let lesser = usize::try_from(lesser).unwrap_or(usize::MAX);
        let begin = self.begins.get(lesser).copied().unwrap_or(self.pairs.len());
        let end = self.begins.get(lesser.saturating_add(1)).copied().unwrap_or(self.pairs.len());
        let of_lesser = self.pairs.get(begin..end).unwrap_or_default();
        let found = of_lesser.binary_search_by_key(&greater, |((_, greater), _)| *greater).ok();
        found.and_then(|at| of_lesser.get(at)).map_or(0, |(_, patients)| *patients)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustc_hash::FxHashMap;

    use super::*;

    proptest! {
        #[test]
        fn pairs_are_found_as_in_a_map(pairs in prop::collection::btree_map((0_u32..12, 0_u32..12), 1_u32..9, 0..60)) {
            let known: FxHashMap<(u32, u32), u32> =
                pairs.into_iter().filter(|((one, other), _)| one < other).collect();
            let mut shared = Shared::default();
            for (number, ((one, other), patients)) in known.iter().enumerate() {
                shared.insert(if number % 2 == 0 { (*one, *other) } else { (*other, *one) }, *patients);
            }
            shared.sort();
            for one in 0..14 {
                for other in 0..14 {
                    let wanted = known.get(&(one.min(other), one.max(other))).copied().unwrap_or(0);
                    prop_assert_eq!(shared.by((one, other)), wanted);
                }
            }
        }
    }
}
