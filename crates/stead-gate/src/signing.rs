//! Signatures: what an organisation says when it signs an agreement or withdraws, and what exactly does not hold.
//!
//! A signature is a [C2SP signed note](https://c2sp.org/signed-note): a text that anybody can read, an empty line, and the
//! line that only the holder of the organisation's key could write.
//!
//! ```text
//! Stead agreement signature 1
//! agreement alliance-2026
//! digest ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
//! organisation harbour-trust
//! day 2026-03-01
//! role Chief executive
//!
//! — harbour-trust x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
//! ```
//!
//! The first line separates what the signature is for: a signature never passes for a withdrawal, nor for a checkpoint of the
//! log. The digest is that of the agreement's canonical text, so that layout and comments may change and no word may.

use std::sync::Arc;

use signed_note::{Note, NoteError, Signature, VerifierList};
use stead_rules::Day;

use crate::key::{PublicKey, SecretKey};
use stead_rules::agreement::Digest;

const SIGNATURE: &str = "Stead agreement signature 1";
const WITHDRAWAL: &str = "Stead agreement withdrawal 1";

/// What a signature is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The agreement's id.
    pub agreement: Arc<str>,
    /// The digest of its canonical text.
    pub digest: Digest,
    /// Who signs.
    pub organisation: Arc<str>,
    /// In which role a person signs for it: `Chief executive`.
    pub role: Option<Arc<str>>,
    /// The day it was signed, or notice was given.
    pub day: Day,
}

/// What an organisation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// It agrees.
    Signature(Terms),
    /// It withdraws what it signed; how long it stays bound is the agreement's notice.
    Withdrawal(Terms),
}

/// A statement whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What was said.
    pub statement: Statement,
    /// The key that said it.
    pub key: PublicKey,
}

/// A public key, and when it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownKey {
    /// The key.
    pub key: PublicKey,
    /// The first day on which it counts.
    pub from: Day,
    /// The first day on which it no longer does: it was lost, or replaced.
    pub until: Option<Day>,
}

/// The keys that a place knows.
pub type KeyRing = [KnownKey];

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureProblem {
    /// Not in the form of a signature.
    #[error("this is not a signature of an agreement; `stead sign` writes one")]
    Malformed,
    /// A word that cannot stand in a signature.
    #[error("`{word}` cannot be signed: write it on one line, without control characters")]
    Word {
        /// What was written.
        word: String,
    },
    /// The key is somebody else's.
    #[error("`{organisation}` cannot sign with the key of `{key}`; use its own key")]
    OthersKey {
        /// Who is to sign.
        organisation: String,
        /// Whose key it is.
        key: String,
    },
    /// It is about something else.
    #[error("this is about `{found}`, not about `{agreement}`")]
    OtherAgreement {
        /// The agreement that is asked about.
        agreement: String,
        /// The one that was signed.
        found: String,
    },
    /// The agreement has changed since.
    #[error(
        "`{organisation}` signed another text of `{agreement}`: the agreement was changed after {day}, and has to be signed \
         again (signed {signed}, now {now})"
    )]
    OtherDigest {
        /// Who signed.
        organisation: String,
        /// What.
        agreement: String,
        /// When.
        day: Day,
        /// The digest that was signed.
        signed: Digest,
        /// The digest that it has.
        now: Digest,
    },
    /// Somebody signed in another role than the agreement asks for.
    #[error("`{organisation}` signed as `{found}`, and the agreement asks for `{role}`")]
    OtherRole {
        /// Who signed.
        organisation: String,
        /// The role that the agreement asks for.
        role: String,
        /// The role that signed.
        found: String,
    },
    /// No key of that organisation signed it.
    #[error("it is signed by the key {key} of `{organisation}`, which the place does not know; `stead key` adds one")]
    UnknownKey {
        /// Whose key it says it is.
        organisation: String,
        /// Which.
        key: String,
    },
    /// The key was not in force.
    #[error("the key {key} of `{organisation}` did not count on {day}; sign again with one that does")]
    KeyNotInForce {
        /// Whose key.
        organisation: String,
        /// Which.
        key: String,
        /// The day of signing.
        day: Day,
    },
    /// The signature does not fit text and key.
    #[error("the signature of `{organisation}` does not fit what was signed: text or signature was altered")]
    Altered {
        /// Who signed, as it says.
        organisation: String,
    },
}

/// What a signature has to be about.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The agreement's id.
    pub agreement: &'a str,
    /// The digest of its canonical text as it is now.
    pub digest: Digest,
    /// The roles in which somebody may sign for this organisation; none: any.
    pub roles: &'a [Arc<str>],
}

impl Statement {
    /// What it is about.
    pub const fn terms(&self) -> &Terms {
        match self {
            Self::Signature(terms) | Self::Withdrawal(terms) => terms,
        }
    }

