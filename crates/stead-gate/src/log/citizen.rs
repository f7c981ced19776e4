//! Pseudonyms: how the log speaks of a citizen without naming her, and how it forgets her.
//!
//! Each citizen has a random key, kept outside the log. Her pseudonym and the salts of her entries are made from it. Who has
//! the key can show which entries are hers; once it is erased, nobody can, not even by trying every citizen there is.

use std::fmt;
use std::ops::RangeInclusive;

use hmac::{Hmac, Mac};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::digest::{hex, unhex};
use stead_rules::agreement::Digest;

/// A citizen's key: 32 random bytes. Wiped from memory when it is dropped; never shown by `{:?}`.
#[derive(Clone)]
pub struct CitizenKey(Zeroizing<[u8; 32]>);

/// What the log calls a citizen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym([u8; 32]);

impl CitizenKey {
    /// A new key of 32 random bytes, or one that was kept.
    pub const fn new(random: Zeroizing<[u8; 32]>) -> Self {
        Self(random)
    }

    /// What the log of this name calls her; another log calls her otherwise, so that two logs cannot be laid side by side.
    pub fn pseudonym(&self, log: &str) -> Pseudonym {
        Pseudonym(self.keyed("Stead log pseudonym 1", log.as_bytes()))
    }

    /// What stands in her entry with this number for its details: a commitment that can be opened with her key alone.
    pub fn commitment(&self, number: u64, details: &[u8]) -> Digest {
        let salt = Zeroizing::new(self.keyed("Stead log salt 1", &number.to_be_bytes()));
        let mut hasher = Sha256::new();
        hasher.update(b"Stead log details 1\n");
        hasher.update(*salt);
        hasher.update(details);
        Digest(hasher.finalize().into())
    }

    fn keyed(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        // HMAC takes keys of any length: this cannot fail, and an all-zero answer would be as good as none.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else { return [0; 32] };
        mac.update(purpose.as_bytes());
        mac.update(b"\n");
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for CitizenKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a citizen's key")
    }
}

impl Pseudonym {
    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The pseudonym that has these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The pseudonym that 64 digits from 0 to f write.
    pub fn read(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }

    /// All pseudonyms of a bucket.
    pub(crate) const fn in_bucket(number: u16) -> RangeInclusive<Self> {
        let [high, low] = number.to_be_bytes();
        let (mut first, mut last) = ([0; 32], [0xff; 32]);
        (first[0], first[1], last[0], last[1]) = (high, low, high, low);
        Self(first)..=Self(last)
    }

    /// The bucket that keeps its chain's head.
    pub(crate) const fn bucket(&self) -> u16 {
        let [high, low, ..] = self.0;
        u16::from_be_bytes([high, low])
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{self}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> CitizenKey {
        CitizenKey::new(Zeroizing::new([seed; 32]))
    }

    #[test]
    fn keyed_hashes_are_those_of_rfc_4231() {
        // RFC 4231, test case 1, whose key is 20 bytes of 0x0b; ours are 32, so the primitive itself is asked.
        let mut mac = Hmac::<Sha256>::new_from_slice(&[0x0b; 20]).unwrap();
        mac.update(b"Hi There");
        let known = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex(&mac.finalize().into_bytes()), known);
    }

    #[test]
    fn another_key_or_another_log_is_another_pseudonym() {
        assert_eq!(key(1).pseudonym("harbour"), key(1).pseudonym("harbour"));
        assert_ne!(key(1).pseudonym("harbour"), key(2).pseudonym("harbour"));
        assert_ne!(key(1).pseudonym("harbour"), key(1).pseudonym("inland"));
    }

    #[test]
    fn the_same_details_look_different_each_time() {
        assert_ne!(key(1).commitment(1, b"seen"), key(1).commitment(2, b"seen"));
        assert_ne!(key(1).commitment(1, b"seen"), key(2).commitment(1, b"seen"));
        assert_eq!(format!("{:?}", key(1)), "a citizen's key");
    }
}
