//! A folder that is right gives exactly the definitions that it says.

use stead_folder::{Folder, Severity, read, render, template};

#[test]
fn the_folder_to_start_from_has_no_problems() {
    let reading = read(&[Folder::of("new-place", template("New place"))]);
    assert_eq!(render(&reading.problems), "no problems\n");
    insta::assert_json_snapshot!(reading.definitions);
}

/// A folder of the repository, by its path from the root.
fn on_disk(path: &str) -> Folder {
    Folder::load(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path))
}

#[test]
fn the_example_place_has_no_errors_and_no_warnings() {
    for path in ["places/harbour", "fixtures/kansas"] {
        let found = read(&[on_disk(path)]).problems;
        let found: Vec<_> = found.into_iter().filter(|problem| problem.severity > Severity::Note).collect();
        assert_eq!(render(&found), "no problems\n", "{path}");
    }
}
