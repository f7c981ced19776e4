//! Reading several streams side by side, all in the order of citizens.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, ListArray, RecordBatch, StringArray, StructArray, new_empty_array,
};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use datafusion::common::{Result, exec_err, internal_datafusion_err, internal_err};
use datafusion::execution::SendableRecordBatchStream;
use futures::{Stream, StreamExt, stream};

use super::gather::{CITIZEN, row};

/// Citizens a batch: few enough that their rows seldom lie in more than one batch of what is read, and so need no copying.
const CITIZENS_PER_BATCH: usize = 1024;

/// The rows of the first stream, each with the rows that the others have of the same citizen as lists.
pub(super) fn merge(
    inputs: Vec<SendableRecordBatchStream>,
    schema: SchemaRef,
) -> Result<impl Stream<Item = Result<RecordBatch>> + Send> {
    let mut inputs = inputs.into_iter();
    let Some(citizens) = inputs.next() else { return internal_err!("nothing to gather") };
    let citizens = Input::new(citizens, true)?;
    let others = inputs.map(|input| Input::new(input, false)).collect::<Result<_>>()?;
    let merge = Merge { citizens, others, schema, last: None };
    Ok(stream::try_unfold(merge, |mut merge| async move { Ok(merge.next().await?.map(|batch| (batch, merge))) }))
}

struct Merge {
    citizens: Input,
    others: Vec<Input>,
    schema: SchemaRef,
    /// The citizen read last.
    last: Option<String>,
}

impl Merge {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        let Some((rows, citizens)) = self.citizens.some(CITIZENS_PER_BATCH).await? else {
            return self.nothing_is_left().await.map(|()| None);
        };
        in_order(self.last.as_deref(), &citizens)?;
        let mut columns = rows.columns().to_vec();
        for other in &mut self.others {
            columns.push(other.lists(self.last.as_deref(), &citizens).await?);
        }
        self.last = citizens.iter().flatten().last().map(ToOwned::to_owned);
        Ok(Some(RecordBatch::try_new(Arc::clone(&self.schema), columns)?))
    }

    /// INVARIANT: no row of a citizen is passed over; one that comes after its citizen was read would be.
    async fn nothing_is_left(&mut self) -> Result<()> {
        for other in &mut self.others {
            let Some(batch) = other.batch().await? else { continue };
            let next = batch.citizens.value(batch.at);
            if self.last.as_deref().is_some_and(|last| next <= last) {
                return out_of_order(next);
            }
        }
        Ok(())
    }
}

/// Checks that citizens come one after the other, each once.
fn in_order<'a>(mut last: Option<&'a str>, citizens: &'a StringArray) -> Result<()> {
    for citizen in citizens.iter().flatten() {
        if last.is_some_and(|last| citizen <= last) {
            return out_of_order(citizen);
        }
        last = Some(citizen);
    }
    Ok(())
}

fn out_of_order<T>(citizen: &str) -> Result<T> {
    exec_err!("the rows of citizen `{citizen}` do not lie in the order of citizens; import the records into a new lake")
}

/// A stream, and how far it has been read.
struct Input {
    stream: SendableRecordBatchStream,
    /// Where its citizens stand.
    citizen: usize,
    /// Whether the citizens stay among the columns.
    whole: bool,
    /// The columns of a row in a list.
    row: Fields,
    batch: Option<Batch>,
    /// How many batches were read.
    batches: usize,
}

struct Batch {
    /// The how many-th it is.
    number: usize,
    rows: RecordBatch,
    citizens: StringArray,
    /// The first row that has not been read.
    at: usize,
}

/// Rows of a batch that lie side by side.
struct Piece {
    batch: usize,
    rows: RecordBatch,
    from: usize,
    to: usize,
}

impl Input {
    fn new(stream: SendableRecordBatchStream, whole: bool) -> Result<Self> {
        let schema = stream.schema();
        let citizen = schema.index_of(CITIZEN)?;
        Ok(Self { stream, citizen, whole, row: row(&schema), batch: None, batches: 0 })
    }

