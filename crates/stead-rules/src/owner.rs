//! Owner: which organisation owns the next step for a need of a citizen, and why that one, or why nobody does.
//!
//! In: the services that can meet the need and are open to the citizen, each with the citizen's ties to its
//! organisation ([`offers`]). Out: an [`Owner`] with a service, or none, and the rule that decided.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::id::{GroupId, OrganisationId, ServiceKind};
use crate::need::{MetBy, Need};
use crate::organisation::{OpenTo, Organisation, Service, ServiceStatus};
use crate::person::worded;

worded! {
    /// Why an organisation owns the next step, best reason first, or why nobody does.
    ///
    /// An agreement in which somebody promised to deliver the need comes before all of these once agreements are read:
    /// its variant belongs first here, and its test first in [`owner`].
    OwnerWhy {
        /// It met the need last time and still offers it.
        LastMet = "last-met",
        /// No other organisation offers it.
        OnlyOne = "only-one",
        /// The citizen is registered with it (or with a part of it).
        Registered = "registered",
        /// It already acts for the citizen: in this kind of service, or else in another.
        Acting = "acting",
        /// Nobody: several organisations could, and nothing says which.
        SeveralCould = "several-could",
        /// Nobody: no service open to this citizen can meet it.
        NobodyOffers = "nobody-offers",
    }
}

/// A service that can meet a need of a citizen, and what ties the citizen to the organisation that offers it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer<'a> {
    /// The service.
    pub service: &'a Service,
    /// Whether its organisation was the one that met the need last.
    pub met_last: bool,
    /// How many steps up from where the citizen is registered the organisation stands: 0 itself, 1 its federation …;
    /// `None`: not above it.
    pub registered_steps: Option<u8>,
    /// The citizen's latest contact with the organisation in this kind of service.
    pub contact_in_kind: Option<Day>,
    /// The citizen's latest contact with the organisation in any service.
    pub contact: Option<Day>,
    /// How far from the citizen's home it is, in metres, where both are known.
    pub metres: Option<u32>,
}

/// A citizen's latest contact with an organisation in a kind of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acting<'a> {
    /// The organisation.
    pub organisation: &'a OrganisationId,
    /// The kind of service, where it is known.
    pub kind: Option<&'a ServiceKind>,
    /// When.
    pub last: Day,
}

/// What ties a citizen to organisations.
#[derive(Clone, Copy, Debug)]
pub struct Ties<'a> {
    /// Where the citizen is registered.
    pub registered: Option<&'a OrganisationId>,
    /// Who acted for the citizen in the time looked at, in any order.
    pub acting: &'a [Acting<'a>],
}

/// Who owns the next step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Owner<'a> {
    /// The service to ask; `None`: nobody owns it.
    pub service: Option<&'a Service>,
    /// Why that one, or why nobody.
    pub why: OwnerWhy,
    /// How many organisations could.
    pub organisations: usize,
}

/// Which organisation belongs to which.
#[derive(Clone, Debug, Default)]
pub struct Lineages<'a>(FxHashMap<&'a OrganisationId, &'a OrganisationId>);

/// Whether a contact in a `kind` of service with any of `professions` could meet a need: the kind is among its services
/// and, where it names professions, one of these is among them.
pub(crate) fn answers<'a>(
    met_by: &MetBy,
    kind: &ServiceKind,
    mut professions: impl Iterator<Item = &'a crate::id::ProfessionId>,
) -> bool {
    met_by.services.contains(kind)
        && (met_by.professions.is_empty() || professions.any(|profession| met_by.professions.contains(profession)))
}

/// Whether `service` can meet `need` on a day, whoever asks: it is live then, of a kind that meets it, and a profession
/// that may works in it.
pub fn can_meet(service: &Service, need: &Need, on: Day) -> bool {
    service.status == ServiceStatus::Live
        && service.period.contains(on)
        && answers(&need.met_by, &service.kind, service.professions.iter())
}

/// Whether a citizen may use `service`. `is_member` says whether the citizen is in a group on the day.
///
/// `registered` opens it to those registered with the service's organisation, with one it is part of, or with a part of
/// it.
pub fn is_open(
    service: &Service,
    registered: Option<&OrganisationId>,
    lineages: &Lineages<'_>,
    is_member: impl Fn(&GroupId) -> bool,
) -> bool {
    match &service.open_to {
        OpenTo::Anyone => true,
        OpenTo::Group(group) => is_member(group),
        OpenTo::Registered => registered.is_some_and(|with| {
            lineages.steps(with, &service.organisation).is_some()
                || lineages.steps(&service.organisation, with).is_some()
        }),
    }
}

