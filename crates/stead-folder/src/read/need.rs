//! `needs/*.toml`.

use std::sync::Arc;

use stead_rules::{Frequency, MetBy, Need, NotFor};

use crate::index::{Index, Named};
use crate::problem::{Problem, SourceFile};
use crate::shapes;
use crate::toml_file::{self, Fields};

/// Days after joining the group within which a need is first due, when nothing is said.
const FIRST_WITHIN_DAYS: u16 = 90;
/// Days before a need is due again from which on it counts as due, when nothing is said: eight weeks.
const DUE_NOTICE_DAYS: u16 = 56;

/// Days in a month on average.
const DAYS_IN_A_MONTH: f64 = 365.25 / 12.0;

/// The need that a file describes; `None`, and the need broken off, when the file has errors.
pub(crate) fn read(index: &mut Index, file: &Arc<SourceFile>, by: &Named) -> Option<Need> {
    let table = toml_file::read(index, file, &shapes::NEED, by);
    let need = table.as_ref().and_then(|table| build(by, Fields(table)));
    if let (Some(need), Some(table)) = (&need, &table)
        && let Some(span) = Fields(table).span("due_notice_days")
        && let Some(problem) = long_notice(need)
    {
        index.report(problem.at(file, span));
    }
    if need.is_none() {
        index.break_off(by);
    }
    need
}

/// Notice that begins before the need was last met, so that it is due all the time.
fn long_notice(need: &Need) -> Option<Problem> {
    let Frequency::EveryMonths(months) = need.frequency else { return None };
    let (days, notice) = (f64::from(months) * DAYS_IN_A_MONTH, need.due_notice_days);
    let message = format!("`due_notice_days` is {notice}, but the need comes back after about {days:.0} days");
    let help = "write fewer days; as it stands nobody's need is ever met: it counts as due on the very day it is met";
    (f64::from(notice) >= days).then(|| Problem::warning("long-notice", message).help(help))
}

fn build(by: &Named, fields: Fields<'_>) -> Option<Need> {
    let met_by = fields.table("met_by")?;
    let not_for = fields.tables("not_for").into_iter().map(|(not_for, _)| {
        Some(NotFor { group: not_for.text("group")?.into(), because: not_for.text("because")?.into() })
    });
    Some(Need {
        id: by.1.as_str().into(),
        name: fields.text("name")?.into(),
        group: fields.text("group")?.into(),
        frequency: fields.whole("every_months").map_or(Frequency::Once, Frequency::EveryMonths),
        first_within_days: fields.whole("first_within_days").unwrap_or(FIRST_WITHIN_DAYS),
        due_notice_days: fields.whole("due_notice_days").unwrap_or(DUE_NOTICE_DAYS),
        travel_minutes_max: fields.whole("travel_minutes_max"),
        met_by: MetBy {
            services: met_by.texts("services").into_iter().map(Into::into).collect(),
            professions: met_by.texts("professions").into_iter().map(Into::into).collect(),
            codes: met_by.texts("codes").into_iter().map(Into::into).collect(),
        },
        not_for: not_for.collect::<Option<_>>()?,
        source: fields.text("source")?.into(),
        why: fields.text("why").map(Into::into),
    })
}
