//! A made-up country: organisations, agreements between them, citizens' choices, requests.

use std::collections::BTreeMap;

use stead_rules::agreement::{Agreement, Clause, Party, Share, Terms, Within};
use stead_rules::decision::{Actor, Request};
use stead_rules::{
    AgreementId, CategoryId, Choice, ChoiceKind, CitizenId, Day, Definitions, Organisation, OrganisationId, Period,
    Purpose,
};

const CATEGORIES: [&str; 6] =
    ["results", "retinal-result", "conditions", "medication", "sexual-health", "mental-health"];

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or_default()
    }
}

pub struct Town {
    pub definitions: Definitions,
    pub bindings: BTreeMap<AgreementId, Period>,
}

#[derive(Clone)]
pub struct Asked {
    pub request: Request,
    pub circle: Vec<OrganisationId>,
}

fn organisation(number: usize) -> OrganisationId {
    format!("organisation-{number}").into()
}

fn citizen(number: usize) -> CitizenId {
    format!("citizen-{number}").into()
}

fn category(dice: &mut Dice) -> CategoryId {
    CATEGORIES[dice.below(CATEGORIES.len())].into()
}

impl Town {
    pub fn new(agreements: usize) -> Self {
        let dice = &mut Dice(42);
        // As many organisations as make each sign some fifty agreements.
        let organisations = (agreements / 10).max(50);
        let agreements: Vec<Agreement> = (0..agreements).map(|number| agreement(number, organisations, dice)).collect();
        let bindings = agreements.iter().map(|agreement| (agreement.id.clone(), Period::ALL)).collect();
        let organisations = (0..organisations).map(|number| Organisation {
            id: organisation(number),
            name: "organisation".into(),
            kind: "any".into(),
            codes: Vec::new(),
            part_of: None,
        });
        let organisations = organisations.collect();
        Self { definitions: Definitions { organisations, agreements, ..Definitions::default() }, bindings }
    }

    /// The same with the first agreements only.
    pub fn first(&self, agreements: usize) -> Self {
        let mut definitions = self.definitions.clone();
        definitions.agreements.truncate(agreements);
        Self { definitions, bindings: self.bindings.clone() }
    }

    pub fn organisations(&self) -> usize {
        self.definitions.organisations.len()
    }

    pub fn clauses(&self) -> usize {
        self.definitions.agreements.iter().map(|agreement| agreement.clauses.len()).sum()
    }

    /// Every clause: all of them share.
    pub fn shares(&self) -> impl Iterator<Item = &Share> {
        let clauses = self.definitions.agreements.iter().flat_map(|agreement| &agreement.clauses);
        clauses.filter_map(|clause| match &clause.terms {
            Terms::Share(share) => Some(share),
            _ => None,
        })
    }

    pub fn requests(&self, many: usize, citizens: usize) -> Vec<Asked> {
        self.requests_of(self.definitions.agreements.len(), many, citizens, 7)
    }

    pub fn requests_of_first(&self, agreements: usize, many: usize, citizens: usize) -> Vec<Asked> {
        self.requests_of(agreements, many, citizens, 8)
    }

    fn requests_of(&self, agreements: usize, many: usize, citizens: usize, seed: u64) -> Vec<Asked> {
        let agreements = &self.definitions.agreements[..agreements.min(self.definitions.agreements.len())];
        let shares: Vec<&Share> = agreements
            .iter()
            .flat_map(|agreement| &agreement.clauses)
            .filter_map(|clause| if let Terms::Share(share) = &clause.terms { Some(share) } else { None })
            .collect();
        let dice = &mut Dice(seed);
        (0..many).map(|_| self.request(shares[dice.below(shares.len())], citizens, dice)).collect()
    }

