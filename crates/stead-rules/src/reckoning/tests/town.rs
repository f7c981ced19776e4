//! A town with a clause of every kind, and people who might live in it.

use proptest::prelude::*;
use proptest::sample::select;

use crate::agreement::{
    Activity, Agreement, Attribution, Band, Benchmark, Blended, Bundle, BundleSpan, Capitation, Clause, ClauseRef,
    Formula, HandOver, HandOverMode, Incentive, PaidIn, Party, Pay, Per, Pool, PoolMember, Price, Protection,
    SavingsRate, SharedSavings, Split, Terms, Weight,
};
use crate::day::{Day, Period};
use crate::definitions::Definitions;
use crate::money::Minor;
use crate::need::{Frequency, MetBy, Need};
use crate::organisation::{OpenTo, Organisation, Service, ServiceStatus};
use crate::reckoning::{Facts, Reckoning, Seen, Sort, Wanted};

/// The first day of 2026 is day 0 of the town.
pub const FIRST: i32 = 20_454;
/// What is settled: ninety days, within which some clauses begin or end.
pub const TIME: Period = Period { from: Day::from_epoch_days(FIRST + 400), to: Day::from_epoch_days(FIRST + 490) };
/// The day on which needs are measured.
pub const MEASURED: Day = Day::from_epoch_days(FIRST + 489);

pub fn day(at: i32) -> Day {
    Day::from_epoch_days(FIRST + at)
}

pub fn reckoning(definitions: &Definitions) -> Reckoning {
    Reckoning::new(definitions, TIME, MEASURED).unwrap()
}

fn body(id: &str, part_of: Option<&str>) -> Organisation {
    Organisation {
        id: id.into(),
        name: id.into(),
        kind: "body".into(),
        codes: vec![],
        part_of: part_of.map(Into::into),
    }
}

fn service(kind: &str, organisation: &str, site: &str, cost: Option<u32>) -> Service {
    Service {
        id: format!("{kind}-{organisation}-{site}").into(),
        kind: kind.into(),
        organisation: organisation.into(),
        site: site.into(),
        professions: vec![],
        status: ServiceStatus::Live,
        period: Period::ALL,
        open_to: OpenTo::Anyone,
        hours: None,
        capacity_per_week: None,
        unit_cost_pence: cost,
        codes: vec![],
    }
}

pub fn price(service: Option<&str>, profession: Option<&str>, amount: i64) -> Price {
    let (service, profession) = (service.map(Into::into), profession.map(Into::into));
    Price { contact: None, service, profession, site: None, amount: Minor(amount) }
}

pub fn pay(to: &[&str], formula: Formula) -> Pay {
    Pay {
        from: "council".into(),
        to: to.iter().map(|id| (*id).into()).collect(),
        services: vec![],
        needs: vec![],
        group: None,
        attribution: None,
        primary_care: None,
        catchment: vec![],
        evidence: None,
        formula,
    }
}

pub fn clause(id: &str, terms: Terms) -> Clause {
    Clause { id: id.into(), text: id.into(), period: None, terms }
}

pub fn agreement(id: &str, clauses: Vec<Clause>) -> Agreement {
    Agreement {
        id: id.into(),
        title: id.into(),
        period: Period::new(day(0), day(2_000)).unwrap(),
        notice_days: 0,
        law: None,
        currency: "GBP".into(),
        precedence: vec![],
        subject_to: vec![],
        places: vec!["town".into()],
        parties: vec![Party { organisation: "council".into(), signatories: vec![] }],
        amends: vec![],
        evidence: vec![],
        clauses,
    }
}

fn savings() -> SharedSavings {
    SharedSavings {
        benchmark: Benchmark::PerMember(Minor(40_000)),
        spend_column: None,
        members_column: None,
        savings_min: vec![SavingsRate { members: 1, percent: "2".parse().unwrap() }],
        savings_min_linear: false,
        savings_min_column: None,
        below_min: None,
        unshared_where: vec![],
        sharing_percent: "50".parse().unwrap(),
        quality_column: None,
        quality_gate_percent: None,
        quality_scales: false,
        whole_where: vec![],
        scaled_where: vec![],
        cap_percent: Some("10".parse().unwrap()),
        loss_percent: Some("30".parse().unwrap()),
        loss_by_quality: None,
        loss_relief_column: None,
        loss_cap_percent: Some("5".parse().unwrap()),
        sequestration_percent: None,
    }
}

