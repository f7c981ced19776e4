//! Settling again: what has to be posted so that the accounts say what is right now, with nothing struck out.

use std::collections::BTreeMap;

use super::Posting;
use crate::agreement::ClauseRef;
use crate::day::Period;
use crate::id::OrganisationId;
use crate::money::Minor;

/// What two postings have to have in common to be the same money. On what it rests may be said anew without a posting.
type Money<'a> = (&'a ClauseRef, Period, &'a OrganisationId, &'a OrganisationId, Minor, bool);

/// What is to be posted after `earlier` (in which some may be taken back already), so that all together is `now`: first the
/// reverses of what is not right any more, then what is new, each in order. Nothing, where nothing has changed.
pub fn resettled(earlier: &[Posting], now: &[Posting]) -> Vec<Posting> {
    let (earlier, now) = (in_order(earlier), in_order(now));
    let mut held: BTreeMap<Money<'_>, Vec<&Posting>> = BTreeMap::new();
    for posting in earlier.iter().filter(|posting| !posting.reverses) {
        held.entry(posting.money()).or_default().push(posting);
    }
    for back in earlier.iter().filter(|posting| posting.reverses) {
        // Taken back: one of the same money goes, that which rests on the same where there is one.
        if let Some(same) = held.get_mut(&back.money_taken_back()) {
            remove(same, back);
        }
    }
    let mut new: BTreeMap<Money<'_>, Vec<&Posting>> = BTreeMap::new();
    for posting in now {
        let same = held.get_mut(&posting.money());
        if same.is_none_or(|same| !take(same, posting)) {
            new.entry(posting.money()).or_default().push(posting);
        }
    }
    // What rests on something else now, and is the same money.
    for (money, postings) in &mut new {
        if let Some(same) = held.get_mut(money) {
            let both = same.len().min(postings.len());
            same.drain(..both);
            postings.drain(..both);
        }
    }
    let mut back: Vec<Posting> = held.into_values().flatten().map(Posting::reversed).collect();
    let mut forth: Vec<Posting> = new.into_values().flatten().cloned().collect();
    back.sort();
    forth.sort();
    back.extend(forth);
    back
}

fn in_order(postings: &[Posting]) -> Vec<&Posting> {
    let mut postings: Vec<_> = postings.iter().collect();
    postings.sort_unstable();
    postings
}

/// Takes the posting that rests on the same out of several of the same money. Whether there was one.
fn take(same: &mut Vec<&Posting>, posting: &Posting) -> bool {
    let found = same.iter().position(|it| it.evidence == posting.evidence);
    if let Some(at) = found {
        same.remove(at);
    }
    found.is_some()
}

/// Takes one out of several of the same money: the one that rests on the same, or else the last.
fn remove(same: &mut Vec<&Posting>, posting: &Posting) {
    if !take(same, posting) {
        same.pop();
    }
}

impl Posting {
    fn money(&self) -> Money<'_> {
        (&self.clause, self.period, &self.debit, &self.credit, self.amount, self.disputed.is_some())
    }

    /// The money that this posting, a reverse, takes back.
    fn money_taken_back(&self) -> Money<'_> {
        (&self.clause, self.period, &self.credit, &self.debit, self.amount, self.disputed.is_some())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::posting::{Ground, balances};

    fn posting(payee: u8, amount: i64, evidence: u8, disputed: bool) -> Posting {
        let clause = ClauseRef { agreement: "alliance".into(), clause: "6.1".into() };
        let period = Period::new("2026-04-01".parse().unwrap(), "2027-04-01".parse().unwrap()).unwrap();
        let ground = Ground { clause, period, evidence: format!("table.csv:{evidence}").into() };
        let posting = Posting::new(&"payer".into(), &format!("payee-{payee}").into(), Minor(amount), ground).unwrap();
        if disputed { posting.in_dispute("payee, the count is wrong".into()) } else { posting }
    }

    #[test]
    fn only_what_changed_is_taken_back_and_posted_anew() {
        let earlier = [posting(1, 100, 2, false), posting(2, 50, 3, false)];
        let now = [posting(1, 120, 2, false), posting(2, 50, 3, false)];
        assert_eq!(resettled(&earlier, &now), [earlier[0].reversed(), now[0].clone()]);
    }

    #[test]
    fn a_row_that_moved_in_its_table_is_no_other_money() {
        assert_eq!(resettled(&[posting(1, 100, 2, false)], &[posting(1, 100, 7, false)]), []);
    }

    #[test]
    fn what_comes_into_dispute_goes_from_one_account_to_the_other() {
        let (before, now) = (posting(1, 100, 2, false), posting(1, 100, 2, true));
        let posted = resettled(std::slice::from_ref(&before), std::slice::from_ref(&now));
        assert_eq!(posted, [before.reversed(), now]);
    }

    fn postings() -> impl Strategy<Value = Vec<Posting>> {
        let posting = (0_u8..3, 1_i64..4, 0_u8..4, prop::bool::ANY)
            .prop_map(|(payee, amount, evidence, disputed)| posting(payee, amount, evidence, disputed));
        prop::collection::vec(posting, 0..12)
    }

    proptest! {
        #[test]
        fn after_any_number_of_settlements_the_accounts_say_the_last(runs in prop::collection::vec(postings(), 1..5)) {
            let mut book: Vec<Posting> = Vec::new();
            for now in &runs {
                let more = resettled(&book, now);
                book.extend(more);
                for disputed in [false, true] {
                    let of = |postings: &[Posting]| {
                        let all: Vec<_> = postings.iter().filter(|it| it.disputed.is_some() == disputed).cloned().collect();
                        let mut found = balances(&all).unwrap();
                        found.retain(|_, balance| *balance != Minor::ZERO);
                        found
                    };
                    prop_assert_eq!(of(&book), of(now));
                    prop_assert_eq!(of(&book).values().map(|balance| balance.0).sum::<i64>(), 0);
                }
                prop_assert_eq!(resettled(&book, now), [], "settled again, nothing changes");
            }
            let back = resettled(&book, &[]);
            book.extend(back);
            prop_assert!(balances(&book).unwrap().values().all(|balance| *balance == Minor::ZERO));
        }

        #[test]
        fn the_order_of_postings_does_not_matter(earlier in postings(), now in postings()) {
            let turned = |all: &[Posting]| all.iter().rev().cloned().collect::<Vec<_>>();
            prop_assert_eq!(resettled(&earlier, &now), resettled(&turned(&earlier), &turned(&now)));
        }
    }
}
