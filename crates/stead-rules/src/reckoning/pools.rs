//! Pools: what members gained and lost by clauses, held in common and split anew; paid from member to member.
//!
//! What is gained or lost: all of an incentive and of a share of savings or losses; of a blended clause what differs from
//! the fixed sum; of activity what it brings more or less than as many days of the year before (before the task was handed
//! over, or else before the clause began). Nothing by other formulas: what they pay was agreed for the work. A fixed sum
//! that somebody pays in is a gain of all.

use super::amounts::{Account, Paid, together};
use super::{By, Pooled, Reckoning, ReckoningError, Term};
use crate::agreement::{ClauseRef, Formula, PoolMember, Split};
use crate::id::OrganisationId;
use crate::money::{Exact, Minor, allocate, round_together};
use crate::payment::{PaymentError, PoolFigures, block, losers_first, pool, savings};
use crate::settlement::{Figures, Line};

impl Reckoning {
    /// What all pools move.
    pub(super) fn pooled(&self, paid: &[Paid]) -> Result<Vec<Account>, ReckoningError> {
        let mut moved = Vec::new();
        for pooled in &self.pools {
            let organisation = pooled.pool.members.first().map(|member| member.organisation.clone());
            let failed = |error| ReckoningError::Payment {
                clause: pooled.clause.clone(),
                organisation: organisation.unwrap_or_else(|| OrganisationId::from("")),
                error,
            };
            moved.extend(self.moved(pooled, paid).map_err(failed)?);
        }
        Ok(moved)
    }

    fn moved(&self, pooled: &Pooled, paid: &[Paid]) -> Result<Vec<Account>, PaymentError> {
        let too_large = || PaymentError::TooLarge;
        let members = &pooled.pool.members;
        // What a protection makes good of a clause's loss belongs to what the clause came to.
        let in_pool = |term: &Term| pooled.pool.clauses.contains(&term.clause);
        let named = |paid: &&Paid| {
            self.terms.get(paid.term).is_some_and(|term| match &term.by {
                By::Protection { paid_by, .. } => {
                    paid_by.iter().filter_map(|(paying, _)| self.terms.get(*paying)).any(in_pool)
                }
                By::Formula(_) => in_pool(term),
            })
        };
        let of_member = |member: &PoolMember| -> Vec<&Paid> {
            paid.iter().filter(named).filter(|paid| self.belongs(paid.organisation, member)).collect()
        };
        let mut exact = Vec::with_capacity(members.len());
        for member in members {
            let results = of_member(member).into_iter().map(|paid| paid.result);
            let sum = results.into_iter().try_fold(Exact::ZERO, Exact::plus).ok_or_else(too_large)?;
            exact.push((member.organisation.clone(), sum));
        }
        let results = round_together(&exact).ok_or_else(too_large)?;
        let sum = results.iter().try_fold(Minor::ZERO, |sum, (_, result)| sum.plus(*result)).ok_or_else(too_large)?;
        let paid_in = pooled.paid_in()?;
        let sum = sum.plus(paid_in).ok_or_else(too_large)?;
        let split = if sum < Minor::ZERO { pooled.pool.losses } else { pooled.pool.gains };
        let figures: Vec<PoolFigures> = members
            .iter()
            .map(|member| self.figures(member, &of_member(member), paid, result_of(&results, &member.organisation)))
            .collect();
        // Where those who lost come first, only what makes losses good is held in common; otherwise everything is.
        let held = match split {
            Split::LosersFirst => given_to_losers(&results, paid_in)?,
            _ => results.clone(),
        };
        let all = held.iter().try_fold(paid_in, |sum, (_, held)| sum.plus(*held)).ok_or_else(too_large)?;
        if all == Minor::ZERO && paid_in == Minor::ZERO {
            return Ok(Vec::new());
        }
        let shares = match split {
            Split::LosersFirst => losers_first(&pooled.pool, all, &figures)?,
            _ => pool(&pooled.pool, all, &figures, Some(&|set: &[&OrganisationId]| self.worth(pooled, paid, set)))?,
        };
        let mut changes = Vec::with_capacity(shares.len());
        for (organisation, share) in shares {
            let change = share.minus(result_of(&held, &organisation)).ok_or_else(too_large)?;
            changes.push((organisation, change));
        }
        if let Some(from) = pooled.pool.paid_in.as_ref().map(|paid_in| &paid_in.from) {
            let gives = Minor::ZERO.minus(paid_in).ok_or_else(too_large)?;
            match changes.iter_mut().find(|(organisation, _)| organisation == from) {
                Some((_, change)) => *change = change.plus(gives).ok_or_else(too_large)?,
                None => changes.push((from.clone(), gives)),
            }
        }
        let words = |organisation: &OrganisationId| {
            let result = result_of(&results, organisation);
            let word = if result < Minor::ZERO { "lost" } else { "gained" };
            format!("{organisation} {word} {}", self.money(Minor(result.0.saturating_abs())))
        };
        let named = !pooled.pool.clauses.is_empty();
        let mut why: Vec<String> = members.iter().filter(|_| named).map(|member| words(&member.organisation)).collect();
        if let Some(from) = pooled.pool.paid_in.as_ref().map(|paid_in| &paid_in.from) {
            why.push(format!("{from} paid in {}", self.money(paid_in)));
        }
        let why = format!("{}; split {}", why.join(", "), split.word());
        Ok(transfers(changes).into_iter().map(|transfer| account(pooled, transfer, &why)).collect())
    }

