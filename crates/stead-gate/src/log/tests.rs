//! What holds of whole logs: nothing can be altered, removed, added or swapped unseen.

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::heads;
use super::parts::Memory;
use super::tree::{self, Growth, Inclusion};
use super::*;
use crate::digest::hex;
use crate::key::SecretKey;

fn key() -> SecretKey {
    SecretKey::new("harbour-log", &Zeroizing::new([42; 32])).unwrap()
}

fn citizen(seed: u8) -> CitizenKey {
    CitizenKey::new(Zeroizing::new([seed; 32]))
}

/// A log as something keeps it, to which citizens' entries are appended.
#[derive(Clone, Default)]
struct Kept {
    parts: Memory,
    size: u64,
    /// Of each citizen, the numbers in the log and the details.
    of: std::collections::BTreeMap<u8, Vec<(u64, Vec<u8>)>>,
}

impl Kept {
    fn append(&mut self, citizens: &[u8]) -> &mut Self {
        let keys: Vec<CitizenKey> = citizens.iter().map(|seed| citizen(*seed)).collect();
        let details: Vec<Vec<u8>> = (self.size..).zip(citizens).map(|(n, c)| format!("{c} at {n}").into()).collect();
        let new: Vec<NewEntry<'_>> = (keys.iter().zip(&details).zip(self.size..))
            .map(|((citizen, details), n)| NewEntry { kind: Kind::Permit, at_seconds: n, citizen, details })
            .collect();
        let names: Vec<Pseudonym> = keys.iter().map(|key| key.pseudonym("harbour-log")).collect();
        // Only what is wanted is seen.
        let seen =
            wanted(self.size, &names).into_iter().filter_map(|part| Some((part, self.parts.get(&part)?.clone())));
        let appended = append(&key(), self.size, &seen.collect(), &new).unwrap();
        for ((index, entry), seed) in appended.entries.iter().zip(citizens) {
            let details = details[usize::try_from(index - self.size).unwrap()].clone();
            self.of.entry(*seed).or_default().push((*index, details));
            assert_eq!(self.of[seed].len() as u64, entry.number);
        }
        self.size = appended.checkpoint.size;
        self.parts.extend(appended.parts);
        self
    }

    fn verify(&self) -> Result<Verified, Vec<Finding>> {
        verify(&self.parts, &key().public(), None).unwrap()
    }

    fn receipt(&self, seed: u8) -> Receipt {
        let indexes: Vec<u64> = self.of.get(&seed).into_iter().flatten().map(|(index, _)| *index).collect();
        receipt(&self.parts, self.size, &citizen(seed).pseudonym("harbour-log"), &indexes).unwrap()
    }

    fn details(&self, seed: u8) -> Vec<Vec<u8>> {
        self.of.get(&seed).into_iter().flatten().map(|(_, details)| details.clone()).collect()
    }
}

fn small() -> Kept {
    let mut log = Kept::default();
    log.append(&[1, 2, 1]).append(&[3]).append(&[1, 2]);
    log
}

/// Two checkpoints over three entries of two citizens, whose heads share a tile.
fn tiny() -> Kept {
    let first_byte = |seed: &u8| citizen(*seed).pseudonym("harbour-log").bytes()[0];
    let other = (2..=255).find(|seed| first_byte(seed) == first_byte(&1)).unwrap();
    let mut log = Kept::default();
    log.append(&[1, other]).append(&[1]);
    log
}

#[test]
fn an_untouched_log_verifies() {
    assert_eq!(small().verify(), Ok(Verified { entries: 6, citizens: 3, checkpoints: 3 }));
    assert_eq!(Kept::default().verify(), Ok(Verified { entries: 0, citizens: 0, checkpoints: 0 }));
}

#[test]
fn a_log_beyond_one_tile_verifies() {
    let mut log = Kept::default();
    for step in 0..30_u8 {
        log.append(&[step % 7; 19]);
    }
    assert_eq!(log.verify(), Ok(Verified { entries: 570, citizens: 7, checkpoints: 30 }));
    for seed in 0..7 {
        let entries = log.receipt(seed).check(&key().public(), &citizen(seed), &log.details(seed)).unwrap();
        assert_eq!(entries.len(), log.of[&seed].len());
    }
}

