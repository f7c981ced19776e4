//! What clauses pay, by plain loops over citizens, days and contacts.

use std::collections::BTreeMap;

use stead_rules::agreement::{Formula, Pay, Terms};
use stead_rules::money::Exact;
use stead_rules::payment::{self, Achieved, Counted, MemberDays};
use stead_rules::{Agreement, Clause, Day, Definitions, GroupId, Period};

use crate::oracle::standing::{in_group, is_alive, is_member, lies_in};
use crate::oracle::story::{Home, Story, Town, is_sound};
use crate::rows::Lake;
use crate::runs::Answers;

/// What is paid by which clause to whom.
pub type Paid = BTreeMap<(String, String), i64>;

/// What the clauses of the test's agreement pay; nothing where nothing is paid.
pub fn paid(lake: &Lake, definitions: &Definitions, on: Day, time: Period, answers: &Answers) -> Paid {
    let town = Town { definitions, lake, on };
    let agreement = definitions.agreements.iter().find(|agreement| agreement.id.as_str() == "money").unwrap();
    let stories = town.stories();
    let naive = Naive { town, stories, agreement, time, answers };
    let mut paid = Paid::new();
    for clause in &agreement.clauses {
        let Terms::Pay(pay) = &clause.terms else { continue };
        paid.extend(naive.paid(clause, pay).into_iter().map(|(to, amount)| ((clause.id.to_string(), to), amount)));
    }
    paid.retain(|_, amount| *amount != 0);
    paid
}

struct Naive<'a> {
    town: Town<'a>,
    stories: Vec<Story<'a>>,
    agreement: &'a Agreement,
    time: Period,
    answers: &'a Answers,
}

