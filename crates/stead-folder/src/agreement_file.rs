//! An agreement as a file of a place folder: what [`crate::read`] reads back as the same agreement.

use stead_rules::agreement::{
    Activity, Agreement, Benchmark, CellTest, Clause, ClauseRef, Deliver, Duty, EvidenceTable, Formula, HandOver, Lead,
    Pay, Pool, Share, SharedSavings, Terms,
};
use stead_rules::{Day, Minor, Ratio};

/// The text of `agreements/ID.toml`.
pub fn agreement_file(agreement: &Agreement) -> String {
    let mut keys = Keys::default();
    keys.text("title", &agreement.title);
    keys.value("from", agreement.period.from.to_string());
    keys.day("to", Some(agreement.period.to).filter(|to| to.is_finite()));
    keys.value("notice_days", agreement.notice_days.to_string());
    keys.text_or_none("law", agreement.law.as_deref());
    keys.text("currency", &agreement.currency);
    keys.texts("precedence", &agreement.precedence);
    keys.texts("subject_to", &agreement.subject_to);
    keys.texts("places", &agreement.places);
    let party = |party: &stead_rules::Party| {
        let mut fields = Keys::default();
        fields.text("organisation", party.organisation.as_str());
        fields.texts("signatories", &party.signatories);
        if party.signatories.is_empty() { quoted(party.organisation.as_str()) } else { fields.inline() }
    };
    keys.value("parties", list(agreement.parties.iter().map(party)));
    let amends = agreement.amends.iter().map(|amends| {
        let mut fields = Keys::default();
        fields.text("agreement", amends.agreement.as_str());
        fields.texts("clauses", &amends.clauses);
        fields.inline()
    });
    keys.list("amends", amends);
    keys.list("evidence", agreement.evidence.iter().map(evidence));
    let mut file = keys.lines();
    for clause in &agreement.clauses {
        file.push_str("\n[[clause]]\n");
        file.push_str(&clause_keys(agreement, clause).lines());
    }
    let path = format!("agreements/{}.toml", agreement.id);
    crate::format_toml(&path, &file).unwrap_or(file)
}

