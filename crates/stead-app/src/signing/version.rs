//! Versions of places: which text a place's folder had when somebody signed, so that one can say later what was in force when.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use stead_folder::Folder;
use stead_gate::digest;
use stead_registry::{AsOf, PlaceVersion, Registry, Statement};
use stead_rules::{Day, Definitions, Period, Place};

use crate::error::AppError;

/// A folder larger than this is known by its digest alone.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Keeps the folder's text as the version of its places from a day on; the version before ends there.
pub(super) async fn keep(
    registry: &Registry,
    folder: &Path,
    definitions: &Definitions,
    on: Day,
) -> Result<(), AppError> {
    let text = text(&Folder::load(folder));
    let digest = digest(&text);
    let kept = text.len() <= TEXT_BYTES_MAX;
    if kept {
        registry.keep_document(&digest.0, &text).await?;
    }
    let Some(valid) = Period::new(on, Day::FOREVER) else { return Ok(()) };
    for place in &definitions.places {
        // One version begins on a day, so that a text that comes back later does not take the place of its first time.
        let (subject, id) = (place.id.as_str(), on.to_string());
        let before = registry.stated_about::<PlaceVersion>(subject, AsOf::known(on)).await?;
        if before.iter().any(|version| version.recorded.what.digest == digest) {
            continue;
        }
        for version in before {
            registry.end::<PlaceVersion>(subject, &version.id, on).await?;
        }
        let what = PlaceVersion { name: Arc::clone(&place.name), digest };
        let document = kept.then_some(&digest.0[..]);
        registry.state(Statement { subject, id: &id, what: &what, valid, document }).await?;
    }
    Ok(())
}

/// Since when the folder's text is not that of the place's version on a day: the first day of that version. `None`: it is, or
/// nobody has signed yet.
pub(crate) async fn changed_since(
    registry: &Registry,
    folder: &Path,
    place: &Place,
    on: Day,
) -> Result<Option<Day>, AppError> {
    let found = registry.stated_about::<PlaceVersion>(place.id.as_str(), AsOf::known(on)).await?;
    let now = digest(&text(&Folder::load(folder)));
    let other = found.into_iter().map(|version| version.recorded);
    Ok(other.filter(|version| version.what.digest != now).map(|version| version.valid.from).max())
}

/// The folder's files in one text, in the order of their paths.
fn text(folder: &Folder) -> String {
    let mut text = String::new();
    for (path, file) in folder.files() {
        // Writing to a string does not fail.
        let _ = write!(text, "== {path}\n{}\n", file.text());
    }
    text
}
