//! Who owes what to whom: every clause as promises from one organisation to another, and how dense a contract is.
//!
//! | clause | from | to |
//! | --- | --- | --- |
//! | share | who holds the records | who may see them |
//! | deliver | who delivers | to whom it is owed; all other parties where none is named |
//! | hand-over | who gives the task away | who takes it over |
//! | pay | who pays | who is paid |
//! | pool | each member, and who pays into it | each other member |
//! | lead, duty | who leads, who has to | all other parties |

use std::collections::BTreeSet;

use crate::agreement::{Agreement, Clause, ClauseRef, Terms, TermsKind};
use crate::id::OrganisationId;

/// A promise of one organisation to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Promise<'a> {
    /// Who owes.
    pub from: &'a OrganisationId,
    /// To whom.
    pub to: &'a OrganisationId,
    /// By which clause.
    pub clause: ClauseRef,
    /// What sort of promise it is.
    pub kind: TermsKind,
}

/// How dense a contract is: of all that its parties could promise each other, how much they do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContractDensity {
    /// How many parties.
    pub parties: usize,
    /// How many ordered pairs of parties there are.
    pub pairs: usize,
    /// How many of these have a promise from the one to the other.
    pub bound: usize,
    /// How many promises there are, a clause counting once for each pair that it binds.
    pub promises: usize,
}

impl ContractDensity {
    /// The share of pairs that are bound: 0 nobody owes anybody, 1 everybody owes everybody. `None` below two parties.
    pub fn density(self) -> Option<f64> {
        (self.pairs > 0).then(|| self.bound as f64 / self.pairs as f64)
    }

    /// Promises for each pair that is bound; `None` where none is.
    pub fn promises_per_bound_pair(self) -> Option<f64> {
        (self.bound > 0).then(|| self.promises as f64 / self.bound as f64)
    }
}

/// The promises of an agreement, in the order of its clauses.
pub fn promises(agreement: &Agreement) -> Vec<Promise<'_>> {
    agreement.clauses.iter().flat_map(|clause| of_clause(agreement, clause)).collect()
}

fn of_clause<'a>(agreement: &'a Agreement, clause: &'a Clause) -> Vec<Promise<'a>> {
    let parties: Vec<&OrganisationId> = agreement.parties.iter().map(|party| &party.organisation).collect();
    let (from, to): (Vec<&OrganisationId>, Vec<&OrganisationId>) = match &clause.terms {
        Terms::Share(share) => (share.from.iter().collect(), share.to.iter().collect()),
        Terms::Deliver(deliver) if deliver.to.is_empty() => (deliver.from.iter().collect(), parties),
        Terms::Deliver(deliver) => (deliver.from.iter().collect(), deliver.to.iter().collect()),
        Terms::HandOver(task) => (vec![&task.from], task.to.iter().collect()),
        Terms::Lead(lead) => (vec![&lead.organisation], parties),
        Terms::Pay(pay) => (vec![&pay.from], pay.to.iter().collect()),
        Terms::Pool(pool) => {
            let members: Vec<_> = pool.members.iter().map(|member| &member.organisation).collect();
            let pays_in = pool.paid_in.iter().map(|paid_in| &paid_in.from);
            (pays_in.chain(members.iter().copied()).collect(), members)
        }
        Terms::Duty(duty) => (vec![&duty.owner], parties),
    };
    let pairs: BTreeSet<_> = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))).collect();
    let apart = pairs.into_iter().filter(|(from, to)| from != to);
    apart.map(|(from, to)| Promise { from, to, clause: agreement.cite(clause), kind: clause.terms.kind() }).collect()
}

/// How dense agreements are, taken together. A promise of or to somebody who is no party counts for nothing.
pub fn contract_density<'a>(agreements: impl IntoIterator<Item = &'a Agreement>) -> ContractDensity {
    let (mut parties, mut bound, mut count) = (BTreeSet::new(), BTreeSet::new(), 0);
    let agreements: Vec<_> = agreements.into_iter().collect();
    for agreement in &agreements {
        parties.extend(agreement.parties.iter().map(|party| &party.organisation));
    }
    for promise in agreements.iter().flat_map(|agreement| promises(agreement)) {
        if parties.contains(promise.from) && parties.contains(promise.to) {
            bound.insert((promise.from, promise.to));
            count += 1;
        }
    }
    let pairs = parties.len() * parties.len().saturating_sub(1);
    ContractDensity { parties: parties.len(), pairs, bound: bound.len(), promises: count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::{Duty, Party, Share, Within};
    use crate::day::{Day, Period};

    fn agreement(clauses: Vec<Terms>) -> Agreement {
        let clause = |(at, terms): (usize, Terms)| Clause {
            id: at.to_string().into(),
            text: "words".into(),
            period: None,
            terms,
        };
        Agreement {
            id: "alliance".into(),
            title: "Alliance".into(),
            period: Period::ALL,
            notice_days: 0,
            law: None,
            currency: "GBP".into(),
            precedence: vec![],
            subject_to: vec![],
            places: vec![],
            parties: ["a", "b", "c"].map(|id| Party { organisation: id.into(), signatories: vec![] }).to_vec(),
            amends: vec![],
            evidence: vec![],
            clauses: clauses.into_iter().enumerate().map(clause).collect(),
        }
    }

    fn share(from: &[&str], to: &[&str]) -> Terms {
        let ids = |ids: &[&str]| ids.iter().map(|id| OrganisationId::from(*id)).collect();
        Terms::Share(Share {
            from: ids(from),
            to: ids(to),
            categories: vec![],
            purposes: vec![],
            group: None,
            what_for: None,
            within: Within::Circle,
            professions: vec![],
            asks: false,
        })
    }

    #[test]
    fn a_clause_is_a_promise_for_each_pair_and_none_to_oneself() {
        let agreement = agreement(vec![share(&["a", "b"], &["a", "b"])]);
        let pairs: Vec<_> = promises(&agreement).iter().map(|it| (it.from.as_str(), it.to.as_str())).collect();
        assert_eq!(pairs, [("a", "b"), ("b", "a")]);
    }

    #[test]
    fn density_is_the_share_of_pairs_that_are_bound() {
        let duty = Duty {
            owner: "c".into(),
            due: Day::from_epoch_days(0),
            every_months: None,
            withholds: vec![],
            withholds_from: vec![],
        };
        let agreement = agreement(vec![share(&["a"], &["b"]), share(&["a"], &["b"]), Terms::Duty(duty)]);
        let found = contract_density([&agreement]);
        assert_eq!(found, ContractDensity { parties: 3, pairs: 6, bound: 3, promises: 4 });
        assert_eq!((found.density(), found.promises_per_bound_pair()), (Some(0.5), Some(4.0 / 3.0)));
        assert_eq!(contract_density([]).density(), None);
    }
}
