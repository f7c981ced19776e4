//! The clauses of agreements, made ready: which are in force when, for whom, for what work, and who is paid.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::whose::Ruled;
use super::{Audience, By, Compared, Pooled, Reckoning, ReckoningError, Term, Whose, Work};
use crate::agreement::{
    Agreement, Attribution, BundleSpan, Capitation, Clause, ClauseRef, Formula, HandOver, Pay, Pool, Price, Terms,
};
use crate::attribution::AttributionRule;
use crate::bodies::Bodies;
use crate::day::{Day, Period};
use crate::definitions::Definitions;
use crate::id::{GroupId, NeedId, OrganisationId, PlaceId, ServiceKind};
use crate::money::{Exact, Minor, Ratio};
use crate::need::Need;

impl Reckoning {
    /// Makes the clauses ready that pay by records in a time. Needs are measured as of a day, that of the run.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn new(definitions: &Definitions, time: Period, measured: Day) -> Result<Self, Vec<ReckoningError>> {
        let mut making = Making::new(definitions, time);
        for (agreement, clause, whole) in in_force(definitions) {
            let Some(within) = whole.intersect(time) else { continue };
            let times = Times { whole, within };
            match &clause.terms {
                Terms::Pay(pay) if pay.evidence.is_none() => making.pay(agreement, clause, pay, times),
                Terms::Pool(pool) => making.pool(agreement, clause, pool, times),
                _ => {}
            }
        }
        making.compare();
        making.pools_of_part_of_the_time();
        for (agreement, clause, whole) in in_force(definitions) {
            let Some(within) = whole.intersect(time) else { continue };
            if let Terms::HandOver(task) = &clause.terms {
                making.hand_over(agreement, clause, task, Times { whole, within });
            }
        }
        making.finish(measured)
    }
}

/// The clauses with the days on which they are in force: their own, until another agreement replaces them.
fn in_force(definitions: &Definitions) -> impl Iterator<Item = (&Agreement, &Clause, Period)> {
    let agreements = &definitions.agreements;
    definitions.clauses().filter_map(move |(agreement, clause)| {
        let own = agreement.clause_period(clause)?;
        let replacing = agreements.iter().filter(|other| other.replaces(agreement, clause));
        let until = replacing.map(|other| other.period.from).fold(own.to, Day::min);
        Some((agreement, clause, Period::new(own.from, until)?))
    })
}

/// When a clause is in force, and in which part of it it is settled.
#[derive(Clone, Copy)]
struct Times {
    whole: Period,
    within: Period,
}

struct Making<'a> {
    definitions: &'a Definitions,
    reckoning: Reckoning,
    currencies: BTreeSet<Arc<str>>,
    wrong: Vec<ReckoningError>,
}

impl<'a> Making<'a> {
    fn new(definitions: &'a Definitions, time: Period) -> Self {
        let bodies = Bodies::new(&definitions.organisations);
        let mut costs: FxHashMap<(usize, ServiceKind), Vec<_>> = FxHashMap::default();
        for service in &definitions.services {
            if let (Some(at), Some(cost)) = (bodies.at(service.organisation.as_str()), service.unit_cost_pence) {
                let of_kind = costs.entry((at, service.kind.clone())).or_default();
                of_kind.push((service.site.clone(), Minor(i64::from(cost))));
            }
        }
        let reckoning = Reckoning {
            time,
            measured: time.from,
            currency: Arc::from(""),
            bodies,
            terms: Vec::new(),
            pools: Vec::new(),
            audiences: Vec::new(),
            rules: Vec::new(),
            areas: Vec::new(),
            groups: Vec::new(),
            places: Vec::new(),
            needs: Vec::new(),
            costs,
        };
        Self { definitions, reckoning, currencies: BTreeSet::new(), wrong: Vec::new() }
    }

    fn finish(mut self, measured: Day) -> Result<Reckoning, Vec<ReckoningError>> {
        if self.currencies.len() > 1 {
            let currencies = self.currencies.iter().map(ToString::to_string).collect();
            self.wrong.push(ReckoningError::Currencies { currencies });
        }
        let time = self.reckoning.time;
        let paid_in = self.reckoning.pools.iter().any(|pooled| pooled.pool.paid_in.is_some());
        if self.wrong.is_empty() && self.reckoning.terms.is_empty() && !paid_in {
            self.wrong.push(ReckoningError::Nothing { from: time.from, to: time.to });
        }
        self.reckoning.measured = measured;
        self.reckoning.currency = self.currencies.into_iter().next().unwrap_or_else(|| Arc::from(""));
        if self.wrong.is_empty() { Ok(self.reckoning) } else { Err(self.wrong) }
    }

