//! Meeting services: which one somebody goes to, whom they see there, and what is written down.

use stead_rules::{Day, Period};

use super::person::years_between;
use super::{Contact, Life, Measurement, Outcome, Prescription, Procedure, Record, Registration, health};
use crate::random::{Random, scatter};
use crate::vocabulary::{Act, ContactKind, Kind, Measure, Medicine};
use crate::world::{HomeArea, NOWHERE, Offer, World};

/// A life in the making: what the citizen is like, and what has happened so far.
pub struct Care<'w> {
    pub world: &'w World,
    pub random: Random,
    pub life: Life,
    /// Deprivation decile of the latest home in the town.
    pub decile: u8,
    /// How frail, 1 on average.
    pub frailty: f64,
    /// How far the citizen takes part in care, a normal number; deprivation lowers it.
    pub engagement: f64,
    /// How often an appointment is missed.
    pub missed: f64,
    /// What measurements are around.
    pub body: Body,
    /// The days of the history in which the citizen is alive and lives in the town.
    pub from: Day,
    pub to: Day,
    /// Kinds of service met before, one bit each.
    met: u32,
}

/// What a citizen's measurements are around.
#[derive(Clone, Copy, Debug, Default)]
pub struct Body {
    pub mass_index: f64,
    pub systolic: f64,
    pub cholesterol: f64,
    pub creatinine: f64,
    pub hba1c: f64,
    /// 0 never, 1 ex, 2 current.
    pub smoking: i32,
}

/// What sort of contact is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    pub what: ContactKind,
    /// One of this profession; else anybody who works there.
    pub profession: Option<&'static str>,
    /// How likely it is missed.
    pub missed: f64,
    pub minutes: u32,
    pub remote: bool,
}

impl Wish {
    /// A contact of a kind that is always attended.
    pub const fn kept(what: ContactKind, minutes: u32) -> Self {
        Self { what, profession: None, missed: 0.0, minutes, remote: false }
    }

    pub const fn by(mut self, profession: &'static str) -> Self {
        self.profession = Some(profession);
        self
    }
}

impl<'w> Care<'w> {
    pub fn new(world: &'w World, mut random: Random, life: Life) -> Self {
        let area = life.homes.iter().rev().find(|home| home.area != NOWHERE).map_or(NOWHERE, |home| home.area);
        let decile = world.home(area).map_or(5, |home| home.decile);
        let left = life.homes.last().filter(|home| home.area == NOWHERE).map_or(Day::FOREVER, |home| home.from);
        let from = life.homes.first().map_or(life.born, |home| home.from).max(world.first_day);
        let to = life.last_day(world).min(left.plus_days(-1));
        let deprived = f64::from(decile) - 5.5;
        let engagement = random.normal() + deprived * 0.06;
        Self {
            frailty: health::frailty(&mut random),
            engagement,
            missed: (0.079 - deprived * 0.006).max(0.01),
            body: Body {
                mass_index: 26.8 + 4.6 * random.normal(),
                systolic: 128.0 + 11.0 * random.normal(),
                cholesterol: 4.8 + 0.8 * random.normal(),
                creatinine: 76.0 + 13.0 * random.normal(),
                hba1c: 0.0,
                smoking: health::smoking(decile, life.sex, &mut random),
            },
            world,
            random,
            life,
            decile,
            from,
            to,
            met: 0,
        }
    }

    /// Age on a day, in years.
    pub fn age(&self, day: Day) -> f64 {
        years_between(self.life.born, day)
    }

