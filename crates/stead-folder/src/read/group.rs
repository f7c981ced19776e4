//! `groups/*.toml`.

use std::ops::Range;
use std::sync::Arc;

use stead_rules::unit::{is_known_unit, known_units};
use stead_rules::{Comparison, Criterion, Expression, Group, MaritalStatus, Sex, When};
use strsim::osa_distance;

use crate::index::{Index, Named};
use crate::problem::{Problem, SourceFile};
use crate::shapes;
use crate::toml_file::{self, Fields};

/// The group that a file describes; `None`, and the group broken off, when the file has errors.
pub(crate) fn read(index: &mut Index, file: &Arc<SourceFile>, by: &Named) -> Option<Group> {
    let table = toml_file::read(index, file, &shapes::GROUP, by);
    let before = index.errors();
    let group = table.as_ref().and_then(|table| {
        let fields = Fields(table);
        let members = Builder { index, file }.composed(fields)?;
        let source = fields.text("source").map(Into::into);
        Some(Group { id: by.1.as_str().into(), name: fields.text("name")?.into(), members, source })
    });
    let group = group.filter(|_| index.errors() == before);
    if group.is_none() {
        index.break_off(by);
    }
    group
}

struct Builder<'a> {
    index: &'a mut Index,
    file: &'a Arc<SourceFile>,
}

