//! `codelists/*.csv`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use stead_rules::{Code, Codelist};

use crate::codes;
use crate::index::{Index, Named, Spot};
use crate::problem::{Problem, SourceFile};
use crate::rows;
use crate::sheet;

/// The codelist of a file, with the codes that are right; broken off when any row has errors.
pub(crate) fn read(index: &mut Index, file: &Arc<SourceFile>, by: &Named) -> Codelist {
    let before = index.errors();
    let rows = rows::read(index, file, &sheet::CODELIST, by);
    let mut known: BTreeMap<Code, Range<usize>> = BTreeMap::new();
    let mut found = Vec::new();
    for row in &rows {
        let Some(cell) = row.cell("code") else { continue };
        let code = Code::new(row.text("system").unwrap_or("snomed"), &cell.text);
        if let Some(problem) = codes::doubt(&code) {
            index.report(problem.at(file, cell.span.clone()));
        }
        if let Some(first) = known.get(&code) {
            let message = format!("the code `{}` is in the list twice", cell.text);
            let first = Spot::new(file, first.clone()).words();
            let problem =
                Problem::warning("named-twice", message).help(format!("the first is at {first}; leave one out"));
            index.report(problem.at(file, cell.span.clone()));
            continue;
        }
        known.insert(code.clone(), cell.span.clone());
        found.push((code, Arc::from(row.text("term").unwrap_or(""))));
    }
    if index.errors() > before {
        index.break_off(by);
    } else if found.is_empty() {
        let message = format!("the codelist `{}` has no codes", by.1);
        let problem = Problem::warning("empty-codelist", message).within(file);
        index
            .report(problem.help("nobody can match it; add a line `code,term` and codes below it, or delete the file"));
    }
    Codelist { id: by.1.as_str().into(), codes: found }
}