    fn wrong(&mut self, clause: &ClauseRef, message: impl Into<String>, help: &str) {
        let (clause, message, help) = (clause.clone(), message.into(), help.to_owned());
        self.wrong.push(ReckoningError::Clause { clause, message, help });
    }

    fn pay(&mut self, agreement: &Agreement, clause: &Clause, pay: &Pay, times: Times) {
        let cite = agreement.cite(clause);
        if let Some((message, help)) = not_by_records(&pay.formula) {
            self.wrong(&cite, message, help);
            return;
        }
        let to = self.bodies(&cite, &pay.to);
        // Homes are asked for on days outside of the time, too.
        let lives = pay.attribution == Some(Attribution::Residence);
        let asked = lives || goes_by_head(&pay.formula);
        let rule = self.rule(agreement, pay, if lives { Period::ALL } else { times.within }, asked);
        let Some(whose) = self.whose(&cite, pay, &to, rule) else { return };
        let Some(tariff) = self.tariff(&cite, &pay.formula, times) else { return };
        self.currencies.insert(Arc::clone(&agreement.currency));
        let work = self.work(pay);
        let measures = self.measures(&cite, pay);
        let resident = rule.filter(|_| lives);
        let audience = self.audience(agreement, pay.group.as_ref(), resident);
        let everybody = self.audience(agreement, None, resident);
        let weights = match &pay.formula {
            Formula::Capitation(capitation) => {
                capitation.weights.iter().map(|weight| (self.group(&weight.group), weight.times)).collect()
            }
            _ => Vec::new(),
        };
        let lists =
            matches!(&pay.formula, Formula::Incentive(it) if it.list_size.is_some() || it.prevalence_percent.is_some());
        self.reckoning.terms.push(Term {
            clause: cite,
            payer: pay.from.clone(),
            whole: times.whole,
            time: times.within,
            by: By::Formula(pay.formula.clone()),
            to,
            audience,
            everybody,
            work,
            whose,
            tariff,
            weights,
            measures,
            lists,
            compared: None,
        });
    }

    fn pool(&mut self, agreement: &Agreement, clause: &Clause, pool: &Pool, times: Times) {
        if pool.paid_in.is_some() {
            self.currencies.insert(Arc::clone(&agreement.currency));
        }
        let clause = agreement.cite(clause);
        self.reckoning.pools.push(Pooled { clause, pool: pool.clone(), whole: times.whole, time: times.within });
    }

    /// What a clause brought cannot be told apart by days: pools that are not in force as long as the clauses that they name
    /// are settled by themselves.
    fn pools_of_part_of_the_time(&mut self) {
        let mut found = Vec::new();
        for pooled in &self.reckoning.pools {
            let named = self.reckoning.terms.iter().filter(|term| pooled.pool.clauses.contains(&term.clause));
            let outside = |own: Period| own.intersect(pooled.time) != Some(own);
            if let Some(term) = named.into_iter().find(|term| outside(term.time)) {
                let message = format!(
                    "the pool is in force only from {} to {}, and `{}` is settled from {} to {}",
                    pooled.time.from,
                    pooled.time.to.plus_days(-1),
                    term.clause,
                    term.time.from,
                    term.time.to.plus_days(-1)
                );
                let edge = if term.time.from < pooled.time.from { pooled.time.from } else { pooled.time.to };
                found.push((
                    pooled.clause.clone(),
                    message,
                    format!("settle the time before {edge} and that from {edge} on apart"),
                ));
            }
        }
        for (clause, message, help) in found {
            self.wrong(&clause, message, &help);
        }
    }