    fn belongs(&self, organisation: usize, member: &PoolMember) -> bool {
        self.bodies.at(member.organisation.as_str()).is_some_and(|whole| self.bodies.is_in(organisation, whole))
    }

    fn figures(&self, member: &PoolMember, named: &[&Paid], paid: &[Paid], result: Minor) -> PoolFigures {
        let theirs: Vec<&Paid> = paid.iter().filter(|paid| self.belongs(paid.organisation, member)).collect();
        let contacts = |all: &[&Paid]| all.iter().fold(0_u64, |sum, paid| sum.saturating_add(paid.counted.contacts()));
        let activity = Some(contacts(named)).filter(|count| *count > 0).unwrap_or_else(|| contacts(&theirs));
        let add = |sum: (u64, u64), more: (u64, u64)| (sum.0.saturating_add(more.0), sum.1.saturating_add(more.1));
        let measured = theirs.iter().map(|paid| paid.measured()).fold((0, 0), add);
        let need = theirs.iter().filter_map(|paid| paid.counted.weighed_days()).try_fold(Exact::ZERO, Exact::plus);
        PoolFigures {
            organisation: member.organisation.clone(),
            activity: Some(activity),
            performance: Paid::percent(measured),
            need: need.and_then(Exact::ratio),
            result: Some(result),
        }
    }

    /// What members would have gained or lost without the others: savings are shared by what they have together.
    fn worth(&self, pooled: &Pooled, paid: &[Paid], set: &[&OrganisationId]) -> Option<Minor> {
        let inside = |paid: &&Paid| {
            let in_whole = |id: &&OrganisationId| {
                self.bodies.at(id.as_str()).is_some_and(|whole| self.bodies.is_in(paid.organisation, whole))
            };
            set.iter().any(in_whole)
        };
        let mut sum = Exact::ZERO;
        for (at, term) in self.terms.iter().enumerate().filter(|(_, term)| pooled.pool.clauses.contains(&term.clause)) {
            let here: Vec<&Paid> = paid.iter().filter(|paid| paid.term == at).filter(inside).collect();
            let worth = match &term.by {
                By::Formula(Formula::SharedSavings(terms)) => {
                    let counted = together(here.iter().map(|paid| &paid.counted))?;
                    let figures = self.savings_figures(term, terms, &counted).ok()?;
                    let shared = figures.map(|figures| savings(terms, &figures)).transpose().ok()?;
                    shared.map_or(Exact::ZERO, |shared| Exact::from(shared.amount))
                }
                _ => here.iter().map(|paid| paid.result).try_fold(Exact::ZERO, Exact::plus)?,
            };
            sum = sum.plus(worth)?;
        }
        sum.rounded()
    }
}

