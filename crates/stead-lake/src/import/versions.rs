//! Several versions of one resource: which one stands.

use std::cmp::Ordering;

use twox_hash::XxHash64;

use crate::import::spill::Entry;

/// The later version first: by `meta.lastUpdated`, then by a digest of the text, then by the text itself. Of equal texts the
/// one that the lake held already comes first, then the one that was read first.
///
/// INVARIANT: which version stands depends on the versions, never on the order in which they came.
pub(crate) fn later_first(one: &Entry<'_>, other: &Entry<'_>) -> Ordering {
    other.updated.cmp(&one.updated).then_with(|| {
        let by_text = || {
            let digest = |entry: &Entry<'_>| XxHash64::oneshot(0, entry.json.as_bytes());
            digest(other).cmp(&digest(one)).then_with(|| other.json.cmp(one.json))
        };
        if one.json == other.json { Ordering::Equal } else { by_text() }
            .then_with(|| (!one.origin.is_lake(), one.origin).cmp(&(!other.origin.is_lake(), other.origin)))
    })
}
