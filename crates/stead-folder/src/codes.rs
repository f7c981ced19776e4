//! Codes that spreadsheets have damaged, or that were mistyped: what their check digits and shapes tell.

use stead_rules::{Code, System};

use crate::problem::Problem;

/// What is doubtful about a code, if anything.
pub(crate) fn doubt(code: &Code) -> Option<Problem> {
    let text = code.code.as_ref();
    if is_scientific(text) {
        return Some(damaged(text));
    }
    match code.system {
        System::Snomed | System::Dmd => snomed_doubt(&code.system, text),
        System::Icd10 | System::Icd10Cm => (!is_icd10(text, code.system == System::Icd10Cm)).then(|| {
            let problem = shape_problem(&code.system, text);
            problem.help("ICD-10 codes are a letter, two digits and perhaps a dot with more, such as `E10.9`")
        }),
        System::Loinc if !is_loinc(text) => Some(
            shape_problem(&code.system, text)
                .help("LOINC codes are digits, a hyphen and a check digit, such as `59261-8`; is a digit mistyped, or has a spreadsheet made it a date?"),
        ),
        System::RxNorm if !is_number(text) => {
            Some(shape_problem(&code.system, text).help("RxNorm codes are numbers"))
        }
        _ => None,
    }
}

/// Whether a text is a number as spreadsheets write long ones: `7.34E+08`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix('+').unwrap_or("");
    mantissa.starts_with(|char: char| char.is_ascii_digit())
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && is_number(exponent)
}

/// The problem of such a text.
fn damaged(text: &str) -> Problem {
    Problem::error("damaged-code", format!("a spreadsheet program has shortened this code to `{text}`"))
        .help("type the whole code again, in a column that is formatted as text")
}

fn snomed_doubt(system: &System, text: &str) -> Option<Problem> {
    if !is_number(text) {
        return Some(
            shape_problem(system, text)
                .help("SNOMED CT and dm+d codes are numbers; other codes need their own `system`"),
        );
    }
    if (6..=18).contains(&text.len()) && verhoeff_holds(text) {
        return None;
    }
    let rounded = text.len() > 15 && text.ends_with('0');
    let help = if rounded {
        "spreadsheet programs turn the digits after the fifteenth into 0: type it again, in a column formatted as text"
    } else {
        "its last digit does not check; compare it with a browser of the terminology"
    };
    Some(Problem::warning("doubtful-code", format!("`{text}` is not a code of {}", words(system))).help(help))
}

fn shape_problem(system: &System, text: &str) -> Problem {
    Problem::warning("doubtful-code", format!("`{text}` does not look like a code of {}", words(system)))
}

fn words(system: &System) -> &str {
    match system {
        System::Snomed => "SNOMED CT",
        System::Dmd => "dm+d",
        System::Icd10 => "ICD-10",
        System::Icd10Cm => "ICD-10-CM",
        System::Loinc => "LOINC",
        System::RxNorm => "RxNorm",
        System::Other(uri) => uri,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A letter, a digit, a digit (in ICD-10-CM also a letter), then up to four more, with or without the dot.
fn is_icd10(text: &str, is_cm: bool) -> bool {
    let (head, tail) = match text.split_once('.') {
        Some((head, tail)) if head.len() == 3 && !tail.is_empty() => (head, tail),
        Some(_) => return false,
        None => text.split_at_checked(3).unwrap_or(("", "")),
    };
    let mut chars = head.chars();
    chars.next().is_some_and(|char| char.is_ascii_uppercase())
        && chars.next().is_some_and(|char| char.is_ascii_digit())
        && chars.next().is_some_and(|char| char.is_ascii_digit() || is_cm && char.is_ascii_uppercase())
        && tail.len() <= 4
        && tail.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// Digits, a hyphen and the check digit of the Luhn algorithm (LOINC Users' Guide, appendix C); parts (`LP…`) and answers (`LA…`) alike.
fn is_loinc(text: &str) -> bool {
    let Some((number, check)) = text.split_once('-') else { return false };
    let number = number.strip_prefix("LP").or_else(|| number.strip_prefix("LA")).unwrap_or(number);
    if !is_number(number) || check.len() != 1 || !is_number(check) {
        return false;
    }
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0') * if at % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    check.parse() == Ok((10 - sum % 10) % 10)
}

/// The Verhoeff check that every SNOMED CT identifier ends in (Verhoeff 1969): the digits, combined in the group of the
/// symmetries of a pentagon after a permutation that depends on their position, must give its neutral element.
fn verhoeff_holds(digits: &str) -> bool {
    let combined = digits.bytes().rev().enumerate().fold(0, |sum, (position, byte)| {
        pentagon(sum, (0..position % 8).fold(byte - b'0', |digit, _| permuted(digit)))
    });
    combined == 0
}

/// Multiplication in the dihedral group of order ten; 0 to 4 are turns, 5 to 9 are flips.
const fn pentagon(left: u8, right: u8) -> u8 {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => (left + right) % 5 + 5,
        (false, true) => (left + 5 - right) % 5 + 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

/// Verhoeff's permutation (0 1 5 8 9 4 2 7)(3 6) … as a table of where each digit goes.
const fn permuted(digit: u8) -> u8 {
    match digit {
        0 => 1,
        1 => 5,
        2 => 7,
        3 => 6,
        4 => 2,
        5 => 8,
        6 => 3,
        7 => 0,
        8 => 9,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_of_a_snomed_code_checks() {
        for right in [
            "46635009",
            "44054006",
            "4855003",
            "397540003",
            "371087003",
            "38341003",
            "134395001",
            "72313002",
            "900000000000207008",
        ] {
            assert!(verhoeff_holds(right), "{right}");
            let last = right.chars().last().unwrap();
            let wrong = right.replacen(&right[..1], if right.starts_with('1') { "2" } else { "1" }, 1);
            assert!(!verhoeff_holds(&wrong) || wrong == right, "{wrong} {last}");
        }
    }

    #[test]
    fn the_last_digit_of_a_loinc_code_checks() {
        for right in ["59261-8", "4548-4", "85354-9", "8480-6", "14647-2", "39156-5", "33914-3"] {
            assert!(is_loinc(right), "{right}");
        }
        for wrong in ["59261-7", "59261", "Feb-51", "-1"] {
            assert!(!is_loinc(wrong), "{wrong}");
        }
    }

    #[test]
    fn icd_10_codes_have_a_shape() {
        for right in ["E10", "E10.9", "E109", "I10", "C7A.00", "S72.001A", "U07.1"] {
            assert!(is_icd10(right, true), "{right}");
        }
        for wrong in ["", "e10", "10.9", "E1", "E10.", "E10.12345", "Type 1", "é10"] {
            assert!(!is_icd10(wrong, true), "{wrong}");
        }
        assert!(is_icd10("E10.9", false) && !is_icd10("E1O9", false));
    }

    #[test]
    fn numbers_that_a_spreadsheet_shortened_are_seen() {
        assert!(is_scientific("7.34E+08") && is_scientific("1e+15"));
        assert!(!is_scientific("E10.9") && !is_scientific("46635009") && !is_scientific("5E3"));
    }
}
