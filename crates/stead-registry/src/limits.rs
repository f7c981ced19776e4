//! How much the registry takes at once. What is larger is refused with a name and both numbers, before it reaches a database.

use crate::error::RegistryError;

/// Longest id, name, role or other short text, in bytes.
pub const NAME_BYTES_MAX: usize = 256;
/// Longest text of an agreement, or of anything else that is signed, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 4 << 20;
/// Longest description of a choice, a signature or the like, in bytes.
pub const CONTENT_BYTES_MAX: usize = 64 << 10;
/// Longest key, salt, digest, pseudonym, or signature, in bytes.
pub const KEY_BYTES_MAX: usize = 256;
/// Longest entry of the log, in bytes.
pub const ENTRY_BYTES_MAX: usize = 64 << 10;
/// Largest part that grows with the log, in bytes.
pub const PART_BYTES_MAX: usize = 4 << 20;
/// Most entries that are appended to the log in one batch.
pub const BATCH_ENTRIES_MAX: usize = 4096;
/// Most rows that one question gives back.
pub const ROWS_MAX: u32 = 100_000;

/// Refuses what is longer than `max`.
pub(crate) fn at_most(what: &'static str, len: usize, max: usize) -> Result<(), RegistryError> {
    if len > max { Err(RegistryError::TooLarge { what, len, max }) } else { Ok(()) }
}

/// Refuses a short text that is empty, too long, or holds what no database keeps in a text.
pub(crate) fn name(what: &'static str, text: &str) -> Result<(), RegistryError> {
    at_most(what, text.len(), NAME_BYTES_MAX)?;
    if text.is_empty() || text.contains('\0') { Err(RegistryError::Unusable { what }) } else { Ok(()) }
}

/// Refuses a longer text that is too long, or holds what no database keeps in a text.
pub(crate) fn text(what: &'static str, text: &str, max: usize) -> Result<(), RegistryError> {
    at_most(what, text.len(), max)?;
    if text.contains('\0') { Err(RegistryError::Unusable { what }) } else { Ok(()) }
}