/// An agreement whose clauses pay nothing: no price, no weight, nothing for a day.
pub fn nothing() -> Agreement {
    let free = Activity { prices: vec![price(None, None, 0)], ..Activity::default() };
    let block = Formula::Block { amount: Minor(0), per: Per::Day };
    let mut agreement = agreement(
        "nothing",
        vec![
            clause("1", Terms::Pay(pay(&["federation", "trust"], Formula::Activity(free)))),
            clause("2", Terms::Pay(pay(&["trust"], block))),
        ],
    );
    agreement.places.clear();
    agreement
}

pub fn definitions() -> Definitions {
    let activity = Activity {
        prices: vec![price(Some("eyes"), None, 4_300), price(Some("eyes"), Some("optometrist"), 3_100)],
        bands: vec![Band { above_contacts: 12, percent: "50".parse().unwrap() }],
        ..Activity::default()
    };
    let capped = Activity {
        prices: vec![price(None, None, 1_000)],
        floor: Some(Minor(8_000)),
        cap: Some(Minor(30_000)),
        ..Activity::default()
    };
    let clinic = Activity { prices: vec![price(Some("clinic"), None, 16_200)], ..Activity::default() };
    let blended = Blended {
        fixed: Minor(400_000),
        per: Per::Year,
        expected: Minor(380_000),
        activity: clinic,
        threshold_percent: "1".parse().unwrap(),
        above_percent: "50".parse().unwrap(),
        below_percent: "75".parse().unwrap(),
    };
    let weight = |group: &str, times: &str| Weight { group: group.into(), times: times.parse().unwrap() };
    let capitation = Capitation {
        amount: Minor(950),
        per: Per::Month,
        weights: vec![weight("old", "1.4"), weight("ill", "1/3")],
        weight_column: None,
    };
    let incentive = Incentive {
        measure: "feet".into(),
        points: "4".parse().unwrap(),
        amount_per_point: Minor(21_343),
        lower_percent: "20".parse().unwrap(),
        upper_percent: "90".parse().unwrap(),
        list_size: Some(3),
        prevalence_percent: Some("50".parse().unwrap()),
    };
    let bundle = |span, covers: &str| Bundle { amount: Minor(22_400), span, covers: vec![covers.into()] };
    let member = |id: &str| PoolMember { organisation: id.into(), budget: None, share_percent: None };
    let cite = |agreement: &str, clause: &str| ClauseRef { agreement: agreement.into(), clause: clause.into() };
    let registered = |pay: Pay| Pay { attribution: Some(Attribution::Registered), ..pay };
    let first = agreement(
        "first",
        vec![
            clause(
                "eyes",
                Terms::Pay(Pay {
                    needs: vec!["eyes".into()],
                    ..pay(&["trust", "optician"], Formula::Activity(activity))
                }),
            ),
            clause(
                "clinic",
                Terms::Pay(Pay { services: vec!["clinic".into()], ..pay(&["trust"], Formula::Blended(blended)) }),
            ),
            clause(
                "heads",
                Terms::Pay(registered(Pay {
                    group: Some("adults".into()),
                    ..pay(&["federation"], Formula::Capitation(capitation))
                })),
            ),
            clause("feet", Terms::Pay(registered(pay(&["federation"], Formula::Incentive(incentive))))),
            clause(
                "saved",
                Terms::Pay(registered(Pay {
                    services: vec!["emergency".into()],
                    ..pay(&["federation"], Formula::SharedSavings(Box::new(savings())))
                })),
            ),
            clause(
                "pool",
                Terms::Pool(Pool {
                    members: ["federation", "trust", "optician"].map(member).to_vec(),
                    paid_in: None,
                    clauses: vec![cite("first", "saved"), cite("first", "eyes"), cite("first", "clinic")],
                    gains: Split::LosersFirst,
                    losses: Split::Equal,
                }),
            ),
            clause(
                "fund",
                Terms::Pool(Pool {
                    members: ["federation", "trust"].map(member).to_vec(),
                    paid_in: Some(PaidIn { from: "council".into(), amount: Minor(777), per: Per::Day }),
                    clauses: vec![cite("first", "feet")],
                    gains: Split::LosersFirst,
                    losses: Split::Equal,
                }),
            ),
            Clause {
                period: Period::new(day(420), day(1_500)),
                ..clause(
                    "task",
                    Terms::HandOver(HandOver {
                        services: vec!["eyes".into()],
                        needs: vec![],
                        from: "trust".into(),
                        to: vec!["optician".into()],
                        mode: HandOverMode::Shared,
                        professions: vec![],
                        competence: None,
                        liability: "trust".into(),
                        paid_by: vec![],
                        protection: Some(Protection {
                            stop_loss_percent: "5".parse().unwrap(),
                            years: 2,
                            taper_percent: vec!["60".parse().unwrap()],
                        }),
                    }),
                )
            },
        ],
    );
    let mut anybody = agreement(
        "anybody",
        vec![
            clause(
                "podiatry",
                Terms::Pay(Pay {
                    group: Some("ill".into()),
                    ..pay(&["trust"], Formula::Bundle(bundle(BundleSpan::Year, "podiatry")))
                }),
            ),
            Clause {
                period: Period::new(day(0), day(460)),
                ..clause("wounds", Terms::Pay(pay(&["trust"], Formula::Bundle(bundle(BundleSpan::Episode, "wounds")))))
            },
            clause(
                "fixed",
                Terms::Pay(Pay {
                    services: vec!["listening".into()],
                    ..pay(&["charity"], Formula::Block { amount: Minor(85_000), per: Per::Year })
                }),
            ),
            Clause {
                period: Period::new(day(430), day(900)),
                ..clause(
                    "work",
                    Terms::Pay(Pay {
                        services: vec!["podiatry".into(), "wounds".into()],
                        ..pay(&["trust", "federation"], Formula::Activity(capped))
                    }),
                )
            },
        ],
    );
    anybody.places.clear();
    let need = |id: &str, services: &[&str], professions: &[&str]| Need {
        id: id.into(),
        name: id.into(),
        group: "adults".into(),
        frequency: Frequency::EveryMonths(12),
        first_within_days: 0,
        due_notice_days: 0,
        travel_minutes_max: None,
        met_by: MetBy {
            services: services.iter().map(|it| (*it).into()).collect(),
            professions: professions.iter().map(|it| (*it).into()).collect(),
            codes: vec![],
        },
        not_for: vec![],
        source: "made up".into(),
        why: None,
    };
    Definitions {
        organisations: vec![
            body("council", None),
            body("federation", None),
            body("practice-a", Some("federation")),
            body("practice-b", Some("federation")),
            body("trust", None),
            body("optician", None),
            body("charity", None),
        ],
        services: vec![
            service("emergency", "trust", "north", Some(20_400)),
            service("emergency", "trust", "south", Some(18_000)),
            service("emergency", "practice-a", "north", None),
        ],
        needs: vec![need("eyes", &["eyes"], &["optometrist", "screener"]), need("feet", &["podiatry"], &[])],
        agreements: vec![first, anybody],
        ..Definitions::default()
    }
}

