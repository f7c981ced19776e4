//! A page: the text of some citizens, apart by source and type of resource.

use super::Text;
use crate::vocabulary::Resource;

/// What a block of citizens comes to, in as many texts as there are sources and types.
#[derive(Clone, Debug)]
pub struct Page {
    texts: Vec<Text>,
    resources: Vec<u64>,
    /// Takes what belongs to no source of the world; never written.
    astray: Text,
}

impl Page {
    /// An empty page for so many sources.
    pub fn new(sources: usize) -> Self {
        let parts = sources.max(1) * Resource::ALL.len();
        Self { texts: vec![Text::default(); parts], resources: vec![0; parts], astray: Text::default() }
    }

    /// The text of a source and type, to write one more resource into; the caller ends it with a line break.
    pub(super) fn resource(&mut self, source: u16, kind: Resource) -> &mut Text {
        let at = usize::from(source) * Resource::ALL.len() + kind as usize;
        if let Some(count) = self.resources.get_mut(at) {
            *count += 1;
        }
        // INVARIANT: a page has parts for every source of its world; sources are numbered from nought.
        match self.texts.get_mut(at) {
            Some(text) => text,
            None => &mut self.astray,
        }
    }

    /// Every part that is not empty: source, type, number of resources, text.
    pub fn parts(&self) -> impl Iterator<Item = (u16, Resource, u64, &[u8])> {
        let parts = self.texts.iter().zip(&self.resources).enumerate();
        parts.filter(|(_, (_, resources))| **resources > 0).filter_map(|(at, (text, &resources))| {
            let kind = *Resource::ALL.get(at % Resource::ALL.len())?;
            Some(((at / Resource::ALL.len()) as u16, kind, resources, text.bytes()))
        })
    }

    /// Empties it and keeps the room.
    pub fn clear(&mut self) {
        self.texts.iter_mut().for_each(Text::clear);
        self.astray.clear();
        self.resources.fill(0);
    }
}
