//! Definitions: everything that place folders say, checked and put together.

use serde::{Deserialize, Serialize};

use crate::agreement::{Agreement, Clause};
use crate::area::{Area, SmallArea};
use crate::category::Category;
use crate::code::Codelist;
use crate::criterion::Group;
use crate::mapping::Mapping;
use crate::need::Need;
use crate::organisation::{Organisation, Service, Site};
use crate::place::Place;
use crate::tariff::Tariff;

/// What one or more place folders define.
///
/// INVARIANT (kept by whoever builds it, `stead-folder` for files): ids are unique within a kind, every id that is
/// mentioned exists, and groups do not refer to each other in a circle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Definitions {
    /// The places.
    pub places: Vec<Place>,
    /// Geographies.
    pub areas: Vec<Area>,
    /// What is known of small areas.
    pub small_areas: Vec<SmallArea>,
    /// People groups.
    pub groups: Vec<Group>,
    /// Needs of those groups.
    pub needs: Vec<Need>,
    /// Organisations.
    pub organisations: Vec<Organisation>,
    /// Sites.
    pub sites: Vec<Site>,
    /// Services.
    pub services: Vec<Service>,
    /// Lists of codes.
    pub codelists: Vec<Codelist>,
    /// How foreign codes map to this folder's words.
    pub mappings: Vec<Mapping>,
    /// The folder's own categories of record; [`Definitions::all_categories`] has those that every place has besides.
    pub categories: Vec<Category>,
    /// Agreements.
    pub agreements: Vec<Agreement>,
    /// Tables of prices that agreements name.
    pub tariffs: Vec<Tariff>,
}

impl Definitions {
    /// Every clause of every agreement, in order.
    pub fn clauses(&self) -> impl Iterator<Item = (&Agreement, &Clause)> {
        self.agreements.iter().flat_map(|agreement| agreement.clauses.iter().map(move |clause| (agreement, clause)))
    }
}
