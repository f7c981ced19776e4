//! CSV: one comma between cells, quotation marks only where needed, columns in the documented order, comments where they were.

use std::borrow::Cow;

use crate::csv_text::{Cell, Piece, pieces};
use crate::problem::Problem;
use crate::sheet::Sheet;

use super::file_of;

/// A CSV file as `stead fmt` writes it. The path says which table it is; columns of other tables stay in their order.
///
/// # Errors
///
/// Cells that cannot be read.
pub fn format_csv(path: &str, text: &str) -> Result<String, Vec<Problem>> {
    let file = file_of(path, text);
    let (pieces, errors) = pieces(file.text());
    if !errors.is_empty() {
        let problem = |error: crate::csv_text::CellError| {
            Problem::error("csv-syntax", error.message).at(&file, error.span).help(error.help)
        };
        return Err(errors.into_iter().map(problem).collect());
    }
    let header =
        pieces.iter().find_map(|piece| if let Piece::Record(cells) = piece { Some(cells.as_slice()) } else { None });
    let order = header.map(|header| order(path, header)).unwrap_or_default();
    let mut out = String::with_capacity(file.text().len());
    for piece in &pieces {
        match piece {
            Piece::Comment(comment) => out.push_str(comment),
            Piece::Blank => continue,
            Piece::Record(cells) => record(&mut out, cells, &order),
        }
        out.push('\n');
    }
    Ok(out)
}

/// Which column comes first, second and so on: known ones as documented, then the others as they stand.
fn order(path: &str, header: &[Cell<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..header.len()).collect();
    if let Some(sheet) = Sheet::of(path) {
        let known = |at: &usize| {
            let name = header.get(*at).map(|cell| cell.text.as_ref());
            sheet.names().position(|known| Some(known) == name).unwrap_or(usize::MAX)
        };
        order.sort_by_key(known);
    }
    order
}

fn record(out: &mut String, cells: &[Cell<'_>], order: &[usize]) {
    let start = out.len();
    // A row with too many or too few cells keeps what it has: it is for people to mend.
    let rest = order.len()..cells.len();
    for (nth, at) in order.iter().copied().filter(|at| *at < cells.len()).chain(rest).enumerate() {
        if nth > 0 {
            out.push(',');
        }
        if let Some(cell) = cells.get(at) {
            out.push_str(&quoted(&cell.text, nth == 0));
        }
    }
    debug_assert!(out.len() > start, "a record has cells");
}

fn quoted(text: &str, is_first: bool) -> Cow<'_, str> {
    let needs = text.contains(['"', ',', '\n', '\r']) || (is_first && text.starts_with('#'));
    if needs { Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))) } else { Cow::Borrowed(text) }
}
