//! Who is who, as a file of the lake: the heads of all Patient records, from which the next import links anew.

use std::io::{BufReader, Write};

use crate::error::LakeError;
use crate::identity::Identity;
use crate::identity::head::Head;
use crate::manifest::{FileEntry, Manifest};
use crate::store::Store;

/// The heads that the lake holds; none when there is no lake yet.
pub(super) fn read(store: &Store, manifest: Option<&Manifest>) -> Result<Vec<Head>, LakeError> {
    let Some(file) = manifest.and_then(|manifest| manifest.identity.as_ref()) else { return Ok(Vec::new()) };
    let path = store.path(&file.path);
    let damaged = |error: String| LakeError::damaged(&path, error);
    let stream = zstd::Decoder::new(store.open(&file.path)?).map_err(LakeError::file(&path, "read"))?;
    let heads = serde_json::Deserializer::from_reader(BufReader::new(stream)).into_iter::<Head>();
    heads.map(|head| head.map_err(|error| damaged(error.to_string()))).collect()
}

/// Writes the heads of all records, old and new.
pub(super) fn write(store: &Store, identity: &Identity, stamp: u64) -> Result<FileEntry, LakeError> {
    let name = format!("index/identity.{stamp}.ndjson.zst");
    let path = store.path(&name);
    let failed = |error| LakeError::file(&path, "written")(error);
    let mut stream = zstd::Encoder::new(store.create(&name)?, 1).map_err(failed)?;
    for head in &identity.heads {
        serde_json::to_writer(&mut stream, head).map_err(|error| failed(error.into()))?;
        stream.write_all(b"\n").map_err(failed)?;
    }
    let written = stream.finish().map_err(failed)?.finish()?;
    let digest = format!("{:016x}", written.digest);
    Ok(FileEntry { path: name, rows: identity.heads.len() as u64, digest })
}
