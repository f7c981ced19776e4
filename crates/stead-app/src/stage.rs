//! "Are we a place yet?": five answers, each from evidence, and none where nothing is known.
//!
//! | answer | from |
//! | --- | --- |
//! | signed | signatures in the registry that hold, under the founding agreement |
//! | data flowing | the latest run: links in circles that an agreement opens |
//! | delivery | the latest run: needs that somebody owns, and that are met |
//! | money | pay clauses in force; shares of cost once money is settled |
//! | clinical lead | `lead` clauses of the founding agreement |

use std::path::Path;

use serde::{Deserialize, Serialize};
use stead_folder::Folder;
use stead_lake::Address;
use stead_registry::RegistryAddress;
use stead_rules::agreement::{Agreement, AgreementStanding, Lead, Stage, Terms, TermsKind, place_stage};
use stead_rules::{Day, Definitions, Place, PlaceId};

use crate::error::AppError;
use crate::registry::if_there;
use crate::signing::{Known, known, standings_of, version};
use crate::sql::{Asked, is_outdated, latest_run};

/// The version of the report's shape; a reader that knows this number understands every field.
pub const STAGE_VERSION: u32 = 1;

/// Fewer citizens than these say too much about each of them.
const CITIZENS_MIN: u64 = 100;

/// How far a place has come.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceStage {
    /// [`STAGE_VERSION`].
    pub version: u32,
    /// The place's id.
    pub place: String,
    /// Its name.
    pub name: String,
    /// The day.
    pub on: String,
    /// `proposed`, `becoming`, `being` or `ended`.
    pub stage: &'static str,
    /// The agreement whose signatures make it a place.
    pub founding: Option<String>,
    /// The five answers.
    pub answers: Vec<Answer>,
}

/// One of the five answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// `signed`, `data-flowing`, `delivery`, `money` or `clinical-lead`.
    pub question: &'static str,
    /// `yes`, `partly`, `no` or `not-known`.
    pub answer: &'static str,
    /// The answer in words.
    pub words: String,
    /// What shows it, a line each.
    pub evidence: Vec<String>,
}

/// Says how far a place has come on a day. Without a lake, what records would show is not known.
///
/// # Errors
/// When the folder has errors or several places and none is named, or registry or lake cannot be read.
pub async fn stage(
    registry: &RegistryAddress,
    folder: &Path,
    place: Option<&str>,
    lake: Option<&Address>,
    on: Day,
) -> Result<PlaceStage, AppError> {
    let reading = stead_folder::read(&[Folder::load(folder)]);
    if reading.has_errors() {
        return Err(AppError::Folder(reading.problems));
    }
    let definitions = reading.definitions;
    let place = one(&definitions, place)?;
    // Nobody has signed anything where there is no registry yet: that is known, and it is no error to ask.
    let (known, changed) = match if_there(registry).await? {
        Some(registry) => {
            (known(&registry, &definitions).await?, version::changed_since(&registry, folder, place, on).await?)
        }
        None => (Known::default(), None),
    };
    let standings = standings_of(&definitions, &known, on);
    let agreements: Vec<_> = definitions.agreements.iter().zip(&standings).collect();
    let founding = agreements.iter().find(|(agreement, _)| Some(&agreement.id) == place.founding.as_ref()).copied();
    let (flowing, delivery) = match lake {
        Some(lake) => from_run(lake, place, on).await?,
        None => (no_lake("data-flowing"), no_lake("delivery")),
    };
    let mut signed = signed(&definitions, founding);
    signed.evidence.extend(
        changed.map(|day| format!("the place's folder is not the one of {}, when somebody last signed", day.words())),
    );
    let answers = vec![signed, flowing, delivery, money(place, &agreements), lead(founding)];
    Ok(PlaceStage {
        version: STAGE_VERSION,
        place: place.id.to_string(),
        name: place.name.to_string(),
        on: on.to_string(),
        stage: place_stage(place, founding.map(|(_, standing)| standing), on).word(),
        founding: place.founding.as_ref().map(ToString::to_string),
        answers,
    })
}

fn one<'a>(definitions: &'a Definitions, asked: Option<&str>) -> Result<&'a Place, AppError> {
    let places = &definitions.places;
    let ids = || places.iter().map(|place| place.id.as_str()).collect::<Vec<_>>().join(", ");
    match asked {
        Some(asked) => places.iter().find(|place| place.id.as_str() == asked).ok_or_else(|| AppError::NotThere {
            message: format!("the folder has no place `{asked}`; it has {}", ids()),
        }),
        // The folder's own place stands first; those of `places/` have to be named.
        None => places.first().ok_or_else(|| AppError::NotThere { message: "the folder has no place".to_owned() }),
    }
}