    /// The batch at hand, or else the next one that has rows.
    async fn batch(&mut self) -> Result<Option<&mut Batch>> {
        while self.batch.as_ref().is_none_or(|batch| batch.at >= batch.citizens.len()) {
            let Some(mut rows) = self.stream.next().await.transpose()? else { return Ok(None) };
            let citizens = rows.column(self.citizen).as_string_opt::<i32>();
            let citizens = citizens.ok_or_else(|| internal_datafusion_err!("citizens are not texts"))?.clone();
            if !self.whole {
                rows.remove_column(self.citizen);
            }
            self.batches += 1;
            self.batch = Some(Batch { number: self.batches, rows, citizens, at: 0 });
        }
        Ok(self.batch.as_mut())
    }

    /// The next rows, at most so many, and the citizens they are of.
    async fn some(&mut self, most: usize) -> Result<Option<(RecordBatch, StringArray)>> {
        let Some(batch) = self.batch().await? else { return Ok(None) };
        let length = most.min(batch.citizens.len() - batch.at);
        let some = (batch.rows.slice(batch.at, length), batch.citizens.slice(batch.at, length));
        batch.at += length;
        Ok(Some(some))
    }

    /// The rows of each citizen, as a list each; `last` was read before them.
    async fn lists(&mut self, mut last: Option<&str>, citizens: &StringArray) -> Result<ArrayRef> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut ends = Vec::with_capacity(citizens.len() + 1);
        let mut rows = 0;
        ends.push(0);
        for citizen in citizens.iter().flatten() {
            while let Some(batch) = self.batch().await? {
                let from = batch.begin(last, citizen)?;
                let to = batch.end(from, citizen);
                let is_read = to == batch.citizens.len();
                batch.at = to;
                rows += to - from;
                match pieces.last_mut().filter(|piece| piece.batch == batch.number && piece.to == from) {
                    Some(piece) => piece.to = to,
                    None if to > from => {
                        pieces.push(Piece { batch: batch.number, rows: batch.rows.clone(), from, to });
                    }
                    None => {}
                }
                if !is_read {
                    break;
                }
            }
            ends.push(i32::try_from(rows).map_err(|_| internal_datafusion_err!("too many rows of few citizens"))?);
            last = Some(citizen);
        }
        self.list_column(&pieces, ends)
    }

    fn list_column(&self, pieces: &[Piece], ends: Vec<i32>) -> Result<ArrayRef> {
        let slices: Vec<RecordBatch> = pieces.iter().map(|it| it.rows.slice(it.from, it.to - it.from)).collect();
        let columns = match slices.as_slice() {
            [] => self.row.iter().map(|field| new_empty_array(field.data_type())).collect(),
            [one] => one.columns().to_vec(),
            several => concat_batches(&Arc::new(Schema::new(self.row.clone())), several)?.columns().to_vec(),
        };
        let rows = StructArray::try_new(self.row.clone(), columns, None)?;
        let item = Arc::new(Field::new("item", DataType::Struct(self.row.clone()), true));
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        Ok(Arc::new(ListArray::try_new(item, offsets, Arc::new(rows), None)?))
    }
}

impl Batch {
    /// The first row from here on that is not of an earlier citizen than this one. Rows of nobody who is known are passed
    /// over.
    fn begin(&self, last: Option<&str>, citizen: &str) -> Result<usize> {
        let mut at = self.at;
        while at < self.citizens.len() {
            let whose = self.citizens.value(at);
            if whose >= citizen {
                break;
            }
            if last.is_some_and(|last| whose <= last) {
                return out_of_order(whose);
            }
            at += 1;
        }
        Ok(at)
    }

    /// The first row from `from` on that is of another citizen.
    fn end(&self, from: usize, citizen: &str) -> usize {
        (from..self.citizens.len()).find(|&at| self.citizens.value(at) != citizen).unwrap_or(self.citizens.len())
    }
}
