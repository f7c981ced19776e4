//! The body of `stead_care`: a citizen's standing, contacts and evidence in, needs, visits, circle and fragmentation out.

mod citizen;
mod read;
mod write;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StructArray};
use datafusion::common::Result;
use rustc_hash::FxHashMap;
use stead_rules::area::metres_between;
use stead_rules::owner::{Lineages, can_meet};
use stead_rules::visits::Covers;
use stead_rules::{Need, NeedId, OrganisationId, PlaceId, ProfessionId, Service, ServiceKind, Site, SiteId};

use crate::prepared::Prepared;
pub(crate) use write::data_type;

/// Answers for each citizen.
pub(crate) fn evaluate(prepared: &Prepared, columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let reader = read::Reader::new(columns)?;
    let mut writer = write::Writer::new();
    let mut desk = Desk::new(prepared);
    for row in 0..rows {
        let facts = reader.facts(row, &mut desk.names)?;
        let answers = citizen::answers(&mut desk, &facts);
        writer.citizen(&facts, &answers)?;
    }
    Ok(Arc::new(StructArray::try_new(write::fields(), writer.finish()?, None)?))
}

/// What is looked up again and again while answering for citizens.
struct Desk<'a> {
    prepared: &'a Prepared,
    /// Each need with the services that can meet it on the day of the run; by id.
    needs: Vec<NeedDesk<'a>>,
    lineages: Lineages<'a>,
    /// Where sites lie, longitude and latitude in degrees.
    sites: FxHashMap<&'a SiteId, (f64, f64)>,
    covers: Covers,
    names: Names,
}

struct NeedDesk<'a> {
    need: &'a Need,
    /// Positions of its lists among the compiled lists.
    lists: Vec<usize>,
    services: Vec<&'a Service>,
}

impl<'a> Desk<'a> {
    fn new(prepared: &'a Prepared) -> Self {
        let definitions = &prepared.definitions;
        let desk = |need: &'a Need| NeedDesk {
            need,
            lists: need.met_by.codes.iter().filter_map(|id| prepared.compiled.list(id)).collect(),
            services: definitions
                .services
                .iter()
                .filter(|service| can_meet(service, need, prepared.params.on))
                .collect(),
        };
        // By id, as the tables are sorted.
        let mut needs: Vec<_> = definitions.needs.iter().map(desk).collect();
        needs.sort_by_key(|of| &of.need.id);
        let point = |site: &'a Site| {
            let around = || site.small_area.as_ref().and_then(|code| prepared.centres.get(code)).copied();
            Some((&site.id, site.longitude.zip(site.latitude).or_else(around)?))
        };
        Self {
            prepared,
            needs,
            lineages: Lineages::new(&definitions.organisations),
            sites: definitions.sites.iter().filter_map(point).collect(),
            covers: Covers::default(),
            names: Names::default(),
        }
    }

    /// How far a service is from a home, in metres, where both are known.
    fn metres(&self, home: Option<(f64, f64)>, service: &Service) -> Option<u32> {
        Some(metres_between(home?, *self.sites.get(&service.site)?))
    }

    fn need(&self, id: &NeedId) -> Option<&NeedDesk<'a>> {
        self.needs.iter().find(|desk| desk.need.id == *id)
    }
}

/// Ids by their text, so that each is made once a batch rather than once a row.
#[derive(Default)]
struct Names {
    organisations: FxHashMap<String, OrganisationId>,
    kinds: FxHashMap<String, ServiceKind>,
    professions: FxHashMap<String, ProfessionId>,
    places: FxHashMap<String, PlaceId>,
}

macro_rules! interned {
    ($($name:ident: $map:ident, $id:ty;)*) => {$(
        fn $name(&mut self, text: &str) -> $id {
            if let Some(known) = self.$map.get(text) {
                return known.clone();
            }
            let id = <$id>::from(text);
            self.$map.insert(text.to_owned(), id.clone());
            id
        }
    )*};
}

impl Names {
    interned! {
        organisation: organisations, OrganisationId;
        kind: kinds, ServiceKind;
        profession: professions, ProfessionId;
        place: places, PlaceId;
    }
}
