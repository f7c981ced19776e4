//! Visits: the fewest contacts that would meet everything that is due, so that nobody travels eight times for eight
//! needs.
//!
//! In: what is due, as a set of needs, and the services that could be visited, each with the needs it meets and how
//! much the citizen would prefer it (rank 0 first). Out: the visits, each with the needs it takes.
//!
//! This is a minimum set cover, solved exactly by branch and bound: first the fewest visits, then the least sum of
//! ranks, then the earliest candidates (the sorted list of their positions that comes first). Beyond [`NODES_MAX`]
//! steps the best cover found so far stands and `fewest` is false. The same case gives the same answer, and cases
//! repeat a lot among citizens: [`Covers`] remembers.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// A set of needs: bit n stands for the n-th of the needs that the caller numbered.
pub type NeedSet = u128;

/// Steps of the search before it settles for the best cover found so far.
pub const NODES_MAX: u32 = 50_000;

/// Cases that [`Covers`] remembers before it forgets them all and starts again.
pub const COVERS_MAX: usize = 1 << 16;

/// A service that could be visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The needs that a visit would meet, due or not.
    pub needs: NeedSet,
    /// How much it is preferred: 0 before 1.
    pub rank: u32,
}

/// A visit to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Visit {
    /// Which candidate, by its position.
    pub candidate: usize,
    /// The needs it takes. INVARIANT: not empty; no need is in two visits.
    pub needs: NeedSet,
}

/// Visits that together meet everything that can be met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cover {
    /// The visits, in the candidates' order. A need that several could take is taken by the first.
    pub visits: Vec<Visit>,
    /// What is due and no candidate meets.
    pub nobody: NeedSet,
    /// Whether this is proved to be the fewest (and, among the fewest, the most preferred).
    pub fewest: bool,
}

/// The fewest visits that meet all of `due` that any of `candidates` meets.
pub fn fewest_visits(due: NeedSet, candidates: &[Candidate]) -> Cover {
    let met = candidates.iter().fold(0, |met, candidate| met | candidate.needs);
    let wanted = due & met;
    let choices = undominated(wanted, candidates);
    let mut search = Search { choices: &choices, best: greedy(wanted, &choices), chosen: Vec::new(), nodes: 0 };
    search.branch(wanted, 0, &mut vec![false; choices.len()]);
    let fewest = search.nodes <= NODES_MAX;
    Cover { visits: visits(wanted, search.best.picks, &choices), nobody: due & !met, fewest }
}

/// Remembers the covers of cases already solved.
#[derive(Debug, Default)]
pub struct Covers {
    known: FxHashMap<Vec<Candidate>, Arc<Cover>>,
    case: Vec<Candidate>,
}

impl Covers {
    /// The same as [`fewest_visits`], from memory where the case was met before.
    pub fn fewest_visits(&mut self, due: NeedSet, candidates: &[Candidate]) -> Arc<Cover> {
        self.case.clear();
        self.case.push(Candidate { needs: due, rank: 0 });
        self.case.extend(candidates.iter().map(|it| Candidate { needs: it.needs & due, rank: it.rank }));
        if let Some(cover) = self.known.get(&self.case) {
            return Arc::clone(cover);
        }
        if self.known.len() >= COVERS_MAX {
            self.known.clear();
        }
        let cover = Arc::new(fewest_visits(due, candidates));
        self.known.insert(self.case.clone(), Arc::clone(&cover));
        cover
    }
}

/// A candidate that can be part of the best cover.
#[derive(Clone, Copy)]
struct Choice {
    needs: NeedSet,
    rank: u64,
    position: usize,
}

/// A cover while searching. INVARIANT: `picks` are positions among the candidates, sorted.
struct Found {
    picks: Vec<usize>,
    rank: u64,
}

impl Found {
    fn is_better_than(&self, other: &Self) -> bool {
        (self.picks.len(), self.rank, &self.picks) < (other.picks.len(), other.rank, &other.picks)
    }
}

