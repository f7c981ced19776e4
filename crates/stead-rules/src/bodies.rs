//! Organisations by number, and who is part of whom.

use rustc_hash::FxHashMap;

use crate::id::OrganisationId;
use crate::organisation::Organisation;

#[derive(Debug, Default)]
pub(crate) struct Bodies {
    ids: Vec<OrganisationId>,
    numbers: FxHashMap<OrganisationId, usize>,
    /// What each is part of, itself first.
    wholes: Vec<Vec<usize>>,
}

impl Bodies {
    /// By id, so that numbers are ordered as ids are.
    pub(crate) fn new(organisations: &[Organisation]) -> Self {
        let mut ids: Vec<_> = organisations.iter().map(|body| body.id.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        let numbers: FxHashMap<_, _> = ids.iter().cloned().zip(0..).collect();
        let part_of: FxHashMap<_, _> =
            organisations.iter().filter_map(|body| Some((&body.id, body.part_of.as_ref()?))).collect();
        let wholes = ids.iter().map(|id| {
            let chain = std::iter::successors(Some(id), |id| part_of.get(*id).copied());
            // No longer than there are organisations: a circle is an error of the folder, and ends here all the same.
            let mut wholes = Vec::new();
            for at in chain.take(ids.len()).filter_map(|id| numbers.get(id)) {
                if !wholes.contains(at) {
                    wholes.push(*at);
                }
            }
            wholes
        });
        Self { wholes: wholes.collect(), numbers, ids }
    }

    pub(crate) fn at(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    pub(crate) fn id(&self, at: usize) -> Option<&OrganisationId> {
        self.ids.get(at)
    }

    /// Whether an organisation is another, or part of it.
    pub(crate) fn is_in(&self, part: usize, whole: usize) -> bool {
        self.wholes.get(part).is_some_and(|wholes| wholes.contains(&whole))
    }

    /// The nearest of several organisations that one is, or is part of.
    pub(crate) fn whole_among(&self, part: usize, among: &[usize]) -> Option<usize> {
        self.wholes.get(part)?.iter().find(|whole| among.contains(whole)).copied()
    }

    /// The organisations that are part of one; itself where none is.
    pub(crate) fn parts(&self, whole: usize) -> Vec<usize> {
        let parts: Vec<_> = (0..self.ids.len()).filter(|&at| at != whole && self.is_in(at, whole)).collect();
        if parts.is_empty() { vec![whole] } else { parts }
    }
}
