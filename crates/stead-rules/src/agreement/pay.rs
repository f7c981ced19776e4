//! Who is paid how: the terms of `pay` and `pool` clauses, as they are agreed. `crate::payment` computes them.
//!
//! Amounts are whole pence (or cents), rates exact fractions, so that what is settled by them adds up to the penny.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ClauseRef;
use super::attribution::{Attribution, Catchment, PrimaryCare};
use super::evidence::{Brought, CellTest};
use crate::id::{GroupId, NeedId, OrganisationId, ProfessionId, ServiceKind, SiteId, TariffId};
use crate::money::{Minor, Ratio};
use crate::person::worded;

/// Money from one organisation to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pay {
    /// Who pays.
    pub from: OrganisationId,
    /// Who is paid: each of them, for its own work.
    pub to: Vec<OrganisationId>,
    /// For which kinds of service; empty, with no needs either: for all that the formula counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceKind>,
    /// For meeting which needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<NeedId>,
    /// For whom; `None`: for every citizen that the agreement is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// By what a citizen counts as whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
    /// What primary care is, where citizens count by where most of theirs was; `None`: as the folder's services say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_care: Option<Box<PrimaryCare>>,
    /// Whose which areas are, where citizens count by where they live; empty: the places' areas are who is paid alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catchment: Vec<Catchment>,
    /// The figures that it is settled on, where a party brings them; `None`: on records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Brought>,
    /// How much.
    pub formula: Formula,
}

/// How much is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Formula {
    /// For each contact.
    Activity(Activity),
    /// A fixed sum.
    Block {
        /// How much.
        amount: Minor,
        /// For how long.
        per: Per,
    },
    /// A fixed sum for what was expected, and a part of the tariff above and below.
    Blended(Blended),
    /// For each member and time.
    Capitation(Capitation),
    /// For an episode or a year of a pathway.
    Bundle(Bundle),
    /// For quality between two thresholds.
    Incentive(Incentive),
    /// A share of what was saved or lost against a benchmark.
    SharedSavings(Box<SharedSavings>),
    /// The sum that the evidence states.
    Stated {
        /// The column that holds it; less than nothing is paid back.
        column: Arc<str>,
    },
}

worded! {
    /// The time that a sum is for.
    Per {
        /// A day.
        Day = "day",
        /// A month.
        Month = "month",
        /// A year.
        Year = "year",
        /// The whole period of the clause.
        Period = "period",
    }
}

/// A price for each contact, within limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Activity {
    /// A table of prices, by name, in the folder's `tariffs/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tariff: Option<TariffId>,
    /// Prices: of those that fit a contact, the one that says most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// No more than this in a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<Minor>,
    /// No less than this in a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<Minor>,
    /// Marginal rates, lowest band first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
}

/// The price of a contact. What is not named is any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Price {
    /// Of which kind of contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Arc<str>>,
    /// In which kind of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceKind>,
    /// By which profession.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profession: Option<ProfessionId>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// How much.
    pub amount: Minor,
}

/// From so many contacts in a year on, each is paid at a part of the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Band {
    /// Above so many contacts in a year.
    pub above_contacts: u32,
    /// So many of a hundred of the price.
    pub percent: Ratio,
}

/// Fixed for what was expected; a part of the difference for more or less (as in aligned payment and incentive).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blended {
    /// The fixed sum.
    pub fixed: Minor,
    /// For how long.
    pub per: Per,
    /// The value of the activity that it covers, at the tariff, for the same time.
    pub expected: Minor,
    /// Prices of activity.
    pub activity: Activity,
    /// Activity worth this much more or less than expected changes nothing, in percent.
    pub threshold_percent: Ratio,
    /// Of what is above, so many of a hundred are paid.
    pub above_percent: Ratio,
    /// Of what is below, so many of a hundred are taken back.
    pub below_percent: Ratio,
}

/// A sum for each member and time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capitation {
    /// How much for a member of weight one.
    pub amount: Minor,
    /// For how long.
    pub per: Per,
    /// Weights: those of all groups that a member is in are multiplied; in none, it is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<Weight>,
    /// A column of evidence that holds each member's weight instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_column: Option<Arc<str>>,
}

/// What a member of a group weighs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Weight {
    /// The group: by age, sex, deprivation, condition.
    pub group: GroupId,
    /// Times so much.
    pub times: Ratio,
}

/// A sum for an episode or a year; what it covers is not paid by activity, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// How much.
    pub amount: Minor,
    /// For what.
    pub span: BundleSpan,
    /// The kinds of service it covers.
    pub covers: Vec<ServiceKind>,
}

worded! {
    /// What a bundle is for.
    BundleSpan {
        /// From the first contact until so many days pass without one.
        Episode = "episode",
        /// A year of a citizen.
        Year = "year",
    }
}

/// Points for quality between two thresholds (as in the Quality and Outcomes Framework).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incentive {
    /// What is measured: a need (how many had it met), or the name of a measure.
    pub measure: Arc<str>,
    /// Points for the upper threshold.
    pub points: Ratio,
    /// What a point is worth.
    pub amount_per_point: Minor,
    /// No points up to here, in percent.
    pub lower_percent: Ratio,
    /// All points from here on, in percent.
    pub upper_percent: Ratio,
    /// The list size for which a point is worth that; `None`: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_size: Option<u32>,
    /// The prevalence for which a point is worth that, in percent; `None`: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prevalence_percent: Option<Ratio>,
}

