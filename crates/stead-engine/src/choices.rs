//! Choices: what citizens permit and object to, written down as a table that a run reads.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Builder, ListBuilder, RecordBatch, StringBuilder};
use datafusion::common::Result;
use stead_rules::{Choice, Day};

use crate::engine::Engine;
use crate::location::Location;
use crate::outputs::table_batch;
use crate::tables::{Files, Tables};
use crate::wait::Wait;
use crate::write::write_batch;

/// Writes the choices of a bucket's citizens, in the order of the table `choice`. `files` says how its store is reached.
///
/// # Errors
/// When the file cannot be written.
pub fn write_choices<'a>(
    engine: &'a dyn Engine,
    files: &'a Files,
    to: &'a Location,
    choices: &'a [Choice],
) -> Wait<'a, u64> {
    Box::pin(async move {
        let context = engine.one_bucket();
        Tables::new(&context, files)?;
        Ok(write_batch(&context.runtime_env(), to, &batch(choices)?).await?)
    })
}

fn batch(choices: &[Choice]) -> Result<RecordBatch> {
    let mut texts = [(); 3].map(|()| StringBuilder::new());
    let mut lists = [(); 4].map(|()| ListBuilder::new(StringBuilder::new()));
    let mut days = [(); 2].map(|()| Date32Builder::new());
    for choice in choices {
        let words = [choice.citizen.as_str(), choice.id.as_str(), choice.kind.word()];
        texts.iter_mut().zip(words).for_each(|(to, word)| to.append_value(word));
        let about = [
            choice.organisations.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
            choice.professions.iter().map(|id| id.as_str()).collect(),
            choice.categories.iter().map(|id| id.as_str()).collect(),
            choice.purposes.iter().map(|purpose| purpose.code()).collect(),
        ];
        for (to, words) in lists.iter_mut().zip(about) {
            words.into_iter().for_each(|word| to.values().append_value(word));
            to.append(true);
        }
        let edges = [choice.period.from, choice.period.to];
        let day = |day: Day| day.is_finite().then(|| day.epoch_days());
        days.iter_mut().zip(edges).for_each(|(to, edge)| to.append_option(day(edge)));
    }
    let columns = texts.iter_mut().map(|it| -> ArrayRef { Arc::new(it.finish()) });
    let columns = columns.chain(lists.iter_mut().map(|it| -> ArrayRef { Arc::new(it.finish()) }));
    let columns = columns.chain(days.iter_mut().map(|it| -> ArrayRef { Arc::new(it.finish()) }));
    table_batch("choice", columns)
}
