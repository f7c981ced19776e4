//! The clauses about money, as they stand in the file.

use stead_rules::Agreement;
use stead_rules::agreement::{Activity, Benchmark, Catchment, Formula, PaidIn, Pay, Pool, PrimaryCare, SharedSavings};

use super::{Keys, exact, quoted, test};

pub(super) fn pool_keys(keys: &mut Keys, agreement: &Agreement, pool: &Pool) {
    let members = pool.members.iter().map(|member| {
        let mut fields = Keys::default();
        fields.text("organisation", member.organisation.as_str());
        fields.minor("budget_minor", member.budget);
        fields.exact("share_percent", member.share_percent);
        fields.inline()
    });
    keys.list("members", members);
    keys.maybe("paid_in", pool.paid_in.as_ref().map(paid_in));
    keys.cited("clauses", agreement, &pool.clauses);
    keys.text("gains", pool.gains.word());
    keys.text("losses", pool.losses.word());
}

fn paid_in(paid_in: &PaidIn) -> String {
    let mut fields = Keys::default();
    fields.text("from", paid_in.from.as_str());
    fields.minor("amount_minor", Some(paid_in.amount));
    fields.text("per", paid_in.per.word());
    fields.inline()
}

pub(super) fn pay_keys(keys: &mut Keys, pay: &Pay) {
    keys.text("from", pay.from.as_str());
    keys.texts("to", &pay.to);
    keys.texts("services", &pay.services);
    keys.texts("needs", &pay.needs);
    keys.text_or_none("group", pay.group.as_ref().map(|group| group.as_str()));
    keys.text_or_none("attribution", pay.attribution.map(|by| by.word()));
    keys.maybe("primary_care", pay.primary_care.as_deref().map(primary_care));
    keys.list("catchment", pay.catchment.iter().map(catchment));
    let mut fields = Keys::default();
    let name = match &pay.formula {
        Formula::Activity(activity) => {
            activity_keys(&mut fields, activity);
            "activity"
        }
        Formula::Block { amount, per } => {
            fields.minor("amount_minor", Some(*amount));
            fields.text("per", per.word());
            "block"
        }
        Formula::Blended(blended) => {
            fields.minor("fixed_minor", Some(blended.fixed));
            fields.text("per", blended.per.word());
            fields.minor("expected_minor", Some(blended.expected));
            let mut activity = Keys::default();
            activity_keys(&mut activity, &blended.activity);
            fields.value("activity", activity.inline());
            fields.exact("threshold_percent", Some(blended.threshold_percent));
            fields.exact("above_percent", Some(blended.above_percent));
            fields.exact("below_percent", Some(blended.below_percent));
            "blended"
        }
        Formula::Capitation(capitation) => {
            fields.minor("amount_minor", Some(capitation.amount));
            fields.text("per", capitation.per.word());
            let weight = |weight: &stead_rules::agreement::Weight| {
                format!("{{ group = {}, times = {} }}", quoted(weight.group.as_str()), exact(weight.times))
            };
            fields.list("weight", capitation.weights.iter().map(weight));
            fields.text_or_none("weight_column", capitation.weight_column.as_deref());
            "capitation"
        }
        Formula::Bundle(bundle) => {
            fields.minor("amount_minor", Some(bundle.amount));
            fields.text("span", bundle.span.word());
            fields.texts("covers", &bundle.covers);
            "bundle"
        }
        Formula::Incentive(incentive) => {
            fields.text("measure", &incentive.measure);
            fields.exact("points", Some(incentive.points));
            fields.minor("point_minor", Some(incentive.amount_per_point));
            fields.exact("lower_percent", Some(incentive.lower_percent));
            fields.exact("upper_percent", Some(incentive.upper_percent));
            fields.maybe("list_size", incentive.list_size.map(|size| size.to_string()));
            fields.exact("prevalence_percent", incentive.prevalence_percent);
            "incentive"
        }
        Formula::SharedSavings(savings) => {
            savings_keys(&mut fields, savings);
            "shared_savings"
        }
        Formula::Stated { column } => {
            fields.text("column", column);
            "stated"
        }
    };
    keys.value(name, fields.inline());
    if let Some(brought) = &pay.evidence {
        let mut fields = Keys::default();
        fields.text("table", &brought.table);
        fields.list("where", brought.rows.iter().map(test));
        keys.value("evidence", fields.inline());
    }
}