/// What each gives of what it gained, so that losses are made good as far as gains reach beyond what is paid in; each by
/// how much it gained.
fn given_to_losers(results: &[(OrganisationId, Minor)], paid_in: Minor) -> Result<Results, PaymentError> {
    let too_large = || PaymentError::TooLarge;
    let lost = results.iter().filter(|(_, result)| *result < Minor::ZERO);
    let lost = lost.map(|(_, result)| *result).try_fold(Minor::ZERO, Minor::minus).ok_or_else(too_large)?;
    let gained: Vec<_> =
        results.iter().map(|(id, result)| (id.clone(), Exact::from((*result).max(Minor::ZERO)))).collect();
    let all = gained.iter().try_fold(Exact::ZERO, |sum, (_, gain)| sum.plus(*gain)).and_then(Exact::rounded);
    let given = lost.minus(paid_in).ok_or_else(too_large)?.max(Minor::ZERO).min(all.ok_or_else(too_large)?);
    if given == Minor::ZERO {
        return Ok(Vec::new());
    }
    allocate(given, &gained).ok_or_else(too_large)
}

/// What each member gained or lost.
type Results = Vec<(OrganisationId, Minor)>;

fn result_of(results: &[(OrganisationId, Minor)], organisation: &OrganisationId) -> Minor {
    results.iter().find(|(id, _)| id == organisation).map_or(Minor::ZERO, |(_, result)| *result)
}

/// Who pays whom how much.
type Transfer = (OrganisationId, OrganisationId, Minor);

/// Payments from those who have to give to those who have to get, each by the order of their names.
fn transfers(mut changes: Vec<(OrganisationId, Minor)>) -> Vec<Transfer> {
    changes.sort_unstable();
    let mut found = Vec::new();
    let (mut giving, mut getting): (Vec<_>, Vec<_>) =
        changes.into_iter().filter(|(_, change)| *change != Minor::ZERO).partition(|(_, change)| *change < Minor::ZERO);
    let (mut givers, mut getters) = (giving.iter_mut(), getting.iter_mut());
    let (mut giver, mut getter) = (givers.next(), getters.next());
    while let (Some((from, gives)), Some((to, gets))) = (&mut giver, &mut getter) {
        let amount = gives.0.saturating_neg().min(gets.0);
        found.push((from.clone(), to.clone(), Minor(amount)));
        gives.0 = gives.0.saturating_add(amount);
        gets.0 = gets.0.saturating_sub(amount);
        let (given, got) = (gives.0 == 0, gets.0 == 0);
        if given {
            giver = givers.next();
        }
        if got {
            getter = getters.next();
        }
    }
    found
}

fn account(pooled: &Pooled, (from, to, amount): Transfer, why: &str) -> Account {
    let clauses: Vec<String> = pooled.pool.clauses.iter().map(ClauseRef::to_string).collect();
    let line = Line {
        row: to.to_string(),
        organisation: to,
        payer: from,
        period: pooled.time,
        clause: pooled.clause.clone(),
        amount,
        why: why.to_owned(),
        figures: Figures::default(),
    };
    let evidence = match clauses.as_slice() {
        [] => "what is paid into the pool".to_owned(),
        _ => format!("what `{}` came to", clauses.join("`, `")),
    };
    Account { line, evidence, of: None }
}

impl Pooled {
    /// The fixed sum, for the time that is settled.
    fn paid_in(&self) -> Result<Minor, PaymentError> {
        match &self.pool.paid_in {
            Some(paid_in) => block(paid_in.amount, paid_in.per, self.whole, self.time),
            None => Ok(Minor::ZERO),
        }
    }
}
