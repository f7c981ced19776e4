//! Contacts and what they cost: Encounter, ExplanationOfBenefit, Claim.

use stead_rules::Day;

use super::{About, Coding, Moment};
use crate::life::{Contact, Life, Outcome};
use crate::vocabulary::{ContactKind, Kind, Resource};
use crate::world::{Offer, Professional, World};

/// Who pays, where care is costed.
pub const COMMISSIONER: &str = "NHS commissioner";
/// Who is asked for money.
pub const INSURER: &str = "NHS";
/// In what money.
pub const CURRENCY: &str = "GBP";

/// A contact.
#[derive(Clone, Copy, Debug)]
pub struct Encounter<'l> {
    /// What it is.
    pub about: About,
    /// FHIR status.
    pub status: &'static str,
    /// FHIR class.
    pub class: &'static str,
    /// What kind of contact, of the town's own kinds.
    pub kind: ContactKind,
    /// The service.
    pub offer: &'l Offer,
    /// Its number among the town's.
    pub offer_number: u32,
    /// Who saw the citizen, with the number among the town's professionals.
    pub professional: Option<(u32, &'l Professional)>,
    /// When it began.
    pub from: Moment,
    /// When it ended.
    pub to: Moment,
    /// Whether it says at which of the organisation's sites.
    pub names_site: bool,
}

impl Encounter<'_> {
    /// What kind of contact it says it is.
    pub fn coding(&self) -> Coding<'static> {
        Coding { system: "https://stead.example/codes/contact", code: self.kind.word(), term: None }
    }
}

/// The contacts of a life.
pub fn encounters<'l>(world: &'l World, life: &'l Life) -> impl Iterator<Item = Encounter<'l>> {
    let contacts = life.contacts.iter().enumerate();
    contacts.filter_map(|(at, contact)| encounter(world, life, at, contact))
}

fn encounter<'l>(world: &'l World, life: &Life, at: usize, contact: &'l Contact) -> Option<Encounter<'l>> {
    let offer = world.offer(contact.offer)?;
    let end = u32::from(contact.minute) + contact.minutes;
    Some(Encounter {
        about: About::of(life, Resource::Encounter, contact.record, at, Moment(contact.day, end + 20)),
        status: match contact.outcome {
            Outcome::Attended => "finished",
            Outcome::Missed => "cancelled",
            Outcome::Mistake => "entered-in-error",
        },
        class: class(contact),
        kind: contact.kind,
        offer,
        offer_number: contact.offer,
        professional: contact.professional.and_then(|number| Some((number, world.professional(number)?))),
        from: Moment(contact.day, u32::from(contact.minute)),
        to: Moment(contact.day, end),
        names_site: offer.names_site && !contact.remote,
    })
}

fn class(contact: &Contact) -> &'static str {
    match contact.kind {
        _ if contact.remote => "VR",
        ContactKind::HomeVisit => "HH",
        ContactKind::InpatientStay => "IMP",
        ContactKind::EmergencyAttendance => "EMER",
        _ => "AMB",
    }
}

/// What a contact came to: a claim of a pharmacy or optician, else what the commissioner paid.
#[derive(Clone, Copy, Debug)]
pub struct Bill<'l> {
    /// What it is: Claim or ExplanationOfBenefit.
    pub about: About,
    /// FHIR type of claim.
    pub kind: &'static str,
    /// First and last day of the care.
    pub days: (Day, Day),
    /// When it was written.
    pub written: Day,
    /// How much, in pence.
    pub pence: u32,
    /// The contact, by number.
    pub contact: u32,
    /// What kind of contact that was.
    pub contact_kind: ContactKind,
    /// The service.
    pub offer: &'l Offer,
    /// Its number among the town's.
    pub offer_number: u32,
}

impl Bill<'_> {
    /// Whether it asks for money.
    pub fn is_claim(&self) -> bool {
        self.about.kind == Resource::Claim
    }
}

/// The bills of a life.
pub fn bills<'l>(world: &'l World, life: &'l Life) -> impl Iterator<Item = Bill<'l>> {
    let costed = |contact: &Contact| contact.cost_pence != 0 && contact.outcome == Outcome::Attended;
    let contacts = life.contacts.iter().enumerate().filter(move |(_, contact)| costed(contact));
    contacts.filter_map(|(at, contact)| bill(world, life, at, contact))
}

fn bill<'l>(world: &'l World, life: &Life, at: usize, contact: &'l Contact) -> Option<Bill<'l>> {
    let offer = world.offer(contact.offer)?;
    let claims = offer.kind.is_some_and(Kind::claims);
    let kind = if claims { Resource::Claim } else { Resource::ExplanationOfBenefit };
    let days = (u32::from(contact.minute) + contact.minutes) / 1440;
    let written = contact.day.plus_days((days + 9) as i32).min(world.last_day).max(contact.day);
    Some(Bill {
        about: About::of(life, kind, contact.record, at, Moment(written, 360)),
        kind: claim_type(offer, contact),
        days: (contact.day, contact.day.plus_days(days as i32)),
        written,
        pence: contact.cost_pence,
        contact: at as u32,
        contact_kind: contact.kind,
        offer,
        offer_number: contact.offer,
    })
}

fn claim_type(offer: &Offer, contact: &Contact) -> &'static str {
    match offer.kind {
        Some(Kind::CommunityPharmacy) => "pharmacy",
        Some(Kind::Optometry) => "vision",
        _ if contact.kind == ContactKind::InpatientStay => "institutional",
        _ => "professional",
    }
}
