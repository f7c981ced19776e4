//! FHIR R4 `Consent` as choices.
//!
//! A consent's root rule and each rule nested in it become a choice, where they say `permit` or `deny`. A consent without
//! such a rule says what its policy rule says: `OPTIN` permits, `OPTOUT` objects. A consent under a policy whose address
//! names `national-data-opt-out` is the national opt-out.
//!
//! What is not understood is said to be so, and nothing of that consent is taken: half an objection would be none.

use serde_json::Value;
use stead_rules::choice::{Choice, ChoiceKind};
use stead_rules::purpose::Purpose;
use stead_rules::{CategoryId, CitizenId, Day, Definitions, OrganisationId, Period};

/// What a consent says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Consent {
    /// Its id.
    pub id: String,
    /// The id of the patient's record.
    pub patient: String,
    /// What it means for what was recorded of it.
    pub status: Status,
    /// What it says, while it is in force; the citizen is the patient's record.
    pub choices: Vec<Choice>,
}

/// What becomes of a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It is in force.
    Active,
    /// It no longer is, from this day on.
    Over(Day),
    /// It should never have been there.
    Mistaken,
    /// It is not in force yet.
    NotYet,
}

/// Reads a consent. `today` is the first day of one that names none.
pub(super) fn consent(resource: &Value, definitions: &Definitions, today: Day) -> Result<Consent, String> {
    let id = text(resource, "id").ok_or("it has no id")?.to_owned();
    let patient = resource.get("patient").and_then(|patient| reference(patient, "Patient"));
    let patient = patient.ok_or("it names no patient by `Patient/ID`")?;
    let written = text(resource, "dateTime").and_then(day);
    let status = match text(resource, "status") {
        Some("active") => Status::Active,
        Some("draft" | "proposed") => Status::NotYet,
        Some("rejected" | "inactive") => Status::Over(written.unwrap_or(today)),
        Some("entered-in-error") => Status::Mistaken,
        other => return Err(format!("its status `{}` is unknown", other.unwrap_or_default())),
    };
    let mut reading =
        Reading { definitions, id: &id, patient: &patient, from: written.unwrap_or(today), choices: vec![] };
    if status == Status::Active {
        reading.consent(resource)?;
    }
    let choices = reading.choices;
    Ok(Consent { id, patient, status, choices })
}

struct Reading<'a> {
    definitions: &'a Definitions,
    id: &'a str,
    patient: &'a str,
    from: Day,
    choices: Vec<Choice>,
}

