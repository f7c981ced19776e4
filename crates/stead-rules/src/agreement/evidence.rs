//! Figures that a party brings in a table, in place of records: what the columns of the table mean.
//!
//! An agreement says it, so that a table of another year, with other rows, is read by the same rules.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::ClauseId;

/// A table that a party brings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceTable {
    /// What clauses call it.
    pub id: Arc<str>,
    /// The columns that, together, name a row.
    pub row: Vec<Arc<str>>,
    /// The column that names the organisation whose figures they are. One that the folder does not know
    /// stands for itself, as one of those whom the clause names.
    pub organisation: Arc<str>,
    /// The year that a row is for; `None`: the whole time that is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<EvidenceYear>,
    /// What cells say that hold nothing, besides being empty: `-`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub empty: Vec<Arc<str>>,
    /// Columns that have to be what clauses add up to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<EvidenceTotal>,
}

/// A column that says which year a row is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceYear {
    /// The column; its cells are years: `2024`.
    pub column: Arc<str>,
    /// The month on whose first day the year begins: 1 for the calendar's, 4 for England's financial year.
    pub begins_in_month: u8,
}

/// A column that has to be what clauses add up to, in every row, to the penny.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceTotal {
    /// The column.
    pub column: Arc<str>,
    /// The clauses of the table that do not count in it; empty: all do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<ClauseId>,
}

/// On which rows of which table a clause is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// The table.
    pub table: Arc<str>,
    /// What must hold of a row for the clause to be for it; empty: nothing.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<CellTest>,
}

/// A cell that must say one of these words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellTest {
    /// In which column.
    pub column: Arc<str>,
    /// One of these.
    pub is: Vec<Arc<str>>,
    /// What else it may say, or nothing; where none is named, anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Arc<str>>,
}
