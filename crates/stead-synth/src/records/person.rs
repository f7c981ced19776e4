//! The citizen as each source knows them: Patient, EpisodeOfCare, CareTeam.

use stead_rules::{Day, MaritalStatus, Sex};

use super::{About, Moment, PatientId};
use crate::life::{Home, Life, Record};
use crate::names::Name;
use crate::random::scatter;
use crate::vocabulary::Resource;
use crate::world::{HomeArea, NOWHERE, Offer, Professional, Source, World};

/// A citizen in a source.
#[derive(Clone, Copy, Debug)]
pub struct Patient<'l> {
    world: &'l World,
    life: &'l Life,
    /// Which of the citizen's records it is.
    pub at: u8,
    /// What the source believes.
    pub own: &'l Record,
    /// Whose it is.
    pub source: &'l Source,
    /// What the citizen is called there.
    pub id: PatientId<'l>,
    /// When it was last changed.
    pub updated: Moment,
    /// Name.
    pub name: Name,
    /// The day of death, when the source knows of it.
    pub died: Option<Day>,
}

/// The Patient records of a life.
pub fn patients<'l>(world: &'l World, life: &'l Life) -> impl Iterator<Item = Patient<'l>> {
    (0..life.records.len()).filter_map(|at| patient(world, life, at as u8))
}

/// One of the Patient records of a life.
pub fn patient<'l>(world: &'l World, life: &'l Life, at: u8) -> Option<Patient<'l>> {
    let own = life.records.get(usize::from(at))?;
    Some(Patient {
        world,
        life,
        at,
        own,
        source: world.source(own.source)?,
        id: PatientId::of(world, life, at),
        updated: Moment(own.updated, 1170),
        name: life.name,
        died: life.died.filter(|_| own.knows_death),
    })
}

impl<'l> Patient<'l> {
    /// The sex as written there.
    pub const fn sex(&self) -> Sex {
        self.own.sex
    }

    /// A practice knows every home; others the one at the last contact, without since when.
    pub fn addresses(&self) -> impl Iterator<Item = Address<'l>> + use<'l> {
        let (world, life, own) = (self.world, self.life, self.own);
        let last = life.last_day(world);
        let latest = own.updated.max(life.homes.first().map_or(own.updated, |home| home.from));
        // A home of no day (somebody moved on at once) has no last day that FHIR could name.
        let lived_in = life.homes.iter().filter(move |home| home.from <= last && home.from < home.to);
        let known = lived_in.filter(move |home| own.all_homes || (home.from <= latest && latest < home.to));
        known.map(move |home| Address::of(world, home, own.all_homes))
    }

    /// Married or not, as a practice knows it of grown-ups.
    pub fn marital(&self) -> Option<MaritalStatus> {
        let adult = self.life.last_day(self.world) >= self.life.born.plus_years(16);
        (self.own.all_homes && adult).then(|| self.life.marital_status().unwrap_or(MaritalStatus::Single))
    }

    /// The practice the citizen is registered with.
    pub fn practice(&self) -> Option<&'l Offer> {
        let now = self.life.registrations.last()?;
        let here = self.own.all_homes && now.record == self.at && now.to == Day::FOREVER;
        self.world.offer(now.offer).filter(|_| here)
    }

    /// The record of the same source that took its place.
    pub fn replaced_by(&self) -> Option<PatientId<'l>> {
        Some(PatientId::of(self.world, self.life, self.own.replaced_by?))
    }
}

/// A home, as a record has it.
#[derive(Clone, Copy, Debug)]
pub struct Address<'l> {
    /// First day there, and first day elsewhere when that has come; none where the record does not say since when.
    pub period: Option<(Day, Option<Day>)>,
    /// Where in the town; none outside.
    pub place: Option<Where<'l>>,
}

/// A dwelling of the town.
#[derive(Clone, Copy, Debug)]
pub struct Where<'l> {
    /// The small area.
    pub area: &'l HomeArea,
    /// Its number among the town's.
    pub area_number: u32,
    /// Longitude and latitude in hundred-thousandths of a degree.
    pub degrees: Option<(i32, i32)>,
    /// Number in the street.
    pub number: u32,
    /// First half of the street's name.
    pub street: &'static str,
    /// Postcode.
    pub postcode: Postcode,
}

/// The town of homes elsewhere.
pub const ELSEWHERE: &str = "Elsewhere";