/// The citizen's ties to each of `services`: those that can meet the need ([`can_meet`]) and are open to the citizen
/// ([`is_open`]). `metres` says how far from the citizen's home a service is.
pub fn offers<'a>(
    services: impl IntoIterator<Item = &'a Service>,
    met_last_by: Option<&OrganisationId>,
    ties: &Ties<'_>,
    lineages: &Lineages<'_>,
    metres: impl Fn(&Service) -> Option<u32>,
) -> Vec<Offer<'a>> {
    let offer = |service: &'a Service| {
        let here = || ties.acting.iter().filter(|acting| *acting.organisation == service.organisation);
        Offer {
            service,
            met_last: met_last_by == Some(&service.organisation),
            registered_steps: ties.registered.and_then(|with| lineages.steps(with, &service.organisation)),
            contact_in_kind: here().filter(|it| it.kind == Some(&service.kind)).map(|it| it.last).max(),
            contact: here().map(|it| it.last).max(),
            metres: metres(service),
        }
    };
    services.into_iter().map(offer).collect()
}

/// Who owns the next step for `need` among `offers`. The first rule that finds an organisation decides:
///
/// 1. the one that met it last;
/// 2. the only one that offers it;
/// 3. the one the citizen is registered with, or else the nearest that this one is part of;
/// 4. the one that acted for the citizen last in that kind of service, or else in any;
/// 5. nobody.
///
/// Ties go to the lesser organisation id. Of the organisation's services it is the one of the kind in which it acted
/// for the citizen last, then of the kind that the need names first, then the nearest to the citizen's home, then the
/// lesser id.
pub fn owner<'a>(need: &Need, offers: &[Offer<'a>]) -> Owner<'a> {
    let organisations = organisations(offers);
    let owned = |by: &Offer<'a>, why| {
        let service = service_of(need, offers, &by.service.organisation);
        Owner { service: Some(service.unwrap_or(by.service)), why, organisations }
    };
    let id = |offer: &&Offer<'a>| &offer.service.organisation;
    if let Some(last) = offers.iter().filter(|offer| offer.met_last).min_by_key(id) {
        return owned(last, OwnerWhy::LastMet);
    }
    if let (1, Some(only)) = (organisations, offers.first()) {
        return owned(only, OwnerWhy::OnlyOne);
    }
    let near = offers.iter().filter(|offer| offer.registered_steps.is_some());
    if let Some(near) = near.min_by_key(|offer| (offer.registered_steps, id(offer))) {
        return owned(near, OwnerWhy::Registered);
    }
    for contact in [|offer: &Offer<'a>| offer.contact_in_kind, |offer: &Offer<'a>| offer.contact] {
        let acting = offers.iter().filter(|offer| contact(offer).is_some());
        if let Some(latest) = acting.min_by_key(|offer| (std::cmp::Reverse(contact(offer)), id(offer))) {
            return owned(latest, OwnerWhy::Acting);
        }
    }
    let why = if offers.is_empty() { OwnerWhy::NobodyOffers } else { OwnerWhy::SeveralCould };
    Owner { service: None, why, organisations }
}

fn organisations(offers: &[Offer<'_>]) -> usize {
    let mut ids: Vec<_> = offers.iter().map(|offer| &offer.service.organisation).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}

fn service_of<'a>(need: &Need, offers: &[Offer<'a>], organisation: &OrganisationId) -> Option<&'a Service> {
    let named = |offer: &Offer<'_>| need.met_by.services.iter().position(|kind| *kind == offer.service.kind);
    let theirs = offers.iter().filter(|offer| offer.service.organisation == *organisation);
    theirs
        .min_by_key(|offer| {
            let far = (offer.metres.is_none(), offer.metres);
            (std::cmp::Reverse(offer.contact_in_kind), named(offer), far, &offer.service.id)
        })
        .map(|offer| offer.service)
}