fn signed(definitions: &Definitions, founding: Option<(&Agreement, &AgreementStanding)>) -> Answer {
    let question = "signed";
    let Some((agreement, standing)) = founding else {
        let words = "the place names no founding agreement, so nobody can have signed it".to_owned();
        return Answer { question, answer: "no", words, evidence: Vec::new() };
    };
    let (all, signed) = (agreement.parties.len(), standing.signed.len());
    let answer = match standing.stage {
        Stage::Being => "yes",
        _ if signed == 0 || standing.stage == Stage::Ended => "no",
        _ => "partly",
    };
    let until = match (standing.stage, standing.binding) {
        (Stage::Ended, _) => "; it is over".to_owned(),
        (Stage::Becoming, Some(period)) => format!("; it binds from {}", period.from.words()),
        _ => String::new(),
    };
    let words = format!("{signed} of {all} parties have signed `{}`{until}", agreement.id);
    let name = |id: &stead_rules::OrganisationId| {
        let found = definitions.organisations.iter().find(|organisation| organisation.id == *id);
        found.map_or_else(|| id.to_string(), |organisation| organisation.name.to_string())
    };
    let void = standing.void.iter().map(|id| format!("{} signed another text: its signature is void", name(id)));
    let unsigned = standing.unsigned.iter().map(|id| format!("{} has not signed", name(id)));
    let leaving = standing.leaving.iter().map(|(id, day)| format!("{} leaves on {}", name(id), day.words()));
    Answer { question, answer, words, evidence: void.chain(unsigned).chain(leaving).collect() }
}

/// Pay clauses in force. What share of the cost goes by them, nobody has worked out.
fn money(place: &Place, agreements: &[(&Agreement, &AgreementStanding)]) -> Answer {
    let mut evidence = Vec::new();
    for (agreement, standing) in about(place, agreements) {
        let paying =
            agreement.clauses.iter().filter(|clause| matches!(clause.terms.kind(), TermsKind::Pay | TermsKind::Pool));
        let ids: Vec<&str> = paying.map(|clause| clause.id.as_str()).collect();
        if !ids.is_empty() {
            let binds = if standing.stage == Stage::Being { "in force" } else { standing.stage.word() };
            evidence.push(format!("`{}` ({binds}): {}", agreement.id, ids.join(", ")));
        }
    }
    let words = "what share of the cost goes by the place's clauses is not known: money is not settled yet".to_owned();
    Answer { question: "money", answer: "not-known", words, evidence }
}

fn lead(founding: Option<(&Agreement, &AgreementStanding)>) -> Answer {
    let question = "clinical-lead";
    let leads = founding.into_iter().flat_map(|(agreement, standing)| {
        let of_all = agreement.clauses.iter().filter_map(move |clause| match &clause.terms {
            Terms::Lead(lead) if lead.clinician && lead.needs.is_empty() && lead.services.is_empty() => {
                Some((format!("{}: {}", agreement.cite(clause), office(lead)), lead, standing.stage))
            }
            _ => None,
        });
        of_all.collect::<Vec<_>>()
    });
    let leads: Vec<_> = leads.collect();
    let in_post = leads.iter().any(|(_, lead, stage)| *stage == Stage::Being && lead.person.is_some());
    let (answer, words) = match (in_post, leads.is_empty()) {
        (true, _) => ("yes", "a clinician leads the place".to_owned()),
        (false, false) => ("partly", "a clinician is to lead the place; that one is in post is not shown".to_owned()),
        (false, true) => ("no", "no clause of a founding agreement says that a clinician leads the place".to_owned()),
    };
    let shown = |(cited, lead, stage): (String, &Lead, Stage)| match (stage, &lead.person) {
        (Stage::Being, Some(_)) => cited,
        (Stage::Being, None) => format!("{cited}; it names nobody"),
        (stage, _) => format!("{cited}; the agreement is {}", stage.word()),
    };
    Answer { question, answer, words, evidence: leads.into_iter().map(shown).collect() }
}

fn office(lead: &Lead) -> String {
    let role = lead.role.as_deref().unwrap_or("lead");
    let who = lead.person.as_deref().map(|person| format!(", {person}")).unwrap_or_default();
    format!("{role} ({} of {}{who})", lead.profession, lead.organisation)
}

/// The agreements that are about a place, or about any.
fn about<'a>(
    place: &Place,
    agreements: &[(&'a Agreement, &'a AgreementStanding)],
) -> impl Iterator<Item = (&'a Agreement, &'a AgreementStanding)> {
    let id: PlaceId = place.id.clone();
    agreements
        .iter()
        .copied()
        .filter(move |(agreement, _)| agreement.places.is_empty() || agreement.places.contains(&id))
}

fn no_lake(question: &'static str) -> Answer {
    let words = "not known without records: name a lake with `--lake`".to_owned();
    Answer { question, answer: "not-known", words, evidence: Vec::new() }
}

#[derive(Deserialize)]
struct Delivered {
    citizens: u64,
    needs: u64,
    owned: u64,
    met: u64,
}

