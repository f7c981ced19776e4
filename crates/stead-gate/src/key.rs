//! Keys: what an organisation signs with, and what others know it by.
//!
//! Both are written as [C2SP signed notes](https://c2sp.org/signed-note) have them, `name+id+key`, where the name is the
//! organisation's id and the id is eight digits that tell two keys of one organisation apart:
//!
//! ```text
//! PRIVATE+KEY+harbour-trust+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr…     the secret key: whoever has it signs
//! harbour-trust+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq…           the public key: goes into the place
//! ```

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// Ed25519, in the numbering of signed notes.
const ED25519: u8 = 1;

/// What is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A name that cannot stand in a key.
    #[error("`{name}` cannot be the name of a key: write an organisation's id, without spaces and `+`")]
    Name {
        /// What was written.
        name: String,
    },
    /// Not the form of a secret key. What was written is not repeated: it may be secret.
    #[error("this is not a secret key: it reads `PRIVATE+KEY+organisation+id+key`; `stead key new` makes one")]
    Secret,
    /// Not the form of a public key.
    #[error("`{text}` is not a public key: it reads `organisation+id+key`; `stead key new` prints it")]
    Public {
        /// What was written.
        text: String,
    },
    /// Name, id and key do not belong together: one of them was altered.
    #[error("the key of `{name}` was altered: its id should be `{should}` and is `{found}`; copy it again, whole")]
    Altered {
        /// Whose key.
        name: String,
        /// The id that name and key make.
        should: String,
        /// The id that stands there.
        found: String,
    },
}

/// An organisation's secret key. Wiped from memory when it is dropped; never shown by `{:?}`.
pub struct SecretKey {
    name: String,
    key: SigningKey,
}

/// An organisation's public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: VerifyingKey,
}

impl SecretKey {
    /// A new key of 32 random bytes.
    pub fn new(name: &str, random: &Zeroizing<[u8; 32]>) -> Result<Self, KeyError> {
        if !signed_note::is_key_name_valid(name) || name.chars().any(char::is_control) {
            return Err(KeyError::Name { name: name.to_owned() });
        }
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(random) })
    }

    /// The key that a file holds; lines that begin with `#`, and empty ones, are for people.
    pub fn read(file: &str) -> Result<Self, KeyError> {
        let rest = single_line(file).and_then(|line| line.strip_prefix("PRIVATE+KEY+")).ok_or(KeyError::Secret)?;
        let (name, id, bytes) = parts(rest).ok_or(KeyError::Secret)?;
        let key = Self::new(name, &bytes).map_err(|_| KeyError::Secret)?;
        altered(name, id, key.public().id())?;
        Ok(key)
    }

    /// The file that keeps the key, with a word to whoever finds it.
    pub fn file(&self) -> Zeroizing<String> {
        let Self { name, .. } = self;
        let bytes = Zeroizing::new(self.key.to_bytes());
        let mut key = Zeroizing::new([ED25519; 33]);
        for (into, from) in key.iter_mut().skip(1).zip(bytes.iter()) {
            *into = *from;
        }
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(*key));
        Zeroizing::new(format!(
            "# Stead: the secret key of `{name}`. Whoever has this file signs in its name: keep it to yourself, outside\n\
             # the place's folder, and never send it to anybody.\n\
             PRIVATE+KEY+{name}+{:08x}+{}\n",
            self.public().id(),
            encoded.as_str(),
        ))
    }

    /// Whose key it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key that belongs to it.
    pub fn public(&self) -> PublicKey {
        PublicKey { name: self.name.clone(), key: self.key.verifying_key() }
    }
}

