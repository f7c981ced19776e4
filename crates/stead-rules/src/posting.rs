//! Postings: the lines of an account book in which nothing can get lost, because each takes from one what it gives to another.

mod resettled;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::agreement::ClauseRef;
use crate::day::Period;
use crate::id::OrganisationId;
use crate::money::Minor;

pub use resettled::resettled;

/// An amount that goes from one organisation to another, by a clause.
///
/// INVARIANT: the amount is above nothing, and the two are not the same: so the sum over all accounts is nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Posting {
    /// Whose account is debited: who pays.
    pub debit: OrganisationId,
    /// Whose account is credited: who is paid.
    pub credit: OrganisationId,
    /// How much.
    pub amount: Minor,
    /// By which clause.
    pub clause: ClauseRef,
    /// For which time.
    pub period: Period,
    /// On what it rests: the file and line of evidence, the counts.
    pub evidence: Arc<str>,
    /// Whether it takes back an earlier posting.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reverses: bool,
    /// Who disputes it, and why: then it is on accounts of its own until they agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Arc<str>>,
}

/// What is posted, but for who pays whom how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// By which clause.
    pub clause: ClauseRef,
    /// For which time.
    pub period: Period,
    /// On what it rests.
    pub evidence: Arc<str>,
}

impl Posting {
    /// What `payer` pays to `payee`; less than nothing goes the other way. `None` when nothing is paid, when somebody would
    /// pay themselves, or the amount has no opposite.
    pub fn new(payer: &OrganisationId, payee: &OrganisationId, amount: Minor, ground: Ground) -> Option<Self> {
        let (debit, credit) = if amount < Minor::ZERO { (payee, payer) } else { (payer, payee) };
        let amount = Minor(amount.0.checked_abs()?);
        let Ground { clause, period, evidence } = ground;
        (amount != Minor::ZERO && debit != credit).then(|| Self {
            debit: debit.clone(),
            credit: credit.clone(),
            amount,
            clause,
            period,
            evidence,
            reverses: false,
            disputed: None,
        })
    }

    /// The same, disputed by somebody for a reason.
    #[must_use]
    pub fn in_dispute(self, by_whom_and_why: Arc<str>) -> Self {
        Self { disputed: Some(by_whom_and_why), ..self }
    }

    /// The posting that takes this one back. Nothing is ever struck out.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { debit: self.credit.clone(), credit: self.debit.clone(), reverses: !self.reverses, ..self.clone() }
    }
}

/// What each organisation has by the postings: what it was paid less what it paid. `None` when a sum does not fit.
pub fn balances<'a>(postings: impl IntoIterator<Item = &'a Posting>) -> Option<BTreeMap<OrganisationId, Minor>> {
    let mut sums: BTreeMap<&OrganisationId, i128> = BTreeMap::new();
    for posting in postings {
        let amount = i128::from(posting.amount.0);
        *sums.entry(&posting.debit).or_default() -= amount;
        *sums.entry(&posting.credit).or_default() += amount;
    }
    sums.into_iter().map(|(organisation, sum)| Some((organisation.clone(), Minor(i64::try_from(sum).ok()?)))).collect()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ground() -> Ground {
        let period = Period::new("2026-04-01".parse().unwrap(), "2027-04-01".parse().unwrap()).unwrap();
        Ground {
            clause: ClauseRef { agreement: "alliance".into(), clause: "6.1".into() },
            period,
            evidence: "12 contacts".into(),
        }
    }

    #[test]
    fn less_than_nothing_is_paid_the_other_way() {
        let posting = Posting::new(&"council".into(), &"practice".into(), Minor(-5), ground()).unwrap();
        assert_eq!((posting.debit.as_str(), posting.credit.as_str(), posting.amount.0), ("practice", "council", 5));
    }

    #[test]
    fn nothing_and_oneself_are_not_posted() {
        assert_eq!(Posting::new(&"a".into(), &"b".into(), Minor(0), ground()), None);
        assert_eq!(Posting::new(&"a".into(), &"a".into(), Minor(5), ground()), None);
        assert_eq!(Posting::new(&"a".into(), &"b".into(), Minor(i64::MIN), ground()), None);
    }

    fn postings() -> impl Strategy<Value = Vec<Posting>> {
        let posting = (0_u8..5, 0_u8..5, -1_000_000_000_000_i64..1_000_000_000_000);
        let posting = posting.prop_filter_map("somebody pays somebody else", |(payer, payee, amount)| {
            let name = |of: u8| OrganisationId::from(format!("organisation-{of}"));
            Posting::new(&name(payer), &name(payee), Minor(amount), ground())
        });
        prop::collection::vec(posting, 0..40)
    }

    proptest! {
        #[test]
        fn all_accounts_together_have_nothing(postings in postings()) {
            prop_assert_eq!(balances(&postings).unwrap().values().map(|balance| balance.0).sum::<i64>(), 0);
        }

        #[test]
        fn what_is_settled_and_taken_back_leaves_nothing(mut postings in postings()) {
            let back: Vec<_> = postings.iter().map(Posting::reversed).collect();
            postings.extend(back);
            prop_assert!(balances(&postings).unwrap().values().all(|balance| *balance == Minor::ZERO));
        }

        #[test]
        fn the_order_of_postings_does_not_matter(postings in postings()) {
            prop_assert_eq!(balances(&postings), balances(postings.iter().rev()));
        }
    }
}
