//! The citizen: particulars, homes, registrations, marital status and the coordinator of their choice.

use std::borrow::Cow;

use stead_rules::MaritalStatus;

use super::{Deriver, Fault, Filled, Out, Subject};
use crate::common::Kind;
use crate::fhir::code::Coded;
use crate::fhir::date::{Precision, When};
use crate::fhir::element::{Address, Concept, Extension};
use crate::fhir::read::read;
use crate::fhir::reference::Target;
use crate::fhir::resource::{Episode, Patient, Team};
use crate::fhir::text::Text;
use crate::identity::Rule;
use crate::identity::head::Head;
use crate::identity::number::number_of;
use crate::table::Cell;

const SMALL_AREA: &str = "https://stead.example/fhir/small-area";
const GEOLOCATION: &str = "http://hl7.org/fhir/StructureDefinition/geolocation";
/// SNOMED CT: care coordinator.
const COORDINATOR: &str = "768820003";
/// LOINC: marital status.
pub(crate) const MARITAL: &str = "45404-1";

/// A Patient record of a citizen.
pub(crate) struct CitizenRecord<'t> {
    pub(crate) subject: Subject<'t>,
    pub(crate) head: &'t Head,
    pub(crate) rule: &'t Rule,
    /// The Patient, or `None` when nobody has sent it.
    pub(crate) patient: Option<Patient<'t>>,
}

/// A marital status that a record says began on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Marital<'t> {
    pub(crate) day: i32,
    pub(crate) source: &'t str,
    pub(crate) id: &'t str,
    pub(crate) status: MaritalStatus,
}

/// The rows that follow from all records of a citizen together; the leading record comes first.
pub(crate) fn person_rows<'c: 't, 't>(
    deriver: &mut Deriver<'c, '_>,
    records: &[CitizenRecord<'t>],
    registered: bool,
    marital: Vec<Marital<'t>>,
    out: &mut Out<'t>,
) {
    let seen: Vec<&CitizenRecord<'t>> = records.iter().filter(|record| record.patient.is_some()).collect();
    let Some(leading) = seen.first() else { return };
    citizen(leading, &seen, out);
    residences(deriver, &seen, out);
    if !registered {
        practices(deriver, &seen, out);
    }
    marital_rows(leading, &seen, marital, out);
    for record in &seen {
        let identifier = match record.rule {
            Rule::SharedIdentifier(identifier) => Cell::from(as_written(record, identifier)),
            _ => Cell::Empty,
        };
        out.push(
            Filled::Link,
            [
                record.subject.citizen(),
                record.subject.source(),
                Cell::text(record.subject.id),
                Cell::text(record.rule.word()),
                identifier,
                Cell::Flag(std::ptr::eq(*record, *leading)),
            ],
        );
    }
}

/// A shared identifier as the record has it.
fn as_written(record: &CitizenRecord<'_>, identifier: &str) -> String {
    let identifiers = record.patient.iter().flat_map(|patient| &patient.identifier);
    let mut written = identifiers.filter_map(|it| Some((it.system.as_deref()?, it.value.as_deref()?.trim())));
    let found = written.find(|(system, value)| format!("{system}|{}", number_of(value)) == identifier);
    found.map_or_else(|| identifier.to_owned(), |(system, value)| format!("{system}|{value}"))
}

fn citizen<'t>(leading: &CitizenRecord<'t>, seen: &[&CitizenRecord<'t>], out: &mut Out<'t>) {
    let Some(patient) = &leading.patient else { return };
    let born = patient.birth_date.as_deref().and_then(When::of);
    let precision = born.map(|born| match born.precision {
        Precision::Year => "year",
        Precision::Month => "month",
        Precision::Day | Precision::Moment => "day",
    });
    let sex = match patient.gender.as_deref() {
        Some("female") => "female",
        Some("male") => "male",
        Some("other") => "other",
        _ => "unknown",
    };
    let died = seen.iter().filter_map(|record| record.head.died_on()).min();
    let dead = seen.iter().any(|record| record.head.died.is_some());
    let official = patient.name.iter().find(|name| name.purpose.as_deref() == Some("official"));
    let name = official.or(patient.name.first());
    let given = name.filter(|name| !name.given.is_empty()).map(|name| match name.given.as_slice() {
        [one] => one.cow(),
        several => Cow::Owned(several.iter().map(|given| &**given).collect::<Vec<_>>().join(" ")),
    });
    out.push(
        Filled::Citizen,
        [
            leading.subject.citizen(),
            born.map(|born| born.day).into(),
            precision.into(),
            Cell::text(sex),
            died.into(),
            Cell::Flag(dead),
            given.into(),
            name.and_then(|name| name.family.as_ref()).map(|family| family.cow()).into(),
            leading.subject.source(),
            leading.subject.resource(),
        ],
    );
}