impl PublicKey {
    /// The key that a text holds; lines that begin with `#`, and empty ones, are for people.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let malformed = || KeyError::Public { text: text.trim().to_owned() };
        let (name, id, bytes) = single_line(text).and_then(parts).ok_or_else(malformed)?;
        if !signed_note::is_key_name_valid(name) {
            return Err(malformed());
        }
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| malformed())?;
        // A key of small order would let some signatures pass for many texts.
        if key.is_weak() {
            return Err(malformed());
        }
        let key = Self { name: name.to_owned(), key };
        altered(name, id, key.id())?;
        Ok(key)
    }

    /// Whose key it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Eight digits, as a number, that tell it from other keys of the same name.
    pub fn id(&self) -> u32 {
        let mut key = vec![ED25519];
        key.extend_from_slice(self.key.as_bytes());
        signed_note::key_id(&self.name, &key)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&signed_note::new_ed25519_verifier_key(&self.name, &self.key))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{self}`")
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the secret key of `{}`", self.public())
    }
}

impl signed_note::Signer for SecretKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.public().id()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.key.try_sign(message)?.to_vec())
    }
}

impl signed_note::Verifier for PublicKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id()
    }

    /// Strict: of the signatures that a lax verifier takes for one and the same, only the canonical one counts.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// The only line that is neither empty nor a comment.
fn single_line(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = lines.next()?;
    lines.next().is_none().then_some(line)
}

/// Name, id and the key's bytes.
fn parts(text: &str) -> Option<(&str, &str, Zeroizing<[u8; 32]>)> {
    let (name, rest) = text.split_once('+')?;
    let (id, encoded) = rest.split_once('+')?;
    let decoded = Zeroizing::new(BASE64_STANDARD.decode(encoded).ok()?);
    let (kind, bytes) = decoded.split_first()?;
    let bytes = Zeroizing::new(<[u8; 32]>::try_from(bytes).ok()?);
    (*kind == ED25519 && id.len() == 8).then_some((name, id, bytes))
}

fn altered(name: &str, found: &str, should: u32) -> Result<(), KeyError> {
    let should = format!("{should:08x}");
    if found == should {
        return Ok(());
    }
    Err(KeyError::Altered { name: name.to_owned(), should, found: found.to_owned() })
}

#[cfg(test)]
mod tests {
    use signed_note::{Signer as _, Verifier as _};

    use super::*;

    /// The example of the signed-note specification's reference implementation.
    const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn the_specifications_example_is_read_and_written() {
        let key = SecretKey::read(SECRET).unwrap();
        assert_eq!(key.public().to_string(), PUBLIC);
        assert_eq!(PublicKey::read(PUBLIC).unwrap(), key.public());
        assert!(key.file().ends_with(&format!("{SECRET}\n")));
        assert_eq!(SecretKey::read(&key.file()).unwrap().public(), key.public());
    }

    #[test]
    fn what_is_shown_of_a_secret_key_is_its_public_key() {
        let key = SecretKey::read(SECRET).unwrap();
        assert_eq!(format!("{key:?}"), format!("the secret key of `{PUBLIC}`"));
        assert!(!SecretKey::read(&SECRET.replace("AYEK", "AY*K")).unwrap_err().to_string().contains("FALV"));
    }

    #[test]
    fn an_altered_key_is_not_read() {
        for (from, to) in [("Peter", "Petra"), ("c74f20a3", "c74f20a4"), ("AYEKFA", "AYEKFB"), ("c74f20a3", "C74F20A3")]
        {
            let error = SecretKey::read(&SECRET.replace(from, to)).unwrap_err();
            assert!(matches!(error, KeyError::Altered { .. }), "{error}");
        }
        assert_eq!(SecretKey::read(PUBLIC).unwrap_err(), KeyError::Secret);
        assert!(matches!(PublicKey::read(SECRET), Err(KeyError::Public { .. })));
    }

    #[test]
    fn the_first_test_vector_of_rfc_8032_holds() {
        // RFC 8032, 7.1, test 1: an empty message.
        let secret = crate::digest::unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let key = SecretKey::new("rfc", &Zeroizing::new(secret)).unwrap();
        let signature = key.sign(b"").unwrap();
        let known = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
                     d25bf5f0595bbe24655141438e7a100b";
        assert_eq!(crate::digest::hex(&signature), known);
        assert!(key.public().verify(b"", &signature));
        assert!(!key.public().verify(b"x", &signature));
    }

    #[test]
    fn a_weak_public_key_is_not_taken() {
        // The neutral element: with it, a signature exists that holds for every text.
        let mut key = vec![ED25519, 1];
        key.resize(33, 0);
        let text = format!("nobody+{:08x}+{}", signed_note::key_id("nobody", &key), BASE64_STANDARD.encode(&key));
        assert!(matches!(PublicKey::read(&text), Err(KeyError::Public { .. })));
    }

    #[test]
    fn a_name_without_spaces_and_pluses_is_asked_for() {
        for name in ["", "a b", "a+b", "a\nb"] {
            assert_eq!(
                SecretKey::new(name, &Zeroizing::new([7; 32])).unwrap_err(),
                KeyError::Name { name: name.to_owned() }
            );
        }
    }
}
