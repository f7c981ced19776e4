//! Who is who, as a file of the lake: the heads of all Patient records, from which the next import links anew.

use std::io::{BufRead, BufReader, Write};

use crate::error::LakeError;
use crate::identity::Identity;
use crate::identity::head::Head;
use crate::manifest::{FileEntry, Manifest};
use crate::store::Store;

const BUFFER_BYTES: usize = 256 * 1024;

/// The heads that the lake holds; none when there is no lake yet.
pub(super) fn read(store: &Store, manifest: Option<&Manifest>) -> Result<Vec<Head>, LakeError> {
    let Some(file) = manifest.and_then(|manifest| manifest.identity.as_ref()) else { return Ok(Vec::new()) };
    let path = store.path(&file.path);
    let damaged = |error: String| LakeError::damaged(&path, error);
    let stream = zstd::Decoder::new(store.open(&file.path)?).map_err(LakeError::file(&path, "read"))?;
    let mut lines = BufReader::with_capacity(BUFFER_BYTES, stream);
    let (mut heads, mut line) = (Vec::with_capacity(file.rows as usize), Vec::new());
    // A line at a time, since a slice is read several times as fast as a stream.
    while lines.read_until(b'\n', &mut line).map_err(|error| damaged(error.to_string()))? > 0 {
        heads.push(serde_json::from_slice(&line).map_err(|error| damaged(error.to_string()))?);
        line.clear();
    }
    Ok(heads)
}

/// Writes the heads of all records, old and new.
pub(super) fn write(store: &Store, identity: &Identity, stamp: u64) -> Result<FileEntry, LakeError> {
    let name = format!("index/identity.{stamp}.ndjson.zst");
    let path = store.path(&name);
    let failed = |error| LakeError::file(&path, "written")(error);
    let mut stream = zstd::Encoder::new(store.create(&name)?, 1).map_err(failed)?;
    let mut line = Vec::new();
    for head in &identity.heads {
        line.clear();
        serde_json::to_writer(&mut line, head).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        stream.write_all(&line).map_err(failed)?;
    }
    let written = stream.finish().map_err(failed)?.finish()?;
    let digest = format!("{:016x}", written.digest);
    Ok(FileEntry { path: name, rows: identity.heads.len() as u64, digest })
}
