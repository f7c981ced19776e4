//! Decisions by Cedar: few static policies, agreements as entities, choices as data.
//!
//! ```text
//! agreements, organisations, categories ──compile──▶ Policies: policies and entities, validated strictly, once
//! request, citizen's facts ──slice──▶ the clauses between who holds and who asks, the choices in force
//!                                └─ask──▶ Verdict: yes or no, by which policy, clause and choice
//! ```
//!
//! [`Decider`] asks Cedar, and the pure rules of [`stead_rules::Gate`], which the columnar pass uses, and says yes only when
//! both do. What both say is held together by tests over random places; this is for the day on which they err.
//!
//! Cedar leaves out a `forbid` that cannot be evaluated. So policies are validated in strict mode, every request against the
//! schema, and a diagnostic of any kind is a no.

mod compile;
mod decider;
mod policies;
mod text;
mod verdict;
mod words;

pub use compile::CompileError;
pub use decider::{Decided, Decider, same};
pub use policies::{Policies, Slice};
pub use verdict::{By, Verdict};
