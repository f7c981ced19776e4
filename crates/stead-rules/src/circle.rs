//! Circle: the organisations, services and professionals around a citizen, who of them coordinates, and who is missing.
//!
//! In: the citizen's contacts in the time looked at. Out: an [`Entry`] for each professional and service, a
//! [`Coordinator`], and the needs that nobody in the circle can meet.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::id::{NeedId, OrganisationId, ProfessionId, ServiceKind};
use crate::need::Need;
use crate::owner::answers;
use crate::person::worded;

/// A citizen's contact with an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact<'a> {
    /// When.
    pub day: Day,
    /// Which came first on the same day.
    pub order: u32,
    /// With which organisation.
    pub organisation: &'a OrganisationId,
    /// In which kind of service, where that is known.
    pub kind: Option<&'a ServiceKind>,
    /// With whom in person, where that is known.
    pub professional: Option<&'a str>,
    /// Which profession, where that is known.
    pub profession: Option<&'a ProfessionId>,
}

/// Who provided a contact, for measures of continuity: the professional or, where none is named, the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactProvider<'a> {
    /// Somebody in person.
    Professional(&'a str),
    /// An organisation.
    Organisation(&'a OrganisationId),
}

/// Somebody around a citizen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The organisation.
    pub organisation: &'a OrganisationId,
    /// The kind of service.
    pub kind: Option<&'a ServiceKind>,
    /// The professional.
    pub professional: Option<&'a str>,
    /// The profession.
    pub profession: Option<&'a ProfessionId>,
    /// Day of the first contact.
    pub first: Day,
    /// Day of the last contact.
    pub last: Day,
    /// How many contacts.
    pub contacts: u32,
}

worded! {
    /// By which rule somebody coordinates, or that nobody does.
    CoordinatorWhy {
        /// The citizen chose them.
        Chosen = "chosen",
        /// The place's rule: the first profession of its list that is in the circle.
        Profession = "profession",
        /// Nobody in the circle has a profession of the list, so it is where the citizen is registered.
        Registered = "registered",
        /// Nobody.
        Nobody = "nobody",
    }
}

/// Whom a citizen chose to coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// The organisation.
    pub organisation: &'a OrganisationId,
    /// In person, if the citizen named somebody.
    pub professional: Option<&'a str>,
    /// Their profession.
    pub profession: Option<&'a ProfessionId>,
}

/// Who coordinates a citizen's care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coordinator<'a> {
    /// The organisation; `None`: nobody coordinates.
    pub organisation: Option<&'a OrganisationId>,
    /// In person.
    pub professional: Option<&'a str>,
    /// The profession.
    pub profession: Option<&'a ProfessionId>,
    /// By which rule, or that nobody does.
    pub why: CoordinatorWhy,
}

impl<'a> Contact<'a> {
    /// Who provided it.
    pub fn provider(&self) -> ContactProvider<'a> {
        self.professional.map_or(ContactProvider::Organisation(self.organisation), ContactProvider::Professional)
    }
}

/// The circle: one entry for each organisation, kind of service, professional and profession, in that order.
///
/// `contacts` are those in the time looked at, in any order.
pub fn circle<'a>(contacts: &[Contact<'a>]) -> Vec<Entry<'a>> {
    let mut entries = BTreeMap::<_, Entry<'a>>::new();
    for contact in contacts {
        let Contact { day, organisation, kind, professional, profession, .. } = *contact;
        let fresh = Entry { organisation, kind, professional, profession, first: day, last: day, contacts: 0 };
        let entry = entries.entry((organisation, kind, professional, profession)).or_insert(fresh);
        entry.first = entry.first.min(day);
        entry.last = entry.last.max(day);
        entry.contacts = entry.contacts.saturating_add(1);
    }
    entries.into_values().collect()
}

/// The providers of `contacts` in order of time: what [`crate::continuity::sequential`] asks for.
pub fn providers_in_order<'a>(contacts: &[Contact<'a>]) -> Vec<ContactProvider<'a>> {
    let mut timed: Vec<_> = contacts.iter().map(|it| (it.day, it.order, it.provider())).collect();
    timed.sort_unstable();
    timed.into_iter().map(|(_, _, provider)| provider).collect()
}