/// Homes of the leading record; of the first other record that has any, when the leading one has none.
fn residences<'t>(deriver: &mut Deriver<'_, '_>, seen: &[&CitizenRecord<'t>], out: &mut Out<'t>) {
    let first = seen.iter().find_map(|record| {
        let homes = homes(deriver, record.patient.as_ref()?);
        (!homes.is_empty()).then_some((record.subject, homes))
    });
    let Some((subject, homes)) = first else { return };
    for home in homes {
        let (longitude, latitude) = home.degrees;
        out.push(
            Filled::Residence,
            [
                subject.citizen(),
                home.from.into(),
                home.to.into(),
                home.small_area.into(),
                home.town.into(),
                home.postcode.into(),
                longitude.into(),
                latitude.into(),
                subject.source(),
                subject.resource(),
            ],
        );
    }
}

/// A home over a period.
struct Home<'t> {
    from: Option<i32>,
    to: Option<i32>,
    small_area: Option<Cow<'t, str>>,
    town: Option<Cow<'t, str>>,
    postcode: Option<Cow<'t, str>>,
    degrees: (Option<f64>, Option<f64>),
}

/// The addresses of a Patient that are or were homes. Where bills and letters go, or where somebody works, is none; an old
/// address without an end ends where the next home begins, and says nothing when there is no such day.
fn homes<'t>(deriver: &mut Deriver<'_, '_>, patient: &Patient<'t>) -> Vec<Home<'t>> {
    let mut homes = Vec::new();
    for address in &patient.address {
        let purpose = address.purpose.as_deref();
        if matches!(purpose, Some("billing" | "work")) || address.kind.as_deref() == Some("postal") {
            continue;
        }
        let period = address.period.as_ref();
        let from = deriver.wanted("Patient", "address.period.start", period.and_then(|period| period.start.as_ref()));
        let to = deriver.wanted("Patient", "address.period.end", period.and_then(|period| period.end.as_ref()));
        let home = Home {
            from: from.map(|when| when.day),
            to: to.map(When::day_after),
            small_area: small_area(address),
            town: trimmed(address.city.as_ref()),
            postcode: trimmed(address.postal_code.as_ref()),
            degrees: geolocation(&address.extension),
        };
        homes.push((purpose == Some("old"), home));
    }
    let begins: Vec<i32> = homes.iter().filter_map(|(_, home)| home.from).collect();
    for (_, home) in homes.iter_mut().filter(|(old, home)| *old && home.to.is_none()) {
        home.to = home.from.and_then(|from| begins.iter().copied().filter(|&next| next > from).min());
    }
    homes.into_iter().filter(|(old, home)| !old || home.to.is_some()).map(|(_, home)| home).collect()
}

/// A text without blanks around it, unless nothing is left.
fn trimmed<'t>(text: Option<&Text<'t>>) -> Option<Cow<'t, str>> {
    match text?.filled()? {
        Cow::Borrowed(text) => Some(Cow::Borrowed(text.trim())),
        Cow::Owned(text) => Some(Cow::Owned(text.trim().to_owned())),
    }
}

fn small_area<'t>(address: &Address<'t>) -> Option<Cow<'t, str>> {
    let extension = address.extension.iter().find(|extension| extension.url.as_deref() == Some(SMALL_AREA))?;
    trimmed(extension.value_code.as_ref().or(extension.value_string.as_ref()))
}

