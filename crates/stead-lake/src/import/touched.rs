//! Which buckets an import touches, and what the lake holds of them already.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::bucket_of;
use crate::error::LakeError;
use crate::fhir::outline::outline;
use crate::identity::{Citizen, Identity, Rule};
use crate::import::spill::{Entry, Origin, Spill};
use crate::import::teller::Teller;
use crate::import::whose::{Whose, whose};
use crate::lookups::Numbers;
use crate::manifest::Manifest;
use crate::store::Store;
use crate::table::reader::{Original, originals};

/// The buckets whose tables are to be made again.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub(crate) buckets: BTreeSet<u16>,
}

impl Touched {
    /// Those that get new records.
    pub(crate) fn by_news(spill: &Spill, buckets: u16) -> Self {
        Self { buckets: (0..buckets).filter(|&bucket| !spill.is_empty(usize::from(bucket))).collect() }
    }

    /// Those of citizens whose records are no longer the same, or no longer linked for the same reason: where they were and
    /// where their records are now.
    pub(crate) fn by_links(&mut self, before: &Identity, after: &Identity, buckets: u16) {
        for citizen in &before.citizens {
            let now = after.citizens.binary_search_by(|other| other.id.cmp(&citizen.id)).ok();
            let now = now.and_then(|number| after.citizens.get(number));
            if now.is_some_and(|now| members(before, citizen) == members(after, now)) {
                continue;
            }
            self.buckets.insert(bucket_of(&citizen.id, buckets));
            self.buckets.extend(before.records(citizen).map(|head| after.bucket(head.source, &head.id, buckets)));
        }
    }

    /// Those that looked up something that has another answer now.
    pub(crate) fn by_lookups(&mut self, store: &Store, before: &Manifest, changed: &Numbers) -> Result<(), LakeError> {
        for (&bucket, entry) in before.by_bucket.iter().filter(|_| !changed.is_empty()) {
            let Some(file) = entry.lookups.as_ref().filter(|_| !self.buckets.contains(&bucket)) else { continue };
            let bytes = store.read(&file.path)?.unwrap_or_default();
            let mut numbers =
                bytes.chunks_exact(8).filter_map(|number| Some(u64::from_le_bytes(number.try_into().ok()?)));
            if numbers.any(|number| changed.contains(&number)) {
                self.buckets.insert(bucket);
            }
        }
        Ok(())
    }

    /// Puts the originals that the lake holds of the touched buckets beside the new ones.
    pub(crate) fn fetch(
        &self,
        store: &Store,
        before: Option<&Manifest>,
        spill: &Spill,
        identity: &Identity,
        buckets: u16,
        sources: &[String],
    ) -> Result<(), LakeError> {
        let mut teller = Teller::new(spill);
        let files = before.into_iter().flat_map(|before| &before.by_bucket);
        for (_, entry) in files.filter(|(bucket, _)| self.buckets.contains(bucket)) {
            let Some(file) = entry.tables.get("resource") else { continue };
            originals(store.open(&file.path)?, &store.path(&file.path), |original| {
                let Some((source, subject, owner)) = subject_of(&original, identity, sources) else { return Ok(()) };
                let bucket = identity.bucket(owner, &subject, buckets);
                teller.put(usize::from(bucket), &Entry { owner, ..entry_of(&original, source, &subject) })
            })?;
        }
        teller.finish()
    }
}

/// The records of a citizen and why they belong together.
fn members<'i>(identity: &'i Identity, citizen: &Citizen) -> Vec<(u16, &'i str, Option<&'i Rule>)> {
    let records = citizen.records.iter().filter_map(|&record| {
        let head = identity.heads.get(record as usize)?;
        Some((head.source, &*head.id, identity.rules.get(record as usize)))
    });
    records.collect()
}

/// The source of an original, the Patient it belongs to, and that Patient's source.
fn subject_of<'t>(
    original: &Original<'t>,
    identity: &Identity,
    sources: &[String],
) -> Option<(u16, Cow<'t, str>, u16)> {
    let source = sources.iter().position(|name| name == original.source)? as u16;
    let outline = outline(original.json, usize::MAX).ok()?;
    match whose(original.kind, &Cow::Borrowed(original.id), &outline) {
        Whose::Patient(id) => Some((source, id, source)),
        Whose::Identified { system, value } => {
            let head = identity.heads.get(identity.head_identified(source, &system, &value)? as usize)?;
            Some((source, Cow::Owned(head.id.to_string()), head.source))
        }
        Whose::Nobody | Whose::Missing => None,
    }
}

fn entry_of<'t>(original: &Original<'t>, source: u16, subject: &'t str) -> Entry<'t> {
    Entry {
        origin: Origin::LAKE,
        source,
        owner: source,
        kind: original.kind,
        id: original.id,
        subject,
        updated: original.updated,
        json: original.json,
    }
}

/// Calls `each` with the common resources that the lake holds; how many there are.
pub(crate) fn fetch_common(
    store: &Store,
    before: &Manifest,
    sources: &[String],
    mut each: impl FnMut(Entry<'_>) -> Result<(), LakeError>,
) -> Result<u64, LakeError> {
    let Some(file) = before.whole.get("common_resource") else { return Ok(0) };
    originals(store.open(&file.path)?, &store.path(&file.path), |original| {
        let source = sources.iter().position(|name| name == original.source).unwrap_or(0) as u16;
        each(entry_of(&original, source, ""))
    })?;
    Ok(file.rows)
}
