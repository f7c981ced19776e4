//! Digests: the 32 bytes that stand for a text, so that one changed word shows.

use sha2::{Digest as _, Sha256};
use stead_rules::agreement::Digest;

/// The SHA-256 digest of a text: of an agreement's canonical text, say.
pub fn digest(text: &str) -> Digest {
    Digest(Sha256::digest(text.as_bytes()).into())
}

/// Bytes as digits from 0 to f.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The 32 bytes that 64 lower-case digits from 0 to f stand for: one text for each value, so that none can be altered unseen.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_abc_is_the_one_that_fips_180_gives() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest("abc").to_string(), known);
    }

    #[test]
    fn digits_are_read_in_one_way_only() {
        let text = hex(&[0xab; 32]);
        assert_eq!(unhex(&text), Some([0xab; 32]));
        for other in [text.to_uppercase(), text[1..].to_owned(), format!("{text}00"), text.replace('a', "g")] {
            assert_eq!(unhex(&other), None);
        }
    }
}
