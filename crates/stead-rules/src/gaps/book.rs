//! Every clause of every agreement, and what organisations offer, as the checks ask about them.

use std::collections::{BTreeMap, BTreeSet};

use crate::agreement::{Activity, Agreement, Clause, ClauseRef, HandOver, Price, Terms};
use crate::day::Period;
use crate::definitions::Definitions;
use crate::id::{NeedId, OrganisationId, ProfessionId, ServiceKind};
use crate::need::Need;
use crate::organisation::{Service, ServiceStatus};

pub(super) struct Book<'a> {
    pub(super) definitions: &'a Definitions,
    /// Each organisation with what it is part of, itself first.
    wholes: BTreeMap<&'a OrganisationId, Vec<&'a OrganisationId>>,
    needs: BTreeMap<&'a NeedId, &'a Need>,
}

impl<'a> Book<'a> {
    pub(super) fn new(definitions: &'a Definitions) -> Self {
        let bodies: BTreeMap<_, _> = definitions.organisations.iter().map(|body| (&body.id, body)).collect();
        let chain = |id: &'a OrganisationId| {
            let next = |id: &&'a OrganisationId| bodies.get(*id).and_then(|body| body.part_of.as_ref());
            std::iter::successors(Some(id), next).take(bodies.len()).collect::<Vec<_>>()
        };
        Self {
            definitions,
            wholes: bodies.keys().map(|id| (*id, chain(id))).collect(),
            needs: definitions.needs.iter().map(|need| (&need.id, need)).collect(),
        }
    }

    pub(super) fn clauses(&self) -> impl Iterator<Item = (&'a Agreement, &'a Clause)> + use<'a> {
        self.definitions.clauses()
    }

    /// When a clause is meant to be in force.
    pub(super) fn period(&self, cite: &ClauseRef) -> Option<Period> {
        let agreement = self.definitions.agreements.iter().find(|it| it.id == cite.agreement)?;
        agreement.clause_period(agreement.clause(&cite.clause)?)
    }

    /// Whether an organisation is another, or part of it.
    pub(super) fn is_in(&self, id: &OrganisationId, whole: &OrganisationId) -> bool {
        id == whole || self.wholes.get(id).is_some_and(|wholes| wholes.contains(&whole))
    }

    /// Whether one of the two is the other or part of it.
    pub(super) fn are_related(&self, one: &OrganisationId, other: &OrganisationId) -> bool {
        self.is_in(one, other) || self.is_in(other, one)
    }

    /// The live services of an organisation and its parts.
    pub(super) fn services(&self, of: &'a OrganisationId) -> impl Iterator<Item = &'a Service> {
        let live = self.definitions.services.iter().filter(|service| service.status == ServiceStatus::Live);
        live.filter(|service| self.is_in(&service.organisation, of))
    }

    pub(super) fn offers(&self, of: &'a OrganisationId, kinds: &[ServiceKind]) -> bool {
        self.services(of).any(|service| kinds.contains(&service.kind))
    }

    pub(super) fn employs(&self, of: &'a OrganisationId, professions: &[ProfessionId]) -> bool {
        self.services(of).any(|service| service.professions.iter().any(|who| professions.contains(who)))
    }

    /// The kinds of service that can meet a need.
    pub(super) fn kinds_for(&self, need: &NeedId) -> &'a [ServiceKind] {
        self.needs.get(need).map_or(&[], |need| need.met_by.services.as_slice())
    }

    /// The kinds of service that a clause names, by themselves and as what can meet the needs that it names.
    pub(super) fn kinds<'s>(&self, services: &'s [ServiceKind], needs: &[NeedId]) -> Vec<&'s ServiceKind>
    where
        'a: 's,
    {
        services.iter().chain(needs.iter().flat_map(|need| self.kinds_for(need))).collect()
    }

    /// The kinds of service in which a task that is handed over is done.
    pub(super) fn tasks_of(&self, task: &HandOver) -> Vec<ServiceKind> {
        self.kinds(&task.services, &task.needs).into_iter().cloned().collect()
    }

    /// The prices of a clause and of its tariff, with the days on which they hold.
    pub(super) fn prices(&self, activity: &'a Activity) -> Vec<(&'a Price, Period)> {
        let tariffs = self.definitions.tariffs.iter().filter(|tariff| Some(&tariff.id) == activity.tariff.as_ref());
        let listed = tariffs.flat_map(|tariff| tariff.rows.iter().map(|row| (&row.price, row.period)));
        activity.prices.iter().map(|price| (price, Period::ALL)).chain(listed).collect()
    }

    /// Every organisation that a signature binds: parties and their parts.
    pub(super) fn bound(&self) -> BTreeSet<&'a OrganisationId> {
        let parties: Vec<_> = self.definitions.agreements.iter().flat_map(|it| &it.parties).collect();
        let bodies = self.definitions.organisations.iter().map(|body| &body.id);
        bodies.filter(|id| parties.iter().any(|party| self.is_in(id, &party.organisation))).collect()
    }
}

impl Terms {
    /// The organisations that a clause binds or gives something to.
    pub(super) fn bound(&self) -> Vec<&OrganisationId> {
        match self {
            Self::Share(share) => share.from.iter().chain(&share.to).collect(),
            Self::Deliver(deliver) => deliver.from.iter().chain(&deliver.to).collect(),
            Self::HandOver(task) => [&task.from, &task.liability].into_iter().chain(&task.to).collect(),
            Self::Lead(lead) => vec![&lead.organisation],
            Self::Pay(pay) => [&pay.from].into_iter().chain(&pay.to).collect(),
            Self::Pool(pool) => {
                let members = pool.members.iter().map(|member| &member.organisation);
                members.chain(pool.paid_in.iter().map(|paid_in| &paid_in.from)).collect()
            }
            Self::Duty(duty) => vec![&duty.owner],
        }
    }

    /// The clauses that a clause relies on.
    pub(super) fn relies_on(&self) -> &[ClauseRef] {
        match self {
            Self::HandOver(task) => &task.paid_by,
            Self::Pool(pool) => &pool.clauses,
            _ => &[],
        }
    }
}

/// Whether two clauses are ever in force at once.
pub(super) fn overlap(one: (&Agreement, &Clause), other: (&Agreement, &Clause)) -> bool {
    let periods = one.0.clause_period(one.1).zip(other.0.clause_period(other.1));
    periods.is_some_and(|(one, other)| one.intersect(other).is_some())
}

/// Whether two clauses are ever in force at once, and neither's agreement replaces the other.
pub(super) fn both_count(one: (&Agreement, &Clause), other: (&Agreement, &Clause)) -> bool {
    overlap(one, other) && !replaces(one, other) && !replaces(other, one)
}

/// Whether one agreement means to replace the other clause. Where it may not, as a party is missing, that is told by itself.
fn replaces(one: (&Agreement, &Clause), other: (&Agreement, &Clause)) -> bool {
    let mut amends = one.0.amends.iter().filter(|amends| amends.agreement == other.0.id);
    amends.any(|amends| amends.clauses.is_empty() || amends.clauses.contains(&other.1.id))
}
