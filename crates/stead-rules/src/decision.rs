//! Decisions: yes or no to one use of one citizen's record, with the clause, choice or membership that decided it.
//!
//! Deny by default. In this order, the first that holds decides:
//!
//! 1. the citizen herself, at her own request: yes;
//! 2. a national opt-out, for purposes beyond care: no;
//! 3. an objection that is about it: no, whatever any clause says;
//! 4. an organisation's own records, for the citizen's care: yes (an objection to others does not lock a clinic out of its
//!    own notes; one that names the very organisation does);
//! 5. a clause in force opens it: yes;
//! 6. emergency treatment, with a reason given, by a professional of an organisation under an agreement in force: yes,
//!    loudly (breaking the glass);
//! 7. else: no.
//!
//! An emergency is treatment, so what opens treatment opens it and nothing is broken. An objection to treatment closes that
//! way and leaves the glass; an objection that names emergency treatment (ETREAT) closes the glass, too.
//!
//! [`Gate`] is made once from agreements and the days on which they bind; [`Gate::decide`] answers a request without
//! allocating; [`Gate::explain`] says why, in words, and what would have to change.

mod gate;
mod outcome;
mod request;
#[cfg(test)]
mod tests;
mod words;

pub use gate::Gate;
pub use outcome::{Block, Decision, Lack, Outcome, Permit, Reason};
pub use request::{Actor, Facts, Request};