/// Who coordinates. The first rule that finds somebody decides:
///
/// 1. the citizen's own `choice`;
/// 2. the first of the place's `coordinators` (professions, best first) that is in the circle: of several such
///    professionals the one with most contacts, then the latest contact, then the lesser organisation and professional;
/// 3. the organisation where the citizen is `registered`;
/// 4. nobody.
pub fn coordinator<'a>(
    circle: &[Entry<'a>],
    choice: Option<Choice<'a>>,
    coordinators: &[ProfessionId],
    registered: Option<&'a OrganisationId>,
) -> Coordinator<'a> {
    if let Some(Choice { organisation, professional, profession }) = choice {
        return Coordinator { organisation: Some(organisation), professional, profession, why: CoordinatorWhy::Chosen };
    }
    coordinators.iter().find_map(|profession| closest(circle, profession)).unwrap_or(Coordinator {
        organisation: registered,
        professional: None,
        profession: None,
        why: if registered.is_some() { CoordinatorWhy::Registered } else { CoordinatorWhy::Nobody },
    })
}

/// Of those with `profession` in the circle, the one who knows the citizen best.
fn closest<'a>(circle: &[Entry<'a>], profession: &ProfessionId) -> Option<Coordinator<'a>> {
    let mut people = BTreeMap::<_, (u32, Day, &'a ProfessionId)>::new();
    for entry in circle {
        let Some(theirs) = entry.profession.filter(|theirs| *theirs == profession) else { continue };
        let known = people.entry((entry.organisation, entry.professional)).or_insert((0, entry.last, theirs));
        known.0 = known.0.saturating_add(entry.contacts);
        known.1 = known.1.max(entry.last);
    }
    let best = people.into_iter().min_by_key(|(who, (contacts, last, _))| (Reverse((*contacts, *last)), *who));
    best.map(|((organisation, professional), (_, _, profession))| Coordinator {
        organisation: Some(organisation),
        professional,
        profession: Some(profession),
        why: CoordinatorWhy::Profession,
    })
}

impl Coordinator<'_> {
    /// By which rule, in a sentence; `name` is the coordinator's name as people say it (not used when nobody
    /// coordinates).
    pub fn sentence(&self, name: &str) -> String {
        match self.why {
            CoordinatorWhy::Chosen => format!("{name} coordinates: the citizen chose so."),
            CoordinatorWhy::Profession => {
                format!("{name} coordinates: first of the place's coordinating professions around the citizen.")
            }
            CoordinatorWhy::Registered => {
                format!(
                    "{name} coordinates: the citizen is registered there, and no coordinating profession is around."
                )
            }
            CoordinatorWhy::Nobody => {
                "Nobody coordinates: no coordinating profession is around the citizen, who is registered nowhere."
                    .to_owned()
            }
        }
    }
}

/// Whether this member of the circle can meet a need: its kind of service can and, where the need names professions,
/// its profession may.
pub fn could_meet(entry: &Entry<'_>, need: &Need) -> bool {
    entry.kind.is_some_and(|kind| answers(&need.met_by, kind, entry.profession.into_iter()))
}