fn geolocation(extensions: &[Extension<'_>]) -> (Option<f64>, Option<f64>) {
    let Some(place) = extensions.iter().find(|extension| extension.url.as_deref() == Some(GEOLOCATION)) else {
        return (None, None);
    };
    let degrees = |name| {
        let part = place.extension.iter().find(|part| part.url.as_deref() == Some(name))?;
        super::number(part.value_decimal)
    };
    (degrees("longitude"), degrees("latitude"))
}

/// The practice that the first record with one names, since an unknown day, when no registration is held.
fn practices<'c: 't, 't>(deriver: &mut Deriver<'c, '_>, seen: &[&CitizenRecord<'t>], out: &mut Out<'t>) {
    for record in seen {
        let Some(patient) = record.patient.as_ref().filter(|patient| !patient.general_practitioner.is_empty()) else {
            continue;
        };
        let subject = record.subject;
        let actor = deriver.actors(subject, &patient.general_practitioner, patient.contained);
        let role = actor.professional.as_deref().and_then(|professional| {
            let mut organisations =
                deriver.common.roles(professional, deriver.lookups).filter_map(|role| role.organisation.as_deref());
            organisations.next()
        });
        let Some(organisation) = actor.organisation.or(role.map(Cow::Borrowed)) else {
            deriver.remark("Patient", || "`generalPractitioner` names no organisation: no registration".to_owned());
            continue;
        };
        out.push(
            Filled::Registration,
            [
                subject.citizen(),
                organisation.into(),
                Cell::Empty,
                Cell::Empty,
                actor.professional.into(),
                subject.source(),
                subject.resource(),
            ],
        );
        return;
    }
}

/// Each status until the next; a status told again while it lasts is no new one. Without dated ones, the Patient's own.
fn marital_rows<'t>(
    leading: &CitizenRecord<'t>,
    seen: &[&CitizenRecord<'t>],
    mut marital: Vec<Marital<'t>>,
    out: &mut Out<'t>,
) {
    marital.sort();
    // Of several on one day the last stands.
    marital.reverse();
    marital.dedup_by_key(|status| status.day);
    marital.reverse();
    marital.dedup_by(|next, kept| next.status == kept.status);
    let ends: Vec<Option<i32>> = marital.iter().skip(1).map(|next| Some(next.day)).chain([None]).collect();
    for (status, end) in marital.iter().zip(ends) {
        out.push(
            Filled::MaritalStatus,
            [
                leading.subject.citizen(),
                Cell::text(status.status.word()),
                Cell::Day(status.day),
                end.into(),
                Cell::text(status.source),
                Cell::Path("Observation", status.id),
            ],
        );
    }
    if !marital.is_empty() {
        return;
    }
    let own = |record: &&CitizenRecord<'t>| {
        Some((record.subject, status_of(record.patient.as_ref()?.marital_status.as_ref())?))
    };
    if let Some((subject, status)) = seen.iter().find_map(own) {
        out.push(
            Filled::MaritalStatus,
            [
                subject.citizen(),
                Cell::text(status.word()),
                Cell::Empty,
                Cell::Empty,
                subject.source(),
                subject.resource(),
            ],
        );
    }
}

/// The marital status that a concept says.
pub(crate) fn status_of(concept: Option<&Concept<'_>>) -> Option<MaritalStatus> {
    concept?.coding.iter().filter_map(|coding| coding.code.as_deref()).find_map(MaritalStatus::of_hl7)
}

