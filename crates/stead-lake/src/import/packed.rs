//! Portions of bytes, packed by LZ4: several times quicker than a disk and smaller than what it packs by far, as records
//! of one type say much the same.

use std::io::{self, BufReader, Read};
use std::path::Path;

use lz4_flex::block::{compress_into, decompress_into, get_maximum_output_size};

use crate::error::LakeError;

/// The lengths in front of a portion: packed and unpacked.
const HEAD_BYTES: usize = 8;

/// A portion, packed, with its lengths in front, in memory that is used again for the next one.
pub(super) fn portion<'m>(bytes: &[u8], memory: &'m mut Vec<u8>) -> &'m [u8] {
    let wanted = HEAD_BYTES + get_maximum_output_size(bytes.len());
    if memory.len() < wanted {
        memory.resize(wanted, 0);
    }
    let (head, body) = memory.split_at_mut(HEAD_BYTES);
    // It cannot fail: the room is what the method needs at most.
    let length = compress_into(bytes, body).unwrap_or(0);
    for (into, length) in head.chunks_exact_mut(4).zip([length, bytes.len()]) {
        into.copy_from_slice(&(length as u32).to_le_bytes());
    }
    memory.get(..HEAD_BYTES + length).unwrap_or(memory)
}

/// Calls `each` with every portion of a file, unpacked.
pub(super) fn each(
    file: impl Read,
    path: &Path,
    mut each: impl FnMut(&[u8]) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let mut portions = Portions::of(file, path);
    let mut bytes = Vec::new();
    while let Some(length) = portions.next()? {
        bytes.resize(length, 0);
        each(portions.unpack(&mut bytes)?)?;
    }
    Ok(())
}

/// Unpacks all portions of a file into `memory`, one behind the other; how long they are.
pub(super) fn all(file: impl Read, path: &Path, memory: &mut [u8]) -> Result<usize, LakeError> {
    let mut portions = Portions::of(file, path);
    let mut at = 0;
    while let Some(length) = portions.next()? {
        let room = memory.get_mut(at..at + length).ok_or_else(|| LakeError::damaged(path, "it is too long"))?;
        at += portions.unpack(room)?.len();
    }
    Ok(at)
}

/// Portions of a file, one after the other.
struct Portions<'p, R> {
    file: BufReader<R>,
    path: &'p Path,
    packed: Vec<u8>,
}

impl<'p, R: Read> Portions<'p, R> {
    fn of(file: R, path: &'p Path) -> Self {
        Self { file: BufReader::with_capacity(1 << 17, file), path, packed: Vec::new() }
    }

    /// Takes the next portion; how long it is, unpacked. `None` behind the last one.
    fn next(&mut self) -> Result<Option<usize>, LakeError> {
        let mut head = [0; HEAD_BYTES];
        match self.file.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other.map_err(LakeError::file(self.path, "read"))?,
        }
        let [a, b, c, d, e, f, g, h] = head;
        self.packed.resize(u32::from_le_bytes([a, b, c, d]) as usize, 0);
        self.file.read_exact(&mut self.packed).map_err(LakeError::file(self.path, "read"))?;
        Ok(Some(u32::from_le_bytes([e, f, g, h]) as usize))
    }

    /// Unpacks the portion that was taken.
    fn unpack<'b>(&self, bytes: &'b mut [u8]) -> Result<&'b [u8], LakeError> {
        let length = decompress_into(&self.packed, bytes).map_err(|error| LakeError::damaged(self.path, error))?;
        Ok(bytes.get(..length).unwrap_or(bytes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn portions_come_back_as_they_were(portions in prop::collection::vec("[ab]{0,300}", 0..6)) {
            let file: Vec<u8> = portions.iter().flat_map(|text| portion(text.as_bytes(), &mut Vec::new()).to_vec()).collect();
            let mut back = Vec::new();
            each(file.as_slice(), Path::new("a"), |bytes| {
                back.push(String::from_utf8_lossy(bytes).into_owned());
                Ok(())
            })
            .expect("portions");
            prop_assert_eq!(&back, &portions);
            let mut memory = vec![0; 2000];
            let length = all(file.as_slice(), Path::new("a"), &mut memory).expect("portions");
            prop_assert_eq!(String::from_utf8_lossy(&memory[..length]), portions.concat());
        }
    }
}