    /// Registers the citizen with a practice near each home, keeping the old one where that is still near.
    pub fn register(&mut self) {
        // One in a hundred is registered nowhere (an assumption).
        if self.random.chance(0.01) {
            return;
        }
        let homes = self.life.homes.clone();
        for home in homes.iter().filter(|home| home.area != NOWHERE) {
            let until = home.to.min(self.life.died.unwrap_or(Day::FOREVER));
            let latest = self.life.registrations.last().copied();
            let near = self.practices(home.area);
            let stays = latest.is_some_and(|old| near.contains(&Some(old.offer)) && self.random.chance(0.85));
            if stays {
                if let Some(old) = self.life.registrations.last_mut() {
                    old.to = until;
                }
            } else if let Some(offer) = self.choose(&near, 0.6) {
                let settled = if latest.is_none() { 0 } else { self.random.below(50) as i32 };
                self.registered(offer, home.from.plus_days(settled), until);
            }
            // One in a hundred people changes practice in a year without moving (an assumption).
            let changed = home.from.max(self.world.first_day).plus_days(self.random.gap_days(0.01) as i32);
            if changed < until.min(self.world.last_day)
                && let Some(offer) = self.choose(&near, 0.2)
            {
                self.registered(offer, changed, until);
            }
        }
    }

    /// Begins a registration and ends the one before; who is on that list already, or is gone before it begins, stays.
    pub fn registered(&mut self, offer: u32, from: Day, to: Day) {
        let never_begins = from >= to || from > self.world.last_day;
        if let Some(old) = self.life.registrations.last_mut().filter(|old| never_begins || old.offer == offer) {
            old.to = old.to.max(to);
            return;
        }
        if never_begins {
            return;
        }
        // One that would begin no sooner is never begun; the one before it then lasts until this one.
        self.life.registrations.retain(|old| old.from < from);
        if let Some(old) = self.life.registrations.last_mut() {
            old.to = from;
        }
        let source = self.world.offer(offer).map_or(0, |offer| offer.source);
        let record = self.record_in(source);
        self.life.registrations.push(Registration { offer, from, to, record });
    }

    fn practices(&self, area: u32) -> [Option<u32>; 3] {
        self.nearest(Kind::GeneralPractice, area)
    }

    /// The nearest services of a kind.
    pub fn nearest(&self, kind: Kind, area: u32) -> [Option<u32>; 3] {
        let home: Option<&HomeArea> = self.world.home(area);
        home.and_then(|home| home.nearest.get(kind as usize)).copied().unwrap_or_default()
    }

    /// The first with this probability, else one of the others.
    fn choose(&mut self, near: &[Option<u32>; 3], first: f64) -> Option<u32> {
        let known = near.iter().flatten().count();
        let at = if known < 2 || self.random.chance(first) { 0 } else { 1 + self.random.below(known - 1) };
        near.get(at).copied().flatten()
    }

    /// Which service of a kind the citizen goes to on a day; mostly the usual one.
    fn service(&mut self, kind: Kind, day: Day) -> Option<u32> {
        if kind == Kind::GeneralPractice {
            return self.life.registration_on(day).map(|registration| registration.offer);
        }
        let area = self.life.home_on(day)?.area;
        let near = self.nearest(kind, area);
        let known = near.iter().flatten().count();
        let usual = match scatter(self.life.index ^ ((kind as u64) << 48)) % 10 {
            _ if self.life.index == 0 => 0,
            8 if known > 1 => 1,
            9 if known > 2 => 2,
            _ => 0,
        };
        let at = if self.is_constant(0.9) { usual } else { self.random.below(known.max(1)) };
        let runs = |number: &u32| self.world.offer(*number).is_some_and(|offer| offer.period().contains(day));
        near.get(at).copied().flatten().filter(runs).or_else(|| near.iter().copied().flatten().find(runs))
    }

    /// A contact with a service of a kind, if there is one in reach that runs on that day.
    pub fn meet(&mut self, kind: Kind, day: Day, wish: Wish) -> Option<u32> {
        let number = self.service(kind, day)?;
        let world = self.world;
        let offer = world.offer(number).filter(|offer| offer.period().contains(day))?;
        let missed = self.random.chance(wish.missed);
        let professional = self.professional(number, offer, wish.profession);
        let round_the_clock = matches!(kind, Kind::Emergency | Kind::GeneralMedicine);
        let minute = if round_the_clock { self.random.below(1440) } else { 480 + 5 * self.random.below(118) };
        let record = self.record_in(offer.source);
        let cost_pence = if missed { 0 } else { self.cost(kind, offer, wish.minutes) };
        self.met |= 1 << (kind as u32);
        self.life.contacts.push(Contact {
            day,
            minute: minute as u16,
            minutes: wish.minutes,
            offer: number,
            // One record in fifty does not say whom the citizen saw (an assumption).
            professional: professional.filter(|_| self.life.index == 0 || !self.random.chance(0.02)),
            kind: wish.what,
            remote: wish.remote,
            outcome: if missed { Outcome::Missed } else { Outcome::Attended },
            cost_pence,
            record,
        });
        Some((self.life.contacts.len() - 1) as u32)
    }

