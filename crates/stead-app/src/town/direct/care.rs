//! The rows of a citizen's single records: registrations, contacts, what was found, done, prescribed and paid.

use std::cmp::Ordering;

use stead_lake::direct::{Word, system};
use stead_rules::Day;
use stead_synth::life::Life;
use stead_synth::records::{
    About, Bill, COMMISSIONER, CURRENCY, Coding, Condition, Encounter, INSURER, Id, Moment, Observation, PRESSURE_UNIT,
    Prescription, Procedure, Value, bills, conditions, encounters, observations, prescriptions, procedures,
    registrations, team,
};
use stead_synth::vocabulary::Resource;

use super::bucket::{Piece, Table, Writing, write_path};
use super::vocabulary::Coded;

/// A professional and their profession.
struct Who {
    key: Option<Word>,
    system: Option<Word>,
    code: Option<Word>,
}

impl Writing<'_> {
    /// Everything that is one record, one row (or one a component).
    pub(super) fn care(&mut self, piece: &Piece<'_>) {
        self.registrations(piece);
        self.coordinators(piece);
        self.contacts(piece);
        self.costs(piece);
        self.conditions(piece);
        self.observations(piece);
        self.procedures(piece);
        self.medicines(piece);
    }

    fn registrations(&mut self, piece: &Piece<'_>) {
        let world = self.filling.world;
        let records = |life| registrations(world, life).collect();
        for it in self.of(piece, records, |it| &it.about, |one, other| one.from.cmp(&other.from)) {
            let (source, organisation) = (self.source(it.about.source), self.organisation(it.offer_number));
            let Some((rows, _, scratch)) = self.row(Table::Registration) else { return };
            write_path(scratch, it.about.id);
            rows.text(piece.id).word(organisation).day(it.from.epoch_days()).day(it.to.map(Day::epoch_days)).none();
            rows.word(source).text(scratch.text()).end();
        }
    }

    fn coordinators(&mut self, piece: &Piece<'_>) {
        let world = self.filling.world;
        let records = |life| team(world, life).into_iter().collect();
        for it in self.of(piece, records, |it| &it.about, |one, other| one.since.cmp(&other.since)) {
            let (source, organisation) = (self.source(it.about.source), self.organisation(it.offer.0));
            let who = self.professional(Some(it.professional.0));
            let Some((rows, _, scratch)) = self.row(Table::Coordinator) else { return };
            write_path(scratch, it.about.id);
            rows.text(piece.id).day(it.since.epoch_days()).none().word(organisation);
            rows.word(who.key).word(who.system).word(who.code).word(source).text(scratch.text()).end();
        }
    }

    fn contacts(&mut self, piece: &Piece<'_>) {
        let world = self.filling.world;
        let records = |life| encounters(world, life).collect();
        let by = |one: &Encounter<'_>, other: &Encounter<'_>| one.from.millis().cmp(&other.from.millis());
        let all = self.of(piece, records, |it| &it.about, by);
        all.iter().for_each(|it| self.contact(piece.id, it));
    }

    fn contact(&mut self, citizen: &str, it: &Encounter<'_>) {
        let names = self.names;
        let (source, organisation) = (self.source(it.about.source), self.organisation(it.offer_number));
        let site = names.sites.get(it.offer_number as usize).filter(|_| it.names_site);
        let site = self.vocabulary.maybe(site.and_then(|site| site.as_deref()));
        let who = self.professional(it.professional.map(|(number, _)| number));
        let further = names.further.get(it.offer_number as usize).map(String::as_str);
        let Some((rows, vocabulary, scratch)) = self.row(Table::Contact) else { return };
        let coded = vocabulary.coded(&it.coding());
        write_path(scratch, it.about.id);
        rows.text(citizen).day(day_of(it.from).epoch_days()).moment(it.from.millis()).moment(it.to.millis());
        rows.word(vocabulary.word(it.class)).word(vocabulary.word(it.status));
        rows.word(coded.system).word(coded.code).word(vocabulary.maybe(it.offer.service_coding.2)).words(further);
        rows.word(organisation).word(site).none().word(who.key).word(who.system).word(who.code).none();
        rows.word(source).text(scratch.text()).end();
    }

    fn costs(&mut self, piece: &Piece<'_>) {
        let world = self.filling.world;
        let records = |life| bills(world, life).collect();
        let all = self.of(piece, records, |it| &it.about, |one, other| one.days.0.cmp(&other.days.0));
        all.iter().for_each(|it| self.cost(piece.id, it));
    }

    fn cost(&mut self, citizen: &str, it: &Bill<'_>) {
        let (source, organisation) = (self.source(it.about.source), self.organisation(it.offer_number));
        let (kind, payer) = if it.is_claim() { ("claim", INSURER) } else { ("benefit", COMMISSIONER) };
        let Some((rows, vocabulary, scratch)) = self.row(Table::Cost) else { return };
        rows.text(citizen).day(it.days.0.epoch_days()).word(vocabulary.word(kind)).word(vocabulary.word(it.kind));
        rows.minor(i64::from(it.pence)).word(vocabulary.word(CURRENCY)).word(vocabulary.word("active"));
        write_path(scratch, contact_id(&it.about, it.contact));
        rows.text(scratch.text()).word(organisation).word(vocabulary.word(payer));
        write_path(scratch, it.about.id);
        rows.word(source).text(scratch.text()).end();
    }

    fn conditions(&mut self, piece: &Piece<'_>) {
        let from = |it: &Condition| it.from.unwrap_or(it.recorded);
        let records = |life| conditions(life).collect();
        for it in self.of(piece, records, |it| &it.about, |one, other| from(one).cmp(&from(other))) {
            let source = self.source(it.about.source);
            let Some((rows, vocabulary, scratch)) = self.row(Table::Condition) else { return };
            let [first, second] = it.codings;
            let coded = first.map_or_else(Coded::default, |code| vocabulary.coded(&code));
            let term = coded.term.unwrap_or_else(|| vocabulary.word(it.term));
            rows.text(piece.id).word(coded.system).word(coded.code).word(term);
            rows.words(second.map(|code| format!("{}|{}", system(code.system), code.code)).as_deref());
            rows.day(from(&it).epoch_days()).day(it.to.map(Day::epoch_days));
            rows.word(vocabulary.maybe(it.status)).word(vocabulary.word(it.certainty)).none().none().none();
            write_path(scratch, it.about.id);
            rows.word(source).text(scratch.text()).end();
        }
    }

    fn observations(&mut self, piece: &Piece<'_>) {
        let world = self.filling.world;
        let records = |life| observations(world, life).collect();
        let at = |it: &Observation<'_>| it.contact.map(|(_, moment)| moment.millis());
        let by = |one: &Observation<'_>, other: &Observation<'_>| {
            (measured_on(one), at(one)).cmp(&(measured_on(other), at(other)))
        };
        for it in self.of(piece, records, |it| &it.about, by) {
            let code = it.coding();
            match &it.value {
                Value::Two(parts) => {
                    self.observation(piece.id, &it, (0, &code), None);
                    for ((code, tenths), part) in parts.iter().zip(1..) {
                        self.observation(piece.id, &it, (part, code), Some(&Value::Number(*tenths, PRESSURE_UNIT)));
                    }
                }
                value => self.observation(piece.id, &it, (0, &code), Some(value)),
            }
        }
    }

    fn observation(
        &mut self,
        citizen: &str,
        it: &Observation<'_>,
        (part, code): (i32, &Coding<'static>),
        value: Option<&Value>,
    ) {
        let source = self.source(it.about.source);
        let organisation = it.performer.and_then(|(offer, _)| self.organisation(offer));
        let Some((rows, vocabulary, scratch)) = self.row(Table::Observation) else { return };
        let coded = vocabulary.coded(code);
        rows.text(citizen).word(coded.system).word(coded.code).word(coded.term).none();
        rows.day(measured_on(it).epoch_days()).moment(it.contact.map(|(_, at)| at.millis())).count(part);
        let (number, unit, answer) = match value {
            Some(Value::Number(tenths, unit)) => (Some(f64::from(*tenths) / 10.0), Some(*unit), Coded::default()),
            Some(Value::Coded(code)) => (None, None, vocabulary.coded(code)),
            _ => (None, None, Coded::default()),
        };
        let unit = vocabulary.maybe(unit.filter(|unit| !unit.is_empty()));
        rows.number(number).none().word(unit).word(answer.system).word(answer.code);
        rows.none().none().word(vocabulary.word(it.status));
        let contact = it.contact.map(|(contact, _)| contact_id(&it.about, contact));
        rows.maybe_text(contact.map(|id| path(scratch, id))).word(organisation).none();
        rows.word(source).text(path(scratch, it.about.id)).end();
    }

    fn procedures(&mut self, piece: &Piece<'_>) {
        let world = self.filling.world;
        let records = |life| procedures(world, life).map(|it| (it, life)).collect();
        let by = |one: &(Procedure<'_>, _), other: &(Procedure<'_>, _)| one.0.day.cmp(&other.0.day);
        for (it, life) in self.of(piece, records, |(it, _)| &it.about, by) {
            let source = self.source(it.about.source);
            let organisation = self.organisation_of_contact(piece, life, &it.about, Some(it.contact));
            let who = self.professional(it.professional.map(|(number, _)| number));
            let Some((rows, vocabulary, scratch)) = self.row(Table::Procedure) else { return };
            let coded = vocabulary.coded(&it.coding());
            rows.text(piece.id).word(coded.system).word(coded.code).word(coded.term).none();
            rows.day(it.day.epoch_days()).none().word(vocabulary.word("completed"));
            rows.text(path(scratch, contact_id(&it.about, it.contact))).word(organisation).none().word(who.key);
            rows.word(source).text(path(scratch, it.about.id)).end();
        }
    }

    fn medicines(&mut self, piece: &Piece<'_>) {
        let world = self.filling.world;
        let records = |life| prescriptions(world, life).map(|it| (it, life)).collect();
        let by = |one: &(Prescription<'_>, _), other: &(Prescription<'_>, _)| one.0.from.cmp(&other.0.from);
        for (it, life) in self.of(piece, records, |(it, _)| &it.about, by) {
            let source = self.source(it.about.source);
            let organisation = self.organisation_of_contact(piece, life, &it.about, it.contact);
            let who = self.professional(it.professional.map(|(number, _)| number));
            let Some((rows, vocabulary, scratch)) = self.row(Table::Medication) else { return };
            let coded = it.coding().map_or_else(Coded::default, |code| vocabulary.coded(&code));
            let term = coded.term.unwrap_or_else(|| vocabulary.word(it.medicine.word()));
            rows.text(piece.id).word(coded.system).word(coded.code).word(term).none();
            rows.day(it.from.epoch_days()).day(it.to.map(Day::epoch_days)).word(vocabulary.word(it.status));
            let contact = it.contact.map(|contact| contact_id(&it.about, contact));
            rows.word(vocabulary.word("order")).maybe_text(contact.map(|id| path(scratch, id)));
            rows.word(organisation).word(who.key).word(source).text(path(scratch, it.about.id)).end();
        }
    }

    /// The records of a kind that are the citizen's, in the order of `by` and then of their source and id.
    fn of<'p, T>(
        &self,
        piece: &Piece<'p>,
        records: impl Fn(&'p Life) -> Vec<T>,
        about: impl Fn(&T) -> &About,
        by: impl Fn(&T, &T) -> Ordering,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for life in piece.lives() {
            let mut own = records(life);
            own.retain(|it| piece.has(life, about(it).record));
            if all.is_empty() {
                all = own;
            } else {
                all.append(&mut own);
            }
        }
        all.sort_by(|one, other| by(one, other).then_with(|| self.order(about(one), about(other))));
        all
    }

    /// The organisation of the contact that a record belongs to, where the citizen has that contact in the same source.
    fn organisation_of_contact(
        &mut self,
        piece: &Piece<'_>,
        life: &Life,
        about: &About,
        contact: Option<u32>,
    ) -> Option<Word> {
        let contact = life.contacts.get(contact? as usize)?;
        let source = life.records.get(usize::from(contact.record))?.source;
        let known = source == about.source && piece.has(life, contact.record);
        self.organisation(contact.offer).filter(|_| known)
    }

    /// The organisation of a service of the town.
    fn organisation(&mut self, offer: u32) -> Option<Word> {
        let names = self.names;
        self.vocabulary.maybe(names.organisations.get(offer as usize)?.as_deref())
    }

    fn professional(&mut self, number: Option<u32>) -> Who {
        let names = self.names;
        let named = number.and_then(|number| names.professionals.get(number as usize)?.as_ref());
        Who {
            key: self.vocabulary.maybe(named.map(|named| named.key.as_str())),
            system: self.vocabulary.maybe(named.and_then(|named| named.profession_system.as_deref())),
            code: self.vocabulary.maybe(named.and_then(|named| named.profession_code.as_deref())),
        }
    }
}

/// A contact of the citizen whose record it is.
const fn contact_id(about: &About, contact: u32) -> Id {
    Id { kind: Resource::Encounter, citizen: about.id.citizen, number: contact }
}

fn path(text: &mut stead_synth::fhir::Text, id: Id) -> &str {
    write_path(text, id);
    text.text()
}

/// The day of a moment, which may lie after midnight of its own.
fn day_of(moment: Moment) -> Day {
    moment.0.plus_days((moment.1 / 1440) as i32)
}

fn measured_on(it: &Observation<'_>) -> Day {
    it.contact.map_or(it.day, |(_, at)| day_of(at))
}
