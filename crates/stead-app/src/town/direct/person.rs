//! The rows that follow from all records of a citizen together: particulars, homes, marital status, records.

use stead_lake::direct::{LinkedRecord, Word};
use stead_rules::{Day, MaritalStatus, Sex};
use stead_synth::World;
use stead_synth::fhir::{Text, write_patient_id};
use stead_synth::records::{About, Address, ELSEWHERE, Patient, Postcode, Value, observations, patient};
use stead_synth::vocabulary::Measure;

use super::bucket::{Piece, Table, Writing, write_path};
use super::vocabulary::Vocabulary;

/// A citizen's records, the leading one first.
type Known<'p> = Vec<(Patient<'p>, &'p LinkedRecord)>;

impl Writing<'_> {
    /// Particulars, homes, marital statuses and records.
    pub(super) fn person(&mut self, piece: &Piece<'_>) {
        let world = self.filling.world;
        let records = piece.records.iter().copied();
        let known: Known<'_> =
            records.filter_map(|(life, linked)| Some((patient(world, life, linked.record as u8)?, linked))).collect();
        self.particulars(piece, &known);
        self.residences(piece, &known);
        self.marital_statuses(piece, &known);
        self.links(piece, &known);
    }

    fn particulars(&mut self, piece: &Piece<'_>, known: &Known<'_>) {
        let Some((leading, _)) = known.first() else { return };
        let died = known.iter().filter_map(|(patient, _)| patient.died).min();
        let source = self.source(leading.own.source);
        let Some((rows, vocabulary, scratch)) = self.row(Table::Citizen) else { return };
        rows.text(piece.id).day(leading.own.born.epoch_days()).word(vocabulary.word("day"));
        rows.word(vocabulary.word(sex(leading.sex()))).day(died.map(Day::epoch_days)).flag(died.is_some());
        scratch.clear();
        scratch.raw(leading.name.family_first).raw(leading.name.family_second);
        rows.text(leading.name.given).text(scratch.text());
        rows.word(source).text(record_path(scratch, leading)).end();
    }

    /// Homes of the leading record; of the first other one that has any, when the leading one has none.
    fn residences(&mut self, piece: &Piece<'_>, known: &Known<'_>) {
        let mut found = known.iter().map(|(patient, _)| (patient, patient.addresses().collect::<Vec<_>>()));
        let Some((patient, homes)) = found.find(|(_, homes)| !homes.is_empty()) else { return };
        let (source, world) = (self.source(patient.own.source), self.filling.world);
        let Some((rows, vocabulary, scratch)) = self.row(Table::Residence) else { return };
        let mut homes: Vec<Home<'_>> = homes.iter().map(|home| Home::of(home, world, vocabulary, scratch)).collect();
        homes.sort_by(|one, other| one.key().cmp(&other.key()));
        for home in homes {
            rows.text(piece.id).day(home.from).day(home.to).word(home.small_area.map(|(_, word)| word));
            rows.word(home.town).word(home.postcode.as_ref().map(|(_, word)| *word));
            rows.number(home.degrees.map(|(longitude, _)| longitude))
                .number(home.degrees.map(|(_, latitude)| latitude));
            rows.word(source).text(record_path(scratch, patient)).end();
        }
    }

    /// Each status until the next; a status told again while it lasts is no new one. Without dated ones, a Patient's own.
    fn marital_statuses(&mut self, piece: &Piece<'_>, known: &Known<'_>) {
        let told = self.told(piece);
        let ends: Vec<Option<Day>> = told.iter().skip(1).map(|next| Some(next.0)).chain([None]).collect();
        for ((day, about, status), end) in told.iter().zip(ends) {
            let source = self.source(about.source);
            let Some((rows, vocabulary, scratch)) = self.row(Table::MaritalStatus) else { return };
            write_path(scratch, about.id);
            rows.text(piece.id).word(vocabulary.word(status.word())).day(day.epoch_days());
            rows.day(end.map(Day::epoch_days)).word(source).text(scratch.text()).end();
        }
        let own = || known.iter().find_map(|(patient, _)| Some((patient, patient.marital()?)));
        if let Some((patient, status)) = told.is_empty().then(own).flatten() {
            let source = self.source(patient.own.source);
            let Some((rows, vocabulary, scratch)) = self.row(Table::MaritalStatus) else { return };
            rows.text(piece.id).word(vocabulary.word(status.word())).none().none();
            rows.word(source).text(record_path(scratch, patient)).end();
        }
    }

    /// The marital statuses that somebody was told on a day.
    fn told(&self, piece: &Piece<'_>) -> Vec<(Day, About, MaritalStatus)> {
        let mut told = Vec::new();
        for life in piece.lives() {
            let asked = observations(self.filling.world, life).filter(|it| it.measure == Measure::Marital);
            for it in asked.filter(|it| it.status == "final" && piece.has(life, it.about.record)) {
                let Value::Coded(code) = it.value else { continue };
                told.extend(MaritalStatus::of_hl7(code.code).map(|status| (it.day, it.about, status)));
            }
        }
        told.sort_by(|(day, about, status), (other_day, other, other_status)| {
            day.cmp(other_day).then_with(|| self.order(about, other)).then(status.cmp(other_status))
        });
        // Of several on one day the last stands.
        told.reverse();
        told.dedup_by_key(|(day, ..)| *day);
        told.reverse();
        told.dedup_by(|next, kept| next.2 == kept.2);
        told
    }

    fn links(&mut self, piece: &Piece<'_>, known: &Known<'_>) {
        let mut order: Vec<usize> = (0..known.len()).collect();
        let key = |&at: &usize| known.get(at).map(|(it, _)| (self.rank(it.own.source), it.id.to_string()));
        order.sort_by_cached_key(key);
        for at in order {
            let Some((patient, linked)) = known.get(at) else { continue };
            let source = self.source(patient.own.source);
            let Some((rows, vocabulary, scratch)) = self.row(Table::Link) else { return };
            scratch.clear();
            write_patient_id(scratch, patient.id);
            rows.text(piece.id).word(source).text(scratch.text()).word(vocabulary.word(linked.rule));
            match &linked.identifier {
                Some(identifier) => rows.text(identifier),
                None => rows.none(),
            };
            rows.flag(at == 0).end();
        }
    }

    /// The word of a source.
    pub(super) fn source(&mut self, source: u16) -> Option<Word> {
        self.vocabulary.maybe(self.filling.world.source(source).map(|source| source.id.as_str()))
    }
}