/// Drops candidates that another one could always replace: it meets as much and comes earlier by rank, then position.
fn undominated(wanted: NeedSet, candidates: &[Candidate]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = candidates
        .iter()
        .enumerate()
        .map(|(position, it)| Choice { needs: it.needs & wanted, rank: u64::from(it.rank), position })
        .filter(|choice| choice.needs != 0)
        .collect();
    choices.sort_unstable_by_key(|choice| (choice.rank, choice.position));
    let mut kept: Vec<Choice> = Vec::with_capacity(choices.len());
    for choice in choices {
        if !kept.iter().any(|better| choice.needs & !better.needs == 0) {
            kept.push(choice);
        }
    }
    kept.sort_unstable_by_key(|choice| choice.position);
    kept
}

/// A good cover to begin with: always the choice that meets most of what is left, then none that the others make
/// needless.
fn greedy(wanted: NeedSet, choices: &[Choice]) -> Found {
    let (mut left, mut picked) = (wanted, Vec::<Choice>::new());
    while left != 0 {
        let gain = |choice: &Choice| (choice.needs & left).count_ones();
        let Some(best) = choices.iter().max_by_key(|choice| (gain(choice), u64::MAX - choice.rank)).copied() else {
            break;
        };
        left &= !best.needs;
        picked.push(best);
    }
    let mut at = 0;
    while let Some(choice) = picked.get(at).copied() {
        let others = picked.iter().filter(|other| other.position != choice.position).fold(0, |met, it| met | it.needs);
        if wanted & !others == 0 {
            picked.remove(at);
        } else {
            at += 1;
        }
    }
    let mut picks: Vec<usize> = picked.iter().map(|choice| choice.position).collect();
    picks.sort_unstable();
    Found { picks, rank: picked.iter().map(|choice| choice.rank).sum() }
}

struct Search<'a> {
    choices: &'a [Choice],
    best: Found,
    chosen: Vec<usize>,
    nodes: u32,
}

impl Search<'_> {
    /// Tries every way to meet what is left; `barred` choices were tried by an earlier branch.
    fn branch(&mut self, left: NeedSet, rank: u64, barred: &mut [bool]) {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > NODES_MAX {
            return;
        }
        if left == 0 {
            let mut picks = self.chosen.clone();
            picks.sort_unstable();
            let found = Found { picks, rank };
            if found.is_better_than(&self.best) {
                self.best = found;
            }
            return;
        }
        if !self.can_improve(left, rank, barred) {
            return;
        }
        let need = self.rarest(left, barred);
        let mut tried = Vec::new();
        for (at, choice) in self.choices.iter().enumerate() {
            if choice.needs & need == 0 || barred.get(at).is_none_or(|barred| *barred) {
                continue;
            }
            self.chosen.push(choice.position);
            self.branch(left & !choice.needs, rank + choice.rank, barred);
            self.chosen.pop();
            if let Some(bar) = barred.get_mut(at) {
                *bar = true;
                tried.push(at);
            }
        }
        for at in tried {
            if let Some(bar) = barred.get_mut(at) {
                *bar = false;
            }
        }
    }

    /// Whether a cover from here could still be better: at least `left / (most that one choice meets)` visits are to
    /// come.
    fn can_improve(&self, left: NeedSet, rank: u64, barred: &[bool]) -> bool {
        let (mut most, mut least_rank, mut open) = (0, u64::MAX, 0);
        for (choice, _) in self.choices.iter().zip(barred).filter(|(_, barred)| !**barred) {
            let gain = choice.needs & left;
            if gain != 0 {
                most = most.max(gain.count_ones());
                least_rank = least_rank.min(choice.rank);
                open |= gain;
            }
        }
        if open != left {
            return false;
        }
        let to_come = left.count_ones().div_ceil(most.max(1)) as usize;
        let visits = self.chosen.len() + to_come;
        let rank = rank + least_rank.saturating_mul(to_come as u64);
        (visits, rank) <= (self.best.picks.len(), self.best.rank)
    }

    /// The need (as one bit) that the fewest open choices meet.
    fn rarest(&self, left: NeedSet, barred: &[bool]) -> NeedSet {
        let mut rest = left;
        let bits = std::iter::from_fn(move || {
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            (bit != 0).then_some(bit)
        });
        let open = |bit: &NeedSet| {
            self.choices.iter().zip(barred).filter(|(choice, barred)| !**barred && choice.needs & bit != 0).count()
        };
        bits.min_by_key(open).unwrap_or(left)
    }
}

