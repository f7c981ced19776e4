//! Numbers of people: how they are written, and which are nobody's, written where a number is not known.

use std::borrow::Cow;

/// The system of NHS numbers.
const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";

/// Values of fewer characters than this are no proof of who somebody is.
const CHARACTERS_MIN: usize = 4;

/// What people write instead of a number, in capitals and without signs between.
const WORDS: &[&str] = &[
    "ABSENT",
    "ANONYMOUS",
    "DUMMY",
    "FOREIGN",
    "MISSING",
    "NEWBORN",
    "NIL",
    "NK",
    "NONE",
    "NONUMBER",
    "NOTAPPLICABLE",
    "NOTAVAILABLE",
    "NOTGIVEN",
    "NOTKNOWN",
    "NOTRECORDED",
    "NOTSTATED",
    "NULL",
    "OVERSEAS",
    "PENDING",
    "REFUSED",
    "TEMP",
    "TEMPORARY",
    "TEST",
    "UNAVAILABLE",
    "UNDEFINED",
    "UNK",
    "UNKNOWN",
    "UNSPECIFIED",
];

/// Numbers that somebody typed to fill a field.
const COUNTING: &[&str] = &["0123456789", "012345678", "12345678", "123456789", "1234567890"];

/// A national number without the blanks and hyphens that people write into it; other values as they are.
pub(crate) fn number_of(value: &str) -> Cow<'_, str> {
    let between = |sign: char| sign.is_whitespace() || sign == '-' || sign == '\u{2010}' || sign == '\u{2011}';
    let is_number = value.contains(|sign: char| sign.is_ascii_digit())
        && value.chars().all(|sign| sign.is_ascii_digit() || between(sign));
    if is_number && value.contains(between) { Cow::Owned(value.replace(between, "")) } else { Cow::Borrowed(value) }
}

/// Whether a value of a shared system may say who somebody is.
///
/// An NHS number has ten digits; its check digit is not looked at, since made-up numbers are never right.
pub(crate) fn may_link(system: &str, value: &str) -> bool {
    let number = number_of(value.trim());
    if system == NHS_NUMBER && !(number.len() == 10 && number.bytes().all(|sign| sign.is_ascii_digit())) {
        return false;
    }
    let signs = || number.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_uppercase);
    let Some(first) = signs().next() else { return false };
    if signs().count() < CHARACTERS_MIN || signs().all(|sign| sign == first) {
        return false;
    }
    let plain: String = signs().collect();
    !WORDS.contains(&&*plain) && !COUNTING.contains(&&*plain)
}

#[cfg(test)]
mod tests {
    use super::{NHS_NUMBER, may_link};

    #[test]
    fn an_nhs_number_has_ten_digits_however_it_is_written() {
        for value in ["9434765919", "943 476 5919", "943-476-5919", " 9434765919 ", "9434765918"] {
            assert!(may_link(NHS_NUMBER, value), "{value}");
        }
        for value in ["943476591", "94347659190", "943476591X", "NHS 9434765919", "٩٤٣٤٧٦٥٩١٩", ""] {
            assert!(!may_link(NHS_NUMBER, value), "{value}");
        }
    }

    #[test]
    fn placeholders_are_nobodys_number() {
        let placeholders = [
            "0000000000",
            "9999999999",
            "999 999 9999",
            "1234567890",
            "123-456-7890",
            "UNKNOWN",
            "unknown",
            "N/A",
            "n.a.",
            "NONE",
            "NK",
            "Not known",
        ];
        for value in placeholders {
            assert!(!may_link(NHS_NUMBER, value), "{value}");
            assert!(!may_link("http://hospital.example/number", value), "{value}");
        }
    }

    #[test]
    fn a_number_of_another_system_has_four_characters_that_are_not_all_one() {
        for value in ["1000", "AB12", "A-123", "078-05-1121", "M0001"] {
            assert!(may_link("http://hospital.example/number", value), "{value}");
        }
        for value in ["", "-", "1", "123", "1-2-3", "0000", "000-00-0000", "xxxX", "----", "123-45-6789"] {
            assert!(!may_link("http://hospital.example/number", value), "{value}");
        }
    }
}