impl<'c> Deriver<'c, '_> {
    pub(super) fn episode<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), Fault>
    where
        'c: 't,
    {
        let it: Episode<'t> = read(json).ok_or(Fault::Unread)?;
        if !is_registration(&it) {
            return Ok(());
        }
        let Some(organisation) = self.key(subject, it.managing_organization.as_ref(), Kind::Organisation, it.contained)
        else {
            self.remark(subject.kind, || "a registration with nobody: kept whole, not in the table".to_owned());
            return Ok(());
        };
        let period = it.period.as_ref();
        let from = self.needed("period.start", period.and_then(|period| period.start.as_ref()))?;
        let to = self.needed("period.end", period.and_then(|period| period.end.as_ref()))?;
        let manager = it.care_manager.as_ref().map(|manager| self.actor(subject, manager, it.contained));
        if matches!(it.status.as_deref(), Some("entered-in-error" | "cancelled" | "planned")) {
            return Ok(());
        }
        out.push(
            Filled::Registration,
            [
                subject.citizen(),
                organisation.into(),
                from.map(|when| when.day).into(),
                to.map(When::day_after).into(),
                manager.and_then(|manager| manager.professional).into(),
                subject.source(),
                subject.resource(),
            ],
        );
        Ok(())
    }

    pub(super) fn team<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), Fault>
    where
        'c: 't,
    {
        let it: Team<'t> = read(json).ok_or(Fault::Unread)?;
        if matches!(it.status.as_deref(), Some("entered-in-error" | "proposed")) {
            return Ok(());
        }
        for member in &it.participant {
            let mut codings = member.role.iter().flat_map(|role| &role.coding);
            if !codings.any(|coding| coding.code.as_deref() == Some(COORDINATOR)) {
                continue;
            }
            let period = member.period.as_ref().or(it.period.as_ref());
            let from = self.needed("period.start", period.and_then(|period| period.start.as_ref()))?;
            let to = self.needed("period.end", period.and_then(|period| period.end.as_ref()))?;
            let mut actor = match &member.member {
                Some(reference) => self.actor(subject, reference, it.contained),
                None => continue,
            };
            let behalf = self.key(subject, member.on_behalf_of.as_ref(), Kind::Organisation, it.contained);
            let organisation = behalf.or(actor.organisation.take());
            let named = actor.professional.clone();
            let profession =
                actor.profession.take().or_else(|| self.profession(named.as_deref()?, organisation.as_deref()));
            let organisation = organisation
                .or_else(|| self.key(subject, it.managing_organization.first(), Kind::Organisation, it.contained));
            let (profession_system, profession_code) = profession.unzip();
            out.push(
                Filled::Coordinator,
                [
                    subject.citizen(),
                    from.map(|when| when.day).into(),
                    to.map(When::day_after).into(),
                    organisation.into(),
                    actor.professional.into(),
                    profession_system.flatten().into(),
                    profession_code.into(),
                    subject.source(),
                    subject.resource(),
                ],
            );
        }
        Ok(())
    }
}

/// Whether an episode of care is a registration with a practice.
fn is_registration(it: &Episode<'_>) -> bool {
    it.kind.iter().flat_map(|kind| &kind.coding).any(|coding| coding.code.as_deref() == Some("registration"))
}

/// Whether the text of an EpisodeOfCare is such a registration, for those who only want to know that.
pub(crate) fn says_registration(json: &str) -> bool {
    read::<Episode<'_>>(json).is_some_and(|it| is_registration(&it) && it.managing_organization.is_some())
}

/// The marital status that an Observation says, with its day.
pub(crate) fn marital_of<'t>(source: &'t str, id: &'t str, json: &str) -> Option<Marital<'t>> {
    let it: crate::fhir::resource::Observation<'_> = read(json)?;
    if Coded::of(&it.code).code.as_deref() != Some(MARITAL) || it.status.as_deref() == Some("entered-in-error") {
        return None;
    }
    let status = status_of(it.value_codeable_concept.as_ref())?;
    let period = it.effective_period.as_ref().and_then(|period| period.start.as_ref());
    let day = When::of(it.effective_date_time.as_ref().or(period)?)?.day;
    Some(Marital { day, source, id, status })
}

/// Remarks on a Patient's own dates that cannot be read.
pub(crate) fn check_patient(deriver: &mut Deriver<'_, '_>, patient: &Patient<'_>) {
    deriver.wanted("Patient", "birthDate", patient.birth_date.as_ref());
    deriver.wanted("Patient", "deceasedDateTime", patient.deceased_date_time.as_ref());
    let unusable = |link: &&crate::fhir::resource::Link<'_>| {
        !matches!(link.other.as_ref().map(Target::of), Some(Target::Typed("Patient", _) | Target::Untyped(_)))
    };
    if patient.link.iter().any(|link| unusable(&link)) {
        deriver
            .remark("Patient", || "`link.other` is no reference to a Patient by id: not used for linking".to_owned());
    }
}
