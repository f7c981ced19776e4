//! The decider: Cedar and the pure rules, each of which has to say yes.

use std::collections::BTreeMap;

use stead_rules::decision::{Block, Facts, Gate, Outcome, Permit, Request};
use stead_rules::{AgreementId, Definitions, Period};

use super::compile::CompileError;
use super::policies::{Policies, Slice};
use super::verdict::{By, Verdict};

/// Decides about single requests.
pub struct Decider {
    policies: Policies,
    gate: Gate,
}

/// A decision, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The decision with everything that decided it, for people.
    pub decision: stead_rules::decision::Decision,
    /// What Cedar came to.
    pub verdict: Verdict,
    /// Whether Cedar and the rules came to different answers: then it is a no, and somebody has to look.
    pub disagree: bool,
}

impl Decider {
    /// A decider over the agreements of `definitions`. `bindings` says on which days each binds
    /// ([`stead_rules::agreement::standings`]); one that is not in it binds nobody.
    pub fn new(definitions: &Definitions, bindings: &BTreeMap<AgreementId, Period>) -> Result<Self, CompileError> {
        let policies = Policies::compile(definitions, bindings)?;
        Ok(Self { policies, gate: Gate::new(definitions, bindings) })
    }

    /// Yes or no, and why.
    pub fn decide(&self, request: &Request, facts: &Facts<'_>) -> Decided {
        let verdict = self.policies.verdict(request, facts, Slice::Between);
        let outcome = self.gate.decide(request, facts);
        let mut decision = self.gate.explain(request, facts);
        let disagree = !same(&verdict, outcome, &self.gate);
        if disagree {
            decision.permit = false;
            decision.break_glass = false;
        }
        Decided { decision, verdict, disagree }
    }

    /// Cedar's part.
    pub const fn policies(&self) -> &Policies {
        &self.policies
    }

    /// The rules' part, which the columnar pass uses.
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }
}

/// Whether Cedar and the rules come to the same, by the same.
pub fn same(verdict: &Verdict, outcome: Outcome, gate: &Gate) -> bool {
    let by = match outcome {
        Outcome::Permit(Permit::Herself) => By::Herself,
        Outcome::Permit(Permit::Own) => By::Own,
        Outcome::Permit(Permit::Clause(number)) => match gate.clause(number) {
            Some(cite) => By::Clause(cite.clone()),
            None => return false,
        },
        Outcome::Permit(Permit::BreakGlass) => By::BreakGlass,
        Outcome::Deny(Block::Objection(at)) => By::Objection(at),
        Outcome::Deny(Block::OptOut(at)) => By::OptOut(at),
        Outcome::Deny(_) => By::Nothing,
    };
    verdict.diagnostics.is_empty() && verdict.permit == outcome.is_permit() && verdict.by == by
}