fn visits(wanted: NeedSet, picks: Vec<usize>, choices: &[Choice]) -> Vec<Visit> {
    let mut left = wanted;
    let picked = choices.iter().filter(|choice| picks.binary_search(&choice.position).is_ok());
    picked
        .map(|choice| {
            let needs = choice.needs & left;
            left &= !needs;
            Visit { candidate: choice.position, needs }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidates(of: &[(NeedSet, u32)]) -> Vec<Candidate> {
        of.iter().map(|&(needs, rank)| Candidate { needs, rank }).collect()
    }

    fn taken(cover: &Cover) -> Vec<(usize, NeedSet)> {
        cover.visits.iter().map(|visit| (visit.candidate, visit.needs)).collect()
    }

    #[test]
    fn two_visits_do_where_the_greedy_way_takes_three() {
        let six = candidates(&[(0b001_111, 0), (0b010_101, 0), (0b111_010, 0), (0b101_010, 0)]);
        let cover = fewest_visits(0b111_111, &six);
        assert_eq!(taken(&cover), [(0, 0b001_111), (2, 0b110_000)]);
        assert!(cover.fewest);
    }

    #[test]
    fn among_equally_few_the_preferred_ones_are_chosen() {
        let cover = fewest_visits(0b11, &candidates(&[(0b11, 2), (0b11, 1), (0b11, 1), (0b01, 0), (0b10, 0)]));
        assert_eq!(taken(&cover), [(1, 0b11)]);
    }

    #[test]
    fn what_nobody_meets_is_set_apart() {
        let cover = fewest_visits(0b1011, &candidates(&[(0b0101, 0)]));
        assert_eq!((taken(&cover), cover.nobody, cover.fewest), (vec![(0, 0b0001)], 0b1010, true));
        assert_eq!(fewest_visits(0, &[]), Cover { visits: Vec::new(), nobody: 0, fewest: true });
    }

    #[test]
    fn a_case_too_large_to_prove_is_still_covered() {
        // Every pair of 40 needs (780 services): 20 visits do, but there are too many ways to try.
        let pairs = (0..40_u32).flat_map(|a| (0..a).map(move |b| ((1 << a) | (1 << b), (a * 7 + b * 3) % 11)));
        let all = (1 << 40) - 1;
        let cover = fewest_visits(all, &pairs.map(|(needs, rank)| Candidate { needs, rank }).collect::<Vec<_>>());
        assert!(!cover.fewest);
        assert_eq!(cover.visits.len(), 20);
        assert_eq!(cover.visits.iter().fold(0, |met, visit| met | visit.needs), all);
    }

    /// All subsets, one after the other.
    fn brute(due: NeedSet, candidates: &[Candidate]) -> Vec<usize> {
        let met = |picks: &[usize]| picks.iter().fold(0, |met, &at| met | candidates[at].needs);
        let everybody: Vec<usize> = (0..candidates.len()).collect();
        let wanted = due & met(&everybody);
        (0_u32..1 << candidates.len())
            .map(|subset| everybody.iter().copied().filter(|at| subset >> at & 1 == 1).collect::<Vec<_>>())
            .filter(|picks| wanted & !met(picks) == 0)
            .min_by_key(|picks| (picks.len(), picks.iter().map(|&at| candidates[at].rank).sum::<u32>(), picks.clone()))
            .expect("all of them cover")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn it_finds_what_trying_all_subsets_finds(
            due in 0_u128..128, candidates in prop::collection::vec((0_u128..128, 0_u32..3), 0..10)
        ) {
            let candidates: Vec<_> = candidates.into_iter().map(|(needs, rank)| Candidate { needs, rank }).collect();
            let cover = fewest_visits(due, &candidates);
            prop_assert!(cover.fewest);
            prop_assert_eq!(cover.visits.iter().map(|visit| visit.candidate).collect::<Vec<_>>(), brute(due, &candidates));
            let (mut taken, mut count) = (0, 0);
            for visit in &cover.visits {
                prop_assert!(visit.needs != 0 && visit.needs & !candidates[visit.candidate].needs == 0);
                taken |= visit.needs;
                count += visit.needs.count_ones();
            }
            prop_assert_eq!(taken | cover.nobody, due);
            prop_assert_eq!(count + cover.nobody.count_ones(), due.count_ones());
            let mut covers = Covers::default();
            prop_assert_eq!(&*covers.fewest_visits(due, &candidates), &cover);
            prop_assert_eq!(&*covers.fewest_visits(due, &candidates), &cover);
        }
    }
}
