//! The mistakes that people make, as they are told about them.

use stead_folder::{Folder, read, render, template};

/// The folder to start from, with some files changed.
fn folder() -> Folder {
    Folder::of("harbour", template("Harbour"))
}

/// The folder to start from, with a text in one of its files replaced.
fn changed(path: &str, from: &str, to: &str) -> String {
    let text = folder().file(path).unwrap().text().to_owned();
    assert!(text.contains(from), "{path} has no {from}");
    told(folder().with(path, &text.replacen(from, to, 1)))
}

fn told(folder: Folder) -> String {
    render(&read(&[folder]).problems)
}

#[test]
fn a_mistyped_key() {
    insta::assert_snapshot!(changed("needs/blood-pressure.toml", "every_months", "evry_months"));
}

#[test]
fn a_mistyped_group() {
    insta::assert_snapshot!(changed("needs/blood-pressure.toml", "adults-with", "adutls-with"));
}
