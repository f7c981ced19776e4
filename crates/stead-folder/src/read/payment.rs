//! The clauses about money: `pay` and `pool`.

use std::ops::Range;
use std::sync::Arc;

use stead_rules::agreement::{
    Activity, Attribution, Band, Blended, Bundle, BundleSpan, Capitation, Formula, Incentive, Pay, Per, Pool,
    PoolMember, Price, Split, Weight,
};
use stead_rules::{Minor, Ratio};

use super::clause::{cited, ids};
use super::evidence::{brought, impossible_savings, shared_savings};
use crate::index::Index;
use crate::problem::{Problem, SourceFile};
use crate::toml_file::Fields;

/// A `pay` clause.
pub(crate) fn pay(index: &mut Index, file: &Arc<SourceFile>, fields: Fields<'_>, span: &Range<usize>) -> Option<Pay> {
    let formula = formula(fields)?;
    if let Some((message, help)) = impossible(&formula) {
        index.report(Problem::error("impossible", message).at(file, span.clone()).help(help));
        return None;
    }
    Some(Pay {
        from: fields.text("from")?.into(),
        to: ids(fields, "to"),
        services: ids(fields, "services"),
        needs: ids(fields, "needs"),
        group: fields.text("group").map(Into::into),
        attribution: fields.text("attribution").and_then(Attribution::of),
        evidence: brought(fields)?,
        formula,
    })
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

/// What no payment could follow, with what to do about it.
fn impossible(formula: &Formula) -> Option<(String, &'static str)> {
    match formula {
        Formula::Activity(activity) => impossible_activity(activity),
        Formula::Blended(blended) => impossible_activity(&blended.activity),
        Formula::SharedSavings(savings) => impossible_savings(savings),
        Formula::Incentive(incentive) if incentive.lower_percent >= incentive.upper_percent => {
            let (lower, upper) = (incentive.lower_percent, incentive.upper_percent);
            Some((
                format!("the upper threshold ({upper} %) is not above the lower one ({lower} %)"),
                "write `lower_percent` less than `upper_percent`",
            ))
        }
        Formula::Capitation(capitation) => {
            let (at, weight) = (1..)
                .zip(&capitation.weights)
                .find(|(at, weight)| capitation.weights.iter().skip(*at).any(|other| other.group == weight.group))?;
            let _ = at;
            Some((format!("`{}` is weighed twice", weight.group), "keep one weight for each group"))
        }
        _ => None,
    }
}

fn impossible_activity(activity: &Activity) -> Option<(String, &'static str)> {
    if let (Some(Minor(floor)), Some(Minor(cap))) = (activity.floor, activity.cap)
        && floor > cap
    {
        let message = format!("the floor ({floor}) is above the cap ({cap})");
        return Some((message, "no sum is both no less than the floor and no more than the cap: lower the floor"));
    }
    let bands = activity.bands.iter().zip(activity.bands.iter().skip(1));
    let mut disordered = bands.filter(|(band, next)| next.above_contacts <= band.above_contacts);
    let (band, next) = disordered.next()?;
    let message = format!("the band above {} stands after the one above {}", next.above_contacts, band.above_contacts);
    Some((message, "bands overlap unless they stand in order, each from more contacts on than the one before"))
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
    let pool = Pool {
        members: fields.texts_or_tables("members").into_iter().map(member).collect::<Option<_>>()?,
        amount: minor(fields, "amount_minor"),
        clauses: cited(fields, "clauses", agreement),
        gains: Split::of(fields.text("gains")?)?,
        losses: Split::of(fields.text("losses")?)?,
    };
    if let Some((message, help)) = impossible_pool(&pool) {
        index.report(Problem::error("impossible", message).at(file, fields.span("members")?).help(help));
        return None;
    }
    Some(pool)
}

fn impossible_pool(pool: &Pool) -> Option<(String, &'static str)> {
    let members = || pool.members.iter().enumerate();
    if let Some((_, member)) = members()
        .find(|(at, member)| pool.members.iter().skip(at + 1).any(|other| other.organisation == member.organisation))
    {
        return Some((format!("`{}` is a member twice", member.organisation), "name each member once"));
    }
    let by = |split: Split| pool.gains == split || pool.losses == split;
    if by(Split::Shares) {
        let shares: Option<Vec<Ratio>> = pool.members.iter().map(|member| member.share_percent).collect();
        let Some(shares) = shares else {
            return Some((
                "the pool is split by shares, but not every member has one".to_owned(),
                "write `{ organisation = …, share_percent = … }` for each member",
            ));
        };
        let sum = shares.into_iter().try_fold(Ratio::ZERO, Ratio::plus);
        if sum != Some(Ratio::HUNDRED) {
            let sum = sum.map_or_else(|| "more than can be counted".to_owned(), |sum| sum.to_string());
            return Some((format!("the shares add up to {sum} %"), "make them add up to 100; thirds are \"100/3\""));
        }
    }
    if by(Split::Budget) && pool.members.iter().any(|member| member.budget.is_none()) {
        return Some((
            "the pool is split by budget, but not every member has one".to_owned(),
            "write `{ organisation = …, budget_minor = … }` for each member",
        ));
    }
    None
}