    fn bodies(&mut self, clause: &ClauseRef, ids: &[OrganisationId]) -> Vec<usize> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            match self.reckoning.bodies.at(id.as_str()) {
                Some(at) => found.push(at),
                None => self.wrong(
                    clause,
                    format!("`{id}` is no organisation of the folder"),
                    "add it to `organisations.csv`",
                ),
            }
        }
        found
    }

    /// The prices of the tariff that a clause names, part by part of the time that is settled and of the years before, which
    /// it may be compared with.
    fn tariff(&mut self, clause: &ClauseRef, formula: &Formula, times: Times) -> Option<Vec<(Period, Vec<Price>)>> {
        let name = match formula {
            Formula::Activity(activity) => activity.tariff.as_ref(),
            Formula::Blended(blended) => blended.activity.tariff.as_ref(),
            _ => None,
        };
        let Some(name) = name else { return Some(Vec::new()) };
        let Some(tariff) = self.definitions.tariffs.iter().find(|tariff| tariff.id == *name) else {
            self.wrong(clause, format!("there is no tariff `{name}`"), "add it to `tariffs/`, or name another");
            return None;
        };
        let before = times.whole.from.min(times.within.from).plus_years(-1);
        let within = Period::new(if before.is_finite() { before } else { times.within.from }, times.within.to)?;
        Some(tariff.parts(within).into_iter().map(|part| (part, tariff.on(part.from))).collect())
    }

    /// The number of the rule by which a clause's citizens count as whose, where more is to be asked than whose list they are on.
    fn rule(&mut self, agreement: &Agreement, pay: &Pay, time: Period, asked: bool) -> Option<usize> {
        let by = pay.attribution.filter(|_| asked)?;
        if matches!(by, Attribution::Registered | Attribution::Membership) {
            return None;
        }
        let rule = AttributionRule::new(agreement, pay, self.definitions)?;
        for area in rule.areas() {
            number(&mut self.reckoning.areas, area.clone());
        }
        Some(number(&mut self.reckoning.rules, Ruled { rule, time }))
    }

    /// By what a citizen counts as whose. What goes by who did the work asks nobody.
    fn whose(&mut self, clause: &ClauseRef, pay: &Pay, to: &[usize], rule: Option<usize>) -> Option<Whose> {
        if !goes_by_head(&pay.formula) {
            return Some(Whose::NotAsked);
        }
        let said = !pay.catchment.is_empty();
        match (pay.attribution, to) {
            (Some(Attribution::Registered), _) => Some(Whose::Registered),
            // All those whom the clause is about.
            (None | Some(Attribution::Membership), [sole]) => Some(Whose::Sole(*sole)),
            (Some(Attribution::Residence), [sole]) if !said => Some(Whose::Sole(*sole)),
            (Some(Attribution::Membership), _) => Some(Whose::Registered),
            (Some(Attribution::Residence), _) if !said => {
                let message =
                    "it pays several organisations by where citizens live, and nothing says whose which area is";
                self.wrong(clause, message, "add `catchment`, or a clause for each organisation");
                None
            }
            (Some(_), _) => rule.map(Whose::By),
            (None, _) => {
                let message = "it pays several organisations by the head, and nothing says whose a citizen is";
                self.wrong(clause, message, "add `attribution = \"registered\"`, or a clause for each organisation");
                None
            }
        }
    }

    fn work(&self, pay: &Pay) -> Work {
        let mut services = pay.services.clone();
        if let Formula::Bundle(bundle) = &pay.formula {
            services.clone_from(&bundle.covers);
            return Work { services, needs: Vec::new() };
        }
        Work { services, needs: self.met_by(&pay.needs) }
    }

    fn met_by(&self, needs: &[NeedId]) -> Vec<crate::need::MetBy> {
        let needs = needs.iter().filter_map(|id| self.need(id));
        needs.map(|need| need.met_by.clone()).collect()
    }

    fn need(&self, id: &NeedId) -> Option<&'a Need> {
        self.definitions.needs.iter().find(|need| need.id == *id)
    }

    /// The needs that a clause measures.
    fn measures(&mut self, clause: &ClauseRef, pay: &Pay) -> Vec<usize> {
        let ids: Vec<NeedId> = match &pay.formula {
            Formula::Incentive(incentive) => {
                let id = NeedId::from(&*incentive.measure);
                if self.need(&id).is_none() {
                    let message = format!("`{id}`, which it measures, is no need of the folder");
                    self.wrong(clause, message, "name a need: other measures are not settled on records yet");
                    return Vec::new();
                }
                vec![id]
            }
            Formula::SharedSavings(terms) if terms.goes_by_quality() && pay.needs.is_empty() => {
                self.definitions.needs.iter().map(|need| need.id.clone()).collect()
            }
            Formula::SharedSavings(terms) if terms.goes_by_quality() => pay.needs.clone(),
            _ => Vec::new(),
        };
        ids.into_iter().map(|id| number(&mut self.reckoning.needs, id)).collect()
    }

    fn group(&mut self, id: &GroupId) -> usize {
        number(&mut self.reckoning.groups, id.clone())
    }

    /// Those in the agreement's places, or who live where a rule says; and in a group.
    fn audience(&mut self, agreement: &Agreement, group: Option<&GroupId>, resident: Option<usize>) -> usize {
        let place = |id: &PlaceId, reckoning: &mut Reckoning| number(&mut reckoning.places, id.clone());
        let places = agreement.places.iter().filter(|_| resident.is_none());
        let places = places.map(|id| place(id, &mut self.reckoning)).collect();
        let group = group.map(|id| self.group(id));
        number(&mut self.reckoning.audiences, Audience { places, resident, group })
    }

    /// What pools name is held against the year before: before a task was handed over, or else before the clause began.
    fn compare(&mut self) {
        let named: Vec<ClauseRef> =
            self.reckoning.pools.iter().flat_map(|pooled| pooled.pool.clauses.clone()).collect();
        for at in 0..self.reckoning.terms.len() {
            let Some(term) = self.reckoning.terms.get(at) else { continue };
            let is_activity = matches!(term.by, By::Formula(Formula::Activity(_)));
            if !is_activity || !named.contains(&term.clause) {
                continue;
            }
            let tasks = in_force(self.definitions).filter_map(|(_, clause, whole)| match &clause.terms {
                Terms::HandOver(task) if self.gives_away(task, term) => Some(whole.from),
                _ => None,
            });
            let since = tasks.min().unwrap_or(term.whole.from);
            if let Some(term) = self.reckoning.terms.get_mut(at) {
                term.compared = Compared::from(since);
            }
        }
    }

    /// Whether a hand-over takes work away that a clause pays for.
    fn gives_away(&self, task: &HandOver, term: &Term) -> bool {
        let bodies = &self.reckoning.bodies;
        let from = bodies.at(task.from.as_str());
        let related = |from: usize| term.to.iter().any(|to| bodies.is_in(from, *to) || bodies.is_in(*to, from));
        from.is_some_and(related) && self.task_is_part_of(task, &term.work)
    }

    fn task_is_part_of(&self, task: &HandOver, work: &Work) -> bool {
        let needs = task.needs.iter().filter_map(|id| self.need(id)).map(|need| &need.met_by);
        let kinds: BTreeSet<&ServiceKind> = needs.flat_map(|met_by| &met_by.services).chain(&task.services).collect();
        let paid = work.services.iter().chain(work.needs.iter().flat_map(|met_by| &met_by.services));
        work.is_any() || paid.into_iter().any(|kind| kinds.contains(kind))
    }

    /// A hand-over whose giver is protected: a term that counts the task before and since, at what paid for it.
    fn hand_over(&mut self, agreement: &Agreement, clause: &Clause, task: &HandOver, times: Times) {
        let Some(protection) = &task.protection else { return };
        let Some(compared) = Compared::from(times.whole.from) else { return };
        let paying = |(at, term): (usize, &Term)| {
            let part = match &term.by {
                By::Formula(Formula::Activity(_)) => Some(Ratio::ONE),
                By::Formula(Formula::Blended(blended)) => Exact::percent(blended.below_percent).and_then(Exact::ratio),
                _ => None,
            };
            Some((at, part?)).filter(|_| self.gives_away(task, term))
        };
        let paid_by: Vec<_> = self.reckoning.terms.iter().enumerate().filter_map(paying).collect();
        let Some(first) = paid_by.first().and_then(|(at, _)| self.reckoning.terms.get(*at)) else { return };
        let payer = first.payer.clone();
        let cite = agreement.cite(clause);
        let to = self.bodies(&cite, std::slice::from_ref(&task.from));
        let work = Work { services: task.services.clone(), needs: self.met_by(&task.needs) };
        let everybody = self.audience(agreement, None, None);
        self.reckoning.terms.push(Term {
            clause: cite,
            payer,
            whole: times.whole,
            time: times.within,
            by: By::Protection { terms: protection.clone(), paid_by },
            to,
            audience: everybody,
            everybody,
            work,
            whose: Whose::NotAsked,
            tariff: Vec::new(),
            weights: Vec::new(),
            measures: Vec::new(),
            lists: false,
            compared: Some(compared),
        });
    }
}

