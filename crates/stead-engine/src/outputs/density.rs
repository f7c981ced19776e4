//! `fragmentation`: what `scatter_of_bucket` says of each citizen, with care density by what pairs of providers share over
//! all buckets, which must be known before.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Builder, RecordBatch};
use datafusion::arrow::datatypes::{Int32Type, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};
use rustc_hash::FxHashMap;
use stead_rules::density::{Provider, alike, care_density, care_density_by_profession};
use stead_tables::Table;

use super::Output;
use super::unfold::answer_column;
use crate::functions::{Texts, lists_of_texts, texts_of};
use crate::prepared::Prepared;

pub(super) struct Density {
    schema: SchemaRef,
    prepared: Arc<Prepared>,
    /// A number for each provider who shares citizens with another.
    numbers: FxHashMap<String, u32>,
    /// How many citizens two providers share; the lesser number first.
    shared: FxHashMap<(u32, u32), u32>,
}

impl Density {
    pub(super) fn new(table: &Table, prepared: Arc<Prepared>) -> Self {
        Self { schema: table.schema(), prepared, numbers: FxHashMap::default(), shared: FxHashMap::default() }
    }

    fn number(&mut self, provider: &str) -> u32 {
        if let Some(number) = self.numbers.get(provider) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(provider.to_owned(), number);
        number
    }

    /// The numbers of a column's providers, by key.
    fn numbers_of(&mut self, column: &Texts<'_>) -> Vec<u32> {
        column.values().map(|provider| self.number(provider.unwrap_or_default())).collect()
    }

    /// Densities of each citizen's providers, plain and by profession.
    fn densities(&self, batch: &RecordBatch) -> Result<[ArrayRef; 2]> {
        let around = lists_of_texts(answer_column(batch, "around")?)?;
        let professions = lists_of_texts(answer_column(batch, "around_professions")?)?;
        let patients_min = self.prepared.params.pair_patients_min;
        let pair = |one: &Option<u32>, other: &Option<u32>| {
            let pair = one.zip(*other).map(|(one, other)| (one.min(other), one.max(other)));
            pair.and_then(|pair| self.shared.get(&pair)).copied().unwrap_or(0)
        };
        let (mut plain, mut by_profession) = (Float64Builder::new(), Float64Builder::new());
        for row in 0..batch.num_rows() {
            let ids: Vec<Option<u32>> = around.get(row).map(|id| self.numbers.get(id).copied()).collect();
            let providers: Vec<Provider<Option<u32>, &str>> =
                ids.iter().zip(professions.get(row)).map(|(&id, profession)| Provider { id, profession }).collect();
            plain.append_option(care_density(&ids, patients_min, pair));
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
        let (firsts, seconds) = (self.numbers_of(&first), self.numbers_of(&second));
        self.shared.reserve(pairs.num_rows());
        for (row, patients) in patients.iter().enumerate() {
            let patients = patients.and_then(|count| u32::try_from(count).ok());
            let number = |column: &Texts<'_>, known: &[u32]| column.key(row).and_then(|key| known.get(key)).copied();
            let pair = number(&first, &firsts).zip(number(&second, &seconds));
            let (Some((one, other)), Some(patients)) = (pair, patients) else { continue };
            self.shared.insert((one.min(other), one.max(other)), patients);
        }
        Ok(())
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
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
