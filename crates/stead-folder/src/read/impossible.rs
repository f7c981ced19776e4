//! Terms of payment that no payment could follow, whatever the figures: each at its key, with what to do about it.

use stead_rules::agreement::{Activity, Capitation, Formula, Pool, SharedSavings, Split};
use stead_rules::{Minor, Ratio};

/// The key at which it stands, what is wrong, and what to do about it.
type Impossible = (&'static str, String, &'static str);

/// What no payment could follow.
pub(super) fn formula(formula: &Formula) -> Option<Impossible> {
    match formula {
        Formula::Activity(terms) => activity(terms),
        Formula::Blended(blended) => activity(&blended.activity),
        Formula::SharedSavings(savings) => self::savings(savings),
        Formula::Incentive(incentive) if incentive.lower_percent >= incentive.upper_percent => {
            let (lower, upper) = (incentive.lower_percent, incentive.upper_percent);
            Some((
                "upper_percent",
                format!("the upper threshold ({upper} %) is not above the lower one ({lower} %)"),
                "write `lower_percent` less than `upper_percent`",
            ))
        }
        Formula::Incentive(incentive) if incentive.prevalence_percent == Some(Ratio::ZERO) => Some((
            "prevalence_percent",
            "the usual prevalence is 0 %, and nothing can be held against that".to_owned(),
            "write how many of a hundred usually have the condition, or leave `prevalence_percent` out",
        )),
        Formula::Capitation(capitation) => weights(capitation),
        _ => None,
    }
}

fn weights(capitation: &Capitation) -> Option<Impossible> {
    let (weighed, most) = (capitation.weights.len(), Capitation::WEIGHTS_MAX);
    if weighed > most {
        let message = format!("{weighed} groups are weighed, and no more than {most} can be");
        return Some(("weight", message, "weigh fewer groups, or let two clauses pay for different groups"));
    }
    if let Some(weight) = capitation.weights.iter().find(|weight| weight.times == Ratio::ZERO) {
        let message = format!("who is in `{}` would weigh nothing", weight.group);
        return Some((
            "weight",
            message,
            "write a weight above 0; who is not to be paid for is left out by the clause's `group`",
        ));
    }
    let twice = (1..).zip(&capitation.weights);
    let mut twice =
        twice.filter(|(at, weight)| capitation.weights.iter().skip(*at).any(|other| other.group == weight.group));
    let (_, weight) = twice.next()?;
    Some(("weight", format!("`{}` is weighed twice", weight.group), "keep one weight for each group"))
}

fn activity(activity: &Activity) -> Option<Impossible> {
    if let (Some(Minor(floor)), Some(Minor(cap))) = (activity.floor, activity.cap)
        && floor > cap
    {
        let message = format!("the floor ({floor}) is above the cap ({cap})");
        return Some((
            "floor_minor",
            message,
            "no sum is both no less than the floor and no more than the cap: lower the floor",
        ));
    }
    let bands = activity.bands.iter().zip(activity.bands.iter().skip(1));
    let mut disordered = bands.filter(|(band, next)| next.above_contacts <= band.above_contacts);
    let (band, next) = disordered.next()?;
    let message = format!("the band above {} stands after the one above {}", next.above_contacts, band.above_contacts);
    Some(("band", message, "bands overlap unless they stand in order, each from more contacts on than the one before"))
}

/// What could not be settled.
fn savings(savings: &SharedSavings) -> Option<Impossible> {
    if let Some(range) = savings.loss_by_quality
        && range.percent_min > range.percent_max
    {
        let (least, most) = (range.percent_min, range.percent_max);
        let message = format!("losses are borne at no less than {least} % and no more than {most} %");
        return Some(("loss_by_quality", message, "write `percent_min` no more than `percent_max`"));
    }
    if savings.loss_cap_percent.is_some() && savings.loss_percent.is_none() && savings.loss_by_quality.is_none() {
        let message = "losses are capped, and none are borne".to_owned();
        return Some((
            "loss_cap_percent",
            message,
            "add `loss_percent` or `loss_by_quality`, or leave `loss_cap_percent` out",
        ));
    }
    let mut by_size = savings.savings_min.clone();
    by_size.sort_unstable();
    let pairs = by_size.iter().zip(by_size.iter().skip(1));
    if let Some((few, many)) =
        pairs.into_iter().find(|(few, many)| few.members < many.members && few.percent < many.percent)
    {
        let message = format!(
            "from {} members on the least rate is {} %, more than the {} % from {} on",
            many.members, many.percent, few.percent, few.members
        );
        return Some(("savings_min", message, "the more members, the less is chance: let the rates fall"));
    }
    let mut twice = (1..).zip(&savings.savings_min);
    let (_, rate) =
        twice.find(|(at, rate)| savings.savings_min.iter().skip(*at).any(|it| it.members == rate.members))?;
    Some(("savings_min", format!("there are two least rates from {} members on", rate.members), "keep one of them"))
}

/// What no pool could be split by.
pub(super) fn pool(pool: &Pool) -> Option<(String, &'static str)> {
    let members = || pool.members.iter().enumerate();
    if let Some((_, member)) = members()
        .find(|(at, member)| pool.members.iter().skip(at + 1).any(|other| other.organisation == member.organisation))
    {
        return Some((format!("`{}` is a member twice", member.organisation), "name each member once"));
    }
    if pool.clauses.is_empty() && pool.paid_in.is_none() {
        return Some((
            "nothing is in the pool".to_owned(),
            "name in `clauses` what it holds, or say in `paid_in` who pays what",
        ));
    }
    if let [member] = pool.members.as_slice() {
        return Some((format!("`{}` would share with nobody", member.organisation), "name at least two members"));
    }
    let twice =
        (1..).zip(&pool.clauses).find(|(at, clause)| pool.clauses.iter().skip(*at).any(|other| other == *clause));
    if let Some((_, clause)) = twice {
        return Some((format!("what `{clause}` brings would be in the pool twice"), "name each clause once"));
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
    if by(Split::Budget) && pool.members.iter().all(|member| member.budget == Some(Minor::ZERO)) {
        let message = "the pool is split by budget, and nobody has any".to_owned();
        return Some((message, "write a budget above 0 for somebody, or split it by something else"));
    }
    if by(Split::Budget) && pool.members.iter().any(|member| member.budget.is_none()) {
        return Some((
            "the pool is split by budget, but not every member has one".to_owned(),
            "write `{ organisation = …, budget_minor = … }` for each member",
        ));
    }
    None
}