/// A share of savings, and where agreed of losses, against a benchmark (as in the Medicare Shared Savings Program).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedSavings {
    /// Against what.
    pub benchmark: Benchmark,
    /// A column of evidence that holds what was spent; `None`: recorded costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend_column: Option<Arc<str>>,
    /// A column of evidence that holds the number of members; `None`: those of the records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members_column: Option<Arc<str>>,
    /// Savings below this count for nothing: by number of members, fewest first; empty: any count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub savings_min: Vec<SavingsRate>,
    /// Whether the least rate goes down evenly from one number of members to the next, and not in steps.
    #[serde(default, skip_serializing_if = "is_false")]
    pub savings_min_linear: bool,
    /// A column of evidence that holds the least rate instead, in percent: where the organisation chose it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub savings_min_column: Option<Arc<str>>,
    /// Rows of evidence whose savings are shared in part, though they are below the least rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below_min: Option<BelowMin>,
    /// Rows of evidence whose savings are not shared at all, whatever they are; empty: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unshared_where: Vec<CellTest>,
    /// So many of a hundred of the savings.
    pub sharing_percent: Ratio,
    /// A column of evidence that holds quality, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_column: Option<Arc<str>>,
    /// Savings are shared only from this quality on, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_gate_percent: Option<Ratio>,
    /// Whether the share is multiplied by quality.
    #[serde(default, skip_serializing_if = "is_false")]
    pub quality_scales: bool,
    /// Where evidence says whether quality was good enough: the rows with the whole share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whole_where: Vec<CellTest>,
    /// And the rows with the share multiplied by quality. Other rows have none, when either is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scaled_where: Vec<CellTest>,
    /// No more than so many of a hundred of the benchmark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_percent: Option<Ratio>,
    /// So many of a hundred of losses are borne; `None`: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_percent: Option<Ratio>,
    /// Or what the sharing rate, times quality, leaves of a hundred, between these; `None`: as `loss_percent` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_by_quality: Option<LossRange>,
    /// A column of evidence that holds what is forgiven of a loss, for events that nobody could help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_relief_column: Option<Arc<str>>,
    /// But no more than so many of a hundred of the benchmark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_cap_percent: Option<Ratio>,
    /// So many of a hundred are held back of what is earned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequestration_percent: Option<Ratio>,
}

/// Savings below the least rate that are shared in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BelowMin {
    /// Which rows of evidence; empty: all.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<CellTest>,
    /// So many of a hundred of the share.
    pub percent: Ratio,
}

/// Between what a part of losses has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossRange {
    /// At least so many of a hundred.
    pub percent_min: Ratio,
    /// At most so many of a hundred.
    pub percent_max: Ratio,
}

/// What spending is held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Benchmark {
    /// A sum for each member and year.
    PerMember(Minor),
    /// A column of evidence.
    Column(Arc<str>),
}

impl Formula {
    /// The columns of evidence that it goes by; none where it goes by records.
    pub fn columns(&self) -> Vec<&Arc<str>> {
        match self {
            Self::Stated { column } => vec![column],
            Self::Capitation(capitation) => capitation.weight_column.iter().collect(),
            Self::SharedSavings(savings) => savings.columns(),
            Self::Activity(_) | Self::Blended(_) | Self::Block { .. } | Self::Bundle(_) | Self::Incentive(_) => {
                Vec::new()
            }
        }
    }
}

impl Capitation {
    /// So many groups a clause can weigh.
    pub const WEIGHTS_MAX: usize = 64;
}

impl SharedSavings {
    fn columns(&self) -> Vec<&Arc<str>> {
        let benchmark = match &self.benchmark {
            Benchmark::Column(name) => Some(name),
            Benchmark::PerMember(_) => None,
        };
        let named = [&self.spend_column, &self.members_column, &self.savings_min_column, &self.quality_column];
        let below = self.below_min.iter().flat_map(|below| &below.rows);
        let tests = [&self.unshared_where, &self.whole_where, &self.scaled_where].into_iter().flatten().chain(below);
        let named = benchmark.into_iter().chain(named.into_iter().flatten()).chain(tests.map(|test| &test.column));
        named.chain(&self.loss_relief_column).collect()
    }

    /// Whether what is shared or borne depends on how well it was done.
    pub const fn goes_by_quality(&self) -> bool {
        self.quality_gate_percent.is_some() || self.quality_scales || self.loss_by_quality.is_some()
    }
}

/// The least rate of savings that counts, from so many members on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SavingsRate {
    /// From so many members on.
    pub members: u32,
    /// So many of a hundred of the benchmark.
    pub percent: Ratio,
}

/// Gains and losses held in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Who holds it, and by what measure each takes part.
    pub members: Vec<PoolMember>,
    /// A fixed sum that somebody pays into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_in: Option<PaidIn>,
    /// The clauses whose gains and losses go into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<ClauseRef>,
    /// How gains are split.
    pub gains: Split,
    /// How losses are split.
    pub losses: Split,
}

/// A fixed sum that is paid into a pool, and split with what else is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidIn {
    /// Who pays it.
    pub from: OrganisationId,
    /// How much.
    pub amount: Minor,
    /// For how long.
    pub per: Per,
}

/// A member of a pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PoolMember {
    /// Who.
    pub organisation: OrganisationId,
    /// Its budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Minor>,
    /// Its share, in percent, where shares are agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_percent: Option<Ratio>,
}

worded! {
    /// How a pool is split.
    Split {
        /// Alike.
        Equal = "equal",
        /// By agreed shares.
        Shares = "shares",
        /// By budget.
        Budget = "budget",
        /// By activity.
        Activity = "activity",
        /// By performance.
        Performance = "performance",
        /// By need of those cared for.
        Need = "need",
        /// First to those who lost, then alike.
        LosersFirst = "losers-first",
        /// By what each adds, in whatever order they join (Shapley).
        Shapley = "shapley",
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
