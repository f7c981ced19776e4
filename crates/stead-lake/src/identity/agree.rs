//! Whether two records may be one person: what birthday, sex and family name say for and against it.

use super::head::Head;

/// How much alike two records are that may be one person, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// Birthday, sex and family name are the same, or unknown in both.
    Same,
    /// Nothing that both know differs.
    NoDifference,
    /// One of the three differs.
    OneDifference,
}

impl Likeness {
    pub(super) const ALL: [Self; 3] = [Self::Same, Self::NoDifference, Self::OneDifference];
}

/// How much alike two records are; `None` when nothing speaks for one person, or too much against it.
pub(super) fn likeness(one: &Head, other: &Head) -> Option<Likeness> {
    match compared(one, other) {
        (0, _) | (_, 2..) => None,
        (_, 1) => Some(Likeness::OneDifference),
        _ if one.born == other.born && one.sex == other.sex && one.family == other.family => Some(Likeness::Same),
        _ => Some(Likeness::NoDifference),
    }
}

/// Whether two records are of two people: two differences, or one and nothing that is the same.
///
/// Records that know nothing of what the other knows neither agree nor disagree.
pub(super) fn disagree(one: &Head, other: &Head) -> bool {
    matches!(compared(one, other), (0, 1) | (_, 2..))
}

/// How many of the three are known in both and the same, and how many known in both and different.
fn compared(one: &Head, other: &Head) -> (usize, usize) {
    let parts = [
        both(one.born, other.born, |one, other| one.agrees(*other)),
        both(one.sex, other.sex, |one, other| one == other),
        both(one.family.as_deref(), other.family.as_deref(), |one, other| one == other),
    ];
    let count = |answer| parts.iter().filter(|part| **part == Some(answer)).count();
    (count(true), count(false))
}

/// Whether two values agree; `None` when one is absent.
fn both<T>(one: Option<T>, other: Option<T>, same: impl Fn(&T, &T) -> bool) -> Option<bool> {
    one.zip(other).map(|(one, other)| same(&one, &other))
}
