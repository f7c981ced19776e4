//! Sets that grow together, each known by its smallest member.

/// Numbers from 0, each in one set.
#[derive(Clone)]
pub(super) struct Forest {
    parents: Vec<u32>,
}

impl Forest {
    /// So many numbers, each alone.
    pub(super) fn of(size: usize) -> Self {
        Self { parents: (0..size as u32).collect() }
    }

    /// The smallest member of the set that a number is in.
    pub(super) fn root(&mut self, mut number: u32) -> u32 {
        loop {
            let parent = self.parents.get(number as usize).copied().unwrap_or(number);
            if parent == number {
                return number;
            }
            let grandparent = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(number as usize) {
                *slot = grandparent;
            }
            number = grandparent;
        }
    }

    /// Makes the sets of two numbers one.
    pub(super) fn join(&mut self, one: u32, other: u32) {
        let (first, second) = (self.root(one), self.root(other));
        if let Some(slot) = self.parents.get_mut(first.max(second) as usize) {
            *slot = first.min(second);
        }
    }

    /// The sets of more than one member, each in ascending order.
    pub(super) fn sets(&mut self) -> Vec<Vec<u32>> {
        let size = self.parents.len() as u32;
        let mut counts = vec![0_u32; self.parents.len()];
        for number in 0..size {
            let root = self.root(number);
            if let Some(count) = counts.get_mut(root as usize) {
                *count += 1;
            }
        }
        let mut sets = std::collections::BTreeMap::<u32, Vec<u32>>::new();
        for number in 0..size {
            let root = self.root(number);
            if counts.get(root as usize).is_some_and(|&count| count > 1) {
                sets.entry(root).or_default().push(number);
            }
        }
        sets.into_values().collect()
    }
}