/// Every bit of everything, but of head tiles, which are 16 KiB of hashes over nobody, one of each byte. Unoptimised
/// builds are slow and flip some: CI flips them all.
#[test]
fn any_flipped_bit_is_found() {
    let log = tiny();
    for (part, bytes) in &log.parts {
        let every = !matches!(part, Part::HeadTile(_) | Part::HeadRoot);
        let step = if cfg!(debug_assertions) {
            601
        } else if every {
            1
        } else {
            9
        };
        for at in (0..bytes.len() * 8).step_by(step) {
            let mut altered = log.clone();
            altered.parts.get_mut(part).unwrap()[at / 8] ^= 1 << (at % 8);
            assert!(altered.verify().is_err(), "bit {at} of `{part}`");
        }
    }
}

#[test]
fn any_missing_part_is_found() {
    let log = small();
    for part in log.parts.keys() {
        let mut altered = log.clone();
        altered.parts.remove(part);
        assert!(altered.verify().is_err(), "`{part}` missing");
    }
}

/// Logs that were begun before checkpoints said what stood before them go on.
#[test]
fn a_checkpoint_that_does_not_say_what_was_before_it_holds() {
    let mut log = small();
    for size in [3, 4, 6] {
        let note = &log.parts[&Part::Checkpoint(size)];
        let old = Checkpoint { previous: None, ..Checkpoint::verify(note, &key().public()).unwrap() };
        log.parts.insert(Part::Checkpoint(size), old.sign(&key()).unwrap().into_bytes());
    }
    assert!(log.verify().is_ok());
    log.append(&[2]);
    assert_eq!(log.verify(), Ok(Verified { entries: 7, citizens: 3, checkpoints: 4 }));
    log.parts.remove(&Part::Checkpoint(6));
    assert_eq!(log.verify(), Err(vec![Finding::Missing { part: Part::Checkpoint(6) }]));
}

#[test]
fn a_checkpoint_that_the_next_one_knows_nothing_of_is_found() {
    let mut log = small();
    let mut other = Kept::default();
    other.append(&[1]).append(&[2, 1]);
    // Signed by the log's own key, over the same first entry.
    log.parts.insert(Part::Checkpoint(1), other.parts[&Part::Checkpoint(1)].clone());
    let findings = log.verify().unwrap_err();
    assert!(findings.contains(&Finding::Surplus { part: Part::Checkpoint(1) }), "{findings:?}");
}