/// What the latest run shows.
async fn from_run(address: &Address, place: &Place, on: Day) -> Result<(Answer, Answer), AppError> {
    let (lake, run) = match latest_run(address).await {
        Ok(found) => found,
        Err(AppError::NotThere { message }) => {
            let not_run = |question| Answer { question, answer: "not-known", words: message.clone(), evidence: vec![] };
            return Ok((not_run("data-flowing"), not_run("delivery")));
        }
        Err(error) => return Err(error),
    };
    let mut evidence = vec![format!("the run as of {}", run.head().on)];
    if run.head().on != on.to_string() {
        evidence.push(format!("no run looks at {on} itself"));
    }
    if is_outdated(&lake, &run) {
        evidence.push("records have come since that run".to_owned());
    }
    let asked = Asked::new(&lake, Some(&run));
    let delivered: Vec<Delivered> = asked.rows(&delivered(place, &run.head().on)).await?;
    let delivery = delivered.first().map_or_else(|| delivery(&Delivered::NOBODY), delivery);
    let linked: Vec<Linked> = asked.rows(&linked(place, &run.head().on)).await?;
    let flowing = linked.first().map_or_else(|| flowing(&Linked::NOTHING), flowing);
    Ok((Answer { evidence: evidence.clone(), ..flowing }, Answer { evidence, ..delivery }))
}

/// Links around the place's citizens: somebody holds what somebody else needs to see.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Linked {
    citizens: u64,
    links: u64,
    open: u64,
}

impl Linked {
    const NOTHING: Self = Self { citizens: 0, links: 0, open: 0 };
}

/// Counts over the links around the place's citizens on the day of the run.
fn linked(place: &Place, on: &str) -> String {
    format!(
        r#"SELECT count(DISTINCT sharing.citizen) AS citizens, count(*) AS links,
                  count(*) FILTER (WHERE sharing.open) AS open
           FROM sharing JOIN ({}) AS member ON sharing.citizen = member.citizen"#,
        members(place, on)
    )
}

fn flowing(linked: &Linked) -> Answer {
    let question = "data-flowing";
    let Linked { citizens, links, open } = *linked;
    if citizens < CITIZENS_MIN || links == 0 {
        let words = format!(
            "not shown: records are held in several places about fewer than {CITIZENS_MIN} citizens of the place"
        );
        return Answer { question, answer: "not-known", words, evidence: Vec::new() };
    }
    let percent = open * 100 / links;
    let answer = match percent {
        90.. => "yes",
        0 => "no",
        _ => "partly",
    };
    let words =
        format!("{percent} % of what those around its citizens need to see of each other's records is open to them");
    Answer { question, answer, words, evidence: Vec::new() }
}

/// The citizens of a place on a day.
fn members(place: &Place, on: &str) -> String {
    let id = place.id.as_str().replace('\'', "''");
    format!(
        r#"SELECT DISTINCT citizen FROM membership
           WHERE place = '{id}' AND "from" <= DATE '{on}' AND ("to" IS NULL OR "to" > DATE '{on}')"#
    )
}

impl Delivered {
    const NOBODY: Self = Self { citizens: 0, needs: 0, owned: 0, met: 0 };
}

/// Counts over the needs of the place's citizens on the day of the run.
fn delivered(place: &Place, on: &str) -> String {
    format!(
        r#"SELECT count(DISTINCT needs.citizen) AS citizens, count(*) AS needs, count(needs.owner) AS owned,
                  count(*) FILTER (WHERE needs.status IN ('met', 'due')) AS met
           FROM needs JOIN ({}) AS member ON needs.citizen = member.citizen
           WHERE needs.status <> 'not-applicable'"#,
        members(place, on)
    )
}

fn delivery(delivered: &Delivered) -> Answer {
    let question = "delivery";
    let Delivered { citizens, needs, owned, met } = *delivered;
    if citizens < CITIZENS_MIN || needs == 0 {
        let words = format!("not shown: fewer than {CITIZENS_MIN} citizens of the place have needs");
        return Answer { question, answer: "not-known", words, evidence: Vec::new() };
    }
    let percent = |part: u64| part * 100 / needs;
    let answer = match (percent(owned), percent(met)) {
        (100, 90..) => "yes",
        (0..50, _) => "no",
        _ => "partly",
    };
    let words = format!(
        "{} % of needs have somebody who owns the next step; {} % are met, or not late",
        percent(owned),
        percent(met)
    );
    Answer { question, answer, words, evidence: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(citizens: u64, needs: u64, owned: u64, met: u64) -> (&'static str, String) {
        let answer = delivery(&Delivered { citizens, needs, owned, met });
        (answer.answer, answer.words)
    }

    #[test]
    fn delivery_is_a_yes_when_everything_has_an_owner_and_nine_in_ten_are_not_late() {
        assert_eq!(told(100, 1000, 1000, 900).0, "yes");
        assert_eq!(told(100, 1000, 999, 900).0, "partly");
        assert_eq!(told(100, 1000, 1000, 899).0, "partly");
        assert_eq!(told(100, 1000, 499, 900).0, "no");
    }

    #[test]
    fn of_few_citizens_nothing_is_shown() {
        assert_eq!(told(99, 1000, 1000, 900).0, "not-known");
        assert!(!told(99, 1000, 1000, 900).1.contains('%'));
    }
}
