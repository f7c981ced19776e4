//! Decisions kept ready: what is the same for every question is made once.

use std::sync::{Arc, PoisonError, RwLock};

use stead_gate::Decider;
use stead_gate::log::Kind;
use stead_lake::Address;
use stead_registry::{AsOf, Moment, Registry};
use stead_rules::choice::{Choice, ChoiceKind};
use stead_rules::decision::Facts;
use stead_rules::{Day, Definitions, Period};

use super::facts::{self, Known};
use super::{Answered, Decided, Ground, Question, decided, not_there};
use crate::choices::as_it_holds;
use crate::error::AppError;
use crate::folders::read;
use crate::log::Log;
use crate::registry::open;
use crate::signing::bindings;
use crate::wait::Wait;

/// What many decisions are taken by, from many tasks at once: folders read, signatures verified and agreements compiled.
///
/// What people do counts for the very next question: choices are asked for each time, and agreements are compiled anew when
/// a signature, a notice or a key has come or gone. What the folders say is what they said when this was opened.
pub struct Decisions {
    definitions: Definitions,
    lake: Address,
    registry: Registry,
    log: Log,
    compiled: RwLock<Arc<Compiled>>,
}

/// Agreements compiled, by what was signed at a moment.
struct Compiled {
    decider: Decider,
    as_of: Moment,
}

impl Decisions {
    /// Makes everything ready.
    ///
    /// # Errors
    /// When a folder has errors, or the registry or the log's key cannot be read.
    pub fn open(ground: &Ground) -> Wait<'_, Self> {
        Box::pin(async move {
            let reading = read(&ground.places);
            if reading.has_errors() {
                return Err(AppError::Folder(reading.problems));
            }
            let definitions = reading.definitions;
            let registry = open(&ground.registry).await?;
            let compiled = compiled(&registry, &definitions).await?;
            let log = Log::open(&registry, &ground.registry, &ground.log_key)?;
            let lake = ground.lake.clone();
            Ok(Self { definitions, lake, registry, log, compiled: RwLock::new(Arc::new(compiled)) })
        })
    }

    /// What the latest run knows of a citizen on a day; several questions about them may rest on it.
    ///
    /// # Errors
    /// When there is no such citizen, or nothing was run over the lake.
    pub fn known<'a>(&'a self, citizen: &'a str, on: Day) -> Wait<'a, Known> {
        Box::pin(facts::of(citizen, &self.lake, on))
    }

    /// Decides, writes it into the log, and only then says it. `known` is of the question's citizen and day.
    ///
    /// # Errors
    /// When a name is unknown, or registry or log cannot be read or written.
    pub fn decide<'a>(&'a self, question: &'a Question, known: &'a Known) -> Wait<'a, Answered> {
        Box::pin(async move {
            let compiled = self.in_force().await?;
            let choices = self.choices(&known.citizen, question.on).await?;
            let facts =
                Facts { circle: &known.circle, places: &known.places, groups: &known.groups, choices: &choices };
            let notes = known.notes.clone();
            let decided = decided(question, &known.citizen, &self.definitions, &compiled.decider, &facts, notes)?;
            let log_number = self.write_down(&known.citizen, &decided).await?;
            Ok(Answered { decided, log_number })
        })
    }

    /// Closes the registry once what is under way has ended.
    ///
    /// # Errors
    /// When that fails.
    pub fn close(&self) -> Wait<'_, ()> {
        Box::pin(async move { Ok(self.registry.close().await?) })
    }

    /// The agreements by what is signed now.
    async fn in_force(&self) -> Result<Arc<Compiled>, AppError> {
        let changed = self.registry.agreements_changed().await?;
        let known = Arc::clone(&self.compiled.read().unwrap_or_else(PoisonError::into_inner));
        if changed <= known.as_of {
            return Ok(known);
        }
        // Several may do so at once; what is kept is the latest.
        let fresh = Arc::new(compiled(&self.registry, &self.definitions).await?);
        let mut kept = self.compiled.write().unwrap_or_else(PoisonError::into_inner);
        if kept.as_of < fresh.as_of {
            *kept = Arc::clone(&fresh);
        }
        Ok(fresh)
    }

    /// The citizen's choices that are about a day, as the registry has them now. Whoever reads, reads now: what she objects to
    /// today is closed whichever day is asked about, so that nobody gets round an objection by asking about yesterday.
    async fn choices(&self, citizen: &str, on: Day) -> Result<Vec<Choice>, AppError> {
        let found = self.registry.stated_about::<Choice>(citizen, AsOf::known(on)).await?;
        let mut choices: Vec<Choice> = found.into_iter().map(as_it_holds).collect();
        let today = Moment::now().day();
        if today == on {
            return Ok(choices);
        }
        for choice in
            self.registry.stated_about::<Choice>(citizen, AsOf::known(today)).await?.into_iter().map(as_it_holds)
        {
            let said = choice.kind == ChoiceKind::Permission || choices.iter().any(|known| known.id == choice.id);
            if !said
                && let Some(period) = Period::new(choice.period.from.min(on), choice.period.to.max(on.plus_days(1)))
            {
                choices.push(Choice { period, ..choice });
            }
        }
        Ok(choices)
    }

    async fn write_down(&self, citizen: &str, decided: &Decided) -> Result<u64, AppError> {
        let kind = match (decided.permit, decided.break_glass) {
            (_, true) => Kind::BreakGlass,
            (true, _) => Kind::Permit,
            (false, _) => Kind::Deny,
        };
        let details = serde_json::to_vec(decided).map_err(|error| AppError::Internal(error.to_string()))?;
        self.log.append(&self.registry, citizen, kind, Moment::now(), details).await
    }
}

/// INVARIANT: the moment is asked for first, so that what is signed meanwhile makes it old, and never counts as known.
async fn compiled(registry: &Registry, definitions: &Definitions) -> Result<Compiled, AppError> {
    let as_of = registry.agreements_changed().await?;
    let bindings = bindings(registry, definitions).await?;
    let decider = Decider::new(definitions, &bindings).map_err(|error| not_there(error.to_string()))?;
    Ok(Compiled { decider, as_of })
}