impl<'a> Owner<'a> {
    /// The organisation that owns the next step.
    pub fn organisation(&self) -> Option<&'a OrganisationId> {
        self.service.map(|service| &service.organisation)
    }

    /// Why, in a sentence; `name` is the owning organisation's name as people say it (not used when nobody owns it).
    pub fn sentence(&self, name: &str) -> String {
        match self.why {
            OwnerWhy::LastMet => format!("{name} did it last time and still offers it."),
            OwnerWhy::OnlyOne => format!("{name} is the only one that offers it."),
            OwnerWhy::Registered => format!("{name} offers it and the citizen is registered there."),
            OwnerWhy::Acting => format!("{name} offers it and already acts for the citizen."),
            OwnerWhy::SeveralCould => {
                format!("Nobody: {} organisations could do it, and nothing says which.", self.organisations)
            }
            OwnerWhy::NobodyOffers => "Nobody: no service open to the citizen can do it.".to_owned(),
        }
    }
}

impl<'a> Lineages<'a> {
    /// Reads them off the organisations.
    pub fn new(organisations: impl IntoIterator<Item = &'a Organisation>) -> Self {
        Self(organisations.into_iter().filter_map(|it| Some((&it.id, it.part_of.as_ref()?))).collect())
    }

    /// How many steps up from `part` to `whole`: 0 when they are one, `None` when `part` does not belong to `whole`.
    pub fn steps(&self, part: &OrganisationId, whole: &OrganisationId) -> Option<u8> {
        // The limit ends a walk among organisations that belong to each other in a circle.
        const STEPS_MAX: u8 = 16;
        let mut at = part;
        for steps in 0..=STEPS_MAX {
            if at == whole {
                return Some(steps);
            }
            at = self.0.get(at).copied()?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Period;
    use crate::need::Frequency;

    fn need(services: &[&str], professions: &[&str]) -> Need {
        Need {
            id: "foot-check".into(),
            name: "Foot check".into(),
            group: "people-with-diabetes".into(),
            frequency: Frequency::EveryMonths(12),
            first_within_days: 90,
            due_notice_days: 56,
            travel_minutes_max: None,
            met_by: MetBy {
                services: services.iter().map(|kind| (*kind).into()).collect(),
                professions: professions.iter().map(|profession| (*profession).into()).collect(),
                codes: Vec::new(),
            },
            not_for: Vec::new(),
            source: "NICE NG19".into(),
            why: None,
        }
    }

    fn service(id: &str, kind: &str, organisation: &str) -> Service {
        Service {
            id: id.into(),
            kind: kind.into(),
            organisation: organisation.into(),
            site: "site".into(),
            professions: vec!["podiatrist".into(), "nurse".into()],
            status: ServiceStatus::Live,
            period: Period::ALL,
            open_to: OpenTo::Anyone,
            hours: None,
            capacity_per_week: None,
            unit_cost_pence: None,
            codes: Vec::new(),
        }
    }

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn practice_in_federation() -> Vec<Organisation> {
        let organisation = |id: &str, part_of: Option<&str>| Organisation {
            id: id.into(),
            name: id.into(),
            kind: "gp-practice".into(),
            codes: Vec::new(),
            part_of: part_of.map(Into::into),
        };
        vec![
            organisation("practice", Some("federation")),
            organisation("federation", None),
            organisation("other", Some("federation")),
        ]
    }

    /// Three organisations offer foot checks; who owns the next step follows from the ties.
    fn owned(
        met_last: Option<&str>,
        registered: Option<&str>,
        acting: &[(&str, &str, &str)],
    ) -> (Option<String>, OwnerWhy, String) {
        let services = [
            service("trust-feet", "podiatry", "trust"),
            service("charity-feet", "podiatry", "charity"),
            service("federation-nurse", "nursing", "federation"),
        ];
        let (organisations, need) = (practice_in_federation(), need(&["podiatry", "nursing"], &[]));
        let lineages = Lineages::new(&organisations);
        let ids: Vec<(OrganisationId, ServiceKind, Day)> =
            acting.iter().map(|(who, kind, last)| ((*who).into(), (*kind).into(), day(last))).collect();
        let acting: Vec<Acting<'_>> = ids
            .iter()
            .map(|(organisation, kind, last)| Acting { organisation, kind: Some(kind), last: *last })
            .collect();
        let (met_last, registered) = (met_last.map(OrganisationId::from), registered.map(OrganisationId::from));
        let ties = Ties { registered: registered.as_ref(), acting: &acting };
        let offers = offers(&services, met_last.as_ref(), &ties, &lineages, |_| None);
        let owner = owner(&need, &offers);
        let name = owner.organisation().map(ToString::to_string);
        let sentence = owner.sentence(name.as_deref().unwrap_or_default());
        (name, owner.why, sentence)
    }

    #[test]
    fn whoever_did_it_last_time_does_it_again() {
        let found = owned(Some("charity"), Some("practice"), &[("trust", "podiatry", "2026-01-01")]);
        assert_eq!(
            found,
            (Some("charity".into()), OwnerWhy::LastMet, "charity did it last time and still offers it.".into())
        );
    }

    #[test]
    fn the_federation_acts_for_the_practice_where_the_citizen_is_registered() {
        let found = owned(Some("gone"), Some("practice"), &[("trust", "podiatry", "2026-01-01")]);
        assert_eq!((found.0.as_deref(), found.1), (Some("federation"), OwnerWhy::Registered));
    }

    #[test]
    fn who_acts_in_that_kind_of_service_comes_before_who_acted_later_in_another() {
        let found = owned(None, None, &[("trust", "podiatry", "2020-01-01"), ("charity", "housing", "2026-01-01")]);
        assert_eq!((found.0.as_deref(), found.1), (Some("trust"), OwnerWhy::Acting));
        let found = owned(None, None, &[("trust", "surgery", "2020-01-01"), ("charity", "housing", "2026-01-01")]);
        assert_eq!((found.0.as_deref(), found.1), (Some("charity"), OwnerWhy::Acting));
    }

    #[test]
    fn where_several_could_and_nothing_ties_them_to_the_citizen_nobody_owns_it() {
        let found = owned(None, Some("elsewhere"), &[]);
        let sentence = "Nobody: 3 organisations could do it, and nothing says which.";
        assert_eq!(found, (None, OwnerWhy::SeveralCould, sentence.into()));
    }

    #[test]
    fn the_only_one_owns_it_and_its_service_of_the_kind_named_first_is_asked() {
        let services = [service("a-nurse", "nursing", "trust"), service("b-feet", "podiatry", "trust")];
        let ties = Ties { registered: None, acting: &[] };
        let need = need(&["podiatry", "nursing"], &[]);
        let only = owner(&need, &offers(&services, None, &ties, &Lineages::default(), |_| None));
        assert_eq!((only.why, only.service.map(|it| it.id.as_str())), (OwnerWhy::OnlyOne, Some("b-feet")));
        let nobody = owner(&need, &[]);
        assert_eq!((nobody.why, nobody.service), (OwnerWhy::NobodyOffers, None));
        assert_eq!(nobody.sentence(""), "Nobody: no service open to the citizen can do it.");
    }

    #[test]
    fn a_service_can_meet_a_need_when_live_of_the_kind_and_with_the_profession() {
        let (feet, today) = (service("feet", "podiatry", "trust"), day("2026-04-01"));
        assert!(can_meet(&feet, &need(&["podiatry"], &[]), today));
        assert!(can_meet(&feet, &need(&["podiatry"], &["gp", "podiatrist"]), today));
        assert!(!can_meet(&feet, &need(&["podiatry"], &["gp"]), today));
        assert!(!can_meet(&feet, &need(&["nursing"], &[]), today));
        let planned = Service { status: ServiceStatus::Proposed, ..feet.clone() };
        assert!(!can_meet(&planned, &need(&["podiatry"], &[]), today));
        let ended = Service { period: Period { from: Day::ALWAYS, to: today }, ..feet };
        assert!(!can_meet(&ended, &need(&["podiatry"], &[]), today));
    }

    #[test]
    fn a_service_for_the_registered_is_open_within_its_lineage_but_not_to_a_neighbour() {
        let organisations = practice_in_federation();
        let lineages = Lineages::new(&organisations);
        let closed =
            |organisation: &str| Service { open_to: OpenTo::Registered, ..service("s", "podiatry", organisation) };
        let open = |service: &Service, with: Option<&str>| {
            is_open(service, with.map(OrganisationId::from).as_ref(), &lineages, |_| false)
        };
        assert!(open(&closed("practice"), Some("practice")));
        assert!(open(&closed("federation"), Some("practice")));
        assert!(open(&closed("practice"), Some("federation")));
        assert!(!open(&closed("practice"), Some("other")));
        assert!(!open(&closed("practice"), None));
        let group = Service { open_to: OpenTo::Group("young".into()), ..service("s", "podiatry", "trust") };
        assert!(is_open(&group, None, &lineages, |group| group.as_str() == "young"));
        assert!(!is_open(&group, None, &lineages, |_| false));
    }
}