/// Of `needs` (those that apply and are not met), the ones that nobody in the circle can meet.
pub fn missing<'a>(needs: impl IntoIterator<Item = &'a Need>, circle: &[Entry<'_>]) -> Vec<&'a NeedId> {
    let unmet = needs.into_iter().filter(|need| !circle.iter().any(|entry| could_meet(entry, need)));
    unmet.map(|need| &need.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::continuity::sequential;
    use crate::need::{Frequency, MetBy};

    type Row = (i32, &'static str, &'static str, Option<&'static str>, &'static str);

    struct Story(Vec<(Day, OrganisationId, ServiceKind, Option<&'static str>, ProfessionId)>);

    impl Story {
        fn of(rows: &[Row]) -> Self {
            let row = |&(day, organisation, kind, who, profession): &Row| {
                (Day::from_epoch_days(day), organisation.into(), kind.into(), who, profession.into())
            };
            Self(rows.iter().map(row).collect())
        }

        fn contacts(&self) -> Vec<Contact<'_>> {
            let rows = (0..).zip(&self.0);
            rows.map(|(order, (day, organisation, kind, professional, profession))| Contact {
                day: *day,
                order,
                organisation,
                kind: Some(kind),
                professional: *professional,
                profession: Some(profession),
            })
            .collect()
        }
    }

    fn ada() -> Story {
        Story::of(&[
            (9, "practice", "general-practice", Some("dr-bell"), "gp"),
            (1, "practice", "general-practice", Some("dr-bell"), "gp"),
            (5, "practice", "general-practice", Some("nurse-cole"), "practice-nurse"),
            (6, "practice", "diabetes-clinic", Some("nurse-cole"), "practice-nurse"),
            (7, "trust", "diabetes-clinic", Some("nurse-dunn"), "practice-nurse"),
            (8, "optician", "eye-test", None, "optometrist"),
        ])
    }

    fn professions(of: &[&str]) -> Vec<ProfessionId> {
        of.iter().map(|id| (*id).into()).collect()
    }

    #[test]
    fn the_circle_counts_contacts_by_organisation_service_and_person() {
        let story = ada();
        let contacts = story.contacts();
        let found = circle(&contacts);
        let rows: Vec<_> = found
            .iter()
            .map(|it| {
                (it.organisation.as_str(), it.professional, it.first.epoch_days(), it.last.epoch_days(), it.contacts)
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("optician", None, 8, 8, 1),
                ("practice", Some("nurse-cole"), 6, 6, 1),
                ("practice", Some("dr-bell"), 1, 9, 2),
                ("practice", Some("nurse-cole"), 5, 5, 1),
                ("trust", Some("nurse-dunn"), 7, 7, 1),
            ]
        );
        let mut backwards = contacts.clone();
        backwards.reverse();
        assert_eq!(circle(&backwards), found);
    }

    #[test]
    fn providers_stand_in_order_of_time() {
        let story = ada();
        let contacts = story.contacts();
        let providers = providers_in_order(&contacts);
        assert_eq!(providers.first(), Some(&ContactProvider::Professional("dr-bell")));
        assert_eq!(sequential(&providers), Some(1.0 / 5.0));
    }

    #[test]
    fn the_coordinator_is_the_first_profession_of_the_list_and_of_these_who_knows_her_best() {
        let story = ada();
        let contacts = story.contacts();
        let list = professions(&["diabetes-specialist-nurse", "practice-nurse", "gp"]);
        let found = coordinator(&circle(&contacts), None, &list, None);
        assert_eq!((found.professional, found.why), (Some("nurse-cole"), CoordinatorWhy::Profession));
    }

    #[test]
    fn equal_contacts_are_decided_by_the_latest_and_then_by_id() {
        let rows =
            [(1, "b", "clinic", Some("x"), "gp"), (1, "a", "clinic", Some("y"), "gp"), (2, "c", "clinic", None, "gp")];
        let gp = professions(&["gp"]);
        for (rows, wanted) in [(&rows[..], "c"), (&rows[..2], "a")] {
            let story = Story::of(rows);
            let contacts = story.contacts();
            let found = coordinator(&circle(&contacts), None, &gp, None);
            assert_eq!(found.organisation.map(OrganisationId::as_str), Some(wanted));
        }
    }

    #[test]
    fn the_citizens_own_choice_comes_first_and_registration_last() {
        let (charity, practice): (OrganisationId, OrganisationId) = ("charity".into(), "practice".into());
        let choice = Choice { organisation: &charity, professional: None, profession: None };
        let chosen = coordinator(&[], Some(choice), &professions(&["gp"]), Some(&practice));
        assert_eq!((chosen.organisation, chosen.why), (Some(&charity), CoordinatorWhy::Chosen));
        let registered = coordinator(&[], None, &professions(&["gp"]), Some(&practice));
        assert_eq!((registered.organisation, registered.why), (Some(&practice), CoordinatorWhy::Registered));
        let nobody = coordinator(&[], None, &professions(&["gp"]), None);
        assert_eq!((nobody.organisation, nobody.why), (None, CoordinatorWhy::Nobody));
        assert!(nobody.sentence("").starts_with("Nobody coordinates"));
    }

    #[test]
    fn a_need_is_missing_somebody_when_no_service_and_profession_around_can_meet_it() {
        let need = |id: &str, services: &[&str], may: &[&str]| Need {
            id: id.into(),
            name: id.into(),
            group: "everyone".into(),
            frequency: Frequency::EveryMonths(12),
            first_within_days: 90,
            due_notice_days: 56,
            travel_minutes_max: None,
            met_by: MetBy {
                services: services.iter().map(|kind| (*kind).into()).collect(),
                professions: professions(may),
                codes: Vec::new(),
            },
            not_for: Vec::new(),
            source: "a guideline".into(),
            why: None,
        };
        let needs = [
            need("blood-pressure", &["pharmacy", "general-practice"], &[]),
            need("eyes", &["eye-test"], &["ophthalmologist"]),
            need("feet", &["podiatry"], &[]),
            need("review", &["diabetes-clinic"], &["practice-nurse"]),
        ];
        let story = ada();
        let contacts = story.contacts();
        let found: Vec<&str> = missing(&needs, &circle(&contacts)).into_iter().map(NeedId::as_str).collect();
        assert_eq!(found, ["eyes", "feet"]);
    }
}
