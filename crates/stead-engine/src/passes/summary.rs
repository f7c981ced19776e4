//! Summary: members, their needs and the scatter of their care, counted by place, group and cut.
//!
//! members on the day ⋈ person              who, by area, deprivation fifth, age band and sex
//!   → members a part
//!   ⋈ needs         → citizens a status
//!   ⋈ fragmentation → means
//!
//! Exact counts: [`crate::summary`] decides what of them may be shown.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, UnnestOptions};
use datafusion::dataframe::DataFrame;
use datafusion::functions::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::{avg, count};
use datafusion::logical_expr::{Expr, JoinType, cast, ident, lit};

use crate::functions::standing::EVERYONE;
use crate::prepared::Prepared;
use crate::records::text;
use crate::tables::Tables;

/// What members are cut by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cut {
    All,
    Area,
    DeprivationFifth,
    AgeBand,
    Sex,
}

/// Every cut. All but areas, which may overlap, divide members into parts that add up.
pub(crate) const CUTS: [Cut; 5] = [Cut::All, Cut::Area, Cut::DeprivationFifth, Cut::AgeBand, Cut::Sex];

/// The part of somebody of whom that is not known.
const UNKNOWN: &str = "unknown";

impl Cut {
    /// Its word in the summary.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Area => "area",
            Self::DeprivationFifth => "deprivation-fifth",
            Self::AgeBand => "age-band",
            Self::Sex => "sex",
        }
    }

    fn part(self) -> Expr {
        let known = match self {
            Self::All => lit("all"),
            Self::Area => ident("area"),
            Self::DeprivationFifth => cast(ident("deprivation_fifth"), DataType::Utf8),
            Self::AgeBand => text("age_band"),
            Self::Sex => text("sex"),
        };
        coalesce(vec![known, lit(UNKNOWN)])
    }
}

/// The members on the day: place, group, part, citizen. A citizen in several groups of a place is, besides, once in [`EVERYONE`].
async fn members(tables: &Tables<'_>, prepared: &Prepared, cut: Cut, everyone: bool) -> Result<DataFrame> {
    let on = || lit(ScalarValue::Date32(Some(prepared.params.on.epoch_days())));
    let inside = ident("from").lt_eq(on()).and(ident("to").is_null().or(ident("to").gt(on())));
    let members = tables.scan("membership").await?.filter(inside)?;
    let group = if everyone { lit(EVERYONE) } else { text("group") };
    let members =
        members.select(vec![ident("citizen"), text("place").alias("place"), group.alias("group")])?.distinct()?;
    let mut persons = tables.scan("person").await?.with_column_renamed("citizen", "whose")?;
    if cut == Cut::Area {
        persons = persons.unnest_columns_with_options(&["area"], UnnestOptions::new().with_preserve_nulls(false))?;
    }
    let persons = persons.select(vec![ident("whose"), cut.part().alias("part")])?;
    members.join(persons, JoinType::Inner, &["citizen"], &["whose"], None)?.drop_columns(&["whose"])
}

/// How many members: place, group, part, citizens.
pub(crate) async fn member_counts(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    cut: Cut,
    everyone: bool,
) -> Result<DataFrame> {
    let members = members(tables, prepared, cut, everyone).await?;
    members.aggregate(["place", "group", "part"].map(ident).to_vec(), vec![count(lit(1)).alias("citizens")])
}

/// How many members have each need in each status: place, group, part, need, status, citizens.
pub(crate) async fn need_counts(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    cut: Cut,
    everyone: bool,
) -> Result<DataFrame> {
    let members = members(tables, prepared, cut, everyone).await?;
    let needs = tables.scan("needs").await?;
    let needs = needs.select(vec![
        ident("citizen").alias("whose"),
        text("need").alias("need"),
        text("status").alias("status"),
    ])?;
    let both = members.join(needs, JoinType::Inner, &["citizen"], &["whose"], None)?;
    both.aggregate(
        ["place", "group", "part", "need", "status"].map(ident).to_vec(),
        vec![count(lit(1)).alias("citizens")],
    )
}

/// The scatter of care: place, group, part, citizens, mean distinct organisations over all of them (nobody met counts as
/// 0), and of those with at least 4 contacts how many and their mean fragmentation.
pub(crate) async fn scatter(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    cut: Cut,
    everyone: bool,
) -> Result<DataFrame> {
    let members = members(tables, prepared, cut, everyone).await?;
    let scatter = tables.scan("fragmentation").await?.with_column_renamed("citizen", "whose")?;
    let both = members.join(scatter, JoinType::Inner, &["citizen"], &["whose"], None)?;
    let means = vec![
        count(lit(1)).alias("citizens"),
        count(ident("fragmentation")).alias("fragmented"),
        avg(ident("fragmentation")).alias("mean_fragmentation"),
        avg(cast(ident("organisations"), DataType::Float64)).alias("mean_organisations"),
    ];
    both.aggregate(["place", "group", "part"].map(ident).to_vec(), means)
}
