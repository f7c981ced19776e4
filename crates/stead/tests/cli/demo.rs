//! The demo, and that the read-me shows what it really prints.

use std::fs;

use crate::help::narrow;
use crate::testing::{Desk, root};

/// The block of README.md that shows the demo's output, line by line.
fn shown() -> Vec<String> {
    let page = fs::read_to_string(root().join("README.md")).expect("README.md");
    let (_, rest) = page.split_once("<!-- demo output -->").expect("the block begins");
    let (block, _) = rest.split_once("<!-- end of demo output -->").expect("the block ends");
    block.lines().filter(|line| !line.starts_with("```") && !line.trim().is_empty()).map(ToOwned::to_owned).collect()
}

/// Seconds differ from one machine to another; nothing else does.
fn without_seconds(line: &str) -> String {
    let words: Vec<&str> = line.trim_end().split(' ').collect();
    let seconds = |at: usize, word: &str| {
        let next = words.get(at + 1).map(|next| next.trim_end_matches(','));
        next == Some("s") && word.parse::<f64>().is_ok()
    };
    let masked = words.iter().enumerate().map(|(at, word)| if seconds(at, word) { "0" } else { word });
    masked.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_read_me_shows_what_the_demo_prints_and_a_second_start_uses_what_is_there() {
    let desk = Desk::new();
    let first = desk.stead("demo --dir demo").done();
    narrow("demo", &first);
    let mut printed = first.out.lines().map(without_seconds);
    for line in shown().iter().map(|line| without_seconds(line)).filter(|line| line != "…") {
        let found = printed.any(|printed| printed == line);
        assert!(found, "README.md shows, and the demo does not print there: {line}\n\n{}", first.out);
    }
    let second = desk.stead("demo --dir demo").done();
    for words in ["made before, and used again", "imported before, and used again"] {
        assert!(second.out.contains(words), "{}", second.out);
    }
    let answers = |out: &str| out.split_once("\n\nplace ").map(|(_, rest)| rest.to_owned()).expect("answers");
    assert_eq!(answers(&second.out), answers(&first.out));
}

#[test]
fn a_demo_that_was_interrupted_or_is_of_another_size_is_made_again() {
    let desk = Desk::new();
    let town = |line: &str| desk.json(line)["demo"]["town"].clone();
    assert!(town("demo --dir demo --citizens 5").is_object());
    assert!(town("demo --dir demo --citizens 5").is_null(), "is used again");
    assert!(town("demo --dir demo --citizens 6").is_object());
    fs::remove_file(desk.path("demo/lake/lake.json")).expect("half a lake");
    let again = desk.json("demo --dir demo --citizens 6");
    assert!(again["demo"]["town"].is_null() && again["demo"]["import"].is_object(), "only the lake is made again");
    desk.file("demo/harbour/needs/foot-check.toml", "");
    assert_eq!(desk.stead("demo --dir demo --citizens 6").code, 1, "what was changed by hand stays");
    assert!(town("demo --dir demo --citizens 6 --fresh").is_object());
}
