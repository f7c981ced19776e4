//! Cells as figures: exact numbers, and what is wrong where they are none.

use std::sync::Arc;

use crate::agreement::{CellTest, EvidenceTable};
use crate::money::{Exact, Minor, Ratio, minor_digits};

/// A row of a table: its cells by column.
pub trait Cells {
    /// What the cell of a column says; `None` when there is no such column.
    fn cell(&self, column: &str) -> Option<&str>;
}

/// What is wrong with a row, in which column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The column; `None`: the row as a whole, or its column is not there.
    pub column: Option<Arc<str>>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl Wrong {
    pub(super) fn at(column: &Arc<str>, message: String, help: &str) -> Self {
        Self { column: Some(Arc::clone(column)), message, help: help.to_owned() }
    }
}

/// A row with what its columns mean.
pub(super) struct Sheet<'a> {
    pub(super) table: &'a EvidenceTable,
    pub(super) row: &'a dyn Cells,
    pub(super) currency: &'a str,
}

impl<'a> Sheet<'a> {
    /// What a cell says: nothing where it says one of the words for that.
    pub(super) fn text(&self, column: &Arc<str>) -> Result<&'a str, Wrong> {
        match self.row.cell(column) {
            Some(text) if self.table.empty.iter().any(|empty| empty.as_ref() == text) => Ok(""),
            Some(text) => Ok(text),
            None => {
                let message = format!("there is no column `{column}`, which the agreement goes by");
                let help = "add the column; its name stands in the table's first line".to_owned();
                Err(Wrong { column: None, message, help })
            }
        }
    }

    /// As [`Sheet::text`], for a cell that must say something.
    pub(super) fn needed(&self, column: &Arc<str>) -> Result<&'a str, Wrong> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Err(Wrong::at(column, format!("`{column}` says nothing"), "fill the cell, or take the row out"));
        }
        Ok(text)
    }

    /// The cells that name the row.
    pub(super) fn row_name(&self) -> Result<String, Wrong> {
        let parts: Vec<&str> = self.table.row.iter().map(|column| self.needed(column)).collect::<Result<_, _>>()?;
        Ok(parts.join(" "))
    }

    /// Whether every cell says one of its words.
    pub(super) fn all(&self, tests: &[CellTest]) -> Result<bool, Wrong> {
        for test in tests {
            let text = self.text(&test.column)?;
            let is_one_of = |words: &[Arc<str>]| words.iter().any(|word| word.as_ref() == text);
            if is_one_of(&test.is) {
                continue;
            }
            if !test.otherwise.is_empty() && !text.is_empty() && !is_one_of(&test.otherwise) {
                let words: Vec<&str> = test.is.iter().chain(&test.otherwise).map(AsRef::as_ref).collect();
                let message = format!("`{text}` in `{}` is none of the words that it may say", test.column);
                return Err(Wrong::at(&test.column, message, &format!("write {}, or nothing", words.join(", "))));
            }
            return Ok(false);
        }
        Ok(true)
    }

    /// A number, exactly as it is written.
    pub(super) fn number(&self, column: &Arc<str>) -> Result<Option<Exact>, Wrong> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        let text = text.strip_suffix('%').unwrap_or(text).trim_end();
        let number = plain(text).and_then(|digits| digits.parse::<Ratio>().ok());
        number.map(|number| Some(Exact::from(number))).ok_or_else(|| {
            let message = format!("`{text}` in `{column}` is not a number");
            Wrong::at(column, message, "write digits, with a point before any fraction: 1234.50")
        })
    }

    /// A number from 0 to 100, if there is one.
    pub(super) fn percent(&self, column: &Arc<str>) -> Result<Option<Exact>, Wrong> {
        let Some(number) = self.number(column)? else { return Ok(None) };
        if number.is_negative() || number > Exact::from(100_i64) {
            let message = format!("`{}` in `{column}` is not from 0 to 100", self.text(column)?);
            return Err(Wrong::at(column, message, "write how many of a hundred it is"));
        }
        Ok(Some(number))
    }

    /// As [`Sheet::number`], for a cell that must hold one.
    pub(super) fn needed_number(&self, column: &Arc<str>) -> Result<Exact, Wrong> {
        self.needed(column)?;
        Ok(self.number(column)?.unwrap_or(Exact::ZERO))
    }

    /// A number of something.
    pub(super) fn count(&self, column: &Arc<str>) -> Result<u64, Wrong> {
        let number = self.needed_number(column)?;
        let whole = (number.denominator() == 1).then(|| u64::try_from(number.numerator()).ok()).flatten();
        whole.ok_or_else(|| {
            let text = self.text(column).unwrap_or_default();
            Wrong::at(column, format!("`{text}` in `{column}` is not a whole number"), "write how many there are")
        })
    }

    /// Money, in the minor unit, exact.
    pub(super) fn money(&self, column: &Arc<str>) -> Result<Option<Exact>, Wrong> {
        let Some(number) = self.number(column)? else { return Ok(None) };
        let unit = Exact::from(10_i64.pow(minor_digits(self.currency)));
        number.times(unit).map(Some).ok_or_else(|| self.too_large(column))
    }

    /// Money in whole minor units.
    pub(super) fn amount(&self, column: &Arc<str>) -> Result<Option<Minor>, Wrong> {
        let Some(money) = self.money(column)? else { return Ok(None) };
        let amount = money.rounded().ok_or_else(|| self.too_large(column))?;
        if Exact::from(amount) != money {
            let text = self.text(column).unwrap_or_default();
            let message = format!("`{text}` in `{column}` has more digits than the currency");
            return Err(Wrong::at(column, message, "round it to whole pence (cents)"));
        }
        Ok(Some(amount))
    }

    pub(super) fn too_large(&self, column: &Arc<str>) -> Wrong {
        let text = self.text(column).unwrap_or_default();
        Wrong::at(column, format!("`{text}` in `{column}` is larger than can be counted"), "check the figure")
    }
}

/// The digits of a number whose thousands are set apart by commas, rightly; others as they are.
fn plain(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let (whole, fraction) = text.split_once('.').map_or((text, ""), |(whole, fraction)| (whole, fraction));
    let mut groups = whole.trim_start_matches('-').split(',');
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    let rightly = first && groups.all(|group| group.len() == 3) && !fraction.contains(',');
    rightly.then(|| text.replace(',', ""))
}