    /// The text that is signed.
    fn text(&self) -> Result<String, SignatureProblem> {
        let Terms { agreement, digest, organisation, role, day } = self.terms();
        for word in [Some(agreement), Some(organisation), role.as_ref()].into_iter().flatten() {
            if word.trim() != word.as_ref() || word.is_empty() || word.chars().any(char::is_control) {
                return Err(SignatureProblem::Word { word: word.to_string() });
            }
        }
        let title = match self {
            Self::Signature(_) => SIGNATURE,
            Self::Withdrawal(_) => WITHDRAWAL,
        };
        let role = role.as_ref().map(|role| format!("role {role}\n")).unwrap_or_default();
        Ok(format!("{title}\nagreement {agreement}\ndigest {digest}\norganisation {organisation}\nday {day}\n{role}"))
    }

    /// The statement that a text makes, where it makes it in exactly the way in which it is signed.
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let title = lines.next()?;
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let terms = Terms {
            agreement: field("agreement")?.into(),
            digest: field("digest")?.parse().ok()?,
            organisation: field("organisation")?.into(),
            day: field("day")?.parse().ok()?,
            role: field("role").map(Into::into),
        };
        let statement = match title {
            SIGNATURE => Self::Signature(terms),
            WITHDRAWAL => Self::Withdrawal(terms),
            _ => return None,
        };
        (statement.text().ok()? == text).then_some(statement)
    }

    /// The signed note.
    pub fn sign(&self, key: &SecretKey) -> Result<String, SignatureProblem> {
        let organisation = &self.terms().organisation;
        if organisation.as_ref() != key.name() {
            let (organisation, key) = (organisation.to_string(), key.name().to_owned());
            return Err(SignatureProblem::OthersKey { organisation, key });
        }
        let mut note = Note::new(self.text()?.as_bytes(), &[]).map_err(|_| SignatureProblem::Malformed)?;
        note.add_sigs(&[key]).map_err(|_| SignatureProblem::Malformed)?;
        String::from_utf8(note.to_bytes()).map_err(|_| SignatureProblem::Malformed)
    }
}

impl Signed {
    /// The statement of a signed note, where its signature holds and it is about what is expected.
    pub fn verify(note: &str, expected: &Expected<'_>, keys: &KeyRing) -> Result<Self, SignatureProblem> {
        let (statement, key_id) = read_note(note)?;
        let terms = statement.terms();
        let organisation = terms.organisation.to_string();
        if terms.agreement.as_ref() != expected.agreement {
            let (agreement, found) = (expected.agreement.to_owned(), terms.agreement.to_string());
            return Err(SignatureProblem::OtherAgreement { agreement, found });
        }
        let known = keys.iter().find(|known| *known.key.name() == *organisation && known.key.id() == key_id);
        let key = format!("{key_id:08x}");
        let Some(known) = known else { return Err(SignatureProblem::UnknownKey { organisation, key }) };
        holds(note, &known.key).map_err(|_| SignatureProblem::Altered { organisation: organisation.clone() })?;
        if terms.day < known.from || known.until.is_some_and(|until| terms.day >= until) {
            return Err(SignatureProblem::KeyNotInForce { organisation, key, day: terms.day });
        }
        if terms.digest != expected.digest {
            let (agreement, day) = (expected.agreement.to_owned(), terms.day);
            let (signed, now) = (terms.digest, expected.digest);
            return Err(SignatureProblem::OtherDigest { organisation, agreement, day, signed, now });
        }
        let said = terms.role.as_deref().unwrap_or("nobody in particular");
        if !expected.roles.is_empty() && !expected.roles.iter().any(|role| role.as_ref() == said) {
            let (role, found) = (expected.roles.join("` or `"), said.to_owned());
            return Err(SignatureProblem::OtherRole { organisation, role, found });
        }
        Ok(Self { key: known.key.clone(), statement })
    }
}

/// The statement and the id of the key that is said to have signed it; nothing is verified yet.
fn read_note(text: &str) -> Result<(Statement, u32), SignatureProblem> {
    let read = || {
        let note = Note::from_bytes(text.as_bytes()).ok()?;
        let said = Statement::read(str::from_utf8(note.text()).ok()?)?;
        // One signature and no more: it is the statement of one organisation.
        let line = text.rsplit_once("\n\n")?.1.strip_suffix('\n')?;
        let signature = Signature::from_bytes(line.as_bytes()).ok()?;
        (*signature.name() == *said.terms().organisation).then_some((said, signature.id()))
    };
    read().ok_or(SignatureProblem::Malformed)
}

/// Whether a note is signed by a key.
pub(crate) fn holds(text: &str, key: &PublicKey) -> Result<Note, NoteError> {
    let note = Note::from_bytes(text.as_bytes())?;
    note.verify(&VerifierList::new(vec![Box::new(key.clone())]))?;
    Ok(note)
}

#[cfg(test)]
#[path = "signing_tests.rs"]
mod tests;