impl Builder<'_> {
    /// `all`, `any`, `not` or `at_least_of`.
    fn composed(&mut self, fields: Fields<'_>) -> Option<Expression> {
        if fields.has("all") {
            return self.parts(fields, "all").map(Expression::All);
        }
        if fields.has("any") {
            return self.parts(fields, "any").map(Expression::Any);
        }
        if let Some(part) = fields.table("not") {
            return self.part(part, fields.span("not")?).map(|part| Expression::Not(Box::new(part)));
        }
        let at_least = fields.table("at_least_of")?;
        let (count, parts) = (at_least.whole::<u32>("count")?, self.parts(at_least, "parts")?);
        if count as usize > parts.len() {
            let message = format!("{count} of {} parts can never hold at once", parts.len());
            self.error("out-of-range", message, at_least.span("count")?, "count at most as many as there are parts");
        }
        Some(Expression::AtLeast(count, parts))
    }

    fn parts(&mut self, fields: Fields<'_>, name: &str) -> Option<Vec<Expression>> {
        fields.tables(name).into_iter().map(|(part, span)| self.part(part, span)).collect()
    }

    fn part(&mut self, part: Fields<'_>, span: Range<usize>) -> Option<Expression> {
        match self.criterion(part, span) {
            Some(criterion) => Some(Expression::Is(criterion)),
            None => self.composed(part),
        }
    }

    fn criterion(&mut self, part: Fields<'_>, span: Range<usize>) -> Option<Criterion> {
        let named = |name: &str| part.table(name);
        if let Some(criterion) = named("lives_in") {
            return Some(Criterion::LivesIn { areas: one_or_more(criterion, "area", "areas") });
        }
        if let Some(criterion) = named("registered_with") {
            let organisations = one_or_more(criterion, "organisation", "organisations");
            return Some(Criterion::RegisteredWith { organisations });
        }
        if let Some(criterion) = named("age") {
            return Some(self.age(criterion, span));
        }
        if let Some(criterion) = named("sex") {
            return Some(Criterion::Sex {
                any_of: criterion.texts("any_of").into_iter().filter_map(Sex::of).collect(),
            });
        }
        if let Some(criterion) = named("marital_status") {
            return Some(Criterion::Marital {
                any_of: criterion.texts("any_of").into_iter().filter_map(MaritalStatus::of).collect(),
                changed_in_last_months: criterion.whole("changed_in_last_months"),
            });
        }
        if let Some(criterion) = named("code") {
            return self.code(criterion);
        }
        if let Some(criterion) = named("contact") {
            return Some(Criterion::Contact {
                services: one_or_more(criterion, "", "services"),
                professions: one_or_more(criterion, "", "professions"),
                when: when(criterion),
                at_least: criterion.whole("at_least").unwrap_or(1),
            });
        }
        if let Some(criterion) = named("died") {
            return Some(Criterion::Died { in_last_months: criterion.whole("in_last_months") });
        }
        Some(Criterion::InGroup { group: named("in_group")?.text("group")?.into() })
    }

    fn age(&mut self, fields: Fields<'_>, span: Range<usize>) -> Criterion {
        let (from_years, to_years) = (fields.whole::<u16>("from_years"), fields.whole::<u16>("to_years"));
        if let (Some(from), Some(to)) = (from_years, to_years)
            && from >= to
        {
            let message = format!("nobody is at least {from} and less than {to} years old");
            let help = "`to_years` is the first age that is too old, greater than `from_years`";
            self.error("from-after-to", message, fields.span("to_years").unwrap_or(span), help);
        }
        Criterion::Age { from_years, to_years }
    }

    fn code(&mut self, fields: Fields<'_>) -> Option<Criterion> {
        let when = when(fields);
        if let (When::Latest, Some(span)) = (when, fields.span("at_least")) {
            let help = "leave `at_least` out: there is only one latest record";
            self.error("contradiction", "`at_least` cannot go with `when = \"latest\"`".to_owned(), span, help);
        }
        let value = match fields.table("value") {
            Some(value) => Some(self.comparison(value, fields.span("value")?)?),
            None => None,
        };
        Some(Criterion::Code {
            list: fields.text("list")?.into(),
            when,
            at_least: fields.whole("at_least").unwrap_or(1),
            value,
        })
    }

    fn comparison(&mut self, fields: Fields<'_>, span: Range<usize>) -> Option<Comparison> {
        let (above, at_least) = (fields.number("above"), fields.number("at_least"));
        let (below, at_most) = (fields.number("below"), fields.number("at_most"));
        let low = above.into_iter().chain(at_least).reduce(f64::max);
        let high = below.into_iter().chain(at_most).reduce(f64::min);
        let strict = above.is_some() && above == low || below.is_some() && below == high;
        if let (Some(low), Some(high)) = (low, high)
            && (low > high || low == high && strict)
        {
            let message = format!("no number is above {low} and below {high}");
            self.error("from-after-to", message, span, "swap the two limits");
        }
        let unit = fields.text("unit")?;
        if !is_known_unit(unit)
            && let (Some(near), Some(span)) = (nearest_unit(unit), fields.span("unit"))
        {
            let message = format!("`{unit}` is no unit that is known here; did you mean `{near}`?");
            let help = "write the unit as UCUM does; values in other units do not count";
            self.index.report(Problem::warning("unknown-unit", message).at(self.file, span).help(help));
        }
        Some(Comparison { above, at_least, below, at_most, unit: unit.into() })
    }

    fn error(&mut self, code: &'static str, message: String, span: Range<usize>, help: &str) {
        self.index.report(Problem::error(code, message).at(self.file, span).help(help));
    }
}

fn when(fields: Fields<'_>) -> When {
    let months = fields.table("when").and_then(|window| window.whole("last_months"));
    match (months, fields.text("when")) {
        (Some(months), _) => When::LastMonths(months),
        (None, Some("active")) => When::Active,
        (None, Some("latest")) => When::Latest,
        (None, _) => When::Ever,
    }
}

/// The known unit that a mistyped one most likely stands for.
fn nearest_unit(unit: &str) -> Option<&'static str> {
    known_units().filter(|known| osa_distance(known, unit) == 1).max_by_key(|known| known.len())
}

fn one_or_more<T: for<'a> From<&'a str>>(fields: Fields<'_>, one: &str, more: &str) -> Vec<T> {
    fields.texts(more).into_iter().chain(fields.texts(one)).map(T::from).collect()
}