/// A contact as a record has it.
#[derive(Clone, Debug)]
pub struct Contact {
    pub day: Day,
    pub organisation: &'static str,
    pub service: Option<&'static str>,
    pub profession: Option<&'static str>,
    pub site: Option<&'static str>,
    pub cost: Option<i64>,
}

impl Contact {
    pub fn sort(&self, reckoning: &Reckoning) -> Sort {
        Sort {
            organisation: reckoning.organisation(self.organisation),
            stranger: Some(self.organisation.into()),
            service: self.service.map(Into::into),
            profession: self.profession.map(Into::into),
            site: self.site.map(Into::into),
            contact: None,
        }
    }
}

/// What the records say of somebody.
#[derive(Clone, Debug)]
pub struct Person {
    pub life: Option<Period>,
    /// In the town.
    pub here: Vec<Period>,
    pub groups: Vec<(&'static str, Period)>,
    pub lists: Vec<(&'static str, Period)>,
    /// Whom they named as theirs.
    pub named: Vec<(&'static str, Period)>,
    /// In which areas they lived.
    pub homes: Vec<(&'static str, Period)>,
    pub contacts: Vec<Contact>,
    /// Whether needs are met.
    pub needs: Vec<(&'static str, bool)>,
}

impl Person {
    pub fn reverse(&mut self) {
        self.here.reverse();
        self.groups.reverse();
        self.lists.reverse();
        self.named.reverse();
        self.homes.reverse();
        self.contacts.reverse();
        self.needs.reverse();
    }

    pub fn facts(&self, reckoning: &Reckoning) -> Facts {
        let at = |ids: Vec<&str>, id: &str| ids.iter().position(|known| *known == id);
        let group = |id: &str| at(reckoning.groups().iter().map(|it| it.as_str()).collect(), id);
        let need = |id: &str| at(reckoning.needs().iter().map(|it| it.as_str()).collect(), id);
        let area = |id: &str| at(reckoning.areas().iter().map(|it| it.as_str()).collect(), id);
        let place = at(reckoning.places().iter().map(|it| it.as_str()).collect(), "town");
        let contact =
            |(sort, contact): (usize, &Contact)| Seen { day: contact.day, sort, cost: contact.cost.map(Minor) };
        Facts {
            life: self.life,
            places: self.here.iter().filter_map(|period| Some((place?, *period))).collect(),
            homes: self.homes.iter().filter_map(|(id, period)| Some((area(id)?, *period))).collect(),
            groups: self.groups.iter().filter_map(|(id, period)| Some((group(id)?, *period))).collect(),
            lists: self.lists.iter().map(|(id, period)| (reckoning.organisation(id), *period)).collect(),
            named: self.named.iter().map(|(id, period)| (reckoning.organisation(id), *period)).collect(),
            contacts: self.contacts.iter().enumerate().map(contact).collect(),
            needs: self.needs.iter().filter_map(|(id, met)| Some(Wanted { need: need(id)?, met: *met })).collect(),
        }
    }
}

fn period() -> impl Strategy<Value = Period> {
    (-100..520_i32, 1..400_i32).prop_map(|(from, days)| Period::new(day(from), day(from + days)).unwrap())
}

fn contact() -> impl Strategy<Value = Contact> {
    let who = select(&["practice-a", "practice-b", "trust", "trust", "optician", "charity", "stranger", "other"][..]);
    let kinds =
        &["eyes", "eyes", "clinic", "clinic", "emergency", "emergency", "podiatry", "wounds", "listening", "dance"][..];
    let service = prop::option::weighted(0.95, select(kinds));
    let profession = prop::option::of(select(&["optometrist", "screener", "nurse"][..]));
    let site = prop::option::of(select(&["north", "south", "elsewhere"][..]));
    (20..500_i32, who, service, profession, site, prop::option::weighted(0.1, 0..90_000_i64)).prop_map(
        |(at, organisation, service, profession, site, cost)| Contact {
            day: day(at),
            organisation,
            service,
            profession,
            site,
            cost,
        },
    )
}

fn person() -> impl Strategy<Value = Person> {
    let life = prop_oneof![
        6 => Just(Some(Period::ALL)),
        2 => period().prop_map(Some),
        1 => Just(None),
    ];
    let groups = prop::collection::vec((select(&["adults", "adults", "old", "ill"][..]), period()), 0..5);
    let lists = prop::collection::vec((select(&["practice-a", "practice-b", "elsewhere"][..]), period()), 0..4);
    let named = prop::collection::vec((select(&["practice-a", "trust", "elsewhere"][..]), period()), 0..3);
    let homes = prop::collection::vec((select(&["north", "south", "abroad"][..]), period()), 0..4);
    let needs = (prop::option::weighted(0.7, any::<bool>()), prop::option::weighted(0.5, any::<bool>()));
    let here = prop::collection::vec(period(), 0..4);
    (life, here, groups, (lists, named, homes), prop::collection::vec(contact(), 0..14), needs).prop_map(
        |(life, here, groups, (lists, named, homes), contacts, (feet, eyes))| {
            let needs = [("feet", feet), ("eyes", eyes)].into_iter().filter_map(|(id, met)| Some((id, met?))).collect();
            Person { life, here, groups, lists, named, homes, contacts, needs }
        },
    )
}

pub fn people() -> impl Strategy<Value = Vec<Person>> {
    prop::collection::vec(person(), 0..6)
}