    /// Costs by contact: general practice is paid by the head, hospital stays by their length, emergencies by what is done.
    fn cost(&mut self, kind: Kind, offer: &Offer, minutes: u32) -> u32 {
        let usual = f64::from(offer.cost_pence);
        let factor = match kind {
            Kind::GeneralPractice => 0.0,
            Kind::GeneralMedicine => 0.5 + f64::from(minutes) / 1440.0 * 0.2,
            Kind::Emergency => 0.6 + self.random.fraction(),
            _ => 1.0,
        };
        (usual * factor) as u32
    }

    /// Whom the citizen sees: two times in three the usual one.
    fn professional(&mut self, number: u32, offer: &Offer, profession: Option<&str>) -> Option<u32> {
        let staff = profession.and_then(|profession| offer.staff_of(profession));
        let staff = staff.or_else(|| offer.staff.get(self.random.below(offer.staff.len())))?;
        let usual = scatter(self.life.index ^ (u64::from(number) << 40) ^ (u64::from(staff.first) << 20)) as usize;
        let count = staff.count as usize;
        let one = if self.is_constant(0.65) { usual % count.max(1) } else { self.random.below(count) };
        Some(staff.first + one as u32)
    }

    /// Whether the usual one is met, as happens with this probability; the essay's citizen has only usual ones.
    fn is_constant(&mut self, probability: f64) -> bool {
        self.random.chance(probability) || self.life.index == 0
    }

    /// Whether a service of this kind was met before.
    pub const fn has_met(&self, kind: Kind) -> bool {
        self.met & (1 << (kind as u32)) != 0
    }

    /// Whether a contact took place.
    pub fn attended(&self, contact: u32) -> bool {
        self.life.contacts.get(contact as usize).is_some_and(|contact| contact.outcome == Outcome::Attended)
    }

    /// The record that a source holds of the citizen, begun when there is none.
    pub fn record_in(&mut self, source: u16) -> u8 {
        record_in(&mut self.life, source, self.world)
    }

    /// Writes down a measurement made at a contact.
    pub fn measure(&mut self, contact: u32, measure: Measure, value: f64) {
        self.measure_two(contact, measure, value, 0.0);
    }

    /// Writes down a measurement of two numbers (blood pressure).
    pub fn measure_two(&mut self, contact: u32, measure: Measure, value: f64, second: f64) {
        let Some(&Contact { day, record, .. }) = self.life.contacts.get(contact as usize) else { return };
        self.life.measurements.push(Measurement {
            measure,
            day,
            tenths: (value * 10.0) as i32,
            second_tenths: (second * 10.0) as i32,
            contact: Some(contact),
            mistake: self.life.index != 0 && self.random.chance(0.002),
            record,
        });
    }

    /// Writes down something done at a contact.
    pub fn did(&mut self, contact: u32, act: Act) {
        let Some(&Contact { day, record, .. }) = self.life.contacts.get(contact as usize) else { return };
        self.life.procedures.push(Procedure { act, day, contact, record });
    }

    /// Prescribes a medicine at a contact.
    pub fn prescribe(&mut self, contact: u32, medicine: Medicine, to: Option<Day>) {
        let Some(&Contact { day, record, .. }) = self.life.contacts.get(contact as usize) else { return };
        let words_only = self.life.index != 0 && self.random.chance(0.15);
        let to = to.filter(|&to| to <= self.world.last_day);
        self.life.prescriptions.push(Prescription {
            medicine,
            from: day,
            to,
            words_only,
            contact: Some(contact),
            record,
        });
    }

