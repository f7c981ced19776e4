//! Conditions, observations, procedures and medicines.

use std::borrow::Cow;

use super::actor::{Found, contained_of};
use super::{Deriver, Fault, Filled, Out, Subject, number};
use crate::common::Kind;
use crate::fhir::code::{Coded, first_code};
use crate::fhir::date::When;
use crate::fhir::element::{Concept, Quantity};
use crate::fhir::raw::Raw;
use crate::fhir::read::{part, read};
use crate::fhir::reference::Target;
use crate::fhir::resource::{Component, Condition, Medicine, Observation, Performer, Procedure};
use crate::fhir::text::Text;
use crate::table::Cell;

impl<'c> Deriver<'c, '_> {
    pub(super) fn condition<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), Fault>
    where
        'c: 't,
    {
        let it: Condition<'t> = read(json).ok_or(Fault::Unread)?;
        let onset = it.onset_period.as_ref();
        let dates = [
            ("onsetDateTime", it.onset_date_time.as_ref()),
            ("onsetPeriod.start", onset.and_then(|period| period.start.as_ref())),
            ("recordedDate", it.recorded_date.as_ref()),
        ];
        let from = self.first_needed(subject.kind, &dates, ("", None))?.0;
        let to = self.abated(subject.kind, &it);
        let (contact, organisation) = self.contact_of(subject, it.encounter.as_ref());
        let actor = self.actors(subject, it.asserter.iter().chain(&it.recorder), it.contained);
        let coded = Coded::of(&it.code);
        out.push(
            Filled::Condition,
            [
                subject.citizen(),
                coded.system.into(),
                coded.code.into(),
                coded.term.into(),
                coded.others.into(),
                from.map(|when| when.day).into(),
                to.into(),
                first_code(it.clinical_status.as_ref()).into(),
                first_code(it.verification_status.as_ref()).into(),
                contact,
                actor.organisation.or(organisation).into(),
                actor.professional.into(),
                subject.source(),
                subject.resource(),
            ],
        );
        Ok(())
    }

    /// The first day on which a condition is over: a moment says that day itself, the end of a period its last one.
    fn abated(&mut self, kind: &str, it: &Condition<'_>) -> Option<i32> {
        let period = it.abatement_period.as_ref();
        let end = period.and_then(|period| period.end.as_ref());
        if let Some(end) = end.filter(|_| it.abatement_date_time.is_none()) {
            return self.wanted(kind, "abatement", Some(end)).map(When::day_after);
        }
        let start = period.and_then(|period| period.start.as_ref());
        self.wanted(kind, "abatement", it.abatement_date_time.as_ref().or(start)).map(|when| when.day)
    }

    pub(super) fn observation<'t>(
        &mut self,
        subject: Subject<'t>,
        json: &'t str,
        out: &mut Out<'t>,
    ) -> Result<(), Fault>
    where
        'c: 't,
    {
        let mut it: Observation<'t> = read(json).ok_or(Fault::Unread)?;
        let period = it.effective_period.as_ref();
        let dates = [
            ("effectiveDateTime", it.effective_date_time.as_ref()),
            ("effectiveInstant", it.effective_instant.as_ref()),
            ("effectivePeriod.start", period.and_then(|period| period.start.as_ref())),
            ("issued", it.issued.as_ref()),
        ];
        let (Some(when), _) = self.first_needed(subject.kind, &dates, ("", None))? else {
            return self.kept_without_day(subject.kind);
        };
        let (contact, organisation) = self.contact_of(subject, it.encounter.as_ref());
        let actor = self.actors(subject, &it.performer, it.contained);
        let (organisation, professional) =
            (Cell::from(actor.organisation.or(organisation)), Cell::from(actor.professional));
        let status = Cell::from(it.status.take().map(|status| status.cow()));
        let whole = Component {
            code: it.code.take(),
            value_quantity: it.value_quantity.take(),
            value_codeable_concept: it.value_codeable_concept.take(),
            value_string: it.value_string.take(),
            value_integer: it.value_integer,
            value_boolean: it.value_boolean,
            value_date_time: it.value_date_time.take(),
            data_absent_reason: it.data_absent_reason.take(),
        };
        let mut answers: Vec<Answer<'t>> =
            std::iter::once(&whole).chain(&it.component).map(|component| self.answer(subject, component)).collect();
        // A whole whose components have values lacks nothing.
        if answers.iter().any(Answer::is_there)
            && let Some(whole) = answers.first_mut()
        {
            whole.absent = None;
        }
        for (part, (component, answer)) in std::iter::once(&whole).chain(&it.component).zip(answers).enumerate() {
            let coded = Coded::of(&component.code);
            out.push(
                Filled::Observation,
                [
                    subject.citizen(),
                    coded.system.into(),
                    coded.code.into(),
                    coded.term.into(),
                    coded.others.into(),
                    Cell::Day(when.day),
                    when.moment.into(),
                    Cell::Count(part as i32),
                    answer.value.into(),
                    answer.comparator.into(),
                    answer.unit.into(),
                    answer.coded.system.into(),
                    answer.coded.code.into(),
                    answer.text.into(),
                    answer.absent.into(),
                    status.clone(),
                    contact.clone(),
                    organisation.clone(),
                    professional.clone(),
                    subject.source(),
                    subject.resource(),
                ],
            );
        }
        Ok(())
    }

    fn answer<'t>(&mut self, subject: Subject<'t>, component: &Component<'t>) -> Answer<'t> {
        let mut answer = Answer { coded: Coded::of(&component.value_codeable_concept), ..Answer::default() };
        answer.text = answer.coded.code.is_none().then(|| answer.coded.term.take()).flatten();
        if let Some(quantity) = &component.value_quantity {
            self.measured(subject, quantity, &mut answer);
        }
        if let Some(raw) = component.value_integer {
            answer.value = number(Some(raw));
            if answer.value.is_none() {
                self.remark(subject.kind, || "`valueInteger` is not a number".to_owned());
            }
        }
        let words = component.value_string.as_ref().or(component.value_date_time.as_ref()).and_then(Text::filled);
        let flag = component.value_boolean.map(|flag| Cow::Borrowed(if flag { "true" } else { "false" }));
        answer.text = answer.text.or(words).or(flag);
        if !answer.is_there() {
            let reason = Coded::of(&component.data_absent_reason);
            answer.absent = reason.code.or(reason.term);
        }
        answer
    }

    fn measured<'t>(&mut self, subject: Subject<'t>, quantity: &Quantity<'t>, answer: &mut Answer<'t>) {
        answer.value = number(quantity.value);
        answer.unit = quantity.code.as_ref().or(quantity.unit.as_ref()).and_then(Text::filled);
        if quantity.value.is_some() && answer.value.is_none() {
            self.remark(subject.kind, || "`valueQuantity.value` is not a number".to_owned());
        }
        answer.comparator = quantity.comparator.as_ref().and_then(Text::filled).filter(|_| answer.value.is_some());
        if let (Some(comparator), Some(raw)) = (&quantity.comparator, quantity.value) {
            answer.text = Some(Cow::Owned(format!("{}{}", &**comparator, raw.get())));
        }
    }

    pub(super) fn procedure<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), Fault>
    where
        'c: 't,
    {
        let it: Procedure<'t> = read(json).ok_or(Fault::Unread)?;
        let dates = [
            ("performedDateTime", it.performed_date_time.as_ref()),
            ("occurrenceDateTime", it.occurrence_date_time.as_ref()),
        ];
        let period = ("performedPeriod", it.performed_period.as_ref());
        let (Some(start), end) = self.first_needed(subject.kind, &dates, period)? else {
            return self.kept_without_day(subject.kind);
        };
        let (contact, organisation) = self.contact_of(subject, it.encounter.as_ref());
        let performers =
            it.performer.iter().flat_map(|performer| performer.actor.iter().chain(&performer.on_behalf_of));
        let actor = self.actors(subject, performers, it.contained);
        let site = self.key(subject, it.location.as_ref(), Kind::Site, it.contained);
        let coded = Coded::of(it.code.iter().chain(&it.vaccine_code));
        out.push(
            Filled::Procedure,
            [
                subject.citizen(),
                coded.system.into(),
                coded.code.into(),
                coded.term.into(),
                coded.others.into(),
                Cell::Day(start.day),
                end.map(When::day_after).into(),
                it.status.map(|status| status.cow()).into(),
                contact,
                actor.organisation.or(organisation).into(),
                site.into(),
                actor.professional.into(),
                subject.source(),
                subject.resource(),
            ],
        );
        Ok(())
    }

    pub(super) fn medicine<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), Fault>
    where
        'c: 't,
    {
        let it: Medicine<'t> = read(json).ok_or(Fault::Unread)?;
        if it.do_not_perform == Some(true) {
            self.remark(subject.kind, || "`doNotPerform`: not to be given: kept whole, not in the table".to_owned());
            return Ok(());
        }
        let dates = [
            ("authoredOn", it.authored_on.as_ref()),
            ("effectiveDateTime", it.effective_date_time.as_ref()),
            ("whenHandedOver", it.when_handed_over.as_ref()),
            ("whenPrepared", it.when_prepared.as_ref()),
        ];
        let period = ("effectivePeriod", it.effective_period.as_ref());
        let (mut start, end) = self.first_needed(subject.kind, &dates, period)?;
        if start.is_none() {
            start = self.needed("dateAsserted", it.date_asserted.as_ref())?;
        }
        let Some(start) = start else { return self.kept_without_day(subject.kind) };
        let validity = it.dispense_request.as_ref().and_then(|request| request.validity_period.as_ref());
        let valid = validity.and_then(|period| period.end.as_ref());
        let end = end.or_else(|| self.wanted(subject.kind, "dispenseRequest.validityPeriod.end", valid));
        let (contact, organisation) = self.contact_of(subject, it.encounter.as_ref().or(it.context.as_ref()));
        let performers = performers(it.performer);
        let who = it.requester.iter().chain(performers.iter().filter_map(|performer| performer.actor.as_ref()));
        let actor = self.actors(subject, who.chain(&it.information_source), it.contained);
        let coded = self.medicine_code(subject, &it);
        let intent = it.intent.map_or(Cow::Borrowed(subject.kind), |intent| intent.cow());
        out.push(
            Filled::Medication,
            [
                subject.citizen(),
                coded.system.into(),
                coded.code.into(),
                coded.term.into(),
                coded.others.into(),
                Cell::Day(start.day),
                end.map(When::day_after).into(),
                it.status.map(|status| status.cow()).into(),
                intent.into(),
                contact,
                actor.organisation.or(organisation).into(),
                actor.professional.into(),
                subject.source(),
                subject.resource(),
            ],
        );
        Ok(())
    }

    /// What the medicine is: said in the record, inside it, or in a resource of its own.
    fn medicine_code<'t>(&mut self, subject: Subject<'t>, it: &Medicine<'t>) -> Coded<'t>
    where
        'c: 't,
    {
        let reference = match (&it.medication_codeable_concept, &it.medication_reference) {
            (None, Some(reference)) => reference,
            (concept, _) => return Coded::of(concept),
        };
        if let Target::Contained(id) = Target::of(reference) {
            let code = contained_of(it.contained, id).and_then(|inner| inner.code);
            let concept: Option<Concept<'t>> = code.and_then(|raw: Raw<'t>| part(raw.get()));
            return Coded::of(&concept);
        }
        let words = reference.display.as_ref().and_then(Text::filled);
        match self.find(subject, reference, &[Kind::Medication], it.contained) {
            Found::Body(body) => {
                let [system, code, term] = &body.coded;
                let borrowed = |text: &'t Option<Box<str>>| text.as_deref().map(Cow::Borrowed);
                let term = borrowed(term).or(words);
                Coded { system: borrowed(system), code: borrowed(code), term, others: None }
            }
            _ => Coded { term: words, ..Coded::default() },
        }
    }
}

/// What was found.
#[derive(Default)]
struct Answer<'t> {
    value: Option<f64>,
    comparator: Option<Cow<'t, str>>,
    unit: Option<Cow<'t, str>>,
    coded: Coded<'t>,
    text: Option<Cow<'t, str>>,
    /// Why there is none of these.
    absent: Option<Cow<'t, str>>,
}

impl Answer<'_> {
    fn is_there(&self) -> bool {
        self.value.is_some() || self.coded.code.is_some() || self.text.is_some()
    }
}

/// A request names one performer, a dispense or administration a list of them with an actor each.
fn performers<'t>(raw: Option<Raw<'t>>) -> Vec<Performer<'t>> {
    let Some(text) = raw.map(Raw::get) else { return Vec::new() };
    if text.starts_with('[') {
        part(text).unwrap_or_default()
    } else {
        let actor = part(text);
        vec![Performer { actor, on_behalf_of: None }]
    }
}