fn primary_care(care: &PrimaryCare) -> String {
    let mut fields = Keys::default();
    fields.texts("services", &care.services);
    fields.texts("professions", &care.professions);
    fields.texts("second_step", &care.second_step);
    fields.texts("at_least_one", &care.at_least_one);
    fields.maybe("months", care.months.map(|months| months.to_string()));
    fields.inline()
}

fn catchment(catchment: &Catchment) -> String {
    let mut fields = Keys::default();
    fields.text("organisation", catchment.organisation.as_str());
    fields.texts("areas", &catchment.areas);
    fields.inline()
}

fn activity_keys(fields: &mut Keys, activity: &Activity) {
    fields.text_or_none("tariff", activity.tariff.as_ref().map(|tariff| tariff.as_str()));
    let price = |price: &stead_rules::agreement::Price| {
        let mut fields = Keys::default();
        fields.text_or_none("contact", price.contact.as_deref());
        fields.text_or_none("service", price.service.as_ref().map(|kind| kind.as_str()));
        fields.text_or_none("profession", price.profession.as_ref().map(|who| who.as_str()));
        fields.text_or_none("site", price.site.as_ref().map(|site| site.as_str()));
        fields.minor("amount_minor", Some(price.amount));
        fields.inline()
    };
    fields.list("price", activity.prices.iter().map(price));
    fields.minor("cap_minor", activity.cap);
    fields.minor("floor_minor", activity.floor);
    let band = |band: &stead_rules::agreement::Band| {
        format!("{{ above_contacts = {}, percent = {} }}", band.above_contacts, exact(band.percent))
    };
    fields.list("band", activity.bands.iter().map(band));
}

fn savings_keys(fields: &mut Keys, savings: &SharedSavings) {
    match &savings.benchmark {
        Benchmark::PerMember(amount) => fields.minor("benchmark_minor", Some(*amount)),
        Benchmark::Column(column) => fields.text("benchmark_column", column),
    }
    let rate = |rate: &stead_rules::agreement::SavingsRate| {
        format!("{{ members = {}, percent = {} }}", rate.members, exact(rate.percent))
    };
    fields.text_or_none("spend_column", savings.spend_column.as_deref());
    fields.text_or_none("members_column", savings.members_column.as_deref());
    fields.list("savings_min", savings.savings_min.iter().map(rate));
    fields.yes("savings_min_linear", savings.savings_min_linear);
    fields.text_or_none("savings_min_column", savings.savings_min_column.as_deref());
    if let Some(below) = &savings.below_min {
        let mut inner = Keys::default();
        inner.exact("percent", Some(below.percent));
        inner.list("where", below.rows.iter().map(test));
        fields.value("below_min", inner.inline());
    }
    fields.list("unshared_where", savings.unshared_where.iter().map(test));
    fields.exact("sharing_percent", Some(savings.sharing_percent));
    fields.text_or_none("quality_column", savings.quality_column.as_deref());
    fields.exact("quality_gate_percent", savings.quality_gate_percent);
    fields.yes("quality_scales", savings.quality_scales);
    fields.list("whole_where", savings.whole_where.iter().map(test));
    fields.list("scaled_where", savings.scaled_where.iter().map(test));
    fields.exact("cap_percent", savings.cap_percent);
    fields.exact("loss_percent", savings.loss_percent);
    if let Some(range) = savings.loss_by_quality {
        let (least, most) = (exact(range.percent_min), exact(range.percent_max));
        fields.value("loss_by_quality", format!("{{ percent_min = {least}, percent_max = {most} }}"));
    }
    fields.text_or_none("loss_relief_column", savings.loss_relief_column.as_deref());
    fields.exact("loss_cap_percent", savings.loss_cap_percent);
    fields.exact("sequestration_percent", savings.sequestration_percent);
}
