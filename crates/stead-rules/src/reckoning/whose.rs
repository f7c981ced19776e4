//! Whose a citizen is, day by day, by the rules of [`crate::attribution`]: organisations and areas as numbers.

use super::{Counter, Facts, Offers, Reckoning, Term, Whose};
use crate::agreement::Attribution;
use crate::attribution::{Attributed, AttributionRule, Stay, Traces, Visit, Why, latest};
use crate::day::{Day, Period};
use crate::id::{OrganisationId, ProfessionId, ServiceKind};
use crate::intervals::Intervals;

/// A rule of attribution, and the time that is settled by it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ruled {
    pub(super) rule: AttributionRule,
    pub(super) time: Period,
}

/// Days on which a citizen is somebody's.
#[derive(Clone, Debug)]
pub(super) struct Theirs {
    /// Whose, by number: the part that she chose, or else who is paid for her.
    pub(super) own: usize,
    /// Who is paid for her, as the clause names it.
    pub(super) named: usize,
    pub(super) days: Intervals,
    /// Why, in words; empty where nobody asks.
    pub(super) why: String,
}

/// What a contact says of whose a citizen is.
#[derive(Clone, Debug)]
pub(super) struct Visited {
    pub(super) organisation: OrganisationId,
    pub(super) service: Option<ServiceKind>,
    pub(super) profession: Option<ProfessionId>,
}

/// On whose list a citizen is on each day. Lists of organisations that nobody knows (`None`) count as well: she is on theirs
/// then, and not on an older one. Of two that began together a known one counts, and then the first by number.
pub(super) fn lists(all: &[(Option<usize>, Period)]) -> Vec<(usize, Period)> {
    if let [(organisation, period)] = all {
        return organisation.map(|organisation| (organisation, *period)).into_iter().collect();
    }
    let named: Vec<_> =
        all.iter().map(|(organisation, period)| ((organisation.is_none(), *organisation), *period)).collect();
    latest(&named).into_iter().filter_map(|((_, organisation), period)| Some((organisation?, period))).collect()
}

impl Ruled {
    fn looks_at_contacts(&self) -> bool {
        self.rule.by().is_plurality()
    }

    /// Whether contacts in a kind of service say whose a citizen is.
    pub(super) fn counts(&self, service: Option<&ServiceKind>) -> bool {
        self.looks_at_contacts() && self.rule.counts(service.map(ServiceKind::as_str))
    }

    /// The first day whose contacts say whose a citizen is.
    pub(super) fn contacts_from(&self) -> Option<Day> {
        self.looks_at_contacts().then(|| self.rule.window(self.time).from)
    }
}

impl Reckoning {
    /// Whose a citizen is by a rule, on the days of her life; with the reasons or without.
    pub(super) fn attributed(&self, ruled: &Ruled, facts: &Facts, offers: &[Offers], with_why: bool) -> Vec<Theirs> {
        // Somebody whom the folder does not know is known by no name: all that counts is that it is another.
        let body = |at: Option<usize>| at.and_then(|at| self.bodies.id(at)).map_or("", OrganisationId::as_str);
        let stays = |all: &[(Option<usize>, Period)]| -> Vec<Stay<'_>> {
            all.iter().map(|(at, period)| Stay { period: *period, with: body(*at) }).collect()
        };
        let area = |(at, period): &(usize, Period)| Some(Stay { period: *period, with: self.areas.get(*at)?.as_str() });
        let homes: Vec<Stay<'_>> = facts.homes.iter().filter_map(area).collect();
        let (lists, named) = (stays(&facts.lists), stays(&facts.named));
        let seen = facts.contacts.iter().filter(|_| ruled.looks_at_contacts());
        let visits = seen.filter_map(|seen| {
            let visited = offers.get(seen.sort)?.visited.as_ref()?;
            Some(Visit {
                day: seen.day,
                organisation: visited.organisation.as_str(),
                service: visited.service.as_ref().map(ServiceKind::as_str),
                profession: visited.profession.as_ref().map(ProfessionId::as_str),
                charge: seen.cost,
            })
        });
        let visits: Vec<Visit<'_>> = visits.collect();
        let days = Intervals::from_iter(facts.life);
        let traces =
            Traces { days: &days, lists: &lists, named: &named, homes: &homes, member: &days, visits: &visits };
        let found = ruled.rule.attributed(&traces, ruled.time);
        found.into_iter().filter_map(|it| self.theirs(ruled, it, with_why)).collect()
    }

    fn theirs(&self, ruled: &Ruled, it: Attributed<'_>, with_why: bool) -> Option<Theirs> {
        let named = self.bodies.at(it.organisation.as_str())?;
        let own = match it.why {
            // By where she was seen it is the whole that she is its, so it is by her word, where that only comes before.
            Why::List(with) | Why::Named(with) if !ruled.looks_at_contacts() => self.bodies.at(with)?,
            _ => named,
        };
        let why = if with_why { it.why.words(ruled.rule.by(), &self.currency) } else { String::new() };
        Some(Theirs { own, named, days: it.days, why })
    }

    /// Whether some clause goes by whom citizens name.
    pub fn asks_for_named(&self) -> bool {
        let by_word = |by: Attribution| by == Attribution::Voluntary || by.is_plurality();
        self.rules.iter().any(|ruled| by_word(ruled.rule.by()))
    }

    /// Whether some clause goes by what was charged where citizens were seen.
    pub(super) fn asks_for_charges(&self) -> bool {
        self.rules.iter().any(|ruled| ruled.rule.by() == Attribution::PluralityByCharge)
    }
}

