//! Writes a citizen's answers as nested rows.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use stead_rules::circle::{ContactProvider, CoordinatorWhy, Entry};
use stead_rules::owner::OwnerWhy;
use stead_rules::{Day, OrganisationId};
use stead_tables::Kind;

use super::citizen::{Answers, CircleAnswer, NeedAnswer};
use super::read::Facts;
use super::sharing::LinkAnswer;
use crate::functions::nested::{Cell, NestedRows, Shape, list_type};

/// Rows of `needs`.
const NEEDS: Shape = &[
    ("need", Kind::Word),
    ("group", Kind::Word),
    ("status", Kind::Word),
    ("since", Kind::Day),
    ("due", Kind::Day),
    ("last_met", Kind::Day),
    ("last_organisation", Kind::Word),
    ("last_professional", Kind::Word),
    ("last_profession", Kind::Word),
    ("last_resource", Kind::Text),
    ("owner", Kind::Word),
    ("owner_service", Kind::Word),
    ("owner_why", Kind::Word),
    ("reason", Kind::Text),
];

/// Rows of `visits`.
const VISITS: Shape = &[
    ("visit", Kind::Count),
    ("service", Kind::Word),
    ("service_kind", Kind::Word),
    ("organisation", Kind::Word),
    ("needs", Kind::Words),
    ("fewest", Kind::Flag),
];

/// Rows of `circle`.
const CIRCLE: Shape = &[
    ("organisation", Kind::Word),
    ("service_kind", Kind::Word),
    ("professional", Kind::Word),
    ("profession", Kind::Word),
    ("role", Kind::Word),
    ("first", Kind::Day),
    ("last", Kind::Day),
    ("contacts", Kind::Count),
    ("coordinates", Kind::Flag),
];

/// The row of `fragmentation`, one for each citizen alive, but for what depends on other citizens.
pub(crate) const FRAGMENTATION: Shape = &[
    ("contacts", Kind::Count),
    ("organisations", Kind::Count),
    ("providers", Kind::Count),
    ("usual_provider", Kind::Number),
    ("continuity", Kind::Number),
    ("sequential", Kind::Number),
    ("fragmentation", Kind::Number),
    ("coordinator_organisation", Kind::Word),
    ("coordinator_professional", Kind::Word),
    ("coordinator_profession", Kind::Word),
    ("coordinator_why", Kind::Word),
    ("missing", Kind::Words),
    // The citizen's distinct providers with their professions (empty: not known), for care density.
    ("around", Kind::Words),
    ("around_professions", Kind::Words),
];

/// Rows of `sharing`.
const SHARING: Shape = &[
    ("from", Kind::Word),
    ("to", Kind::Word),
    ("profession", Kind::Word),
    ("category", Kind::Word),
    ("open", Kind::Flag),
    ("why", Kind::Word),
    ("clause", Kind::Word),
    ("choice", Kind::Text),
];

const PARTS: [(&str, Shape); 5] =
    [("needs", NEEDS), ("visits", VISITS), ("circle", CIRCLE), ("fragmentation", FRAGMENTATION), ("sharing", SHARING)];

/// The columns of an answer.
pub(super) fn fields() -> Fields {
    PARTS.iter().map(|&(name, shape)| Field::new(name, list_type(shape), true)).collect()
}

/// The type of an answer.
pub(super) fn data_type() -> DataType {
    DataType::Struct(fields())
}

/// Answers under construction.
pub(super) struct Writer {
    needs: NestedRows,
    visits: NestedRows,
    circle: NestedRows,
    fragmentation: NestedRows,
    sharing: NestedRows,
}

impl Writer {
    pub(super) fn new() -> Self {
        let rows = NestedRows::new;
        Self {
            needs: rows(NEEDS),
            visits: rows(VISITS),
            circle: rows(CIRCLE),
            fragmentation: rows(FRAGMENTATION),
            sharing: rows(SHARING),
        }
    }

    /// Writes the answers for the next citizen.
    pub(super) fn citizen(&mut self, facts: &Facts<'_>, answers: &Answers<'_>) -> Result<()> {
        for answer in &answers.needs {
            self.need(answer)?;
        }
        for (number, visit) in (1..).zip(&answers.visits) {
            let needs: Vec<_> = visit.needs.iter().map(|id| id.as_str()).collect();
            self.visits.row(&[
                Cell::Count(Some(number)),
                Cell::Text(Some(visit.service.id.as_str())),
                Cell::Text(Some(visit.service.kind.as_str())),
                Cell::Text(Some(visit.service.organisation.as_str())),
                Cell::Texts(&needs),
                Cell::Flag(visit.fewest),
            ])?;
        }
        if let Some(circle) = &answers.circle {
            self.circle(facts, circle)?;
            self.fragmentation(circle)?;
        }
        for answer in &answers.sharing {
            self.link(answer)?;
        }
        [&mut self.needs, &mut self.visits, &mut self.circle, &mut self.fragmentation, &mut self.sharing]
            .into_iter()
            .try_for_each(NestedRows::end)
    }

    /// The columns, as [`fields`] says.
    pub(super) fn finish(self) -> Result<Vec<ArrayRef>> {
        let parts = [self.needs, self.visits, self.circle, self.fragmentation, self.sharing];
        parts.into_iter().map(NestedRows::finish_lists).collect()
    }

    fn link(&mut self, answer: &LinkAnswer<'_>) -> Result<()> {
        let link = &answer.link;
        let clause = answer.clause.map(ToString::to_string);
        self.sharing.row(&[
            Cell::Text(Some(link.from.as_str())),
            Cell::Text(Some(link.to.as_str())),
            Cell::Text(link.profession.map(|id| id.as_str())),
            Cell::Text(Some(link.category.as_str())),
            Cell::Flag(link.outcome.is_permit()),
            Cell::Text(Some(link.outcome.word())),
            Cell::Text(clause.as_deref()),
            Cell::Text(answer.choice.as_deref()),
        ])
    }

