//! The town before anybody lives in it: where people may live, who offers what, who works there.
//!
//! Everything that every life needs is worked out once here, from the place folder, the number of citizens and the seed.

mod homes;
mod offers;
mod pieces;

use stead_rules::{Day, Definitions, Sex};

use crate::TownError;
use crate::condition::Prevalence;
use crate::options::{History, TownOptions};
use crate::published::{BANDS, DEATH_RATIO, by_deprivation, deaths_per_year};
use crate::random::Lottery;

pub use homes::{HomeArea, NOWHERE};
pub use offers::{Body, Offer, Professional, Source, Spot, Staff};
pub use pieces::{is_id, json_text};

/// Everything that the lives of a town have in common.
#[derive(Debug)]
pub struct World {
    /// Starts every stream of chance.
    pub seed: u64,
    /// How many citizens.
    pub citizens: u64,
    /// Full or slim.
    pub history: History,
    /// The first day of the histories.
    pub first_day: Day,
    /// The last day of the histories.
    pub last_day: Day,
    /// Where people live, in the order of the folder's small areas.
    pub homes: Vec<HomeArea>,
    /// Who holds records, in the order of the folder's organisations.
    pub sources: Vec<Source>,
    /// Organisations, in the folder's order.
    pub organisations: Vec<Body>,
    /// Sites, in the folder's order.
    pub sites: Vec<Spot>,
    /// Services that run.
    pub offers: Vec<Offer>,
    /// Everybody who works in them, service by service.
    pub professionals: Vec<Professional>,
    /// The home area of the essay's citizen and the one she lived in before.
    pub essay_homes: (u32, u32),
    /// How likely each condition is.
    pub(crate) prevalence: Prevalence,
    /// Draws who is alive on the last day: home area, age band and sex.
    living: Lottery,
    /// Draws who died within the histories.
    dead: Lottery,
    /// The share of citizens who died within the histories.
    pub(crate) dead_share: f64,
}

/// A kind of person: where they live, how old they are, which sex.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub area: u32,
    pub band: usize,
    pub sex: Sex,
}

impl World {
    /// The town of these definitions.
    ///
    /// # Errors
    /// When no citizen is asked for, or the definitions have no small areas, nobody living there, no organisation, or ids that FHIR cannot carry.
    pub fn new(definitions: &Definitions, options: &TownOptions) -> Result<Self, TownError> {
        if options.citizens == 0 {
            return Err(TownError::NoCitizens);
        }
        let homes = homes::homes(definitions, options.citizens)?;
        let staffing = offers::offers(definitions, options)?;
        let years = f64::from(options.history.years());
        let (mut living, mut dying) = (Vec::new(), Vec::new());
        for home in &homes {
            for (band, people) in home.people.iter().enumerate() {
                for sex in [Sex::Female, Sex::Male] {
                    let weight = people * homes::share(band, sex);
                    let deprived = by_deprivation(DEATH_RATIO, home.decile);
                    living.push(weight);
                    dying.push(weight * deaths_per_year(band, sex) * deprived * years);
                }
            }
        }
        let deaths = dying.iter().sum::<f64>() / living.iter().sum::<f64>();
        let nobody = || TownError::NobodyLivesThere;
        let mut world = Self {
            seed: options.seed,
            citizens: options.citizens,
            history: options.history,
            first_day: options.last_day.plus_years(-i32::from(options.history.years())),
            last_day: options.last_day,
            essay_homes: homes::essay_homes(definitions),
            homes,
            sources: staffing.sources,
            organisations: staffing.organisations,
            sites: staffing.sites,
            offers: staffing.offers,
            professionals: staffing.professionals,
            prevalence: Prevalence::england(),
            living: Lottery::new(&living).ok_or_else(nobody)?,
            dead: Lottery::new(&dying).ok_or_else(nobody)?,
            dead_share: deaths / (1.0 + deaths),
        };
        offers::nearest(&mut world.homes, &world.offers);
        Ok(world)
    }

    /// A home area; none for a home outside the town.
    pub fn home(&self, area: u32) -> Option<&HomeArea> {
        self.homes.get(area as usize)
    }

    /// A service.
    pub fn offer(&self, offer: u32) -> Option<&Offer> {
        self.offers.get(offer as usize)
    }

    /// A professional.
    pub fn professional(&self, professional: u32) -> Option<&Professional> {
        self.professionals.get(professional as usize)
    }

    /// A source.
    pub fn source(&self, source: u16) -> Option<&Source> {
        self.sources.get(usize::from(source))
    }

    pub(crate) fn draw(&self, dead: bool, random: &mut crate::random::Random) -> Cell {
        let drawn = if dead { &self.dead } else { &self.living }.draw(random);
        Cell {
            area: (drawn / (BANDS * 2)) as u32,
            band: drawn / 2 % BANDS,
            sex: if drawn.is_multiple_of(2) { Sex::Female } else { Sex::Male },
        }
    }
}
