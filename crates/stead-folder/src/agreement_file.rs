//! An agreement as a file of a place folder: what [`crate::read`] reads back as the same agreement.

mod money;

use stead_rules::agreement::{
    Agreement, CellTest, Clause, ClauseRef, Deliver, Duty, EvidenceTable, HandOver, Lead, Share, Terms,
};
use stead_rules::{Day, Minor, Ratio};

use money::{pay_keys, pool_keys};

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
    fields.texts("otherwise", &test.otherwise);
    fields.inline()
}