impl Reading<'_> {
    fn consent(&mut self, resource: &Value) -> Result<(), String> {
        let policies = list(resource, "policy").filter_map(|policy| text(policy, "uri"));
        if policies.into_iter().any(|uri| uri.contains("national-data-opt-out")) {
            let empty = Value::Null;
            return self.rule(resource.get("provision").unwrap_or(&empty), ChoiceKind::OptOut);
        }
        let provision = resource.get("provision");
        let nested: Vec<&Value> = provision.into_iter().flat_map(|provision| list(provision, "provision")).collect();
        let own = provision.and_then(kind).transpose()?;
        let base = match resource.get("policyRule").and_then(|rule| codes(rule).next()) {
            Some("OPTOUT" | "OPTOUTE") => Some(ChoiceKind::Objection),
            Some("OPTIN" | "OPTINR") => Some(ChoiceKind::Permission),
            _ => None,
        };
        match (own.or(base.filter(|_| nested.is_empty())), provision) {
            (Some(kind), provision) => self.rule(provision.unwrap_or(&Value::Null), kind)?,
            (None, _) if nested.is_empty() => return Err("it neither permits nor denies anything".to_owned()),
            (None, _) => {}
        }
        // An opt-out with exceptions is an objection to all, and an objection always wins: the exceptions would be lost.
        if own.is_none() && base == Some(ChoiceKind::Objection) && !nested.is_empty() {
            return Err("it denies everything but for exceptions, and an objection has none here".to_owned());
        }
        for rule in nested {
            if list(rule, "provision").next().is_some() {
                return Err("it has exceptions to exceptions".to_owned());
            }
            let kind = kind(rule).transpose()?.ok_or("one of its rules neither permits nor denies")?;
            if own == Some(ChoiceKind::Objection) && kind == ChoiceKind::Permission {
                return Err("it denies with exceptions, and an objection has none here".to_owned());
            }
            self.rule(rule, kind)?;
        }
        Ok(())
    }

    fn rule(&mut self, rule: &Value, kind: ChoiceKind) -> Result<(), String> {
        if let Some(unknown) = ["data", "dataPeriod", "action"].into_iter().find(|key| rule.get(key).is_some()) {
            return Err(format!("it is about some records only (`{unknown}`), which cannot be told apart here"));
        }
        let mut choice = Choice {
            id: format!("consent-{}-{}", self.id, self.choices.len() + 1).into(),
            citizen: CitizenId::from(self.patient),
            kind,
            organisations: vec![],
            professions: vec![],
            categories: vec![],
            purposes: vec![],
            period: self.period(rule)?,
            source: Some(format!("Consent/{}", self.id).into()),
        };
        for actor in list(rule, "actor") {
            let who = actor.get("reference").ok_or("an actor is named by no reference")?;
            choice.organisations.push(self.organisation(who)?);
        }
        for coding in list(rule, "purpose") {
            let code = text(coding, "code").unwrap_or_default();
            choice.purposes.push(Purpose::of(code).ok_or_else(|| format!("its purpose `{code}` is unknown"))?);
        }
        for coding in list(rule, "class").chain(list(rule, "securityLabel")) {
            choice.categories.extend(self.categories(text(coding, "code").unwrap_or_default())?);
        }
        for concept in list(rule, "code") {
            let mut found = Vec::new();
            for code in codes(concept) {
                found.extend(self.categories(code).unwrap_or_default());
            }
            if found.is_empty() {
                return Err("it is about codes that are no category of record here".to_owned());
            }
            choice.categories.extend(found);
        }
        choice.categories.sort();
        choice.categories.dedup();
        self.choices.push(choice);
        Ok(())
    }

    fn period(&self, rule: &Value) -> Result<Period, String> {
        let at = |key: &str| match rule.get("period").and_then(|period| text(period, key)) {
            Some(time) => day(time).map(Some).ok_or_else(|| format!("`{time}` is no day")),
            None => Ok(None),
        };
        // FHIR's end is the last day inside.
        let end = at("end")?.map_or(Day::FOREVER, |last| last.plus_days(1));
        let from = at("start")?.unwrap_or(self.from);
        Period::new(from, end).ok_or_else(|| format!("it ends on {end} before it begins on {from}"))
    }

    /// The organisation that is referred to: by its id, or by its code, where a folder says which those are.
    fn organisation(&self, who: &Value) -> Result<OrganisationId, String> {
        let id = reference(who, "Organization");
        let code = who.get("identifier").and_then(|identifier| text(identifier, "value")).map(str::to_owned);
        let named = id.or(code).ok_or("one of its actors is no organisation")?;
        let known = &self.definitions.organisations;
        if known.is_empty() {
            return Ok(named.into());
        }
        let found =
            known.iter().find(|one| *one.id.as_str() == *named || one.codes.iter().any(|code| **code == *named));
        found.map(|one| one.id.clone()).ok_or_else(|| format!("the place has no organisation `{named}`"))
    }

    /// The categories of a code: a category's own id, a security label, or a type of resource.
    fn categories(&self, code: &str) -> Result<Vec<CategoryId>, String> {
        let all = self.definitions.all_categories();
        let narrow = |list: &[std::sync::Arc<str>]| list.iter().any(|it| **it == *code);
        let own = all.iter().filter(|it| it.id.as_str() == code || narrow(&it.labels)).map(|it| it.id.clone());
        let own: Vec<CategoryId> = own.collect();
        if !own.is_empty() {
            return Ok(own);
        }
        let of_type = all.iter().filter(|it| narrow(&it.resources) && it.part_of.is_none());
        let of_type: Vec<CategoryId> = of_type.map(|it| it.id.clone()).collect();
        if of_type.is_empty() { Err(format!("`{code}` is no category of record here")) } else { Ok(of_type) }
    }
}

