//! Contacts: a citizen meeting a service (Encounter).

use std::borrow::Cow;

use super::{Deriver, Fault, Filled, Out, Subject};
use crate::common::Kind;
use crate::fhir::code::Coded;
use crate::fhir::read::read;
use crate::fhir::reference::Target;
use crate::fhir::resource::Encounter;
use crate::table::Cell;

impl<'c> Deriver<'c, '_> {
    pub(super) fn contact<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), Fault>
    where
        'c: 't,
    {
        let it: Encounter<'t> = read(json).ok_or(Fault::Unread)?;
        let period = it.period.as_ref();
        let Some(start) = self.needed("period.start", period.and_then(|period| period.start.as_ref()))? else {
            return self.kept_without_day(subject.kind);
        };
        let end = self.wanted(subject.kind, "period.end", period.and_then(|period| period.end.as_ref()));
        let coded = Coded::of(it.kind.iter().chain(&it.service_type));
        let organisation = self.key(subject, it.service_provider.as_ref(), Kind::Organisation, it.contained);
        let place = it.location.iter().find_map(|place| place.location.as_ref());
        let site = self.key(subject, place, Kind::Site, it.contained);
        let mut seen = self.seen_by(subject, &it, organisation.as_deref());
        let service = self.service_of(subject, &it).or(seen.service.take());
        let organisation = organisation.or(seen.organisation);
        let (profession_system, profession_code) = seen.profession.unzip();
        out.push(
            Filled::Contact,
            [
                subject.citizen(),
                Cell::Day(start.day),
                start.moment.into(),
                end.and_then(|end| end.moment).into(),
                it.class.and_then(|class| class.code).map(|code| code.cow()).into(),
                it.status.map(|status| status.cow()).into(),
                coded.system.into(),
                coded.code.into(),
                coded.term.into(),
                coded.others.into(),
                organisation.into(),
                site.into(),
                service.into(),
                seen.professional.into(),
                profession_system.flatten().into(),
                profession_code.into(),
                seen.others.into(),
                subject.source(),
                subject.resource(),
            ],
        );
        Ok(())
    }

    /// The service that an extension of the record names.
    fn service_of<'t>(&mut self, subject: Subject<'t>, it: &Encounter<'t>) -> Option<Cow<'t, str>>
    where
        'c: 't,
    {
        let references = it.extension.iter().filter_map(|extension| extension.value_reference.as_ref());
        let mut services =
            references.filter(|reference| matches!(Target::of(reference), Target::Typed("HealthcareService", _)));
        self.key(subject, services.next(), Kind::Service, it.contained)
    }

    fn seen_by<'t>(&mut self, subject: Subject<'t>, it: &Encounter<'t>, organisation: Option<&str>) -> Seen<'t>
    where
        'c: 't,
    {
        let mut seen = Seen::default();
        let mut others = Vec::new();
        for individual in it.participant.iter().filter_map(|participant| participant.individual.as_ref()) {
            let actor = self.actor(subject, individual, it.contained);
            seen.organisation = seen.organisation.or(actor.organisation);
            let Some(professional) = actor.professional else { continue };
            if seen.professional.is_none() {
                let where_ = organisation.or(seen.organisation.as_deref());
                seen.profession = actor.profession.or_else(|| self.profession(&professional, where_));
                seen.service = actor.service;
                seen.professional = Some(professional);
            } else if seen.professional.as_ref() != Some(&professional) && !others.contains(&professional) {
                others.push(professional);
            }
        }
        seen.others = (!others.is_empty()).then_some(others);
        seen
    }
}

/// The professionals of a contact.
#[derive(Default)]
struct Seen<'t> {
    professional: Option<Cow<'t, str>>,
    profession: Option<(Option<Cow<'t, str>>, Cow<'t, str>)>,
    organisation: Option<Cow<'t, str>>,
    service: Option<Cow<'t, str>>,
    others: Option<Vec<Cow<'t, str>>>,
}
