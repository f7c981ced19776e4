//! What the records and the run say of a citizen in, what each payment clause counts for her out.

mod read;
mod write;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::reckoning::{Counter, Facts, Reckoning};

use super::function::Entry;
use crate::error::EngineError;
use crate::prepared::Prepared;
use read::Reader;
use write::Writer;
pub(crate) use write::{ReckonedRows, data_type};

/// What clauses count. Arguments: birthday, day of death, whether dead, and the lists of [`arguments`].
pub(crate) static RECKONED: Entry = Entry { name: "stead_reckoned", returns: data_type, body: evaluate };

/// The tables whose rows are asked for, in order.
pub(crate) fn arguments(reckoning: &Reckoning) -> Vec<&'static str> {
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
    let reckoning = prepared.reckoning.as_ref().ok_or_else(|| internal_datafusion_err!("nothing is settled"))?;
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

fn failed(error: stead_rules::payment::PaymentError) -> datafusion::error::DataFusionError {
    datafusion::error::DataFusionError::External(Box::new(EngineError::Stopped(error.to_string())))
}
