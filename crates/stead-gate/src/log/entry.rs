//! Entries: one line of the log, with as little about the citizen as will do.
//!
//! ```text
//! Stead log entry 1
//! kind permit
//! at 1795700700
//! citizen 6b1f…            her pseudonym
//! number 3                 her third entry
//! previous 9c04…           the hash of her second one
//! details 51fe…            commits to who looked at what, for which service, why, by which clause
//! ```

use tlog_tiles::tlog::{Hash, record_hash};

use super::citizen::Pseudonym;
use crate::digest::{hex, unhex};
use stead_rules::agreement::Digest;

const TITLE: &str = "Stead log entry 1";

/// What an entry is of. It stands in the open, so that emergencies can be counted by those who may not read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A decision: yes.
    Permit,
    /// A decision: no.
    Deny,
    /// A decision: yes, because of an emergency, and nothing else opened the record.
    BreakGlass,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Permit, Self::Deny, Self::BreakGlass];

    /// The word that stands in the entry.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Deny => "deny",
            Self::BreakGlass => "break-glass",
        }
    }

    /// The kind of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is of.
    pub kind: Kind,
    /// When it was written, in seconds since 1970 (UTC).
    pub at_seconds: u64,
    /// Of whom.
    pub citizen: Pseudonym,
    /// The how-manieth entry of this citizen it is, from 1.
    pub number: u64,
    /// The hash of this citizen's previous entry; zeros before the first.
    pub previous: [u8; 32],
    /// Commits to the details, which lie outside the log.
    pub details: Digest,
}

impl Entry {
    /// The text that the log keeps.
    pub fn text(&self) -> String {
        let Self { kind, at_seconds, citizen, number, previous, details } = self;
        let (kind, previous) = (kind.word(), hex(previous));
        format!(
            "{TITLE}\nkind {kind}\nat {at_seconds}\ncitizen {citizen}\nnumber {number}\nprevious {previous}\ndetails {details}\n"
        )
    }

    /// The entry of a text that the log kept; `None` where it is not exactly the text of an entry.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let text = str::from_utf8(bytes).ok()?;
        let mut lines = text.strip_prefix(TITLE)?.strip_prefix('\n')?.lines();
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let entry = Self {
            kind: Kind::of(field("kind")?)?,
            at_seconds: field("at")?.parse().ok()?,
            citizen: Pseudonym::read(field("citizen")?)?,
            number: field("number")?.parse().ok()?,
            previous: unhex(field("previous")?)?,
            details: field("details")?.parse().ok()?,
        };
        (entry.text() == text).then_some(entry)
    }

    /// Its hash: that of a leaf of RFC 6962. It is the head of the citizen's chain until her next entry.
    pub fn hash(&self) -> [u8; 32] {
        let Hash(hash) = record_hash(self.text().as_bytes());
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::digest;

    #[test]
    fn an_entry_names_nobody_and_is_read_back() {
        let entry = Entry {
            kind: Kind::BreakGlass,
            at_seconds: 1_795_700_700,
            citizen: Pseudonym::from_bytes([0xab; 32]),
            number: 3,
            previous: [0x01; 32],
            details: digest("who, what, why"),
        };
        insta::assert_snapshot!(entry.text());
        assert_eq!(Entry::read(entry.text().as_bytes()), Some(entry.clone()));
        assert_eq!(Entry::read(entry.text().replace("number 3", "number 03").as_bytes()), None);
        assert_eq!(Entry::read(format!("{}\n", entry.text()).as_bytes()), None);
    }

    #[test]
    fn every_kind_has_a_word() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.word()), Some(kind));
        }
    }
}
