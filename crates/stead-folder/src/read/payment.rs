//! The clauses about money: `pay` and `pool`.

use std::ops::Range;
use std::sync::Arc;

use stead_rules::Minor;
use stead_rules::agreement::{
    Activity, Attribution, Band, Blended, Bundle, BundleSpan, Capitation, Formula, Incentive, PaidIn, Pay, Per, Pool,
    PoolMember, Price, Split, Weight,
};

use super::attribution;
use super::clause::{cited, ids};
use super::evidence::{brought, shared_savings};
use super::impossible;
use crate::index::Index;
use crate::problem::{Problem, SourceFile};
use crate::toml_file::Fields;

/// A `pay` clause.
pub(crate) fn pay(index: &mut Index, file: &Arc<SourceFile>, fields: Fields<'_>, span: &Range<usize>) -> Option<Pay> {
    let formula = formula(fields)?;
    if let Some((key, message, help)) = impossible::formula(&formula) {
        let span = inside_formula(fields, key).unwrap_or_else(|| span.clone());
        index.report(Problem::error("impossible", message).at(file, span).help(help));
        return None;
    }
    let pay = Pay {
        from: fields.text("from")?.into(),
        to: ids(fields, "to"),
        services: ids(fields, "services"),
        needs: ids(fields, "needs"),
        group: fields.text("group").map(Into::into),
        attribution: fields.text("attribution").and_then(Attribution::of),
        primary_care: attribution::primary_care(fields).map(Box::new),
        catchment: attribution::catchment(fields)?,
        evidence: brought(fields)?,
        formula,
    };
    if pay.to.contains(&pay.from) {
        let problem = Problem::error("impossible", format!("`{}` would pay itself", pay.from));
        let help = "take it out of `to`; what it does itself is not paid for by it";
        index.report(problem.at(file, fields.span("to")?).help(help));
        return None;
    }
    if let Some((key, message, help)) = attribution::impossible(&pay) {
        index.report(Problem::error("impossible", message).at(file, fields.span(key)?).help(help));
        return None;
    }
    Some(pay)
}

fn minor(fields: Fields<'_>, name: &str) -> Option<Minor> {
    fields.whole(name).map(Minor)
}

fn formula(fields: Fields<'_>) -> Option<Formula> {
    if let Some(fields) = fields.table("activity") {
        return activity(fields).map(Formula::Activity);
    }
    if let Some(fields) = fields.table("block") {
        return Some(Formula::Block { amount: minor(fields, "amount_minor")?, per: Per::of(fields.text("per")?)? });
    }
    if let Some(fields) = fields.table("blended") {
        return Some(Formula::Blended(Blended {
            fixed: minor(fields, "fixed_minor")?,
            per: Per::of(fields.text("per")?)?,
            expected: minor(fields, "expected_minor")?,
            activity: activity(fields.table("activity")?)?,
            threshold_percent: fields.exact("threshold_percent")?,
            above_percent: fields.exact("above_percent")?,
            below_percent: fields.exact("below_percent")?,
        }));
    }
    if let Some(fields) = fields.table("capitation") {
        let weights = fields.tables("weight").into_iter();
        let weight = |(weight, _): (Fields<'_>, _)| {
            Some(Weight { group: weight.text("group")?.into(), times: weight.exact("times")? })
        };
        return Some(Formula::Capitation(Capitation {
            amount: minor(fields, "amount_minor")?,
            per: Per::of(fields.text("per")?)?,
            weights: weights.map(weight).collect::<Option<_>>()?,
            weight_column: fields.text("weight_column").map(Into::into),
        }));
    }
    if let Some(fields) = fields.table("bundle") {
        return Some(Formula::Bundle(Bundle {
            amount: minor(fields, "amount_minor")?,
            span: BundleSpan::of(fields.text("span")?)?,
            covers: ids(fields, "covers"),
        }));
    }
    if let Some(fields) = fields.table("incentive") {
        return Some(Formula::Incentive(Incentive {
            measure: fields.text("measure")?.into(),
            points: fields.exact("points")?,
            amount_per_point: minor(fields, "point_minor")?,
            lower_percent: fields.exact("lower_percent")?,
            upper_percent: fields.exact("upper_percent")?,
            list_size: fields.whole("list_size"),
            prevalence_percent: fields.exact("prevalence_percent"),
        }));
    }
    if let Some(fields) = fields.table("stated") {
        return Some(Formula::Stated { column: fields.text("column")?.into() });
    }
    shared_savings(fields.table("shared_savings")?).map(Box::new).map(Formula::SharedSavings)
}

/// Where a key of the clause's formula stands, or of the activity that the formula goes by.
fn inside_formula(fields: Fields<'_>, key: &str) -> Option<Range<usize>> {
    let of_activity = |fields: Fields<'_>| fields.table("activity").and_then(|activity| activity.span(key));
    let names = ["activity", "blended", "capitation", "incentive", "shared_savings"];
    let formulas = names.into_iter().filter_map(|name| fields.table(name));
    formulas.into_iter().find_map(|formula| formula.span(key).or_else(|| of_activity(formula)))
}

fn activity(fields: Fields<'_>) -> Option<Activity> {
    let price = |(price, _): (Fields<'_>, _)| {
        Some(Price {
            contact: price.text("contact").map(Into::into),
            service: price.text("service").map(Into::into),
            profession: price.text("profession").map(Into::into),
            site: price.text("site").map(Into::into),
            amount: minor(price, "amount_minor")?,
        })
    };
    let band = |(band, _): (Fields<'_>, _)| {
        Some(Band { above_contacts: band.whole("above_contacts")?, percent: band.exact("percent")? })
    };
    Some(Activity {
        tariff: fields.text("tariff").map(Into::into),
        prices: fields.tables("price").into_iter().map(price).collect::<Option<_>>()?,
        cap: minor(fields, "cap_minor"),
        floor: minor(fields, "floor_minor"),
        bands: fields.tables("band").into_iter().map(band).collect::<Option<_>>()?,
    })
}

/// A `pool` clause.
pub(crate) fn pool(index: &mut Index, file: &Arc<SourceFile>, fields: Fields<'_>, agreement: &str) -> Option<Pool> {
    let member = |member: Result<&str, Fields<'_>>| {
        Some(match member {
            Ok(organisation) => PoolMember { organisation: organisation.into(), budget: None, share_percent: None },
            Err(fields) => PoolMember {
                organisation: fields.text("organisation")?.into(),
                budget: minor(fields, "budget_minor"),
                share_percent: fields.exact("share_percent"),
            },
        })
    };
    let paid_in = match fields.table("paid_in") {
        Some(fields) => Some(PaidIn {
            from: fields.text("from")?.into(),
            amount: minor(fields, "amount_minor")?,
            per: Per::of(fields.text("per")?)?,
        }),
        None => None,
    };
    let pool = Pool {
        members: fields.texts_or_tables("members").into_iter().map(member).collect::<Option<_>>()?,
        paid_in,
        clauses: cited(fields, "clauses", agreement),
        gains: Split::of(fields.text("gains")?)?,
        losses: Split::of(fields.text("losses")?)?,
    };
    if let Some((message, help)) = impossible::pool(&pool) {
        index.report(Problem::error("impossible", message).at(file, fields.span("members")?).help(help));
        return None;
    }
    Some(pool)
}
