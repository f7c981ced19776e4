//! What a run is about, made ready once and shared by every bucket's plan.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use stead_rules::compiled::{HomeTest, Test};
use stead_rules::reckoning::Reckoning;
use stead_rules::sharing::Sharing;
use stead_rules::{
    AgreementId, AreaId, CompileError, Compiled, Criterion, Day, Definitions, Directory, Need, Period, Translator,
};
use twox_hash::XxHash64;

/// What the person who runs it chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Params {
    /// The day the answers are for.
    pub on: Day,
    /// How far back a contact still counts for a citizen's circle, in months.
    pub look_back_months: u16,
    /// Two providers who share fewer citizens than this do not count as sharing any (care density).
    pub pair_patients_min: u32,
    /// Largest number that is suppressed in summaries; 0: nothing is suppressed.
    pub suppress_max: u32,
    /// Summaries are rounded to the nearest multiple of this; 1: not rounded.
    pub round_to: u32,
    /// The days on which each agreement binds, by who signed it; one that is not here binds nobody.
    #[serde(default)]
    pub bindings: BTreeMap<AgreementId, Period>,
    /// The time whose payments are reckoned, where it is a settlement.
    #[serde(default)]
    pub settled: Option<Period>,
}

impl Params {
    /// The usual choices: two years of contacts, pairs that share at least two citizens, 1 to 7 suppressed and the rest
    /// rounded to the nearest 5 (NHS England, disclosure control for sub-national hospital figures).
    pub const fn on(on: Day) -> Self {
        Self {
            on,
            look_back_months: 24,
            pair_patients_min: 2,
            suppress_max: 7,
            round_to: 5,
            bindings: BTreeMap::new(),
            settled: None,
        }
    }

    /// The first day whose contacts still count for the circle.
    pub(crate) fn look_back(&self) -> Day {
        self.on.plus_months(-i32::from(self.look_back_months)).plus_days(1)
    }
}

/// Definitions, compiled, with everything that passes look up.
pub struct Prepared {
    /// What the place folders say.
    pub definitions: Definitions,
    /// What records know of organisations and professionals; kept to be sent to other machines.
    #[cfg(feature = "cluster")]
    pub directory: Directory,
    /// Criteria as trees over leaves.
    pub compiled: Compiled,
    /// Record codes in the folder's words.
    pub translator: Translator,
    /// Who may see what.
    pub sharing: Sharing,
    /// What is settled, where it is a settlement.
    pub reckoning: Option<Reckoning>,
    /// The run's choices.
    pub params: Params,
    /// Each area with the homes in it.
    pub areas: Vec<(AreaId, HomeTest)>,
    /// Deprivation fifth of each small area, 1 (most deprived) to 5.
    pub deprivation: FxHashMap<Arc<str>, u8>,
    /// The centre of each small area, longitude and latitude in degrees.
    pub centres: FxHashMap<Arc<str>, (f64, f64)>,
    /// The lists that criteria ask for, as bits.
    pub criteria_lists: Vec<u8>,
    /// The lists whose values criteria compare with numbers, each with the units of these.
    pub compared: Vec<(usize, Vec<Arc<str>>)>,
    /// The lists that needs are met by, as bits.
    pub need_lists: Vec<u8>,
    digest: u64,
}

impl Prepared {
    /// Makes definitions ready.
    ///
    /// # Errors
    /// When groups form a circle or something mentioned does not exist.
    pub fn new(definitions: Definitions, directory: &Directory, params: Params) -> Result<Self, CompileError> {
        let compiled = Compiled::new(&definitions)?;
        let translator = Translator::new(&definitions, directory);
        let areas = definitions.areas.iter().map(|area| (area.id.clone(), HomeTest::new([area]))).collect();
        let fifth = |small: &stead_rules::SmallArea| Some((Arc::clone(&small.code), small.deprivation_fifth()?));
        let deprivation = definitions.small_areas.iter().filter_map(fifth).collect();
        let centre =
            |small: &stead_rules::SmallArea| Some((Arc::clone(&small.code), small.longitude.zip(small.latitude)?));
        let centres = definitions.small_areas.iter().filter_map(centre).collect();
        let criteria_lists = bits(
            &compiled,
            compiled.leaves.iter().filter_map(|leaf| match leaf.test {
                Test::Coded(list) => Some(list),
                _ => None,
            }),
        );
        let compared = compared(&compiled);
        let of_needs = definitions.needs.iter().flat_map(|need: &Need| &need.met_by.codes);
        let need_lists = bits(&compiled, of_needs.filter_map(|id| compiled.list(id)));
        let digest = digest(&definitions, directory, &params);
        let sharing = Sharing::new(&definitions, &params.bindings);
        // Whoever settles makes it ready first, to hear what is wrong with the clauses.
        let reckoning = params.settled.and_then(|time| Reckoning::new(&definitions, time, params.on).ok());
        Ok(Self {
            definitions,
            #[cfg(feature = "cluster")]
            directory: directory.clone(),
            compiled,
            translator,
            sharing,
            reckoning,
            params,
            areas,
            deprivation,
            centres,
            criteria_lists,
            compared,
            need_lists,
            digest,
        })
    }

    /// A number that differs when definitions or choices differ.
    pub const fn digest(&self) -> u64 {
        self.digest
    }
}

fn compared(compiled: &Compiled) -> Vec<(usize, Vec<Arc<str>>)> {
    let mut units: BTreeMap<usize, Vec<Arc<str>>> = BTreeMap::new();
    for leaf in &compiled.leaves {
        if let (Test::Coded(list), Criterion::Code { value: Some(value), .. }) = (&leaf.test, &leaf.criterion) {
            units.entry(*list).or_default().push(Arc::clone(&value.unit));
        }
    }
    units.into_iter().collect()
}

fn bits(compiled: &Compiled, lists: impl Iterator<Item = usize>) -> Vec<u8> {
    let mut bits = vec![0; compiled.list_bytes()];
    for list in lists {
        if let Some(byte) = bits.get_mut(list / 8) {
            *byte |= 1 << (list % 8);
        }
    }
    bits
}

/// To be raised when a pass answers differently from the same records and definitions, so that no earlier answer is used again.
const ANSWERS: u32 = 8;

fn digest(definitions: &Definitions, directory: &Directory, params: &Params) -> u64 {
    let mut hasher = XxHash64::with_seed(0);
    // Definitions are plain data, so writing them out cannot fail; if it ever did, the digest would only be coarser.
    hasher.write(&serde_json::to_vec(definitions).unwrap_or_default());
    hasher.write(format!("{directory:?}{params:?}{ANSWERS}").as_bytes());
    hasher.finish()
}

impl PartialEq for Prepared {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Prepared {}

impl Hash for Prepared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest);
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Prepared({:016x})", self.digest)
    }
}