/// Whether it has to be known whose a citizen is.
const fn goes_by_head(formula: &Formula) -> bool {
    match formula {
        Formula::Capitation(_) | Formula::Incentive(_) | Formula::SharedSavings(_) => true,
        Formula::Bundle(bundle) => matches!(bundle.span, BundleSpan::Year),
        Formula::Activity(_) | Formula::Block { .. } | Formula::Blended(_) | Formula::Stated { .. } => false,
    }
}

/// The number of a value: its place in the list, at whose end it is put when it is new.
fn number<T: PartialEq>(known: &mut Vec<T>, value: T) -> usize {
    known.iter().position(|it| *it == value).unwrap_or_else(|| {
        known.push(value);
        known.len() - 1
    })
}

/// What a clause goes by that records do not have, with what to do about it.
fn not_by_records(formula: &Formula) -> Option<(String, &'static str)> {
    if let Some(name) = formula.columns().first() {
        let message = format!("it goes by the column `{name}`, which is one of evidence");
        return Some((message, "name the table by `evidence`, or take the column out"));
    }
    match formula {
        Formula::Capitation(capitation) if capitation.weights.len() > Capitation::WEIGHTS_MAX => {
            Some((format!("it weighs more than {} groups", Capitation::WEIGHTS_MAX), "weigh fewer groups"))
        }
        _ => None,
    }
}
