//! One decision: who may see what of a citizen's record; written into the log before it is told.

mod facts;
mod ready;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use stead_gate::Decider;
use stead_lake::Address;
use stead_registry::RegistryAddress;
use stead_rules::decision::{Actor, Decision, Facts, Reason, Request};
use stead_rules::purpose::Purpose;
use stead_rules::{CategoryId, Day, Definitions, OrganisationId, ServiceKind};

use crate::error::AppError;
use crate::folders::read;
use crate::log::LogKey;
use crate::registry::if_there;
use crate::signing::bindings;

pub use facts::Known;
pub use ready::Decisions;

/// The version of the report's shape; a reader that knows this number understands every field.
pub const DECISION_VERSION: u32 = 1;

/// Who wants to see what.
#[derive(Clone, Debug)]
pub struct Question {
    /// Whose record: the citizen's id, or that of one of their records.
    pub citizen: String,
    /// Of which organisation somebody asks; `None`: the citizen herself.
    pub organisation: Option<String>,
    /// Of which profession.
    pub profession: Option<String>,
    /// In person.
    pub professional: Option<String>,
    /// In which kind of service.
    pub service: Option<String>,
    /// Who holds the record; `None`: anybody else.
    pub holder: Option<String>,
    /// Which category of record.
    pub category: String,
    /// What for: the code of a purpose.
    pub purpose: String,
    /// When.
    pub on: Day,
    /// Why, in words: needed in an emergency.
    pub reason: Option<String>,
}

/// What is decided by, and where it is written down.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The place folders whose agreements count.
    pub places: Vec<PathBuf>,
    /// The lake with a run: places, groups, circle.
    pub lake: Address,
    /// The registry: signatures, choices, log.
    pub registry: RegistryAddress,
    /// The key that signs the log.
    pub log_key: LogKey,
}

/// A decision, as it was logged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decided {
    /// [`DECISION_VERSION`].
    pub version: u32,
    /// The citizen.
    pub citizen: String,
    /// Of which organisation somebody asked; nothing when the citizen did.
    pub organisation: Option<String>,
    /// Of which profession.
    pub profession: Option<String>,
    /// In person.
    pub professional: Option<String>,
    /// In which kind of service.
    pub service: Option<String>,
    /// Which category of record.
    pub category: String,
    /// The purpose's code.
    pub purpose: String,
    /// The day.
    pub on: String,
    /// The reason given.
    pub reason: Option<String>,
    /// Yes or no.
    pub permit: bool,
    /// Whether the glass was broken.
    pub break_glass: bool,
    /// What decided it, in a word: `clause`, `own`, `objection`, `circle` …
    pub why: String,
    /// The clauses that open it, or the one that comes nearest.
    pub clauses: Vec<String>,
    /// The citizen's choice that decided it, or that a clause asks for.
    pub choice: Option<String>,
    /// The organisations whose records are opened.
    pub holders: Vec<String>,
    /// In words, for a clinician.
    pub for_clinician: String,
    /// In words, for the citizen.
    pub for_citizen: String,
    /// What would have to change for a yes, each in words.
    pub would_open: Vec<String>,
    /// What the answer rests on and may not be up to date, in words.
    pub notes: Vec<String>,
}

/// A decision, and where it stands in the log.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    /// The decision.
    #[serde(flatten)]
    pub decided: Decided,
    /// Its number in the log, from 0.
    pub log_number: u64,
}

/// Decides once, writes it into the log, and only then says it. Whoever decides more than once keeps [`Decisions`].
///
/// # Errors
/// When a name is unknown, a folder has errors, nothing was run over the lake, or the log cannot be written.
pub async fn decide(question: &Question, ground: &Ground) -> Result<Answered, AppError> {
    let decisions = Decisions::open(ground).await?;
    let known = decisions.known(&question.citizen, question.on).await?;
    let answered = decisions.decide(question, &known).await?;
    decisions.close().await?;
    Ok(answered)
}

fn decided(
    question: &Question,
    citizen: &str,
    definitions: &Definitions,
    decider: &Decider,
    facts: &Facts<'_>,
    notes: Vec<String>,
) -> Result<Decided, AppError> {
    let mut requests = requests(question, citizen, definitions)?;
    // Those who act for the citizen come first: of all who might hold the record, they are told of.
    requests.sort_by_key(|request| !facts.circle.contains(&request.holder));
    let asked: Vec<(Request, Decision)> = requests
        .into_iter()
        .map(|request| {
            let answer = decider.decide(&request, facts);
            if answer.disagree {
                let policies = format!("{:?}", answer.verdict.by);
                return Err(AppError::Internal(format!(
                    "policies ({policies}) and rules decide differently: nothing is opened"
                )));
            }
            Ok((request, answer.decision))
        })
        .collect::<Result<_, _>>()?;
    let opens =
        |glass: bool| -> Vec<_> { asked.iter().filter(|(_, it)| it.permit && it.break_glass == glass).collect() };
    // The glass is broken only where nothing else opens anything.
    let opened = Some(opens(false)).filter(|some| !some.is_empty()).unwrap_or_else(|| opens(true));
    let told = opened.first().copied().or_else(|| nearest(&asked)).ok_or_else(|| AppError::NotThere {
        message: "nobody else is there to hold a record; name who does with `--holder`".to_owned(),
    })?;
    let (request, decision) = told;
    Ok(Decided {
        version: DECISION_VERSION,
        citizen: citizen.to_owned(),
        organisation: question.organisation.clone(),
        profession: question.profession.clone(),
        professional: question.professional.clone(),
        service: question.service.clone(),
        category: question.category.clone(),
        purpose: question.purpose.clone(),
        on: question.on.to_string(),
        reason: question.reason.clone(),
        permit: decision.permit,
        break_glass: decision.break_glass,
        why: decision.reasons.first().map_or("", Reason::word).to_owned(),
        clauses: clauses(decision),
        choice: decision.reasons.iter().find_map(choice),
        holders: opened.iter().map(|(request, _)| request.holder.to_string()).collect(),
        for_clinician: decision.for_clinician(request, definitions),
        for_citizen: decision.for_citizen(request, definitions),
        would_open: decision.would_open_words(request, definitions),
        notes,
    })
}