impl Counter<'_> {
    /// Whose citizen she is on a day: of those whom a clause names, or of their parts.
    pub(super) fn whose_on(&self, term: &Term, day: Day, named: bool) -> Option<usize> {
        match term.whose {
            Whose::Sole(organisation) => Some(organisation),
            Whose::Registered => {
                let (own, _) = self.lists.iter().find(|(_, period)| period.contains(day))?;
                let whole = self.reckoning.bodies.whole_among(*own, &term.to)?;
                Some(if named { whole } else { *own })
            }
            Whose::By(at) => {
                let theirs = self.ruled.get(at)?.iter().find(|theirs| theirs.days.contains(day))?;
                Some(if named { theirs.named } else { theirs.own })
            }
            Whose::NotAsked => None,
        }
    }

    /// Why she is an organisation's, and on which of these days: in words, where records are asked for.
    pub(super) fn why(&self, term: &Term, organisation: usize, days: &Intervals, named: bool) -> Vec<String> {
        if !self.with_records {
            return Vec::new();
        }
        let resident = self.reckoning.audiences.get(term.audience).and_then(|audience| audience.resident);
        let told = |why: &str, held: &Intervals| {
            let parts = days.intersect(held);
            let parts: Vec<String> = parts.iter().map(days_told).collect();
            (!parts.is_empty()).then(|| format!("{why} {}", parts.join(" and ")))
        };
        let theirs = |at: usize| {
            let theirs = self.ruled.get(at).into_iter().flatten();
            let theirs = theirs.filter(|it| organisation == if named { it.named } else { it.own });
            theirs.filter_map(|it| told(&it.why, &it.days)).collect()
        };
        match (term.whose, resident) {
            (Whose::By(at), _) | (Whose::Sole(_), Some(at)) => theirs(at),
            (Whose::Registered, _) => {
                let whole = |own| self.reckoning.bodies.whole_among(own, &term.to);
                let hers = self.lists.iter();
                let hers = hers.filter(|(own, _)| *own == organisation || (named && whole(*own) == Some(organisation)));
                let list = |own| {
                    let id = self.reckoning.bodies.id(own)?;
                    Some(Why::List(id.as_str()).words(Attribution::Registered, &self.reckoning.currency))
                };
                hers.filter_map(|(own, period)| told(&list(*own)?, &Intervals::from(*period))).collect()
            }
            (Whose::Sole(_), None) | (Whose::NotAsked, _) => Vec::new(),
        }
    }
}

fn days_told(days: Period) -> String {
    match days.days() {
        Some(1) => format!("on {}", days.from),
        _ => format!("from {} to {}", days.from, days.to.plus_days(-1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: i32, to: i32) -> Period {
        Period::new(Day::from_epoch_days(from), Day::from_epoch_days(to)).unwrap()
    }

    #[test]
    fn of_two_lists_at_once_the_one_that_began_last_counts() {
        let all = [(Some(1), period(0, 100)), (Some(2), period(40, 60)), (None, period(80, 90))];
        assert_eq!(lists(&all), [(1, period(0, 40)), (2, period(40, 60)), (1, period(60, 80)), (1, period(90, 100))]);
        let mut turned = all;
        turned.reverse();
        assert_eq!(lists(&turned), lists(&all));
    }
}
