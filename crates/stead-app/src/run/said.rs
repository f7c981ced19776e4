//! What people said that a run takes account of: who signed which agreement, and what citizens permit and object to.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use stead_lake::bucket_of;
use stead_registry::{AsOf, Registry, RegistryAddress};
use stead_rules::{AgreementId, Choice, Definitions, Period};

use crate::choices::as_it_holds;
use crate::error::AppError;
use crate::registry::if_there;
use crate::signing::bindings;

/// How many choices are asked for at once.
const CHOICES_AT_ONCE: u32 = 10_000;

/// What the registry knows.
#[derive(Default)]
pub(super) struct Said {
    /// The days on which each agreement binds.
    pub(super) bindings: BTreeMap<AgreementId, Period>,
    /// What citizens permit and object to, by citizen and id.
    pub(super) choices: Vec<Choice>,
}

impl Said {
    /// What the registry knows now; nothing where there is none.
    pub(super) async fn of(address: Option<&RegistryAddress>, definitions: &Definitions) -> Result<Self, AppError> {
        let Some(address) = address else { return Ok(Self::default()) };
        let Some(registry) = if_there(address).await? else { return Ok(Self::default()) };
        let bindings = bindings(&registry, definitions).await?;
        let choices = choices(&registry).await?;
        registry.close().await?;
        Ok(Self { bindings, choices })
    }

    /// The choices of the citizens of each bucket.
    pub(super) fn by_bucket(self, buckets: u16) -> BTreeMap<u16, Vec<Choice>> {
        let mut by_bucket: BTreeMap<u16, Vec<Choice>> = BTreeMap::new();
        for choice in self.choices {
            by_bucket.entry(bucket_of(choice.citizen.as_str(), buckets)).or_default().push(choice);
        }
        by_bucket
    }

    /// A number that differs when choices differ.
    pub(super) fn choices_digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for choice in &self.choices {
            format!("{choice:?}").hash(&mut hasher);
        }
        hasher.finish()
    }
}

async fn choices(registry: &Registry) -> Result<Vec<Choice>, AppError> {
    let mut choices: Vec<Choice> = Vec::new();
    loop {
        let after = choices.last().map(|choice| choice.citizen.to_string()).unwrap_or_default();
        let found = registry.stated_after::<Choice>(&after, AsOf::any_day(), CHOICES_AT_ONCE).await?;
        if found.is_empty() {
            break;
        }
        choices.extend(found.into_iter().map(as_it_holds));
    }
    choices.sort_by(|one, other| (&one.citizen, &one.id).cmp(&(&other.citizen, &other.id)));
    Ok(choices)
}
