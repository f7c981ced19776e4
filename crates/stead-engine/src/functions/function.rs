//! A scalar function over columns that carries the run's preparation.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::prepared::Prepared;

/// What a function is but for what was prepared for the run; [`super::registry`] knows all.
pub(crate) struct Entry {
    /// What plans call it.
    pub(crate) name: &'static str,
    /// What it gives.
    pub(crate) returns: fn() -> DataType,
    /// From arguments and the number of rows to a column. What is the same for all rows comes as one.
    pub(crate) body: fn(&Prepared, &[ArrayRef], usize) -> Result<ArrayRef>,
}

/// A named pure function from columns to a column.
pub(crate) struct Function {
    entry: &'static Entry,
    prepared: Arc<Prepared>,
    signature: Signature,
}

impl Function {
    /// The function, with what was prepared for the run.
    pub(crate) fn with(entry: &'static Entry, prepared: &Arc<Prepared>) -> ScalarUDF {
        let signature = Signature::variadic_any(Volatility::Immutable);
        ScalarUDF::new_from_impl(Self { entry, prepared: Arc::clone(prepared), signature })
    }

    /// A call of it.
    pub(crate) fn call(entry: &'static Entry, prepared: &Arc<Prepared>, args: Vec<Expr>) -> Expr {
        Self::with(entry, prepared).call(args)
    }

    /// What the run is about.
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "for the codec that writes plans down"))]
    pub(crate) fn prepared(&self) -> &Arc<Prepared> {
        &self.prepared
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.entry.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok((self.entry.returns)())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let columns = args.args.into_iter().map(|value| one_row_or_all(value, rows)).collect::<Result<Vec<_>>>()?;
        (self.entry.body)(&self.prepared, &columns, rows).map(ColumnarValue::Array)
    }
}

fn one_row_or_all(value: ColumnarValue, rows: usize) -> Result<ArrayRef> {
    match value {
        ColumnarValue::Array(rows) => Ok(rows),
        ColumnarValue::Scalar(_) => value.into_array(rows.min(1)),
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.entry.name == other.entry.name && self.prepared == other.prepared
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.entry.name.hash(state);
        self.prepared.hash(state);
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}({:?})", self.entry.name, self.prepared)
    }
}
