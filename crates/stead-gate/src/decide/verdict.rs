//! Verdicts: what Cedar came to, and by what.

use stead_rules::agreement::ClauseRef;

/// What Cedar came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Yes or no.
    pub permit: bool,
    /// What decided it.
    pub by: By,
    /// What Cedar could not evaluate. Not empty: the verdict is a no.
    pub diagnostics: Vec<String>,
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Policy `herself`: the citizen asked.
    Herself,
    /// Policy `own`: the organisation's own records.
    Own,
    /// Policy `clause`, with the first clause that opens it.
    Clause(ClauseRef),
    /// Policy `break-glass`.
    BreakGlass,
    /// Policy `objection`, or `objection-to-emergency`; which of the citizen's choices, by position.
    Objection(usize),
    /// Policy `opt-out`; which of the citizen's choices, by position.
    OptOut(usize),
    /// No policy: nothing opens it.
    Nothing,
}

impl Verdict {
    pub(super) const fn yes(by: By) -> Self {
        Self { permit: true, by, diagnostics: Vec::new() }
    }

    pub(super) const fn no(by: By) -> Self {
        Self { permit: false, by, diagnostics: Vec::new() }
    }

    pub(super) fn error(what: impl ToString) -> Self {
        Self { permit: false, by: By::Nothing, diagnostics: vec![what.to_string()] }
    }
}