impl<'l> Address<'l> {
    fn of(world: &'l World, home: &Home, dated: bool) -> Self {
        let area = world.home(home.area).filter(|_| home.area != NOWHERE);
        let to = Some(home.to).filter(|&to| to != Day::FOREVER);
        Self { period: dated.then_some((home.from, to)), place: area.map(|area| dwelling(world, home, area)) }
    }
}

/// Where a dwelling lies, its street and its postcode, follow from its number.
fn dwelling<'l>(world: &World, home: &Home, area: &'l HomeArea) -> Where<'l> {
    let bits = scatter(world.seed ^ (u64::from(home.area) << 32) ^ u64::from(home.dwelling));
    let off = |bits: u64| (bits % 600) as i32 - 300;
    let street = Name::of(scatter((bits / 97) ^ u64::from(home.area)), Sex::Female);
    Where {
        area,
        area_number: home.area,
        degrees: area.centre.map(|(longitude, latitude)| (longitude + off(bits >> 24), latitude + off(bits >> 8))),
        number: home.dwelling % 180 + 1,
        street: street.family_first,
        postcode: Postcode::of(home),
    }
}

/// Made-up, of British shape, such as `ZZ3 4KT`; fifteen dwellings share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Postcode {
    /// The number behind `ZZ`.
    pub district: u32,
    /// The digit after the blank.
    pub sector: u64,
    /// The two letters at the end.
    pub unit: [&'static str; 2],
}

impl Postcode {
    fn of(home: &Home) -> Self {
        const LETTERS: [&str; 20] =
            ["A", "B", "D", "E", "F", "G", "H", "J", "L", "N", "P", "Q", "R", "S", "T", "U", "W", "X", "Y", "Z"];
        let inward = u64::from(home.area / 20) * 64 + u64::from(home.dwelling / 15);
        let letter = |number: u64| LETTERS.get((number % 20) as usize).copied().unwrap_or("A");
        Self { district: home.area % 20 + 1, sector: inward / 400 % 10, unit: [letter(inward / 20), letter(inward)] }
    }
}

/// Being registered with a general practice: EpisodeOfCare.
#[derive(Clone, Copy, Debug)]
pub struct Registration<'l> {
    /// What it is.
    pub about: About,
    /// FHIR status.
    pub status: &'static str,
    /// The practice's service.
    pub offer: &'l Offer,
    /// Its number among the town's.
    pub offer_number: u32,
    /// First day.
    pub from: Day,
    /// First day after, once it has come.
    pub to: Option<Day>,
}

/// The registrations of a life.
pub fn registrations<'l>(world: &'l World, life: &'l Life) -> impl Iterator<Item = Registration<'l>> {
    let lasting = life.registrations.iter().enumerate().filter(|(_, one)| one.from < one.to);
    lasting.filter_map(|(at, one)| {
        let over = one.to <= world.last_day;
        let updated = Moment(if over { one.to } else { one.from }, 540);
        Some(Registration {
            about: About::of(life, Resource::EpisodeOfCare, one.record, at, updated),
            status: if over { "finished" } else { "active" },
            offer: world.offer(one.offer)?,
            offer_number: one.offer,
            from: one.from,
            to: over.then_some(one.to),
        })
    })
}

/// The citizen's own choice of coordinator: CareTeam.
#[derive(Clone, Copy, Debug)]
pub struct Team<'l> {
    /// What it is.
    pub about: About,
    /// Since when.
    pub since: Day,
    /// Who it is, with the number among the town's professionals.
    pub professional: (u32, &'l Professional),
    /// For whose service, with its number among the town's.
    pub offer: (u32, &'l Offer),
}

/// The coordinator that a citizen chose.
pub fn team<'l>(world: &'l World, life: &'l Life) -> Option<Team<'l>> {
    let (contact, since) = life.coordinator?;
    let contact = life.contacts.get(contact as usize)?;
    let number = contact.professional?;
    Some(Team {
        about: About::of(life, Resource::CareTeam, contact.record, 0, Moment(since, 1080)),
        since,
        professional: (number, world.professional(number)?),
        offer: (contact.offer, world.offer(contact.offer)?),
    })
}

/// HL7 v3 code of a marital status.
pub const fn marital_code(status: MaritalStatus) -> &'static str {
    match status {
        MaritalStatus::Single => "S",
        MaritalStatus::Married => "M",
        MaritalStatus::Partnered => "T",
        MaritalStatus::Separated => "L",
        MaritalStatus::Divorced => "D",
        MaritalStatus::Widowed => "W",
    }
}