    /// Mostly somebody who is under an agreement with who holds the record, and acts for the citizen, as in care. One citizen
    /// in four is met often by the same organisation that she objects to.
    fn request(&self, share: &Share, citizens: usize, dice: &mut Dice) -> Asked {
        let number = dice.below(citizens);
        let stranger = dice.below(10) == 0;
        let asks = match stranger {
            true => organisation(dice.below(self.organisations())),
            false => share.to[dice.below(share.to.len())].clone(),
        };
        let purpose = match dice.below(20) {
            0 => Purpose::Emergency,
            1 => Purpose::Research,
            2 => Purpose::CareManagement,
            _ => Purpose::Treatment,
        };
        let holder = share.from[dice.below(share.from.len())].clone();
        let circle = if dice.below(10) < 8 { vec![asks.clone(), holder.clone()] } else { Vec::new() };
        let request = Request {
            citizen: citizen(number),
            actor: Actor::Professional {
                organisation: asks,
                profession: Some("nurse".into()),
                professional: Some("Sam Reed".into()),
            },
            service: None,
            holder,
            category: category(dice),
            purpose,
            on: Day::from_epoch_days(20_700),
            reason: None,
        };
        Asked { request, circle }
    }
}

fn agreement(number: usize, organisations: usize, dice: &mut Dice) -> Agreement {
    let shares: Vec<Share> = (0..=dice.below(3)).map(|_| share(organisations, dice)).collect();
    let mut parties: Vec<OrganisationId> = shares.iter().flat_map(|it| it.from.iter().chain(&it.to)).cloned().collect();
    parties.sort();
    parties.dedup();
    let clause = |(at, share)| Clause {
        id: format!("{at}").into(),
        text: "records are opened".into(),
        period: None,
        terms: Terms::Share(share),
    };
    Agreement {
        id: format!("agreement-{number:06}").into(),
        title: "agreement".into(),
        period: Period::ALL,
        notice_days: 90,
        law: None,
        currency: "GBP".into(),
        precedence: Vec::new(),
        subject_to: Vec::new(),
        places: Vec::new(),
        parties: parties.into_iter().map(|organisation| Party { organisation, signatories: Vec::new() }).collect(),
        amends: Vec::new(),
        evidence: Vec::new(),
        clauses: (1..).zip(shares).map(clause).collect(),
    }
}

fn share(organisations: usize, dice: &mut Dice) -> Share {
    let mut some = |most: usize| -> Vec<OrganisationId> {
        (0..=dice.below(most)).map(|_| organisation(dice.below(organisations))).collect()
    };
    let (from, to) = (some(2), some(4));
    let categories = match dice.below(3) {
        0 => Vec::new(),
        _ => (0..=dice.below(3)).map(|_| category(dice)).collect(),
    };
    let mut purposes = vec![Purpose::Treatment];
    if dice.below(4) == 0 {
        purposes.push(Purpose::CareManagement);
    }
    Share {
        from,
        to,
        categories,
        purposes,
        group: None,
        what_for: None,
        within: if dice.below(2) == 0 { Within::Circle } else { Within::Agreement },
        professions: Vec::new(),
        asks: false,
    }
}

/// Every citizen has said something: most about one organisation, some about a category whoever asks, a few about everything
/// beyond care.
pub fn choices(number: usize, organisations: usize) -> Vec<Choice> {
    // Citizens one by one, so that the same one always says the same.
    let dice = &mut Dice((number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let many = [1, 1, 1, 1, 2, 2, 3, 4][dice.below(8)];
    let choice = |at: usize, dice: &mut Dice| {
        let kind = if dice.below(10) == 0 { ChoiceKind::OptOut } else { ChoiceKind::Objection };
        let about_category = kind == ChoiceKind::Objection && dice.below(3) == 0;
        Choice {
            id: format!("choice-{at}").into(),
            citizen: citizen(number),
            kind,
            organisations: if about_category { Vec::new() } else { vec![organisation(dice.below(organisations))] },
            professions: Vec::new(),
            categories: if about_category { vec![category(dice)] } else { Vec::new() },
            purposes: Vec::new(),
            period: Period::ALL,
            source: None,
        }
    };
    (0..many).map(|at| choice(at, dice)).collect()
}
