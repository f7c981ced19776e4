//! What the records and the run say of a citizen in, what each payment clause counts for her out.

mod read;
mod write;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::reckoning::{Counter, Facts, Reckoning, Tallies};

use super::function::Entry;
use crate::error::EngineError;
use crate::prepared::Prepared;
use read::Reader;
use write::Writer;
pub(crate) use write::{ReckonedRows, data_type};

/// What clauses count. Arguments: the columns of [`arguments`].
pub(crate) static RECKONED: Entry = Entry { name: "stead_reckoned", returns: data_type, body: evaluate };

/// The columns that it goes by, in order: birthday, day of death, whether dead, and the lists of [`tables`].
pub(crate) fn arguments(reckoning: &Reckoning) -> impl Iterator<Item = &'static str> {
    ["born", "died", "dead"].into_iter().chain(tables(reckoning))
}

/// The tables whose rows are asked for, in order.
pub(crate) fn tables(reckoning: &Reckoning) -> Vec<&'static str> {
    let asked = [
        ("membership", !reckoning.places().is_empty()),
        ("group_membership", !reckoning.groups().is_empty()),
        ("registration", reckoning.asks_for_lists()),
        ("coordinator", reckoning.asks_for_named()),
        ("residence", reckoning.asks_for_homes()),
        ("contact", true),
        ("cost", reckoning.asks_for_costs()),
        ("needs", reckoning.asks_for_needs()),
    ];
    asked.into_iter().filter(|(_, asked)| *asked).map(|(table, _)| table).collect()
}

fn evaluate(prepared: &Prepared, columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let reckoning = reckoning(prepared)?;
    let mut reader = Reader::new(prepared, reckoning, columns)?;
    let mut counter = Counter::new(reckoning, reader.has_records());
    let mut facts = Facts::default();
    let mut writer = Writer::default();
    for row in 0..rows {
        reader.facts(row, &mut facts)?;
        let entries = counter.count(&facts, reader.offers()).map_err(failed)?;
        for entry in entries {
            writer.entry(entry, entry.records.iter().filter_map(|record| reader.name(row, *record)))?;
        }
        writer.end()?;
    }
    writer.finish()
}

/// Adds up what clauses count for the citizens of a batch, where nobody asks for whom it was.
pub(crate) fn add_up(prepared: &Prepared, batch: &RecordBatch, to: &mut Tallies) -> Result<()> {
    let reckoning = reckoning(prepared)?;
    let column = |name| batch.column_by_name(name).cloned();
    let columns: Option<Vec<ArrayRef>> = arguments(reckoning).map(column).collect();
    let columns = columns.ok_or_else(|| internal_datafusion_err!("a column to reckon by is not there"))?;
    let mut reader = Reader::new(prepared, reckoning, &columns)?;
    let mut counter = Counter::new(reckoning, false);
    let mut facts = Facts::default();
    for row in 0..batch.num_rows() {
        reader.facts(row, &mut facts)?;
        counter.add_up(&facts, reader.offers(), to).map_err(failed)?;
    }
    Ok(())
}

fn reckoning(prepared: &Prepared) -> Result<&Reckoning> {
    prepared.reckoning.as_ref().ok_or_else(|| internal_datafusion_err!("nothing is settled"))
}

fn failed(error: stead_rules::payment::PaymentError) -> datafusion::error::DataFusionError {
    datafusion::error::DataFusionError::External(Box::new(EngineError::Stopped(error.to_string())))
}
