//! Choices: what a citizen allows and objects to, recorded, withdrawn, imported and shown.

mod consent;
mod import;

use std::path::PathBuf;

use serde::Serialize;
use stead_registry::{AsOf, Found, Registry, RegistryAddress, Statement};
use stead_rules::choice::Choice;
pub use stead_rules::choice::ChoiceKind;
use stead_rules::purpose::Purpose;
use stead_rules::{CategoryId, Day, Definitions, OrganisationId, Period, ProfessionId};

use crate::error::AppError;
use crate::folders::read;
use crate::registry::{existing, open};

pub use import::{ChoicesImported, ConsentLeft, import};

/// The version of the reports' shape; a reader that knows this number understands every field.
pub const CHOICES_VERSION: u32 = 1;

/// A choice to be recorded. Where a list is empty, it is about any.
#[derive(Clone, Debug)]
pub struct NewChoice {
    /// Whose.
    pub citizen: String,
    /// Permission, objection or the national opt-out.
    pub kind: ChoiceKind,
    /// Who wants to see.
    pub organisations: Vec<String>,
    /// Of which professions.
    pub professions: Vec<String>,
    /// What.
    pub categories: Vec<String>,
    /// What for, in codes.
    pub purposes: Vec<String>,
    /// The first day.
    pub from: Day,
    /// The first day after.
    pub until: Option<Day>,
    /// Where it comes from, in words.
    pub source: Option<String>,
}

/// A citizen's choices.
#[derive(Clone, Debug, Serialize)]
pub struct Choices {
    /// [`CHOICES_VERSION`].
    pub version: u32,
    /// Whose.
    pub citizen: String,
    /// Each of them.
    pub choices: Vec<ChoiceShown>,
}

/// A choice as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChoiceShown {
    /// Its id among the citizen's.
    pub id: String,
    /// `permission`, `objection` or `opt-out`.
    pub kind: String,
    /// The choice in words.
    pub words: String,
    /// Who wants to see; none: anybody.
    pub organisations: Vec<String>,
    /// Of which professions; none: any.
    pub professions: Vec<String>,
    /// What; none: anything.
    pub categories: Vec<String>,
    /// What for, in codes; none: anything.
    pub purposes: Vec<String>,
    /// The first day.
    pub from: Option<String>,
    /// The first day after.
    pub until: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// The moment since which the registry says so.
    pub recorded: String,
    /// The first moment at which it no longer did.
    pub recorded_until: Option<String>,
}

/// Records a choice. It is in force for the very next question.
///
/// The names in it are checked where place folders are named.
///
/// # Errors
/// When a name is unknown, the days are no period, or the registry cannot be written.
pub async fn record(address: &RegistryAddress, places: &[PathBuf], new: NewChoice) -> Result<Choices, AppError> {
    let definitions = definitions(places)?;
    let choice = choice(new, &definitions)?;
    let registry = open(address).await?;
    let (citizen, id) = (choice.citizen.as_str(), choice.id.as_str());
    let statement = Statement { subject: citizen, id, what: &choice, valid: choice.period, document: None };
    registry.state(statement).await?;
    let standing = registry.stated_about::<Choice>(citizen, AsOf::any_day()).await?;
    let recorded = standing.into_iter().filter(|found| found.id == id);
    Ok(shown(citizen, recorded.collect()))
}

/// Says that a citizen's choice ends: `until` is the first day on which it is no longer in force.
///
/// # Errors
/// When there is no such choice, or the registry cannot be written.
pub async fn withdraw(address: &RegistryAddress, citizen: &str, id: &str, until: Day) -> Result<Choices, AppError> {
    let registry = existing(address).await?;
    registry.end::<Choice>(citizen, id, until).await?;
    standing(&registry, citizen, AsOf::known(until)).await
}

/// A citizen's choices, as of a moment and a day.
///
/// # Errors
/// When there is no registry, or the moment is yet to come.
pub async fn show(address: &RegistryAddress, citizen: &str, as_of: AsOf) -> Result<Choices, AppError> {
    standing(&existing(address).await?, citizen, as_of).await
}

/// Everything that was ever recorded of a citizen's choices.
///
/// # Errors
/// When there is no registry.
pub async fn history(address: &RegistryAddress, citizen: &str) -> Result<Choices, AppError> {
    let registry = existing(address).await?;
    Ok(shown(citizen, registry.history::<Choice>(citizen).await?))
}

async fn standing(registry: &Registry, citizen: &str, as_of: AsOf) -> Result<Choices, AppError> {
    Ok(shown(citizen, registry.stated_about::<Choice>(citizen, as_of).await?))
}

/// A choice for as long as it holds, which is what the registry says: one that was ended was meant to hold longer.
pub(crate) fn as_it_holds(found: Found<Choice>) -> Choice {
    Choice { period: found.recorded.valid, ..found.recorded.what }
}

