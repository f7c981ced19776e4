//! Sealing: between the log's rules and the registry that keeps it.

use stead_gate::SecretKey;
use stead_gate::log::{CitizenKey, Kind, Memory, NewEntry, Part, Pseudonym, append, wanted};
use stead_registry::log::{Batch, Edge, NewEntry as Kept, Part as KeptPart, Seal};

/// Something to write down.
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) at_seconds: u64,
    pub(super) citizen: CitizenKey,
    pub(super) details: Vec<u8>,
}

/// Hashes, chains and signs.
pub(super) struct Sealer(SecretKey);

impl Sealer {
    pub(super) const fn new(key: SecretKey) -> Self {
        Self(key)
    }

    fn pseudonyms(&self, items: &[Item]) -> Vec<Pseudonym> {
        items.iter().map(|item| item.citizen.pseudonym(self.0.name())).collect()
    }
}

impl Seal for Sealer {
    type Item = Item;

    fn parts(&self, entries: u64, items: &[Item]) -> Vec<String> {
        let wanted = wanted(entries, &self.pseudonyms(items));
        wanted.into_iter().filter(|part| !matches!(part, Part::Checkpoint(_))).map(|part| part.to_string()).collect()
    }

    fn batch(&mut self, edge: &Edge, items: &[Item]) -> Result<Batch, String> {
        let mut seen = Memory::new();
        for (name, content) in &edge.parts {
            seen.insert(name.parse().map_err(|error: stead_gate::log::PartError| error.to_string())?, content.clone());
        }
        if let Some(checkpoint) = &edge.checkpoint {
            seen.insert(Part::Checkpoint(checkpoint.entries), checkpoint.content.clone());
        }
        let new = items.iter().map(|item| NewEntry {
            kind: item.kind,
            at_seconds: item.at_seconds,
            citizen: &item.citizen,
            details: &item.details,
        });
        let new: Vec<NewEntry<'_>> = new.collect();
        let appended = append(&self.0, edge.entries, &seen, &new).map_err(|error| error.to_string())?;
        let mut batch = Batch { from: edge.entries, ..Batch::default() };
        for ((_, entry), item) in appended.entries.iter().zip(items) {
            batch.entries.push(Kept {
                pseudonym: Some(entry.citizen.bytes().to_vec()),
                content: entry.text().into_bytes(),
                details: Some(item.details.clone()),
            });
        }
        for (part, content) in appended.parts {
            match part {
                Part::Entry(_) => {}
                Part::Checkpoint(_) => batch.checkpoint = Some(content),
                part => batch.parts.push(KeptPart { name: part.to_string(), content }),
            }
        }
        Ok(batch)
    }
}
