//! Checkpoints: the signed line under the log, which commits to every entry so far and to every citizen's chain.
//!
//! A [C2SP checkpoint](https://c2sp.org/tlog-checkpoint) in a signed note: name of the log, number of entries, root of the
//! tree, and two lines more: `heads` with the root over the heads of all chains, `previous` with the number of entries at the
//! checkpoint before, so that one that was taken away shows.

use signed_note::Note;
use tlog_tiles::checkpoint::Checkpoint as Body;
use tlog_tiles::tlog::Hash;

use crate::key::{PublicKey, SecretKey};
use crate::signing::holds;

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, which is that of the key that signs it.
    pub log: String,
    /// How many entries there are.
    pub size: u64,
    /// The root of the tree over all entries.
    pub root: [u8; 32],
    /// The root over the heads of all citizens' chains.
    pub heads: [u8; 32],
    /// How many entries there were at the checkpoint before; 0 at the first. `None`: written when none said so yet.
    pub previous: Option<u64>,
}

/// Why a checkpoint does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointProblem {
    /// Not in the form of a checkpoint, or not signed by this log's key.
    #[error("it is not signed by the key {key}: text or signature was altered, or it is of another log")]
    Signature {
        /// The key that should have signed it.
        key: String,
    },
    /// Signed, and not what this log writes.
    #[error("it is signed, and not in the form of a checkpoint of this log")]
    Malformed,
}

impl Checkpoint {
    /// The signed note.
    pub fn sign(&self, key: &SecretKey) -> Result<String, CheckpointProblem> {
        let previous = self.previous.map_or_else(String::new, |size| format!("previous {size}\n"));
        let extension = format!("heads {}\n{previous}", Hash(self.heads));
        let body = Body::new(&self.log, self.size, Hash(self.root), &extension);
        let body = body.map_err(|_| CheckpointProblem::Malformed)?.to_bytes();
        let mut note = Note::new(&body, &[]).map_err(|_| CheckpointProblem::Malformed)?;
        note.add_sigs(&[key]).map_err(|_| CheckpointProblem::Malformed)?;
        String::from_utf8(note.to_bytes()).map_err(|_| CheckpointProblem::Malformed)
    }

    /// The checkpoint of a signed note, where its signature holds.
    pub fn verify(note: &[u8], key: &PublicKey) -> Result<Self, CheckpointProblem> {
        let unsigned = || CheckpointProblem::Signature { key: format!("{}+{:08x}", key.name(), key.id()) };
        let text = str::from_utf8(note).map_err(|_| unsigned())?;
        let note = holds(text, key).map_err(|_| unsigned())?;
        let read = || {
            let body = Body::from_bytes(note.text()).ok()?;
            let (heads, rest) = body.extension().strip_prefix("heads ")?.split_once('\n')?;
            let previous = match rest.strip_suffix('\n') {
                Some(line) => Some(size(line.strip_prefix("previous ")?).filter(|size| *size < body.size())?),
                None => rest.is_empty().then_some(None)?,
            };
            let (Hash(root), Hash(heads)) = (*body.hash(), Hash::parse_hash(heads).ok()?);
            let read = Self { log: body.origin().to_owned(), size: body.size(), root, heads, previous };
            (read.log == key.name() && body.to_bytes() == note.text()).then_some(read)
        };
        read().ok_or(CheckpointProblem::Malformed)
    }
}

/// A number as it is written: in one way only.
fn size(text: &str) -> Option<u64> {
    let size: u64 = text.parse().ok()?;
    (size.to_string() == text).then_some(size)
}
