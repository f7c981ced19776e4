//! A citizen's standing, contacts and evidence in, needs, visits, circle and fragmentation out.

mod choices;
mod citizen;
mod ids;
mod read;
mod sharing;
mod write;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StructArray};
use datafusion::common::Result;
use rustc_hash::FxHashMap;
use stead_rules::area::metres_between;
use stead_rules::owner::{Lineages, can_meet};
use stead_rules::visits::Covers;
use stead_rules::{CitizenId, Day, GroupId, Need, NeedId, OrganisationId, Service, ServiceKind, Site, SiteId};

use super::function::Entry;
use crate::prepared::Prepared;
pub(crate) use write::FRAGMENTATION;

/// What citizens need, and who is around them. Arguments: [`ARGUMENTS`].
pub(crate) static CARE: Entry = Entry { name: "stead_care", returns: write::data_type, body: evaluate };

/// What is asked of a citizen, in order: where they stand, and the lists of rows gathered of them.
pub(crate) const ARGUMENTS: [&str; 8] =
    ["standing", "contacts", "condition", "observation", "procedure", "medication", "choices", "sharing_choices"];

fn evaluate(prepared: &Prepared, columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let reader = read::Reader::new(columns)?;
    let reach = Reach::new(prepared);
    let mut writer = write::Writer::new();
    let mut desk = Desk::new(prepared);
    for row in 0..rows {
        let facts = reader.facts(row, &reach);
        desk.metres.get_mut().fill(None);
        let answers = citizen::answers(&mut desk, &facts);
        writer.citizen(&facts, &answers)?;
    }
    Ok(Arc::new(StructArray::try_new(write::fields(), writer.finish()?, None)?))
}

/// Which records count.
struct Reach<'a> {
    /// The day of the run: nothing after it.
    on: Day,
    /// The first day whose contacts count for the circle.
    look_back: Day,
    /// The kinds of service by which needs without codes are met, however long ago.
    kinds: BTreeSet<&'a ServiceKind>,
    /// The lists by which needs are met, as bits.
    lists: &'a [u8],
}

impl<'a> Reach<'a> {
    fn new(prepared: &'a Prepared) -> Self {
        let by_contact = prepared.definitions.needs.iter().filter(|need| need.met_by.codes.is_empty());
        Self {
            on: prepared.params.on,
            look_back: prepared.params.look_back(),
            kinds: by_contact.flat_map(|need| &need.met_by.services).collect(),
            lists: &prepared.need_lists,
        }
    }
}

/// What is looked up again and again while answering for citizens.
struct Desk<'a> {
    prepared: &'a Prepared,
    /// Each need with the services that can meet it on the day of the run; by id.
    needs: Vec<NeedDesk<'a>>,
    lineages: Lineages<'a>,
    /// What organisations are called.
    organisations: FxHashMap<&'a OrganisationId, &'a str>,
    /// Where sites lie, longitude and latitude in degrees; numbered.
    sites: FxHashMap<&'a SiteId, (usize, (f64, f64))>,
    /// How far each site is from the home at hand, once somebody has asked.
    metres: RefCell<Vec<Option<u32>>>,
    covers: Covers,
    /// The folder's groups, by what records of standing call them.
    groups: FxHashMap<&'a str, &'a GroupId>,
    /// Whoever is answered for: all that is read with a citizen is theirs, so that rules need not be told who it is.
    somebody: CitizenId,
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
        let point = |(number, site): (usize, &'a Site)| {
            let around = || site.small_area.as_ref().and_then(|code| prepared.centres.get(code)).copied();
            Some((&site.id, (number, site.longitude.zip(site.latitude).or_else(around)?)))
        };
        Self {
            prepared,
            needs,
            lineages: Lineages::new(&definitions.organisations),
            organisations: definitions.organisations.iter().map(|body| (&body.id, &*body.name)).collect(),
            metres: RefCell::new(vec![None; definitions.sites.len()]),
            sites: definitions.sites.iter().enumerate().filter_map(point).collect(),
            covers: Covers::default(),
            groups: definitions.groups.iter().map(|group| (group.id.as_str(), &group.id)).collect(),
            somebody: "somebody".into(),
        }
    }

    /// How far a service is from a home, in metres, where both are known.
    fn metres(&self, home: Option<(f64, f64)>, service: &Service) -> Option<u32> {
        let (home, (number, site)) = (home?, *self.sites.get(&service.site)?);
        let mut known = self.metres.borrow_mut();
        Some(*known.get_mut(number)?.get_or_insert_with(|| metres_between(home, site)))
    }

    fn need(&self, id: &NeedId) -> Option<&NeedDesk<'a>> {
        self.needs.iter().find(|desk| desk.need.id == *id)
    }
}
