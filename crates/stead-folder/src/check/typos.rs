//! Words that exist only because one row of `services.csv` mistypes them.

use strsim::osa_distance;

use super::Folder;
use crate::near::nearest;
use crate::problem::Problem;
use crate::thing::Thing;

/// Shorter words lie too near to each other for a slip to be told from a word: `gp`, `cpn`.
const LETTERS_MIN: usize = 6;
/// So many slips of the finger are likely; more is another word.
const SLIPS_MAX: usize = 2;

pub(super) fn problems(folder: &Folder<'_>) -> Vec<Problem> {
    [Thing::Kind, Thing::Profession].into_iter().flat_map(|thing| of(folder, thing)).collect()
}

/// Words that nothing asks for, beside one almost the same that something does ask for.
fn of(folder: &Folder<'_>, thing: Thing) -> Vec<Problem> {
    let asked_for = |word: &str| !folder.mentions(&(thing, word.to_owned())).is_empty();
    let (known, doubtful): (Vec<&str>, Vec<&str>) = folder.index.ids(thing).partition(|word| asked_for(word));
    let doubtful = doubtful.into_iter().filter(|word| word.len() >= LETTERS_MIN);
    doubtful
        .filter_map(|word| {
            let near = nearest(word, known.iter().copied()).filter(|near| osa_distance(near, word) <= SLIPS_MAX)?;
            let message = format!("nothing asks for the {} `{word}`; did you mean `{near}`?", thing.word());
            let help = "correct it; as it stands, no need can be met by it";
            Some(folder.at(thing, word, Problem::warning("unused-word", message).help(help)))
        })
        .collect()
}