    fn need(&mut self, answer: &NeedAnswer<'_>) -> Result<()> {
        let last = answer.last;
        let evidence = last.map(|last| format!("{}:{}", last.by.source, last.by.resource));
        let owner = answer.owner.and_then(|owner| owner.service);
        let why = answer.owner.map_or("not-applicable", |owner| OwnerWhy::word(owner.why));
        self.needs.row(&[
            Cell::Text(Some(answer.need.id.as_str())),
            Cell::Text(Some(answer.need.group.as_str())),
            Cell::Text(Some(answer.assessment.status.word())),
            Cell::Day(answer.assessment.since),
            Cell::Day(answer.assessment.due),
            Cell::Day(last.map(|last| last.day)),
            Cell::Text(last.and_then(|last| last.by.organisation).map(|id| id.as_str())),
            Cell::Text(last.and_then(|last| last.by.professional)),
            Cell::Text(last.and_then(|last| last.by.profession).map(|id| id.as_str())),
            Cell::Text(evidence.as_deref()),
            Cell::Text(owner.map(|service| service.organisation.as_str())),
            Cell::Text(owner.map(|service| service.id.as_str())),
            Cell::Text(Some(why)),
            Cell::Text(Some(&answer.reason)),
        ])
    }

    fn circle(&mut self, facts: &Facts<'_>, circle: &CircleAnswer<'_>) -> Result<()> {
        for row in circle_rows(facts, circle) {
            self.circle.row(&[
                Cell::Text(Some(row.organisation)),
                Cell::Text(row.kind),
                Cell::Text(row.professional),
                Cell::Text(row.profession),
                Cell::Text(Some(row.role)),
                Cell::Day(row.days.map(|(first, _)| first)),
                Cell::Day(row.days.map(|(_, last)| last)),
                Cell::Count(i32::try_from(row.contacts).ok()),
                Cell::Flag(row.coordinates),
            ])?;
        }
        Ok(())
    }

    fn fragmentation<'a>(&mut self, circle: &CircleAnswer<'a>) -> Result<()> {
        let count = |count: usize| Cell::Count(i32::try_from(count).ok());
        let missing: Vec<_> = circle.missing.iter().map(|id| id.as_str()).collect();
        let name = |provider: &ContactProvider<'a>| match provider {
            ContactProvider::Professional(key) => *key,
            ContactProvider::Organisation(id) => id.as_str(),
        };
        let around: Vec<&str> = circle.providers.iter().map(|(provider, _)| name(provider)).collect();
        let professions: Vec<&str> =
            circle.providers.iter().map(|(_, profession)| profession.map_or("", |id| id.as_str())).collect();
        let coordinator = &circle.coordinator;
        self.fragmentation.row(&[
            count(circle.contacts),
            count(circle.organisations),
            count(circle.providers.len()),
            Cell::Number(circle.usual_provider),
            Cell::Number(circle.continuity),
            Cell::Number(circle.sequential),
            Cell::Number(circle.fragmentation),
            Cell::Text(coordinator.organisation.map(|id| id.as_str())),
            Cell::Text(coordinator.professional),
            Cell::Text(coordinator.profession.map(|id| id.as_str())),
            Cell::Text(Some(coordinator.why.word())),
            Cell::Texts(&missing),
            Cell::Texts(&around),
            Cell::Texts(&professions),
        ])
    }
}

/// A row of `circle`; its fields stand in the table's order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct CircleRow<'a> {
    organisation: &'a str,
    kind: Option<&'a str>,
    professional: Option<&'a str>,
    profession: Option<&'a str>,
    role: &'static str,
    /// First and last contact.
    days: Option<(Day, Day)>,
    contacts: u32,
    coordinates: bool,
}

/// Who acts for the citizen, where the citizen is registered, and whom the citizen chose, sorted.
fn circle_rows<'a>(facts: &'a Facts<'_>, circle: &CircleAnswer<'a>) -> Vec<CircleRow<'a>> {
    let coordinator = &circle.coordinator;
    let acting = |entry: &Entry<'a>| CircleRow {
        organisation: entry.organisation.as_str(),
        kind: entry.kind.map(|id| id.as_str()),
        professional: entry.professional,
        profession: entry.profession.map(|id| id.as_str()),
        role: "acting",
        days: Some((entry.first, entry.last)),
        contacts: entry.contacts,
        coordinates: coordinator.why != CoordinatorWhy::Registered
            && coordinator.organisation == Some(entry.organisation)
            && coordinator.professional == entry.professional
            && (coordinator.profession.is_none() || coordinator.profession == entry.profession),
    };
    let tie = |organisation: &'a OrganisationId, role, coordinates| CircleRow {
        organisation: organisation.as_str(),
        kind: None,
        professional: None,
        profession: None,
        role,
        days: None,
        contacts: 0,
        coordinates,
    };
    let mut rows: Vec<_> = circle.entries.iter().map(acting).collect();
    // Registration is a tie of its own, with contacts or without.
    let registered = facts.registered;
    rows.extend(registered.map(|id| tie(id, "registered", coordinator.why == CoordinatorWhy::Registered)));
    // Somebody chosen by the citizen belongs to the circle without a contact, too.
    if let (false, Some(organisation)) = (rows.iter().any(|row| row.coordinates), coordinator.organisation) {
        let profession = coordinator.profession.map(|id| id.as_str());
        let professional = coordinator.professional;
        rows.push(CircleRow { professional, profession, ..tie(organisation, "chosen", true) });
    }
    rows.sort_unstable();
    rows
}
