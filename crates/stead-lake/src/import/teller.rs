//! Telling entries out to the parts of a spill.

use crate::error::LakeError;
use crate::import::spill::{Entry, Spill};

/// Tells entries out to parts, a portion at a time.
pub(crate) struct Teller<'s> {
    spill: &'s Spill,
    buffers: Vec<Vec<u8>>,
}

impl<'s> Teller<'s> {
    pub(crate) fn new(spill: &'s Spill) -> Self {
        Self { spill, buffers: vec![Vec::new(); spill.parts()] }
    }

    pub(crate) fn put(&mut self, part: usize, entry: &Entry<'_>) -> Result<(), LakeError> {
        let Some(buffer) = self.buffers.get_mut(part) else { return Ok(()) };
        entry.write(buffer);
        if buffer.len() >= 64 << 10 {
            self.spill.append(part, buffer)?;
            buffer.clear();
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<(), LakeError> {
        self.buffers.iter().enumerate().try_for_each(|(part, buffer)| self.spill.append(part, buffer))
    }
}
