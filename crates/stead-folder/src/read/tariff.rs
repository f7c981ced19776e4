//! `tariffs/*.csv`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use stead_rules::agreement::Price;
use stead_rules::{Day, Minor, Period, Tariff, TariffRow};

use crate::index::{Index, Named, Spot};
use crate::problem::{Problem, SourceFile};
use crate::rows::{self, Row};
use crate::sheet;

/// What a price is for: the same contacts at the same time cannot have two.
type Contacts = (Option<String>, Option<String>, Option<String>, Option<String>);

/// The tariff of a file; broken off when any row has errors.
pub(crate) fn read(index: &mut Index, file: &Arc<SourceFile>, by: &Named) -> Tariff {
    let before = index.errors();
    let rows = rows::read(index, file, &sheet::TARIFF, by);
    let mut known: BTreeMap<Contacts, Vec<(Period, Range<usize>)>> = BTreeMap::new();
    let mut found = Vec::new();
    for row in &rows {
        let Some(price) = price(index, file, row) else { continue };
        let text = |name: &str| row.text(name).map(str::to_owned);
        let same = known.entry((text("contact"), text("service"), text("profession"), text("site"))).or_default();
        if let Some((_, first)) = same.iter().find(|(period, _)| period.intersect(price.period).is_some()) {
            let first = Spot::new(file, first.clone()).words();
            let problem = Problem::error("two-prices", "there are two prices for the same contacts on the same days");
            let help = format!("the other is at {first}; keep one, or let it end (`to`) on the day this one begins");
            index.report(problem.at(file, row.span.clone()).help(help));
            continue;
        }
        same.push((price.period, row.span.clone()));
        found.push(price);
    }
    if index.errors() > before {
        index.break_off(by);
    } else if found.is_empty() {
        let problem = Problem::warning("empty-tariff", format!("the tariff `{}` has no prices", by.1)).within(file);
        index.report(problem.help("add a line `service,amount_minor` and prices below it, or delete the file"));
    }
    Tariff { id: by.1.as_str().into(), rows: found }
}

fn price(index: &mut Index, file: &Arc<SourceFile>, row: &Row<'_>) -> Option<TariffRow> {
    let (from, to) = (row.day("from").unwrap_or(Day::ALWAYS), row.day("to").unwrap_or(Day::FOREVER));
    let Some(period) = Period::new(from, to) else {
        let problem = Problem::error("from-after-to", format!("the price ends on {to}, but begins on {from}"));
        let span = row.cell("to").map_or(row.span.clone(), |cell| cell.span.clone());
        index.report(problem.at(file, span).help("`to` is the first day outside, later than `from`"));
        return None;
    };
    let price = Price {
        contact: row.text("contact").map(Into::into),
        service: row.text("service").map(Into::into),
        profession: row.text("profession").map(Into::into),
        site: row.text("site").map(Into::into),
        amount: Minor(row.number("amount_minor")?),
    };
    Some(TariffRow { price, period })
}