fn kind(rule: &Value) -> Option<Result<ChoiceKind, String>> {
    match text(rule, "type")? {
        "permit" => Some(Ok(ChoiceKind::Permission)),
        "deny" => Some(Ok(ChoiceKind::Objection)),
        other => Some(Err(format!("`{other}` neither permits nor denies"))),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn codes(concept: &Value) -> impl Iterator<Item = &str> {
    list(concept, "coding").filter_map(|coding| text(coding, "code"))
}

/// The id of a reference to a resource of a type, however its address begins.
fn reference(value: &Value, kind: &str) -> Option<String> {
    let (before, id) = text(value, "reference")?.rsplit_once('/')?;
    let fits = before == kind || before.ends_with(&format!("/{kind}"));
    (fits && !id.is_empty()).then(|| id.to_owned())
}

/// The day of a date or a time.
fn day(text: &str) -> Option<Day> {
    text.get(..10)?.parse().ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may fail loudly")]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(resource: &Value) -> Result<Consent, String> {
        consent(resource, &Definitions::default(), Day::from_epoch_days(20_000))
    }

    fn deny(rule: &Value) -> Value {
        let mut provision = rule.clone();
        provision["type"] = "deny".into();
        json!({
            "resourceType": "Consent", "id": "c1", "status": "active", "dateTime": "2026-03-01T10:00:00Z",
            "patient": { "reference": "https://practice.example/Patient/essay-citizen" }, "provision": provision,
        })
    }

    #[test]
    fn her_objection_to_the_pharmacy_seeing_mental_health_notes_is_read() {
        let consent = read(&deny(&json!({
            "period": { "end": "2026-12-31" },
            "actor": [{ "role": {}, "reference": { "reference": "Organization/harbour-pharmacy" } }],
            "securityLabel": [{ "code": "MH" }],
            "purpose": [{ "code": "TREAT" }],
        })));
        let consent = consent.unwrap();
        let [choice] = &consent.choices[..] else { panic!("{consent:?}") };
        assert_eq!((consent.patient.as_str(), choice.kind), ("essay-citizen", ChoiceKind::Objection));
        assert_eq!(choice.organisations, [OrganisationId::from("harbour-pharmacy")]);
        assert_eq!(choice.categories, [CategoryId::from("mental-health")]);
        assert_eq!(choice.purposes, [Purpose::Treatment]);
        assert_eq!(choice.period.to_string(), "2026-03-01..2027-01-01");
    }

    #[test]
    fn a_type_of_resource_is_the_category_that_has_it() {
        let consent = read(&deny(&json!({ "class": [{ "code": "MedicationRequest" }] }))).unwrap();
        assert_eq!(consent.choices[0].categories, [CategoryId::from("medication")]);
    }

    #[test]
    fn what_is_not_understood_is_not_taken_by_half() {
        for (rule, why) in [
            (json!({ "purpose": [{ "code": "XYZ" }] }), "its purpose `XYZ` is unknown"),
            (json!({ "class": [{ "code": "Basket" }] }), "`Basket` is no category of record here"),
            (json!({ "data": [] }), "it is about some records only (`data`), which cannot be told apart here"),
            (
                json!({ "actor": [{ "reference": { "reference": "Device/1" } }] }),
                "one of its actors is no organisation",
            ),
            (
                json!({ "provision": [{ "type": "permit" }] }),
                "it denies with exceptions, and an objection has none here",
            ),
        ] {
            assert_eq!(read(&deny(&rule)).unwrap_err(), why);
        }
    }

    #[test]
    fn the_national_opt_out_is_known_by_its_policy() {
        let mut resource = deny(&json!({}));
        resource["policy"] = json!([{ "uri": "https://digital.nhs.uk/services/national-data-opt-out" }]);
        assert_eq!(read(&resource).unwrap().choices[0].kind, ChoiceKind::OptOut);
    }

    #[test]
    fn a_policy_rule_says_what_no_rule_does() {
        let mut resource = deny(&json!({}));
        resource["provision"] = Value::Null;
        assert!(read(&resource).is_err());
        resource["policyRule"] = json!({ "coding": [{ "code": "OPTOUT" }] });
        assert_eq!(read(&resource).unwrap().choices[0].kind, ChoiceKind::Objection);
    }

    #[test]
    fn one_that_is_over_says_since_when() {
        let mut resource = deny(&json!({}));
        resource["status"] = "inactive".into();
        assert_eq!(read(&resource).unwrap().status, Status::Over("2026-03-01".parse().unwrap()));
    }
}