fn clauses(decision: &Decision) -> Vec<String> {
    let clause = |reason: &Reason| match reason {
        Reason::Clause { clause, .. }
        | Reason::NotInForce { clause }
        | Reason::Category { clause, .. }
        | Reason::Purpose { clause, .. }
        | Reason::Profession { clause, .. }
        | Reason::Group { clause, .. }
        | Reason::Place { clause, .. }
        | Reason::Circle { clause, .. }
        | Reason::Permission { clause } => Some(clause.to_string()),
        _ => None,
    };
    let mut clauses: Vec<String> = decision.reasons.iter().filter_map(clause).collect();
    clauses.dedup();
    clauses
}

fn choice(reason: &Reason) -> Option<String> {
    match reason {
        Reason::Objection { choice } | Reason::OptOut { choice } => Some(choice.to_string()),
        Reason::Clause { permission, .. } => permission.as_ref().map(ToString::to_string),
        _ => None,
    }
}

/// The refusal that says most: a choice of the citizen's, or the one that lacks least.
fn nearest(asked: &[(Request, Decision)]) -> Option<&(Request, Decision)> {
    asked.iter().min_by_key(|(_, decision)| {
        let by_choice = |reason: &Reason| matches!(reason, Reason::Objection { .. } | Reason::OptOut { .. });
        let no_clause = |reason: &Reason| matches!(reason, Reason::NoClause { .. });
        (!decision.reasons.iter().any(by_choice), decision.reasons.iter().any(no_clause), decision.would_open.len())
    })
}

/// The question, put about each that may hold the record.
fn requests(question: &Question, citizen: &str, definitions: &Definitions) -> Result<Vec<Request>, AppError> {
    let known = |id: &str| definitions.organisations.iter().any(|organisation| organisation.id.as_str() == id);
    for id in question.organisation.iter().chain(&question.holder) {
        if !known(id) {
            return Err(not_there(format!("the place has no organisation `{id}`; see its `organisations.csv`")));
        }
    }
    let categories = definitions.all_categories();
    if !categories.iter().any(|category| category.id.as_str() == question.category) {
        let ids: Vec<_> = categories.iter().map(|category| category.id.as_str()).collect();
        let (asked, ids) = (&question.category, ids.join(", "));
        return Err(not_there(format!("there is no category of record `{asked}`; there are {ids}")));
    }
    let purpose = Purpose::of(&question.purpose).ok_or_else(|| {
        let codes: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.code()).collect();
        not_there(format!("`{}` is no purpose; there are {}", question.purpose, codes.join(", ")))
    })?;
    let actor = match &question.organisation {
        None => Actor::Citizen,
        Some(organisation) => Actor::Professional {
            organisation: organisation.as_str().into(),
            profession: question.profession.as_deref().map(Into::into),
            professional: question.professional.as_deref().map(Into::into),
        },
    };
    let others = definitions.organisations.iter().map(|organisation| &organisation.id);
    let others = others.filter(|id| Some(id.as_str()) != question.organisation.as_deref()).cloned();
    let holders: Vec<OrganisationId> = match &question.holder {
        Some(holder) => vec![holder.as_str().into()],
        None => others.collect(),
    };
    let request = |holder| Request {
        citizen: citizen.into(),
        actor: actor.clone(),
        service: question.service.as_deref().map(ServiceKind::from),
        holder,
        category: CategoryId::from(question.category.as_str()),
        purpose,
        on: question.on,
        reason: question.reason.as_deref().map(Into::into),
    };
    Ok(holders.into_iter().map(request).collect())
}

/// The policies that a place's agreements are compiled to, as people read them.
///
/// # Errors
/// When the folder has errors, or the registry cannot be read.
pub async fn policies(places: &[PathBuf], address: &RegistryAddress) -> Result<String, AppError> {
    let reading = read(places);
    if reading.has_errors() {
        return Err(AppError::Folder(reading.problems));
    }
    let bindings = match if_there(address).await? {
        Some(registry) => bindings(&registry, &reading.definitions).await?,
        None => BTreeMap::new(),
    };
    let decider = Decider::new(&reading.definitions, &bindings).map_err(|error| not_there(error.to_string()))?;
    Ok(decider.policies().for_people(&reading.definitions))
}

pub(crate) fn not_there(message: String) -> AppError {
    AppError::NotThere { message }
}
