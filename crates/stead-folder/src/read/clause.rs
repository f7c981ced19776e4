//! The clauses of an agreement, but for those about money.

use std::ops::Range;
use std::sync::Arc;

use stead_rules::agreement::{
    ClauseRef, Deliver, Duty, HandOver, HandOverMode, Lead, Protection, ServiceLevel, Share, TermsKind, Within,
};
use stead_rules::{Clause, Period, Purpose, Terms};

use super::payment;
use crate::index::Index;
use crate::problem::{Problem, SourceFile};
use crate::toml_file::Fields;

/// The clause that a table describes, with its own days and where it stands; `agreement` is whose clause it is.
pub(crate) fn clause(
    index: &mut Index,
    file: &Arc<SourceFile>,
    fields: Fields<'_>,
    (period, span): (Option<Period>, Range<usize>),
    agreement: &str,
) -> Option<Clause> {
    let terms = match TermsKind::of(fields.text("kind")?)? {
        TermsKind::Share => Terms::Share(share(fields)?),
        TermsKind::Deliver => Terms::Deliver(deliver(fields)?),
        TermsKind::HandOver => Terms::HandOver(hand_over(index, file, fields, agreement)?),
        TermsKind::Lead => Terms::Lead(lead(fields)?),
        TermsKind::Pay => Terms::Pay(payment::pay(index, file, fields, &span)?),
        TermsKind::Pool => Terms::Pool(payment::pool(index, file, fields, agreement)?),
        TermsKind::Duty => Terms::Duty(duty(fields)?),
    };
    Some(Clause { id: fields.text("id")?.into(), text: fields.text("text")?.into(), period, terms })
}

pub(super) fn ids<T: for<'a> From<&'a str>>(fields: Fields<'_>, name: &str) -> Vec<T> {
    fields.texts(name).into_iter().map(T::from).collect()
}

/// The clauses that a key cites: by number, or by agreement and number.
pub(super) fn cited(fields: Fields<'_>, name: &str, agreement: &str) -> Vec<ClauseRef> {
    let cited = fields.texts(name).into_iter().map(|text| text.split_once(' ').unwrap_or((agreement, text)));
    cited.map(|(agreement, clause)| ClauseRef { agreement: agreement.into(), clause: clause.into() }).collect()
}

fn share(fields: Fields<'_>) -> Option<Share> {
    Some(Share {
        from: ids(fields, "from"),
        to: ids(fields, "to"),
        categories: ids(fields, "categories"),
        purposes: fields.texts("purposes").into_iter().map(Purpose::of).collect::<Option<_>>()?,
        group: fields.text("group").map(Into::into),
        what_for: fields.text("what_for").map(Into::into),
        within: Within::of(fields.text("within")?)?,
        professions: ids(fields, "professions"),
        asks: fields.has("asks"),
    })
}

fn deliver(fields: Fields<'_>) -> Option<Deliver> {
    let level = fields.table("level");
    let level = level
        .map(|level| Some(ServiceLevel { within_days: level.whole("within_days")?, percent: level.exact("percent")? }));
    Some(Deliver {
        from: ids(fields, "from"),
        to: ids(fields, "to"),
        needs: ids(fields, "needs"),
        services: ids(fields, "services"),
        group: fields.text("group").map(Into::into),
        level: if let Some(level) = level { Some(level?) } else { None },
    })
}

fn hand_over(index: &mut Index, file: &Arc<SourceFile>, fields: Fields<'_>, agreement: &str) -> Option<HandOver> {
    let protection = fields.table("protection");
    let protection = protection.map(|protection| {
        Some(Protection {
            stop_loss_percent: protection.exact("stop_loss_percent")?,
            years: protection.whole("years")?,
            taper_percent: protection.exacts("taper_percent"),
        })
    });
    let protection = if let Some(protection) = protection { Some(protection?) } else { None };
    if let Some(found) = &protection
        && !found.taper_percent.is_empty()
        && found.taper_percent.len() != usize::from(found.years)
    {
        let (years, steps) = (found.years, found.taper_percent.len());
        let message = format!("the protection lasts {years} years, but tapers in {steps} steps");
        let help = "write a percentage for each year, or leave `taper_percent` out";
        index.report(Problem::error("taper", message).at(file, fields.span("protection")?).help(help));
        return None;
    }
    if let Some(found) = &protection
        && !found.taper_percent.is_sorted_by(|before, after| before >= after)
    {
        let message = "the protection grows from year to year, and should taper".to_owned();
        let help = "write no percentage that is more than the one before it";
        index.report(Problem::error("taper", message).at(file, fields.span("protection")?).help(help));
        return None;
    }
    Some(HandOver {
        services: ids(fields, "services"),
        needs: ids(fields, "needs"),
        from: fields.text("from")?.into(),
        to: ids(fields, "to"),
        mode: HandOverMode::of(fields.text("mode")?)?,
        professions: ids(fields, "professions"),
        competence: fields.text("competence").map(Into::into),
        liability: fields.text("liability")?.into(),
        paid_by: cited(fields, "paid_by", agreement),
        protection,
    })
}

fn lead(fields: Fields<'_>) -> Option<Lead> {
    Some(Lead {
        organisation: fields.text("organisation")?.into(),
        profession: fields.text("profession")?.into(),
        clinician: fields.has("clinician"),
        role: fields.text("role").map(Into::into),
        person: fields.text("person").map(Into::into),
        needs: ids(fields, "needs"),
        services: ids(fields, "services"),
    })
}

fn duty(fields: Fields<'_>) -> Option<Duty> {
    Some(Duty {
        owner: fields.text("owner")?.into(),
        due: fields.day("due")?,
        every_months: fields.whole("every_months"),
        withholds: ids(fields, "withholds"),
        withholds_from: ids(fields, "withholds_from"),
    })
}
