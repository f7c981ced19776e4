//! A list of members as a FHIR R4 `Group`, in the shape of the Da Vinci Member Attribution List.
//!
//! | list | Group |
//! | --- | --- |
//! | whose list | `managingEntity`, as a reference to Organization by identifier |
//! | by which clause | `identifier`; the time in the extension `ext-contractValidityPeriod` |
//! | who made a member theirs | the member's extension `ext-attributedProvider` |
//! | from when to when | `member.period`, whose `end` is the last day inside; left out where she is a member still |
//! | who came and left | the member's extension `ext-changeType`: `new`, `dropped`, `changed`, `nochange` |
//! | by which insurance | the member's extension `ext-coverageReference`, where records hold a Coverage |
//!
//! Where records hold none, that extension, which the guide wants, is missing. The Group does not claim to be of the guide's profile.

use serde_json::{Map, Value, json};
use stead_rules::attribution::Change;
use stead_rules::{ClauseRef, Day, OrganisationId, Period};

use crate::contract::{CLAUSE, organisation};

/// Where the guide's extensions are described.
const GUIDE: &str = "http://hl7.org/fhir/us/davinci-atr/StructureDefinition";
/// What citizens' ids in a lake are.
const CITIZEN: &str = "https://stead.example/citizen";

/// A citizen on a list of members, over a time without a break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMember {
    /// Her id in the lake.
    pub citizen: String,
    /// The leading record of her, as its source calls it: `Patient/12`.
    pub record: Option<String>,
    /// The insurance that she had, as its source calls it: `Coverage/3`.
    pub coverage: Option<String>,
    /// The part of the organisation that made her its.
    pub provider: Option<OrganisationId>,
    /// From when to when.
    pub period: Period,
    /// Whether she is a member still on the last day.
    pub is_active: bool,
    /// What became of her.
    pub change: Change,
}

/// The list of an organisation's members by a clause, over a time.
pub fn member_list(
    clause: &ClauseRef,
    whose: (&OrganisationId, &str),
    time: Period,
    members: &[ListedMember],
) -> Value {
    let (id, name) = whose;
    let mut entity = organisation(id);
    if let Some(fields) = entity.as_object_mut() {
        fields.insert("display".to_owned(), json!(name));
    }
    json!({
        "resourceType": "Group",
        "id": fhir_id(&format!("{clause} {id}")),
        "extension": [{ "url": format!("{GUIDE}/ext-contractValidityPeriod"), "valuePeriod": period(time, true) }],
        "identifier": [{ "system": CLAUSE, "value": clause.to_string() }],
        "active": true,
        "type": "person",
        "actual": true,
        "name": format!("Members of {name} by {clause}"),
        "quantity": members.iter().filter(|member| member.is_active).count(),
        "managingEntity": entity,
        "member": members.iter().map(member).collect::<Vec<_>>(),
    })
}

fn member(member: &ListedMember) -> Value {
    let change = match member.change {
        Change::New => "new",
        Change::Dropped => "dropped",
        Change::Changed => "changed",
        Change::Same => "nochange",
    };
    let mut extensions = vec![json!({ "url": format!("{GUIDE}/ext-changeType"), "valueCode": change })];
    if let Some(provider) = &member.provider {
        let reference = organisation(provider);
        extensions.push(json!({ "url": format!("{GUIDE}/ext-attributedProvider"), "valueReference": reference }));
    }
    if let Some(coverage) = &member.coverage {
        let reference = json!({ "reference": coverage });
        extensions.push(json!({ "url": format!("{GUIDE}/ext-coverageReference"), "valueReference": reference }));
    }
    let mut entity = Map::new();
    if let Some(record) = &member.record {
        entity.insert("reference".to_owned(), json!(record));
    }
    entity.insert("type".to_owned(), json!("Patient"));
    entity.insert("identifier".to_owned(), json!({ "system": CITIZEN, "value": member.citizen }));
    json!({
        "extension": extensions,
        "entity": entity,
        "period": period(member.period, !member.is_active),
        "inactive": !member.is_active,
    })
}

/// As FHIR has it: the last day inside.
fn period(period: Period, has_ended: bool) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, day: Day| fields.insert(name.to_owned(), json!(day.to_string()));
    if period.from.is_finite() {
        put("start", period.from);
    }
    if has_ended && period.to.is_finite() {
        put("end", period.to.plus_days(-1));
    }
    Value::Object(fields)
}

/// Letters, digits, hyphens and points, at most 64 of them.
fn fhir_id(text: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.') { letter } else { '-' };
    text.chars().map(plain).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_who_left_has_a_last_day_and_one_who_stays_has_none() {
        let time = Period::new("2026-04-01".parse().unwrap(), "2026-11-01".parse().unwrap()).unwrap();
        let clause = ClauseRef { agreement: "pooled-fund".into(), clause: "1".into() };
        let member = |citizen: &str, to: &str, change| ListedMember {
            citizen: citizen.to_owned(),
            record: Some(format!("Patient/{citizen}")),
            coverage: (citizen == "a").then(|| "Coverage/1".to_owned()),
            provider: Some("quay-street-surgery".into()),
            period: Period::new(time.from, to.parse().unwrap()).unwrap(),
            is_active: change == Change::Same,
            change,
        };
        let members = [member("a", "2026-11-01", Change::Same), member("b", "2026-06-01", Change::Dropped)];
        let group = member_list(&clause, (&"gp-federation".into(), "GP Federation"), time, &members);
        assert_eq!(group["id"], "pooled-fund-1-gp-federation");
        assert_eq!(group["quantity"], 1);
        assert_eq!(group["managingEntity"]["identifier"]["value"], "gp-federation");
        let stays = json!({
            "extension": [
                { "url": format!("{GUIDE}/ext-changeType"), "valueCode": "nochange" },
                {
                    "url": format!("{GUIDE}/ext-attributedProvider"),
                    "valueReference": organisation(&"quay-street-surgery".into()),
                },
                { "url": format!("{GUIDE}/ext-coverageReference"), "valueReference": { "reference": "Coverage/1" } },
            ],
            "entity": {
                "reference": "Patient/a",
                "type": "Patient",
                "identifier": { "system": CITIZEN, "value": "a" },
            },
            "period": { "start": "2026-04-01" },
            "inactive": false,
        });
        assert_eq!(group["member"][0], stays);
        assert_eq!(group["member"][1]["period"], json!({ "start": "2026-04-01", "end": "2026-05-31" }));
        assert_eq!(group["member"][1]["inactive"], true);
    }
}
