//! The same by plain loops: every person, every day, every contact, clause by clause, with nothing made ready and nothing
//! shared. It knows the town's clauses and says what each should pay, in the words of `docs/money.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::town::{Contact, FIRST, Person};
use crate::agreement::{Agreement, Clause, Formula, HandOver, Pay, Pool, Split, Terms};
use crate::day::{Day, Period};
use crate::definitions::Definitions;
use crate::money::{Exact, Minor};
use crate::payment::{self, Counted, MemberDays, SavingsFigures, ShareOf};

pub type Lines = Vec<(String, String, String, i64)>;

struct Town<'a> {
    people: &'a [Person],
    time: Period,
}

/// What is paid, sorted.
pub fn paid(definitions: &Definitions, people: &[Person], time: Period) -> Lines {
    let town = Town { people, time };
    let mut lines = Lines::new();
    let mut results: BTreeMap<(String, String), Exact> = BTreeMap::new();
    let mut pools = Vec::new();
    for agreement in &definitions.agreements {
        for clause in &agreement.clauses {
            let cite = agreement.cite(clause).to_string();
            match &clause.terms {
                Terms::Pay(pay) => {
                    for (organisation, amount, result) in town.pay(agreement, clause, pay) {
                        lines.push((cite.clone(), organisation.clone(), "council".to_owned(), amount));
                        results.insert((cite.clone(), organisation), result);
                    }
                }
                Terms::HandOver(task) => {
                    let amount = town.spared(agreement, clause, task);
                    results.insert((cite.clone(), "trust".to_owned()), Exact::from(Minor(amount)));
                    lines.push((cite, "trust".to_owned(), "council".to_owned(), amount));
                }
                Terms::Pool(pool) => pools.push((cite, pool, agreement.clause_period(clause).unwrap())),
                _ => {}
            }
        }
    }
    for (cite, pool, period) in pools {
        lines.extend(town.pooled(&cite, pool, period, &results));
    }
    lines.retain(|(.., amount)| *amount != 0);
    lines.sort();
    lines
}