fn record_path<'t>(text: &'t mut Text, patient: &Patient<'_>) -> &'t str {
    text.clear();
    text.raw("Patient/");
    write_patient_id(text, patient.id);
    text.text()
}

const fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "female",
        Sex::Male => "male",
        Sex::Other => "other",
        Sex::Unknown => "unknown",
    }
}

/// A home as a row has it.
struct Home<'w> {
    from: Option<i32>,
    to: Option<i32>,
    small_area: Option<(&'w str, Word)>,
    town: Option<Word>,
    postcode: Option<(String, Word)>,
    degrees: Option<(f64, f64)>,
}

impl<'w> Home<'w> {
    fn of(home: &Address<'_>, world: &'w World, vocabulary: &mut Vocabulary<'w>, scratch: &mut Text) -> Self {
        // The town's own area stays where it is, so that its words are known by their place.
        let area = home.place.and_then(|place| world.home(place.area_number));
        let town = match area {
            Some(area) => vocabulary.json(&area.town),
            None => Some(vocabulary.word(ELSEWHERE)),
        };
        let postcode = home.place.map(|place| {
            let text = postcode(scratch, &place.postcode);
            (text.to_owned(), vocabulary.words.word(text))
        });
        let degrees = |hundred_thousandths: i32| f64::from(hundred_thousandths) / 100_000.0;
        let point = home.place.and_then(|place| place.degrees);
        Self {
            from: home.period.map(|(from, _)| from.epoch_days()),
            to: home.period.and_then(|(_, to)| to).map(Day::epoch_days),
            small_area: area.and_then(|area| Some((area.code.as_str(), vocabulary.json(&area.code)?))),
            town,
            postcode,
            degrees: point.map(|(longitude, latitude)| (degrees(longitude), degrees(latitude))),
        }
    }

    /// By which homes from one record are sorted.
    fn key(&self) -> (Option<i32>, Option<&str>, Option<&str>, Option<i32>) {
        let postcode = self.postcode.as_ref().map(|(text, _)| text.as_str());
        (self.from, self.small_area.map(|(code, _)| code), postcode, self.to)
    }
}

fn postcode<'t>(text: &'t mut Text, it: &Postcode) -> &'t str {
    let [first, second] = it.unit;
    text.clear();
    text.raw("ZZ").number(u64::from(it.district)).raw(" ").number(it.sector).raw(first).raw(second);
    text.text()
}
