//! "Did you mean": the known word nearest to one that is not known.

use std::borrow::Cow;

use strsim::osa_distance;

/// The known word that a mistyped one most likely stands for, if any is near enough.
///
/// Near enough means: the same but for case, spaces and underscores; a singular for a plural; the same hyphenated words in another order;
/// or so few slips of the finger as one for every three letters.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = plain(word);
    known
        .into_iter()
        .filter(|candidate| *candidate != word)
        .filter_map(|candidate| distance(&plain, candidate).map(|slips| (slips, candidate)))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean `x`?`, or nothing.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}

/// Words in a row for a message: `a`, `b` and `c`; a long list is cut.
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    const SHOWN_MAX: usize = 16;
    let mut words = words.into_iter();
    let shown: Vec<String> = words.by_ref().take(SHOWN_MAX).map(|word| format!("`{word}`")).collect();
    let more = words.next().is_some();
    match shown.as_slice() {
        all if more => format!("{} {last} others", all.join(", ")),
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., end] => format!("{} {last} {end}", before.join(", ")),
    }
}

fn distance(plain_word: &str, candidate: &str) -> Option<usize> {
    let known = plain(candidate);
    let letters = |text: &str| text.bytes().filter(|byte| *byte != b'-').count();
    let allowed = (known.len().max(plain_word.len()) / 3).clamp(1, 4);
    if letters(&known).abs_diff(letters(plain_word)) > allowed {
        return None;
    }
    if known.bytes().filter(|byte| *byte != b'-').eq(plain_word.bytes().filter(|byte| *byte != b'-')) {
        return Some(0);
    }
    if known.len() == plain_word.len() && sorted(&known) == sorted(plain_word) {
        return Some(1);
    }
    let longest = known.chars().count().max(plain_word.chars().count());
    let slips = osa_distance(&known, plain_word);
    (slips <= allowed && slips < longest).then_some(slips)
}

fn plain(word: &str) -> Cow<'_, str> {
    let word = word.trim();
    if word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        return Cow::Borrowed(word);
    }
    Cow::Owned(word.to_lowercase().replace(['_', ' '], "-"))
}

fn sorted(word: &str) -> Vec<&str> {
    let mut words: Vec<&str> = word.split('-').collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        let known = ["every_months", "met_by", "name", "adults-with-type-1-diabetes"];
        assert_eq!(nearest("evry_months", known), Some("every_months"));
        assert_eq!(nearest("Every Months", known), Some("every_months"));
        assert_eq!(nearest("adutls-with-type-1-diabetes", known), Some("adults-with-type-1-diabetes"));
        assert_eq!(nearest("diabetes-adults-with-type-1", known), Some("adults-with-type-1-diabetes"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("x", ["y"]), None);
    }

    #[test]
    fn words_are_listed_as_in_a_sentence() {
        assert_eq!(listed(["a"], "or"), "`a`");
        assert_eq!(listed(["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }
}