fn shown(citizen: &str, found: Vec<Found<Choice>>) -> Choices {
    let one = |found: Found<Choice>| {
        let (choice, finite) = (found.recorded.what, |day: Day| day.is_finite().then(|| day.to_string()));
        let until = found.recorded.until;
        ChoiceShown {
            id: found.id,
            kind: choice.kind.word().to_owned(),
            words: words(&choice),
            organisations: texts(&choice.organisations),
            professions: texts(&choice.professions),
            categories: texts(&choice.categories),
            purposes: texts(&choice.purposes),
            from: finite(choice.period.from),
            until: finite(choice.period.to),
            source: choice.source.as_deref().map(str::to_owned),
            recorded: found.recorded.since.to_string(),
            recorded_until: (until != stead_registry::Moment::FOREVER).then(|| until.to_string()),
        }
    };
    Choices { version: CHOICES_VERSION, citizen: citizen.to_owned(), choices: found.into_iter().map(one).collect() }
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}

/// The choice in words that a citizen reads.
fn words(choice: &Choice) -> String {
    let listed = |values: Vec<String>, any: &str| if values.is_empty() { any.to_owned() } else { values.join(" or ") };
    if choice.kind == ChoiceKind::OptOut {
        return "records are used for the citizen's own care and for nothing else (national opt-out)".to_owned();
    }
    let who = match (&choice.organisations[..], &choice.professions[..]) {
        ([], []) => "anybody".to_owned(),
        (organisations, []) => texts(organisations).join(" or "),
        ([], professions) => format!("any {}", texts(professions).join(" or ")),
        (organisations, professions) => {
            format!("any {} of {}", texts(professions).join(" or "), texts(organisations).join(" or "))
        }
    };
    let says = if choice.kind == ChoiceKind::Permission { "may see" } else { "may not see" };
    let what = listed(texts(&choice.categories), "any record");
    let purposes = choice.purposes.iter().map(|purpose| purpose.words().to_owned()).collect();
    format!("{who} {says} {what}, for {}", listed(purposes, "anything"))
}

/// What place folders say, for checking names; nothing where none is named.
pub(super) fn definitions(places: &[PathBuf]) -> Result<Definitions, AppError> {
    if places.is_empty() {
        return Ok(Definitions::default());
    }
    let reading = read(places);
    if reading.has_errors() { Err(AppError::Folder(reading.problems)) } else { Ok(reading.definitions) }
}

fn choice(new: NewChoice, definitions: &Definitions) -> Result<Choice, AppError> {
    let until = new.until.unwrap_or(Day::FOREVER);
    let period = Period::new(new.from, until).ok_or_else(|| {
        not_there(format!("a choice from {} until {until} holds no day; `--until` is the first day after", new.from))
    })?;
    let purpose = |code: &String| {
        let known = || Purpose::ALL.iter().map(|purpose| purpose.code()).collect::<Vec<_>>().join(", ");
        Purpose::of(code).ok_or_else(|| not_there(format!("`{code}` is no purpose; there are {}", known())))
    };
    let mut choice = Choice {
        id: "".into(),
        citizen: new.citizen.into(),
        kind: new.kind,
        organisations: new.organisations.into_iter().map(OrganisationId::from).collect(),
        professions: new.professions.into_iter().map(ProfessionId::from).collect(),
        categories: new.categories.into_iter().map(CategoryId::from).collect(),
        purposes: new.purposes.iter().map(purpose).collect::<Result<_, _>>()?,
        period,
        source: new.source.map(Into::into),
    };
    check(&choice, definitions)?;
    choice.id = id(&choice)?.into();
    Ok(choice)
}

/// Whether the organisations and categories are ones that there are; where no folder was read, any organisation may be.
pub(super) fn check(choice: &Choice, definitions: &Definitions) -> Result<(), AppError> {
    let unknown = choice.organisations.iter().find(|id| {
        !definitions.organisations.is_empty() && !definitions.organisations.iter().any(|known| known.id == **id)
    });
    if let Some(id) = unknown {
        return Err(not_there(format!("the place has no organisation `{id}`; see its `organisations.csv`")));
    }
    let categories = definitions.all_categories();
    let own = !definitions.organisations.is_empty();
    let unknown = choice.categories.iter().find(|id| !categories.iter().any(|known| known.id == **id));
    match unknown {
        Some(id) => {
            let known: Vec<_> = categories.iter().map(|category| category.id.as_str()).collect();
            let more = if own { "" } else { "; a place's own are known when it is named: `--place PLACE`" };
            Err(not_there(format!("there is no category of record `{id}`; there are {}{more}", known.join(", "))))
        }
        None => Ok(()),
    }
}

/// The same choice has the same id, whenever it is made: making it once more makes no second one.
fn id(choice: &Choice) -> Result<String, AppError> {
    let mut about = choice.clone();
    (about.period, about.source) = (Period::ALL, None);
    about.organisations.sort();
    about.professions.sort();
    about.categories.sort();
    about.purposes.sort();
    let text = serde_json::to_string(&about).map_err(|error| AppError::Internal(error.to_string()))?;
    let digest = stead_gate::digest(&text).to_string();
    Ok(format!("{}-{}", choice.kind.word(), digest.get(..8).unwrap_or(&digest)))
}

pub(super) fn not_there(message: String) -> AppError {
    AppError::NotThere { message }
}