#[test]
fn any_added_part_is_found() {
    for part in [Part::Entry(6), Part::Tile(1, 0), Part::Bucket(7), Part::HeadTile(1), Part::Checkpoint(2)] {
        let mut altered = small();
        assert!(altered.parts.insert(part, vec![0; 32]).is_none());
        assert!(altered.verify().is_err(), "`{part}` added");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let mut altered = small();
    altered.parts.get_mut(&Part::Entry(1)).unwrap()[30] ^= 1;
    altered.parts.get_mut(&Part::Tile(0, 0)).unwrap()[100] ^= 1;
    altered.parts.get_mut(&Part::Checkpoint(4)).unwrap()[20] ^= 1;
    altered.parts.remove(&Part::HeadRoot);
    let words = altered.verify().unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(words);
}

/// Whoever holds the log's key can write another log; whoever remembers a checkpoint sees it.
#[test]
fn a_log_that_was_cut_or_written_anew_shows_to_whoever_remembers_a_checkpoint() {
    let log = small();
    let remembered = log.parts[&Part::Checkpoint(6)].clone();
    let found = |log: &Kept| verify(&log.parts, &key().public(), Some(&remembered)).unwrap();
    assert!(found(&log).is_ok());
    let mut shorter = Kept::default();
    shorter.append(&[1, 2, 1]).append(&[3]);
    assert_eq!(found(&shorter), Err(vec![Finding::Cut { found: 4, remembered: 6 }]));
    let mut other = Kept::default();
    other.append(&[1, 2, 1]).append(&[2]).append(&[1, 2]);
    assert!(other.verify().is_ok());
    assert_eq!(found(&other), Err(vec![Finding::Rewritten { size: 6 }]));
}

#[test]
fn a_log_of_another_key_is_not_ours() {
    let other = SecretKey::new("harbour-log", &Zeroizing::new([43; 32])).unwrap();
    let findings = verify(&small().parts, &other.public(), None).unwrap().unwrap_err();
    let unsigned = findings.iter().filter(|finding| matches!(finding, Finding::Checkpoint { .. }));
    assert_eq!(unsigned.count(), 3);
}

#[test]
fn nothing_is_appended_to_an_altered_log() {
    let log = small();
    let (name, one) = (citizen(1).pseudonym("harbour-log"), citizen(1));
    let new = [NewEntry { kind: Kind::Deny, at_seconds: 9, citizen: &one, details: b"" }];
    for part in wanted(log.size, &[name]) {
        let mut parts = log.parts.clone();
        let Some(bytes) = parts.get_mut(&part) else { continue };
        bytes[0] ^= 1;
        assert!(append(&key(), log.size, &parts, &new).is_err(), "`{part}` altered");
        parts.remove(&part);
        assert!(append(&key(), log.size, &parts, &new).is_err(), "`{part}` missing");
    }
}

#[test]
fn a_citizen_sees_that_her_entries_are_all_there() {
    let log = small();
    let entries = log.receipt(1).check(&key().public(), &citizen(1), &log.details(1)).unwrap();
    assert_eq!(entries.iter().map(|entry| entry.at_seconds).collect::<Vec<_>>(), [0, 2, 4]);
    let nobody = log.receipt(9).check(&key().public(), &citizen(9), &log.details(9)).unwrap();
    assert!(nobody.is_empty());
}

#[test]
fn a_citizen_sees_what_was_kept_from_her() {
    let log = small();
    let words = |receipt: &Receipt, details: &[Vec<u8>]| {
        receipt.check(&key().public(), &citizen(1), details).unwrap_err().to_string()
    };
    let (whole, details) = (log.receipt(1), log.details(1));
    let mut without_last = whole.clone();
    without_last.entries.pop();
    let mut without_first = whole.clone();
    without_first.entries.remove(0);
    let mut altered = whole.clone();
    altered.entries[1].text[30] ^= 1;
    let mut others = details.clone();
    others[2] = b"nobody looked".to_vec();
    let mut head = whole.clone();
    head.bucket[39] ^= 1;
    let mut checkpoint = whole.clone();
    checkpoint.checkpoint[2] ^= 1;
    let said = [
        words(&without_last, &details),
        words(&without_first, &details),
        words(&altered, &details),
        words(&whole, &others),
        words(&head, &details),
        words(&checkpoint, &details),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn roots_are_those_of_rfc_6962() {
    // Leaves and roots of the test vectors that Certificate Transparency's implementations share.
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut parts = Memory::new();
    for ((size, leaf), root) in (0_u64..).zip(leaves).zip(roots) {
        let tlog_tiles::tlog::Hash(hash) = tlog_tiles::tlog::record_hash(leaf);
        tree::add_leaf(size, hash, &mut parts);
        assert_eq!(hex(&tree::root(&parts, size + 1).unwrap()), root);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_entry_is_proved_in_every_later_log(steps in prop::collection::vec(1..120_usize, 1..6), pick in 0..600_u64) {
        let mut log = Kept::default();
        let mut roots = vec![(0, tree::EMPTY)];
        for step in steps {
            log.append(&vec![1; step]);
            let note = &log.parts[&Part::Checkpoint(log.size)];
            roots.push((log.size, Checkpoint::verify(note, &key().public()).unwrap().root));
        }
        for (size, root) in &roots {
            for (old, was) in roots.iter().filter(|(old, _)| old <= size) {
                let growth = Growth::prove(&log.parts, *old, *size).unwrap();
                prop_assert!(growth.holds(*was, *root));
                prop_assert!(!growth.holds([7; 32], *root));
                prop_assert!(old == &0 || !growth.holds(*was, [7; 32]));
            }
            if *size > 0 {
                let index = pick % size;
                let leaf = Entry::read(&log.parts[&Part::Entry(index)]).unwrap().hash();
                let proof = Inclusion::prove(&log.parts, *size, index).unwrap();
                prop_assert!(proof.holds(*root, leaf));
                prop_assert!(!proof.holds(*root, [7; 32]));
                let elsewhere = Inclusion { index: index ^ 1, ..proof };
                prop_assert!(!elsewhere.holds(*root, leaf));
            }
        }
    }

    #[test]
    fn heads_say_what_a_naive_count_says(citizens in prop::collection::vec(0..40_u8, 0..80), split in 0..80_usize) {
        let mut log = Kept::default();
        let split = split.min(citizens.len());
        for part in [&citizens[..split], &citizens[split..]] {
            log.append(part);
        }
        let note = log.parts.get(&Part::Checkpoint(log.size));
        let checkpoint = note.map(|note| Checkpoint::verify(note, &key().public()).unwrap());
        let root = checkpoint.map_or_else(heads::empty_root, |checkpoint| checkpoint.heads);
        let names = (0..40).map(|seed| citizen(seed).pseudonym("harbour-log"));
        let heads = heads::committed(&log.parts, root, names.clone()).unwrap();
        for (seed, name) in (0..40).zip(names) {
            let count = citizens.iter().filter(|other| **other == seed).count() as u64;
            prop_assert_eq!(heads[&name].count, count);
        }
        prop_assert!(log.verify().is_ok());
    }
}
