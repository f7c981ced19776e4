//! Summary: members, their needs and the scatter of their care, counted by place, group and cut. Counted in each bucket as
//! it is written, and added up over all.
//!
//! Exact counts: [`crate::summary`] decides what of them may be shown.

use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::ident;

use crate::outputs::counts_schema;
use crate::tables::Tables;

/// What members are cut by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cut {
    All,
    Area,
    DeprivationFifth,
    AgeBand,
    Sex,
}

/// Every cut. All but areas, which may overlap, divide members into parts that add up.
pub(crate) const CUTS: [Cut; 5] = [Cut::All, Cut::Area, Cut::DeprivationFifth, Cut::AgeBand, Cut::Sex];

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

    /// The cut of a word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        CUTS.into_iter().find(|cut| cut.word() == word)
    }
}

/// The counts of all buckets added up: place, group, cut, part; of members (no need) the sums of what is said of each, of
/// the others need and status.
///
/// To be run as one stream: sums of real numbers are the same only in the same order.
pub(crate) async fn counts(tables: &Tables<'_>) -> Result<DataFrame> {
    let counts = tables.scan_as("count_of_bucket", &counts_schema()).await?;
    let sums = ["citizens", "fragmented", "organisations", "fragmentation"];
    counts.aggregate(
        ["place", "group", "cut", "part", "need", "status"].map(ident).to_vec(),
        sums.map(|name| sum(ident(name)).alias(name)).to_vec(),
    )
}
