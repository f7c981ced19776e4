//! Columns of ids, each id made once a batch rather than once a row.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::common::{Result, internal_datafusion_err};

/// A column of ids, encoded by a dictionary.
pub(super) struct Ids<'a, Id> {
    keys: &'a Int32Array,
    ids: Vec<Option<Id>>,
}

impl<'a, Id: for<'t> From<&'t str>> Ids<'a, Id> {
    pub(super) fn new(column: &'a ArrayRef) -> Result<Self> {
        let dictionary = column.as_dictionary_opt::<Int32Type>();
        let dictionary = dictionary.ok_or_else(|| internal_datafusion_err!("ids without a dictionary"))?;
        let texts = dictionary.values().as_string_opt::<i32>();
        let texts = texts.ok_or_else(|| internal_datafusion_err!("ids that are not texts"))?;
        Ok(Self { keys: dictionary.keys(), ids: texts.iter().map(|text| text.map(Id::from)).collect() })
    }

    /// The id of a row.
    pub(super) fn get(&self, row: usize) -> Option<&Id> {
        let key = self.keys.is_valid(row).then(|| self.keys.value(row))?;
        self.ids.get(usize::try_from(key).ok()?)?.as_ref()
    }
}
