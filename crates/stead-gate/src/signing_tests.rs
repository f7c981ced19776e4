//! What holds of signatures, and what does not.

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::digest::digest;

const AGREEMENT: &str = "alliance-2026";
const TEXT: &str = "Optometrists in a person's circle see her retinal results.";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn key(name: &str, seed: u8) -> SecretKey {
    SecretKey::new(name, &Zeroizing::new([seed; 32])).unwrap()
}

fn ring() -> Vec<KnownKey> {
    let known = |name, seed| KnownKey { key: key(name, seed).public(), from: day("2026-01-01"), until: None };
    vec![known("harbour-trust", 1), known("gp-federation", 2)]
}

fn terms() -> Terms {
    Terms {
        agreement: AGREEMENT.into(),
        digest: digest(TEXT),
        organisation: "harbour-trust".into(),
        role: Some("Chief executive".into()),
        day: day("2026-03-01"),
    }
}

fn expected() -> Expected<'static> {
    Expected { agreement: AGREEMENT, digest: digest(TEXT), roles: &[] }
}

fn note() -> String {
    Statement::Signature(terms()).sign(&key("harbour-trust", 1)).unwrap()
}

#[test]
fn a_signature_is_a_note_that_people_can_read() {
    insta::assert_snapshot!(note());
}

#[test]
fn what_was_signed_is_what_is_verified() {
    let signed = Signed::verify(&note(), &expected(), &ring()).unwrap();
    assert_eq!(signed.statement, Statement::Signature(terms()));
    assert_eq!(signed.key, key("harbour-trust", 1).public());
}

#[test]
fn one_changed_word_voids_a_signature_and_says_whose() {
    let expected = Expected { digest: digest(&TEXT.replace("her", "his")), ..expected() };
    insta::assert_snapshot!(Signed::verify(&note(), &expected, &ring()).unwrap_err());
}

#[test]
fn each_problem_has_its_own_words() {
    let other_agreement = Expected { agreement: "data-2026", ..expected() };
    let other_role = Expected { roles: &["Chair".into(), "Medical director".into()], ..expected() };
    let late = vec![KnownKey { until: Some(day("2026-03-01")), ..ring()[0].clone() }];
    let forged = Statement::Signature(terms()).sign(&key("harbour-trust", 9)).unwrap();
    let problems = [
        Signed::verify("I agree.", &expected(), &ring()).unwrap_err(),
        Signed::verify(&note(), &other_agreement, &ring()).unwrap_err(),
        Signed::verify(&note(), &other_role, &ring()).unwrap_err(),
        Signed::verify(&note(), &expected(), &late).unwrap_err(),
        Signed::verify(&forged, &expected(), &ring()).unwrap_err(),
        Signed::verify(&note().replace("2026-03-01", "2026-02-01"), &expected(), &ring()).unwrap_err(),
        Statement::Signature(terms()).sign(&key("gp-federation", 2)).unwrap_err(),
        Statement::Signature(Terms { role: Some("Boss\nday 2020-01-01".into()), ..terms() })
            .sign(&key("harbour-trust", 1))
            .unwrap_err(),
    ];
    insta::assert_snapshot!(problems.map(|problem| problem.to_string()).join("\n"));
}

#[test]
fn a_key_of_the_right_name_that_the_place_does_not_know_is_said_to_be_unknown() {
    let forged = Statement::Signature(terms()).sign(&key("harbour-trust", 9)).unwrap();
    let problem = Signed::verify(&forged, &expected(), &ring()).unwrap_err();
    assert!(matches!(problem, SignatureProblem::UnknownKey { .. }));
}

#[test]
fn a_signature_never_passes_for_a_withdrawal() {
    let changed = note().replace(SIGNATURE, WITHDRAWAL);
    let problem = Signed::verify(&changed, &expected(), &ring()).unwrap_err();
    assert_eq!(problem, SignatureProblem::Altered { organisation: "harbour-trust".into() });
}

#[test]
fn a_withdrawal_is_signed_and_read_back() {
    let withdrawal = Statement::Withdrawal(Terms { role: None, ..terms() });
    let note = withdrawal.sign(&key("harbour-trust", 1)).unwrap();
    assert_eq!(Signed::verify(&note, &expected(), &ring()).unwrap().statement, withdrawal);
}

#[test]
fn any_flipped_bit_voids_a_signature() {
    let note = note();
    for at in 0..note.len() * 8 {
        let mut bytes = note.clone().into_bytes();
        bytes[at / 8] ^= 1 << (at % 8);
        let Ok(text) = String::from_utf8(bytes) else { continue };
        assert!(Signed::verify(&text, &expected(), &ring()).is_err(), "bit {at}: {text}");
    }
}

proptest! {
    #[test]
    fn whatever_is_signed_is_read_back(role in "[A-Za-z][A-Za-z ]{0,20}[a-z]", days in 20_500..22_000_i32) {
        let terms = Terms { role: Some(role.into()), day: Day::from_epoch_days(days), ..terms() };
        let note = Statement::Signature(terms.clone()).sign(&key("harbour-trust", 1)).unwrap();
        prop_assert_eq!(Signed::verify(&note, &expected(), &ring()).unwrap().statement, Statement::Signature(terms));
    }

    #[test]
    fn nonsense_is_refused_and_never_more(text in "\\PC*") {
        prop_assert!(Signed::verify(&text, &expected(), &ring()).is_err());
    }
}