/// Keys with their values as TOML, in order.
#[derive(Default)]
struct Keys(Vec<(&'static str, String)>);

impl Keys {
    fn value(&mut self, name: &'static str, value: String) {
        self.0.push((name, value));
    }

    fn maybe(&mut self, name: &'static str, value: Option<String>) {
        self.0.extend(value.map(|value| (name, value)));
    }

    fn text(&mut self, name: &'static str, text: &str) {
        self.value(name, quoted(text));
    }

    fn text_or_none(&mut self, name: &'static str, text: Option<&str>) {
        self.maybe(name, text.map(quoted));
    }

    fn day(&mut self, name: &'static str, day: Option<Day>) {
        self.maybe(name, day.map(|day| day.to_string()));
    }

    fn minor(&mut self, name: &'static str, amount: Option<Minor>) {
        self.maybe(name, amount.map(|Minor(amount)| amount.to_string()));
    }

    fn exact(&mut self, name: &'static str, ratio: Option<Ratio>) {
        self.maybe(name, ratio.map(exact));
    }

    fn yes(&mut self, name: &'static str, yes: bool) {
        self.maybe(name, yes.then(|| "true".to_owned()));
    }

    /// A list, left out where it is empty.
    fn list(&mut self, name: &'static str, items: impl ExactSizeIterator<Item = String>) {
        if items.len() > 0 {
            self.value(name, list(items));
        }
    }

    fn texts<T: ToString>(&mut self, name: &'static str, texts: &[T]) {
        self.list(name, texts.iter().map(|text| quoted(&text.to_string())));
    }

    /// Citations: by number alone within the same agreement.
    fn cited(&mut self, name: &'static str, agreement: &Agreement, cited: &[ClauseRef]) {
        let short = |cite: &ClauseRef| {
            if cite.agreement == agreement.id { quoted(cite.clause.as_str()) } else { quoted(&cite.to_string()) }
        };
        self.list(name, cited.iter().map(short));
    }

    fn inline(self) -> String {
        let fields: Vec<_> = self.0.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
        format!("{{ {} }}", fields.join(", "))
    }

    fn lines(self) -> String {
        self.0.into_iter().map(|(name, value)| format!("{name} = {value}\n")).collect()
    }
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A fraction that is no decimal stands in quotes.
fn exact(ratio: Ratio) -> String {
    let text = ratio.to_string();
    if text.contains('/') { quoted(&text) } else { text }
}

fn clause_keys(agreement: &Agreement, clause: &Clause) -> Keys {
    let mut keys = Keys::default();
    keys.text("id", clause.id.as_str());
    keys.text("kind", clause.terms.kind().word());
    keys.text("text", &clause.text);
    match &clause.terms {
        Terms::Share(share) => share_keys(&mut keys, share),
        Terms::Deliver(deliver) => deliver_keys(&mut keys, deliver),
        Terms::HandOver(task) => hand_over_keys(&mut keys, agreement, task),
        Terms::Lead(lead) => lead_keys(&mut keys, lead),
        Terms::Pay(pay) => pay_keys(&mut keys, pay),
        Terms::Pool(pool) => pool_keys(&mut keys, agreement, pool),
        Terms::Duty(duty) => duty_keys(&mut keys, duty),
    }
    if let Some(period) = clause.period {
        keys.day("starts", Some(period.from).filter(|from| *from != agreement.period.from));
        keys.day("ends", Some(period.to).filter(|to| *to != agreement.period.to));
    }
    keys
}

fn share_keys(keys: &mut Keys, share: &Share) {
    keys.texts("from", &share.from);
    keys.texts("to", &share.to);
    keys.texts("categories", &share.categories);
    keys.texts("purposes", &share.purposes);
    keys.text_or_none("group", share.group.as_ref().map(|group| group.as_str()));
    keys.text_or_none("what_for", share.what_for.as_deref());
    keys.text("within", share.within.word());
    keys.texts("professions", &share.professions);
    keys.yes("asks", share.asks);
}

fn deliver_keys(keys: &mut Keys, deliver: &Deliver) {
    keys.texts("from", &deliver.from);
    keys.texts("to", &deliver.to);
    keys.texts("needs", &deliver.needs);
    keys.texts("services", &deliver.services);
    keys.text_or_none("group", deliver.group.as_ref().map(|group| group.as_str()));
    keys.maybe(
        "level",
        deliver
            .level
            .map(|level| format!("{{ within_days = {}, percent = {} }}", level.within_days, exact(level.percent))),
    );
}

fn hand_over_keys(keys: &mut Keys, agreement: &Agreement, task: &HandOver) {
    keys.texts("needs", &task.needs);
    keys.texts("services", &task.services);
    keys.text("from", task.from.as_str());
    keys.texts("to", &task.to);
    keys.text("mode", task.mode.word());
    keys.texts("professions", &task.professions);
    keys.text_or_none("competence", task.competence.as_deref());
    keys.text("liability", task.liability.as_str());
    keys.cited("paid_by", agreement, &task.paid_by);
    keys.maybe(
        "protection",
        task.protection.as_ref().map(|protection| {
            let mut fields = Keys::default();
            fields.exact("stop_loss_percent", Some(protection.stop_loss_percent));
            fields.value("years", protection.years.to_string());
            fields.list("taper_percent", protection.taper_percent.iter().copied().map(exact));
            fields.inline()
        }),
    );
}

fn lead_keys(keys: &mut Keys, lead: &Lead) {
    keys.text("organisation", lead.organisation.as_str());
    keys.text("profession", lead.profession.as_str());
    keys.yes("clinician", lead.clinician);
    keys.text_or_none("role", lead.role.as_deref());
    keys.text_or_none("person", lead.person.as_deref());
    keys.texts("needs", &lead.needs);
    keys.texts("services", &lead.services);
}

fn duty_keys(keys: &mut Keys, duty: &Duty) {
    keys.text("owner", duty.owner.as_str());
    keys.day("due", Some(duty.due));
    keys.maybe("every_months", duty.every_months.map(|months| months.to_string()));
    keys.texts("withholds", &duty.withholds);
    keys.texts("withholds_from", &duty.withholds_from);
}

fn pool_keys(keys: &mut Keys, agreement: &Agreement, pool: &Pool) {
    let members = pool.members.iter().map(|member| {
        let mut fields = Keys::default();
        fields.text("organisation", member.organisation.as_str());
        fields.minor("budget_minor", member.budget);
        fields.exact("share_percent", member.share_percent);
        fields.inline()
    });
    keys.list("members", members);
    keys.minor("amount_minor", pool.amount);
    keys.cited("clauses", agreement, &pool.clauses);
    keys.text("gains", pool.gains.word());
    keys.text("losses", pool.losses.word());
}

fn pay_keys(keys: &mut Keys, pay: &Pay) {
    keys.text("from", pay.from.as_str());
    keys.texts("to", &pay.to);
    keys.texts("services", &pay.services);
    keys.texts("needs", &pay.needs);
    keys.text_or_none("group", pay.group.as_ref().map(|group| group.as_str()));
    keys.text_or_none("attribution", pay.attribution.map(|by| by.word()));
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

fn evidence(table: &EvidenceTable) -> String {
    let mut fields = Keys::default();
    fields.text("id", &table.id);
    fields.texts("row", &table.row);
    fields.text("organisation_column", &table.organisation);
    if let Some(year) = &table.year {
        fields.text("year_column", &year.column);
        fields.value("year_begins_in_month", year.begins_in_month.to_string());
    }
    fields.texts("empty", &table.empty);
    let total = |total: &stead_rules::agreement::EvidenceTotal| {
        let mut fields = Keys::default();
        fields.text("column", &total.column);
        fields.texts("without", &total.without);
        fields.inline()
    };
    fields.list("total", table.totals.iter().map(total));
    fields.inline()
}

fn test(test: &CellTest) -> String {
    let mut fields = Keys::default();
    fields.text("column", &test.column);
    fields.texts("is", &test.is);
    fields.inline()
}

fn activity_keys(fields: &mut Keys, activity: &Activity) {
    fields.text_or_none("tariff", activity.tariff.as_deref());
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