impl Town<'_> {
    fn days(&self, period: Period) -> Vec<Day> {
        let (from, to) = (period.from.epoch_days().max(FIRST - 1_000), period.to.epoch_days().min(FIRST + 3_000));
        (from..to).map(Day::from_epoch_days).collect()
    }

    /// Whether somebody is one of those whom a clause is about on a day.
    fn about(&self, agreement: &Agreement, group: Option<&str>, person: &Person, day: Day) -> bool {
        let alive = person.life.is_some_and(|life| life.contains(day));
        let here = agreement.places.is_empty() || person.here.iter().any(|stay| stay.contains(day));
        let inside = group.is_none_or(|group| in_group(person, group, day));
        alive && here && inside
    }

    fn is_in(&self, part: &str, whole: &str) -> bool {
        part == whole || (whole == "federation" && part.starts_with("practice-"))
    }

    /// On whose list somebody is.
    fn list(&self, person: &Person, day: Day) -> Option<&'static str> {
        let here = person.lists.iter().filter(|(_, stay)| stay.contains(day));
        // Of two that began together, known ones come before unknown ones, and then the first by name.
        here.max_by_key(|(id, stay)| (stay.from, id.starts_with("practice-"), std::cmp::Reverse(*id)))
            .map(|(id, _)| *id)
    }

    fn is_work(&self, pay: &Pay, contact: &Contact) -> bool {
        let kind = contact.service;
        let needed = |id: &str| match id {
            "eyes" => kind == Some("eyes") && matches!(contact.profession, Some("optometrist" | "screener")),
            _ => kind == Some("podiatry"),
        };
        let named = pay.services.iter().any(|it| Some(it.as_str()) == kind);
        named || pay.needs.iter().any(|id| needed(id.as_str()))
    }

    /// Whether some bundle of the trust's pays for a contact already.
    fn is_covered(&self, person: &Person, contact: &Contact) -> bool {
        let day = contact.day;
        if contact.organisation != "trust"
            || !self.time.contains(day)
            || !person.life.is_some_and(|it| it.contains(day))
        {
            return false;
        }
        let podiatry = contact.service == Some("podiatry") && in_group(person, "ill", day);
        let wounds = contact.service == Some("wounds") && day < Day::from_epoch_days(FIRST + 460);
        podiatry || wounds
    }

    fn counted(&self, contact: &Contact) -> Counted {
        Counted {
            contact: None,
            service: contact.service.map(Into::into),
            profession: contact.profession.map(Into::into),
            site: contact.site.map(Into::into),
            contacts: 1,
        }
    }

    fn pay(&self, agreement: &Agreement, clause: &Clause, pay: &Pay) -> Vec<(String, i64, Exact)> {
        let whole = agreement.clause_period(clause).unwrap();
        let Some(time) = whole.intersect(self.time) else { return vec![] };
        let group = pay.group.as_ref().map(|id| id.as_str());
        let parts = |to: &str| match to {
            "federation" => vec!["practice-a", "practice-b"],
            "trust" => vec!["trust"],
            "optician" => vec!["optician"],
            _ => vec!["charity"],
        };
        let year = payment::times(crate::agreement::Per::Year, whole, time).unwrap();
        match &pay.formula {
            Formula::Block { amount, per } => {
                vec![(pay.to[0].to_string(), payment::block(*amount, *per, whole, time).unwrap().0, Exact::ZERO)]
            }
            Formula::Activity(terms) => {
                let payees: Vec<&str> = pay.to.iter().flat_map(|to| parts(to.as_str())).collect();
                let of = |payee: &&str| {
                    let contacts = self.contacts(agreement, group, time, |person, it| {
                        it.organisation == *payee && self.is_work(pay, it) && !self.is_covered(person, it)
                    });
                    let priced: Vec<Counted> = contacts
                        .iter()
                        .map(|it| self.counted(it))
                        .filter(|it| payment::price(terms, &[], it).is_ok())
                        .collect();
                    let amount = payment::activity(terms, &[], &priced, year).unwrap();
                    let result =
                        if pay.needs.is_empty() { Exact::ZERO } else { self.changed(agreement, pay, payee, time) };
                    ((*payee).to_owned(), amount.0, result)
                };
                payees.iter().map(of).collect()
            }
            Formula::Blended(terms) => {
                let contacts =
                    self.contacts(agreement, group, time, |_, it| it.organisation == "trust" && self.is_work(pay, it));
                let counted: Vec<_> = contacts.iter().map(|it| self.counted(it)).collect();
                let value = payment::activity(&terms.activity, &[], &counted, year).unwrap();
                let amount = payment::blended(terms, value, whole, time).unwrap();
                let fixed = Exact::from(terms.fixed).times(year).unwrap();
                vec![("trust".to_owned(), amount.0, Exact::from(amount).minus(fixed).unwrap())]
            }
            Formula::Capitation(terms) => {
                let of = |payee: &str| {
                    let mut members = Vec::new();
                    for person in self.people {
                        for day in self.days(time) {
                            if self.about(agreement, group, person, day) && self.list(person, day) == Some(payee) {
                                let held = terms.weights.iter().filter(|it| in_group(person, it.group.as_str(), day));
                                let weight =
                                    held.map(|it| Exact::from(it.times)).fold(Exact::ONE, |a, b| a.times(b).unwrap());
                                members.push(MemberDays { weight: weight.ratio().unwrap(), days: 1 });
                            }
                        }
                    }
                    (payee.to_owned(), payment::capitation(terms, &members, whole, time).unwrap().0, Exact::ZERO)
                };
                parts("federation").into_iter().map(of).collect()
            }
            Formula::Bundle(terms) if terms.span == crate::agreement::BundleSpan::Year => {
                let days =
                    self.people.iter().flat_map(|person| self.days(time).into_iter().map(move |day| (person, day)));
                let days = days.filter(|(person, day)| self.about(agreement, group, person, *day)).count() as u64;
                let years = Exact::from(days).times(year).unwrap().over(Exact::from(time.days().unwrap())).unwrap();
                vec![("trust".to_owned(), payment::bundle(terms, years).unwrap().0, Exact::ZERO)]
            }
            Formula::Bundle(terms) => {
                let mut episodes = 0_u64;
                for person in self.people {
                    let theirs =
                        person.contacts.iter().filter(|it| it.organisation == "trust" && it.service == Some("wounds"));
                    let days: BTreeSet<Day> =
                        theirs.filter(|it| self.about(agreement, group, person, it.day)).map(|it| it.day).collect();
                    for day in days.iter().filter(|day| time.contains(**day)) {
                        let before = day.plus_days(-90);
                        episodes += u64::from(!days.iter().any(|other| before < *other && other < day));
                    }
                }
                vec![("trust".to_owned(), payment::bundle(terms, Exact::from(episodes)).unwrap().0, Exact::ZERO)]
            }
            Formula::Incentive(terms) => parts("federation")
                .into_iter()
                .map(|payee| self.points(agreement, terms, payee, (whole, time)))
                .collect(),
            Formula::SharedSavings(terms) => vec![self.savings(agreement, terms, pay, (whole, time))],
            Formula::Stated { .. } => vec![],
        }
    }

    fn contacts(
        &self,
        agreement: &Agreement,
        group: Option<&str>,
        time: Period,
        wanted: impl Fn(&Person, &Contact) -> bool,
    ) -> Vec<&Contact> {
        let mut found = Vec::new();
        for person in self.people {
            let here = |it: &&Contact| time.contains(it.day) && self.about(agreement, group, person, it.day);
            found.extend(person.contacts.iter().filter(here).filter(|it| wanted(person, it)));
        }
        found
    }

    fn points(
        &self,
        agreement: &Agreement,
        terms: &crate::agreement::Incentive,
        payee: &str,
        (whole, time): (Period, Period),
    ) -> (String, i64, Exact) {
        let day = time.to.plus_days(-1);
        let mut listed = 0_u64;
        let (mut met, mut wanted) = (0_i64, 0_i64);
        for person in self.people {
            let alive = |day: Day| person.life.is_some_and(|life| life.contains(day));
            listed +=
                self.days(time).into_iter().filter(|day| alive(*day) && self.list(person, *day) == Some(payee)).count()
                    as u64;
            if self.about(agreement, None, person, day) && self.list(person, day) == Some(payee) {
                for (_, done) in person.needs.iter().filter(|(id, _)| *id == "feet") {
                    wanted += 1;
                    met += i64::from(*done);
                }
            }
        }
        if wanted == 0 {
            return (payee.to_owned(), 0, Exact::ZERO);
        }
        let list_size = Exact::from(listed).over(Exact::from(time.days().unwrap())).unwrap();
        let percent = crate::money::Ratio::new(met * 100, wanted).unwrap();
        let prevalence = Exact::from(wanted * 100).over(list_size).unwrap().ratio();
        let achieved = payment::Achieved { percent, list_size, prevalence_percent: prevalence };
        let of_year = payment::incentive(terms, achieved).unwrap();
        let part = payment::times(crate::agreement::Per::Year, whole, time).unwrap();
        let amount = Exact::from(of_year).times(part).unwrap().rounded().unwrap();
        (payee.to_owned(), amount.0, Exact::from(amount))
    }

    fn savings(
        &self,
        agreement: &Agreement,
        terms: &crate::agreement::SharedSavings,
        pay: &Pay,
        (whole, time): (Period, Period),
    ) -> (String, i64, Exact) {
        let (mut days, mut spend) = (0_u64, 0_i64);
        for person in self.people {
            let theirs = |day: Day| {
                self.about(agreement, None, person, day)
                    && self.list(person, day).is_some_and(|list| self.is_in(list, "federation"))
            };
            days += self.days(time).into_iter().filter(|day| theirs(*day)).count() as u64;
            for contact in
                person.contacts.iter().filter(|it| time.contains(it.day) && theirs(it.day) && self.is_work(pay, it))
            {
                let usual = match (contact.organisation, contact.site) {
                    ("trust", Some("north")) => 20_400,
                    ("trust", Some("south")) => 18_000,
                    _ => 0,
                };
                spend += contact.cost.unwrap_or(usual);
            }
        }
        if days == 0 {
            return ("federation".to_owned(), 0, Exact::ZERO);
        }
        let settled = u64::from(time.days().unwrap());
        let year = payment::times(crate::agreement::Per::Year, whole, time).unwrap();
        let years = Exact::from(days).over(Exact::from(settled)).unwrap().times(year).unwrap();
        let figures = SavingsFigures {
            benchmark: Exact::from(40_000_i64).times(years).unwrap(),
            spend: Exact::from(spend),
            least_percent: payment::least_rate(terms, days / settled).unwrap(),
            quality_percent: None,
            share: ShareOf::Quality,
            unshared: false,
            in_part_below_least: false,
            relief: Exact::ZERO,
        };
        let amount = payment::savings(terms, &figures).unwrap().amount;
        ("federation".to_owned(), amount.0, Exact::from(amount))
    }

    /// What the task brings more than in the year before day 420, of contacts of the work of a clause by somebody.
    fn worth(&self, agreement: &Agreement, pay: &Pay, payee: &str, period: Period) -> Exact {
        let Formula::Activity(terms) = &pay.formula else { return Exact::ZERO };
        let contacts =
            self.contacts(agreement, None, period, |_, it| it.organisation == payee && self.is_work(pay, it));
        let prices = contacts.iter().filter_map(|it| payment::price(terms, &[], &self.counted(it)).ok());
        prices.fold(Exact::ZERO, |sum, price| sum.plus(Exact::from(price)).unwrap())
    }

    fn year_before(&self) -> (Day, Period) {
        let since = Day::from_epoch_days(FIRST + 420);
        (since, Period::new(since.plus_years(-1), since).unwrap())
    }

    fn changed(&self, agreement: &Agreement, pay: &Pay, payee: &str, time: Period) -> Exact {
        let (since, before) = self.year_before();
        let settled = Period::new(since, time.to).unwrap();
        let part = Exact::from(settled.days().unwrap()).over(Exact::from(before.days().unwrap())).unwrap();
        let usual = self.worth(agreement, pay, payee, before).times(part).unwrap();
        self.worth(agreement, pay, payee, settled).minus(usual).unwrap()
    }

    fn spared(&self, agreement: &Agreement, clause: &Clause, task: &HandOver) -> i64 {
        let (since, before) = self.year_before();
        assert_eq!(agreement.clause_period(clause).unwrap().from, since);
        let settled = Period::new(since, self.time.to).unwrap();
        let Terms::Pay(pay) = &agreement.clause(&"eyes".into()).unwrap().terms else { return 0 };
        let part = Exact::from(settled.days().unwrap()).over(Exact::from(before.days().unwrap())).unwrap();
        let usual = self.worth(agreement, pay, "trust", before).times(part).unwrap().rounded().unwrap();
        let now = self.worth(agreement, pay, "trust", settled).rounded().unwrap();
        payment::protection(task.protection.as_ref().unwrap(), 0, usual, now).unwrap().0
    }

    /// If they lost together, everybody hands in what they gained and is given what they lost, and what is missing then is
    /// borne alike. If they gained, those who lost have it made good, out of what is paid in, and else by those who gained, each
    /// by how much; what is paid in beyond that goes to all alike.
    fn pooled(&self, cite: &str, pool: &Pool, period: Period, results: &BTreeMap<(String, String), Exact>) -> Lines {
        assert_eq!((pool.gains, pool.losses), (Split::LosersFirst, Split::Equal));
        let members: Vec<String> = pool.members.iter().map(|member| member.organisation.to_string()).collect();
        let of = |member: &String| {
            let theirs = results.iter().filter(|((clause, organisation), _)| {
                // The trust's task is paid by the clause for eyes, and what is spared it of the loss is no loss.
                let clause = if clause == "first task" { "first eyes" } else { clause };
                pool.clauses.iter().any(|cite| cite.to_string() == *clause) && self.is_in(organisation, member)
            });
            (member.clone(), theirs.fold(Exact::ZERO, |sum, (_, result)| sum.plus(*result).unwrap()))
        };
        let exact: Vec<_> = members.iter().map(of).collect();
        let rounded = crate::money::round_together(&exact).unwrap();
        let days = i64::from(period.intersect(self.time).unwrap().days().unwrap());
        let paid_in = pool.paid_in.as_ref().map(|paid_in| (paid_in.from.to_string(), paid_in.amount.0 * days));
        let sum = rounded.iter().map(|(_, result)| result.0).chain(paid_in.iter().map(|(_, amount)| *amount)).sum();
        let alike: Vec<_> = members.iter().map(|member| (member.clone(), Exact::ONE)).collect();
        let mut changes: Vec<(String, i64)> = Vec::new();
        let lost: i64 = rounded.iter().map(|(_, result)| (-result.0).max(0)).sum();
        let fund = paid_in.as_ref().map_or(0, |(_, amount)| *amount);
        let gains: Vec<_> = rounded.iter().map(|(id, result)| (id.clone(), Exact::from(result.0.max(0)))).collect();
        let given = crate::money::allocate(Minor((lost - fund).max(0)), &gains);
        let left = crate::money::allocate(Minor(if sum < 0 { sum } else { (fund - lost).max(0) }), &alike).unwrap();
        for (member, left) in left {
            let result = rounded.iter().find(|(id, _)| *id == member).unwrap().1.0;
            let gives = given.iter().flatten().find(|(id, _)| *id == member).map_or(0, |(_, gives)| gives.0);
            changes.push((member, if sum < 0 { left.0 - result } else { (-result).max(0) - gives + left.0 }));
        }
        changes.extend(paid_in.map(|(from, amount)| (from, -amount)));
        changes.sort();
        let mut lines = Lines::new();
        while let Some(from) = changes.iter().position(|(_, change)| *change < 0) {
            let to = changes.iter().position(|(_, change)| *change > 0).unwrap();
            let amount = (-changes[from].1).min(changes[to].1);
            changes[from].1 += amount;
            changes[to].1 -= amount;
            lines.push((cite.to_owned(), changes[to].0.clone(), changes[from].0.clone(), amount));
        }
        lines
    }
}

fn in_group(person: &Person, group: &str, day: Day) -> bool {
    person.groups.iter().any(|(id, stay)| *id == group && stay.contains(day))
}