impl Naive<'_> {
    fn days(&self) -> impl Iterator<Item = Day> {
        (self.time.from.epoch_days()..self.time.to.epoch_days()).map(Day::from_epoch_days)
    }

    /// In one of the agreement's places, as one of any group; and in the group of the clause.
    fn about(&self, pay: &Pay, story: &Story<'_>, day: Day) -> bool {
        let groups = self.town.definitions.groups.iter().map(|group| group.id.as_str());
        let groups: Vec<&str> = groups.chain(["everyone"]).collect();
        let places = self.town.definitions.places.iter().filter(|place| self.agreement.places.contains(&place.id));
        let here =
            places.into_iter().any(|place| groups.iter().any(|group| is_member(place, group, &self.town, story, day)));
        is_alive(story, day) && here && self.inside(pay.group.as_ref(), story, day)
    }

    fn inside(&self, group: Option<&GroupId>, story: &Story<'_>, day: Day) -> bool {
        group.is_none_or(|group| in_group(group, &self.town, story, day))
    }

    /// Lives in the areas of one of the agreement's places; where it names none, wherever she lives, known or not.
    fn resident(&self, story: &Story<'_>, day: Day) -> bool {
        let places = self.town.definitions.places.iter().filter(|place| self.agreement.places.contains(&place.id));
        let mut versions = places.into_iter().filter_map(|place| place.version_on(day));
        let homes: Vec<_> = story.homes.iter().filter(|home| home.from <= day && day < home.to).collect();
        is_alive(story, day)
            && versions.any(|version| {
                let lives = |home: &&Home<'_>| {
                    version.areas.iter().any(|area| lies_in(home, area.as_str(), self.town.definitions))
                };
                version.areas.is_empty() || homes.iter().any(lives)
            })
    }

    /// On whose list, by the folder's id: of two at once, the one that began last, and then the first by name.
    fn list(&self, story: &Story<'_>, day: Day) -> Option<String> {
        let here = story.registrations.iter().filter(|(from, to, _)| *from <= day && day < *to);
        let named =
            here.map(|(from, _, key)| (*from, Some(self.town.organisation(key)).filter(|id| !id.starts_with('?'))));
        let last = named.max_by_key(|(from, id)| (*from, id.is_some(), std::cmp::Reverse(id.clone())));
        last.and_then(|(_, organisation)| organisation)
    }

    fn days_of(&self, of: impl Fn(&Story<'_>, Day) -> bool) -> u64 {
        self.stories.iter().map(|story| self.days().filter(|day| of(story, *day)).count() as u64).sum()
    }

    fn paid(&self, clause: &Clause, pay: &Pay) -> Vec<(String, i64)> {
        let (whole, time) = (self.agreement.period, self.time);
        let year = payment::times(stead_rules::agreement::Per::Year, whole, time).unwrap();
        let practices = || ["practice-a", "practice-b"].into_iter();
        match (&pay.formula, clause.id.as_str()) {
            (Formula::Activity(terms), _) => {
                let payees = if clause.id.as_str() == "eyes" {
                    vec!["trust", "optician", "other-optician"]
                } else {
                    vec!["trust", "federation", "practice-a", "practice-b"]
                };
                let of = |payee: &str| {
                    let counted = self.contacts(clause, pay, payee, terms);
                    (payee.to_owned(), payment::activity(terms, &[], &counted, year).unwrap().0)
                };
                payees.into_iter().map(of).collect()
            }
            (Formula::Capitation(terms), "homes") => {
                let days = self.days_of(|story, day| self.resident(story, day));
                let members = [MemberDays { weight: stead_rules::Ratio::ONE, days }];
                vec![("trust".to_owned(), payment::capitation(terms, &members, whole, time).unwrap().0)]
            }
            (Formula::Capitation(terms), _) => {
                let of = |practice: &str| {
                    let mut members = Vec::new();
                    for story in &self.stories {
                        for day in self.days() {
                            if self.list(story, day).as_deref() == Some(practice) && self.about(pay, story, day) {
                                let held =
                                    terms.weights.iter().filter(|it| in_group(&it.group, &self.town, story, day));
                                let weight = held.fold(Exact::ONE, |sum, it| sum.times(Exact::from(it.times)).unwrap());
                                members.push(MemberDays { weight: weight.ratio().unwrap(), days: 1 });
                            }
                        }
                    }
                    (practice.to_owned(), payment::capitation(terms, &members, whole, time).unwrap().0)
                };
                practices().chain(["federation"]).map(of).collect()
            }
            (Formula::Incentive(terms), _) => {
                let of = |practice: &str| {
                    let day = self.town.on;
                    let listed = self.days_of(|story, day| {
                        is_alive(story, day) && self.list(story, day).as_deref() == Some(practice)
                    });
                    let (mut met, mut wanted) = (0_i64, 0_i64);
                    for story in &self.stories {
                        if self.list(story, day).as_deref() != Some(practice) || !self.about(pay, story, day) {
                            continue;
                        }
                        for need in self.answers.of("needs", story.id).iter().filter(|need| need["need"] == "seen") {
                            let done =
                                need["status"] == "met" || (need["status"] == "due" && !need["last_met"].is_null());
                            let missing = need["status"] == "overdue" || need["status"] == "never";
                            wanted += i64::from(done || missing);
                            met += i64::from(done);
                        }
                    }
                    if wanted == 0 {
                        return (practice.to_owned(), 0);
                    }
                    let list_size = Exact::from(listed).over(Exact::from(time.days().unwrap())).unwrap();
                    let percent = stead_rules::Ratio::new(met * 100, wanted).unwrap();
                    let achieved = Achieved { percent, list_size, prevalence_percent: None };
                    let of_year = payment::incentive(terms, achieved).unwrap();
                    (practice.to_owned(), Exact::from(of_year).times(year).unwrap().rounded().unwrap().0)
                };
                practices().chain(["federation"]).map(of).collect()
            }
            (Formula::Bundle(terms), _) => {
                let days = self.days_of(|story, day| self.about(pay, story, day));
                let years = Exact::from(days).over(Exact::from(time.days().unwrap())).unwrap().times(year).unwrap();
                vec![("trust".to_owned(), payment::bundle(terms, years).unwrap().0)]
            }
            _ => panic!("a formula that the test does not know"),
        }
    }

    fn contacts(
        &self,
        clause: &Clause,
        pay: &Pay,
        payee: &str,
        terms: &stead_rules::agreement::Activity,
    ) -> Vec<Counted> {
        let mut found = Vec::new();
        for story in &self.stories {
            let rows = self.town.lake.of("contact", story.id);
            for row in rows.into_iter().filter(|row| is_sound("contact", row)) {
                let (day, kind) = (row.day("day").unwrap(), self.town.kind(row));
                let profession = self.town.profession(row, kind.as_deref());
                let organisation = row.text("organisation").map(|key| self.town.organisation(key));
                let work = match clause.id.as_str() {
                    "eyes" => kind.as_deref() == Some("eyes"),
                    _ => matches!(kind.as_deref(), Some("podiatry" | "general-practice")),
                };
                // By the year already: people with feet, at the trust.
                let feet = self.agreement.clause(&"feet".into()).unwrap();
                let Terms::Pay(by_year) = &feet.terms else { panic!("feet are paid for") };
                let covered =
                    payee == "trust" && kind.as_deref() == Some("podiatry") && self.about(by_year, story, day);
                if organisation.as_deref() != Some(payee) || !work || covered || !self.time.contains(day) {
                    continue;
                }
                let counted = Counted {
                    contact: self.town.contact_kind(row).map(Into::into),
                    service: kind.map(Into::into),
                    profession: profession.map(Into::into),
                    site: None,
                    contacts: 1,
                };
                if payment::price(terms, &[], &counted).is_ok() && self.about(pay, story, day) {
                    found.push(counted);
                }
            }
        }
        found
    }
}