    /// The days of care from a day on; none when over by then.
    pub fn days_from(&self, from: Day) -> Option<Period> {
        Period::new(self.from.max(from), self.to.plus_days(1))
    }
}

/// The record that a source holds of a citizen, begun when there is none.
pub fn record_in(life: &mut Life, source: u16, world: &World) -> u8 {
    if let Some(at) = life.records.iter().position(|record| record.source == source && !record.duplicate) {
        return at as u8;
    }
    let general_practice = world.source(source).is_some_and(|source| source.general_practice);
    life.records.push(Record {
        source,
        duplicate: false,
        replaced_by: None,
        national_number: Some(life.national_number),
        born: life.born,
        sex: life.sex,
        all_homes: general_practice,
        knows_death: life.died.is_some(),
        updated: world.first_day,
    });
    // INVARIANT: nobody has more than 255 records; after that they are written into the last one.
    (life.records.len() - 1).min(254) as u8
}

#[cfg(test)]
mod tests {
    use stead_rules::{Definitions, Organisation, Sex, SmallArea};

    use super::*;
    use crate::TownOptions;
    use crate::life::person::blank;
    use crate::random::Stream;

    fn bare_world() -> World {
        let area = SmallArea {
            code: "T00".into(),
            name: "Small Town".into(),
            deprivation_decile: None,
            longitude: None,
            latitude: None,
            population: vec![],
        };
        let council = Organisation {
            id: "council".into(),
            name: "Council".into(),
            kind: "council".into(),
            codes: vec![],
            part_of: None,
        };
        let place = Definitions { small_areas: vec![area], organisations: vec![council], ..Definitions::default() };
        World::new(&place, &TownOptions::default()).unwrap()
    }

    #[test]
    fn who_goes_elsewhere_before_a_registration_begins_is_never_on_two_lists() {
        let world = bare_world();
        let life = blank(&world, 1, Sex::Female, world.first_day);
        let mut care = Care::new(&world, Random::new(7, 1, Stream::Care), life);
        let [born, moved, settled] = [0, 100, 140].map(|days| world.first_day.plus_days(days));
        care.registered(0, born, Day::FOREVER);
        care.registered(1, settled, Day::FOREVER);
        care.registered(2, moved, Day::FOREVER);
        let lists: Vec<_> = care.life.registrations.iter().map(|list| (list.offer, list.from, list.to)).collect();
        assert_eq!(lists, [(0, born, moved), (2, moved, Day::FOREVER)]);
    }

    /// A citizen on list 0 from the first day, who moves after 100 days and then asks to be on list `offer`.
    fn lists_after_asking(offer: u32, asked: i32, until: Day) -> Vec<(u32, Day, Day)> {
        let world = bare_world();
        let life = blank(&world, 1, Sex::Female, world.first_day);
        let mut care = Care::new(&world, Random::new(7, 1, Stream::Care), life);
        care.registered(0, world.first_day, world.first_day.plus_days(100));
        care.registered(offer, world.first_day.plus_days(asked), until);
        care.life.registrations.iter().map(|list| (list.offer, list.from, list.to)).collect()
    }

    #[test]
    fn who_asks_for_their_own_list_after_a_move_stays_on_it() {
        let first = bare_world().first_day;
        assert_eq!(lists_after_asking(0, 140, Day::FOREVER), [(0, first, Day::FOREVER)]);
    }

    #[test]
    fn who_is_gone_before_the_new_list_begins_stays_on_the_old_one_until_then() {
        let (first, last) = (bare_world().first_day, bare_world().last_day);
        let gone = first.plus_days(120);
        assert_eq!(lists_after_asking(1, 140, gone), [(0, first, gone)]);
        let beyond = last.epoch_days() - first.epoch_days() + 1;
        assert_eq!(lists_after_asking(1, beyond, Day::FOREVER), [(0, first, Day::FOREVER)]);
    }
}
