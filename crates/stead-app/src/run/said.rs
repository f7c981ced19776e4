//! What people said that a run takes account of: who signed which agreement, and what citizens permit and object to.

use std::collections::BTreeMap;
use std::hash::Hasher;

use stead_lake::{Lake, bucket_of};
use stead_registry::{AsOf, Registry, RegistryAddress};
use stead_rules::{AgreementId, Choice, Definitions, Period};
use twox_hash::XxHash64;

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
}

/// The choices of the citizens of each bucket, and what a bucket's answers are worked out from with them.
pub(super) struct Choices {
    by_bucket: BTreeMap<u16, Vec<Choice>>,
}

impl Choices {
    /// Sorts choices, which are in the order of citizens, into buckets.
    pub(super) fn new(choices: Vec<Choice>, buckets: u16) -> Self {
        let mut by_bucket: BTreeMap<u16, Vec<Choice>> = BTreeMap::new();
        for choice in choices {
            by_bucket.entry(bucket_of(choice.citizen.as_str(), buckets)).or_default().push(choice);
        }
        Self { by_bucket }
    }

    /// Those of a bucket's citizens.
    pub(super) fn of(&self, bucket: u16) -> Option<&[Choice]> {
        self.by_bucket.get(&bucket).map(Vec::as_slice)
    }

    /// What a bucket is worked out from: its records and the choices of its citizens, and nobody else's.
    pub(super) fn input(&self, lake: &Lake, bucket: u16) -> String {
        with_choices(lake.bucket_version(bucket), self.of(bucket).unwrap_or_default().iter())
    }

    /// What all buckets together are worked out from.
    pub(super) fn whole_input(&self, lake: &Lake) -> String {
        with_choices(&lake.version(), self.by_bucket.values().flatten())
    }
}

/// Between the version of records and the digest of choices.
const AND_CHOICES: char = '+';

/// The version of the records in what an answer was worked out from.
pub(crate) fn records_of(input: &str) -> &str {
    input.split_once(AND_CHOICES).map_or(input, |(records, _)| records)
}

fn with_choices<'a>(records: &str, choices: impl Iterator<Item = &'a Choice>) -> String {
    let mut hasher = XxHash64::with_seed(0);
    let mut any = false;
    for choice in choices {
        any = true;
        hasher.write(format!("{choice:?}").as_bytes());
    }
    if any { format!("{records}{AND_CHOICES}{:016x}", hasher.finish()) } else { records.to_owned() }
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
