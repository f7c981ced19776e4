//! Words on their way into tables: what records say, and what tables call those to whom they refer.

use std::marker::PhantomData;

use rustc_hash::FxHashMap;
use stead_lake::direct::{Named, Word, Words, system};
use stead_synth::records::Coding;
use stead_synth::world::Offer;

use super::Filling;
use crate::error::AppError;

/// What tables call the services' organisations and sites, and professionals, by number in the town.
pub(super) struct Names {
    pub(super) organisations: Vec<Option<String>>,
    pub(super) sites: Vec<Option<String>>,
    pub(super) professionals: Vec<Option<Named>>,
    /// The service type of an offer's contacts, as a further code.
    pub(super) further: Vec<String>,
}

impl Names {
    pub(super) fn of(filling: &Filling<'_>) -> Result<Self, AppError> {
        let world = filling.world;
        let directory = filling.lake.directory()?;
        let named = |source: u16, path: String| directory.named(&world.source(source)?.id, &path).cloned();
        let of_offers = |kind: &str, id: fn(&Offer) -> &str| -> Vec<Option<String>> {
            let name = |offer: &Offer| Some(named(offer.source, format!("{kind}/{}", id(offer)))?.key);
            world.offers.iter().map(name).collect()
        };
        let further = |offer: &Offer| format!("{}|{}", system(offer.service_coding.0), offer.service_coding.1);
        let role = |one: &stead_synth::world::Professional| {
            named(world.offer(one.offer)?.source, format!("PractitionerRole/role-{}", one.id))
        };
        Ok(Self {
            organisations: of_offers("Organization", |offer| offer.service.organisation.as_str()),
            sites: of_offers("Location", |offer| offer.service.site.as_str()),
            professionals: world.professionals.iter().map(role).collect(),
            further: world.offers.iter().map(further).collect(),
        })
    }
}

/// A thread's vocabulary. Texts of the town stand where they stand for as long as it is made, so that most words are known
/// by their place in memory, without looking at them.
#[derive(Default)]
pub(super) struct Vocabulary<'w> {
    pub(super) words: Words,
    plain: FxHashMap<(usize, usize), Word>,
    systems: FxHashMap<(usize, usize), Word>,
    json: FxHashMap<(usize, usize), Option<Word>>,
    /// INVARIANT: every text that is known by its place lives as long as this.
    town: PhantomData<&'w str>,
}

/// The columns of a code.
#[derive(Clone, Copy, Default)]
pub(super) struct Coded {
    pub(super) system: Option<Word>,
    pub(super) code: Option<Word>,
    pub(super) term: Option<Word>,
}

fn place(text: &str) -> (usize, usize) {
    (text.as_ptr().addr(), text.len())
}

impl<'w> Vocabulary<'w> {
    /// The word of a text that stays where it is.
    pub(super) fn word(&mut self, text: &'w str) -> Word {
        let words = &mut self.words;
        *self.plain.entry(place(text)).or_insert_with(|| words.word(text))
    }

    /// The same of a text that may not be there.
    pub(super) fn maybe(&mut self, text: Option<&'w str>) -> Option<Word> {
        text.map(|text| self.word(text))
    }

    /// The word of a code system.
    pub(super) fn system(&mut self, uri: &'w str) -> Word {
        let words = &mut self.words;
        *self.systems.entry(place(uri)).or_insert_with(|| words.word(&system(uri)))
    }

    /// The word of a text of JSON, without blanks around it.
    pub(super) fn json(&mut self, json: &'w str) -> Option<Word> {
        let words = &mut self.words;
        *self.json.entry(place(json)).or_insert_with(|| {
            let text: String = serde_json::from_str(json).ok()?;
            Some(text.trim()).filter(|text| !text.is_empty()).map(|text| words.word(text))
        })
    }

    pub(super) fn coded(&mut self, coding: &Coding<'w>) -> Coded {
        Coded {
            system: Some(self.system(coding.system)),
            code: Some(self.word(coding.code)),
            term: self.maybe(coding.term),
        }
    }
}
