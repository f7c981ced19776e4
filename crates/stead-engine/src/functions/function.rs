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

type Body = fn(&Prepared, &[ArrayRef], usize) -> Result<ArrayRef>;

/// A named pure function from columns to a column.
pub(crate) struct Function {
    name: &'static str,
    prepared: Arc<Prepared>,
    signature: Signature,
    returns: DataType,
    body: Body,
}

impl Function {
    /// A call of such a function; `body` gets the arguments as arrays of one length, and that length.
    pub(crate) fn call(
        name: &'static str,
        prepared: &Arc<Prepared>,
        args: Vec<Expr>,
        returns: DataType,
        body: Body,
    ) -> Expr {
        let signature = Signature::any(args.len(), Volatility::Immutable);
        let function = Self { name, prepared: Arc::clone(prepared), signature, returns, body };
        ScalarUDF::new_from_impl(function).call(args)
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let columns = args.args.into_iter().map(|value| value.into_array(rows)).collect::<Result<Vec<_>>>()?;
        (self.body)(&self.prepared, &columns, rows).map(ColumnarValue::Array)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.prepared == other.prepared && self.signature == other.signature
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.prepared.hash(state);
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}({:?})", self.name, self.prepared)
    }
}
